//! OpenID Connect: discovery, ID tokens, userinfo, keys, logout.
//!
//! Core 1.0, Discovery 1.0, RP-Initiated Logout 1.0, Back-Channel Logout 1.0, Front-Channel Logout 1.0.
//! The code flow itself is [`crate::oauth2`].

mod backchannel;
mod discovery;
mod frontchannel;
mod id_token;
mod logout;
mod userinfo;

use std::sync::Arc;

use axum::Router;
use axum::routing::{get, post};

use crate::oauth2::{Dialect, authorization_endpoint, device_endpoint, pushed_authorization_requests, token_endpoint};
use crate::provider::Shared;

pub(crate) use backchannel::logout_token;
pub(crate) use frontchannel::Frame;
pub(crate) use id_token::{Edit, id_token, subject_of_hint};
pub use id_token::{IdToken, Signature};

pub(crate) fn routes() -> Router<Arc<Shared>> {
    Router::new()
        .route("/.well-known/openid-configuration", get(discovery::configuration))
        .route("/authorize", authorization_endpoint(Dialect::OpenId))
        .route("/token", token_endpoint(Dialect::OpenId))
        .route("/par", post(pushed_authorization_requests))
        .route("/device_authorization", device_endpoint(Dialect::OpenId))
        .route("/userinfo", get(userinfo::userinfo).post(userinfo::userinfo))
        .route("/jwks", get(discovery::jwks))
        .route("/end_session", get(logout::by_query).post(logout::by_form))
}
