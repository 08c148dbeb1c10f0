//! An application of ours: the axum routes over memory, and one page that says who is signed in.

use axum::{Json, Router, routing::get};
use serde_json::{Value, json};
use social_auth::storage::{Association, MemoryStorage, User};
use social_auth::{Builder, SocialAuth};
use social_auth_axum::CurrentUser;
use tokio::net::TcpListener;

use crate::peer::Peer;

/// The page that says who is signed in.
pub(crate) const ACCOUNT: &str = "/account";

/// A running application.
pub(crate) struct App {
    pub(crate) url: String,
    pub(crate) social: SocialAuth,
}

impl App {
    /// Where signing in with a backend begins.
    pub(crate) fn begin(&self, backend: &str) -> String {
        format!("{}/login/{backend}/", self.url)
    }

    /// An application that knows the certified provider from settings alone.
    pub(crate) async fn start(peer: &Peer) -> App {
        Self::with(|builder| backends(builder, peer)).await
    }

    /// An application with these backends.
    pub(crate) async fn with(backends: impl FnOnce(Builder) -> Builder) -> App {
        let (listener, url) = listen().await;
        let social = social(&url, backends);
        App::serve(listener, url, social).await
    }

    /// What is ready to serve, at an address that it was made for.
    pub(crate) async fn serve(listener: TcpListener, url: String, social: SocialAuth) -> App {
        let app = Router::new().route(ACCOUNT, get(account)).merge(social_auth_axum::routes(social.clone())).with_state(social.clone());
        tokio::spawn(async move { axum::serve(listener, app).await });
        App { url, social }
    }

    /// The only association that a uid has with a backend.
    pub(crate) async fn association(&self, backend: &str, uid: &str) -> Association {
        self.social.social().association(backend, uid).await.unwrap().expect("an association")
    }

    /// Whose it is.
    pub(crate) async fn user(&self, association: &Association) -> User {
        self.social.users().user(&association.user_id).await.unwrap().expect("a user")
    }
}

/// An address for an application.
pub(crate) async fn listen() -> (TcpListener, String) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://localhost:{}", listener.local_addr().unwrap().port());
    (listener, url)
}

/// An application's settings.
pub(crate) fn social(url: &str, backends: impl FnOnce(Builder) -> Builder) -> SocialAuth {
    let builder = SocialAuth::builder()
        .public_url(url)
        .secret_key("a key of at least thirty-two random characters")
        .set("SOCIAL_AUTH_LOGIN_REDIRECT_URL", ACCOUNT)
        .storage(MemoryStorage::new());
    backends(builder).build().unwrap_or_else(|error| panic!("{error}"))
}

async fn account(user: Option<CurrentUser>) -> Json<Value> {
    Json(json!({ "username": user.map(|CurrentUser(user)| user.username) }))
}

/// A backend for each client of the provider, called like it.
fn backends(builder: Builder, peer: &Peer) -> Builder {
    let further: [(&str, &[(&'static str, Value)]); 12] = [
        ("rs256", &[]),
        ("es256", &[("JWT_ALGORITHMS", json!(["ES256"])), ("TOKEN_ENDPOINT_AUTH_METHOD", json!("client_secret_post"))]),
        ("ps256", &[("JWT_ALGORITHMS", json!(["PS256"]))]),
        ("eddsa", &[("JWT_ALGORITHMS", json!(["EdDSA"]))]),
        ("public", &[("TOKEN_ENDPOINT_AUTH_METHOD", json!("none"))]),
        ("form-post", &[("AUTH_EXTRA_ARGUMENTS", json!({ "response_mode": "form_post" }))]),
        ("signed-userinfo", &[("JWT_ALGORITHMS", json!(["RS256", "ES256"]))]),
        ("offline", &[("SCOPE", json!(["offline_access"])), ("PROMPT", json!("consent"))]),
        ("logout", &[("LOGOUT_AT_PROVIDER", json!(true))]),
        ("device", &[]),
        ("without-pkce", &[("USE_PKCE", json!(false))]),
        ("wrong-secret", &[("SECRET", json!("not the secret"))]),
    ];
    further.into_iter().fold(builder, |builder, (name, further)| {
        let mut settings = vec![("KEY", json!(name)), ("OIDC_ENDPOINT", json!(peer.issuer))];
        if name != "public" && name != "wrong-secret" {
            settings.push(("SECRET", json!(peer.client_secret)));
        }
        settings.extend(further.iter().cloned());
        builder.backend_as(name, "oidc", settings)
    })
}
