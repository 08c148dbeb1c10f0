//! Where the browser comes with an `<samlp:AuthnRequest>` (Core 3.4.1, Profiles 4.1), or without one.

use std::sync::Arc;

use axum::extract::{RawQuery, State};
use axum::response::Response;
use http::HeaderMap;

use super::answer::{Answer, Status};
use super::message::{ASSERTION, Arrived, Binding, PROTOCOL, Refusal, child, child_text, head, parse};
use super::service::{self, Service};
use super::{SIGN_ON, or_unavailable, refuse};
use crate::consent::{self, Decision, Interaction};
use crate::page::{Ask, Reader};
use crate::params::Params;
use crate::provider::Shared;

/// How a person signs in here when it is not said how they should.
const PASSWORD: &str = "urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport";

/// A service provider that waits for a person.
pub(super) struct Waiting {
    pub(super) service: Service,
    /// Where the answer goes.
    pub(super) consumer: String,
    /// The id of the request; `None` when nobody asked.
    pub(super) request: Option<String>,
    pub(super) relay_state: Option<String>,
    pub(super) name_format: Option<String>,
    /// How the person is said to sign in: as it was asked for.
    pub(super) class: String,
    is_signed: bool,
}

/// How the person may be asked.
#[derive(Clone, Copy)]
struct Manner {
    passive: bool,
    force: bool,
}

pub(super) async fn by_query(State(shared): State<Arc<Shared>>, RawQuery(query): RawQuery, headers: HeaderMap) -> Response {
    sign_on(&shared, &query.unwrap_or_default(), Binding::Redirect, &headers).await
}

pub(super) async fn by_form(State(shared): State<Arc<Shared>>, headers: HeaderMap, body: String) -> Response {
    sign_on(&shared, &body, Binding::Post, &headers).await
}

async fn sign_on(shared: &Shared, encoded: &str, binding: Binding, headers: &HeaderMap) -> Response {
    let reader = Reader::of(headers);
    let read = async {
        let arrived = Arrived::read(encoded, binding)?;
        let (question, issuer) = Question::read(&arrived, &format!("{}{SIGN_ON}", shared.url))?;
        let service = service::find(shared, &issuer).await?;
        question.of(&arrived, service)
    };
    let (waiting, manner) = match read.await {
        Ok(read) => read,
        Err(why) => return refuse(shared, reader, &why),
    };
    if !manner.passive {
        return consent::ask(shared, Arc::new(waiting), reader);
    }
    let answer = Answer { shared, reader, waiting: &waiting };
    let known = shared.desk.session(shared, headers).filter(|_| !manner.force);
    or_unavailable(shared, reader, known.map_or_else(|| answer.negative(Status::no_passive()), |session| answer.positive(&session.login)))
}

/// Nobody asked: the person chooses here where to go (Profiles 4.1.5).
pub(super) async fn initiate(State(shared): State<Arc<Shared>>, RawQuery(query): RawQuery, headers: HeaderMap) -> Response {
    let reader = Reader::of(&headers);
    let params = Params::parse(query.as_deref().unwrap_or_default());
    let Some(wanted) = params.first("sp") else {
        return refuse(&shared, reader, "The parameter sp must be a service provider's entity id.");
    };
    let waiting = match service::find(&shared, wanted).await.and_then(|service| {
        let consumer = consumer(&service, None, None)?;
        let (request, relay_state) = (None, params.first("RelayState").map(str::to_owned));
        Ok(Waiting { service, consumer, request, relay_state, name_format: None, class: PASSWORD.to_owned(), is_signed: false })
    }) {
        Ok(waiting) => waiting,
        Err(why) => return refuse(&shared, reader, &why),
    };
    consent::ask(&shared, Arc::new(waiting), reader)
}

/// A request as it was read, before it is known who may make it.
struct Question {
    id: String,
    address: Option<String>,
    index: Option<String>,
    name_format: Option<String>,
    class: Option<String>,
    manner: Manner,
    names_us: bool,
}

impl Question {
    /// The question, and who asks.
    fn read(arrived: &Arrived, address: &str) -> Result<(Self, String), Refusal> {
        let document = parse(&arrived.text, &["AuthnRequest"])?;
        let root = document.root_element();
        let (id, issuer) = head(root, address)?;
        if root.attribute("ProtocolBinding").is_some_and(|binding| binding != Binding::Post.uri()) {
            return Err("Answers go out by HTTP-POST only.".to_owned());
        }
        let text = |name: &str| root.attribute(name).map(str::to_owned);
        let flag = |name: &str| matches!(root.attribute(name), Some("true" | "1"));
        let policy = child(root, PROTOCOL, "NameIDPolicy");
        let context = child(root, PROTOCOL, "RequestedAuthnContext");
        let question = Self {
            id: id.to_owned(),
            address: text("AssertionConsumerServiceURL"),
            index: text("AssertionConsumerServiceIndex"),
            name_format: policy.and_then(|policy| policy.attribute("Format")).map(str::to_owned),
            class: context.and_then(|context| child_text(context, ASSERTION, "AuthnContextClassRef")).map(str::to_owned),
            manner: Manner { passive: flag("IsPassive"), force: flag("ForceAuthn") },
            names_us: root.attribute("Destination").is_some(),
        };
        Ok((question, issuer.to_owned()))
    }

    /// What the service provider may ask.
    fn of(self, arrived: &Arrived, service: Service) -> Result<(Waiting, Manner), Refusal> {
        let entity_id = &service.registered.entity_id;
        let is_signed = match arrived.signature(&self.id, &service.signing) {
            Some(true) if !self.names_us => return Err("A signed message must have a Destination.".to_owned()),
            Some(true) => true,
            Some(false) => return Err(format!("The signature fits no certificate in the metadata of {entity_id}.")),
            None if service.signs_requests => {
                return Err(format!("The metadata of {entity_id} say that it signs its requests; this is not signed."));
            }
            None => false,
        };
        let consumer = consumer(&service, self.address.as_deref(), self.index.as_deref())?;
        let waiting = Waiting {
            service,
            consumer,
            request: Some(self.id),
            relay_state: arrived.relay_state.clone(),
            name_format: self.name_format,
            class: self.class.unwrap_or_else(|| PASSWORD.to_owned()),
            is_signed,
        };
        Ok((waiting, self.manner))
    }
}

/// Where answers go: only where the metadata say that they may (Profiles 4.1.4.1).
fn consumer(service: &Service, address: Option<&str>, index: Option<&str>) -> Result<String, Refusal> {
    let fits = |consumer: &&service::Consumer| match (address, index) {
        (Some(address), _) => consumer.url == address,
        (None, Some(index)) => consumer.index.as_deref() == Some(index),
        (None, None) => true,
    };
    service.consumers.iter().find(fits).map(|consumer| consumer.url.clone()).ok_or_else(|| {
        let wanted = address.or(index).unwrap_or("any");
        let known: Vec<_> = service.consumers.iter().map(|consumer| consumer.url.as_str()).collect();
        format!(
            "The answer shall go to {wanted}, but by the metadata of {} it may go to {} only.",
            service.registered.entity_id,
            known.join(", ")
        )
    })
}

impl Interaction for Waiting {
    fn ask(&self) -> Ask {
        let mut details = vec![
            ("Issuer", self.service.registered.entity_id.clone()),
            ("AssertionConsumerServiceURL", self.consumer.clone()),
            ("signed", if self.is_signed { "yes" } else { "no" }.to_owned()),
        ];
        details.extend(self.name_format.clone().map(|format| ("NameIDPolicy", format)));
        Ask {
            application: self.service.title.clone(),
            protocol: if self.request.is_some() { "SAML 2.0" } else { "SAML 2.0, begun here" },
            destination: self.consumer.clone(),
            wants: Vec::new(),
            details,
            hint: None,
        }
    }

    fn client_id(&self) -> &str {
        &self.service.registered.entity_id
    }

    fn finish(&self, shared: &Shared, decision: Decision, reader: Reader) -> Response {
        let answer = Answer { shared, reader, waiting: self };
        let outcome = match decision {
            Decision::SignIn(login) => answer.positive(&login),
            Decision::Decline => answer.negative(Status::declined()),
        };
        or_unavailable(shared, reader, outcome)
    }
}
