//! A provider that answers whatever is asked with everything at once: metadata, keys, tokens, the profile.

use std::sync::{Mutex, PoisonError};

use async_trait::async_trait;
use http::{HeaderMap, HeaderName, HeaderValue, header};
use regex::Regex;
use serde_json::{Map, Value, json};
use social_auth::error::Result;
use social_auth::http::{Incoming, Outgoing, Transport};
use social_auth::protocol::oauth2::{Call, Details, Format, OAuth2, OnFailure, UidField, Verified};
use social_auth::provider::Provider;

use crate::place::{members, paths, put};
use crate::signed;
use crate::site::{ACCESS_TOKEN, CLIENT_ID, NOW, TENANT};
use crate::token;

const ORIGIN: &str = "https://idp.example";

pub struct Imaginary {
    provider: Provider,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    uid: Option<Value>,
    nonce: Option<String>,
    /// Claims of the id token that are not what they should be.
    lies: Map<String, Value>,
    /// How many requests there were, so that no two tokens are one.
    request_tokens: usize,
    /// Where the metadata was found.
    issuer: Option<String>,
}

impl Imaginary {
    pub fn new(provider: Provider, uid: &str) -> Self {
        let state = State { uid: Some(Value::from(uid)), ..State::default() };
        Imaginary { provider, state: Mutex::new(state) }
    }

    /// The identifier that the person has from now on.
    pub fn give_uid(&self, uid: Option<Value>) {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).uid = uid;
    }

    /// From now on these claims of id tokens are as given here.
    pub fn lie(&self, claims: Value) {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).lies = members(claims);
    }

    /// The nonce that id tokens repeat from now on.
    pub fn repeat_nonce(&self, nonce: Option<String>) {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).nonce = nonce;
    }
}

#[async_trait]
impl Transport for Imaginary {
    async fn send(&self, request: Outgoing) -> Result<Incoming> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let url = request.url.as_str();
        if let Some((issuer, _)) = url.split_once("/.well-known/") {
            state.issuer = Some(issuer.to_owned());
        }
        let mut headers = HeaderMap::new();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        let (status, body) = match self.provider {
            Provider::OAuth2(description) => {
                let call = call_of(description, request.url.path());
                if let Some(name) = call.and_then(|call| HeaderName::try_from(call.header).ok()) {
                    headers.insert(name, HeaderValue::from_static("ada"));
                }
                let status = call.map_or(200, |call| if let OnFailure::RefuseUnless(status) = call.on_failure { status } else { 200 });
                (status, answer(description, call, &state))
            }
            Provider::OAuth1(description) => {
                state.request_tokens += 1;
                (200, signed::answer(description, &request, state.uid.as_ref(), state.request_tokens))
            }
            #[allow(unreachable_patterns, reason = "further protocols answer nothing here")]
            _ => (200, "{}".to_owned()),
        };
        Ok(Incoming { status, headers, body: body.into() })
    }
}

/// What is answered to a call of the profile, or else at an endpoint.
fn answer(description: &OAuth2, call: Option<&Call>, state: &State) -> String {
    let mut everything = everything(description, state);
    if let Some(part) = call.filter(|call| call.root.is_empty()).and_then(|call| everything.get(call.into)).filter(|part| part.is_array()) {
        everything = part.clone();
    }
    let mut body = everything.clone();
    for path in paths(call.map_or(description.token_root, |call| call.root)) {
        put(&mut body, &path, Some(everything.clone()));
    }
    match call.map(|call| call.format) {
        Some(Format::Callback) => format!("callback( {body} );"),
        _ => body.to_string(),
    }
}

/// The call of the profile that is made at this path; of several the longest.
fn call_of<'d>(description: &'d OAuth2, path: &str) -> Option<&'d Call> {
    let field = Regex::new(r"\\\{[^}]*\\\}").unwrap();
    let is_at = |call: &&Call| {
        let tail = match call.url.split_once("://") {
            Some((_, rest)) => rest.split_once('/'),
            None => call.url.split_once('}'),
        };
        let tail = tail.map_or("", |(_, tail)| tail);
        let pattern = field.replace_all(&regex::escape(tail), "[^/]+").into_owned();
        Regex::new(&format!("{pattern}$")).unwrap().is_match(path)
    };
    description.profile.iter().filter(is_at).max_by_key(|call| call.url.len())
}

fn everything(description: &OAuth2, state: &State) -> Value {
    let mut person = person(description.details, description.uid, state.uid.as_ref());
    fill_addresses(description, &mut person);
    if !description.owner.is_empty() {
        put(&mut person, description.owner, Some(json!("the hash of an owner")));
    }
    if let Some(openid) = description.openid {
        let endpoint = state.issuer.clone().unwrap_or_else(|| ORIGIN.to_owned());
        let issuer = openid.issuers.first().map_or(endpoint.clone(), |issuer| {
            issuer.replace("{tenantid}", TENANT).replace("{domain}", "https://idp.example").replace("{api_url}", "https://idp.example")
        });
        let mut claims = members(person.clone());
        let own =
            json!({"iss": issuer, "aud": CLIENT_ID, "iat": NOW, "exp": NOW + 300, "nonce": state.nonce, "tid": TENANT, "tfp": "b2c_1_kit"});
        claims.extend(members(own).into_iter().filter(|(_, value)| !value.is_null()));
        claims.extend(state.lies.clone());
        person["id_token"] = Value::from(token::id_token(&claims));
        let at = |path: &str| Value::from(format!("{ORIGIN}/{path}"));
        let metadata = [("issuer", Value::from(endpoint)), ("authorization_endpoint", at("authorize")), ("token_endpoint", at("token"))];
        let more = [("userinfo_endpoint", at("userinfo")), ("jwks_uri", at("jwks")), ("keys", json!([token::jwk()]))];
        for (name, value) in metadata.into_iter().chain(more) {
            person[name] = value;
        }
    }
    if description.signed_access_token {
        let mut claims = members(person.clone());
        claims.extend(members(json!({"aud": CLIENT_ID, "iat": NOW, "exp": NOW + 300})));
        person["access_token"] = Value::from(token::id_token(&claims));
    }
    for path in paths(description.access_token) {
        put(&mut person, &path, Some(json!(ACCESS_TOKEN)));
    }
    person
}

/// What profile calls need of the answers before them.
fn fill_addresses(description: &OAuth2, person: &mut Value) {
    let (UidField::Stable(uid) | UidField::StableOnce(uid, _) | UidField::Joined(_, uid)) = description.uid;
    let known = |name: &str| description.settings.iter().any(|setting| setting.name.eq_ignore_ascii_case(name));
    for call in description.profile {
        for path in paths(call.url).into_iter().filter(|path| !known(path) && !paths(uid).contains(path)) {
            let value = match path.strip_prefix('+') {
                Some(path) => (path.to_owned(), format!("https://kit.{}", call.hosts[0])),
                None => (path.clone(), "42".to_owned()),
            };
            if !["key", "access_token"].contains(&path.as_str()) && !paths(uid).contains(&value.0) {
                put(person, &value.0, Some(json!(value.1)));
            }
        }
        // An address that identifies the person.
        if let (Some(address), [host, ..]) = (person.get(uid).and_then(Value::as_str), call.hosts)
            && call.url.contains(&format!("{{+{uid}}}"))
            && !address.trim().is_empty()
        {
            person[uid] = Value::from(format!("https://kit.{host}/{address}"));
        }
    }
}

/// Tokens and profile in one.
pub fn person(details: Details, uid_field: UidField, uid: Option<&Value>) -> Value {
    let mut answer = Value::Object(Map::new());
    for (name, value) in [("access_token", json!(ACCESS_TOKEN)), ("token_type", json!("bearer")), ("expires_in", json!(3600))] {
        answer[name] = value;
    }
    let fields = [
        (details.username, json!("ada")),
        (details.email, json!("ada@example.com")),
        (details.fullname, json!("Ada Lovelace")),
        (details.first_name, json!("Ada")),
        (details.last_name, json!("Lovelace")),
    ];
    for (selector, value) in fields {
        for path in paths(selector) {
            put(&mut answer, &path, Some(value.clone()));
        }
    }
    if let Verified::When(selector) = details.email_verified {
        for path in paths(selector) {
            put(&mut answer, &path, Some(Value::Bool(true)));
        }
    }
    let (UidField::Stable(selector) | UidField::StableOnce(selector, _) | UidField::Joined(_, selector)) = uid_field;
    for path in paths(selector) {
        put(&mut answer, &path, uid.cloned());
    }
    answer
}
