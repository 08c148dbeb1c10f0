//! Social sign-in for Rust: OAuth 2.0, OpenID Connect and what came before them, for every provider worth
//! naming, with the settings, addresses, pipeline and tables of Python Social Auth.
//!
//! # Ten lines to start
//!
//! ```
//! use social_auth::{SocialAuth, storage::MemoryStorage};
//!
//! let social = SocialAuth::builder()
//!     .public_url("https://example.com")
//!     .secret_key("at least thirty-two random characters, the same on all replicas")
//!     .storage(MemoryStorage::new()) // social-auth-sqlx has one on SQLite
//!     .backend("github", [("KEY", "Iv1.0123"), ("SECRET", "shh")])
//!     .build()?;
//! assert_eq!(social.login_path("github"), "/login/github/");
//! # Ok::<(), social_auth::BuildError>(())
//! ```
//!
//! A web framework's crate mounts it: `social_auth_axum::routes(social)`. Settings may come from a file or
//! the environment as well: [`settings`]. Everything wrong with them is told at [`Builder::build`], at
//! once, with the place and what would be right.
//!
//! # The walk of a sign-in
//!
//! Data comes in at the framework's door, walks straight through, and leaves by the same door:
//!
//! 1. **begin** ([`SocialAuth::begin`]): an [`attempt`] is made (state, nonce, PKCE verifier, where the
//!    person wants to go), sealed into a cookie of its own, and the browser is sent to the provider.
//!    Nothing is stored.
//! 2. **complete** ([`SocialAuth::complete`]): the attempt is opened, compared and claimed once; the
//!    [`backend`] turns the callback into an [`identity`]; the [`pipeline`] turns the identity into a
//!    user; the [`session`] is signed in.
//! 3. A step may **pause** the pipeline to ask the person something; it goes on where it was.
//!
//! Besides: **token sign-in** for clients without a browser, [`refresh`](SocialAuth::refresh) and
//! [`access_token`](SocialAuth::access_token) for the provider's API, **disconnect**, **logout**.
//!
//! # Where things are
//!
//! | room | what is in it |
//! | --- | --- |
//! | [`flow`] | the journeys, the only place that knows their order |
//! | [`protocol`] | OAuth 2.0, OpenID Connect, …: no provider's name in there |
//! | [`provider`] | one file a provider, data first: no I/O in there, and no check to be overridden |
//! | [`pipeline`] | the steps between "the provider vouches" and "the user is signed in" |
//! | [`mail`] | letters, who sends them, and the codes that prove an address |
//! | [`storage`] | what a database must do; the crates beside this one do it |
//! | [`settings`] | names, sources, resolution, strict checking |
//! | [`redirect`] | the one place that decides where a browser may be sent |
//! | [`error`] | stable codes, sources, stages, and what helps |
//!
//! # Change what happens
//!
//! A step is a closure or a type; it gets the [`Context`](pipeline::Context) and says how to go on:
//!
//! ```
//! use social_auth::pipeline::{Outcome, Pipeline};
//! use social_auth::{Error, Reason};
//!
//! let pipeline = Pipeline::authentication().after("social_details", "colleagues_only", |context| {
//!     Box::pin(async move {
//!         match &context.details.email {
//!             Some(email) if email.verified && email.address.ends_with("@example.com") => Ok(Outcome::Continue),
//!             _ => Err(Error::new(Reason::AuthenticationDisallowed)),
//!         }
//!     })
//! })?;
//! # Ok::<(), social_auth::Error>(())
//! ```

mod api_token;
pub mod attempt;
pub mod backend;
mod backends_of;
mod builder;
pub mod clock;
pub mod email;
pub mod error;
pub mod event;
pub mod expiry;
pub mod flow;
pub mod form;
#[cfg(any(feature = "fuzzing", all(test, feature = "saml")))]
#[doc(hidden)]
pub mod fuzzing;
pub mod http;
pub mod identity;
pub mod jose;
pub mod mail;
pub mod names;
mod page;
pub mod password;
pub mod pipeline;
pub mod protocol;
pub mod provider;
mod rate;
pub mod redirect;
pub mod seal;
mod secret;
pub mod select;
pub mod session;
pub mod settings;
mod social_auth;
pub mod storage;
pub mod template;
pub mod username;
pub mod web;

pub use api_token::ApiToken;
pub use backends_of::{BackendsOf, Connected, LoginRedirect};
pub use builder::{BuildError, Builder};
pub use error::{Error, Reason, Result};
pub use event::{Event, PendingUpdate};
pub use secret::{Secret, constant_time_eq};
pub use social_auth::SocialAuth;
