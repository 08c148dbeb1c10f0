//! The adapter kit against the routes and extractors of this crate, on both storages.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;

use axum::Router;
use axum::routing::get;
use social_auth::SocialAuth;
use social_auth_axum::{CurrentUser, LoginRequired};
use social_auth_sqlx::SqlxStorage;
use social_auth_testkit::adapter_kit;

async fn who(user: Option<CurrentUser>) -> String {
    user.map(|CurrentUser(user)| user.username).unwrap_or_default()
}

async fn private(LoginRequired(user): LoginRequired) -> String {
    user.username
}

async fn serve(social: SocialAuth, listener: TcpListener) {
    let app = Router::new()
        .route("/who", get(who))
        .route("/private", get(private))
        .merge(social_auth_axum::routes(social.clone()))
        .with_state(social);
    listener.set_nonblocking(true).unwrap();
    let listener = tokio::net::TcpListener::from_std(listener).unwrap();
    axum::serve(listener, app.into_make_service_with_connect_info::<SocketAddr>()).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn axum_passes_the_kit() {
    adapter_kit::run(serve).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn axum_passes_the_kit_on_sqlite() {
    adapter_kit::run_on(serve, || async {
        let storage = SqlxStorage::connect("sqlite::memory:").await.unwrap();
        storage.migrate().await.unwrap();
        Arc::new(storage) as _
    })
    .await;
}
