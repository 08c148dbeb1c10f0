//! A site, the one who visits it, and providers that answer as they are told.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::LocalKey;

use async_trait::async_trait;
use http::{HeaderMap, HeaderValue, Method, Uri};
use serde_json::Value;
use tokio::runtime::Runtime;

use crate::clock::Clock;
use crate::error::{Error, Reason, Result};
use crate::flow::BeginOptions;
use crate::http::{Incoming, Outgoing, Transport};
use crate::session::{Session, SessionLifetime};
use crate::settings::{Origin, Settings};
use crate::social_auth::SocialAuth;
use crate::storage::{MemoryStorage, User, UserId};
use crate::web::{Reply, ReplyBody, Request};

/// 2026-01-09T12:00:00Z.
pub(super) const NOW: i64 = 1_767_960_000;

/// After so many inputs the storage has grown enough.
const INPUTS: usize = 2_000;

type Answer = Box<dyn FnMut(&Outgoing) -> Result<Incoming> + Send>;

/// A site with some backends.
pub(super) struct World {
    pub(super) social: SocialAuth,
    wire: Arc<Wire>,
    runtime: Runtime,
    inputs: usize,
}

/// What a begun sign-in sent the browser off with.
pub(super) struct Begun {
    /// The address, or the page with a form or a script.
    pub(super) sent: String,
}

impl World {
    /// A site with these backends and their settings.
    pub(super) fn new(backends: &[(&str, &[(&str, &str)])]) -> Self {
        let wire = Arc::new(Wire(Mutex::new(Box::new(|_| Err(Error::new(Reason::ConnectionFailed))))));
        let mut settings = Settings::new();
        for (backend, own) in backends {
            settings.enable(backend, backend, Origin::Code);
            for (name, value) in *own {
                settings.set_for(backend, name, *value);
            }
        }
        let social = SocialAuth::builder()
            .settings(settings)
            .public_url("https://site.example")
            .set("RAISE_EXCEPTIONS", true)
            .secret_key("a key for fuzzing, of at least thirty-two characters")
            .storage(MemoryStorage::new())
            .clock(Clock::fixed(NOW))
            .transport(wire.clone())
            .build()
            .unwrap();
        World { social, wire, runtime: tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap(), inputs: 0 }
    }

    /// The world of this thread, a new one from time to time.
    pub(super) fn with<T>(kept: &'static LocalKey<RefCell<Option<World>>>, new: fn() -> World, use_it: impl FnOnce(&World) -> T) -> T {
        kept.with_borrow_mut(|kept| {
            let world = kept.get_or_insert_with(new);
            world.inputs += 1;
            let outcome = use_it(world);
            if world.inputs >= INPUTS {
                *kept = None;
            }
            outcome
        })
    }

    /// Waits.
    pub(super) fn wait<F: Future>(&self, future: F) -> F::Output {
        self.runtime.block_on(future)
    }

    /// From now on providers answer so.
    pub(super) fn providers_answer(&self, answer: impl FnMut(&Outgoing) -> Result<Incoming> + Send + 'static) {
        *self.wire.0.lock().unwrap_or_else(PoisonError::into_inner) = Box::new(answer);
    }

    /// Begins a sign-in.
    pub(super) fn begin(&self, visitor: &mut Visitor, backend: &str, query: &str) -> Result<Begun> {
        let request = visitor.get(&format!("/login/{backend}/?{query}"))?;
        let options = BeginOptions { confirmed: true, ..BeginOptions::default() };
        let reply = self.wait(self.social.begin_with(backend, &request, visitor, &options))?;
        visitor.keep(&reply);
        let sent = match &reply.body {
            ReplyBody::Html { html, .. } => html.clone(),
            _ => reply.location().unwrap_or_default().to_owned(),
        };
        Ok(Begun { sent })
    }

    /// Completes it. Who is signed in then, by the provider's name of the person.
    pub(super) fn complete(&self, visitor: &mut Visitor, backend: &str, query: &str) -> Result<Option<String>> {
        let request = visitor.get(&format!("/complete/{backend}/?{query}"))?;
        self.wait(self.social.complete(backend, &request, visitor))?;
        let Some(user) = &visitor.user else { return Ok(None) };
        let associations = self.wait(self.social.social().associations_of(user))?;
        Ok(associations.last().map(|association| association.uid.clone()))
    }
}

impl Begun {
    /// What follows one of these texts, as far as it is a name or a number.
    pub(super) fn after(&self, marks: &[&str]) -> String {
        let rest = marks.iter().find_map(|mark| self.sent.split_once(mark)).map_or("", |(_, rest)| rest);
        rest.chars().take_while(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_')).collect()
    }

    /// Our state, as the callback repeats it.
    pub(super) fn state(&self) -> String {
        self.after(&["redirect_state=", "redirect_state%3D", "redirect_state%3d", "redirect_state&#x3d;", "state="])
    }
}

struct Wire(Mutex<Answer>);

#[async_trait]
impl Transport for Wire {
    async fn send(&self, request: Outgoing) -> Result<Incoming> {
        (self.0.lock().unwrap_or_else(PoisonError::into_inner))(&request)
    }
}

/// An answer with this body.
pub(super) fn answer(status: u16, headers: &[(&'static str, &str)], body: &[u8]) -> Incoming {
    let header = |(name, value): &(&'static str, &str)| Some((http::HeaderName::from_static(name), HeaderValue::from_str(value).ok()?));
    Incoming { status, headers: headers.iter().filter_map(header).collect(), body: body.to_vec().into() }
}

/// Somebody with a browser.
#[derive(Default)]
pub(super) struct Visitor {
    pub(super) cookies: BTreeMap<String, String>,
    session: BTreeMap<String, Value>,
    user: Option<UserId>,
}

impl Visitor {
    fn get(&self, path: &str) -> Result<Request> {
        let bad = || Error::new(Reason::InvalidParameter);
        let uri: Uri = format!("https://site.example{path}").parse().map_err(|_| bad())?;
        let mut headers = HeaderMap::new();
        let cookies: Vec<_> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        headers.insert(http::header::COOKIE, HeaderValue::try_from(cookies.join("; ")).map_err(|_| bad())?);
        Request::new(Method::GET, uri, headers, &[], None)
    }

    fn keep(&mut self, reply: &Reply) {
        self.cookies.extend(reply.cookies.iter().map(|cookie| (cookie.name().to_owned(), cookie.value().to_owned())));
    }
}

#[async_trait]
impl Session for Visitor {
    fn user_id(&self) -> Option<UserId> {
        None
    }

    fn get(&self, key: &str) -> Option<Value> {
        self.session.get(key).cloned()
    }

    fn set(&mut self, key: &str, value: Value) {
        self.session.insert(key.to_owned(), value);
    }

    fn remove(&mut self, key: &str) {
        self.session.remove(key);
    }

    async fn sign_in(&mut self, user: &User, _lifetime: SessionLifetime) -> Result<()> {
        self.user = Some(user.id.clone());
        Ok(())
    }

    async fn sign_out(&mut self) -> Result<()> {
        self.user = None;
        Ok(())
    }
}
