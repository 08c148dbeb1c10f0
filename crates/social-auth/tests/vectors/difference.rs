//! What differs between the recording and us.

use std::fmt;
use std::sync::Arc;

use serde_json::{Map, Value};

use crate::request::Sent;
use crate::wire::RecordedRequest;

/// One difference, small enough for a deviation to name it.
#[derive(Clone)]
pub struct Difference {
    /// The index of the step.
    pub step: usize,
    pub what: What,
    /// What the recording has; `None`: nothing.
    pub expected: Option<Value>,
    /// What we have; `None`: nothing.
    pub got: Option<Value>,
    /// The exchange that it is about, if it is about one.
    pub exchange: Option<Arc<(RecordedRequest, Sent)>>,
    /// The whole query of our redirect, if it is about one.
    pub departure: Option<Arc<Map<String, Value>>>,
}

/// What differs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum What {
    /// How the step ended: the kinds, such as "identity" and "error …".
    Outcome,
    /// The code of the error.
    ErrorCode,
    /// The parameter that the error names.
    ErrorParameter,
    /// The claim that the error names.
    ErrorClaim,
    /// The address that the browser is sent to, without its query.
    Departure,
    /// A parameter of that address.
    DepartureQuery(String),
    /// A form of a page, or a field of it.
    Form(String),
    /// A request that was not made, or that the recording does not have.
    Exchange,
    /// The order of the requests.
    Order,
    Method,
    Query(String),
    /// The kind of the body.
    BodyKind,
    /// A form field, or the whole of another body.
    Body(String),
    Header(String),
    Authorization,
    /// A parameter of `Authorization: OAuth` (OAuth 1.0a).
    OAuthParam(String),
    /// `uid`, `id_key`, `is_new`, `groups`.
    Identity(String),
    Details(String),
    ExtraData(String),
    User(String),
    /// A member of what refresh answered, or the answer of revoke.
    Value(String),
    /// A member of what the pipeline would get.
    Response(String),
    /// A rule of ours about our own values.
    Consistency(String),
}

impl Difference {
    pub fn new(step: usize, what: What, expected: Option<Value>, got: Option<Value>) -> Self {
        Difference { step, what, expected, got, exchange: None, departure: None }
    }

    /// The recording's text.
    pub fn expected_text(&self) -> Option<&str> {
        self.expected.as_ref().and_then(Value::as_str)
    }

    /// Our text.
    pub fn got_text(&self) -> Option<&str> {
        self.got.as_ref().and_then(Value::as_str)
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let show = |value: &Option<Value>| value.as_ref().map_or_else(|| "nothing".to_owned(), ToString::to_string);
        write!(f, "step {} {:?}", self.step + 1, self.what)?;
        if let Some(exchange) = &self.exchange {
            write!(f, " of {} {}", exchange.0.method, exchange.0.url)?;
        }
        write!(f, ": expected {}, got {}", show(&self.expected), show(&self.got))
    }
}
