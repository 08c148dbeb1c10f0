//! Where a browser goes next: the redirect settings applied with the rules of [`crate::redirect`].

pub(crate) use crate::redirect::AfterLogin;
use crate::redirect::Destinations;
use crate::settings::FlowSettings;

/// The parameter that says where a person wants to go afterwards.
pub(crate) const NEXT: &str = "next";

/// The address if the settings let a browser be sent there.
pub(crate) fn allowed<'a>(flow: &FlowSettings, public_url: &str, wanted: &'a str) -> Option<&'a str> {
    Destinations::new(flow, public_url).allowed(wanted)
}

/// Where a person goes after signing in. Never fails: in doubt, the front page.
pub(crate) fn after_login(flow: &FlowSettings, public_url: &str, after: &AfterLogin<'_>) -> String {
    Destinations::new(flow, public_url).after_login(after).unwrap_or_else(|| "/".to_owned())
}

/// The address with `https` in the place of `http` (`REDIRECT_IS_HTTPS`).
pub(crate) fn with_https(url: &str) -> String {
    url.strip_prefix("http://").map_or_else(|| url.to_owned(), |rest| format!("https://{rest}"))
}
