//! Single logout (Core 3.7, Profiles 4.4), begun at a service provider or here: one service provider after the
//! other is sent a request by way of the browser.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use axum::extract::{RawQuery, State};
use axum::response::Response;
use http::{HeaderMap, StatusCode};
use roxmltree::Node;
use serde::Serialize;
use serde_json::json;

use super::documents::{instant, new_id};
use super::message::{ASSERTION, Arrived, Binding, Letter, PROTOCOL, Refusal, child_text, head, parse};
use super::service::{self, Service};
use super::{LOGOUT, entity_id, refuse};
use crate::consent;
use crate::error::Error;
use crate::page::Reader;
use crate::provider::Shared;
use crate::random;

/// Seconds that a request is good for.
const REQUEST_SECONDS: i64 = 300;
/// Sessions and logouts that are remembered at most.
const CAPACITY: usize = 10_000;

/// A person's name for a service provider.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(super) struct NameId {
    pub(super) format: String,
    pub(super) value: String,
}

/// A session at a service provider.
#[derive(Clone, Debug)]
pub(super) struct Participant {
    pub(super) entity_id: String,
    pub(super) name: NameId,
    /// The session here; `SessionIndex` is called so.
    pub(super) session: String,
}

/// A logout on its way through the service providers.
struct Leaving {
    waiting: Vec<Participant>,
    /// Who answers next, and to which request.
    asked: Option<(String, String)>,
    begun_by: Option<Beginner>,
}

/// The service provider that began it, and is told at the end.
struct Beginner {
    entity_id: String,
    request: String,
    relay_state: Option<String>,
}

/// Sessions at service providers, and logouts under way by their handle in `RelayState`.
#[derive(Default)]
pub(crate) struct Sessions {
    participants: Mutex<Vec<Participant>>,
    leaving: Mutex<HashMap<String, Leaving>>,
}

impl Sessions {
    pub(super) fn add(&self, participant: Participant) {
        let mut all = self.participants.lock().unwrap_or_else(PoisonError::into_inner);
        if all.len() >= CAPACITY {
            all.clear();
        }
        all.push(participant);
    }

    /// Takes out those for which this holds.
    fn take(&self, ended: impl Fn(&Participant) -> bool) -> Vec<Participant> {
        let mut all = self.participants.lock().unwrap_or_else(PoisonError::into_inner);
        let (taken, left) = all.drain(..).partition(|participant| ended(participant));
        *all = left;
        taken
    }

    fn put(&self, handle: String, leaving: Leaving) {
        let mut all = self.leaving.lock().unwrap_or_else(PoisonError::into_inner);
        if all.len() >= CAPACITY {
            all.clear();
        }
        all.insert(handle, leaving);
    }

    fn resume(&self, handle: &str) -> Option<Leaving> {
        self.leaving.lock().unwrap_or_else(PoisonError::into_inner).remove(handle)
    }
}

/// What went wrong: with the message, or here.
enum Trouble {
    Refused(Refusal),
    Unable(Error),
}

impl From<Refusal> for Trouble {
    fn from(why: Refusal) -> Self {
        Self::Refused(why)
    }
}

impl From<&str> for Trouble {
    fn from(why: &str) -> Self {
        Self::Refused(why.to_owned())
    }
}

impl From<Error> for Trouble {
    fn from(error: Error) -> Self {
        Self::Unable(error)
    }
}

fn shown(shared: &Shared, reader: Reader, outcome: Result<Response, Trouble>) -> Response {
    match outcome {
        Ok(response) => response,
        Err(Trouble::Refused(why)) => refuse(shared, reader, &why),
        Err(Trouble::Unable(error)) => consent::unavailable(shared, reader, &error),
    }
}

pub(super) async fn by_query(State(shared): State<Arc<Shared>>, RawQuery(query): RawQuery, headers: HeaderMap) -> Response {
    let outcome = receive(&shared, &query.unwrap_or_default(), Binding::Redirect, &headers).await;
    shown(&shared, Reader::of(&headers), outcome)
}

pub(super) async fn by_form(State(shared): State<Arc<Shared>>, headers: HeaderMap, body: String) -> Response {
    let outcome = receive(&shared, &body, Binding::Post, &headers).await;
    shown(&shared, Reader::of(&headers), outcome)
}

/// The person signs out here.
pub(super) async fn begun_here(State(shared): State<Arc<Shared>>, headers: HeaderMap) -> Response {
    let reader = Reader::of(&headers);
    let session = shared.desk.end(&shared, &headers).map(|session| session.login.sid);
    let waiting = shared.saml.sessions.take(|participant| session.as_ref() == Some(&participant.session));
    let outcome = go_on(&shared, reader, Leaving { waiting, asked: None, begun_by: None }).await;
    shown(&shared, reader, outcome)
}

async fn receive(shared: &Shared, encoded: &str, binding: Binding, headers: &HeaderMap) -> Result<Response, Trouble> {
    let arrived = Arrived::read(encoded, binding)?;
    let message = Message::read(&arrived, &format!("{}{LOGOUT}", shared.url))?;
    let service = service::find(shared, &message.issuer).await?;
    match arrived.signature(&message.id, &service.signing) {
        Some(true) => {}
        Some(false) => return Err("The signature fits no certificate in the service provider's metadata.".into()),
        None => return Err("Messages of logout must be signed (Profiles 4.4.4.1).".into()),
    }
    let reader = Reader::of(headers);
    match message.what {
        What::Request { name, sessions } => {
            let is_meant = |one: &Participant| {
                one.entity_id == message.issuer && one.name.value == name && (sessions.is_empty() || sessions.contains(&one.session))
            };
            let ended: Vec<_> = shared.saml.sessions.take(is_meant).into_iter().map(|one| one.session).collect();
            shared.desk.end_named(&ended);
            let waiting = shared.saml.sessions.take(|one| ended.contains(&one.session));
            let begun_by = Beginner { entity_id: message.issuer, request: message.id, relay_state: arrived.relay_state };
            go_on(shared, reader, Leaving { waiting, asked: None, begun_by: Some(begun_by) }).await
        }
        What::Answer { to } => {
            let handle = arrived.relay_state.as_deref().unwrap_or_default();
            let leaving = shared.saml.sessions.resume(handle).ok_or("This answer belongs to no logout that is under way.")?;
            if leaving.asked.as_ref() != Some(&(message.issuer, to)) {
                return Err("This answer belongs to another request.".into());
            }
            go_on(shared, reader, leaving).await
        }
    }
}

struct Message {
    id: String,
    issuer: String,
    what: What,
}

enum What {
    Request { name: String, sessions: Vec<String> },
    Answer { to: String },
}

impl Message {
    fn read(arrived: &Arrived, address: &str) -> Result<Self, Refusal> {
        let document = parse(&arrived.text, &["LogoutRequest", "LogoutResponse"])?;
        let root = document.root_element();
        let (id, issuer) = head(root, address)?;
        if root.attribute("Destination").is_none() {
            return Err("A signed message must have a Destination.".to_owned());
        }
        let what = if root.tag_name().name() == "LogoutResponse" {
            What::Answer { to: root.attribute("InResponseTo").unwrap_or_default().to_owned() }
        } else {
            let sessions =
                root.children().filter(|node| node.has_tag_name((PROTOCOL, "SessionIndex"))).filter_map(|node: Node<'_, '_>| node.text());
            let name = child_text(root, ASSERTION, "NameID").ok_or("The request has no NameID.")?.to_owned();
            What::Request { name, sessions: sessions.map(|text| text.trim().to_owned()).collect() }
        };
        Ok(Self { id: id.to_owned(), issuer: issuer.to_owned(), what })
    }
}

/// Asks the next service provider, or ends.
async fn go_on(shared: &Shared, reader: Reader, mut leaving: Leaving) -> Result<Response, Trouble> {
    while let Some(next) = leaving.waiting.pop() {
        // Whoever has gone, or takes no part in single logout, is left out.
        let Ok(service) = service::find(shared, &next.entity_id).await else { continue };
        let Some((binding, to)) = service.logout.clone() else { continue };
        let (id, handle) = (new_id()?, random::token()?);
        leaving.asked = Some((next.entity_id.clone(), id.clone()));
        shared.saml.sessions.put(handle.clone(), leaving);
        let letter = Letter { parameter: "SAMLRequest", to: &to, binding, relay_state: Some(&handle) };
        return Ok(ask(shared, reader, &letter, &next, &id)?);
    }
    let Some(beginner) = leaving.begun_by else {
        let text = "Your session at the development identity provider has ended, and those that began with it.";
        return Ok(shared.pages.message(reader, StatusCode::OK, "You are signed out", text));
    };
    let service = service::find(shared, &beginner.entity_id).await?;
    Ok(confirm(shared, reader, &service, &beginner)?)
}

fn ask(shared: &Shared, reader: Reader, letter: &Letter<'_>, whom: &Participant, id: &str) -> Result<Response, Error> {
    let key = shared.keys.current_saml().ok_or(Error::Crypto { what: "a key for SAML" })?;
    let now = shared.clock.now();
    letter.send((shared, reader), &key, |sign| {
        shared.saml.documents.write(
            "logout_request.xml",
            json!({
                "id": id, "now": instant(now), "until": instant(now.saturating_add(REQUEST_SECONDS)), "destination": letter.to,
                "issuer": entity_id(shared), "name": whom.name, "session": whom.session, "sign": sign, "certificate": key.certificate}),
        )
    })
}

fn confirm(shared: &Shared, reader: Reader, service: &Service, beginner: &Beginner) -> Result<Response, Error> {
    let Some((binding, to)) = &service.logout else {
        let text = "The service provider has no address where it could be told so.";
        return Ok(shared.pages.message(reader, StatusCode::OK, "You are signed out", text));
    };
    let key = shared.keys.current_saml().ok_or(Error::Crypto { what: "a key for SAML" })?;
    let letter = Letter { parameter: "SAMLResponse", to, binding: *binding, relay_state: beginner.relay_state.as_deref() };
    letter.send((shared, reader), &key, |sign| {
        shared.saml.documents.write(
            "logout_response.xml",
            json!({
                "id": new_id()?, "now": instant(shared.clock.now()), "destination": to, "issuer": entity_id(shared),
                "request": beginner.request, "sign": sign, "certificate": key.certificate}),
        )
    })
}
