//! What a flow needs of any protocol: [`Backend`].

mod departure;
mod logout;

use std::net::IpAddr;
use std::sync::Arc;

use async_trait::async_trait;
use serde::Serialize;
use serde_json::Value;

pub use departure::{Departure, Widget, WidgetPage};
pub use logout::{EndSession, EndedSession, LogoutMessage, LogoutNotice, LogoutReceived, ProviderEndsSessions, ServiceAddresses};

use crate::attempt::Attempt;
use crate::error::{Error, Reason, Result};
use crate::form::Form;
use crate::identity::{Fields, Identity};
use crate::protocol::oidc::{ClientAddresses, Registered};
use crate::secret::Secret;
use crate::storage::{Association, SocialStorage};
use crate::web::{Params, Request};

/// What there is to say about a backend instance.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct BackendInfo {
    /// The instance's name: in URLs, settings and the `provider` column.
    pub name: String,
    /// The provider that it is an instance of.
    pub provider: String,
    /// What the button says.
    pub title: String,
    /// The file name of the icon, without extension.
    pub icon: String,
    /// `oauth1`, `oauth2`, `oidc`, `openid`, `saml`, …
    pub protocol: &'static str,
    /// Whether it can only be connected to an account that exists, never create or sign in one.
    pub association_only: bool,
    /// Whether nothing but a letter proves that the person owns the address (`REQUIRES_EMAIL_VALIDATION`).
    pub requires_email_validation: bool,
    /// Whether people were ever known by another identifier (`LEGACY_ID_KEYS`), so that an association
    /// that does not say which one it holds might mean a former one.
    pub had_other_identifiers: bool,
}

/// A way to sign in, ready for use: a protocol applied to a provider with its settings resolved.
///
/// Backends are immutable and shared by all requests. The checks of state, browser, user and single use
/// are the flow's and not theirs.
#[async_trait]
pub trait Backend: Send + Sync + 'static {
    /// Name, title, icon, protocol.
    fn info(&self) -> &BackendInfo;

    /// Lends the site's own tables, once, at start: for what a protocol shares between processes and keeps across
    /// restarts.
    fn lend(&self, _storage: &Arc<dyn SocialStorage>) {}

    /// What the person has to tell before an attempt can begin, and `request` does not say: an OpenID identifier, a
    /// shop's name. The form's answer comes back as parameters of begin.
    fn question(&self, _request: &Params) -> Option<Form> {
        None
    }

    /// The field of the form in which the person states who they are, for a backend that asks nobody else. Such a
    /// claim proves nothing: the pipeline must have a step that does ([`Step::proves`](crate::pipeline::Step::proves)).
    /// `None` where a provider vouches.
    fn claim(&self) -> Option<&'static str> {
        None
    }

    /// Prepares the attempt (nonce, PKCE verifier, request token…) and says where to send the browser.
    /// `request` are the parameters that the browser gave to begin.
    ///
    /// # Errors
    /// What keeps the attempt from being begun, stage `begin`.
    async fn begin(&self, attempt: &mut Attempt, request: &Params) -> Result<Departure>;

    /// Which of our attempts the callback says that it belongs to: OAuth 2.0's `state` unless the
    /// protocol has another place for it.
    fn state_of<'a>(&self, callback: &'a Params) -> Option<&'a str> {
        callback.get("state")
    }

    /// Opens the envelope that the provider's answer came in, if the protocol has one (JARM): the parameters
    /// inside take the place of those around it. Nothing was compared with an attempt yet.
    ///
    /// # Errors
    /// When the envelope is not the provider's, or is missing.
    async fn open(&self, callback: Callback) -> Result<Callback> {
        Ok(callback)
    }

    /// Whether a callback without any state may be matched to the browser's only attempt of this
    /// backend: for protocols that carry none. Each such protocol binds the answer by other means.
    fn stateless(&self) -> bool {
        false
    }

    /// Turns a callback, whose attempt was checked and claimed, into an identity.
    ///
    /// # Errors
    /// What the provider, or its answer, is at fault of.
    async fn complete(&self, attempt: &Attempt, callback: &Callback) -> Result<Identity>;

    /// Whether a callback that belongs to no attempt of this browser is to be taken as a sign-in that began on the
    /// provider's own pages (a launch). Anybody can have somebody else's browser open one: nobody is signed in by it
    /// before the person has said so on a page of ours, and nothing is connected.
    fn takes_launches(&self, _callback: &Params) -> bool {
        false
    }

    /// The origins whose pages may show a launch in a frame, where the only thing to do is to leave it.
    fn framed_by(&self) -> &[&'static str] {
        &[]
    }

    /// Checks the proof that a callback carries by itself, where the protocol has such a thing: what of it is
    /// good only once, and who it is. `attempt` is the one that it belongs to; none for a launch.
    ///
    /// # Errors
    /// What the proof is at fault of.
    async fn delivery(&self, _attempt: Option<&Attempt>, _callback: &Callback) -> Result<Option<Delivery>> {
        Ok(None)
    }

    /// Turns a launch, which was confirmed and claimed, into an identity.
    ///
    /// # Errors
    /// `missing_parameter` where the protocol has no such thing; what the provider, or its answer, is at fault of.
    async fn complete_launch(&self, _callback: &Callback) -> Result<Identity> {
        Err(Error::missing_parameter("state"))
    }

    /// The provider's name for a session of its own that has ended, where a request at the callback address says
    /// so (CAS). Nobody but the provider and us may know that name.
    fn ended_by_ticket(&self, _form: &Params) -> Option<String> {
        None
    }

    /// Turns credentials that a client got by itself into an identity (`POST /token/<backend>/`).
    ///
    /// # Errors
    /// `unsupported_feature` where the protocol has no such thing.
    async fn complete_with_token(&self, _credentials: &TokenCredentials) -> Result<Identity> {
        Err(self.unsupported("sign-in with a token"))
    }

    /// Begins a sign-in on a device without a browser (RFC 8628).
    ///
    /// # Errors
    /// `unsupported_feature` where the protocol or the provider has no such thing; what the provider states.
    async fn begin_device(&self) -> Result<DeviceCode> {
        Err(self.unsupported("sign-in on a device"))
    }

    /// Asks whether the person has approved a device.
    ///
    /// # Errors
    /// `authorization_declined`, `attempt_expired`; as [`complete`](Backend::complete).
    async fn complete_device(&self, _device_code: &Secret) -> Result<DeviceAnswer> {
        Err(self.unsupported("sign-in on a device"))
    }

    /// Refuses an identity whose identifier is that of an association while something else shows that the
    /// account has passed to another person.
    ///
    /// # Errors
    /// `identity_in_use`, naming the claim.
    fn is_the_same_person(&self, _association: &Association, _identity: &Identity) -> Result<()> {
        Ok(())
    }

    /// Gets fresh tokens for an association; answers what to merge into its extra data.
    ///
    /// # Errors
    /// `reauthentication_required` when the person has to sign in at the provider again;
    /// `unsupported_feature` where the protocol has no such thing.
    async fn refresh(&self, _association: &Association) -> Result<Fields> {
        Err(self.unsupported("refreshing tokens"))
    }

    /// Revokes a token at the provider. `false` where the provider has no way to.
    ///
    /// # Errors
    /// What the provider answered.
    async fn revoke(&self, _token: &Secret, _uid: &str) -> Result<bool> {
        Ok(false)
    }

    /// Where the browser goes so that the session at the provider ends too (OpenID Connect RP-Initiated
    /// Logout 1.0), if the provider has such a place.
    ///
    /// # Errors
    /// When the provider's metadata cannot be had.
    async fn end_session(&self, _ending: &EndSession<'_>) -> Result<Option<Departure>> {
        Ok(None)
    }

    /// Believes, or not, that a session at the provider has ended. What it names is the caller's to end, and
    /// to claim where it may be said only once.
    ///
    /// # Errors
    /// `unsupported_feature` where the protocol has no such thing; what is wrong with the notice.
    async fn session_ended(&self, _notice: &LogoutNotice<'_>) -> Result<EndedSession> {
        Err(self.unsupported("being told of a logout"))
    }

    /// Whether the refresh token of an association was for a session at the provider only, which has ended (OpenID
    /// Connect Back-Channel Logout 1.0, section 2.7).
    fn token_ends_with(&self, _association: &Association, _ended: &EndedSession) -> bool {
        false
    }

    /// Reads a message of single logout that the browser brought from the provider.
    ///
    /// # Errors
    /// What is wrong with it, above all that it is not signed; `unsupported_feature` where the protocol has no such
    /// thing.
    async fn receive_logout(&self, _message: &LogoutMessage<'_>) -> Result<LogoutReceived> {
        Err(self.unsupported("single logout"))
    }

    /// The document by which providers of this protocol learn to know this site: SAML metadata.
    ///
    /// # Errors
    /// What keeps it from being made.
    fn service_metadata(&self, _addresses: &ServiceAddresses) -> Result<Option<String>> {
        Ok(None)
    }

    /// The public keys of this client (RFC 7517), where it has private ones.
    fn client_jwks(&self) -> Option<Value> {
        None
    }

    /// Registers this application as a client with the provider (RFC 7591).
    ///
    /// # Errors
    /// `unsupported_feature` where there is no such thing; what the provider answers.
    async fn register(&self, _addresses: &ClientAddresses) -> Result<Registered> {
        Err(self.unsupported("the registration of clients"))
    }

    /// Reaches what can be reached without a person (discovery documents, keys) and tells what it saw,
    /// a line each, for `social-auth check`.
    ///
    /// # Errors
    /// What is wrong, with what to do.
    async fn check(&self) -> Result<Vec<String>> {
        Ok(Vec::new())
    }

    /// `unsupported_feature` for this backend.
    fn unsupported(&self, what: &str) -> Error {
        let info = self.info();
        Error::new(Reason::UnsupportedFeature)
            .backend(&info.name)
            .detail(format!("{} ({}) does not support {what}", info.title, info.protocol))
    }
}

/// What begins a sign-in on a device (RFC 8628, section 3.2).
pub struct DeviceCode {
    /// What the device proves with that the sign-in is its own.
    pub device_code: Secret,
    /// What the person types in.
    pub user_code: String,
    /// Where.
    pub verification_uri: String,
    /// The address with the code in it.
    pub verification_uri_complete: Option<String>,
    /// Unix seconds.
    pub expires_at: i64,
    /// Seconds between two questions.
    pub interval: i64,
}

/// What a provider says of a device's sign-in.
#[derive(Debug)]
pub enum DeviceAnswer {
    /// The person has not decided.
    Pending,
    /// Neither, and we ask too often.
    SlowDown,
    /// Who it is.
    Done(Box<Identity>),
}

/// What a callback proves by itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// What of it is good only once, without the value itself; none where every callback differs by other means.
    pub key: Option<String>,
    /// From when on it is good no longer, in Unix seconds; the same whenever it is asked.
    pub expires_at: i64,
    /// Whom to show to the person who is asked whether that is them.
    pub who: Option<String>,
    /// Whether it shows that a page of this site began it, so that nobody need be asked.
    pub from_our_page: bool,
    /// Where the provider would send the person afterwards; checked like every such wish.
    pub next: Option<String>,
}

/// What the browser brought back from the provider.
#[derive(Debug, Clone)]
pub struct Callback {
    /// Query and form parameters; none stands there with two values.
    pub params: Params,
    /// The whole address that was called, as the provider should have been told.
    pub url: String,
    /// Whether it came as a `POST`.
    pub posted: bool,
    /// The browser's cookies, for protocols whose scripts leave one.
    pub cookies: Params,
    /// The address that it came from, if it is known.
    pub client: Option<IpAddr>,
}

/// Fields that pages of ours add to what they post on. No provider sends or signs them.
fn is_our_own(name: &str) -> bool {
    name.starts_with("social_auth_") || name == "csrfmiddlewaretoken"
}

impl Callback {
    /// Reads a callback from a request at `url`.
    ///
    /// # Errors
    /// `invalid_parameter` when a parameter has two values.
    pub fn new(request: &Request, url: String) -> Result<Self> {
        let params: Params = request.form.iter().chain(request.query.iter()).filter(|(name, _)| !is_our_own(name)).collect();
        if let Some(name) = params.ambiguous() {
            return Err(Error::new(Reason::InvalidParameter).parameter(name).detail("the parameter was given with two values"));
        }
        let cookies = request.cookies().map(|cookie| (cookie.name().to_owned(), cookie.value().to_owned())).collect();
        Ok(Callback { params, url, posted: request.method == http::Method::POST, cookies, client: request.peer })
    }
}

/// What a mobile or single-page client hands over.
#[derive(Debug, Clone, Default)]
pub struct TokenCredentials {
    /// An access token.
    pub access_token: Option<Secret>,
    /// An OAuth 1.0a token secret.
    pub access_token_secret: Option<Secret>,
    /// An id token.
    pub id_token: Option<Secret>,
    /// An authorization code, with what was used to get it.
    pub code: Option<Secret>,
    /// The PKCE verifier of the code.
    pub code_verifier: Option<Secret>,
    /// The redirect URI of the code.
    pub redirect_uri: Option<String>,
    /// The nonce that we issued for the id token.
    pub nonce: Option<String>,
    /// Everything else that the client sent.
    pub extra: Params,
}
