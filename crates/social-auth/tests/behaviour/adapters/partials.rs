//! Which paused run a request goes on with, through the public journeys: one is really paused, then a request
//! like the recorded one comes.
//!
//! Compared is what becomes of the request: refused, asked first, gone on with, or no matter of a paused run.
//! How the question is remembered until it is answered is each library's own: there in the session, here in
//! the form of the page that asks.

use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;
use http::{HeaderMap, Method, header};
use serde_json::{Map, Value, json};
use social_auth::attempt::Attempt;
use social_auth::backend::{Backend, BackendInfo, Callback, Departure};
use social_auth::identity::Identity;
use social_auth::pipeline::{Outcome, Pipeline};
use social_auth::session::MemorySession;
use social_auth::storage::{MemoryStorage, NewPartial, NewUser, SocialStorage, User, UserStorage};
use social_auth::web::{Params, Reply, ReplyBody, Request};
use social_auth::{Reason, Result, SocialAuth};

use crate::case::{Answer, Case};
use crate::world;

const SESSION_KEY: &str = "partial_pipeline_token";
const WENT_ON: &str = "https://myapp.com/went-on";

/// A backend that vouches for everybody as the same person.
struct Vouching(Arc<dyn Backend>);

#[async_trait]
impl Backend for Vouching {
    fn info(&self) -> &BackendInfo {
        self.0.info()
    }
    async fn begin(&self, attempt: &mut Attempt, _: &Params) -> Result<Departure> {
        Ok(Departure::Redirect(format!("https://provider.example/?state={}", attempt.state)))
    }
    async fn complete(&self, _: &Attempt, _: &Callback) -> Result<Identity> {
        Ok(world::identity("1"))
    }
}

#[derive(Default)]
struct Browser {
    session: MemorySession,
    cookies: BTreeMap<String, String>,
}

impl Browser {
    fn ask(&mut self, social: &SocialAuth, method: Method, path: &str, form: &str) -> Reply {
        let cookies = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("; ");
        let site = if method == Method::POST { "same-origin" } else { "none" };
        let headers = HeaderMap::from_iter([
            (header::COOKIE, cookies.parse().unwrap()),
            (header::CONTENT_TYPE, "application/x-www-form-urlencoded".parse().unwrap()),
            (header::HeaderName::from_static("sec-fetch-site"), site.parse().unwrap()),
        ]);
        let request = Request::new(method, path.parse().unwrap(), headers, form.as_bytes(), None).unwrap();
        let reply = world::wait(social.respond(&request, &mut self.session)).expect("an address of ours");
        self.cookies.extend(reply.cookies.iter().map(|cookie| (cookie.name().to_owned(), cookie.value().to_owned())));
        reply
    }
}

pub fn partial_pipeline_result(case: &Case) -> Answer {
    let storage = Arc::new(MemoryStorage::new());
    let user = |name: &str| world::wait(storage.create_user(&NewUser { username: name.to_owned(), ..NewUser::default() })).unwrap();
    let (alice, bob) = (user("alice"), user("bob"));
    let stored = case.object("stored");
    let of_alice = stored.get("tok").is_some_and(|partial| partial["user"] == "alice");
    let social = site(&storage, of_alice.then_some(alice.clone()));

    let token = stored.get("tok").map(|partial| pause(&social, &storage, partial));
    let signed_in = match case.text("user") {
        "alice" => Some(alice.id),
        "bob" => Some(bob.id),
        _ => None,
    };
    let mut browser = Browser { session: MemorySession { user: signed_in, ..MemorySession::default() }, ..Browser::default() };
    let session = case.object("session");
    let real = |text: &str| if text == "tok" { token.clone().unwrap_or_else(|| "gone".to_owned()) } else { text.to_owned() };
    if let Some(Value::String(own)) = session.get(SESSION_KEY) {
        browser.session.values.insert(SESSION_KEY.to_owned(), real(own).into());
    }
    let (method, fields) = request(&case.object("data"), &session);
    let fields = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(fields.iter().map(|(name, value)| (name.as_str(), if name == "partial_token" { real(value) } else { value.clone() })))
        .finish();
    let (path, form) = if method == Method::POST {
        ("/complete/github/".to_owned(), fields)
    } else {
        (format!("/complete/github/?{fields}"), String::new())
    };
    let reply = browser.ask(&social, method, &path, &form);

    let is_stored = token.as_ref().is_some_and(|token| world::wait(storage.partial(token)).unwrap().is_some());
    let mut answer = case.expected.as_ref().ok().and_then(Value::as_object).cloned().unwrap_or_default();
    let (mut halt, mut response, mut partial) = (false, Value::Null, Value::Null);
    match outcome(&reply) {
        Became::Refused => halt = true,
        Became::Question => response = json!({"$redirect": "/confirm"}),
        // Taken out when it goes on, there when it has ended.
        Became::GoneOn if !is_stored => {
            partial = answer.get("partial").filter(|there| !there.is_null()).cloned().unwrap_or(json!("gone on"))
        }
        Became::GoneOn => partial = json!("gone on, and left to be used again"),
        Became::Other => {}
    }
    if partial.is_null() && is_stored != token.is_some() {
        answer.insert("stored_after".to_owned(), json!([]));
    }
    answer.extend([("halt".to_owned(), halt.into()), ("response".to_owned(), response), ("partial".to_owned(), partial)]);
    Ok(Value::Object(answer))
}

enum Became {
    Refused,
    Question,
    GoneOn,
    /// It is taken for the answer of a provider.
    Other,
}

fn outcome(reply: &Reply) -> Became {
    match (&reply.error, &reply.body) {
        (Some(error), _) => match error.reason() {
            Reason::PartialMissing | Reason::UserMismatch | Reason::BackendMismatch => Became::Refused,
            _ => Became::Other,
        },
        (None, ReplyBody::Html { html, .. }) if html.contains("Yes, go on") => Became::Question,
        (None, ReplyBody::Redirect(url)) if url == WENT_ON => Became::GoneOn,
        other => panic!("{other:?}"),
    }
}

/// What a browser sends. An answer to the question is the form of the page that asked, with all that it holds.
fn request(data: &Map<String, Value>, session: &Map<String, Value>) -> (Method, Vec<(String, String)>) {
    const CONFIRM: &str = "partial_pipeline_confirm";
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let pairs = |map: &Map<String, Value>| map.iter().map(|(name, value)| (name.clone(), text(value))).collect::<Vec<_>>();
    if !data.contains_key(CONFIRM) && !data.contains_key("yes") {
        return (Method::GET, pairs(data));
    }
    // A page that was never shown has no form: the field is one that somebody made up, in a link or a form.
    let Some(asked) = session.get("partial_pipeline_pending_token") else {
        let method = if data.contains_key("partial_token") { Method::GET } else { Method::POST };
        return (method, pairs(data));
    };
    let mut fields = session.get("partial_pipeline_pending_request").and_then(Value::as_object).map(pairs).unwrap_or_default();
    fields.extend([("partial_token".to_owned(), text(asked)), ("confirm".to_owned(), "1".to_owned())]);
    (Method::POST, fields)
}

/// Two backends, and a pipeline that pauses until it is gone on with.
fn site(storage: &Arc<MemoryStorage>, found: Option<User>) -> SocialAuth {
    let pipeline: Pipeline = Pipeline::empty().then("pause", move |context: &mut social_auth::pipeline::Context| {
        let found = found.clone();
        Box::pin(async move {
            if context.values.insert("paused".to_owned(), true.into()).is_some() {
                return Ok(Outcome::Stop(Reply::redirect(WENT_ON)));
            }
            context.user = context.user.take().or(found);
            Ok(Outcome::Pause(Reply::redirect("/paused")))
        })
    });
    let backend = |name: &str| Arc::new(Vouching(world::plain(name)));
    let builder = SocialAuth::builder().secret_key("0123456789abcdef0123456789abcdef").public_url("https://myapp.com").pipeline(pipeline);
    let builder = builder.own_backend(backend("github")).own_backend(backend("twitter"));
    builder.users(storage.clone()).social(storage.clone()).build().unwrap_or_else(|error| panic!("{error}"))
}

/// A run that is really paused; answers its token.
fn pause(social: &SocialAuth, storage: &MemoryStorage, partial: &Value) -> String {
    if partial["pipeline_type"] == "disconnect" {
        // Ours keep nothing while they pause, so it can only be another program's.
        let timestamp = social.clock().date_time();
        let theirs = NewPartial { token: "tok".into(), backend: "github".into(), next_step: 0, data: Map::new(), timestamp };
        world::wait(storage.create_partial(&theirs)).unwrap();
        return "tok".to_owned();
    }
    let backend = partial["backend"].as_str().unwrap_or("github");
    let mut browser = Browser::default();
    let away = browser.ask(social, Method::GET, &format!("/login/{backend}/"), "");
    let state = url::Url::parse(away.location().unwrap()).unwrap();
    browser.ask(social, Method::GET, &format!("/complete/{backend}/?{}", state.query().unwrap()), "");
    browser.session.values[SESSION_KEY].as_str().unwrap().to_owned()
}
