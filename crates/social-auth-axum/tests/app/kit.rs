//! The adapter kit against the routes and extractors of this crate: on both storages, and with sessions
//! that the application lends.

use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;

use axum::routing::get;
use axum::{Extension, Router};
use social_auth::SocialAuth;
use social_auth_axum::{CurrentUser, LoginRequired, Sessions};
use social_auth_sqlx::SqlxStorage;
use social_auth_testkit::adapter_kit;

use crate::lent::AppSessions;

async fn who(user: Option<CurrentUser>) -> String {
    user.map(|CurrentUser(user)| user.username).unwrap_or_default()
}

async fn private(LoginRequired(user): LoginRequired) -> String {
    user.username
}

pub(crate) fn app(social: SocialAuth) -> Router {
    Router::new().route("/who", get(who)).route("/private", get(private)).merge(social_auth_axum::routes(social.clone())).with_state(social)
}

async fn serve(app: Router, listener: TcpListener) {
    listener.set_nonblocking(true).unwrap();
    let listener = tokio::net::TcpListener::from_std(listener).unwrap();
    axum::serve(listener, app.into_make_service_with_connect_info::<SocketAddr>()).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn axum_passes_the_kit() {
    adapter_kit::run(|social, listener| serve(app(social), listener)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn axum_passes_the_kit_on_sqlite() {
    let storage = || async {
        let storage = SqlxStorage::connect("sqlite::memory:").await.unwrap();
        storage.migrate().await.unwrap();
        Arc::new(storage) as _
    };
    adapter_kit::run_on(|social, listener| serve(app(social), listener), storage).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn axum_passes_the_kit_with_lent_sessions() {
    let lent = |social| app(social).layer(Extension(Sessions::lent(AppSessions::default())));
    adapter_kit::run(move |social, listener| serve(lent(social), listener)).await;
}
