//! The authorization response: a redirect, or a form that posts itself.

use std::sync::Arc;

use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use serde_json::{Map, Value};
use url::Url;

use crate::client::Client;
use crate::error::Error;
use crate::oauth2::Refusal;
use crate::oidc::IdToken;
use crate::page::Reader;
use crate::provider::Shared;

/// How the response travels (OAuth 2.0 Multiple Response Types; Form Post Response Mode).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ResponseMode {
    Query,
    FormPost,
}

/// Where an authorization response goes.
#[derive(Clone, Debug)]
pub(crate) struct Destination {
    pub(crate) redirect_uri: Url,
    pub(crate) mode: ResponseMode,
    pub(crate) state: Option<String>,
    /// Added to every response (RFC 9207 section 2).
    pub(crate) issuer: String,
    /// For whom the response is signed, where it is (JARM).
    pub(crate) signed_for: Option<Arc<Client>>,
}

impl Destination {
    pub(crate) fn grant(&self, shared: &Shared, reader: Reader, code: String) -> Response {
        self.send(shared, reader, vec![("code", code)])
    }

    pub(crate) fn refuse(&self, shared: &Shared, reader: Reader, refusal: &Refusal) -> Response {
        let fields = vec![("error", refusal.code().to_owned()), ("error_description", refusal.description().to_owned())];
        self.send(shared, reader, fields)
    }

    fn send(&self, shared: &Shared, reader: Reader, mut fields: Vec<(&'static str, String)>) -> Response {
        fields.extend(self.state.clone().map(|state| ("state", state)));
        fields.push(("iss", self.issuer.clone()));
        if let Some(client) = &self.signed_for {
            fields = match self.signed(shared, client, &fields) {
                Ok(response) => vec![("response", response)],
                Err(error) => return Refusal::from(error).into_response(),
            };
        }
        match self.mode {
            ResponseMode::FormPost => shared.pages.form_post(reader, self.redirect_uri.as_str(), &fields),
            ResponseMode::Query => {
                let mut url = self.redirect_uri.clone();
                url.query_pairs_mut().extend_pairs(fields);
                see_other(&url)
            }
        }
    }
}

impl Destination {
    /// JARM, section 2.1.
    fn signed(&self, shared: &Shared, client: &Client, fields: &[(&'static str, String)]) -> Result<String, Error> {
        let text = |(name, value): &(&'static str, String)| ((*name).to_owned(), Value::from(value.as_str()));
        let mut claims: Map<String, Value> = fields.iter().map(text).collect();
        claims.insert("aud".to_owned(), client.id.clone().into());
        claims.insert("exp".to_owned(), shared.clock.now().saturating_add(RESPONSE_SECONDS).into());
        let mut token = IdToken::new(shared, client.id_token_signing, claims);
        shared.id_token_edit.apply(&mut token);
        token.sign(shared, client.id_token_signing, client)
    }
}

/// Seconds that a signed response is good for.
const RESPONSE_SECONDS: i64 = 300;

/// 303, so that a browser comes with GET also after the consent form's POST.
pub(crate) fn see_other(url: &Url) -> Response {
    let Ok(location) = HeaderValue::from_str(url.as_str()) else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    let headers = [(header::LOCATION, location), (header::CACHE_CONTROL, HeaderValue::from_static("no-store"))];
    (StatusCode::SEE_OTHER, headers).into_response()
}
