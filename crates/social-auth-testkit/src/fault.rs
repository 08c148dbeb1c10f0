//! Faults: an endpoint that misbehaves as real providers do.

use std::collections::HashMap;
use std::fmt;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Body, Bytes, HttpBody, to_bytes};
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::{HeaderName, HeaderValue, StatusCode, header};
use http_body::Frame;
use serde_json::Value;
use tokio::time::Sleep;

use crate::provider::Shared;
use crate::random;

const CHUNK: &[u8] = &[b' '; 16 * 1024];
const JSON: &str = "application/json";
const NONCE: HeaderName = HeaderName::from_static("dpop-nonce");

/// How an endpoint misbehaves.
#[derive(Clone)]
#[non_exhaustive]
pub enum Fault {
    /// 200 with a web page, as from a captive portal.
    Html,
    /// This status with a short text.
    Status(u16),
    /// 200 with this many bytes of JSON white space, chunked, so that no length is announced.
    HugeBody(u64),
    /// 200 with no body.
    Empty,
    /// The right answer after this time.
    Slow(Duration),
    /// 200 that says JSON, with a token that is not UTF-8.
    InvalidUtf8,
    /// 307 to this URL: a client that follows it hands over its credentials.
    RedirectTo(String),
    /// The connection ends before any answer.
    DropConnection,
    /// The connection ends in the middle of the body.
    Truncated,
    /// 200 that says JSON and is not.
    NotJson,
    /// 200 with an OAuth error inside, as GitHub answers.
    ErrorIn200,
    /// 400 that asks for another DPoP nonce, however often the client comes with the one it was given.
    AnotherNonce,
    /// The right answer, but its JSON is changed first; see [`Fault::alter`].
    Alter(Alteration),
}

impl Fault {
    /// The right answer, but its JSON is changed first: a wrong `issuer` in the discovery
    /// document, a `sub` that is a number, a missing `access_token`.
    ///
    /// ```
    /// use social_auth_testkit::Fault;
    /// let fault = Fault::alter(|body| body["sub"] = 7.into());
    /// ```
    #[must_use]
    pub fn alter(change: impl Fn(&mut Value) + Send + Sync + 'static) -> Self {
        Self::Alter(Alteration(Arc::new(change)))
    }
}

/// A change to a JSON answer.
#[derive(Clone)]
pub struct Alteration(Arc<dyn Fn(&mut Value) + Send + Sync>);

impl fmt::Debug for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = match self {
            Self::Html => "Html",
            Self::Status(status) => return write!(f, "Status({status})"),
            Self::HugeBody(bytes) => return write!(f, "HugeBody({bytes})"),
            Self::Empty => "Empty",
            Self::Slow(time) => return write!(f, "Slow({time:?})"),
            Self::InvalidUtf8 => "InvalidUtf8",
            Self::RedirectTo(url) => return write!(f, "RedirectTo({url})"),
            Self::DropConnection => "DropConnection",
            Self::Truncated => "Truncated",
            Self::NotJson => "NotJson",
            Self::ErrorIn200 => "ErrorIn200",
            Self::AnotherNonce => "AnotherNonce",
            Self::Alter(_) => "Alter",
        };
        f.write_str(name)
    }
}

/// The faults by path.
#[derive(Debug, Default)]
pub(crate) struct Faults(Mutex<HashMap<String, Planned>>);

#[derive(Debug)]
struct Planned {
    fault: Fault,
    /// How often it still happens; `None` means until it is healed.
    left: Option<u32>,
}

impl Faults {
    pub(crate) fn plan(&self, path: &str, fault: Fault, times: Option<u32>) {
        let mut faults = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        faults.insert(path.to_owned(), Planned { fault, left: times });
    }

    pub(crate) fn heal(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    fn take(&self, path: &str) -> Option<Fault> {
        let mut faults = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let planned = faults.get_mut(path)?;
        match &mut planned.left {
            None => Some(planned.fault.clone()),
            Some(0) => None,
            Some(left) => {
                *left -= 1;
                Some(planned.fault.clone())
            }
        }
    }
}

/// Middleware: answers in the endpoint's place when a fault is planned for its path.
pub(crate) async fn misbehave(State(shared): State<Arc<Shared>>, request: Request, next: Next) -> Response {
    let Some(fault) = shared.faults.take(request.uri().path()) else {
        return next.run(request).await;
    };
    match fault {
        Fault::Slow(time) => {
            tokio::time::sleep(time).await;
            next.run(request).await
        }
        Fault::Alter(change) => alter(next.run(request).await, &change).await,
        fault => instead(fault),
    }
}

fn instead(fault: Fault) -> Response {
    match fault {
        Fault::Status(status) => {
            let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
            (status, "A fault was asked for.").into_response()
        }
        Fault::RedirectTo(url) => match HeaderValue::from_str(&url) {
            Ok(url) => (StatusCode::TEMPORARY_REDIRECT, [(header::LOCATION, url)]).into_response(),
            Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
        },
        Fault::Empty => say(JSON, Body::empty()),
        Fault::InvalidUtf8 => say(JSON, Body::from(&b"{\"access_token\":\"\xff\xfe\",\"token_type\":\"bearer\"}"[..])),
        Fault::NotJson => say(JSON, Body::from("access_token=abc&token_type=bearer")),
        Fault::ErrorIn200 => say(JSON, Body::from(r#"{"error":"bad_verification_code","error_description":"A fault was asked for."}"#)),
        Fault::AnotherNonce => {
            let headers = [(header::CONTENT_TYPE, JSON.to_owned()), (NONCE, random::token().unwrap_or_default())];
            (StatusCode::BAD_REQUEST, headers, r#"{"error":"use_dpop_nonce"}"#).into_response()
        }
        Fault::HugeBody(bytes) => say(JSON, Body::new(Filler::ending(bytes))),
        Fault::Truncated => say(JSON, Body::new(Filler::breaking(2 * CHUNK.len() as u64))),
        // The body fails before the head is flushed, so hyper closes without a byte.
        Fault::DropConnection => say(JSON, Body::new(Filler::breaking(0))),
        Fault::Html | Fault::Slow(_) | Fault::Alter(_) => {
            say("text/html", Body::from("<!doctype html><title>Welcome</title><p>Please sign in."))
        }
    }
}

fn say(content_type: &'static str, body: Body) -> Response {
    ([(header::CONTENT_TYPE, content_type)], body).into_response()
}

async fn alter(response: Response, change: &Alteration) -> Response {
    let (mut parts, body) = response.into_parts();
    let bytes = to_bytes(body, usize::MAX).await.unwrap_or_default();
    let Ok(mut json) = serde_json::from_slice::<Value>(&bytes) else {
        return Response::from_parts(parts, Body::from(bytes));
    };
    (change.0)(&mut json);
    parts.headers.remove(header::CONTENT_LENGTH);
    Response::from_parts(parts, Body::from(json.to_string()))
}

/// A body of white space that ends, or breaks off, after some bytes.
struct Filler {
    left: u64,
    end: End,
}

enum End {
    Orderly,
    /// Before hyper flushes anything.
    Abrupt,
    /// hyper sends what it has while the body waits.
    AfterPause(Pin<Box<Sleep>>),
}

impl Filler {
    fn ending(left: u64) -> Self {
        Self { left, end: End::Orderly }
    }

    fn breaking(left: u64) -> Self {
        let pause = || Box::pin(tokio::time::sleep(Duration::from_millis(50)));
        Self { left, end: if left == 0 { End::Abrupt } else { End::AfterPause(pause()) } }
    }
}

#[derive(Debug, thiserror::Error)]
#[error("a fault was asked for")]
struct Broken;

impl HttpBody for Filler {
    type Data = Bytes;
    type Error = Broken;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Broken>>> {
        if self.left == 0 {
            return match &mut self.end {
                End::Orderly => Poll::Ready(None),
                End::Abrupt => Poll::Ready(Some(Err(Broken))),
                End::AfterPause(pause) => pause.as_mut().poll(context).map(|()| Some(Err(Broken))),
            };
        }
        let size = usize::try_from(self.left).unwrap_or(usize::MAX).min(CHUNK.len());
        self.left -= size as u64;
        Poll::Ready(Some(Ok(Frame::data(Bytes::from_static(CHUNK).slice(..size)))))
    }
}
