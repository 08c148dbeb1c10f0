//! What one would write by hand for one provider and one day, to compare social-auth's speed with. Never use
//! it. Three sign-ins, on the tables that social-auth made:
//!
//! - `dev-oidc`: OpenID Connect with the checks that a client library makes: state, nonce, the id token's
//!   signature, issuer, audience and expiry, the subject of userinfo.
//! - `dev-oauth2`: OAuth 2.0; the state is checked.
//! - `dev-bare`: asks for token and userinfo and believes everything.
//!
//! The first two write what social-auth writes for a sign-in: the tokens, the time of the login, a session.
//! The third looks the user up and writes a session. None claims its state, pauses, links, logs, or renews
//! keys.

use std::sync::Arc;

use axum::extract::{Path, Query, State};
use axum::response::{AppendHeaders, IntoResponse, Response};
use axum::{Router, routing::get};
use clap::Parser;
use http::header::{CONTENT_TYPE, COOKIE, LOCATION, SET_COOKIE};
use http::{HeaderMap, StatusCode};
use jsonwebtoken::jwk::JwkSet;
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use serde::Deserialize;
use serde_json::Value;
use sqlx::SqlitePool;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use tokio::sync::OnceCell;
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
    /// The provider's keys, fetched once.
    keys: OnceCell<JwkSet>,
}

/// The address of a sign-in's endpoints, below the provider's.
struct Endpoints {
    authorize: &'static str,
    token: &'static str,
    profile: &'static str,
    /// The member of the profile that is the user's id.
    subject: &'static str,
}

const OIDC: Endpoints = Endpoints { authorize: "/authorize", token: "/token", profile: "/userinfo", subject: "sub" };
const OAUTH2: Endpoints = Endpoints { authorize: "/oauth2/authorize", token: "/oauth2/token", profile: "/oauth2/user", subject: "id" };

impl App {
    fn callback(&self, backend: &str) -> String {
        format!("http://{}/complete/{backend}/", self.arguments.listen)
    }
}

fn endpoints(backend: &str) -> &'static Endpoints {
    if backend == "dev-oauth2" { &OAUTH2 } else { &OIDC }
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
        .route("/login/{backend}/", get(begin))
        .route("/complete/{backend}/", get(complete))
        .with_state(Arc::new(App { http, database, arguments, keys: OnceCell::new() }));
    axum::serve(listener, router).await?;
    Ok(())
}

async fn begin(State(app): State<Arc<App>>, Path(backend): Path<String>) -> Response {
    let [state, nonce] = [Uuid::new_v4(), Uuid::new_v4()].map(|random| random.simple().to_string());
    let query = Serializer::new(String::new())
        .extend_pairs([
            ("response_type", "code"),
            ("client_id", &app.arguments.client_id),
            ("redirect_uri", &app.callback(&backend)),
            ("scope", "openid profile email"),
            ("state", &state),
            ("nonce", &nonce),
        ])
        .finish();
    let headers = [
        (LOCATION, format!("{}{}?{query}", app.arguments.issuer, endpoints(&backend).authorize)),
        (SET_COOKIE, format!("attempt={state}.{nonce}; Path=/; HttpOnly; SameSite=Lax; Max-Age=900")),
    ];
    (StatusCode::SEE_OTHER, AppendHeaders(headers)).into_response()
}

#[derive(Deserialize)]
struct Callback {
    code: String,
    state: String,
}

#[derive(Deserialize)]
struct Tokens {
    access_token: String,
    id_token: Option<String>,
}

#[derive(Deserialize)]
struct IdToken {
    sub: String,
    nonce: String,
}

async fn complete(
    State(app): State<Arc<App>>,
    Path(backend): Path<String>,
    Query(callback): Query<Callback>,
    headers: HeaderMap,
) -> Response {
    let outcome = match backend.as_str() {
        "dev-bare" => sign_in_bare(&app, &callback.code).await,
        _ => sign_in(&app, &backend, &callback, &headers).await,
    };
    match outcome {
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

/// Believes everything.
async fn sign_in_bare(app: &App, code: &str) -> Result<String, Failure> {
    let (tokens, _) = exchange(app, "dev-bare", code).await?;
    let profile = profile(app, &OIDC, &tokens).await?;
    let (user, _) = user(app, "dev-oidc", &subject(&profile, &OIDC)?).await?;
    session(app, user).await
}

async fn sign_in(app: &App, backend: &str, callback: &Callback, headers: &HeaderMap) -> Result<String, Failure> {
    let cookies = headers.get_all(COOKIE).iter().filter_map(|cookies| cookies.to_str().ok()).flat_map(|cookies| cookies.split("; "));
    let attempt = cookies.filter_map(|cookie| cookie.strip_prefix("attempt=")).last().and_then(|attempt| attempt.split_once('.'));
    let (state, nonce) = attempt.ok_or("the browser did not begin")?;
    if state != callback.state {
        return Err("another state".into());
    }
    let (tokens, kept) = exchange(app, backend, &callback.code).await?;
    let endpoints = endpoints(backend);
    let verified = match backend {
        "dev-oidc" => Some(verify(app, tokens.id_token.as_deref().ok_or("no id token")?, nonce).await?),
        _ => None,
    };
    let profile = profile(app, endpoints, &tokens).await?;
    let subject = subject(&profile, endpoints)?;
    if verified.is_some_and(|verified| verified.sub != subject) {
        return Err("userinfo of somebody else".into());
    }
    let (user, association) = user(app, backend, &subject).await?;
    sqlx::query("UPDATE social_auth_usersocialauth SET extra_data = ?, modified = datetime('now') WHERE id = ?")
        .bind(kept)
        .bind(association)
        .execute(&app.database)
        .await?;
    sqlx::query("UPDATE auth_user SET last_login = datetime('now') WHERE id = ?").bind(user).execute(&app.database).await?;
    session(app, user).await
}

/// The tokens, and the answer's text.
async fn exchange(app: &App, backend: &str, code: &str) -> Result<(Tokens, String), Failure> {
    let Arguments { issuer, client_id, client_secret, .. } = &app.arguments;
    let form = Serializer::new(String::new())
        .extend_pairs([("grant_type", "authorization_code"), ("code", code), ("redirect_uri", &app.callback(backend))])
        .finish();
    let request = app.http.post(format!("{issuer}{}", endpoints(backend).token)).basic_auth(client_id, Some(client_secret));
    let answer = request.header(CONTENT_TYPE, "application/x-www-form-urlencoded").header("accept", "application/json").body(form);
    let text = answer.send().await?.error_for_status()?.text().await?;
    Ok((serde_json::from_str(&text)?, text))
}

async fn verify(app: &App, id_token: &str, nonce: &str) -> Result<IdToken, Failure> {
    let Arguments { issuer, client_id, .. } = &app.arguments;
    let keys = app.keys.get_or_try_init(|| async {
        let answer = app.http.get(format!("{issuer}/jwks")).send().await?.error_for_status()?;
        Ok::<_, Failure>(serde_json::from_slice(&answer.bytes().await?)?)
    });
    let kid = jsonwebtoken::decode_header(id_token)?.kid.ok_or("no kid")?;
    let key = keys.await?.find(&kid).ok_or("an unknown key")?;
    let mut validation = Validation::new(Algorithm::RS256);
    validation.set_issuer(&[issuer]);
    validation.set_audience(&[client_id]);
    let claims = jsonwebtoken::decode::<IdToken>(id_token, &DecodingKey::from_jwk(key)?, &validation)?.claims;
    if claims.nonce == nonce { Ok(claims) } else { Err("another nonce".into()) }
}

async fn profile(app: &App, endpoints: &Endpoints, tokens: &Tokens) -> Result<Value, Failure> {
    let request = app.http.get(format!("{}{}", app.arguments.issuer, endpoints.profile)).bearer_auth(&tokens.access_token);
    let answer = request.send().await?.error_for_status()?;
    Ok(serde_json::from_slice(&answer.bytes().await?)?)
}

fn subject(profile: &Value, endpoints: &Endpoints) -> Result<String, Failure> {
    match profile.get(endpoints.subject) {
        Some(Value::String(text)) => Ok(text.clone()),
        Some(Value::Number(number)) => Ok(number.to_string()),
        _ => Err("no user id".into()),
    }
}

/// The ids of the user and of the association.
async fn user(app: &App, backend: &str, subject: &str) -> Result<(i64, i64), Failure> {
    let query = sqlx::query_as(
        "SELECT u.id, a.id FROM social_auth_usersocialauth a JOIN auth_user u ON u.id = a.user_id \
         WHERE a.provider = ? AND a.uid = ? AND u.is_active",
    );
    Ok(query.bind(backend).bind(subject).fetch_one(&app.database).await?)
}

async fn session(app: &App, user: i64) -> Result<String, Failure> {
    let key = Uuid::new_v4().simple().to_string();
    sqlx::query("INSERT INTO load_session (key, user_id, created) VALUES (?, ?, unixepoch())")
        .bind(&key)
        .bind(user)
        .execute(&app.database)
        .await?;
    Ok(key)
}
