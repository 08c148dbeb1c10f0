//! The development identity provider of social-auth.
//!
//! A real OAuth 1.0a, OAuth 2.0, OpenID Connect, OpenID 2.0, SAML 2.0, CAS and DiscourseConnect provider on
//! loopback: for `social-auth demo`, for our own tests and for yours. No account anywhere, no network, no mock of an HTTP client: your
//! application talks to it as it will talk to Google.
//!
//! ```
//! use social_auth_testkit::DevProvider;
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let idp = DevProvider::start().await?;
//!
//! // Point your application at it ...
//! let (issuer, id, secret) = (idp.issuer(), idp.client_id(), idp.client_secret());
//!
//! // ... take the URL that it sends a browser to, and let Alice sign in there.
//! let url = format!(
//!     "{issuer}/authorize?response_type=code&scope=openid&state=abc&client_id={id}\
//!      &redirect_uri=http://localhost:8000/complete/oidc/"
//! );
//! let callback = idp.approve(&url, "alice").await?;
//!
//! // This is what your application's callback receives.
//! assert_eq!(callback.url.path(), "/complete/oidc/");
//! assert_eq!(callback.param("state").as_deref(), Some("abc"));
//! assert!(callback.param("code").is_some());
//! # let _ = secret;
//! # Ok(())
//! # }
//! ```
//!
//! # What there is
//!
//! | endpoint | OpenID Connect | OAuth 2.0 |
//! | --- | --- | --- |
//! | authorization | `/authorize` | `/oauth2/authorize` |
//! | token | `/token` | `/oauth2/token` |
//! | profile | `/userinfo` | `/oauth2/user` |
//! | metadata | `/.well-known/openid-configuration` | `/.well-known/oauth-authorization-server/oauth2` |
//! | keys, logout | `/jwks`, `/end_session` | |
//! | revocation, introspection | `/oauth2/revoke`, `/oauth2/introspect` | the same |
//!
//! OAuth 1.0a: `/oauth1/request_token`, `/oauth1/authorize`, `/oauth1/access_token`, `/oauth1/user`.
//! OpenID 2.0: [`DevProvider::openid_identifier`] for whoever chooses at the provider, and `/openid/id/<id>` for
//! each person.
//! SAML 2.0, with the feature `saml`: metadata at `/saml/metadata`, sign-on by Redirect and POST at `/saml/sso`,
//! single logout at `/saml/slo`; a sign-on begins there at `/saml/initiate`, a logout at `/saml/logout`. A service
//! provider is known by its metadata (`ServiceProvider`).
//! CAS 1, 2 and 3 below `/cas`. DiscourseConnect: `/session/sso_provider`, signed with the client's secret.
//!
//! - **People**: `alice` (full profile), `bob`, `carol` (no e-mail), `dave` (e-mail not
//!   verified), `erin` (a full name only, not ASCII), [`NEW_PERSON`] (somebody else each time),
//!   and whoever is typed in. Add yours with [`Builder::person`].
//! - **Clients**: one confidential client that may redirect to any loopback URL; more with
//!   [`Builder::client`].
//! - **Faults**: [`DevProvider::fault`] makes an endpoint misbehave, and
//!   [`DevProvider::edit_id_tokens`] forges ID tokens.
//! - **Without a login**: [`DevProvider::issue_tokens`] for tests of token sign-in,
//!   [`DevProvider::logout_token`] for back-channel logout. [`login_as`] signs somebody in at your
//!   application in one line.
//! - **A mailbox**: [`DevProvider::mailbox`] sends letters nowhere and shows them at `/mailbox`.
//! - **A record** of all requests: [`DevProvider::requests`].
//!
//! # Not for production
//!
//! Whoever reaches the provider signs in as anybody. It therefore refuses any address but
//! loopback, answers to no other `Host`, and refuses to start when `SOCIAL_AUTH_ENV` or
//! `RUST_ENV` is `production` or [`Builder::production`] was told so. There is no way around.

pub mod adapter_kit;
mod cas;
mod client;
mod clock;
mod consent;
mod direct;
mod discourse_connect;
mod error;
mod fault;
mod guard;
mod headless;
mod keys;
mod login_as;
mod mailbox;
mod oauth1;
mod oauth2;
mod oidc;
mod openid;
mod page;
mod params;
mod people;
mod provider;
mod random;
mod recorder;
#[cfg(feature = "saml")]
mod saml;
pub mod storage_kit;

pub use client::{Client, ClientAuth, Signing};
pub use direct::Tokens;
pub use error::Error;
pub use fault::{Alteration, Fault};
pub use headless::{Browser, Callback};
pub use keys::OldKeys;
pub use login_as::login_as;
pub use mailbox::Mailbox;
pub use oidc::{IdToken, Signature};
pub use people::{NEW_PERSON, Person};
pub use provider::{Builder, DevProvider};
pub use recorder::RecordedRequest;
#[cfg(feature = "saml")]
pub use saml::{SamlCredential, SamlEncrypted, SamlSigned, ServiceProvider};
