//! The test people, shared by all protocols.
//!
//! Each stands for a case that sign-in code meets in the wild: no e-mail, an unverified e-mail,
//! a name that is not ASCII, somebody who is new every time.

use std::sync::{PoisonError, RwLock};

use aws_lc_rs::digest;
use serde_json::{Map, Value, json};

use crate::error::Error;
use crate::random;

/// The key of the person who is somebody else on each use.
pub const NEW_PERSON: &str = "new";

/// Somebody who can sign in at the provider.
#[derive(Clone, Debug, PartialEq)]
pub struct Person {
    /// What a test calls the person, and the value of the button on the page.
    pub key: String,
    /// The stable identifier: `id` of the OAuth 2.0 profile and `sub` in OpenID Connect.
    pub id: String,
    /// `login` and `preferred_username`.
    pub login: Option<String>,
    /// The full name.
    pub name: Option<String>,
    /// `given_name`.
    pub given_name: Option<String>,
    /// `family_name`.
    pub family_name: Option<String>,
    /// The e-mail address.
    pub email: Option<String>,
    /// Whether the provider vouches for the address; `None` leaves the field out.
    pub email_verified: Option<bool>,
    /// What is special, shown on the page.
    pub note: String,
    /// Further profile claims, `picture` for example.
    pub claims: Map<String, Value>,
}

impl Person {
    /// A person with nothing but an identifier.
    #[must_use]
    pub fn new(key: impl Into<String>, id: impl Into<String>) -> Self {
        Self {
            key: key.into(),
            id: id.into(),
            login: None,
            name: None,
            given_name: None,
            family_name: None,
            email: None,
            email_verified: None,
            note: String::new(),
            claims: Map::new(),
        }
    }

    /// Sets the login name.
    #[must_use]
    pub fn login(mut self, login: impl Into<String>) -> Self {
        self.login = Some(login.into());
        self
    }

    /// Sets the given, the family and the full name.
    #[must_use]
    pub fn named(mut self, given: &str, family: &str) -> Self {
        self.name = Some(format!("{given} {family}"));
        self.given_name = Some(given.to_owned());
        self.family_name = Some(family.to_owned());
        self
    }

    /// Sets the e-mail address and whether it is verified.
    #[must_use]
    pub fn email(mut self, address: impl Into<String>, verified: bool) -> Self {
        self.email = Some(address.into());
        self.email_verified = Some(verified);
        self
    }

    /// Says what is special about the person.
    #[must_use]
    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.note = note.into();
        self
    }

    /// Adds a profile claim.
    #[must_use]
    pub fn claim(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        self.claims.insert(name.into(), value.into());
        self
    }

    /// What the page calls the person.
    pub(crate) fn title(&self) -> &str {
        self.name.as_deref().or(self.login.as_deref()).unwrap_or(&self.key)
    }
}

/// The people whom the provider offers.
#[derive(Debug)]
pub(crate) struct People(RwLock<Vec<Person>>);

impl People {
    /// The built-in people.
    pub(crate) fn standard() -> Self {
        Self(RwLock::new(vec![alice(), bob(), carol(), dave(), erin()]))
    }

    pub(crate) fn all(&self) -> Vec<Person> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Adds a person, or replaces the one with the same key.
    pub(crate) fn put(&self, person: Person) {
        let mut people = self.0.write().unwrap_or_else(PoisonError::into_inner);
        match people.iter_mut().find(|known| known.key == person.key) {
            Some(known) => *known = person,
            None => people.push(person),
        }
    }

    /// The person behind a button: a known one, a fresh one, or the one that was typed.
    pub(crate) fn choose(&self, key: &str) -> Result<Person, Error> {
        if key == NEW_PERSON {
            return fresh();
        }
        Ok(self.all().into_iter().find(|person| person.key == key).unwrap_or_else(|| typed(key)))
    }

    /// The person as it is now: a test may have changed somebody who is signed in already.
    pub(crate) fn current(&self, person: &Person) -> Person {
        let known = self.all().into_iter().find(|known| known.id == person.id);
        known.unwrap_or_else(|| person.clone())
    }
}

fn alice() -> Person {
    Person::new("alice", "1001")
        .login("alice")
        .named("Alice", "Archer")
        .email("alice@example.test", true)
        .note("full profile, verified e-mail")
        .claim("picture", "https://www.example.test/alice.png")
        .claim("profile", "https://www.example.test/alice")
        .claim("website", "https://alice.example.test/")
        .claim("gender", "female")
        .claim("birthdate", "1990-02-28")
        .claim("zoneinfo", "Europe/Lisbon")
        .claim("locale", "pt-PT")
        .claim("updated_at", 1_700_000_000)
        .claim("phone_number", "+351 210 000 000")
        .claim("phone_number_verified", true)
        .claim("address", json!({"locality": "Lisboa", "country": "Portugal"}))
}

fn bob() -> Person {
    Person::new("bob", "1002").login("bob").named("Bob", "Baker").email("bob@example.test", true).note("verified e-mail, nothing more")
}

fn carol() -> Person {
    Person::new("carol", "1003").login("carol").named("Carol", "Cooper").note("no e-mail")
}

fn dave() -> Person {
    Person::new("dave", "1004").login("dave").named("Dave", "Dyer").email("dave@example.test", false).note("e-mail not verified")
}

fn erin() -> Person {
    let mut erin = Person::new("erin", "1005").note("only a full name, not ASCII");
    erin.name = Some("Érin Ní Bhriain Øyunn Ελένη".to_owned());
    erin
}

fn fresh() -> Result<Person, Error> {
    let mark: String = random::token()?.chars().filter(char::is_ascii_alphanumeric).take(12).collect();
    let mark = mark.to_ascii_lowercase();
    Ok(Person::new(NEW_PERSON, format!("new-{mark}"))
        .login(format!("new-{mark}"))
        .named("New", &format!("Person-{mark}"))
        .email(format!("new-{mark}@example.test"), true)
        .note("somebody else each time"))
}

/// Whoever was typed in is the same person each time; something with an `@` is an address.
fn typed(text: &str) -> Person {
    let text = text.trim();
    let digest = digest::digest(&digest::SHA256, text.as_bytes());
    let mark: String = digest.as_ref().iter().take(8).map(|byte| format!("{byte:02x}")).collect();
    let person = Person::new(text, format!("typed-{mark}")).note("typed in");
    match text.split_once('@') {
        Some((local, _)) => person.login(local).email(text, true),
        None => {
            let mut person = person.login(text);
            person.name = Some(text.to_owned());
            person
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    #[test]
    fn a_new_person_is_somebody_else_each_time() {
        let people = People::standard();
        let (first, second) = (people.choose(NEW_PERSON).unwrap(), people.choose(NEW_PERSON).unwrap());
        assert_ne!(first.id, second.id);
        assert_ne!(first.email, second.email);
    }

    #[test]
    fn a_typed_name_is_the_same_person_each_time() {
        let people = People::standard();
        let zoe = people.choose("Zoë Zimmer").unwrap();
        assert_eq!(zoe, people.choose(" Zoë Zimmer ").unwrap().clone());
        assert_eq!(zoe.name.as_deref(), Some("Zoë Zimmer"));
        let frank = people.choose("frank@example.test").unwrap();
        assert_eq!(frank.email.as_deref(), Some("frank@example.test"));
        assert_ne!(zoe.id, frank.id);
    }

    #[test]
    fn identifiers_differ() {
        let mut ids: Vec<_> = People::standard().all().into_iter().map(|p| p.id).collect();
        ids.sort();
        ids.dedup();
        assert_eq!(ids.len(), 5);
    }
}
