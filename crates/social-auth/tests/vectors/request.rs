//! A request of ours beside the recorded one.

use std::collections::BTreeMap;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value, json};
use social_auth::http::Outgoing;

use crate::bindings::Bindings;
use crate::difference::{Difference, What};
use crate::oauth1::Signed;
use crate::tokens::Tokens;
use crate::wire::{RecordedBody, RecordedRequest};

/// A request of ours, taken apart as the recording has it.
#[derive(Clone)]
pub struct Sent {
    pub method: String,
    /// Without its query.
    pub url: String,
    pub query: Map<String, Value>,
    pub headers: BTreeMap<String, String>,
    pub body: SentBody,
}

#[derive(Clone)]
pub enum SentBody {
    Nothing,
    Form(Map<String, Value>),
    Json(Value),
    Text(String),
}

impl Sent {
    pub fn new(request: &Outgoing) -> Self {
        let mut url = request.url.clone();
        let query = pairs(url.query().unwrap_or_default().as_bytes());
        url.set_query(None);
        let headers: BTreeMap<_, _> = request
            .headers
            .iter()
            .map(|(name, value)| (name.as_str().to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned()))
            .collect();
        let kind = headers.get("content-type").map_or("", String::as_str);
        let body = if request.body.is_empty() {
            SentBody::Nothing
        } else if kind.starts_with("application/x-www-form-urlencoded") {
            SentBody::Form(pairs(&request.body))
        } else {
            match serde_json::from_slice(&request.body) {
                Ok(value) if kind.contains("json") => SentBody::Json(value),
                _ => SentBody::Text(String::from_utf8_lossy(&request.body).into_owned()),
            }
        };
        Sent { method: request.method.to_string(), url: url.into(), query, headers, body }
    }

    /// User name and password of `Authorization: Basic`.
    pub fn basic(&self) -> Option<(String, String)> {
        let parts = authorization(self.headers.get("authorization")?);
        let text = |name: &str| parts.get(name).and_then(Value::as_str).map(str::to_owned);
        Some((text("username")?, text("password")?))
    }

    pub fn form(&self) -> Option<&Map<String, Value>> {
        match &self.body {
            SentBody::Form(fields) => Some(fields),
            _ => None,
        }
    }
}

/// Names and values; a name that stands there twice gets a list.
pub fn pairs(text: &[u8]) -> Map<String, Value> {
    let mut map = Map::new();
    for (name, value) in url::form_urlencoded::parse(text).into_owned() {
        match map.get_mut(&name) {
            None => _ = map.insert(name, Value::String(value)),
            Some(Value::Array(values)) => values.push(Value::String(value)),
            Some(first) => *first = json!([first.clone(), value]),
        }
    }
    map
}

/// What templates are compared with: the placeholders and tokens of the case.
pub struct Matcher<'m, 'a> {
    pub bindings: &'m mut Bindings,
    pub tokens: &'m mut Tokens<'a>,
}

impl Matcher<'_, '_> {
    /// Whether ours is what the template says.
    pub fn matches(&mut self, template: &Value, ours: &Value) -> bool {
        if let (Value::String(template), Value::String(ours)) = (template, ours) {
            // A signature differs each time, so a token of ours is compared by its claims and bound to nothing.
            if self.tokens.names_client_token(template) || template.starts_with("<random:generated_jwt") && self.tokens.has_client_tokens()
            {
                return self.tokens.is_made_by_client(ours, self.bindings);
            }
        }
        let template = self.tokens.fill_value(template, self.bindings).unwrap_or_else(|_| template.clone());
        self.bindings.matches_value(&template, ours)
    }

    /// The differences between two maps, by name.
    pub fn differing(&mut self, expected: &Map<String, Value>, ours: &Map<String, Value>) -> Vec<(String, Option<Value>, Option<Value>)> {
        let mut found = Vec::new();
        for (name, template) in expected {
            match ours.get(name) {
                Some(value) if self.matches(template, value) => {}
                other => found.push((name.clone(), Some(self.bindings.fill_value(template)), other.cloned())),
            }
        }
        let unexpected = ours.iter().filter(|(name, _)| !expected.contains_key(*name));
        found.extend(unexpected.map(|(name, value)| (name.clone(), None, Some(value.clone()))));
        found
    }
}

/// Everything in which a request of ours differs from the recorded one but its address.
pub fn compare(step: usize, expected: &RecordedRequest, sent: &Sent, matcher: &mut Matcher<'_, '_>) -> Vec<Difference> {
    let mut found = Vec::new();
    let mut note = |what, expected, got| found.push(Difference::new(step, what, expected, got));
    if expected.method != sent.method {
        note(What::Method, Some(Value::from(expected.method.clone())), Some(Value::from(sent.method.clone())));
    }
    for (name, expected, got) in matcher.differing(&expected.query, &sent.query) {
        note(What::Query(name), expected, got);
    }
    compare_body(expected.body.as_ref(), &sent.body, matcher, &mut note);
    compare_headers(&expected.headers, &sent.headers, &mut note);
    compare_authorization(expected.authorization.as_ref(), sent.headers.get("authorization"), matcher, &mut note);
    let exchange = Arc::new((expected.clone(), sent.clone()));
    found.into_iter().map(|difference| Difference { exchange: Some(exchange.clone()), ..difference }).collect()
}

type Note<'n> = dyn FnMut(What, Option<Value>, Option<Value>) + 'n;

fn compare_body(expected: Option<&RecordedBody>, ours: &SentBody, matcher: &mut Matcher<'_, '_>, note: &mut Note<'_>) {
    let none = Map::new();
    let (fields, our_fields) = match (expected, ours) {
        (None, SentBody::Nothing) => return,
        (Some(RecordedBody::Form { fields }), SentBody::Form(ours)) => (fields, ours),
        (Some(RecordedBody::Form { fields }), SentBody::Nothing) => (fields, &none),
        (None, SentBody::Form(ours)) => (&none, ours),
        (Some(RecordedBody::Json { value: Value::Object(members) }), SentBody::Json(Value::Object(ours))) => (members, ours),
        (Some(RecordedBody::Json { value }), SentBody::Json(ours)) => {
            if !matcher.matches(value, ours) {
                note(What::Body(String::new()), Some(value.clone()), Some(ours.clone()));
            }
            return;
        }
        (Some(RecordedBody::Text { value }), SentBody::Text(ours)) => {
            if !matcher.matches(value, &Value::from(ours.clone())) {
                note(What::Body(String::new()), Some(value.clone()), Some(Value::from(ours.clone())));
            }
            return;
        }
        (expected, ours) => {
            let kind = expected.map(|body| match body {
                RecordedBody::Form { .. } => "form",
                RecordedBody::Json { .. } => "json",
                RecordedBody::Text { .. } => "text",
                RecordedBody::Binary => "binary",
            });
            let our_kind = match ours {
                SentBody::Nothing => None,
                SentBody::Form(_) => Some("form"),
                SentBody::Json(_) => Some("json"),
                SentBody::Text(_) => Some("text"),
            };
            note(What::BodyKind, kind.map(Value::from), our_kind.map(Value::from));
            return;
        }
    };
    for (name, expected, got) in matcher.differing(fields, our_fields) {
        note(What::Body(name), expected, got);
    }
}

/// `User-Agent` is not compared; `Accept` and `Content-Type` only where the recording names a type.
fn compare_headers(expected: &Map<String, Value>, ours: &BTreeMap<String, String>, note: &mut Note<'_>) {
    let names: Vec<_> = expected.keys().map(|name| name.to_ascii_lowercase()).collect();
    for (name, value) in expected {
        let lower = name.to_ascii_lowercase();
        if lower == "user-agent" || matches!(lower.as_str(), "accept" | "content-type") && value == "*/*" {
            continue;
        }
        let our_value = ours.get(&lower).map(|text| Value::from(text.clone()));
        if our_value.as_ref() != Some(value) {
            note(What::Header(lower), Some(value.clone()), our_value);
        }
    }
    for (name, value) in ours {
        let free = ["user-agent", "accept", "content-type", "authorization"].contains(&name.as_str());
        if !free && !names.contains(name) {
            note(What::Header(name.clone()), None, Some(Value::from(value.clone())));
        }
    }
}

fn compare_authorization(expected: Option<&Map<String, Value>>, ours: Option<&String>, matcher: &mut Matcher<'_, '_>, note: &mut Note<'_>) {
    let our_parts = ours.map(|text| authorization(text));
    let params = |parts: &Value| parts.get("params").and_then(Value::as_object).cloned();
    let recorded = expected.map(|parts| Value::Object(parts.clone()));
    if let (Some(recorded), Some(ours)) = (recorded.as_ref().and_then(params), our_parts.as_ref().and_then(params)) {
        for (name, expected, got) in matcher.differing(&recorded, &ours) {
            note(What::OAuthParam(name), expected, got);
        }
        return;
    }
    let matched = match (&recorded, &our_parts) {
        (None, None) => true,
        (Some(recorded), Some(ours)) => matcher.matches(recorded, ours),
        _ => false,
    };
    if !matched {
        note(What::Authorization, recorded, our_parts);
    }
}

/// Checks our OAuth 1.0a signature. The recorded one, where it can be reproduced, shows which of the secrets
/// are the right ones: client's and token's.
pub fn compare_signature(step: usize, expected: &RecordedRequest, sent: &Sent, secrets: &[(String, String)]) -> Option<Difference> {
    let recorded = expected.authorization.as_ref()?;
    let (params, actual) = (recorded.get("params")?.as_object()?, recorded.get("actual")?.as_object()?);
    let mut params = params.clone();
    params.extend(actual.clone());
    let none = Map::new();
    let form = match &expected.body {
        Some(RecordedBody::Form { fields }) => fields,
        _ => &none,
    };
    let theirs = Signed::new(&expected.method, &expected.url, &[&params, &expected.query, form]);
    let reproduces =
        |(client, token): &&(String, String)| actual.get("oauth_signature") == Some(&Value::from(theirs.signature(client, token)));
    let right: Vec<_> = secrets.iter().filter(reproduces).collect();
    let ours = authorization(sent.headers.get("authorization")?);
    let our_params = ours.get("params")?.as_object()?;
    let signed = Signed::new(&sent.method, &sent.url, &[our_params, &sent.query, sent.form().unwrap_or(&none)]);
    let got = our_params.get("oauth_signature").and_then(Value::as_str);
    let possible = if right.is_empty() { secrets.iter().collect() } else { right };
    let is_right = possible.iter().any(|(client, token)| got == Some(signed.signature(client, token).as_str()));
    (!is_right).then(|| Difference::new(step, What::Consistency("oauth_signature".to_owned()), None, got.map(Value::from)))
}

/// A header `Authorization` as the recording has it.
fn authorization(text: &str) -> Value {
    let (scheme, rest) = text.split_once(' ').unwrap_or((text, ""));
    match scheme {
        "Basic" => {
            let decoded = STANDARD.decode(rest).unwrap_or_default();
            let decoded = String::from_utf8_lossy(&decoded).into_owned();
            let (username, password) = decoded.split_once(':').unwrap_or((&decoded, ""));
            json!({"scheme": scheme, "username": username, "password": password})
        }
        "OAuth" if rest.contains("=\"") => {
            let pairs = rest.split(',').filter_map(|part| part.trim().split_once('='));
            let params: Map<String, Value> = pairs.map(|(name, value)| (name.to_owned(), unquoted(value))).collect();
            json!({"scheme": scheme, "params": params})
        }
        _ => json!({"scheme": scheme, "credentials": rest}),
    }
}

fn unquoted(value: &str) -> Value {
    let decoded = percent_encoding::percent_decode_str(value.trim_matches('"')).decode_utf8_lossy();
    Value::from(decoded.into_owned())
}
