//! The provider itself: its builder, its server and the handle that tests hold.

use std::fmt;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::middleware::from_fn_with_state;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use url::Url;

use crate::cas;
use crate::client::{Client, Clients};
use crate::clock::Clock;
use crate::consent::{self, Desk};
use crate::discourse_connect;
use crate::error::Error;
use crate::fault::{self, Fault, Faults};
use crate::guard::{refuse_production, require_loopback, require_loopback_url};
use crate::keys::{KeyRing, OldKeys};
use crate::mailbox::{self, Mailbox};
use crate::oauth1;
use crate::oauth2::{self, Devices, Dialect, Grants, Pushed, Seen};
use crate::oidc::{self, Edit, IdToken};
use crate::openid;
use crate::page::{self, Pages};
use crate::people::{People, Person};
use crate::random;
use crate::recorder::{self, RecordedRequest, RequestLog};
#[cfg(feature = "saml")]
use crate::saml;

/// The client that every provider knows, unless the builder says otherwise.
const DEFAULT_CLIENT_ID: &str = "development-client";
const DEFAULT_CLIENT_SECRET: &str = "development-secret-not-for-production";

/// What the handlers share.
pub(crate) struct Shared {
    /// Without a trailing slash.
    pub(crate) url: String,
    pub(crate) cookie_name: String,
    pub(crate) clock: Clock,
    pub(crate) keys: KeyRing,
    pub(crate) clients: Clients,
    pub(crate) people: People,
    pub(crate) desk: Desk,
    pub(crate) devices: Devices,
    pub(crate) grants: Grants,
    pub(crate) pushed: Pushed,
    pub(crate) seen: Seen,
    pub(crate) dpop_nonce: String,
    pub(crate) oauth1: oauth1::Books,
    pub(crate) openid: openid::Books,
    #[cfg(feature = "saml")]
    pub(crate) saml: saml::Room,
    pub(crate) tickets: cas::Tickets,
    pub(crate) pages: Pages,
    pub(crate) mailbox: Mailbox,
    pub(crate) log: RequestLog,
    pub(crate) faults: Faults,
    pub(crate) id_token_edit: Edit,
}

/// A development identity provider. It serves until the handle is dropped.
///
/// See the [crate's tour](crate) for an example.
pub struct DevProvider {
    shared: Arc<Shared>,
    client: Client,
    address: Option<SocketAddr>,
    /// Dropping it stops the server.
    _running: Option<oneshot::Sender<()>>,
}

impl fmt::Debug for DevProvider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DevProvider").field("url", &self.shared.url).finish_non_exhaustive()
    }
}

/// Settings of a [`DevProvider`].
#[derive(Debug)]
#[must_use = "a builder does nothing before `start` or `mount`"]
pub struct Builder {
    address: SocketAddr,
    production: bool,
    clients: Vec<Client>,
    people: Vec<Person>,
}

impl Builder {
    /// Where to listen; `127.0.0.1:0`, a free port, by default.
    pub fn address(mut self, address: SocketAddr) -> Self {
        self.address = address;
        self
    }

    /// Tells that this is production: the provider then refuses to start. For applications that
    /// know by another way than `SOCIAL_AUTH_ENV` and `RUST_ENV`.
    pub fn production(mut self, production: bool) -> Self {
        self.production = production;
        self
    }

    /// Registers a client. The first one becomes the default client.
    pub fn client(mut self, client: Client) -> Self {
        self.clients.push(client);
        self
    }

    /// Adds a person to the page, or replaces the one with the same key.
    pub fn person(mut self, person: Person) -> Self {
        self.people.push(person);
        self
    }

    /// Starts a server of its own. Needs a tokio runtime.
    ///
    /// # Errors
    /// [`Error::NotLoopback`], [`Error::Production`], [`Error::Listen`], [`Error::Crypto`].
    pub async fn start(self) -> Result<DevProvider, Error> {
        self.refuse_production()?;
        require_loopback(self.address)?;
        let failed = |source| Error::Listen { address: self.address, source };
        let listener = TcpListener::bind(self.address).await.map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        let mut provider = self.assemble(format!("http://{address}"), "")?;
        let (running, stopped) = oneshot::channel::<()>();
        let app = provider.app();
        tokio::spawn(async move {
            let stop = async move {
                let _ = stopped.await;
            };
            if let Err(error) = axum::serve(listener, app).with_graceful_shutdown(stop).await {
                tracing::error!(%error, "the development identity provider stopped");
            }
        });
        tracing::warn!(url = provider.url(), "development identity provider: not for production");
        provider.address = Some(address);
        provider._running = Some(running);
        Ok(provider)
    }

    /// Makes a provider without a server, to be mounted by [`DevProvider::app`] at `url`, which
    /// must be on loopback too and may have a path (`http://localhost:8000/idp`).
    ///
    /// # Errors
    /// [`Error::NotLoopback`], [`Error::UnusableUrl`], [`Error::Production`], [`Error::Crypto`].
    pub fn mount(self, url: &Url) -> Result<DevProvider, Error> {
        self.refuse_production()?;
        require_loopback_url(url)?;
        let path = url.path().trim_end_matches('/');
        self.assemble(format!("{}{path}", url.origin().ascii_serialization()), path)
    }

    fn refuse_production(&self) -> Result<(), Error> {
        if self.production {
            return Err(Error::Production { because: "the builder's `production(true)`".into() });
        }
        refuse_production(|name| std::env::var(name).ok())
    }

    fn assemble(self, url: String, path: &str) -> Result<DevProvider, Error> {
        let port = Url::parse(&url).ok().and_then(|url| url.port_or_known_default());
        let people = People::standard();
        self.people.into_iter().for_each(|person| people.put(person));
        let clients = Clients::default();
        self.clients.iter().for_each(|client| clients.put(client.clone()));
        let client = self.clients.into_iter().next().unwrap_or_else(|| {
            let mut client = Client::confidential(DEFAULT_CLIENT_ID, DEFAULT_CLIENT_SECRET);
            client.name = "Development application".to_owned();
            clients.put(client.clone());
            client
        });
        let shared = Shared {
            // Browsers share cookies between the ports of a host, so the port is in the name.
            cookie_name: format!("social_auth_dev_provider_{}", port.unwrap_or_default()),
            clock: Clock::default(),
            keys: KeyRing::generate()?,
            clients,
            people,
            desk: Desk::default(),
            devices: Devices::default(),
            grants: Grants::default(),
            pushed: Pushed::default(),
            seen: Seen::default(),
            dpop_nonce: random::token()?,
            oauth1: oauth1::Books::default(),
            openid: openid::Books::default(),
            #[cfg(feature = "saml")]
            saml: saml::Room::new()?,
            tickets: cas::Tickets::default(),
            pages: Pages::compile(path)?,
            mailbox: Mailbox::default(),
            log: RequestLog::default(),
            faults: Faults::default(),
            id_token_edit: Edit::default(),
            url,
        };
        Ok(DevProvider { shared: Arc::new(shared), client, address: None, _running: None })
    }
}

impl DevProvider {
    /// Begins a provider with the default client, the built-in people and a free port.
    pub fn builder() -> Builder {
        Builder { address: SocketAddr::from(([127, 0, 0, 1], 0)), production: false, clients: Vec::new(), people: Vec::new() }
    }

    /// Starts a provider on a free port.
    ///
    /// # Errors
    /// As [`Builder::start`].
    pub async fn start() -> Result<Self, Error> {
        Self::builder().start().await
    }

    /// All endpoints, for mounting: `Router::new().nest("/idp", provider.app())`.
    pub fn app(&self) -> Router {
        let shared = self.shared.clone();
        let routes = Router::new();
        #[cfg(feature = "saml")]
        let routes = routes.merge(saml::routes());
        routes
            .merge(page::routes())
            .merge(mailbox::routes())
            .merge(cas::routes())
            .merge(consent::routes())
            .merge(discourse_connect::routes())
            .merge(oauth1::routes())
            .merge(oauth2::routes())
            .merge(oidc::routes())
            .merge(openid::routes())
            .layer(from_fn_with_state(shared.clone(), fault::misbehave))
            .layer(from_fn_with_state(shared.clone(), recorder::record))
            .with_state(shared)
    }

    /// The address of the own server; none when mounted.
    #[must_use]
    pub fn address(&self) -> Option<SocketAddr> {
        self.address
    }

    /// The URL without a trailing slash: `http://127.0.0.1:41231`.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.shared.url
    }

    /// The OpenID Connect issuer.
    #[must_use]
    pub fn issuer(&self) -> String {
        Dialect::OpenId.issuer(&self.shared.url)
    }

    /// The issuer of the plain OAuth 2.0 endpoints.
    #[must_use]
    pub fn oauth2_issuer(&self) -> String {
        Dialect::OAuth2.issuer(&self.shared.url)
    }

    /// The OpenID 2.0 identifier by which a person chooses at the provider who signs in.
    #[must_use]
    pub fn openid_identifier(&self) -> String {
        format!("{}/openid", self.shared.url)
    }

    /// The default client's `client_id`.
    #[must_use]
    pub fn client_id(&self) -> &str {
        &self.client.id
    }

    /// The default client's secret; empty when it is public.
    #[must_use]
    pub fn client_secret(&self) -> &str {
        self.client.secret.as_deref().unwrap_or_default()
    }

    /// Registers a client, or replaces the one with the same id.
    pub fn register(&self, client: Client) {
        self.shared.clients.put(client);
    }

    /// A mailer whose letters stay here; people read them at `/mailbox`.
    #[must_use]
    pub fn mailbox(&self) -> Mailbox {
        self.shared.mailbox.clone()
    }

    /// The people on the page.
    #[must_use]
    pub fn people(&self) -> Vec<Person> {
        self.shared.people.all()
    }

    /// Adds a person, or replaces the one with the same key: somebody got a new e-mail address.
    pub fn put_person(&self, person: Person) {
        self.shared.people.put(person);
    }

    /// Makes new signing keys.
    ///
    /// # Errors
    /// [`Error::Crypto`].
    pub fn rotate_keys(&self, old: OldKeys) -> Result<(), Error> {
        self.shared.keys.rotate(old)
    }

    /// Moves the provider's clock forward, so that codes and tokens expire.
    pub fn advance_clock(&self, by: Duration) {
        self.shared.clock.advance(by);
    }

    /// The requests that arrived, oldest first.
    #[must_use]
    pub fn requests(&self) -> Vec<RecordedRequest> {
        self.shared.log.all()
    }

    /// The requests that arrived at a path.
    #[must_use]
    pub fn requests_to(&self, path: &str) -> Vec<RecordedRequest> {
        self.requests().into_iter().filter(|request| request.path == path).collect()
    }

    /// Forgets the requests.
    pub fn forget_requests(&self) {
        self.shared.log.clear();
    }

    /// Makes the endpoint at `path` (from the mount point on) misbehave until [`Self::heal`].
    pub fn fault(&self, path: &str, fault: Fault) {
        self.shared.faults.plan(path, fault, None);
    }

    /// Makes the endpoint misbehave for the next `times` requests.
    pub fn fault_times(&self, path: &str, fault: Fault, times: u32) {
        self.shared.faults.plan(path, fault, Some(times));
    }

    /// Ends all faults, and the editing of ID tokens and assertions.
    pub fn heal(&self) {
        self.shared.faults.heal();
        self.shared.id_token_edit.set(None);
        #[cfg(feature = "saml")]
        self.shared.saml.heal();
    }

    /// Changes every ID token before, or instead of, signing: a wrong `aud`, an old `exp`,
    /// `alg` `none`. Logout tokens and signed answers (JARM) too.
    pub fn edit_id_tokens(&self, edit: impl Fn(&mut IdToken) + Send + Sync + 'static) {
        self.shared.id_token_edit.set(Some(Arc::new(edit)));
    }

    pub(crate) fn shared(&self) -> &Shared {
        &self.shared
    }
}
