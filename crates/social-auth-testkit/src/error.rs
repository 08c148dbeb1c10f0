//! What can go wrong around the provider itself. Protocol errors travel in the protocol.

use std::net::SocketAddr;

use url::Url;

/// Why the development identity provider did not start, or why a headless login failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The address or public URL can be reached from other machines.
    #[error(
        "the development identity provider signs anybody in without a password, so it runs on \
         loopback only, and {place} is not loopback: use 127.0.0.1, [::1] or localhost"
    )]
    NotLoopback {
        /// The address or host that was refused.
        place: String,
    },

    /// Something says that this is production.
    #[error(
        "the development identity provider signs anybody in without a password, so it never runs \
         in production, and {because} says that this is production: configure a real provider, \
         or correct that setting"
    )]
    Production {
        /// Which setting said so, for example `SOCIAL_AUTH_ENV=production`.
        because: String,
    },

    /// The public URL has no host, or is neither `http` nor `https`.
    #[error("{url} cannot be the provider's URL: give an http or https URL with a host")]
    UnusableUrl {
        /// The URL that was refused.
        url: Url,
    },

    /// The address could not be listened on.
    #[error("the development identity provider cannot listen on {address}: {source}")]
    Listen {
        /// The wanted address.
        address: SocketAddr,
        /// What the operating system answered.
        source: std::io::Error,
    },

    /// No key or random number could be made.
    #[error("the cryptographic library could not make {what}: try again, and report it if it stays")]
    Crypto {
        /// What was to be made.
        what: &'static str,
    },

    /// A built-in page does not compile; a defect of this crate.
    #[error("a built-in page of the development identity provider is defective: {0}")]
    Page(#[from] minijinja::Error),

    /// Nobody can be signed in without a sign-in: the application has no backend.
    #[error("`login_as` connects the user with the first backend, and there is none: add one to the `SocialAuth`")]
    NoBackend,

    /// The application's storage failed while somebody was signed in.
    #[error("the test user could not be signed in: {0}")]
    SignIn(#[from] social_auth::Error),

    /// Tokens were asked for a client that is not registered.
    #[error("no client is registered as {id:?}: add it with `Builder::client` or `DevProvider::register`")]
    UnknownClient {
        /// The `client_id` that was given.
        id: String,
    },

    /// A headless login was pointed at something that is not this provider.
    #[error("{url} does not belong to this provider: a headless login only follows {provider}")]
    ForeignUrl {
        /// The URL that was given.
        url: String,
        /// The URL of this provider.
        provider: String,
    },

    /// A headless login could not reach the provider.
    #[error("the headless login got no answer: {0}")]
    Http(#[from] reqwest::Error),

    /// The provider showed an error page instead of going on.
    #[error("the provider refused the request with status {status}: {explanation}")]
    Refused {
        /// HTTP status of the answer.
        status: u16,
        /// What the page says.
        explanation: String,
    },

    /// The provider answered something that a login does not contain (a fault, perhaps).
    #[error("the headless login met an answer it cannot follow: {explanation}")]
    Unexpected {
        /// What was wrong with it.
        explanation: String,
    },
}

impl Error {
    /// A stable code for programs.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotLoopback { .. } => "dev_provider_not_loopback",
            Self::Production { .. } => "dev_provider_in_production",
            Self::UnusableUrl { .. } => "dev_provider_url",
            Self::Listen { .. } => "dev_provider_listen",
            Self::Crypto { .. } => "dev_provider_crypto",
            Self::Page(_) => "dev_provider_page",
            Self::NoBackend => "login_as_no_backend",
            Self::SignIn(_) => "login_as_failed",
            Self::UnknownClient { .. } => "dev_provider_unknown_client",
            Self::ForeignUrl { .. } => "dev_login_foreign_url",
            Self::Http(_) => "dev_login_http",
            Self::Refused { .. } => "dev_login_refused",
            Self::Unexpected { .. } => "dev_login_unexpected",
        }
    }
}
