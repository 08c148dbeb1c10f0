//! A span and a line in the log for each request: method and path, never the query, which may carry codes
//! and tokens.

use std::time::Instant;

use axum::extract::Request;
use axum::middleware::Next;
use axum::response::Response;
use http::HeaderValue;
use http::header::HeaderName;
use social_auth::seal::random_token;
use tracing::Instrument as _;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// As much of a path as a line of the log tells.
const LONGEST_PATH: usize = 256;

pub(super) async fn record(request: Request, next: Next) -> Response {
    let id = random_token(9);
    // Addresses are ASCII, and as long as whoever asks likes.
    let path = request.uri().path().get(..LONGEST_PATH).unwrap_or(request.uri().path());
    let quiet = path == "/healthz";
    let span = tracing::info_span!("request", id, method = %request.method(), path);
    let begun = Instant::now();
    let mut response = next.run(request).instrument(span.clone()).await;
    let milliseconds = u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX);
    let status = response.status().as_u16();
    span.in_scope(|| {
        if quiet {
            tracing::debug!(status, milliseconds, "answered");
        } else {
            tracing::info!(status, milliseconds, "answered");
        }
    });
    if let Ok(id) = HeaderValue::try_from(id) {
        response.headers_mut().insert(REQUEST_ID, id);
    }
    response
}
