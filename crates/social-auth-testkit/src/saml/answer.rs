//! The `<samlp:Response>` (Core 3.3.3), with an assertion about a person or with what went wrong.

use axum::response::Response;
use serde::Serialize;
use serde_json::{Value, json};

use super::documents::{instant, new_id};
use super::entity_id;
use super::key::{SamlKey, TheirKey};
use super::logout::{NameId, Participant};
use super::message::{Binding, Letter};
use super::service::{SamlEncrypted, SamlSigned};
use super::sign_on::Waiting;
use crate::consent::Login;
use crate::error::Error;
use crate::page::Reader;
use crate::people::Person;
use crate::provider::Shared;
use crate::random;

/// Seconds that an assertion is good for.
const ASSERTION_SECONDS: i64 = 300;

const SUCCESS: &str = "urn:oasis:names:tc:SAML:2.0:status:Success";
pub(super) const PERSISTENT: &str = "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent";
const TRANSIENT: &str = "urn:oasis:names:tc:SAML:2.0:nameid-format:transient";
const EMAIL: &str = "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress";
const UNSPECIFIED: &str = "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified";

/// The formats of names that can be asked for.
pub(super) const FORMATS: [&str; 3] = [PERSISTENT, TRANSIENT, EMAIL];

/// What is known of a person by attributes of the X.500/LDAP profile: name and friendly name.
const ATTRIBUTES: [(&str, &str, fn(&Person) -> Option<&str>); 6] = [
    ("urn:oid:0.9.2342.19200300.100.1.1", "uid", |person| person.login.as_deref()),
    ("urn:oid:0.9.2342.19200300.100.1.3", "mail", |person| person.email.as_deref()),
    ("urn:oid:2.5.4.3", "cn", |person| person.name.as_deref()),
    ("urn:oid:2.16.840.1.113730.3.1.241", "displayName", |person| person.name.as_deref()),
    ("urn:oid:2.5.4.42", "givenName", |person| person.given_name.as_deref()),
    ("urn:oid:2.5.4.4", "sn", |person| person.family_name.as_deref()),
];

#[derive(Serialize)]
struct Attribute {
    name: &'static str,
    friendly: &'static str,
    values: Vec<String>,
}

/// A status (Core 3.2.2.2).
#[derive(Clone, Copy, Serialize)]
pub(super) struct Status {
    first: &'static str,
    second: Option<&'static str>,
    message: Option<&'static str>,
}

impl Status {
    const fn success() -> Self {
        Self { first: SUCCESS, second: None, message: None }
    }

    pub(super) const fn declined() -> Self {
        let second = Some("urn:oasis:names:tc:SAML:2.0:status:AuthnFailed");
        Self { first: "urn:oasis:names:tc:SAML:2.0:status:Responder", second, message: Some("the person declined") }
    }

    /// Nobody could be asked.
    pub(super) const fn no_passive() -> Self {
        let second = Some("urn:oasis:names:tc:SAML:2.0:status:NoPassive");
        Self { first: "urn:oasis:names:tc:SAML:2.0:status:Responder", second, message: Some("nobody is signed in here") }
    }

    const fn no_such_name() -> Self {
        let second = Some("urn:oasis:names:tc:SAML:2.0:status:InvalidNameIDPolicy");
        Self { first: "urn:oasis:names:tc:SAML:2.0:status:Requester", second, message: Some("the person has no name of this format") }
    }
}

/// Where an answer goes, and by whose key.
pub(super) struct Answer<'a> {
    pub(super) shared: &'a Shared,
    pub(super) reader: Reader,
    pub(super) waiting: &'a Waiting,
}

impl Answer<'_> {
    /// Says who signed in, and remembers it for the logout.
    pub(super) fn positive(&self, login: &Login) -> Result<Response, Error> {
        let person = self.shared.people.current(&login.person);
        let Some(name) = name_id(&person, self.waiting.name_format.as_deref())? else { return self.negative(Status::no_such_name()) };
        let key = self.key()?;
        let assertion = self.assertion(&key, &person, login, &name)?;
        let response = self.response(&key, Status::success(), &assertion)?;
        let entity_id = self.waiting.service.registered.entity_id.clone();
        self.shared.saml.sessions.add(Participant { entity_id, name, session: login.sid.clone() });
        Ok(response)
    }

    /// Says what went wrong.
    pub(super) fn negative(&self, status: Status) -> Result<Response, Error> {
        self.response(&*self.key()?, status, "")
    }

    fn key(&self) -> Result<std::sync::Arc<SamlKey>, Error> {
        self.shared.keys.current_saml().ok_or(Error::Crypto { what: "a key for SAML" })
    }

    fn response(&self, key: &SamlKey, status: Status, content: &str) -> Result<Response, Error> {
        let sign = matches!(self.waiting.service.registered.signed, SamlSigned::Response | SamlSigned::Both);
        let written = self.shared.saml.documents.write(
            "response.xml",
            json!({
                "id": new_id()?, "now": instant(self.shared.clock.now()), "recipient": self.waiting.consumer,
                "request": self.waiting.request, "issuer": entity_id(self.shared), "status": status, "content": content,
                "sign": sign, "certificate": key.certificate}),
        )?;
        let document = if sign { key.sign(&written)? } else { written };
        let relay_state = self.waiting.relay_state.as_deref();
        let letter = Letter { parameter: "SAMLResponse", to: &self.waiting.consumer, binding: Binding::Post, relay_state };
        Ok(letter.post(self.shared, self.reader, &document))
    }

    /// Core 2.3.3, Profiles 4.1.4.2.
    fn assertion(&self, key: &SamlKey, person: &Person, login: &Login, name: &NameId) -> Result<String, Error> {
        let (documents, now) = (&self.shared.saml.documents, self.shared.clock.now());
        let service = &self.waiting.service;
        let registered = &service.registered;
        let name = documents.write("name_id.xml", json!({ "name": name}))?;
        let subject = match (registered.encrypted, &service.encryption) {
            (SamlEncrypted::NameId, Some(theirs)) => self.encrypted(theirs, "EncryptedID", &name)?,
            _ => name,
        };
        let sign = matches!(registered.signed, SamlSigned::Assertion | SamlSigned::Both);
        let written = documents.write(
            "assertion.xml",
            json!({
                "id": new_id()?, "now": instant(now), "issuer": entity_id(self.shared), "subject": subject, "request": self.waiting.request,
                "from": instant(now), "until": instant(now.saturating_add(ASSERTION_SECONDS)), "recipient": self.waiting.consumer,
                "audience": registered.entity_id, "signed_in": instant(login.at), "session": login.sid, "class": self.waiting.class,
                "attributes": attributes(person), "sign": sign, "certificate": key.certificate}),
        )?;
        let edited = self.shared.saml.edited(written);
        let signed = if sign { key.sign(&edited)? } else { edited };
        match (registered.encrypted, &service.encryption) {
            (SamlEncrypted::Assertion, Some(theirs)) => self.encrypted(theirs, "EncryptedAssertion", &signed),
            _ => Ok(signed),
        }
    }

    fn encrypted(&self, key: &TheirKey, holder: &str, content: &str) -> Result<String, Error> {
        key.encrypt(&self.shared.saml.documents.write("encrypted.xml", json!({ "holder": holder}))?, content)
    }
}

/// Who it is, in the format that was asked for; `None` when there is no such name.
fn name_id(person: &Person, format: Option<&str>) -> Result<Option<NameId>, Error> {
    let named = |format: &str, value: &str| Some(NameId { format: format.to_owned(), value: value.to_owned() });
    Ok(match format {
        None | Some(UNSPECIFIED | PERSISTENT) => named(PERSISTENT, &person.id),
        Some(TRANSIENT) => named(TRANSIENT, &random::token()?),
        Some(EMAIL) => person.email.as_deref().and_then(|email| named(EMAIL, email)),
        Some(_) => None,
    })
}

fn attributes(person: &Person) -> Vec<Attribute> {
    let known =
        ATTRIBUTES.iter().filter_map(|(name, friendly, of)| Some(Attribute { name, friendly, values: vec![of(person)?.to_owned()] }));
    let groups = person.claims.get("groups").and_then(Value::as_array).into_iter().flatten();
    let groups: Vec<_> = groups.filter_map(|group| group.as_str().map(str::to_owned)).collect();
    let groups = Attribute { name: "urn:oid:1.3.6.1.4.1.5923.1.5.1.1", friendly: "isMemberOf", values: groups };
    known.chain((!groups.values.is_empty()).then_some(groups)).collect()
}
