//! What can go wrong, in stable words: a [`Reason`] (the code), where it came from ([`Source`]), during
//! what ([`Stage`]) and what to do about it ([`Recovery`]).
//!
//! Codes are those of Python Social Auth's core 7 where it has one. Three readers are served: the
//! person at the browser ([`Reason::message`]), the operator's log (`Display`), and the developer
//! ([`Error::detail`], [`std::error::Error::source`]). None of them ever sees a secret: whoever builds
//! an `Error` puts names of things into it, never their values.

mod reason;

use std::fmt;
use std::sync::Arc;

use serde::Serialize;

pub use reason::{Reason, Recovery, Source, Stage};

/// The result of everything here that can fail.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// An error with a stable code.
///
/// ```
/// use social_auth::error::{Error, Reason, Stage};
/// let error = Error::new(Reason::MissingClaim).claim("sub").stage(Stage::UserInfo).backend("acme");
/// assert_eq!(error.reason().code(), "missing_claim");
/// assert_eq!(error.to_string(), r#"missing_claim (claim "sub") at user_info, backend "acme""#);
/// ```
#[derive(Debug, Clone)]
pub struct Error(Box<Inner>);

#[derive(Debug, Clone)]
struct Inner {
    reason: Reason,
    source: Source,
    stage: Stage,
    recovery: Recovery,
    backend: Option<String>,
    parameter: Option<String>,
    claim: Option<String>,
    provider_code: Option<String>,
    status: Option<u16>,
    retry_after: Option<u64>,
    detail: Option<String>,
    cause: Option<Arc<dyn std::error::Error + Send + Sync>>,
}

impl Error {
    /// An error of this reason, with the reason's own source and recovery.
    #[must_use]
    pub fn new(reason: Reason) -> Self {
        Error(Box::new(Inner {
            reason,
            source: reason.source(),
            stage: Stage::Unknown,
            recovery: reason.recovery(),
            backend: None,
            parameter: None,
            claim: None,
            provider_code: None,
            status: None,
            retry_after: None,
            detail: None,
            cause: None,
        }))
    }

    /// `missing_parameter` for the named request parameter.
    #[must_use]
    pub fn missing_parameter(name: impl Into<String>) -> Self {
        Error::new(Reason::MissingParameter).parameter(name)
    }

    /// `missing_claim` for the named field of the provider's answer.
    #[must_use]
    pub fn missing_claim(name: impl Into<String>) -> Self {
        Error::new(Reason::MissingClaim).claim(name)
    }

    /// `invalid_claim` for the named field of the provider's answer.
    #[must_use]
    pub fn invalid_claim(name: impl Into<String>) -> Self {
        Error::new(Reason::InvalidClaim).claim(name)
    }

    /// `invalid_setting` for the named setting; `detail` says what is wrong and what would be right.
    #[must_use]
    pub fn invalid_setting(name: impl Into<String>, detail: impl Into<String>) -> Self {
        Error::new(Reason::InvalidSetting).parameter(name).detail(detail)
    }

    /// `malformed_response`; `detail` says what could not be read.
    #[must_use]
    pub fn malformed(detail: impl Into<String>) -> Self {
        Error::new(Reason::MalformedResponse).detail(detail)
    }

    /// Sets the stage.
    #[must_use]
    pub fn stage(mut self, stage: Stage) -> Self {
        self.0.stage = stage;
        self
    }

    /// Sets the stage unless a more precise one is known already.
    #[must_use]
    pub fn stage_if_unknown(self, stage: Stage) -> Self {
        if self.0.stage == Stage::Unknown { self.stage(stage) } else { self }
    }

    /// Sets the source.
    #[must_use]
    pub fn from_source(mut self, source: Source) -> Self {
        self.0.source = source;
        self
    }

    /// Sets the recovery.
    #[must_use]
    pub fn recovery_by(mut self, recovery: Recovery) -> Self {
        self.0.recovery = recovery;
        self
    }

    /// Names the backend.
    #[must_use]
    pub fn backend(mut self, name: impl Into<String>) -> Self {
        self.0.backend = Some(printable(&name.into(), 200));
        self
    }

    /// Names the request parameter or setting.
    #[must_use]
    pub fn parameter(mut self, name: impl Into<String>) -> Self {
        self.0.parameter = Some(printable(&name.into(), 200));
        self
    }

    /// Names the field of the provider's answer.
    #[must_use]
    pub fn claim(mut self, name: impl Into<String>) -> Self {
        self.0.claim = Some(printable(&name.into(), 200));
        self
    }

    /// Keeps the provider's own error code (`invalid_grant`), cut to 200 printable characters.
    #[must_use]
    pub fn provider_code(mut self, code: &str) -> Self {
        self.0.provider_code = Some(printable(code, 200));
        self
    }

    /// Keeps the HTTP status of the provider's answer.
    #[must_use]
    pub fn status(mut self, status: u16) -> Self {
        self.0.status = Some(status);
        self
    }

    /// Keeps how long to wait, in seconds.
    #[must_use]
    pub fn retry_after(mut self, seconds: u64) -> Self {
        self.0.retry_after = Some(seconds);
        self
    }

    /// A sentence for the operator and developer: what was seen, what would be right. No secrets.
    #[must_use]
    pub fn detail(mut self, detail: impl Into<String>) -> Self {
        self.0.detail = Some(printable(&detail.into(), 2000));
        self
    }

    /// The error underneath.
    #[must_use]
    pub fn caused_by(mut self, cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        self.0.cause = Some(Arc::from(cause.into()));
        self
    }

    /// Why it failed.
    #[must_use]
    pub fn reason(&self) -> Reason {
        self.0.reason
    }

    /// The facts, for Problem Details, events and templates.
    #[must_use]
    pub fn facts(&self) -> Facts<'_> {
        let inner = &*self.0;
        Facts {
            code: inner.reason.code(),
            source: inner.source,
            stage: inner.stage,
            recovery: inner.recovery,
            backend: inner.backend.as_deref(),
            parameter: inner.parameter.as_deref(),
            claim: inner.claim.as_deref(),
            provider_code: inner.provider_code.as_deref(),
            status: inner.status,
            retry_after: inner.retry_after,
        }
    }

    /// The developer's sentence, if there is one.
    #[must_use]
    pub fn explanation(&self) -> Option<&str> {
        self.0.detail.as_deref()
    }
}

/// What an [`Error`] states besides its sentences: fit to be shown to anyone.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Facts<'a> {
    /// [`Reason::code`].
    pub code: &'static str,
    /// Where it came from.
    pub source: Source,
    /// What was being done.
    pub stage: Stage,
    /// What helps.
    pub recovery: Recovery,
    /// The backend instance.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub backend: Option<&'a str>,
    /// The request parameter or setting.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parameter: Option<&'a str>,
    /// The field of the provider's answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub claim: Option<&'a str>,
    /// The provider's own code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub provider_code: Option<&'a str>,
    /// The HTTP status of the provider's answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// Seconds to wait.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retry_after: Option<u64>,
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let facts = self.facts();
        f.write_str(facts.code)?;
        if let Some(name) = facts.parameter {
            write!(f, " (\"{name}\")")?;
        }
        if let Some(name) = facts.claim {
            write!(f, " (claim \"{name}\")")?;
        }
        if facts.stage != Stage::Unknown {
            write!(f, " at {}", facts.stage)?;
        }
        if let Some(backend) = facts.backend {
            write!(f, ", backend \"{backend}\"")?;
        }
        if let Some(code) = facts.provider_code {
            write!(f, ", the provider says \"{code}\"")?;
        }
        if let Some(status) = facts.status {
            write!(f, ", HTTP {status}")?;
        }
        if let Some(detail) = self.explanation() {
            write!(f, ": {detail}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match &self.0.cause {
            Some(cause) => Some(&**cause),
            None => None,
        }
    }
}

/// Text from outside made fit for one line of a log: control characters become spaces, length is capped.
fn printable(text: &str, limit: usize) -> String {
    text.chars().take(limit).map(|c| if c.is_control() { ' ' } else { c }).collect()
}
