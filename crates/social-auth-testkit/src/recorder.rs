//! What arrived: tests count token, refresh and key requests with it.

use std::collections::VecDeque;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, Method, StatusCode, header};
use url::form_urlencoded;

use crate::guard::is_loopback_authority;
use crate::provider::Shared;

/// Requests that are remembered; a demo that runs for weeks forgets the oldest.
const CAPACITY: usize = 4096;
/// Bytes of a request body that are read; larger ones are refused.
const BODY_LIMIT: usize = 256 * 1024;

/// A request that the provider received.
#[derive(Clone)]
pub struct RecordedRequest {
    /// The method.
    pub method: Method,
    /// The path, without the query.
    pub path: String,
    /// The query's fields in their order.
    pub query: Vec<(String, String)>,
    /// The fields of a form body in their order.
    pub form: Vec<(String, String)>,
    /// The headers, `authorization` among them.
    pub headers: HeaderMap,
}

impl RecordedRequest {
    /// The first value of a form or query field.
    #[must_use]
    pub fn field(&self, name: &str) -> Option<&str> {
        let mut fields = self.form.iter().chain(&self.query);
        fields.find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }
}

/// Names only: the values are codes, tokens and secrets.
impl fmt::Debug for RecordedRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = |fields: &[(String, String)]| -> Vec<String> { fields.iter().map(|(name, _)| name.clone()).collect() };
        f.debug_struct("RecordedRequest")
            .field("method", &self.method)
            .field("path", &self.path)
            .field("query", &names(&self.query))
            .field("form", &names(&self.form))
            .finish_non_exhaustive()
    }
}

/// The last requests, oldest first.
#[derive(Debug, Default)]
pub(crate) struct RequestLog(Mutex<VecDeque<RecordedRequest>>);

impl RequestLog {
    pub(crate) fn all(&self) -> Vec<RecordedRequest> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).iter().cloned().collect()
    }

    pub(crate) fn clear(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    fn push(&self, request: RecordedRequest) {
        let mut requests = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if requests.len() >= CAPACITY {
            requests.pop_front();
        }
        requests.push_back(request);
    }
}

/// Middleware: refuses foreign `Host` headers, notes the request, passes it on.
pub(crate) async fn record(State(shared): State<Arc<Shared>>, request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    let authority = parts
        .uri
        .authority()
        .map(|authority| authority.as_str())
        .or_else(|| parts.headers.get(header::HOST).and_then(|value| value.to_str().ok()));
    if !authority.is_some_and(is_loopback_authority) {
        let text = "The development identity provider answers to localhost and 127.0.0.1 only.\n";
        return (StatusCode::MISDIRECTED_REQUEST, text).into_response();
    }
    let Ok(bytes) = to_bytes(body, BODY_LIMIT).await else {
        return StatusCode::PAYLOAD_TOO_LARGE.into_response();
    };
    let fields = |bytes: &[u8]| form_urlencoded::parse(bytes).into_owned().collect();
    let is_form = content_type(&parts.headers) == "application/x-www-form-urlencoded";
    shared.log.push(RecordedRequest {
        method: parts.method.clone(),
        path: parts.uri.path().to_owned(),
        query: fields(parts.uri.query().unwrap_or_default().as_bytes()),
        form: if is_form { fields(&bytes) } else { Vec::new() },
        headers: parts.headers.clone(),
    });
    next.run(Request::from_parts(parts, Body::from(bytes))).await
}

/// The media type without its parameters, in lower case.
pub(crate) fn content_type(headers: &HeaderMap) -> String {
    let value = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let media_type = value.unwrap_or_default().split(';').next().unwrap_or_default();
    media_type.trim().to_ascii_lowercase()
}
