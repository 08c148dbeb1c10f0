//! What the address that a browser is sent to carries besides the protocol's own parameters.

use crate::web::Params;

/// The parameter in which the state travels when the provider returns none.
pub(super) const REDIRECT_STATE: &str = "redirect_state";

/// The callback address with the state in its query.
pub(super) fn with_state(redirect_uri: &str, state: &str) -> String {
    let separator = if redirect_uri.contains('?') { '&' } else { '?' };
    format!("{redirect_uri}{separator}{REDIRECT_STATE}={state}")
}

/// `AUTH_EXTRA_ARGUMENTS`: the browser may change only what the allow-list names.
pub(super) fn chosen<'a>(allowlist: &[String], request: &'a Params, name: &str, configured: &'a str) -> &'a str {
    let may_change = allowlist.iter().any(|allowed| allowed == name);
    request.get(name).filter(|_| may_change).unwrap_or(configured)
}

/// Of several values for one name the last, at its place.
pub(super) fn last_of_each<'a>(pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> Vec<(&'a str, &'a str)> {
    let mut unique: Vec<(&str, &str)> = Vec::new();
    for pair in pairs {
        unique.retain(|(name, _)| *name != pair.0);
        unique.push(pair);
    }
    unique
}
