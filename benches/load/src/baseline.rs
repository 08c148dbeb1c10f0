//! What one would write by hand for one provider and one day: the same requests to the provider, a look-up
//! and a session row, and no checks at all. It is what social-auth's speed is a multiple of. Never use it.

use std::sync::Arc;

use axum::extract::{Query, State};
use axum::response::{AppendHeaders, IntoResponse, Response};
use axum::{Router, routing::get};
use clap::Parser;
use http::StatusCode;
use http::header::{CONTENT_TYPE, LOCATION, SET_COOKIE};
use serde_json::Value;
use sqlx::SqlitePool;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use url::form_urlencoded::Serializer;
use uuid::Uuid;

type Failure = Box<dyn std::error::Error + Send + Sync>;

/// A sign-in by hand, to compare with.
#[derive(Parser)]
struct Arguments {
    #[arg(long)]
    listen: String,
    #[arg(long)]
    database: String,
    /// The OpenID issuer.
    #[arg(long)]
    issuer: String,
    #[arg(long)]
    client_id: String,
    #[arg(long)]
    client_secret: String,
}

struct App {
    http: reqwest::Client,
    database: SqlitePool,
    arguments: Arguments,
}

impl App {
    fn callback(&self) -> String {
        format!("http://{}/complete/dev-oidc/", self.arguments.listen)
    }
}

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let arguments = Arguments::parse();
    let options = SqliteConnectOptions::new()
        .filename(&arguments.database)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Normal);
    let database = SqlitePool::connect_with(options).await?;
    sqlx::query("CREATE TABLE IF NOT EXISTS load_session (key TEXT PRIMARY KEY, user_id INTEGER NOT NULL, created INTEGER NOT NULL)")
        .execute(&database)
        .await?;
    let listener = tokio::net::TcpListener::bind(&arguments.listen).await?;
    let http = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).no_proxy().build()?;
    let router = Router::new()
        .route("/healthz", get(|| async { "ok" }))
        .route("/login/dev-oidc/", get(begin))
        .route("/complete/dev-oidc/", get(complete))
        .with_state(Arc::new(App { http, database, arguments }));
    axum::serve(listener, router).await?;
    Ok(())
}

async fn begin(State(app): State<Arc<App>>) -> Response {
    let state = Uuid::new_v4().simple().to_string();
    let query = Serializer::new(String::new())
        .extend_pairs([
            ("response_type", "code"),
            ("client_id", &app.arguments.client_id),
            ("redirect_uri", &app.callback()),
            ("scope", "openid profile email"),
            ("state", &state),
        ])
        .finish();
    let headers = [
        (LOCATION, format!("{}/authorize?{query}", app.arguments.issuer)),
        (SET_COOKIE, format!("state={state}; Path=/; HttpOnly; SameSite=Lax; Max-Age=900")),
    ];
    (StatusCode::SEE_OTHER, AppendHeaders(headers)).into_response()
}

#[derive(serde::Deserialize)]
struct Callback {
    code: String,
}

async fn complete(State(app): State<Arc<App>>, Query(callback): Query<Callback>) -> Response {
    match sign_in(&app, &callback.code).await {
        Ok(session) => {
            let headers = [
                (LOCATION, "/account/".to_owned()),
                (SET_COOKIE, format!("session={session}; Path=/; HttpOnly; SameSite=Lax; Max-Age=1209600")),
            ];
            (StatusCode::SEE_OTHER, AppendHeaders(headers)).into_response()
        }
        Err(error) => (StatusCode::INTERNAL_SERVER_ERROR, error.to_string()).into_response(),
    }
}

async fn sign_in(app: &App, code: &str) -> Result<String, Failure> {
    let Arguments { issuer, client_id, client_secret, .. } = &app.arguments;
    let form = Serializer::new(String::new())
        .extend_pairs([("grant_type", "authorization_code"), ("code", code), ("redirect_uri", &app.callback())])
        .finish();
    let token = app.http.post(format!("{issuer}/token")).basic_auth(client_id, Some(client_secret));
    let tokens = token.header(CONTENT_TYPE, "application/x-www-form-urlencoded").body(form).send().await?.error_for_status()?;
    let tokens: Value = serde_json::from_slice(&tokens.bytes().await?)?;
    let access_token = tokens["access_token"].as_str().unwrap_or_default();
    let profile = app.http.get(format!("{issuer}/userinfo")).bearer_auth(access_token).send().await?.error_for_status()?;
    let profile: Value = serde_json::from_slice(&profile.bytes().await?)?;
    let (user,): (i64,) = sqlx::query_as(
        "SELECT u.id FROM social_auth_usersocialauth a JOIN auth_user u ON u.id = a.user_id WHERE a.provider = 'dev-oidc' AND a.uid = ?",
    )
    .bind(profile["sub"].as_str().unwrap_or_default())
    .fetch_one(&app.database)
    .await?;
    let key = Uuid::new_v4().simple().to_string();
    sqlx::query("INSERT INTO load_session (key, user_id, created) VALUES (?, ?, unixepoch())")
        .bind(&key)
        .bind(user)
        .execute(&app.database)
        .await?;
    Ok(key)
}
