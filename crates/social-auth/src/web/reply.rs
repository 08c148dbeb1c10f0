//! What is sent back to the browser or client.

use bytes::Bytes;
use cookie::Cookie;
use http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderValue, LOCATION, REFERRER_POLICY, RETRY_AFTER, SET_COOKIE, WWW_AUTHENTICATE,
};
use http::{Response, StatusCode};
use percent_encoding::{CONTROLS, utf8_percent_encode};
use serde_json::Value;

use crate::error::Error;

/// A status, a body and cookies. Never cached.
#[derive(Debug, Clone)]
pub struct Reply {
    /// The HTTP status.
    pub status: StatusCode,
    /// What to show or where to go.
    pub body: ReplyBody,
    /// Cookies to set or remove.
    pub cookies: Vec<Cookie<'static>>,
    /// Seconds for `Retry-After`.
    pub retry_after: Option<u64>,
    /// The error that this answers, if it does: [`into_http`](Reply::into_http) leaves it with the response's
    /// extensions, where the application's own layers find it.
    pub error: Option<Error>,
}

/// What to show or where to go.
#[derive(Debug, Clone, PartialEq)]
pub enum ReplyBody {
    /// The address to go to.
    Redirect(String),
    /// A page.
    Html {
        /// The page.
        html: String,
        /// Its `Content-Security-Policy`.
        csp: String,
    },
    /// A JSON document.
    Json(Value),
    /// A JSON document of type `application/problem+json` (RFC 9457).
    Problem(Value),
    /// A document of another type, such as SAML metadata.
    Document {
        /// The media type.
        content_type: &'static str,
        /// The text.
        text: String,
    },
    /// Nothing.
    Empty,
}

impl Reply {
    /// A reply of this status and body.
    #[must_use]
    pub fn new(status: StatusCode, body: ReplyBody) -> Self {
        Reply { status, body, cookies: Vec::new(), retry_after: None, error: None }
    }

    /// The same with another status, which a problem document tells too.
    #[must_use]
    pub fn with_status(mut self, status: StatusCode) -> Self {
        self.status = status;
        if let ReplyBody::Problem(document) = &mut self.body {
            document["status"] = Value::from(status.as_u16());
        }
        self
    }

    /// Sends the browser elsewhere (303: the next request is a `GET`).
    #[must_use]
    pub fn redirect(url: impl Into<String>) -> Self {
        Reply::new(StatusCode::SEE_OTHER, ReplyBody::Redirect(url.into()))
    }

    /// Shows a page under this `Content-Security-Policy`.
    #[must_use]
    pub fn html(status: StatusCode, html: impl Into<String>, csp: impl Into<String>) -> Self {
        Reply::new(status, ReplyBody::Html { html: html.into(), csp: csp.into() })
    }

    /// Answers with JSON.
    #[must_use]
    pub fn json(status: StatusCode, value: Value) -> Self {
        Reply::new(status, ReplyBody::Json(value))
    }

    /// Adds a cookie.
    #[must_use]
    pub fn cookie(mut self, cookie: Cookie<'static>) -> Self {
        self.cookies.push(cookie);
        self
    }

    /// Adds cookies.
    #[must_use]
    pub fn cookies(mut self, cookies: impl IntoIterator<Item = Cookie<'static>>) -> Self {
        self.cookies.extend(cookies);
        self
    }

    /// The address of a redirect.
    #[must_use]
    pub fn location(&self) -> Option<&str> {
        match &self.body {
            ReplyBody::Redirect(url) => Some(url),
            _ => None,
        }
    }

    /// As an HTTP response, with the headers that keep it out of caches, frames and referrers. An error comes
    /// along as an extension of type [`Error`].
    #[must_use]
    pub fn into_http(self) -> Response<Bytes> {
        let mut response = Response::new(Bytes::new());
        *response.status_mut() = self.status;
        if let Some(error) = self.error {
            response.extensions_mut().insert(error);
        }
        let headers = response.headers_mut();
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        headers.insert(REFERRER_POLICY, HeaderValue::from_static("same-origin"));
        headers.insert("x-content-type-options", HeaderValue::from_static("nosniff"));
        let mut put = |name: http::HeaderName, value: &str| {
            if let Ok(value) = HeaderValue::try_from(value) {
                headers.insert(name, value);
            }
        };
        if let Some(seconds) = self.retry_after {
            put(RETRY_AFTER, &seconds.to_string());
        }
        if self.status == StatusCode::UNAUTHORIZED {
            // RFC 9110, section 15.5.2: it says how to come better. No browser asks the person for a bearer token.
            put(WWW_AUTHENTICATE, "Bearer");
        }
        let body = match self.body {
            ReplyBody::Redirect(url) => {
                // An address on the wire is ASCII (RFC 3986, section 2).
                put(LOCATION, &utf8_percent_encode(&url, CONTROLS).to_string());
                Bytes::new()
            }
            ReplyBody::Html { html, csp } => {
                put(CONTENT_TYPE, "text/html; charset=utf-8");
                put(CONTENT_SECURITY_POLICY, &csp);
                Bytes::from(html)
            }
            ReplyBody::Json(value) => {
                put(CONTENT_TYPE, "application/json");
                Bytes::from(value.to_string())
            }
            ReplyBody::Problem(value) => {
                put(CONTENT_TYPE, "application/problem+json");
                Bytes::from(value.to_string())
            }
            ReplyBody::Document { content_type, text } => {
                put(CONTENT_TYPE, content_type);
                Bytes::from(text)
            }
            ReplyBody::Empty => Bytes::new(),
        };
        for cookie in &self.cookies {
            if let Ok(value) = HeaderValue::try_from(cookie.to_string()) {
                headers.append(SET_COOKIE, value);
            }
        }
        *response.body_mut() = body;
        response
    }
}
