//! The page about oneself: who I am, what is connected, where I am signed in.

use axum::response::Response;
use http::StatusCode;
use minijinja::{Value, context};
use serde::Serialize;
use social_auth::error::Result;
use social_auth::storage::{Association, StoredSession, User};
use social_auth::web::Reply;
use time::OffsetDateTime;

use super::visit::Visit;
use super::when::When;
use super::{App, browser_name, icon, login};

/// What was just done, by the word in the address that led back here.
const MESSAGES: &[(&str, &str)] = &[
    ("connected", "The account is connected."),
    ("disconnected", "The account is disconnected."),
    ("signed-out", "That browser is signed out."),
    ("others-signed-out", "All other browsers are signed out."),
];

/// Fields of an association's extra data that people recognise an account by, the best first.
const ACCOUNT_FIELDS: &[&str] = &["email", "login", "username", "preferred_username", "name", "display_name"];

#[derive(Serialize)]
struct PersonView {
    name: String,
    initial: String,
    username: String,
    email: Option<String>,
    joined: Option<When>,
}

#[derive(Serialize)]
struct AssociationView {
    title: String,
    account: Option<String>,
    icon: Value,
    created: When,
    disconnect: String,
}

#[derive(Serialize)]
struct SessionView {
    browser: String,
    address: String,
    seen: When,
    current: bool,
    revoke: String,
}

/// `/account/`.
pub(super) async fn page(visit: Visit) -> Response {
    let outcome = match visit.session.user() {
        Some(user) => show(&visit, user).await,
        None => Ok(visit.app.social().login_required(&visit.request)),
    };
    visit.end(outcome).await
}

/// The address of this page with a message.
pub(super) fn with_message(app: &App, done: &str) -> String {
    format!("{}?done={done}", app.path("account/"))
}

async fn show(visit: &Visit, user: &User) -> Result<Reply> {
    let (app, social) = (&visit.app, visit.app.social());
    let now = social.clock().date_time();
    let associations = social.social().associations_of(&user.id).await?;
    let sessions = social.social().sessions_of(&user.id, social.clock().now()).await?;
    let may_disconnect = associations.len() > 1 || social.users().has_usable_password(&user.id).await?;
    let done = visit.request.query.get("done");
    let message = MESSAGES.iter().find(|(word, _)| Some(*word) == done).map(|(_, message)| *message);
    let (csrf, cookie) = visit.csrf()?;
    let associations: Vec<_> = associations.iter().map(|association| association_view(app, association, now)).collect();
    let current = visit.session.stored().map(|session| session.key_hash.as_str());
    let mut sessions: Vec<_> = sessions.iter().map(|session| session_view(app, session, current, now)).collect();
    sessions.sort_by_key(|session| !session.current);
    let values = context! {
        message,
        csrf => Value::from_serialize(csrf),
        person => Value::from_serialize(person_view(user)),
        associations => Value::from_serialize(associations),
        may_disconnect,
        backends => Value::from_serialize(login::choices(app)),
        sessions => Value::from_serialize(sessions),
        paths => context! {
            logout => app.path("logout/"),
            connected => with_message(app, "connected"),
            disconnected => with_message(app, "disconnected"),
            revoke_others => app.path("account/sessions/others/"),
        },
    };
    let mut reply = app.pages().render(StatusCode::OK, "account.html", values)?;
    reply.cookies.extend(cookie);
    Ok(reply)
}

fn person_view(user: &User) -> PersonView {
    let names: Vec<&str> = [&user.first_name, &user.last_name].into_iter().flatten().map(String::as_str).collect();
    let name = if names.is_empty() { user.username.clone() } else { names.join(" ") };
    PersonView {
        initial: name.chars().next().map(|first| first.to_uppercase().collect()).unwrap_or_default(),
        name,
        username: user.username.clone(),
        email: user.email.clone(),
        joined: user.date_joined.map(When::since),
    }
}

fn association_view(app: &App, association: &Association, now: OffsetDateTime) -> AssociationView {
    let backend = app.social().backend(&association.provider).ok();
    let (title, icon) = match backend {
        Some(backend) => (backend.info().title.clone(), icon::of(backend.info())),
        None => (association.provider.clone(), icon::of_unknown(&association.provider)),
    };
    let account = ACCOUNT_FIELDS.iter().find_map(|field| association.extra_data.text(field));
    AssociationView {
        title,
        account: Some(account.unwrap_or(&association.uid).to_owned()),
        icon,
        created: When::day(association.created, now),
        disconnect: app.path(&format!("disconnect/{}/{}/", association.provider, association.id)),
    }
}

fn session_view(app: &App, session: &StoredSession, current: Option<&str>, now: OffsetDateTime) -> SessionView {
    let current = current == Some(session.key_hash.as_str());
    let seen = if current { now } else { OffsetDateTime::from_unix_timestamp(session.last_seen_at).unwrap_or(now) };
    SessionView {
        browser: browser_name::of(&session.user_agent),
        address: session.ip_address.clone(),
        seen: When::ago(seen, now),
        current,
        revoke: app.path(&format!("account/sessions/{}/", session.public_id)),
    }
}
