//! Headers that every answer has, whoever made it.

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use http::HeaderValue;
use http::header::{
    CONTENT_SECURITY_POLICY, HeaderName, REFERRER_POLICY, STRICT_TRANSPORT_SECURITY, X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};

use super::App;

const NOTHING: &str = "default-src 'none'; base-uri 'none'; frame-ancestors 'none'; form-action 'none'";
const A_YEAR: &str = "max-age=31536000";
const OPENER: HeaderName = HeaderName::from_static("cross-origin-opener-policy");

/// Adds what an answer does not say itself.
pub(super) async fn secure(State(app): State<App>, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    let frames = headers.get(CONTENT_SECURITY_POLICY).and_then(|policy| policy.to_str().ok()).is_some_and(may_be_framed);
    let mut unless_set = |name: HeaderName, value: &'static str| {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    };
    unless_set(CONTENT_SECURITY_POLICY, NOTHING);
    unless_set(X_CONTENT_TYPE_OPTIONS, "nosniff");
    // For browsers that know `frame-ancestors` this says nothing; it must not say the contrary to others.
    if !frames {
        unless_set(X_FRAME_OPTIONS, "DENY");
    }
    unless_set(REFERRER_POLICY, "same-origin");
    unless_set(OPENER, "same-origin");
    if app.social().is_https() {
        unless_set(STRICT_TRANSPORT_SECURITY, A_YEAR);
    }
    response
}

/// Whether the library lets somebody show its answer in a frame.
fn may_be_framed(policy: &str) -> bool {
    let mut directives = policy.split(';').map(str::trim);
    directives.find_map(|directive| directive.strip_prefix("frame-ancestors")).is_some_and(|who| who.trim() != "'none'")
}
