//! The userinfo endpoint (OpenID Connect Core section 5.3) and the claims by scope (5.4).

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, header};
use serde_json::{Map, Value};

use crate::oauth2::{Bearer, Dialect, Refusal, bearer_challenge, contains_scope, nonce_challenge};
use crate::oidc::id_token::IdToken;
use crate::people::Person;
use crate::provider::Shared;

pub(crate) async fn userinfo(State(shared): State<Arc<Shared>>, headers: HeaderMap) -> Response {
    let access = match Bearer::of(&shared, &headers) {
        Bearer::Valid(access) => access,
        Bearer::Missing => return bearer_challenge(None),
        Bearer::Invalid => return bearer_challenge(Some("invalid_token")),
        Bearer::NeedsNonce(nonce) => return nonce_challenge(&nonce),
    };
    if access.grant.dialect != Dialect::OpenId || !contains_scope(&access.scope, "openid") {
        return bearer_challenge(Some("insufficient_scope"));
    }
    let person = shared.people.current(&access.grant.login.person);
    let claims = claims(person, &access.scope);
    let client = shared.clients.get(&access.grant.client_id);
    let signing = client.as_ref().and_then(|client| client.userinfo_signing);
    let (Some(client), Some(signing)) = (client, signing) else {
        return Json(claims).into_response();
    };
    let mut token = IdToken::new(&shared, signing, claims);
    token.claims.insert("iss".to_owned(), shared.url.clone().into());
    token.claims.insert("aud".to_owned(), client.id.clone().into());
    match token.sign(&shared, signing, &client) {
        Ok(token) => ([(header::CONTENT_TYPE, "application/jwt")], token).into_response(),
        Err(error) => Refusal::from(error).into_response(),
    }
}

/// The claims that the scopes open. What a person lacks is left out.
pub(crate) fn claims(person: Person, scopes: &str) -> Map<String, Value> {
    let text = |value: Option<String>| value.map(Value::from);
    let mut claims = Map::new();
    claims.insert("sub".to_owned(), person.id.into());
    let mut add = |scope: &str, name: &str, value: Option<Value>| {
        if let Some(value) = value.filter(|_| contains_scope(scopes, scope)) {
            claims.insert(name.to_owned(), value);
        }
    };
    add("profile", "name", text(person.name));
    add("profile", "given_name", text(person.given_name));
    add("profile", "family_name", text(person.family_name));
    add("profile", "preferred_username", text(person.login));
    add("email", "email", text(person.email));
    add("email", "email_verified", person.email_verified.map(Value::from));
    for (name, value) in person.claims {
        let scope = match name.as_str() {
            "address" => "address",
            "phone_number" | "phone_number_verified" => "phone",
            _ => "profile",
        };
        add(scope, &name, Some(value));
    }
    claims
}
