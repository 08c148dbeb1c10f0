//! A whole application with social sign-in: axum and SQLite, backends in `social-auth.toml`.

use std::net::SocketAddr;

use axum::{Router, extract::State, response::Html, routing::get};
use social_auth::{SocialAuth, settings::Settings};
use social_auth_axum::{CurrentUser, LoginRequired};
use social_auth_sqlx::SqlxStorage;

async fn home(State(social): State<SocialAuth>, user: Option<CurrentUser>) -> Html<String> {
    if user.is_some() {
        return Html("<p><a href='/account'>Your account</a> · <a href='/logout/'>Sign out</a></p>".into());
    }
    let buttons = social.backends().map(|backend| {
        let info = backend.info();
        format!("<p><a href='{}'>Sign in with {}</a></p>", social.login_path(&info.name), info.title)
    });
    Html(buttons.collect())
}

async fn account(LoginRequired(user): LoginRequired) -> String {
    format!("You are {}, user {} here.", user.username, user.id)
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut settings = Settings::from_toml_file("examples/axum/social-auth.toml")?;
    settings.merge_process_environment()?;
    let storage = SqlxStorage::connect("sqlite://example.sqlite3").await?;
    storage.migrate().await?;
    let social = SocialAuth::builder().settings(settings).storage(storage).build()?;

    let pages = Router::new().route("/", get(home)).route("/account", get(account));
    let app = pages.merge(social_auth_axum::routes(social.clone())).with_state(social);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:8000").await?;
    axum::serve(listener, app.into_make_service_with_connect_info::<SocketAddr>()).await?;
    Ok(())
}
