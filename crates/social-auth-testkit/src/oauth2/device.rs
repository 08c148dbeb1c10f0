//! The device authorization grant (RFC 8628): the endpoint where devices begin, and the page where people type
//! in a code.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Json;
use axum::extract::{RawQuery, State};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, get, post};
use http::{HeaderMap, StatusCode};
use serde_json::{Value, json};

use crate::client::Client;
use crate::consent::{self, Decision, Interaction, Login};
use crate::error::Error;
use crate::oauth2::client_auth::authenticate;
use crate::oauth2::token::form;
use crate::oauth2::{Dialect, Grant, Refusal};
use crate::page::{Ask, Reader};
use crate::params::Params;
use crate::provider::{DevProvider, Shared};
use crate::random;

/// Seconds that a code is good for.
const CODE_SECONDS: i64 = 300;
/// Seconds between two questions: short, since everything here is on one machine.
const INTERVAL: i64 = 1;
/// Consonants: no words come out, and nothing is mistaken for another (section 6.1).
const LETTERS: &[u8; 20] = b"BCDFGHJKLMNPQRSTVWXZ";
/// Letters of a code.
const CODE_LENGTH: usize = 8;

#[derive(Clone)]
enum Decided {
    NotYet,
    Approved(Login),
    Declined,
}

struct Device {
    user_code: String,
    client_id: String,
    dialect: Dialect,
    scope: String,
    expires: i64,
    asked_at: Option<i64>,
    decided: Decided,
}

/// The devices that wait, by device code.
#[derive(Default)]
pub(crate) struct Devices(Mutex<HashMap<String, Device>>);

impl Devices {
    fn books(&self) -> MutexGuard<'_, HashMap<String, Device>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn decide(&self, user_code: &str, now: i64, decided: Decided) -> bool {
        let mut books = self.books();
        let waits =
            |device: &&mut Device| device.user_code == user_code && device.expires >= now && matches!(device.decided, Decided::NotYet);
        books.values_mut().find(waits).is_some_and(|device| {
            device.decided = decided;
            true
        })
    }

    /// What a device gets that asks for tokens (sections 3.4 and 3.5).
    pub(super) fn spend(&self, code: &str, client: &Client, dialect: Dialect, now: i64) -> Result<Grant, Refusal> {
        let mut books = self.books();
        let unknown = || Refusal::invalid_grant("the device code is unknown");
        let device = books.get_mut(code).filter(|device| device.client_id == client.id && device.dialect == dialect);
        let device = device.ok_or_else(unknown)?;
        if device.expires < now {
            return Err(Refusal::new("expired_token", "the device code has expired"));
        }
        let too_soon = device.asked_at.replace(now).is_some_and(|asked| now.saturating_sub(asked) < INTERVAL);
        match device.decided.clone() {
            Decided::NotYet if too_soon => Err(Refusal::new("slow_down", "the device asks too often")),
            Decided::NotYet => Err(Refusal::new("authorization_pending", "the person has not decided yet")),
            Decided::Declined => Err(Refusal::new("access_denied", "the person declined")),
            Decided::Approved(login) => {
                let device = books.remove(code).ok_or_else(unknown)?;
                let id = random::token()?;
                Ok(Grant { id, dialect, client_id: device.client_id, login, scope: device.scope, nonce: None })
            }
        }
    }
}

impl DevProvider {
    /// A person types in the code that a device shows, and signs in. `false` when no device waits for it.
    ///
    /// # Errors
    /// [`Error::Crypto`].
    pub fn approve_device(&self, user_code: &str, person: &str) -> Result<bool, Error> {
        let shared = self.shared();
        let login = Login::now(shared.clock.now(), shared.people.choose(person)?)?;
        Ok(shared.devices.decide(user_code, shared.clock.now(), Decided::Approved(login)))
    }

    /// A person types in the code that a device shows, and declines.
    pub fn decline_device(&self, user_code: &str) -> bool {
        self.shared().devices.decide(user_code, self.shared().clock.now(), Decided::Declined)
    }
}

/// `POST`: a device begins (section 3.1).
pub(crate) fn device_endpoint(dialect: Dialect) -> MethodRouter<Arc<Shared>> {
    post(async move |State(shared): State<Arc<Shared>>, headers: HeaderMap, body: String| match begin(&shared, dialect, &headers, &body) {
        Ok(body) => ([(http::header::CACHE_CONTROL, "no-store")], Json(body)).into_response(),
        Err(refusal) => refusal.into_response(),
    })
}

fn begin(shared: &Shared, dialect: Dialect, headers: &HeaderMap, body: &str) -> Result<Value, Refusal> {
    let params = form(headers, body)?;
    let client = authenticate(shared, headers, &params)?;
    let (device_code, user_code) = (random::token()?, user_code()?);
    let now = shared.clock.now();
    let device = Device {
        user_code: user_code.clone(),
        client_id: client.id.clone(),
        dialect,
        scope: params.first("scope").unwrap_or_default().to_owned(),
        expires: now.saturating_add(CODE_SECONDS),
        asked_at: None,
        decided: Decided::NotYet,
    };
    let mut books = shared.devices.books();
    books.retain(|_, device| device.expires.saturating_add(CODE_SECONDS) >= now);
    books.insert(device_code.clone(), device);
    let page = format!("{}/device", shared.url);
    Ok(json!({
        "device_code": device_code,
        "user_code": user_code,
        "verification_uri": page,
        "verification_uri_complete": format!("{page}?user_code={user_code}"),
        "expires_in": CODE_SECONDS,
        "interval": INTERVAL,
    }))
}

fn user_code() -> Result<String, Error> {
    let token = random::token()?;
    let letters = token.bytes().filter_map(|octet| LETTERS.get(usize::from(octet) % LETTERS.len()).copied().map(char::from));
    Ok(letters.take(CODE_LENGTH).collect())
}

/// The page where people type in a code (section 3.3).
pub(super) fn page() -> MethodRouter<Arc<Shared>> {
    get(async |State(shared): State<Arc<Shared>>, RawQuery(query): RawQuery, headers: HeaderMap| {
        let reader = Reader::of(&headers);
        let params = Params::parse(query.as_deref().unwrap_or_default());
        let Some(typed) = params.first("user_code") else { return shared.pages.user_code(reader) };
        let typed: String = typed.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_uppercase();
        match waiting(&shared, &typed) {
            Some(waiting) => consent::ask(&shared, Arc::new(waiting), reader),
            None => {
                let text = "No device waits for this code, or it is too old. Look at the device for a new one.";
                shared.pages.message(reader, StatusCode::BAD_REQUEST, "This code is not known", text)
            }
        }
    })
}

/// A device that waits for a person.
struct Waiting {
    user_code: String,
    client: Arc<Client>,
    scope: String,
}

fn waiting(shared: &Shared, user_code: &str) -> Option<Waiting> {
    let books = shared.devices.books();
    let now = shared.clock.now();
    let device = books.values().find(|device| device.user_code == user_code && device.expires >= now)?;
    let client = shared.clients.get(&device.client_id)?;
    Some(Waiting { user_code: user_code.to_owned(), client, scope: device.scope.clone() })
}

impl Interaction for Waiting {
    fn ask(&self) -> Ask {
        Ask {
            application: self.client.name.clone(),
            protocol: "OAuth 2.0 for devices",
            destination: "a device elsewhere".to_owned(),
            wants: Vec::new(),
            details: vec![("client_id", self.client.id.clone()), ("user_code", self.user_code.clone()), ("scope", self.scope.clone())],
            hint: None,
        }
    }

    fn client_id(&self) -> &str {
        &self.client.id
    }

    fn finish(&self, shared: &Shared, decision: Decision, reader: Reader) -> Response {
        let (decided, title, text) = match decision {
            Decision::SignIn(login) => (Decided::Approved(login), "The device is signed in", "You can close this page."),
            Decision::Decline => (Decided::Declined, "The device is not signed in", "You declined. You can close this page."),
        };
        if shared.devices.decide(&self.user_code, shared.clock.now(), decided) {
            return shared.pages.message(reader, StatusCode::OK, title, text);
        }
        let text = "The code is too old, or was decided on already.";
        shared.pages.message(reader, StatusCode::BAD_REQUEST, "This code is not known", text)
    }
}
