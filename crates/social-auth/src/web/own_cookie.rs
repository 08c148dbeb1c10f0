//! The attributes that every cookie of ours has.

use cookie::{Cookie, SameSite, time::Duration};

use crate::social_auth::SocialAuth;

const HOST_PREFIX: &str = "__Host-";

/// Which requests a browser sends a cookie of ours with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reach {
    /// Those below the mount: sign-in attempts.
    Mount,
    /// All of them: sessions, and what the application's own forms need.
    Site,
}

impl Reach {
    fn path(self, social: &SocialAuth) -> &str {
        match self {
            Reach::Mount => social.mount(),
            Reach::Site => "/",
        }
    }
}

/// A cookie of ours: `HttpOnly`, `SameSite=Lax`, `Secure` on https, `max_age` in seconds.
pub(crate) fn own_cookie(social: &SocialAuth, reach: Reach, name: &str, value: String, max_age: i64) -> Cookie<'static> {
    Cookie::build((full_name(social, reach, name), value))
        .path(reach.path(social).to_owned())
        .http_only(true)
        .same_site(SameSite::Lax)
        .secure(social.is_https())
        .max_age(Duration::seconds(max_age))
        .build()
}

/// The name that the browser knows a cookie of ours by: with `__Host-` where that is possible, so that no
/// subdomain can set it.
pub(crate) fn full_name(social: &SocialAuth, reach: Reach, name: &str) -> String {
    if social.is_https() && reach.path(social) == "/" { format!("{HOST_PREFIX}{name}") } else { name.to_owned() }
}
