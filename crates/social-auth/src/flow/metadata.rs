//! What we publish about ourselves for providers to read.

use http::StatusCode;

use crate::error::{Error, Reason, Result};
use crate::social_auth::SocialAuth;
use crate::web::{Reply, ReplyBody, Request};

/// The metadata of the backend that `?backend=` names, or else of the first that has any.
pub(crate) fn service_metadata(social: &SocialAuth, request: &Request) -> Result<Reply> {
    let named = request.query.get("backend");
    for backend in social.backends().filter(|backend| named.is_none_or(|name| name == backend.info().name)) {
        if let Some(text) = backend.service_metadata(&social.callback_url(&backend.info().name))? {
            return Ok(Reply::new(StatusCode::OK, ReplyBody::Document { content_type: "application/samlmetadata+xml", text }));
        }
    }
    Err(Error::new(Reason::BackendMissing).detail("no backend that is set up has metadata to publish"))
}
