//! OAuth 2.0: authorization code with PKCE, refresh, revocation, introspection, metadata.
//!
//! RFC 6749, 6750, 7009, 7523, 7636, 7662, 8414, 9126, 9207, 9449, and signed answers (JARM). OpenID Connect ([`crate::oidc`]) serves the same
//! handlers at its own paths; [`Dialect`] tells which of the two a request came to.

mod answer;
mod authorize;
mod client_auth;
mod device;
mod grants;
mod metadata;
mod pkce;
mod pushed;
mod refusal;
mod request;
mod resource;
mod signed;
mod token;

use std::sync::Arc;

use axum::Router;
use axum::extract::{RawQuery, State};
use axum::routing::{MethodRouter, get, post};
use http::HeaderMap;

use crate::provider::Shared;

pub(crate) use answer::see_other;
pub(crate) use device::{Devices, device_endpoint};
pub(crate) use grants::{Grant, Grants, Issued, contains_scope};
pub(crate) use metadata::common as common_metadata;
pub(crate) use pushed::Pushed;
pub(crate) use pushed::openid as pushed_authorization_requests;
pub(crate) use refusal::Refusal;
pub(crate) use resource::{Bearer, bearer_challenge, nonce_challenge, profile};
pub(crate) use signed::Seen;

/// Which of the two protocols a request came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Dialect {
    OAuth2,
    OpenId,
}

impl Dialect {
    /// The two have issuers of their own, so that one can't be taken for the other.
    pub(crate) fn issuer(self, url: &str) -> String {
        match self {
            Self::OAuth2 => format!("{url}/oauth2"),
            Self::OpenId => url.to_owned(),
        }
    }
}

pub(crate) fn routes() -> Router<Arc<Shared>> {
    Router::new()
        .route("/oauth2/authorize", authorization_endpoint(Dialect::OAuth2))
        .route("/oauth2/token", token_endpoint(Dialect::OAuth2))
        .route("/oauth2/par", post(pushed::oauth2))
        .route("/oauth2/device_authorization", device_endpoint(Dialect::OAuth2))
        .route("/device", device::page())
        .route("/oauth2/user", get(resource::user))
        .route("/oauth2/revoke", post(resource::revoke))
        .route("/oauth2/introspect", post(resource::introspect))
        .route("/.well-known/oauth-authorization-server/oauth2", get(metadata::document))
        .route("/oauth2/.well-known/oauth-authorization-server", get(metadata::document))
}

/// GET and POST, as OpenID Connect Core section 3.1.2.1 demands.
pub(crate) fn authorization_endpoint(dialect: Dialect) -> MethodRouter<Arc<Shared>> {
    get(async move |State(shared): State<Arc<Shared>>, query: RawQuery, headers: HeaderMap| {
        authorize::authorize(&shared, dialect, &query.0.unwrap_or_default(), &headers)
    })
    .post(async move |State(shared): State<Arc<Shared>>, headers: HeaderMap, body: String| {
        authorize::authorize(&shared, dialect, &body, &headers)
    })
}

pub(crate) fn token_endpoint(dialect: Dialect) -> MethodRouter<Arc<Shared>> {
    post(async move |State(shared): State<Arc<Shared>>, headers: HeaderMap, body: String| token::token(&shared, dialect, &headers, &body))
}
