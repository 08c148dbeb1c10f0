//! What a page that needs somebody signed in answers to others.

use http::Method;

use super::where_to::NEXT;
use crate::error::{Error, Reason};
use crate::redirect::url_add_parameters;
use crate::social_auth::SocialAuth;
use crate::web::{Reply, Request};

pub(crate) fn login_required(social: &SocialAuth, request: &Request) -> Reply {
    let Some(login_url) = login_page(social).filter(|_| !request.wants_json()) else {
        return super::error_reply(social, &Error::new(Reason::LoginRequired), request);
    };
    // After signing in the browser comes back by GET, so nothing else can be repeated.
    let here = matches!(request.method, Method::GET | Method::HEAD).then(|| request.uri.path_and_query()).flatten();
    match here {
        Some(here) => Reply::redirect(url_add_parameters(&login_url, &[(NEXT, here.as_str())])),
        None => Reply::redirect(login_url),
    }
}

/// `LOGIN_URL`, or the only way to sign in.
fn login_page(social: &SocialAuth) -> Option<String> {
    let only = match social.0.order.as_slice() {
        [backend] => Some(social.login_path(backend)),
        _ => None,
    };
    social.flow_settings().login_url.clone().or(only)
}
