//! Pushed authorization requests (RFC 9126).

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use axum::Json;
use axum::extract::State;
use axum::response::IntoResponse;
use http::{HeaderMap, StatusCode};
use serde_json::json;

use crate::oauth2::client_auth::authenticate;
use crate::oauth2::request::{AuthorizationRequest, Unanswerable};
use crate::oauth2::token::form;
use crate::oauth2::{Dialect, Refusal};
use crate::params::Params;
use crate::provider::Shared;
use crate::random;

const PREFIX: &str = "urn:ietf:params:oauth:request_uri:";
/// Seconds that a request waits for the browser.
const SECONDS: i64 = 60;

/// Requests that wait.
#[derive(Default)]
pub(crate) struct Pushed(Mutex<HashMap<String, (Params, i64)>>);

impl Pushed {
    /// The request of this name, once, if the same client comes with it.
    pub(super) fn take(&self, params: &Params, now: i64) -> Option<Params> {
        let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (request, until) = waiting.remove(params.first("request_uri")?)?;
        (until >= now && request.first("client_id") == params.first("client_id")).then_some(request)
    }
}

pub(crate) async fn push(
    shared: &Arc<Shared>,
    dialect: Dialect,
    headers: &HeaderMap,
    body: &str,
) -> Result<impl IntoResponse + use<>, Refusal> {
    let params = form(headers, body)?;
    let client = authenticate(shared, headers, &params)?;
    if params.first("client_id") != Some(&client.id) {
        return Err(Refusal::invalid_request("client_id must be that of the client"));
    }
    match AuthorizationRequest::read(shared, dialect, &params) {
        Ok(_) => {}
        Err(Unanswerable::Here(why)) => return Err(Refusal::invalid_request(why)),
        Err(Unanswerable::There(_, refusal)) => return Err(refusal),
    }
    let (name, now) = (format!("{PREFIX}{}", random::token()?), shared.clock.now());
    let mut waiting = shared.pushed.0.lock().unwrap_or_else(PoisonError::into_inner);
    waiting.retain(|_, (_, until)| *until >= now);
    waiting.insert(name.clone(), (params, now + SECONDS));
    Ok((StatusCode::CREATED, Json(json!({"request_uri": name, "expires_in": SECONDS}))))
}

pub(crate) async fn openid(State(shared): State<Arc<Shared>>, headers: HeaderMap, body: String) -> Result<impl IntoResponse, Refusal> {
    push(&shared, Dialect::OpenId, &headers, &body).await
}

pub(crate) async fn oauth2(State(shared): State<Arc<Shared>>, headers: HeaderMap, body: String) -> Result<impl IntoResponse, Refusal> {
    push(&shared, Dialect::OAuth2, &headers, &body).await
}
