//! OAuth 1.0a (RFC 5849): request tokens, authorization, access tokens, a signed profile call.
//!
//! The signatures are verified by code of its own, not by the library's, so that neither can be wrong
//! unnoticed.

mod authorize;
mod books;
mod signed;

use std::sync::Arc;

use axum::Router;
use axum::extract::{RawQuery, State};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, get};
use http::{HeaderMap, Method, StatusCode, header};
use serde_json::Value;
use url::form_urlencoded;

use crate::oauth2::profile;
use crate::provider::Shared;

pub(crate) use books::Books;
use signed::Signed;

const REQUEST_TOKEN: &str = "/oauth1/request_token";
const ACCESS_TOKEN: &str = "/oauth1/access_token";
const USER: &str = "/oauth1/user";

pub(crate) fn routes() -> Router<Arc<Shared>> {
    Router::new()
        .route(REQUEST_TOKEN, endpoint(REQUEST_TOKEN, request_token))
        .route("/oauth1/authorize", get(authorize::authorize))
        .route(ACCESS_TOKEN, endpoint(ACCESS_TOKEN, access_token))
        .route(USER, endpoint(USER, user))
}

/// Why a request is refused: a code of the OAuth Problem Reporting extension.
pub(crate) struct Problem(&'static str);

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = if self.0 == "parameter_absent" { StatusCode::BAD_REQUEST } else { StatusCode::UNAUTHORIZED };
        (status, form(&[("oauth_problem", self.0)])).into_response()
    }
}

/// An endpoint that answers signed requests, by `GET` and `POST`.
fn endpoint(path: &'static str, answer: fn(&Shared, &Signed) -> Result<Response, Problem>) -> MethodRouter<Arc<Shared>> {
    let handler =
        async move |State(shared): State<Arc<Shared>>, method: Method, RawQuery(query): RawQuery, headers: HeaderMap, body: String| {
            let query = query.unwrap_or_default();
            let signed = Signed::read(&shared, &method, path, &query, &headers, &body);
            match signed.and_then(|signed| answer(&shared, &signed)) {
                Ok(response) => response,
                Err(problem) => problem.into_response(),
            }
        };
    get(handler).post(handler)
}

/// RFC 5849, section 2.1.
fn request_token(shared: &Shared, signed: &Signed) -> Result<Response, Problem> {
    signed.verify(shared, "")?;
    let callback = signed.require("oauth_callback")?;
    if !signed.client.may_redirect_to(callback) {
        return Err(Problem("parameter_rejected"));
    }
    let (token, secret) = shared.oauth1.issue_request_token(&signed.client, callback, shared.clock.now())?;
    let confirmed = ("oauth_callback_confirmed", "true");
    Ok(form(&[("oauth_token", &token), ("oauth_token_secret", &secret), confirmed]).into_response())
}

/// RFC 5849, section 2.3.
fn access_token(shared: &Shared, signed: &Signed) -> Result<Response, Problem> {
    let token = signed.require("oauth_token")?;
    let secret = shared.oauth1.request_token_secret(token, &signed.client).ok_or(Problem("token_rejected"))?;
    signed.verify(shared, &secret)?;
    let verifier = signed.require("oauth_verifier")?;
    let issued = shared.oauth1.exchange(token, verifier, &signed.client, shared.clock.now())?;
    let person = shared.people.current(&issued.login.person);
    let screen_name = person.login.unwrap_or_default();
    let fields = [
        ("oauth_token", issued.token.as_str()),
        ("oauth_token_secret", &issued.secret),
        ("user_id", &person.id),
        ("screen_name", &screen_name),
    ];
    Ok(form(&fields).into_response())
}

/// The profile, for who signs with an access token.
fn user(shared: &Shared, signed: &Signed) -> Result<Response, Problem> {
    let token = signed.require("oauth_token")?;
    let (secret, login) = shared.oauth1.access(token, &signed.client).ok_or(Problem("token_rejected"))?;
    signed.verify(shared, &secret)?;
    let profile: Value = profile(shared.people.current(&login.person));
    Ok(axum::Json(profile).into_response())
}

fn form(fields: &[(&str, &str)]) -> impl IntoResponse {
    let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
    ([(header::CONTENT_TYPE, "application/x-www-form-urlencoded"), (header::CACHE_CONTROL, "no-store")], body)
}
