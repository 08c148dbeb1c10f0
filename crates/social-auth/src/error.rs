//! What can go wrong, in stable words: a [`Reason`] (the code), where it came from ([`Source`]), during
//! what ([`Stage`]) and what to do about it ([`Recovery`]).
//!
//! Codes are those of Python Social Auth's core 7 where it has one. Three readers are served: the
//! person at the browser ([`Reason::message`]), the operator's log (`Display`), and the developer
//! ([`Error::detail`], [`std::error::Error::source`]). None of them ever sees a secret: whoever builds
//! an `Error` puts names of things into it, never their values.

use std::fmt;
use std::sync::Arc;

use serde::Serialize;

/// The result of everything here that can fail.
pub type Result<T, E = Error> = std::result::Result<T, E>;

macro_rules! reasons {
    ($($variant:ident $code:literal $source:ident $recovery:ident $message:literal;)*) => {
        /// Why a sign-in (or anything else here) failed. [`Reason::code`] is stable.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum Reason {
            $(#[doc = $message] $variant,)*
        }

        impl Reason {
            /// Every reason there is, for documentation and tests.
            pub const ALL: &'static [Reason] = &[$(Reason::$variant),*];

            /// The stable code, as in logs, `Problem Details` and Python Social Auth.
            #[must_use]
            pub fn code(self) -> &'static str {
                match self { $(Reason::$variant => $code,)* }
            }

            /// One sentence for the person at the browser.
            #[must_use]
            pub fn message(self) -> &'static str {
                match self { $(Reason::$variant => $message,)* }
            }

            /// Where this reason comes from unless the error says otherwise.
            #[must_use]
            pub fn source(self) -> Source {
                match self { $(Reason::$variant => Source::$source,)* }
            }

            /// What to do about it unless the error says otherwise.
            #[must_use]
            pub fn recovery(self) -> Recovery {
                match self { $(Reason::$variant => Recovery::$recovery,)* }
            }
        }
    };
}

reasons! {
    MissingSetting "missing_setting" Configuration ContactAdministrator "Sign-in is not set up completely. Please tell the people who run this site.";
    InvalidSetting "invalid_setting" Configuration ContactAdministrator "Sign-in is not set up correctly. Please tell the people who run this site.";
    UnsupportedFeature "unsupported_feature" Configuration ContactAdministrator "This way of signing in does not offer that.";
    BackendMissing "backend_missing" Configuration ContactAdministrator "There is no such way to sign in here.";
    MissingParameter "missing_parameter" Request CorrectInput "Something is missing from the request.";
    InvalidParameter "invalid_parameter" Request CorrectInput "Something in the request is not right.";
    SessionContextMissing "session_context_missing" Session RestartLogin "We could not match this sign-in to your browser. Please start again.";
    StateMismatch "state_mismatch" Session RestartLogin "We could not match this sign-in to your browser. Please start again.";
    BackendMismatch "backend_mismatch" Session RestartLogin "We could not match this sign-in to your browser. Please start again.";
    AttemptExpired "attempt_expired" Session RestartLogin "We could not match this sign-in to your browser. Please start again.";
    AttemptUsed "attempt_used" Session RestartLogin "We could not match this sign-in to your browser. Please start again.";
    PartialMissing "partial_missing" Session RestartLogin "This sign-in was completed already, or the link is too old. Please sign in again.";
    UserMismatch "user_mismatch" Session RestartLogin "You signed in as somebody else in the meantime. Please start again.";
    PasswordRejected "password_rejected" Request CorrectInput "The name or the password is wrong.";
    PasswordUnfit "password_unfit" Request CorrectInput "Please choose another password: a longer one, and not your name.";
    LoginRequired "login_required" Request Reauthenticate "Please sign in first.";
    CrossSiteRequest "cross_site_request" Request RestartLogin "This request came from another site. Please use the button on our own page.";
    MalformedResponse "malformed_response" ProviderResponse ContactAdministrator "The sign-in provider gave an answer that we could not read.";
    MissingClaim "missing_claim" ProviderResponse ContactAdministrator "The sign-in provider's answer lacks something we need.";
    InvalidClaim "invalid_claim" ProviderResponse ContactAdministrator "Something in the sign-in provider's answer could not be verified.";
    InvalidSignature "invalid_signature" ProviderResponse ContactAdministrator "The sign-in provider's answer could not be verified.";
    NonceMismatch "nonce_mismatch" ProviderResponse RestartLogin "The sign-in provider's answer does not belong to this sign-in. Please start again.";
    ResponseExpired "response_expired" ProviderResponse RestartLogin "The sign-in provider's answer came too late. Please start again.";
    ResponseNotYetValid "response_not_yet_valid" ProviderResponse ContactAdministrator "The sign-in provider's answer is dated in the future.";
    InvalidExpiry "invalid_expiry" Storage ContactAdministrator "The stored expiry of this connection is not valid.";
    ProfileEmailMissing "profile_email_missing" ProviderResponse CheckProviderProfile "The sign-in provider did not give us an e-mail address.";
    AuthorizationCodeRejected "authorization_code_rejected" ProviderResponse RestartLogin "The sign-in provider no longer accepts this sign-in. Please start again.";
    CredentialRejected "credential_rejected" ProviderResponse Reauthenticate "The sign-in provider did not accept the credentials.";
    TokenRevoked "token_revoked" ProviderResponse Reauthenticate "The connection to the sign-in provider was revoked. Please sign in again.";
    ReauthenticationRequired "reauthentication_required" Storage Reauthenticate "Please sign in with the provider again.";
    EmailVerificationRejected "email_verification_rejected" Request RestartLogin "The e-mail address could not be confirmed.";
    InteractionRequired "interaction_required" LocalPolicy CorrectInput "There is something to be done first. Please go on in a browser.";
    MailFailed "mail_failed" Configuration RetryLater "We could not send the e-mail. Please try again in a moment.";
    AuthenticationDisallowed "authentication_disallowed" LocalPolicy ContactAdministrator "This account may not sign in here.";
    MembershipRequired "membership_required" LocalPolicy ContactAdministrator "This account is not a member of the required group.";
    UserInactive "user_inactive" LocalPolicy ContactAdministrator "This account has been switched off.";
    DisconnectDisallowed "disconnect_disallowed" LocalPolicy None "This is the only way into your account. Connect another one before you remove it.";
    IdentityInUse "identity_in_use" Storage UseExistingAccount "This sign-in is already connected to another account.";
    EmailInUse "email_in_use" Storage UseExistingAccount "This e-mail address already belongs to an account. Please sign in to it first.";
    UsernameInUse "username_in_use" Storage UseExistingAccount "This user name is already taken.";
    IdentifierMigrationConflict "identifier_migration_conflict" Storage ContactAdministrator "The stored identity could not be moved safely.";
    StorageFailed "storage_failed" Storage RetryLater "We could not reach our database. Please try again in a moment.";
    ConnectionFailed "connection_failed" ProviderResponse RetryLater "The sign-in provider could not be reached.";
    Timeout "timeout" ProviderResponse RetryLater "The sign-in provider did not answer in time.";
    TlsError "tls_error" ProviderResponse ContactAdministrator "No secure connection to the sign-in provider could be made.";
    RateLimited "rate_limited" ProviderResponse RetryLater "There were too many attempts. Please try again later.";
    Unavailable "unavailable" ProviderResponse RetryLater "The sign-in provider is not available right now.";
    HttpError "http_error" ProviderResponse ContactAdministrator "The sign-in provider refused our request.";
    AuthorizationDeclined "authorization_declined" ProviderResponse None "You did not allow the sign-in, so nothing was changed.";
    UnknownError "unknown_error" Unknown ContactAdministrator "The sign-in could not be completed.";
}

/// Where an error came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// Our own settings.
    Configuration,
    /// What the browser or client sent.
    Request,
    /// The attempt or the session that should belong to the request.
    Session,
    /// What the provider answered, or that it did not.
    ProviderResponse,
    /// A rule of the site's owner.
    LocalPolicy,
    /// The database.
    Storage,
    /// Not known.
    Unknown,
}

/// What we were doing when an error came up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// Reading the settings at start.
    Start,
    /// Sending the browser to the provider.
    Begin,
    /// Reading what the browser brought back, and checking it: parameters, signatures, assertions.
    Callback,
    /// Exchanging the code (or ticket, or token) at the provider.
    TokenExchange,
    /// Checking an id token.
    TokenValidation,
    /// Fetching the profile.
    UserInfo,
    /// Running the pipeline.
    Pipeline,
    /// Refreshing a stored token.
    Refresh,
    /// Disconnecting or revoking.
    Disconnect,
    /// Not known.
    Unknown,
}

/// What helps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Recovery {
    /// Nothing needs to be done.
    None,
    /// Send something else.
    CorrectInput,
    /// Begin the sign-in anew.
    RestartLogin,
    /// Sign in at the provider again.
    Reauthenticate,
    /// Wait, then try again.
    RetryLater,
    /// The site's operator must act.
    ContactAdministrator,
    /// Sign in to the account that exists already.
    UseExistingAccount,
    /// Complete the profile at the provider.
    CheckProviderProfile,
}

macro_rules! as_code {
    ($($kind:ty),*) => {$(
        impl fmt::Display for $kind {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.serialize(f)
            }
        }
    )*};
}
as_code!(Source, Stage, Recovery);

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
