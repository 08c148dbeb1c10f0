//! What a token opens, and its end: profile (RFC 6750), introspection (RFC 7662), revocation
//! (RFC 7009).

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use serde_json::{Value, json};

use crate::oauth2::Refusal;
use crate::oauth2::client_auth::authenticate;
use crate::oauth2::grants::Access;
use crate::oauth2::signed::proof_key;
use crate::oauth2::token::form;
use crate::people::Person;
use crate::provider::Shared;

/// The bearer token of a request, and what came of it.
pub(crate) enum Bearer {
    Valid(Access),
    Missing,
    Invalid,
    /// The proof lacks the nonce of this server, which is another than the token endpoint's.
    NeedsNonce(String),
}

impl Bearer {
    pub(crate) fn of(shared: &Shared, headers: &HeaderMap) -> Self {
        let value = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
        match value.and_then(|value| value.split_once(' ')) {
            Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => {
                let access = shared.grants.access(token.trim(), shared.clock.now());
                access.filter(|access| access.jkt.is_none()).map_or(Self::Invalid, Self::Valid)
            }
            Some((scheme, token)) if scheme.eq_ignore_ascii_case("dpop") => Self::bound(shared, headers, token.trim()),
            _ => Self::Missing,
        }
    }
}

impl Bearer {
    /// A token that is bound to a key (RFC 9449 section 7).
    fn bound(shared: &Shared, headers: &HeaderMap, token: &str) -> Self {
        let places = [format!("{}/userinfo", shared.url), format!("{}/oauth2/user", shared.url)];
        let nonce = format!("{}-here", shared.dpop_nonce);
        match proof_key(shared, headers, &places, &nonce, Some(token)) {
            Err("use_dpop_nonce") => Self::NeedsNonce(nonce),
            Ok(Some(key)) => {
                let access = shared.grants.access(token, shared.clock.now()).filter(|access| access.jkt == Some(key));
                access.map_or(Self::Invalid, Self::Valid)
            }
            _ => Self::Invalid,
        }
    }
}

/// The refusal of a request whose proof lacks the nonce (RFC 9449 section 9).
pub(crate) fn nonce_challenge(nonce: &str) -> Response {
    let challenge = "DPoP error=\"use_dpop_nonce\", error_description=\"a nonce is needed\"";
    (StatusCode::UNAUTHORIZED, [("www-authenticate", challenge), ("dpop-nonce", nonce)]).into_response()
}

/// The refusal of a protected resource (RFC 6750 section 3): no error code without a token.
pub(crate) fn bearer_challenge(error: Option<&'static str>) -> Response {
    let (status, challenge) = match error {
        None => (StatusCode::UNAUTHORIZED, "Bearer realm=\"profile\"".to_owned()),
        Some(error) => {
            let status = match error {
                "insufficient_scope" => StatusCode::FORBIDDEN,
                _ => StatusCode::UNAUTHORIZED,
            };
            (status, format!("Bearer realm=\"profile\", error=\"{error}\""))
        }
    };
    let body = Json(json!({"error": error.unwrap_or("unauthorized")}));
    let mut response = (status, body).into_response();
    if let Ok(challenge) = HeaderValue::from_str(&challenge) {
        response.headers_mut().insert(header::WWW_AUTHENTICATE, challenge);
    }
    response
}

/// `/oauth2/user`: the profile, in the manner of the big providers: what is absent is `null`.
pub(crate) async fn user(State(shared): State<Arc<Shared>>, headers: HeaderMap) -> Response {
    match Bearer::of(&shared, &headers) {
        Bearer::Valid(access) => Json(profile(shared.people.current(&access.grant.login.person))).into_response(),
        Bearer::Missing => bearer_challenge(None),
        Bearer::Invalid => bearer_challenge(Some("invalid_token")),
        Bearer::NeedsNonce(nonce) => nonce_challenge(&nonce),
    }
}

/// A person as the profile calls of OAuth 1.0a and 2.0 tell.
pub(crate) fn profile(person: Person) -> Value {
    let mut profile = json!({
        "id": person.id,
        "login": person.login,
        "name": person.name,
        "email": person.email,
        "email_verified": person.email_verified,
    });
    if let Some(profile) = profile.as_object_mut() {
        profile.extend(person.claims);
    }
    profile
}

/// `/oauth2/introspect`. A token of another client counts as inactive.
pub(crate) async fn introspect(State(shared): State<Arc<Shared>>, headers: HeaderMap, body: String) -> Result<Json<Value>, Refusal> {
    let params = form(&headers, &body)?;
    let client = authenticate(&shared, &headers, &params)?;
    let token = params.first("token").ok_or_else(|| Refusal::invalid_request("token is missing"))?;
    let access = shared.grants.access(token, shared.clock.now());
    let refresh = shared.grants.refresh(token);
    let answer = match (access, refresh) {
        // Another client's too: whoever asks has to look at `client_id` (RFC 7662, section 2.2).
        (Some(access), _) => json!({
            "active": true, "client_id": access.grant.client_id, "sub": access.grant.login.person.id,
            "username": access.grant.login.person.login, "scope": access.scope,
            "token_type": "Bearer", "iat": access.issued, "exp": access.expires,
            "iss": access.grant.dialect.issuer(&shared.url),
        }),
        (_, Some(grant)) if grant.client_id == client.id => json!({
            "active": true, "client_id": client.id, "sub": grant.login.person.id,
            "scope": grant.scope,
        }),
        _ => json!({"active": false}),
    };
    Ok(Json(answer))
}

/// `/oauth2/revoke`: 200 also for a token that nobody knows (RFC 7009 section 2.2).
pub(crate) async fn revoke(State(shared): State<Arc<Shared>>, headers: HeaderMap, body: String) -> Result<StatusCode, Refusal> {
    let params = form(&headers, &body)?;
    let client = authenticate(&shared, &headers, &params)?;
    let token = params.first("token").ok_or_else(|| Refusal::invalid_request("token is missing"))?;
    shared.grants.revoke(token, &client);
    Ok(StatusCode::OK)
}
