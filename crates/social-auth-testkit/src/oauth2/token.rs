//! The token endpoint (RFC 6749 sections 4.1.3, 5 and 6).

use std::sync::Arc;

use axum::Json;
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, HeaderValue, header};
use serde_json::{Value, json};

use crate::client::Client;
use crate::oauth2::client_auth::authenticate;
use crate::oauth2::grants::{Grant, Issued, Presented};
use crate::oauth2::pkce::Challenge;
use crate::oauth2::signed::proof_key;
use crate::oauth2::{Dialect, Refusal};
use crate::oidc;
use crate::params::Params;
use crate::provider::Shared;
use crate::recorder::content_type;

/// RFC 8628, section 3.4.
const DEVICE_CODE: &str = "urn:ietf:params:oauth:grant-type:device_code";

pub(crate) fn token(shared: &Shared, dialect: Dialect, headers: &HeaderMap, body: &str) -> Response {
    match answer(shared, dialect, headers, body) {
        Ok(body) => {
            let mut response = Json(body).into_response();
            let headers = response.headers_mut();
            headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
            headers.insert(header::PRAGMA, HeaderValue::from_static("no-cache"));
            response
        }
        Err(refusal) => refusal.into_response(),
    }
}

fn answer(shared: &Shared, dialect: Dialect, headers: &HeaderMap, body: &str) -> Result<Value, Refusal> {
    let params = form(headers, body)?;
    let client = authenticate(shared, headers, &params)?;
    let place = match dialect {
        Dialect::OAuth2 => format!("{}/oauth2/token", shared.url),
        Dialect::OpenId => format!("{}/token", shared.url),
    };
    let nonce = &shared.dpop_nonce;
    let key = proof_key(shared, headers, &[place], nonce, None).map_err(|code| Refusal::of_proof(code, nonce))?;
    if client.dpop_bound && key.is_none() {
        return Err(Refusal::of_proof("invalid_dpop_proof", nonce));
    }
    let mut answer = granted(shared, dialect, &client, &params)?;
    if let (Some(key), Some(token)) = (key, answer["access_token"].as_str().map(str::to_owned)) {
        shared.grants.bind(&token, key);
        answer["token_type"] = "DPoP".into();
    }
    Ok(answer)
}

fn granted(shared: &Shared, dialect: Dialect, client: &Client, params: &Params) -> Result<Value, Refusal> {
    match params.first("grant_type") {
        Some("authorization_code") => exchange_code(shared, dialect, client, params),
        Some("refresh_token") => refresh(shared, dialect, client, params),
        Some(DEVICE_CODE) => spend_device_code(shared, dialect, client, params),
        Some(_) => Err(Refusal::new("unsupported_grant_type", "grant_type is authorization_code, refresh_token or that of devices")),
        None => Err(Refusal::invalid_request("grant_type is missing")),
    }
}

/// The parameters of a form request, none of them twice.
pub(crate) fn form(headers: &HeaderMap, body: &str) -> Result<Params, Refusal> {
    if content_type(headers) != "application/x-www-form-urlencoded" {
        return Err(Refusal::invalid_request("the body must be application/x-www-form-urlencoded"));
    }
    let params = Params::parse(body);
    match params.repeated() {
        Some(name) => Err(Refusal::invalid_request(format!("{name} came more than once"))),
        None => Ok(params),
    }
}

fn exchange_code(shared: &Shared, dialect: Dialect, client: &Client, params: &Params) -> Result<Value, Refusal> {
    let value = params.first("code").ok_or_else(|| Refusal::invalid_request("code is missing"))?;
    let code = match shared.grants.spend_code(value, shared.clock.now()) {
        Presented::Good(code) => code,
        Presented::Unknown => return Err(Refusal::invalid_grant("the code is unknown")),
        Presented::Expired => return Err(Refusal::invalid_grant("the code has expired")),
        Presented::Replayed => {
            return Err(Refusal::invalid_grant("the code was used already; its tokens are revoked"));
        }
    };
    if code.grant.client_id != client.id || code.grant.dialect != dialect {
        return Err(Refusal::invalid_grant("the code was given to another client or endpoint"));
    }
    if code.redirect_uri.as_deref() != params.first("redirect_uri") {
        return Err(Refusal::invalid_grant("redirect_uri differs from the one in the authorization request"));
    }
    verify_pkce(code.challenge.as_ref(), params.first("code_verifier"))?;
    let scope = code.grant.scope.clone();
    respond(shared, client, &code.grant, &scope, client.refresh_tokens)
}

fn verify_pkce(challenge: Option<&Challenge>, verifier: Option<&str>) -> Result<(), Refusal> {
    match (challenge, verifier) {
        (None, None) => Ok(()),
        // RFC 9700 section 4.8.2: else an attacker could strip the challenge.
        (None, Some(_)) => Err(Refusal::invalid_grant("code_verifier came, but the authorization request had no code_challenge")),
        (Some(_), None) => Err(Refusal::invalid_grant("code_verifier is missing")),
        (Some(challenge), Some(verifier)) if challenge.is_met_by(verifier) => Ok(()),
        (Some(_), Some(_)) => Err(Refusal::invalid_grant("code_verifier does not match the code_challenge")),
    }
}

fn spend_device_code(shared: &Shared, dialect: Dialect, client: &Client, params: &Params) -> Result<Value, Refusal> {
    let code = params.first("device_code").ok_or_else(|| Refusal::invalid_request("device_code is missing"))?;
    let grant = Arc::new(shared.devices.spend(code, client, dialect, shared.clock.now())?);
    let scope = grant.scope.clone();
    respond(shared, client, &grant, &scope, client.refresh_tokens)
}

fn refresh(shared: &Shared, dialect: Dialect, client: &Client, params: &Params) -> Result<Value, Refusal> {
    let value = params.first("refresh_token").ok_or_else(|| Refusal::invalid_request("refresh_token is missing"))?;
    let grant = match shared.grants.use_refresh_token(value, client) {
        Presented::Good(grant) if grant.dialect == dialect => grant,
        Presented::Replayed => {
            return Err(Refusal::invalid_grant("the refresh token was used already; all tokens of this sign-in are revoked"));
        }
        _ => return Err(Refusal::invalid_grant("the refresh token is unknown")),
    };
    let scope = params.first("scope").unwrap_or(&grant.scope);
    // RFC 6749 section 6: nothing that was not granted originally.
    if !scope.split_ascii_whitespace().all(|scope| grant.has_scope(scope)) {
        return Err(Refusal::new("invalid_scope", "scope exceeds what was granted"));
    }
    respond(shared, client, &grant, scope, client.rotate_refresh_tokens)
}

fn respond(shared: &Shared, client: &Client, grant: &Arc<Grant>, scope: &str, with_refresh_token: bool) -> Result<Value, Refusal> {
    let now = shared.clock.now();
    let Issued { access_token, refresh_token } = shared.grants.issue(grant, client, scope, with_refresh_token, now)?;
    let mut body = json!({
        "access_token": access_token,
        "token_type": "Bearer",
        "expires_in": client.access_token_seconds,
        "scope": scope,
    });
    if let Some(refresh_token) = refresh_token {
        body["refresh_token"] = refresh_token.into();
    }
    if grant.dialect == Dialect::OpenId && grant.has_scope("openid") {
        let id_token = oidc::id_token(shared, client, grant, &access_token)?;
        body["id_token"] = id_token.into();
    }
    Ok(body)
}
