//! [`SocialAuth`]: settings resolved, backends ready, the journeys' public methods.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::Arc;

use crate::backend::Backend;
use crate::builder::Builder;
use crate::clock::Clock;
use crate::error::{Error, Reason, Result};
use crate::event::Events;
use crate::flow;
use crate::identity::Fields;
use crate::mail::Mailroom;
use crate::password::Passwords;
use crate::pipeline::{Disconnection, Pipeline};
use crate::protocol::oidc::{ClientAddresses, Registered};
use crate::rate::RateLimits;
use crate::seal::Sealer;
use crate::secret::Secret;
use crate::session::Session;
use crate::settings::{FlowSettings, Settings};
use crate::storage::{Association, AssociationId, Rotated, SealedStorage, SocialStorage, UserId, UserStorage};
use crate::web::{Reply, Request, TrustedProxies};

/// By how many letters a name may differ in length from one that was meant.
const MOST_LETTERS_MISTAKEN: usize = 16;

/// Social sign-in, ready for use. Cheap to clone; shared by all requests.
///
/// # Example
/// ```
/// use social_auth::{SocialAuth, storage::MemoryStorage};
/// let social = SocialAuth::builder()
///     .public_url("https://example.com")
///     .secret_key("a key of at least thirty-two random characters")
///     .storage(MemoryStorage::new())
///     .backend("github", [("KEY", "Iv1.0123"), ("SECRET", "shh")])
///     .build()
///     .unwrap();
/// assert_eq!(social.callback_url("github"), "https://example.com/complete/github/");
/// ```
#[derive(Clone)]
pub struct SocialAuth(pub(crate) Arc<Inner>);

pub(crate) struct Inner {
    pub(crate) public_url: String,
    pub(crate) mount: String,
    pub(crate) sealer: Arc<Sealer>,
    pub(crate) sealed: Option<Arc<SealedStorage>>,
    pub(crate) signed_tokens: crate::api_token::SignedTokens,
    pub(crate) flow: Arc<FlowSettings>,
    pub(crate) proxies: TrustedProxies,
    pub(crate) limits: RateLimits,
    pub(crate) passwords: Passwords,
    pub(crate) users: Arc<dyn UserStorage>,
    pub(crate) social: Arc<dyn SocialStorage>,
    pub(crate) instances: HashMap<String, Instance>,
    pub(crate) order: Vec<String>,
    /// For backends that are no longer set up.
    pub(crate) disconnection: Pipeline<Disconnection>,
    pub(crate) events: Events,
    pub(crate) error_handler: Option<ErrorHandler>,
    pub(crate) mailroom: Arc<Mailroom>,
    pub(crate) clock: Clock,
    pub(crate) settings: Settings,
}

/// What [`Builder::on_error`] registers.
pub(crate) type ErrorHandler = Arc<dyn Fn(&Error, &Request) -> Option<Reply> + Send + Sync>;

/// A backend instance with what its journeys go by.
pub(crate) struct Instance {
    pub(crate) backend: Arc<dyn Backend>,
    pub(crate) flow: Arc<FlowSettings>,
    pub(crate) pipeline: Pipeline,
    pub(crate) disconnection: Pipeline<Disconnection>,
}

impl SocialAuth {
    /// Begins to make one.
    #[must_use]
    pub fn builder() -> Builder {
        Builder::default()
    }

    /// Answers a request to one of our addresses: `login/<backend>/`, `complete/<backend>/`,
    /// `disconnect/<backend>/[<association>/]`, `logout/`. `None` when the path is none of ours.
    /// Errors become replies: a redirect to `LOGIN_ERROR_URL`, a page, or Problem Details.
    pub async fn respond(&self, request: &Request, session: &mut dyn Session) -> Option<Reply> {
        flow::respond(self, request, session).await
    }

    /// Sends the browser to the provider, or shows a page with one button when the request might have
    /// been caused by another site.
    ///
    /// # Errors
    /// `backend_missing`, `cross_site_request`, or what the backend fails with.
    pub async fn begin(&self, backend: &str, request: &Request, session: &mut dyn Session) -> Result<Reply> {
        flow::begin(self, backend, request, session, &flow::BeginOptions::default()).await
    }

    /// As [`begin`](SocialAuth::begin), with another callback address or without the rule for methods.
    ///
    /// # Errors
    /// As [`begin`](SocialAuth::begin).
    pub async fn begin_with(
        &self,
        backend: &str,
        request: &Request,
        session: &mut dyn Session,
        options: &flow::BeginOptions,
    ) -> Result<Reply> {
        flow::begin(self, backend, request, session, options).await
    }

    /// Completes a sign-in: checks and claims the attempt, asks the provider who it is, runs the
    /// pipeline, signs in.
    ///
    /// # Errors
    /// Every way to fail has its own reason.
    pub async fn complete(&self, backend: &str, request: &Request, session: &mut dyn Session) -> Result<Reply> {
        let flow::Completed { outcome, spent } = flow::complete(self, backend, request, session).await;
        outcome.map(|reply| reply.cookies(spent))
    }

    /// Begins a sign-in on a device without a browser, such as a command-line tool (RFC 8628): show the
    /// person the code and the address, then [`poll`](SocialAuth::poll_device) or
    /// [`wait`](SocialAuth::wait_for_device).
    ///
    /// With a `user`, the identity will be connected to that user and to nobody else.
    ///
    /// # Example
    /// ```no_run
    /// # async fn sign_in(social: social_auth::SocialAuth) -> social_auth::Result<()> {
    /// let mut device = social.begin_device("github", None).await?;
    /// println!("Open {} and type in {}", device.verification_uri(), device.user_code());
    /// let signed_in = social.wait_for_device(&mut device).await?;
    /// println!("Hello, {}", signed_in.user.username);
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// `backend_missing`; `unsupported_feature` where the provider has no such thing; `rate_limited`.
    pub async fn begin_device(&self, backend: &str, user: Option<&UserId>) -> Result<flow::DeviceSignIn> {
        self.begin_device_for(backend, flow::DeviceFor { user, client: None }).await
    }

    /// The same where a server does it for others: how often is limited by the address of the client that asks, and by
    /// the user (`RATE_LIMITS`, `device`).
    ///
    /// # Errors
    /// As [`begin_device`](SocialAuth::begin_device); `rate_limited`.
    pub async fn begin_device_for(&self, backend: &str, whom: flow::DeviceFor<'_>) -> Result<flow::DeviceSignIn> {
        flow::begin_device(self, backend, whom).await
    }

    /// Asks once whether the person has approved the device. Ask no sooner than
    /// [`Pending`](flow::DevicePoll::Pending) says.
    ///
    /// # Errors
    /// `authorization_declined`; `attempt_expired` when the person took too long; what a sign-in fails with.
    pub async fn poll_device(&self, sign_in: &mut flow::DeviceSignIn) -> Result<flow::DevicePoll> {
        flow::poll_device(self, sign_in).await
    }

    /// Asks until the person has decided, as often as the provider likes.
    ///
    /// # Errors
    /// As [`poll_device`](SocialAuth::poll_device).
    pub async fn wait_for_device(&self, sign_in: &mut flow::DeviceSignIn) -> Result<flow::DeviceUser> {
        let mut wait = sign_in.interval();
        loop {
            tokio::time::sleep(wait).await;
            match self.poll_device(sign_in).await? {
                flow::DevicePoll::Pending(longer) => wait = longer,
                flow::DevicePoll::SignedIn(signed_in) => return Ok(*signed_in),
            }
        }
    }

    /// Disconnects one association of the signed-in user, or all of a backend.
    ///
    /// # Errors
    /// `disconnect_disallowed` for the last way in; `cross_site_request`.
    pub async fn disconnect(
        &self,
        backend: &str,
        association: Option<AssociationId>,
        request: &Request,
        session: &mut dyn Session,
    ) -> Result<Reply> {
        flow::disconnect(self, backend, association, request, session).await
    }

    /// Signs out.
    ///
    /// # Errors
    /// `cross_site_request`; `storage_failed`.
    pub async fn logout(&self, request: &Request, session: &mut dyn Session) -> Result<Reply> {
        flow::logout(self, request, session).await
    }

    /// An access token for the provider's API that is good now: the stored one, or a fresh one.
    ///
    /// # Errors
    /// `reauthentication_required` when the person has to sign in again; `invalid_expiry`.
    pub async fn access_token(&self, association: &Association) -> Result<Secret> {
        flow::access_token(self, association).await
    }

    /// Gets fresh tokens for an association, stores them, and answers the extra data as stored. However
    /// many callers in however many processes ask at once, the provider is asked once.
    ///
    /// # Errors
    /// `reauthentication_required` when the person has to sign in again.
    pub async fn refresh(&self, association: &Association) -> Result<Fields> {
        flow::refresh(self, association).await
    }

    /// The question that a step of a paused sign-in asks the person at this browser, for a page of the
    /// application that asks it; else a page of ours does.
    ///
    /// # Errors
    /// `storage_failed`.
    pub fn open_question<'a>(&'a self, session: &dyn Session) -> impl Future<Output = Result<Option<flow::OpenQuestion>>> + Send + use<'a> {
        flow::open_question(self, flow::partial_of(session), session.user_id())
    }

    /// The addresses that [`respond`](SocialAuth::respond) answers, for an adapter to mount below
    /// [`mount`](SocialAuth::mount), with and without a slash at the end. `{…}` stands for one part.
    #[must_use]
    pub fn routes() -> &'static [&'static str] {
        flow::ROUTES
    }

    /// What a page that needs somebody signed in answers to others: it sends a browser to `LOGIN_URL` with
    /// `next`, and tells a program 401.
    #[must_use]
    pub fn login_required(&self, request: &Request) -> Reply {
        flow::login_required(self, request)
    }

    /// The address of a client: that of the connection, or what `TRUSTED_PROXIES` say of it.
    #[must_use]
    pub fn client_address(&self, peer: Option<IpAddr>, headers: &http::HeaderMap) -> Option<IpAddr> {
        peer.map(|peer| self.0.proxies.client(peer, headers))
    }

    /// What an error becomes: what the handler of [`Builder::on_error`] says, or else a redirect to
    /// `LOGIN_ERROR_URL`, a page, or Problem Details. The error itself comes along ([`Reply::error`]).
    #[must_use]
    pub fn error_reply(&self, error: &Error, request: &Request) -> Reply {
        flow::error_reply(self, error, request)
    }

    /// What an error becomes for a program: Problem Details (RFC 9457), whatever it says it accepts.
    #[must_use]
    pub fn problem_reply(&self, error: &Error) -> Reply {
        flow::problem_reply(error)
    }

    /// Seals all stored tokens with the first `SECRET_KEY`, so that the others may be dropped. Needs
    /// `ENCRYPT_TOKENS`; what was stored in the clear is sealed too.
    ///
    /// # Errors
    /// `invalid_setting` without `ENCRYPT_TOKENS`; `storage_failed`, and then it may be called again.
    pub async fn rotate_keys(&self) -> Result<Rotated> {
        let sealed = self
            .0
            .sealed
            .as_ref()
            .ok_or_else(|| Error::invalid_setting("ENCRYPT_TOKENS", "tokens are not encrypted: set ENCRYPT_TOKENS = true"))?;
        Ok(sealed.rotate(self.clock().date_time()).await?)
    }

    /// The backends, in the order of the settings.
    pub fn backends(&self) -> impl Iterator<Item = &Arc<dyn Backend>> {
        self.0.order.iter().filter_map(|name| self.0.instances.get(name)).map(|instance| &instance.backend)
    }

    /// The backend of this name.
    ///
    /// # Errors
    /// `backend_missing`.
    pub fn backend(&self, name: &str) -> Result<&Arc<dyn Backend>> {
        self.instance(name).map(|instance| &instance.backend)
    }

    pub(crate) fn instance(&self, name: &str) -> Result<&Instance> {
        self.0.instances.get(name).ok_or_else(|| {
            // Comparing takes time by length, and anybody may ask for anything.
            let comparable = self.0.order.iter().filter(|known| known.len().abs_diff(name.len()) <= MOST_LETTERS_MISTAKEN);
            let near = comparable.map(|known| (strsim::damerau_levenshtein(known, name), known)).min();
            let hint = near.map(|(_, known)| format!("; the nearest is \"{known}\"")).unwrap_or_default();
            Error::new(Reason::BackendMissing).detail(format!("no backend of that name is set up{hint}"))
        })
    }

    /// The address to be registered with the provider.
    #[must_use]
    pub fn callback_url(&self, backend: &str) -> String {
        self.url(&format!("complete/{backend}/"))
    }

    /// Registers this application as a client with a backend's provider (RFC 7591), as the settings of the backend
    /// describe it. Nothing is kept: what the provider answers belongs into the settings, as `KEY` and `SECRET`.
    ///
    /// # Errors
    /// `unsupported_feature` where the provider takes no registrations; what it answers.
    pub async fn register_client(&self, backend: &str) -> Result<Registered> {
        let configured = self.instance(backend)?.flow.post_logout_redirect_uri.clone();
        let addresses = ClientAddresses {
            redirect_uri: self.callback_url(backend),
            jwks_uri: self.client_keys_url(backend),
            backchannel_logout_uri: self.url(&format!("logout/backchannel/{backend}/")),
            frontchannel_logout_uri: self.url(&format!("logout/frontchannel/{backend}/")),
            post_logout_redirect_uri: configured.unwrap_or_else(|| self.url("logout/complete/")),
        };
        self.backend(backend)?.register(&addresses).await
    }

    /// The address of the public keys of a backend's client, to be registered with the provider as `jwks_uri`.
    #[must_use]
    pub fn client_keys_url(&self, backend: &str) -> String {
        self.url(&format!("jwks/{backend}/"))
    }

    /// The path that begins a sign-in.
    #[must_use]
    pub fn login_path(&self, backend: &str) -> String {
        format!("{}login/{backend}/", self.0.mount)
    }

    /// The whole address of a path below the mount.
    #[must_use]
    pub fn url(&self, path: &str) -> String {
        format!("{}{}{path}", self.0.public_url, self.0.mount)
    }

    /// The path below which the routes are mounted, with a slash at both ends.
    #[must_use]
    pub fn mount(&self) -> &str {
        &self.0.mount
    }

    /// Where browsers reach us: `https://example.com`.
    #[must_use]
    pub fn public_url(&self) -> &str {
        &self.0.public_url
    }

    /// Whether browsers reach us over TLS, so that cookies are `Secure`.
    #[must_use]
    pub fn is_https(&self) -> bool {
        self.0.public_url.starts_with("https://") || self.0.flow.redirect_is_https
    }

    /// The users.
    #[must_use]
    pub fn users(&self) -> &Arc<dyn UserStorage> {
        &self.0.users
    }

    /// Our own tables.
    #[must_use]
    pub fn social(&self) -> &Arc<dyn SocialStorage> {
        &self.0.social
    }

    /// Hashes passwords and compares them: for a form of the application's own.
    #[must_use]
    pub fn passwords(&self) -> &Passwords {
        &self.0.passwords
    }

    /// The clock.
    #[must_use]
    pub fn clock(&self) -> &Clock {
        &self.0.clock
    }

    /// The settings it was made from.
    #[must_use]
    pub fn settings(&self) -> &Settings {
        &self.0.settings
    }

    /// What sends letters.
    #[must_use]
    pub fn mailroom(&self) -> &Mailroom {
        &self.0.mailroom
    }

    /// The site-wide flow settings.
    #[must_use]
    pub fn flow_settings(&self) -> &FlowSettings {
        &self.0.flow
    }

    /// What a form needs that posts to one of our addresses: a token for the field
    /// `csrfmiddlewaretoken`, and the cookie that goes with it if the browser has none yet.
    ///
    /// # Errors
    /// `unknown_error` when sealing fails.
    pub fn csrf_token(&self, request: &Request) -> Result<(String, Option<cookie::Cookie<'static>>)> {
        flow::csrf_token(self, request)
    }

    /// Checks that a `POST` comes from a page of ours: by `Sec-Fetch-Site`, or by the token.
    ///
    /// # Errors
    /// `cross_site_request`.
    pub fn require_own_page(&self, request: &Request) -> Result<()> {
        flow::require_own_page(self, request)
    }
}
