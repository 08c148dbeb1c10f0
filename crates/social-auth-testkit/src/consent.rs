//! The one question between a request and its answer: who signs in, or does nobody?
//!
//! A protocol hands over an [`Interaction`]; the page shows it; the person's decision goes back.
//! The browser's session at the provider, which `prompt=none` needs, is kept here too.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::post;
use http::{HeaderMap, HeaderValue, StatusCode, header};

use crate::error::Error;
use crate::page::{Ask, Reader};
use crate::params::Params;
use crate::people::Person;
use crate::provider::Shared;
use crate::random;

/// Seconds that a page may stay open.
const PAGE_SECONDS: i64 = 3600;
/// Open pages and sessions that are remembered at most.
const CAPACITY: usize = 10_000;

/// A request that waits for a person.
pub(crate) trait Interaction: Send + Sync {
    /// What the page shows.
    fn ask(&self) -> Ask;
    /// The application to remember as approved in the session.
    fn client_id(&self) -> &str;
    /// Answers the application.
    fn finish(&self, shared: &Shared, decision: Decision, reader: Reader) -> Response;
}

/// What the person decided.
pub(crate) enum Decision {
    /// The person signed in, at this time.
    SignIn(Login),
    Decline,
}

/// A person, when they signed in (seconds since the epoch), and the public name of that sign-in.
#[derive(Clone, Debug)]
pub(crate) struct Login {
    pub(crate) person: Arc<Person>,
    pub(crate) at: i64,
    /// `sid` of the logout specifications; not the cookie.
    pub(crate) sid: String,
}

impl Login {
    pub(crate) fn now(now: i64, person: Person) -> Result<Self, Error> {
        Ok(Self { person: Arc::new(person), at: now, sid: random::token()? })
    }
}

/// A browser's session at the provider.
#[derive(Clone, Debug)]
pub(crate) struct Session {
    pub(crate) login: Login,
    pub(crate) approved: HashSet<String>,
}

struct Open {
    interaction: Arc<dyn Interaction>,
    expires: i64,
}

/// The open pages and the sessions.
#[derive(Default)]
pub(crate) struct Desk {
    open: Mutex<HashMap<String, Open>>,
    sessions: Mutex<HashMap<String, Session>>,
}

impl Desk {
    fn take(&self, transaction: &str, now: i64) -> Option<Arc<dyn Interaction>> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        open.remove(transaction).filter(|page| page.expires >= now).map(|page| page.interaction)
    }

    fn put(&self, interaction: Arc<dyn Interaction>, now: i64) -> Result<String, Error> {
        let transaction = random::token()?;
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        open.retain(|_, page| page.expires >= now);
        if open.len() >= CAPACITY {
            open.clear();
        }
        open.insert(transaction.clone(), Open { interaction, expires: now + PAGE_SECONDS });
        Ok(transaction)
    }

    /// The session that the browser's cookie names.
    pub(crate) fn session(&self, shared: &Shared, headers: &HeaderMap) -> Option<Session> {
        let id = cookie(headers, &shared.cookie_name)?;
        let sessions = self.sessions.lock().unwrap_or_else(PoisonError::into_inner);
        sessions.get(id).cloned()
    }

    /// Forgets the browser's session, and tells what it was.
    pub(crate) fn end(&self, shared: &Shared, headers: &HeaderMap) -> Option<Session> {
        let id = cookie(headers, &shared.cookie_name)?;
        self.sessions.lock().unwrap_or_else(PoisonError::into_inner).remove(id)
    }

    /// Forgets the sessions of these names, in whichever browser.
    #[cfg(feature = "saml")]
    pub(crate) fn end_named(&self, names: &[String]) {
        self.sessions.lock().unwrap_or_else(PoisonError::into_inner).retain(|_, session| !names.contains(&session.login.sid));
    }

    fn begin(&self, old: Option<Session>, login: Login, client: &str) -> Result<String, Error> {
        let id = random::token()?;
        let mut approved = old.filter(|old| old.login.person.id == login.person.id).map(|old| old.approved);
        approved.get_or_insert_default().insert(client.to_owned());
        let mut sessions = self.sessions.lock().unwrap_or_else(PoisonError::into_inner);
        if sessions.len() >= CAPACITY {
            sessions.clear();
        }
        sessions.insert(id.clone(), Session { login, approved: approved.unwrap_or_default() });
        Ok(id)
    }
}

/// Shows the page for a request.
pub(crate) fn ask(shared: &Shared, interaction: Arc<dyn Interaction>, reader: Reader) -> Response {
    let question = interaction.ask();
    match shared.desk.put(interaction, shared.clock.now()) {
        Ok(transaction) => shared.pages.consent(reader, &question, &shared.people.all(), &transaction),
        Err(error) => unavailable(shared, reader, &error),
    }
}

pub(crate) fn routes() -> Router<Arc<Shared>> {
    Router::new().route("/consent", post(decide))
}

/// The page's form: `transaction` with `person` (a key), `typed` (a name) or `decision=decline`.
async fn decide(State(shared): State<Arc<Shared>>, headers: HeaderMap, body: String) -> Response {
    let reader = Reader::of(&headers);
    let form = Params::parse(&body);
    let transaction = form.first("transaction").unwrap_or_default();
    let Some(interaction) = shared.desk.take(transaction, shared.clock.now()) else {
        return shared.pages.message(
            reader,
            StatusCode::BAD_REQUEST,
            "This page was used already",
            "Each page answers one request, within an hour. Go back to the application and start \
             again.",
        );
    };
    if form.first("decision") == Some("decline") {
        return interaction.finish(&shared, Decision::Decline, reader);
    }
    let Some(key) = form.first("person").or_else(|| form.first("typed")) else {
        return ask(&shared, interaction, reader);
    };
    let outcome = shared.people.choose(key).and_then(|person| {
        let mut login = Login::now(shared.clock.now(), person)?;
        let old = shared.desk.session(&shared, &headers);
        // One session a browser and person, so that its end is the end of all that began with it.
        if let Some(old) = old.as_ref().filter(|old| old.login.person.id == login.person.id) {
            login.sid.clone_from(&old.login.sid);
        }
        let id = shared.desk.begin(old, login.clone(), interaction.client_id())?;
        Ok((id, login))
    });
    match outcome {
        Ok((id, login)) => {
            let mut response = interaction.finish(&shared, Decision::SignIn(login), reader);
            set_cookie(&mut response, &shared.cookie_name, &id);
            response
        }
        Err(error) => unavailable(&shared, reader, &error),
    }
}

/// The page for a provider that cannot go on.
pub(crate) fn unavailable(shared: &Shared, reader: Reader, error: &Error) -> Response {
    let status = StatusCode::INTERNAL_SERVER_ERROR;
    shared.pages.message(reader, status, "The provider cannot go on", &error.to_string())
}

fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let lines = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut pairs = lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.split_once('='));
    pairs.find(|(key, _)| key.trim() == name).map(|(_, value)| value.trim())
}

fn set_cookie(response: &mut Response, name: &str, value: &str) {
    let cookie = format!("{name}={value}; Path=/; HttpOnly; SameSite=Lax");
    if let Ok(cookie) = HeaderValue::from_str(&cookie) {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
}
