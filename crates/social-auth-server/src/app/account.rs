//! The page about oneself: who I am, what is connected, where I am signed in.

use axum::response::Response;
use http::StatusCode;
use minijinja::{Value, context};
use social_auth::error::Result;
use social_auth::flow::OpenQuestion;
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
    ("merged", "The two accounts are one now."),
    ("signed-out", "That browser is signed out."),
    ("others-signed-out", "All other browsers are signed out."),
];

/// Fields of an association's extra data that people recognise an account by, the best first.
const ACCOUNT_FIELDS: &[&str] = &["email", "login", "username", "preferred_username", "name", "display_name"];

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
    let associations: Vec<Value> = associations.iter().map(|one| association(app, one, now)).collect();
    let own = visit.session.stored();
    let others = sessions.iter().filter(|other| own.is_none_or(|own| own.key_hash != other.key_hash));
    let others = others.map(|other| session(app, other, seen(other, now), now));
    let sessions: Vec<Value> = own.map(|own| session(app, own, now, now)).into_iter().chain(others).collect();
    let question = social.open_question(&visit.session).await?.map(question);
    visit.with_form(|csrf| {
        let values = context! {
            message,
            csrf,
            person => person(user),
            associations,
            question,
            signed_in_by => own.and_then(|own| signed_in_by(app, own)),
            may_disconnect,
            backends => login::choices(app),
            sessions,
            paths => context! {
                logout => app.path("logout/"),
                connected => with_message(app, "connected"),
                disconnected => with_message(app, "disconnected"),
                merged => with_message(app, "merged"),
                revoke_others => app.path("account/sessions/others/"),
            },
        };
        app.pages().render(StatusCode::OK, "account.html", values)
    })
}

/// The provider with whose session this one began, if it knows of sessions.
fn signed_in_by<'a>(app: &'a App, session: &StoredSession) -> Option<&'a str> {
    let backend = app.social().backend(&session.origin()?.backend).ok()?;
    Some(&backend.info().title)
}

fn question(open: OpenQuestion) -> Value {
    let OpenQuestion { question, action, partial_token, .. } = open;
    context! { title => question.title, text => question.text, yes => question.yes, no => question.no, action, partial_token }
}

fn person(user: &User) -> Value {
    let names: Vec<&str> = [&user.first_name, &user.last_name].into_iter().flatten().map(String::as_str).collect();
    let name = if names.is_empty() { user.username.clone() } else { names.join(" ") };
    let initial: Option<String> = name.chars().next().map(|first| first.to_uppercase().collect());
    context! {
        initial,
        name,
        username => user.username.as_str(),
        email => user.email.as_deref(),
        joined => user.date_joined.map(When::since),
    }
}

fn association(app: &App, association: &Association, now: OffsetDateTime) -> Value {
    let backend = app.social().backend(&association.provider).ok();
    let (title, icon) = match backend {
        Some(backend) => (backend.info().title.as_str(), icon::of(backend.info())),
        None => (association.provider.as_str(), icon::of_unknown(&association.provider)),
    };
    let account = ACCOUNT_FIELDS.iter().find_map(|field| association.extra_data.text(field));
    context! {
        title,
        account => account.unwrap_or(&association.uid),
        icon,
        created => When::day(association.created, now),
        disconnect => app.path(&format!("disconnect/{}/{}/", association.provider, association.id)),
    }
}

fn session(app: &App, session: &StoredSession, seen: OffsetDateTime, now: OffsetDateTime) -> Value {
    context! {
        browser => browser_name::of(&session.user_agent),
        address => session.ip_address.as_str(),
        seen => When::ago(seen, now),
        revoke => app.path(&format!("account/sessions/{}/", session.public_id)),
    }
}

fn seen(session: &StoredSession, now: OffsetDateTime) -> OffsetDateTime {
    OffsetDateTime::from_unix_timestamp(session.last_seen_at).unwrap_or(now)
}
