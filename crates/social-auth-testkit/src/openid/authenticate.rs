//! Where the browser comes with a request (section 9), and goes back with an answer (section 10).

use std::sync::Arc;

use axum::response::Response;
use http::StatusCode;
use time::OffsetDateTime;
use url::Url;

use super::message::Message;
use super::{IDENTIFIER_SELECT, NS, NS_AX, NS_SREG, endpoint, identifier};
use crate::consent::{self, Decision, Interaction};
use crate::error::Error;
use crate::oauth2::see_other;
use crate::page::{Ask, Reader};
use crate::people::Person;
use crate::provider::Shared;
use crate::random;

/// The longest answer that goes in an address, in characters; others are posted.
const MAX_ADDRESS: usize = 2048;

/// What is known of a person by the type URIs of Attribute Exchange, and the names of Simple Registration.
const ATTRIBUTES: [(&str, &str, fn(&Person) -> Option<&str>); 5] = [
    ("http://axschema.org/contact/email", "email", |person| person.email.as_deref()),
    ("http://axschema.org/namePerson", "fullname", |person| person.name.as_deref()),
    ("http://axschema.org/namePerson/friendly", "nickname", |person| person.login.as_deref()),
    ("http://axschema.org/namePerson/first", "", |person| person.given_name.as_deref()),
    ("http://axschema.org/namePerson/last", "", |person| person.family_name.as_deref()),
];

/// A request that waits for a person.
struct Waiting {
    message: Message,
    return_to: Url,
    realm: String,
}

pub(super) fn authenticate(shared: &Shared, message: &Message, reader: Reader) -> Response {
    let text = |name: &str| message.get(name).unwrap_or_default().to_owned();
    let (return_to, realm) = (text("return_to"), text("realm"));
    let realm = if realm.is_empty() { return_to.clone() } else { realm };
    let address = Url::parse(&return_to).ok().filter(|url| matches!(url.scheme(), "http" | "https") && is_below(url, &realm));
    let Some(return_to) = address else {
        let explanation = "openid.return_to is no address, or not one below openid.realm.";
        return shared.pages.message(reader, StatusCode::BAD_REQUEST, "This request cannot be answered", explanation);
    };
    let waiting = Waiting { message: message.clone(), return_to, realm };
    if message.get("mode") == Some("checkid_immediate") {
        return waiting.go_back(shared, reader, &negative("setup_needed"));
    }
    consent::ask(shared, Arc::new(waiting), reader)
}

/// Section 9.2, without wildcards.
fn is_below(url: &Url, realm: &str) -> bool {
    Url::parse(realm).is_ok_and(|realm| realm.origin() == url.origin() && url.path().starts_with(realm.path()))
}

fn negative(mode: &str) -> Message {
    let mut answer = Message::default();
    answer.set("ns", NS);
    answer.set("mode", mode);
    answer
}

impl Interaction for Waiting {
    fn ask(&self) -> Ask {
        Ask {
            application: self.realm.clone(),
            protocol: "OpenID 2.0",
            destination: self.return_to.to_string(),
            wants: self.wanted().iter().map(|(kind, _, _)| (*kind).to_owned()).collect(),
            details: vec![
                ("openid.realm", self.realm.clone()),
                ("openid.claimed_id", self.message.get("claimed_id").unwrap_or_default().to_owned()),
            ],
            hint: None,
        }
    }

    fn client_id(&self) -> &str {
        &self.realm
    }

    fn finish(&self, shared: &Shared, decision: Decision, reader: Reader) -> Response {
        let Decision::SignIn(login) = decision else { return self.go_back(shared, reader, &negative("cancel")) };
        let person = shared.people.current(&login.person);
        match self.positive(shared, &person) {
            Ok(Some(answer)) => self.go_back(shared, reader, &answer),
            // Somebody else was asked for.
            Ok(None) => self.go_back(shared, reader, &negative("cancel")),
            Err(error) => consent::unavailable(shared, reader, &error),
        }
    }
}

impl Waiting {
    /// Section 10.1; `None` when the request is about somebody else.
    fn positive(&self, shared: &Shared, person: &Person) -> Result<Option<Message>, Error> {
        let own = identifier(shared, &person.id);
        let asked = self.message.get("identity").unwrap_or(IDENTIFIER_SELECT);
        let claimed = match self.message.get("claimed_id") {
            Some(claimed) if asked != IDENTIFIER_SELECT => claimed,
            _ => own.as_str(),
        };
        if asked != IDENTIFIER_SELECT && asked != own {
            return Ok(None);
        }
        let now = shared.clock.now();
        let mut answer = negative("id_res");
        answer.set("op_endpoint", endpoint(shared));
        answer.set("claimed_id", claimed);
        answer.set("identity", own.as_str());
        answer.set("return_to", self.message.get("return_to").unwrap_or_default());
        answer.set("response_nonce", nonce(now)?);
        self.tell(person, &mut answer);
        shared.openid.sign(&mut answer, self.message.get("assoc_handle"), now)?;
        Ok(Some(answer))
    }

    /// What was asked for: type URI, name and, in Attribute Exchange, the alias.
    fn wanted(&self) -> Vec<(&'static str, &'static str, Option<String>)> {
        let exchanged = self.message.alias_of(NS_AX).map(|alias| format!("{alias}.type."));
        let types: Vec<(&str, &str)> = exchanged.iter().flat_map(|prefix| self.message.below(prefix)).collect();
        let registered = self.message.alias_of(NS_SREG).map(|alias| {
            let list = |name: &str| self.message.get(&format!("{alias}.{name}")).unwrap_or_default();
            format!("{},{}", list("required"), list("optional"))
        });
        let is_registered = |name: &str| registered.as_deref().is_some_and(|names| names.split(',').any(|listed| listed == name));
        let by_exchange = ATTRIBUTES.iter().filter_map(|(kind, name, _)| {
            types.iter().find(|(_, asked)| asked == kind).map(|(alias, _)| (*kind, *name, Some((*alias).to_owned())))
        });
        let by_registration = ATTRIBUTES.iter().filter(|(_, name, _)| !name.is_empty() && is_registered(name));
        by_exchange.chain(by_registration.map(|(kind, name, _)| (*kind, *name, None))).collect()
    }

    fn tell(&self, person: &Person, answer: &mut Message) {
        for (kind, name, alias) in self.wanted() {
            let value = ATTRIBUTES.iter().find(|(known, _, _)| *known == kind).and_then(|(_, _, of)| of(person));
            match (alias, value) {
                (Some(alias), Some(value)) => {
                    answer.set("ns.ax", NS_AX);
                    answer.set("ax.mode", "fetch_response");
                    answer.set(&format!("ax.type.{alias}"), kind);
                    answer.set(&format!("ax.value.{alias}"), value);
                }
                (None, Some(value)) => {
                    answer.set("ns.sreg", NS_SREG);
                    answer.set(&format!("sreg.{name}"), value);
                }
                (_, None) => {}
            }
        }
    }

    fn go_back(&self, shared: &Shared, reader: Reader, answer: &Message) -> Response {
        let fields = answer.fields();
        let mut url = self.return_to.clone();
        url.query_pairs_mut().extend_pairs(&fields);
        if url.as_str().len() <= MAX_ADDRESS {
            return see_other(&url);
        }
        let fields: Vec<(&str, String)> = fields.iter().map(|(name, value)| (name.as_str(), value.clone())).collect();
        shared.pages.form_post(reader, self.return_to.as_str(), &fields)
    }
}

/// Section 10.1: a time, and what makes it the only one.
fn nonce(now: i64) -> Result<String, Error> {
    let time = OffsetDateTime::from_unix_timestamp(now).unwrap_or(OffsetDateTime::UNIX_EPOCH);
    let (date, time) = (time.date(), time.time());
    let (hour, minute, second) = time.as_hms();
    Ok(format!("{date}T{hour:02}:{minute:02}:{second:02}Z{}", random::token()?))
}
