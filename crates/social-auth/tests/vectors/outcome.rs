//! How a step of ours ended beside how the recording has it.

use std::sync::Arc;

use html5gum::{Token, Tokenizer};
use serde_json::{Map, Value, json};
use social_auth::error::Error;
use social_auth::identity::{Fields, UserDetails};
use social_auth::settings::setting_name;
use social_auth::storage::User;
use social_auth::web::{Reply, ReplyBody};

use crate::difference::{Difference, What};
use crate::request::{Matcher, pairs};
use crate::wire::{Expect, ExpectedError, Form};

/// How a step of ours ended.
pub enum Outcome {
    /// The browser goes elsewhere or sees a page; at a callback with what the pipeline made of it.
    Reply(Reply, Option<Box<Seen>>),
    /// Fresh tokens.
    Refreshed(Fields),
    /// Whether the provider revoked.
    Revoked(bool),
    Failed(Error),
}

/// What a pipeline ended with.
#[derive(Clone)]
pub struct Seen {
    pub uid: String,
    pub id_key: String,
    pub details: UserDetails,
    pub groups: Option<Vec<String>>,
    pub extra_data: Fields,
    pub response: Fields,
    pub is_new: bool,
    pub user: Option<User>,
}

impl Outcome {
    fn kind(&self) -> String {
        match self {
            Outcome::Reply(reply, seen) => match (&reply.body, seen) {
                (_, Some(_)) => "identity".to_owned(),
                (ReplyBody::Redirect(_), None) => "redirect".to_owned(),
                _ => "page".to_owned(),
            },
            Outcome::Refreshed(_) | Outcome::Revoked(_) => "value".to_owned(),
            Outcome::Failed(error) => format!("error {error}"),
        }
    }
}

/// Every difference between what is expected and what came.
pub fn compare(step: usize, backend: &str, expect: &Expect, outcome: &Outcome, matcher: &mut Matcher<'_, '_>) -> Vec<Difference> {
    let mut found = Vec::new();
    let mut note = |what, expected, got| found.push(Difference::new(step, what, expected, got));
    match (expect, outcome) {
        (Expect::Redirect { base, query }, Outcome::Reply(Reply { body: ReplyBody::Redirect(url), .. }, _)) => {
            let ours = compare_redirect(base, query, url, matcher, &mut note);
            let ours = Arc::new(ours);
            found.iter_mut().for_each(|difference| difference.departure = Some(ours.clone()));
        }
        (Expect::Html { forms }, Outcome::Reply(Reply { body: ReplyBody::Html { html, .. }, .. }, _)) => {
            compare_forms(forms, html, matcher, &mut note);
        }
        (Expect::Identity(expected), Outcome::Reply(_, Some(seen))) => compare_identity(expected, seen, matcher, &mut note),
        (Expect::Accepted { response: Value::Object(expected) }, Outcome::Reply(_, Some(seen))) => {
            for (name, expected, got) in matcher.differing(expected, &seen.response.0) {
                note(What::Response(name), expected, got);
            }
        }
        (Expect::Value(Value::Object(expected)), Outcome::Refreshed(fields)) => {
            // The recording has the provider's answer, ours what is to be stored: more fields, none of them another.
            let known = fields.0.iter().filter(|(name, _)| expected.contains_key(*name));
            let known: Map<String, Value> = known.map(|(name, value)| (name.clone(), value.clone())).collect();
            for (name, expected, got) in matcher.differing(expected, &known) {
                note(What::Value(name), expected, got);
            }
        }
        (Expect::Value(Value::Bool(expected)), Outcome::Revoked(got)) if expected != got => {
            note(What::Value(String::new()), Some(Value::from(*expected)), Some(Value::from(*got)));
        }
        (Expect::Value(Value::Bool(_)), Outcome::Revoked(_)) | (Expect::None(_), Outcome::Refreshed(_)) => {}
        (Expect::Error(expected), Outcome::Failed(error)) => compare_error(expected, error, backend, &mut note),
        (expect, outcome) => note(What::Outcome, Some(Value::from(expectation(expect))), Some(Value::from(outcome.kind()))),
    }
    found
}

type Note<'n> = dyn FnMut(What, Option<Value>, Option<Value>) + 'n;

fn expectation(expect: &Expect) -> String {
    match expect.error() {
        Some(error) => format!("error {}", error.code.as_deref().unwrap_or(&error.class)),
        None => expect.kind().to_owned(),
    }
}

/// Answers the query of ours.
fn compare_redirect(
    base: &str,
    query: &Map<String, Value>,
    url: &str,
    matcher: &mut Matcher<'_, '_>,
    note: &mut Note<'_>,
) -> Map<String, Value> {
    let (our_base, rest) = url.split_once('?').unwrap_or((url, ""));
    let (our_query, fragment) = rest.split_once('#').map_or((rest, String::new()), |(query, fragment)| (query, format!("#{fragment}")));
    let (expected, ours) = (Value::from(base), Value::from(format!("{our_base}{fragment}")));
    if !matcher.matches(&expected, &ours) {
        note(What::Departure, Some(expected), Some(ours));
    }
    let ours = pairs(our_query.as_bytes());
    for (name, expected, got) in matcher.differing(query, &ours) {
        note(What::DepartureQuery(name), expected, got);
    }
    ours
}

fn compare_forms(expected: &[Form], html: &str, matcher: &mut Matcher<'_, '_>, note: &mut Note<'_>) {
    let ours = forms(html);
    if expected.len() != ours.len() {
        note(What::Form("number".to_owned()), Some(Value::from(expected.len())), Some(Value::from(ours.len())));
    }
    for (expected, (action, method, inputs)) in expected.iter().zip(&ours) {
        if expected.action != *action {
            note(What::Form("action".to_owned()), Some(Value::from(expected.action.clone())), Some(Value::from(action.clone())));
        }
        if !expected.method.eq_ignore_ascii_case(method) {
            note(What::Form("method".to_owned()), Some(Value::from(expected.method.clone())), Some(Value::from(method.clone())));
        }
        for (name, expected, got) in matcher.differing(&expected.inputs, inputs) {
            note(What::Form(name), expected, got);
        }
    }
}

/// The forms of a page of ours: action, method and named inputs.
pub fn forms(html: &str) -> Vec<(String, String, Map<String, Value>)> {
    let mut forms: Vec<(String, String, Map<String, Value>)> = Vec::new();
    for Ok(token) in Tokenizer::new(html) {
        let Token::StartTag(tag) = token else { continue };
        let attribute = |name: &[u8]| tag.attributes.get(name).map(|value| String::from_utf8_lossy(value).into_owned());
        match (&**tag.name, forms.last_mut()) {
            (b"form", _) => {
                forms.push((attribute(b"action").unwrap_or_default(), attribute(b"method").unwrap_or_default(), Map::new()));
            }
            (b"input", Some((_, _, inputs))) => {
                if let Some(name) = attribute(b"name") {
                    inputs.insert(name, Value::from(attribute(b"value").unwrap_or_default()));
                }
            }
            _ => {}
        }
    }
    forms
}

fn compare_identity(expected: &Map<String, Value>, seen: &Seen, matcher: &mut Matcher<'_, '_>, note: &mut Note<'_>) {
    let ours = json!({"uid": seen.uid, "id_key": seen.id_key, "is_new": seen.is_new, "groups": seen.groups});
    for name in ["uid", "id_key", "is_new", "groups"] {
        let (template, got) = (expected.get(name).unwrap_or(&Value::Null), &ours[name]);
        if !matcher.matches(template, got) {
            note(What::Identity(name.to_owned()), Some(template.clone()), Some(got.clone()));
        }
    }
    let members = |name: &str| expected.get(name).and_then(Value::as_object).cloned().unwrap_or_default();
    // Absent and null are the same in the details: there is one way to have no name.
    let without_null = |map: Map<String, Value>| map.into_iter().filter(|(_, value)| !value.is_null()).collect::<Map<_, _>>();
    for (name, expected, got) in matcher.differing(&without_null(members("details")), &without_null(details(&seen.details))) {
        note(What::Details(name), expected, got);
    }
    for (name, expected, got) in matcher.differing(&members("extra_data"), &seen.extra_data.0) {
        note(What::ExtraData(name), expected, got);
    }
    for (name, template) in members("user") {
        let got = seen.user.as_ref().and_then(|user| user.get(&name)).unwrap_or(Value::Null);
        if !matcher.matches(&template, &got) {
            note(What::User(name), Some(template), Some(got));
        }
    }
}

fn details(details: &UserDetails) -> Map<String, Value> {
    let named = ["username", "email", "fullname", "first_name", "last_name"];
    let mut map: Map<String, Value> = named.iter().filter_map(|name| Some(((*name).to_owned(), details.get(name)?))).collect();
    map.extend(details.extra.clone());
    map
}

/// `code`, and where the recording has them `parameter` and `claim`; of an older release the kind alone.
fn compare_error(expected: &ExpectedError, error: &Error, backend: &str, note: &mut Note<'_>) {
    let facts = error.facts();
    let text = |text: Option<&str>| text.map(Value::from);
    let Some(code) = &expected.code else {
        if !expected.peer_crash && !kind_has(&expected.class, facts.code) {
            note(What::ErrorCode, text(Some(&expected.class)), text(Some(&error.to_string())));
        }
        return;
    };
    if code != facts.code {
        note(What::ErrorCode, text(Some(code)), text(Some(&error.to_string())));
    }
    let prefix = format!("{}_", setting_name(&[backend]));
    let parameter = expected.parameter.as_deref().map(|name| name.strip_prefix(&prefix).unwrap_or(name));
    if parameter.is_some() && parameter != facts.parameter {
        note(What::ErrorParameter, text(parameter), text(facts.parameter));
    }
    if expected.claim.is_some() && expected.claim.as_deref() != facts.claim {
        note(What::ErrorClaim, text(expected.claim.as_deref()), text(facts.claim));
    }
}

/// Whether a code is of the kind that a class of an older release stands for.
fn kind_has(class: &str, code: &str) -> bool {
    match class {
        "AuthCanceled" => code == "authorization_declined",
        "AuthMissingParameter" => matches!(code, "missing_parameter" | "missing_claim"),
        "AuthStateMissing" | "AuthStateForbidden" => matches!(code, "session_context_missing" | "state_mismatch" | "missing_parameter"),
        "AuthForbidden" => matches!(code, "authentication_disallowed" | "membership_required"),
        "AuthTokenRevoked" => matches!(code, "token_revoked" | "credential_rejected"),
        _ => true,
    }
}
