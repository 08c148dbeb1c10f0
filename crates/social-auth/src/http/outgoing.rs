//! A request to a provider, and its answer.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::header::{HeaderMap, HeaderName, HeaderValue};
use serde_json::Value;
use url::Url;

use crate::error::{Error, Reason, Result};

/// A request to a provider. `Debug` shows method and host only.
#[derive(Clone)]
pub struct Outgoing {
    /// The method.
    pub method: http::Method,
    /// The whole URL; may carry secrets in its query.
    pub url: Url,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: Bytes,
}

impl Outgoing {
    /// A request without a body.
    ///
    /// # Errors
    /// `invalid_setting` when `url` is no absolute http(s) URL.
    pub fn new(method: http::Method, url: &str) -> Result<Self> {
        let parsed = Url::parse(url).ok().filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
        let url =
            parsed.ok_or_else(|| Error::invalid_setting("url", "a provider's URL must be absolute and begin with https:// or http://"))?;
        Ok(Outgoing { method, url, headers: HeaderMap::new(), body: Bytes::new() })
    }

    /// A `GET`.
    ///
    /// # Errors
    /// As [`Outgoing::new`].
    pub fn get(url: &str) -> Result<Self> {
        Outgoing::new(http::Method::GET, url)
    }

    /// A `POST` of a form.
    ///
    /// # Errors
    /// As [`Outgoing::new`].
    pub fn post_form<K: AsRef<str>, V: AsRef<str>>(url: &str, fields: &[(K, V)]) -> Result<Self> {
        Ok(Outgoing::new(http::Method::POST, url)?.form(fields))
    }

    /// Puts a form into the body.
    #[must_use]
    pub fn form<K: AsRef<str>, V: AsRef<str>>(mut self, fields: &[(K, V)]) -> Self {
        let encoded = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        self.body = Bytes::from(encoded);
        self.header("content-type", "application/x-www-form-urlencoded")
    }

    /// Puts a JSON value into the body.
    #[must_use]
    pub fn json(mut self, value: &Value) -> Self {
        self.body = Bytes::from(value.to_string());
        self.header("content-type", "application/json")
    }

    /// Adds parameters to the query.
    #[must_use]
    pub fn query<K: AsRef<str>, V: AsRef<str>>(mut self, fields: &[(K, V)]) -> Self {
        if !fields.is_empty() {
            self.url.query_pairs_mut().extend_pairs(fields);
        }
        self
    }

    /// Sets a header; a value that no header can hold leaves it unset.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) {
            self.headers.insert(name, value);
        }
        self
    }

    /// Sets a header unless it is set.
    #[must_use]
    pub fn header_if_absent(self, name: &str, value: &str) -> Self {
        if self.headers.contains_key(name) { self } else { self.header(name, value) }
    }

    /// `Authorization: <scheme> <credentials>`, marked as sensitive.
    #[must_use]
    pub fn authorization(mut self, scheme: &str, credentials: &str) -> Self {
        if let Ok(mut value) = HeaderValue::try_from(format!("{scheme} {credentials}")) {
            value.set_sensitive(true);
            self.headers.insert(http::header::AUTHORIZATION, value);
        }
        self
    }

    /// `Authorization: Bearer …` (RFC 6750, section 2.1).
    #[must_use]
    pub fn bearer(self, token: &str) -> Self {
        self.authorization("Bearer", token)
    }

    /// `Authorization: Basic …` of exactly these two texts (RFC 7617).
    #[must_use]
    pub fn basic(self, user: &str, password: &str) -> Self {
        let credentials = STANDARD.encode(format!("{user}:{password}"));
        self.authorization("Basic", &credentials)
    }
}

impl fmt::Debug for Outgoing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.method, self.url.host_str().unwrap_or_default())
    }
}

/// A provider's answer. `Debug` shows status and size only.
#[derive(Clone)]
pub struct Incoming {
    /// The HTTP status.
    pub status: u16,
    /// The headers.
    pub headers: HeaderMap,
    /// The body, at most `max_body` bytes.
    pub body: Bytes,
}

impl Incoming {
    /// Whether the status is 2xx.
    #[must_use]
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// A header's text.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// The body as text.
    ///
    /// # Errors
    /// `malformed_response` when it is not UTF-8.
    pub fn text(&self) -> Result<&str> {
        std::str::from_utf8(&self.body).map_err(|_| Error::malformed("the answer is not UTF-8 text"))
    }

    /// The body as JSON.
    ///
    /// # Errors
    /// `malformed_response` when it is none; the detail names the content type, never the content.
    pub fn json(&self) -> Result<Value> {
        serde_json::from_slice(&self.body).map_err(|error| {
            let kind = self.header("content-type").unwrap_or("no content type");
            Error::malformed(format!(
                "expected JSON, got {} bytes of {kind} (line {}, column {})",
                self.body.len(),
                error.line(),
                error.column()
            ))
        })
    }

    /// `Retry-After` in seconds, where it is given as a number.
    #[must_use]
    pub fn retry_after(&self) -> Option<u64> {
        self.header("retry-after").and_then(|text| text.trim().parse().ok())
    }

    /// The error that a status outside 2xx stands for, whatever the body says.
    ///
    /// # Errors
    /// `rate_limited` (429), `unavailable` (5xx), else `http_error`.
    pub fn require_success(&self) -> Result<()> {
        if self.is_success() {
            return Ok(());
        }
        let reason = match self.status {
            429 => Reason::RateLimited,
            500..=599 => Reason::Unavailable,
            _ => Reason::HttpError,
        };
        let mut error = Error::new(reason).status(self.status);
        if let Some(seconds) = self.retry_after() {
            error = error.retry_after(seconds);
        }
        if (300..400).contains(&self.status) {
            error = error.detail("the provider answered with a redirect, which is never followed; check the URL settings of this backend");
        }
        Err(error)
    }
}

impl fmt::Debug for Incoming {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "HTTP {} ({} bytes)", self.status, self.body.len())
    }
}
