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
    pub cases: fn(&Case, &Answer) -> bool,
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
pub fn all() -> impl Iterator<Item = &'static Deviation> {
    DEVIATIONS.iter().chain(crate::attribute_deviations::DEVIATIONS)
}

const DEVIATIONS: &[Deviation] = &[
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
        file: "associate_by_email",
        cases: |case, ours| case.get("user").is_null() && same_address(case) && ours.as_ref().map_or_else(|_| true, |ours| !ours.is_null()),
        reason: "addresses are compared without regard to ASCII case, as mail servers do: A@b.com is nobody else than a@b.com",
    },
    Deviation {
        file: "at_hash",
        cases: |case, ours| case.text("algorithm") == "EdDSA" && ours.is_ok(),
        reason: "Ed25519 goes with SHA-512 (the OpenID Connect working group's answer); refusing the hash would refuse the token",
    },
    Deviation {
        file: "at_hash",
        cases: |case, ours| case.text("algorithm") == "none" && ours.is_err(),
        reason: "there is no algorithm none; an error of ours in the place of an exception that nobody catches",
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
        file: "basic_auth_header",
        cases: |case, ours| (case.get("key").is_null() || case.get("secret").is_null()) && ours.is_ok(),
        reason: "what is not set is empty, not Python's word None; a missing KEY or SECRET is told at start",
    },
    Deviation {
        file: "build_absolute_uri",
        cases: |case, ours| !case.text("path").starts_with('/') && output(ours).starts_with("http://myapp.com/"),
        reason: "a path without a slash in front would become part of our host's name (myapp.com + .evil.example)",
    },
    Deviation {
        file: "code_challenge",
        cases: |case, ours| but_for(&["stage"], case, ours) && fact(ours, "stage") == "start",
        reason: "settings are checked when the program starts, not when somebody signs in",
    },
    Deviation {
        file: "code_challenge",
        cases: |case, ours| case.text("method").is_empty() && ours.is_ok(),
        reason: "a blank setting is one that was left out: S256 then",
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
        file: "do_disconnect",
        cases: |case, ours| {
            case.expected.as_ref().is_ok_and(|expected| expected["left"] == Value::Array(Vec::new()))
                && fact(ours, "code") == "disconnect_disallowed"
        },
        reason: "the last way in is not removed, also when it is several at once",
    },
    Deviation {
        file: "do_disconnect",
        cases: |case, ours| {
            let had = case.get("social").as_array().map(Vec::len);
            fact(&case.expected, "code") == "disconnect_disallowed"
                && ours.as_ref().is_ok_and(|ours| ours["left"].as_array().map(Vec::len) == had)
        },
        reason: "a request that removes nothing takes nobody's last way in: people click twice",
    },
    Deviation {
        file: "do_disconnect",
        cases: |case, ours| redirect(&case.expected).contains("//evil.com") && redirect(ours) == "/done",
        reason: "a next that a browser may not be sent to is dropped, not made a path of ours",
    },
    Deviation {
        file: "do_disconnect",
        cases: |case, _| case.object("settings").get("SOCIAL_AUTH_SANITIZE_REDIRECTS") == Some(&false.into()),
        reason: "with SANITIZE_REDIRECTS off, next is followed as it stands; it is never glued to our host's name (myapp.comjavascript:x)",
    },
    Deviation {
        file: "do_disconnect",
        cases: |case, ours| redirect(&case.expected) == "https://myapp.com/ok" && redirect(ours) == "http://myapp.com/ok",
        reason: "REDIRECT_IS_HTTPS is about the addresses that we make, not about one that somebody gives",
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
        file: "expiration_timedelta",
        cases: |_, ours| ours.as_ref().is_ok_and(|ours| ours["seconds"] == 0.0 && ours["access_token_expired"] == true),
        reason: "a token with no second left has expired (the original takes zero for no lifetime)",
    },
    Deviation {
        file: "expiration_timedelta",
        cases: |case, ours| fact(&case.expected, "class") == "OverflowError" && fact(ours, "code") == "invalid_expiry",
        reason: "a number that is no time is invalid, not an exception that nobody catches",
    },
    Deviation {
        file: "expiration_timedelta",
        cases: |case, ours| case.object("extra_data").values().any(Value::is_boolean) && fact(ours, "code") == "invalid_expiry",
        reason: "true is no number of seconds",
    },
    Deviation {
        file: "extra_data",
        cases: |case, ours| but_for(&["stage"], case, ours) && fact(ours, "stage") == "start",
        reason: "settings are checked when the program starts, not when somebody signs in",
    },
    Deviation {
        file: "extra_data",
        cases: |case, ours| {
            let named = case.get("setting").to_string();
            (named.contains("auth_time") || named.contains("access_token"))
                && ours.as_ref().is_ok_and(|ours| ours["auth_time"] == 1_767_960_000)
        },
        reason: "auth_time and access_token are ours to say: no field of the answer takes their place",
    },
    Deviation {
        file: "extra_data",
        cases: |_, ours| ["access_token", "id"].contains(&fact(ours, "claim")) && fact(ours, "code") == "missing_claim",
        reason: "without an access token or an identifier there is nobody whose data could be kept",
    },
    Deviation {
        file: "extra_data",
        cases: |case, ours| but_for(&["token_type"], case, ours),
        reason: "a client that hands over a token says nothing of its type; what it says otherwise is not believed",
    },
    Deviation {
        file: "http_error",
        cases: |case, ours| {
            case.get("status").is_null() && ours.as_ref().is_ok_and(|ours| ours["exception"]["code"] == "connection_failed")
        },
        reason: "where no answer came, the connection failed, and trying again may help",
    },
    Deviation {
        file: "id_key",
        cases: |case, ours| case.text("ID_KEY").is_empty() && fact(ours, "code") == "missing_claim",
        reason: "a provider without an identifier field signs nobody in",
    },
    Deviation {
        file: "parse_qs",
        cases: |case, ours| without_blanks(&case.expected) == without_blanks(ours),
        reason: "an empty value was sent and is kept as such; who reads a parameter decides what it means",
    },
    Deviation {
        file: "partial_pipeline_result",
        cases: |case, ours| {
            case.object("data").contains_key("partial_token") && became(ours) == "question" && became(&case.expected) != "question"
        },
        reason: "whoever comes by a link is asked first, by a page of ours: also the browser that began, also without a framework's own page",
    },
    Deviation {
        file: "partial_pipeline_result",
        cases: |case, ours| is_answer_to_our_page(case) && became(ours) == "gone on",
        reason: "the answer to that question is the form of our own page, with a token: no framework need remember that it asked",
    },
    Deviation {
        file: "partial_pipeline_result",
        cases: |case, ours| case.object("data").contains_key("code") && became(ours) == "other",
        reason: "the answer of a provider begins anew; it is never the answer to what a step asked",
    },
    Deviation {
        file: "partial_pipeline_result",
        cases: |case, ours| case.object("data").contains_key("id") && is_own(case) && became(ours) == "gone on",
        reason: "a field may have any name in the answer to a step; a provider's answer is known by state and the like",
    },
    Deviation {
        file: "partial_pipeline_result",
        cases: |case, ours| {
            case.object("data").len() == 1
                && case.object("data").contains_key("partial_pipeline_confirm")
                && is_own(case)
                && became(ours) == "gone on"
        },
        reason: "no link was followed, so there is nothing to be asked: the browser that began goes on",
    },
    Deviation {
        file: "partial_pipeline_result",
        cases: |case, ours| case.text("user") == "alice" && became(ours) == "refused",
        reason: "a run that nobody was signed in for goes on for nobody else, unless a step awaits them",
    },
    Deviation {
        file: "partial_pipeline_result",
        cases: |case, _| case.text("pipeline_type") == "disconnect",
        reason: "a disconnection keeps nothing while it pauses: it begins again with what its step asked for",
    },
    Deviation {
        file: "provider_error",
        cases: |case, ours| {
            case.get("data")["error"] == "login_required"
                && case.text("stage") == "callback"
                && ours.as_ref().is_ok_and(|ours| ours["exception"]["code"] == "login_required")
        },
        reason: "a silent sign-in (prompt=none) that needs a person is no fault of the provider's: the person signs in first",
    },
    Deviation {
        file: "provider_error",
        cases: |case, ours| {
            case.get("data")["error"] == true && ours.as_ref().is_ok_and(|ours| ours["exception"]["provider_code"] == "true")
        },
        reason: "a provider's code is text, whatever the provider wrote",
    },
    Deviation {
        file: "scope_argument",
        cases: |_, ours| ours.as_ref().is_ok_and(|ours| ours["scope"] == "one two" || ours["permissions"] == "one,two"),
        reason: "a scope is asked for once: some providers refuse a repeated one",
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

/// What became of a request: see the adapter `partials`.
fn became(answer: &Answer) -> &'static str {
    match answer {
        Ok(answer) if answer["halt"] == true => "refused",
        Ok(answer) if !answer["response"].is_null() => "question",
        Ok(answer) if answer["partial"].as_str().is_some_and(|text| text.contains("again")) => "left to be used again",
        Ok(answer) if !answer["partial"].is_null() => "gone on",
        _ => "other",
    }
}

/// Whether the browser that began has the paused run of the case.
fn is_own(case: &Case) -> bool {
    case.object("session").get("partial_pipeline_token") == Some(&"tok".into()) && case.object("stored").contains_key("tok")
}

fn is_answer_to_our_page(case: &Case) -> bool {
    case.object("session").contains_key("partial_pipeline_pending_token") && case.object("data").contains_key("partial_pipeline_confirm")
}

/// Whether a user has the address of the details, but for ASCII case.
fn same_address(case: &Case) -> bool {
    let address = case.get("details")["email"].as_str().unwrap_or_default();
    let users = case.get("users").as_array().into_iter().flatten();
    users.filter_map(|user| user["email"].as_str()).any(|email| email != address && email.eq_ignore_ascii_case(address))
}

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
