//! axum's requests as ours, and our replies as axum's responses.

use std::net::SocketAddr;

use axum::body::{Body, to_bytes};
use axum::extract::ConnectInfo;
use axum::response::Response;
use http::StatusCode;
use http::request::Parts;
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
        let too_long = Error::new(Reason::InvalidParameter).parameter("body").detail("the request is too long, or broke off");
        refuse(StatusCode::PAYLOAD_TOO_LARGE, too_long.caused_by(error))
    })?;
    let read = Request::new(bare.method.clone(), bare.uri.clone(), bare.headers.clone(), &body, bare.peer);
    read.map_err(|error| refuse(StatusCode::BAD_REQUEST, error))
}

/// Sends a reply.
#[must_use]
pub fn respond_with(reply: Reply) -> Response {
    reply.into_http().map(Body::from)
}
