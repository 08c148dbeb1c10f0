//! What we publish about ourselves for providers to read.

use http::StatusCode;

use super::single_logout;
use crate::backend::ServiceAddresses;
use crate::error::{Error, Reason, Result};
use crate::social_auth::SocialAuth;
use crate::web::{Reply, ReplyBody, Request};

/// The public keys of a backend's client, for its provider to fetch (`jwks_uri`).
pub(crate) fn client_keys(social: &SocialAuth, backend: &str) -> Result<Reply> {
    let keys = social.backend(backend)?.client_jwks();
    let keys = keys.ok_or_else(|| Error::new(Reason::BackendMissing).backend(backend).detail("this backend has no PRIVATE_KEYS"))?;
    Ok(Reply::new(StatusCode::OK, ReplyBody::Document { content_type: "application/jwk-set+json", text: keys.to_string() }))
}

/// The metadata of the backend that `?backend=` names, or else of the first that has any.
pub(crate) fn service_metadata(social: &SocialAuth, request: &Request) -> Result<Reply> {
    let named = request.query.get("backend");
    for backend in social.backends().filter(|backend| named.is_none_or(|name| name == backend.info().name)) {
        let name = &backend.info().name;
        let addresses = ServiceAddresses { callback: social.callback_url(name), logout: social.url(&single_logout::path(name)) };
        if let Some(text) = backend.service_metadata(&addresses)? {
            return Ok(Reply::new(StatusCode::OK, ReplyBody::Document { content_type: "application/samlmetadata+xml", text }));
        }
    }
    Err(Error::new(Reason::BackendMissing).detail("no backend that is set up has metadata to publish"))
}
