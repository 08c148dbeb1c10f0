//! The recording's format, `wire-1`; described in `data/README.md`.

use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::{Map, Value};
use social_auth::error::Reason;

/// What was recorded of one backend.
#[derive(Deserialize)]
pub struct Recording {
    pub format: String,
    pub backend: String,
    #[serde(default)]
    pub keys: Map<String, Value>,
    pub cases: Vec<Case>,
}

#[derive(Deserialize)]
pub struct Case {
    pub id: String,
    /// The recorded class.
    #[serde(default)]
    pub class: String,
    pub backend: Option<String>,
    /// Unix seconds; stands still.
    pub clock: i64,
    #[serde(default)]
    pub settings: Map<String, Value>,
    pub steps: Vec<Step>,
    #[serde(default)]
    pub jwts: Vec<Jwt>,
}

#[derive(Deserialize)]
pub struct Step {
    #[serde(rename = "do")]
    pub action: Action,
    #[serde(default)]
    pub params: Map<String, Value>,
    #[serde(default)]
    pub args: Vec<Value>,
    #[serde(default)]
    pub redirect_uri: String,
    #[serde(default)]
    pub settings_edits: Edits,
    #[serde(default)]
    pub http: Vec<Exchange>,
    pub expect: Expect,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Action {
    Begin,
    Callback,
    Refresh,
    Revoke,
}

#[derive(Default, Deserialize)]
pub struct Edits {
    #[serde(default)]
    pub set: Map<String, Value>,
    #[serde(default)]
    pub unset: Vec<String>,
}

/// What the recording concluded.
#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Expect {
    Redirect { base: String, query: Map<String, Value> },
    Html { forms: Vec<Form> },
    Identity(Map<String, Value>),
    Accepted { response: Value },
    Value(Value),
    Error(ExpectedError),
    None(IgnoredAny),
}

impl Expect {
    pub fn kind(&self) -> &'static str {
        match self {
            Expect::Redirect { .. } => "redirect",
            Expect::Html { .. } => "page",
            Expect::Identity(_) => "identity",
            Expect::Accepted { .. } => "accepted",
            Expect::Value(_) => "value",
            Expect::Error(_) => "error",
            Expect::None(_) => "none",
        }
    }

    pub fn error(&self) -> Option<&ExpectedError> {
        match self {
            Expect::Error(error) => Some(error),
            _ => None,
        }
    }
}

#[derive(Deserialize)]
pub struct Form {
    #[serde(default)]
    pub action: String,
    #[serde(default)]
    pub method: String,
    #[serde(default)]
    pub inputs: Map<String, Value>,
}

#[derive(Deserialize)]
pub struct ExpectedError {
    #[serde(default)]
    pub class: String,
    pub code: Option<String>,
    pub parameter: Option<String>,
    pub claim: Option<String>,
    #[serde(default)]
    pub peer_crash: bool,
}

/// A request to the provider and what came of it.
#[derive(Clone, Deserialize)]
pub struct Exchange {
    pub request: RecordedRequest,
    pub response: Option<RecordedResponse>,
    pub error: Option<RecordedFailure>,
}

/// A connection that came to nothing.
#[derive(Clone, Deserialize)]
pub struct RecordedFailure {
    #[serde(default)]
    pub class: String,
}

impl RecordedFailure {
    pub fn reason(&self) -> Reason {
        if self.class.contains("Timeout") { Reason::Timeout } else { Reason::ConnectionFailed }
    }
}

#[derive(Clone, Deserialize)]
pub struct RecordedRequest {
    pub method: String,
    /// Without its query.
    pub url: String,
    #[serde(default)]
    pub query: Map<String, Value>,
    #[serde(default)]
    pub headers: Map<String, Value>,
    pub authorization: Option<Map<String, Value>>,
    pub body: Option<RecordedBody>,
}

impl RecordedRequest {
    /// A field of the form.
    pub fn field(&self, name: &str) -> Option<&str> {
        match &self.body {
            Some(RecordedBody::Form { fields }) => fields.get(name)?.as_str(),
            _ => None,
        }
    }
}

#[derive(Clone, Deserialize)]
#[serde(tag = "type", rename_all = "lowercase")]
pub enum RecordedBody {
    Form { fields: Map<String, Value> },
    Json { value: Value },
    Text { value: Value },
    Binary,
}

#[derive(Clone, Deserialize)]
pub struct RecordedResponse {
    pub status: u16,
    #[serde(default)]
    pub headers: Map<String, Value>,
    #[serde(default)]
    pub body: Value,
}

/// A signed token of the case.
#[derive(Clone, Deserialize)]
pub struct Jwt {
    /// As it stands in the recording.
    pub value: String,
    pub headers: Map<String, Value>,
    pub claims: Map<String, Value>,
    pub algorithm: Option<String>,
    pub key: Option<String>,
    pub by: Signer,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Signer {
    /// The provider: it is signed anew with what is ours.
    Provider,
    /// Header and signature are the recorded ones, the payload is another.
    Tampered,
    /// It stays as it is.
    Literal,
    /// We: its claims are compared, not its bytes.
    Library,
}
