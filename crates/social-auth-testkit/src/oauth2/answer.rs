//! The authorization response: a redirect, or a form that posts itself.

use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use url::Url;

use crate::oauth2::Refusal;
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

/// 303, so that a browser comes with GET also after the consent form's POST.
pub(crate) fn see_other(url: &Url) -> Response {
    let Ok(location) = HeaderValue::from_str(url.as_str()) else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    let headers = [(header::LOCATION, location), (header::CACHE_CONTROL, HeaderValue::from_static("no-store"))];
    (StatusCode::SEE_OTHER, headers).into_response()
}
