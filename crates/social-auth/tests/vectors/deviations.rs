//! Where we differ from the recordings on purpose: the one list. A deviation names differences, never
//! cases, and as few as it can.

use serde_json::Value;

use crate::difference::{Difference, What};
use crate::request::{SentBody, pairs};
use crate::wire::{Action, Step};
use crate::{oauth1_deviations, openid_deviations, profile_deviations, provider_deviations, retired_deviations, signed_deviations};

/// A difference that is right.
pub struct Deviation {
    pub name: &'static str,
    pub reason: &'static str,
    /// Whether this difference is one of them.
    pub is: fn(&Difference, &Scene<'_>) -> bool,
}

/// Where a difference was found.
pub struct Scene<'a> {
    pub step: &'a Step,
    /// Everything that differs in the case.
    pub all: &'a [Difference],
}

impl Scene<'_> {
    /// The answers of the provider in this step that are JSON.
    pub fn answers(&self) -> impl Iterator<Item = Value> {
        let responses = self.step.http.iter().filter_map(|exchange| exchange.response.as_ref());
        responses.filter_map(|response| serde_json::from_str(response.body.as_str()?).ok())
    }

    /// What the harness did about a rule of ours.
    fn done(&self, what: &str) -> Option<&Difference> {
        self.all.iter().find(|difference| matches!(&difference.what, What::Consistency(name) if name == what))
    }
}

const ALL: &[Deviation] = &[
    Deviation {
        name: "pkce_by_default",
        reason: "the recordings send PKCE only where it is switched on; RFC 9700 (2.1.1) wants it always",
        is: |difference, _| {
            difference.expected.is_none()
                && match &difference.what {
                    What::DepartureQuery(name) => name == "code_challenge" || name == "code_challenge_method",
                    What::Body(name) | What::Query(name) => name == "code_verifier",
                    _ => false,
                }
        },
    },
    Deviation {
        name: "s256_in_upper_case",
        reason: "the recordings send code_challenge_method as it was set, \"s256\"; RFC 7636 (4.3) knows \"S256\" only",
        is: |difference, _| {
            difference.what == What::DepartureQuery("code_challenge_method".to_owned())
                && difference.expected_text() == Some("s256")
                && difference.got_text() == Some("S256")
        },
    },
    Deviation {
        name: "nonce_where_the_recording_has_none",
        reason: "an id token that repeats no nonce of ours may be somebody else's (OpenID Connect Core 15.5.2)",
        is: |difference, _| difference.expected.is_none() && difference.what == What::DepartureQuery("nonce".to_owned()),
    },
    Deviation {
        name: "scopes_once",
        reason: "a scope that is both configured and the provider's own is asked for once",
        is: |difference, _| {
            let What::DepartureQuery(_) = &difference.what else { return false };
            let (Some(expected), Some(got)) = (difference.expected_text(), difference.got_text()) else { return false };
            [' ', ','].iter().any(|separator| {
                let mut once: Vec<&str> = Vec::new();
                for scope in expected.split(*separator) {
                    if !once.contains(&scope) {
                        once.push(scope);
                    }
                }
                expected != got && once.join(&separator.to_string()) == got
            })
        },
    },
    Deviation {
        name: "arguments_stay_encoded",
        reason: "the recordings decode the whole query once more, so that a value with & in it becomes further parameters",
        is: |difference, _| {
            let (What::DepartureQuery(name), Some(ours)) = (&difference.what, &difference.departure) else { return false };
            let raw: Vec<String> = ours.iter().map(|(name, value)| format!("{name}={}", value.as_str().unwrap_or_default())).collect();
            difference.expected.is_some() && pairs(raw.join("&").as_bytes()).get(name) == difference.expected.as_ref()
        },
    },
    Deviation {
        name: "another_attempt_under_way",
        reason: "a state that is none of the attempts that this browser began is a mismatch; nothing is missing",
        is: |difference, scene| {
            scene.step.action == Action::Callback
                && difference.what == What::ErrorCode
                && difference.expected_text() == Some("session_context_missing")
                && difference.got_text().is_some_and(|error| error.starts_with("state_mismatch"))
        },
    },
    Deviation {
        name: "attempt_used",
        reason: "a callback that was used already has a reason of its own; the recordings have forgotten the session by then",
        is: |difference, scene| {
            scene.step.action == Action::Callback
                && difference.what == What::ErrorCode
                && difference.expected_text() == Some("session_context_missing")
                && difference.got_text().is_some_and(|error| error.starts_with("attempt_used"))
        },
    },
    Deviation {
        name: "a_page_is_no_form",
        reason: "what is neither JSON nor a form is malformed; the recordings read it as a form in which everything is missing",
        is: |difference, scene| {
            let answer = scene.step.http.last().and_then(|exchange| exchange.response.as_ref()).and_then(|response| response.body.as_str());
            let is_page = answer.is_some_and(|body| !body.contains('=') && serde_json::from_str::<Value>(body).is_err());
            let malformed = |difference: &Difference| {
                difference.what == What::ErrorCode
                    && difference.expected_text() == Some("missing_claim")
                    && difference.got_text().is_some_and(|error| error.starts_with("malformed_response"))
            };
            let is_about_it = malformed(difference) || difference.what == What::ErrorClaim && difference.got.is_none();
            is_page && is_about_it && scene.all.iter().any(malformed)
        },
    },
    Deviation {
        name: "attempt_needed",
        reason: "a callback that nobody began signs nobody in; the harness begins one so that the rest is compared",
        is: |difference, _| difference.what == What::Consistency("attempt".to_owned()) && difference.got.is_none(),
    },
    Deviation {
        name: "refused_at_start",
        reason: "settings that cannot work are refused when the application starts, not when a person meets them",
        is: |difference, _| difference.what == What::Consistency("start".to_owned()),
    },
    Deviation {
        name: "unknown_settings_refused",
        reason: "settings that nothing reads are refused at start as likely misspelt; the harness takes them out",
        is: |difference, _| difference.what == What::Consistency("unknown setting".to_owned()),
    },
    Deviation {
        name: "issuer_at_another_address",
        reason: "metadata that names another issuer than its address is believed only if ID_TOKEN_ISSUER says so (Discovery 4.3)",
        is: |difference, _| difference.what == What::Consistency("issuer".to_owned()),
    },
    Deviation {
        name: "userinfo_says_of_whom",
        reason: "userinfo without a subject may be anybody's (OpenID Connect Core 5.3.2); the harness puts in that of the id token",
        is: |difference, scene| {
            difference.what == What::Consistency("subject".to_owned())
                || matches!(difference.what, What::ExtraData(_))
                    && difference.expected == Some(Value::Null)
                    && scene.done("subject").is_some_and(|subject| subject.got == difference.got)
        },
    },
    Deviation {
        name: "nonce_lifetime_is_not_read",
        reason: "a nonce lives as long as its attempt; the setting is ignored with a warning, whatever it says",
        is: |difference, scene| {
            difference.what == What::Outcome
                && scene.step.expect.error().is_some_and(|error| error.parameter.as_deref() == Some("NONCE_LIFETIME"))
        },
    },
    Deviation {
        name: "absent_is_absent",
        reason: "a value that the provider did not give is absent, never an empty text or null",
        is: |difference, _| {
            let empty =
                |value: &Option<Value>| matches!(value, None | Some(Value::Null)) || value.as_ref().and_then(Value::as_str) == Some("");
            let named = matches!(
                difference.what,
                What::Details(_)
                    | What::ExtraData(_)
                    | What::User(_)
                    | What::Body(_)
                    | What::Query(_)
                    | What::DepartureQuery(_)
                    | What::Response(_)
            );
            named && empty(&difference.expected) && empty(&difference.got)
        },
    },
    Deviation {
        name: "token_type_is_kept",
        reason: "some recordings forget the token's type when the profile comes; it is kept as the provider gave it",
        is: |difference, scene| {
            difference.what == What::ExtraData("token_type".to_owned())
                && difference.expected == Some(Value::Null)
                && scene.answers().any(|answer| answer.get("token_type") == difference.got.as_ref())
        },
    },
    Deviation {
        name: "full_name_is_read",
        reason: "Gitea gives full_name; the recordings look for a field that it does not give",
        is: |difference, scene| {
            let absent = matches!(difference.expected, None | Some(Value::Null));
            let name = matches!(&difference.what, What::Details(name) | What::User(name)
                if matches!(name.as_str(), "fullname" | "first_name" | "last_name"));
            let given = |answer: Value| {
                let full_name = answer.get("full_name")?.as_str()?.to_owned();
                let got = difference.got_text()?;
                Some(full_name == got || full_name.split(' ').any(|word| word == got))
            };
            absent && name && scene.answers().any(|answer| given(answer) == Some(true))
        },
    },
    Deviation {
        name: "stated_errors_count",
        reason: "an answer of status 200 that states an error is that error, not an unreadable profile",
        is: |difference, scene| {
            difference.what == What::ErrorCode
                && difference.expected_text() == Some("malformed_response")
                && difference.got_text().is_some_and(|error| error.contains("the provider says"))
                && scene.answers().any(|answer| answer.get("error").is_some())
        },
    },
    Deviation {
        name: "content_type_of_something",
        reason: "a request without a body has no Content-Type",
        is: |difference, _| {
            difference.what == What::Header("content-type".to_owned())
                && difference.got.is_none()
                && difference.exchange.as_ref().is_some_and(|exchange| matches!(exchange.1.body, SentBody::Nothing))
        },
    },
    Deviation {
        name: "refresh_as_the_exchange",
        reason: "a client that proves itself by Authorization does so when it refreshes too, and only so (RFC 6749, 2.3.1)",
        is: |difference, scene| {
            let Some(exchange) = difference.exchange.as_ref().filter(|_| scene.step.action == Action::Refresh) else { return false };
            let (recorded, sent) = &**exchange;
            let Some((key, secret)) = sent.basic() else { return false };
            let says = |name: &str, value: &str| recorded.field(name) == Some(value);
            let about_the_client = match &difference.what {
                What::Body(name) => name == "client_id" || name == "client_secret",
                What::Authorization => difference.expected.is_none(),
                _ => false,
            };
            about_the_client && says("client_id", &key) && says("client_secret", &secret)
        },
    },
    Deviation {
        name: "revoke_as_rfc_7009",
        reason: "the recordings ask for a revocation without saying of what; RFC 7009 (2.1) posts the token with the client's credentials",
        is: |difference, scene| {
            let Some(exchange) = difference.exchange.as_ref().filter(|_| scene.step.action == Action::Revoke) else { return false };
            let (recorded, sent) = &**exchange;
            let says_nothing = recorded.query.is_empty() && recorded.body.is_none() && recorded.authorization.is_none();
            let token = scene.step.args.first().and_then(Value::as_str).unwrap_or_default();
            let ours = sent.form().and_then(|form| form.get("token")).and_then(Value::as_str);
            let named = match &difference.what {
                What::Method => difference.got_text() == Some("POST"),
                What::Body(name) => matches!(name.as_str(), "token" | "client_id" | "client_secret"),
                What::Authorization => difference.expected.is_none(),
                _ => false,
            };
            says_nothing && !recorded.url.contains(token) && ours == Some(token) && named
        },
    },
    Deviation {
        name: "every_2xx_revokes",
        reason: "the recordings count status 200 only; any 2xx says that it was done",
        is: |difference, scene| {
            let status = scene.step.http.last().and_then(|exchange| exchange.response.as_ref()).map_or(0, |response| response.status);
            scene.step.action == Action::Revoke
                && difference.what == What::Value(String::new())
                && difference.got == Some(Value::Bool(true))
                && (200..300).contains(&status)
        },
    },
    Deviation {
        name: "a_form_proves_nothing",
        reason: "the recordings sign in whoever states an address in a form; here a step has to prove it, and forms are posted",
        is: |difference, _| difference.what == What::Consistency("proof".to_owned()),
    },
    Deviation {
        name: "identifiers_know_their_field",
        reason: "older releases keep identifiers without the field they came from, and some as numbers",
        is: |difference, _| match &difference.what {
            What::Identity(name) if name == "id_key" => difference.expected.as_ref().is_some_and(Value::is_null),
            What::Identity(name) if name == "uid" => {
                difference.expected.as_ref().filter(|value| value.is_number()).map(Value::to_string).as_deref() == difference.got_text()
                    && difference.got.is_some()
            }
            _ => false,
        },
    },
    Deviation {
        name: "refused_earlier",
        reason: "what is refused in the end anyway is not asked for first: the same error after fewer requests",
        is: |difference, scene| difference.what == What::Exchange && difference.got.is_none() && scene.step.expect.error().is_some(),
    },
];

/// The deviation that a difference is.
pub fn find(difference: &Difference, scene: &Scene<'_>) -> Option<&'static Deviation> {
    every().find(|deviation| (deviation.is)(difference, scene))
}

/// The whole list.
pub fn every() -> impl Iterator<Item = &'static Deviation> {
    let of_protocols = oauth1_deviations::ALL.iter().chain(openid_deviations::OPENID).chain(signed_deviations::ALL);
    ALL.iter().chain(provider_deviations::ALL).chain(of_protocols).chain(retired_deviations::ALL).chain(profile_deviations::ALL)
}
