//! The words: every [`Reason`], its [`Source`] and [`Recovery`], and the [`Stage`]s.

use std::fmt;

use serde::Serialize;

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
