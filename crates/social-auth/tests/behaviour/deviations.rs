//! Where we differ from Python Social Auth on purpose. An entry names the cases as narrowly as it can,
//! and what we answer there.

use percent_encoding::percent_decode_str;
use serde_json::{Map, Value};

use crate::case::{Answer, Case};

/// A difference that is meant.
pub struct Deviation {
    /// The file without extension.
    pub file: &'static str,
    /// Which cases, with which answer of ours.
    cases: fn(&Case, &Answer) -> bool,
    /// Why.
    pub reason: &'static str,
}

impl Deviation {
    /// Whether this is the difference that was met.
    pub fn explains(&self, file: &str, case: &Case, ours: &Answer) -> bool {
        self.file == file && (self.cases)(case, ours)
    }
}

/// The deviations.
pub const DEVIATIONS: &[Deviation] = &[
    Deviation {
        file: "absolute_uri",
        cases: |case, ours| ["x", "myapp://cb"].contains(&case.text("path")) && output(ours).contains("://myapp.com/"),
        reason: "a path without a slash in front would become part of our host's name (myapp.com + .evil.example)",
    },
    Deviation {
        file: "absolute_uri",
        cases: |case, ours| case.text("path").contains("u=http://") && output(ours) == "https://myapp.com/x?u=http://z.com",
        reason: "REDIRECT_IS_HTTPS is about our own address; an address inside a parameter is not ours to change",
    },
    Deviation {
        file: "auth_allowed",
        cases: |case, ours| *ours == Ok(false.into()) && case.text("email").contains([' ', '"']),
        reason: "a rule about addresses takes one plain mailbox: no quoted part with an @ in it, no white space (CVE-2026-40574)",
    },
    Deviation {
        file: "auth_allowed",
        cases: |case, ours| but_for(&["parameter"], case, ours) && fact(ours, "parameter") == "ALLOW_GROUPS",
        reason: "the error names the setting that somebody must change",
    },
    Deviation {
        file: "auth_allowed",
        cases: |case, ours| case.object("settings")["ALLOW_GROUPS"] == "admins" && fact(ours, "code") == "missing_setting",
        reason: "a list may be given as text, as environment variables must; the rule is enforced all the same",
    },
    Deviation {
        file: "auth_allowed",
        cases: |case, ours| but_for(&["stage"], case, ours) && fact(ours, "stage") == "start",
        reason: "settings are checked when the program starts, not when somebody signs in",
    },
    Deviation {
        file: "build_absolute_uri",
        cases: |case, ours| !case.text("path").starts_with('/') && output(ours).starts_with("http://myapp.com/"),
        reason: "a path without a slash in front would become part of our host's name (myapp.com + .evil.example)",
    },
    Deviation {
        file: "create_user",
        cases: |case, ours| without_blanks(&case.expected) == without_blanks(ours),
        reason: "what a provider leaves blank is absent, never \"\"",
    },
    Deviation {
        file: "do_auth",
        cases: |case, ours| !case.object("session").is_empty() && !case.object("data").contains_key("next") && ours.is_ok(),
        reason: "an attempt begins with nothing: what another one left behind says nothing about this one",
    },
    Deviation {
        file: "do_complete",
        cases: |case, ours| fact(&case.expected, "class") == "ValueError" && ours.is_err(),
        reason: "where no setting says where to go, the flow shows a page instead of failing with an exception that nobody catches",
    },
    Deviation {
        file: "do_complete",
        cases: |case, ours| {
            let added = redirect(&case.expected).strip_prefix(redirect(ours)).unwrap_or_default();
            but_for(&["result"], case, ours) && (added.starts_with("?next=") || added.starts_with("&next="))
        },
        reason: "a next that a browser may not be sent to is dropped; handing it on lets the application's page redirect there",
    },
    Deviation {
        file: "exception_classes",
        cases: |case, ours| but_for(&["default_message"], case, ours),
        reason: "our sentences are our own; code, source, stage and recovery are the contract",
    },
    Deviation {
        file: "exception_reasons",
        cases: |case, ours| but_for(&["message"], case, ours),
        reason: "our sentences are our own; code, source and recovery are the contract",
    },
    Deviation {
        file: "parse_qs",
        cases: |case, ours| without_blanks(&case.expected) == without_blanks(ours),
        reason: "an empty value was sent and is kept as such; who reads a parameter decides what it means",
    },
    Deviation {
        file: "slugify",
        cases: |case, ours| !case.get("value").is_string() && *ours == Ok("".into()),
        reason: "the function takes text; Python's words for None and True do not become user names",
    },
    Deviation {
        file: "social_uid",
        cases: |case, ours| {
            case.get("details")["id"] == "from-details" && ours.as_ref().map_or_else(|_| true, |ours| ours["uid"] != "from-details")
        },
        reason: "an identifier comes from what the provider said, never from the profile in normal form",
    },
    Deviation {
        file: "social_uid",
        cases: |case, ours| {
            let id = &case.get("response")["id"];
            fact(ours, "code") == "invalid_claim" && (id.is_boolean() || id.is_f64())
        },
        reason: "an identifier that is neither text nor an integer is refused: \"True\" would be shared by many people",
    },
    Deviation {
        file: "social_uid",
        cases: |case, ours| but_for(&["stage"], case, ours) && fact(ours, "stage") == "user_info",
        reason: "the identifier is checked when the provider's answer is read, before the pipeline",
    },
    Deviation {
        file: "url_add_parameters",
        cases: |case, ours| case.object("params").values().any(|value| !value.is_string()) && ours.is_ok(),
        reason: "a parameter is text; Python's words for True, None and lists are not sent to anybody",
    },
    Deviation {
        file: "url_add_parameters",
        cases: |case, ours| {
            let (address, query) = output(ours).split_once('?').unwrap_or_default();
            let read = format!("{address}?{}", percent_decode_str(query).decode_utf8_lossy());
            *case.get("unquote") == Value::Bool(true) && read == output(&case.expected)
        },
        reason: "a query is never sent undecoded: a value with & or # in it would become other parameters",
    },
    Deviation {
        file: "user_details",
        cases: |case, ours| case.object("details").values().any(|value| value == "") && saved(ours, false),
        reason: "an absent value never overwrites a present one, and blank is absent",
    },
    Deviation {
        file: "user_details",
        cases: |case, ours| {
            let details = case.object("details");
            (details.contains_key("id") || details.contains_key("password")) && saved(ours, false)
        },
        reason: "no provider sets a user's key or password, whatever the settings say",
    },
    Deviation {
        file: "user_details",
        cases: |case, ours| {
            case.object("settings").get("SOCIAL_AUTH_NO_DEFAULT_PROTECTED_USER_FIELDS") == Some(&1.into()) && saved(ours, true)
        },
        reason: "1 switches on what true switches on, as for every other switch",
    },
];

fn output(answer: &Answer) -> &str {
    answer.as_ref().ok().and_then(Value::as_str).unwrap_or_default()
}

fn redirect(answer: &Answer) -> &str {
    answer.as_ref().ok().and_then(|answer| answer["result"]["$redirect"].as_str()).unwrap_or_default()
}

fn saved(answer: &Answer, saved: bool) -> bool {
    answer.as_ref().is_ok_and(|answer| answer["saved"] == saved)
}

fn fact<'a>(answer: &'a Answer, name: &str) -> &'a str {
    answer.as_ref().err().and_then(|facts| facts[name].as_str()).unwrap_or_default()
}

/// Whether the two agree apart from the named members.
fn but_for(members: &[&str], case: &Case, ours: &Answer) -> bool {
    let without = |answer: &Answer| {
        let strip = |value: &Value| {
            let mut stripped = value.as_object().cloned().unwrap_or_default();
            stripped.retain(|name, _| !members.contains(&name.as_str()));
            Value::Object(stripped)
        };
        answer.as_ref().map(strip).map_err(strip)
    };
    let case = Case { id: case.id, input: Value::Null, expected: without(&case.expected), rest: Map::new() };
    case.agrees_with(&without(ours))
}

/// The answer without null and blank members.
fn without_blanks(answer: &Answer) -> Option<Value> {
    fn strip(value: &Value) -> Value {
        match value {
            Value::Object(members) => {
                let kept = members.iter().filter(|(_, value)| !value.is_null() && *value != "");
                Value::Object(kept.map(|(name, value)| (name.clone(), strip(value))).collect())
            }
            other => other.clone(),
        }
    }
    answer.as_ref().ok().map(strip)
}
