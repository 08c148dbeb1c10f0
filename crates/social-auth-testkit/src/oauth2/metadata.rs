//! Authorization server metadata (RFC 8414).

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde_json::{Map, Value, json};

use crate::client::Signing;
use crate::oauth2::Dialect;
use crate::provider::Shared;

pub(crate) async fn document(State(shared): State<Arc<Shared>>) -> Json<Value> {
    let url = &shared.url;
    let mut document = common(url, Dialect::OAuth2);
    for (field, path) in [
        ("authorization_endpoint", "/oauth2/authorize"),
        ("token_endpoint", "/oauth2/token"),
        ("device_authorization_endpoint", "/oauth2/device_authorization"),
    ] {
        document.insert(field.to_owned(), format!("{url}{path}").into());
    }
    Json(document.into())
}

/// What this document and OpenID Connect's have in common.
pub(crate) fn common(url: &str, dialect: Dialect) -> Map<String, Value> {
    let authentication = json!(["client_secret_basic", "client_secret_post", "private_key_jwt", "none"]);
    let document = json!({
        "issuer": dialect.issuer(url),
        "revocation_endpoint": format!("{url}/oauth2/revoke"),
        "introspection_endpoint": format!("{url}/oauth2/introspect"),
        "response_types_supported": ["code"],
        "response_modes_supported": ["query", "form_post", "jwt", "query.jwt", "form_post.jwt"],
        "authorization_signing_alg_values_supported": Signing::ALL.map(Signing::name),
        "token_endpoint_auth_signing_alg_values_supported": ["RS256", "PS256", "ES256", "EdDSA"],
        "dpop_signing_alg_values_supported": ["RS256", "PS256", "ES256", "EdDSA"],
        "pushed_authorization_request_endpoint": match dialect {
            Dialect::OAuth2 => format!("{url}/oauth2/par"),
            Dialect::OpenId => format!("{url}/par"),
        },
        "grant_types_supported": ["authorization_code", "refresh_token", "urn:ietf:params:oauth:grant-type:device_code"],
        "token_endpoint_auth_methods_supported": authentication,
        "revocation_endpoint_auth_methods_supported": authentication,
        "introspection_endpoint_auth_methods_supported": authentication,
        "code_challenge_methods_supported": ["S256", "plain"],
        "authorization_response_iss_parameter_supported": true,
        "scopes_supported":
            ["openid", "profile", "email", "address", "phone", "offline_access"],
    });
    match document {
        Value::Object(document) => document,
        _ => Map::new(),
    }
}
