//! Whether a request that changes something was made by a page of ours.

use serde::{Deserialize, Serialize};

use super::complete::RETURNED;
use crate::error::{Error, Reason, Result};
use crate::seal::{random_token, sha256_base64url};
use crate::secret::constant_time_eq;
use crate::social_auth::SocialAuth;
use crate::web::{Fetch, Reach, Request, full_name, own_cookie};

const COOKIE: &str = "social_auth_csrf";
const PURPOSE: &str = "csrf";
const LIFETIME: i64 = 12 * 3600;

/// The name of the form field: Django's, so that templates need no change.
pub(super) const FIELD: &str = "csrfmiddlewaretoken";

/// A token is bound to a random value in a cookie of the browser's.
#[derive(Serialize, Deserialize)]
struct Token {
    browser: String,
    expires_at: i64,
}

/// A token for a form, and the cookie that goes with it if the browser has none yet.
pub(crate) fn csrf_token(social: &SocialAuth, request: &Request) -> Result<(String, Option<cookie::Cookie<'static>>)> {
    let (browser, cookie) = match request.cookie(&full_name(social, Reach::Site, COOKIE)) {
        Some(value) if value.len() == 43 => (value, None),
        _ => {
            let value = random_token(32);
            (value.clone(), Some(own_cookie(social, Reach::Site, COOKIE, value, LIFETIME)))
        }
    };
    let token = Token { browser: sha256_base64url(&browser), expires_at: social.clock().now() + LIFETIME };
    Ok((social.0.sealer.seal(PURPOSE, &token)?, cookie))
}

/// Lets a request pass whose browser says that it comes from a page of ours, or that brings our token.
pub(crate) fn require_own_page(social: &SocialAuth, request: &Request) -> Result<()> {
    // Our own return page posts on what another site posted: that comes from no page of ours.
    if request.form.get(RETURNED).is_some() {
        return Err(Error::new(Reason::CrossSiteRequest).detail("the form was posted by another site"));
    }
    match request.fetch_site(social.public_url()) {
        Fetch::SameOrigin => Ok(()),
        // Privacy tools strip the headers; a form of ours then still has the token.
        _ if has_token(social, request) => Ok(()),
        _ => {
            Err(Error::new(Reason::CrossSiteRequest).detail(format!("a POST needs the form field {FIELD}, or Sec-Fetch-Site: same-origin")))
        }
    }
}

fn has_token(social: &SocialAuth, request: &Request) -> bool {
    let sent = request.form.get(FIELD).or_else(|| request.header("x-csrftoken"));
    let (Some(sent), Some(browser)) = (sent, request.cookie(&full_name(social, Reach::Site, COOKIE))) else { return false };
    let Some(token) = social.0.sealer.open::<Token>(PURPOSE, sent) else { return false };
    token.expires_at > social.clock().now() && constant_time_eq(token.browser.as_bytes(), sha256_base64url(&browser).as_bytes())
}
