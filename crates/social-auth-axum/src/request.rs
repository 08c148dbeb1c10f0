//! axum's requests as ours, and our replies as axum's responses.

use std::error::Error as _;
use std::net::SocketAddr;

use axum::body::{Body, to_bytes};
use axum::extract::ConnectInfo;
use axum::response::Response;
use http::StatusCode;
use http::request::Parts;
use http_body_util::LengthLimitError;
use social_auth::error::{Error, Reason};
use social_auth::web::{Params, Reply, Request};
use social_auth::{Result, SocialAuth};

/// Reads a request without its body.
#[must_use]
pub fn read_parts(social: &SocialAuth, parts: &Parts) -> Request {
    let connection = parts.extensions.get::<ConnectInfo<SocketAddr>>();
    Request {
        method: parts.method.clone(),
        uri: parts.uri.clone(),
        headers: parts.headers.clone(),
        peer: social.client_address(connection.map(|ConnectInfo(address)| address.ip()), &parts.headers),
        query: Params::from_urlencoded(parts.uri.query().unwrap_or_default().as_bytes()),
        form: Params::default(),
    }
}

/// Reads a request with its body, of which at most [`Request::MAX_BODY`] bytes are taken in.
///
/// # Errors
/// The reply for a body that is too long (413), breaks off, or is no JSON although it says so (400).
pub async fn read(social: &SocialAuth, parts: &Parts, body: Body) -> Result<Request, Reply> {
    let bare = read_parts(social, parts);
    let refuse = |status: StatusCode, error: Error| social.error_reply(&error, &bare).with_status(status);
    let body = to_bytes(body, Request::MAX_BODY).await.map_err(|error| {
        let unusable = Error::new(Reason::InvalidParameter).parameter("body");
        if error.source().is_some_and(|source| source.is::<LengthLimitError>()) {
            return refuse(StatusCode::PAYLOAD_TOO_LARGE, unusable.detail("the request is too long").caused_by(error));
        }
        refuse(StatusCode::BAD_REQUEST, unusable.detail("the request broke off, or did not arrive in time").caused_by(error))
    })?;
    let read = Request::new(bare.method.clone(), bare.uri.clone(), bare.headers.clone(), &body, bare.peer);
    read.map_err(|error| refuse(StatusCode::BAD_REQUEST, error))
}

/// Sends a reply.
#[must_use]
pub fn respond_with(reply: Reply) -> Response {
    reply.into_http().map(Body::from)
}
