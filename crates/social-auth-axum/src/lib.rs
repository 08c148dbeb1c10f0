//! [social-auth](social_auth) for axum: routes to merge, and extractors for who is signed in.
//!
//! ```no_run
//! use axum::{Router, routing::get};
//! use social_auth::{SocialAuth, storage::MemoryStorage};
//! use social_auth_axum::{CurrentUser, LoginRequired};
//!
//! async fn home(user: Option<CurrentUser>) -> String {
//!     user.map_or("Nobody is signed in".into(), |CurrentUser(user)| format!("Hello, {}", user.username))
//! }
//!
//! async fn account(LoginRequired(user): LoginRequired) -> String {
//!     format!("The account of {}", user.username)
//! }
//!
//! # async fn run() -> Result<(), Box<dyn std::error::Error>> {
//! let social = SocialAuth::builder()
//!     .public_url("http://localhost:8000")
//!     .secret_key("a key of at least thirty-two random characters")
//!     .storage(MemoryStorage::new())
//!     .backend("github", [("KEY", "Iv1.0123"), ("SECRET", "shh")])
//!     .build()?;
//! let app = Router::new()
//!     .route("/", get(home))
//!     .route("/account", get(account))
//!     .merge(social_auth_axum::routes(social.clone()))
//!     .with_state(social);
//! let listener = tokio::net::TcpListener::bind("127.0.0.1:8000").await?;
//! axum::serve(listener, app.into_make_service_with_connect_info::<std::net::SocketAddr>()).await?;
//! # Ok(()) }
//! ```
//!
//! - **Routes**: [`routes`] has `login/<backend>/`, `complete/<backend>/`, `disconnect/<backend>/`, `logout/`
//!   and the rest of [`SocialAuth::routes`], with and without the last slash, below the setting `MOUNT`. So
//!   `merge` them, do not `nest`.
//! - **Who is signed in**: [`CurrentUser`] and [`LoginRequired`]. They find the [`SocialAuth`] in the
//!   router's state: the state itself, or a part of it by `FromRef`.
//! - **Sessions** are our own, in our own storage, unless the application lends its own: [`SessionSource`].
//! - **Errors** become what the settings say (a redirect, a page, Problem Details), unless the handler of
//!   `Builder::on_error` answers them. Either way the [`Error`](social_auth::Error) itself is an extension of
//!   the response, for layers of the application's own:
//!
//!   ```
//!   use axum::response::{IntoResponse, Redirect, Response};
//!   use social_auth::{Error, Reason};
//!
//!   // .layer(axum::middleware::map_response(errors)), with RAISE_EXCEPTIONS = true
//!   async fn errors(response: Response) -> Response {
//!       match response.extensions().get::<Error>().map(Error::reason) {
//!           Some(Reason::AuthorizationDeclined) => Redirect::to("/maybe-later").into_response(),
//!           _ => response,
//!       }
//!   }
//!   # let _ = axum::Router::<()>::new().layer(axum::middleware::map_response(errors));
//!   ```
//! - **Addresses of clients** come from `ConnectInfo<SocketAddr>`, when there is one; behind a proxy set
//!   `TRUSTED_PROXIES`.

mod extract;
mod request;
mod routes;
mod sessions;

pub use extract::{CurrentUser, LoginRequired};
pub use request::{read, read_parts, respond_with};
pub use routes::routes;
pub use sessions::{SessionSource, Sessions};

#[cfg(doc)]
use social_auth::SocialAuth;
