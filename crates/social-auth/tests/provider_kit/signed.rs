//! What the imaginary provider answers to signed requests (OAuth 1.0a).

use http::header::AUTHORIZATION;
use serde_json::{Map, Value};
use social_auth::http::Outgoing;
use social_auth::protocol::oauth1::{Format, OAuth1, encode};

use crate::imaginary::person;
use crate::place::{members, paths, put};
use crate::site::ACCESS_TOKEN;

/// Tokens where tokens are asked for, else the profile. Nothing is told to whom does not sign.
pub fn answer(description: &OAuth1, request: &Outgoing, uid: Option<&Value>, number: usize) -> String {
    let in_header = request.headers.get(AUTHORIZATION).is_some_and(|header| header.as_bytes().starts_with(b"OAuth "));
    let signed = in_header || request.url.query_pairs().any(|(name, _)| name == "oauth_signature");
    if !signed {
        return "{}".to_owned();
    }
    let mut person = person(description.details, description.uid, uid);
    let tail = |url: &str| url.rsplit_once('}').map_or(url, |(_, tail)| tail).to_owned();
    let is_at = |url: &str| request.url.as_str().contains(&tail(url));
    if is_at(description.request_token_url) || is_at(description.access_token_url) {
        return form(&with_token(person["access_token"].take(), number));
    }
    let flat = person.clone();
    for path in description.profile.iter().map(|call| call.root).flat_map(paths) {
        put(&mut person, &path, Some(flat.clone()));
    }
    // What a later call needs of this one.
    for call in description.profile.iter().filter(|call| !call.into.is_empty() && is_at(call.url)) {
        for path in description.profile.iter().flat_map(|later| paths(later.url)) {
            if let Some(path) = path.strip_prefix(&format!("{}.", call.into)) {
                put(&mut person, path, Some(Value::from("needed")));
            }
        }
    }
    match description.profile.first().map(|call| call.format) {
        Some(Format::Form) => form(&members(person)),
        Some(Format::Xml) => format!("<answer>{}</answer>", elements(&person)),
        _ => person.to_string(),
    }
}

fn with_token(told: Value, number: usize) -> Map<String, Value> {
    let mut fields = if told.is_object() { members(told) } else { Map::new() };
    for (name, value) in [
        ("oauth_token", format!("{ACCESS_TOKEN}-{number}")),
        ("oauth_token_secret", "secret".to_owned()),
        ("oauth_callback_confirmed", "true".to_owned()),
    ] {
        fields.insert(name.to_owned(), Value::from(value));
    }
    fields
}

fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn form(fields: &Map<String, Value>) -> String {
    fields.iter().map(|(name, value)| format!("{}={}", encode(name), encode(&text(value)))).collect::<Vec<_>>().join("&")
}

/// A value as XML, the other way round than [`Format::Xml`] reads it.
fn elements(value: &Value) -> String {
    let Value::Object(members) = value else { return text(value) };
    let element = |name: &str, value: &Value| match value {
        Value::Object(inner) => {
            let attributes = inner.iter().filter_map(|(name, value)| Some(format!(" {}=\"{}\"", name.strip_prefix('@')?, text(value))));
            format!("<{name}{}>{}</{name}>", attributes.collect::<String>(), elements(value))
        }
        Value::Array(items) => items.iter().map(|item| format!("<{name}>{}</{name}>", elements(item))).collect(),
        other => format!("<{name}>{}</{name}>", text(other)),
    };
    members.iter().filter(|(name, _)| !name.starts_with('@')).map(|(name, value)| element(name, value)).collect()
}
