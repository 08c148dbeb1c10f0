//! The discovery document (Discovery 1.0 section 3) and the key set.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use jsonwebtoken::jwk::JwkSet;
use serde_json::{Value, json};

use crate::client::Signing;
use crate::oauth2::{Dialect, common_metadata};
use crate::provider::Shared;

pub(crate) async fn configuration(State(shared): State<Arc<Shared>>) -> Json<Value> {
    let url = &shared.url;
    let mut document = common_metadata(url, Dialect::OpenId);
    let algorithms = Signing::ALL.map(Signing::name);
    let own = json!({
        "authorization_endpoint": format!("{url}/authorize"),
        "token_endpoint": format!("{url}/token"),
        "device_authorization_endpoint": format!("{url}/device_authorization"),
        "userinfo_endpoint": format!("{url}/userinfo"),
        "jwks_uri": format!("{url}/jwks"),
        "end_session_endpoint": format!("{url}/end_session"),
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": algorithms,
        "userinfo_signing_alg_values_supported": algorithms,
        "claims_supported": [
            "sub", "iss", "aud", "exp", "iat", "auth_time", "nonce", "at_hash", "sid", "name",
            "given_name", "family_name", "preferred_username", "picture", "profile", "website",
            "gender", "birthdate", "zoneinfo", "locale", "updated_at", "email", "email_verified",
            "phone_number", "phone_number_verified", "address",
        ],
        "prompt_values_supported": ["none", "login", "consent", "select_account"],
        "backchannel_logout_supported": true,
        "backchannel_logout_session_supported": true,
        "frontchannel_logout_supported": true,
        "frontchannel_logout_session_supported": true,
        "claims_parameter_supported": false,
        "request_parameter_supported": false,
        "request_uri_parameter_supported": false,
    });
    if let Value::Object(own) = own {
        document.extend(own);
    }
    Json(document.into())
}

pub(crate) async fn jwks(State(shared): State<Arc<Shared>>) -> Json<JwkSet> {
    Json(shared.keys.published())
}
