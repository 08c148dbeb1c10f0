//! The part of the list that is about answers that are odd: members missing, of another kind, or in another
//! place. Where the recorded library falls over, we do without a name, or say what is wrong.

use serde_json::Value;

use crate::deviations::Deviation;
use crate::difference::{Difference, What};
use crate::request::SentBody;
use crate::wire::{Action, Expect};

pub const ALL: &[Deviation] = &[
    Deviation {
        name: "no_name_is_no_refusal",
        reason: "where the recorded library crashes on a name that is missing or no text, people sign in without it",
        is: |difference, scene| {
            difference.what == What::Outcome
                && difference.got_text() == Some("identity")
                && scene.step.expect.error().is_some_and(|error| error.peer_crash)
        },
    },
    Deviation {
        name: "a_profile_is_an_object",
        reason: "an answer that is no profile is malformed; the recordings look for the identifier in it, and some find one elsewhere",
        is: |difference, scene| {
            let empty = |answer: &Value| answer.as_object().is_none_or(|members| members.values().all(|value| !value.is_object()));
            let unreadable = |difference: &Difference| {
                matches!(difference.what, What::ErrorCode | What::Outcome)
                    && matches!(difference.expected_text(), Some("missing_claim" | "identity"))
                    && difference.got_text().is_some_and(|got| {
                        let got = got.strip_prefix("error ").unwrap_or(got);
                        got.starts_with("malformed_response at user_info")
                    })
            };
            let about_it = unreadable(difference) || difference.what == What::ErrorClaim && difference.got.is_none();
            about_it && scene.all.iter().any(unreadable) && scene.answers().last().is_some_and(|answer| empty(&answer))
        },
    },
    Deviation {
        name: "stated_errors_are_reported",
        reason: "an answer of status 200 that states an error is that error, whatever else could be made of the answer",
        is: |difference, scene| {
            let stated = |difference: &Difference| {
                matches!(difference.what, What::ErrorCode | What::Outcome)
                    && difference.got_text().is_some_and(|got| got.contains("the provider says"))
            };
            let about_it = stated(difference) || difference.what == What::ErrorClaim && difference.got.is_none();
            let answer = scene.answers().last();
            about_it && scene.all.iter().any(stated) && answer.is_some_and(|answer| answer.get("error").is_some_and(Value::is_string))
        },
    },
    Deviation {
        name: "kept_where_the_provider_has_it",
        reason: "some recordings look for a field beside the one that the answer has under that very name",
        is: |difference, scene| {
            let What::ExtraData(name) = &difference.what else { return false };
            let Some(got) = difference.got.as_ref().filter(|_| difference.expected == Some(Value::Null)) else { return false };
            scene.answers().any(|answer| has_member(&answer, name, got))
        },
    },
    Deviation {
        name: "the_subject_is_kept",
        reason: "CAS puts the profile below \"attributes\", and the recordings forget the subject of the id token over it",
        is: |difference, scene| {
            let What::ExtraData(name) = &difference.what else { return false };
            let Expect::Identity(identity) = &scene.step.expect else { return false };
            matches!(name.as_str(), "id" | "sub")
                && difference.expected == Some(Value::Null)
                && difference.got.as_ref() == identity.get("uid")
        },
    },
    Deviation {
        name: "a_profile_gives_no_tokens",
        reason: "the access token is the token endpoint's; a member of the profile of the same name is none",
        is: |difference, scene| {
            let from =
                |value: &Option<Value>| scene.answers().position(|answer| value.is_some() && answer.get("access_token") == value.as_ref());
            difference.what == What::ExtraData("access_token".to_owned())
                && from(&difference.got) == Some(0)
                && from(&difference.expected).is_some_and(|at| at > 0)
        },
    },
    Deviation {
        name: "groups_named_by_their_setting",
        reason: "where there are no groups to compare, the error names the setting that asks for them",
        is: |difference, _| {
            difference.what == What::ErrorParameter
                && difference.expected_text() == Some("group extraction")
                && difference.got_text() == Some("ALLOW_GROUPS")
        },
    },
    Deviation {
        name: "an_endpoint_that_is_missing",
        reason: "a provider without an address of its own misses OIDC_ENDPOINT; the recordings call the empty one invalid",
        is: |difference, _| {
            difference.what == What::ErrorCode
                && difference.expected_text() == Some("invalid_setting")
                && difference.got_text().is_some_and(|error| error.starts_with("missing_setting (\"OIDC_ENDPOINT\")"))
        },
    },
    Deviation {
        name: "id_tokens_expire",
        reason: "an id token without exp is none (OpenID Connect Core, section 2)",
        is: |difference, _| {
            matches!(difference.what, What::Outcome | What::ErrorCode | What::ErrorParameter)
                && difference.got_text().is_none_or(|got| {
                    got.strip_prefix("error ").unwrap_or(got).starts_with("missing_claim (claim \"exp\") at token_validation")
                })
                && (difference.got.is_some() || difference.expected_text() == Some("group extraction"))
        },
    },
    Deviation {
        name: "redirect_uri_is_for_codes",
        reason: "a refresh has no redirect_uri (RFC 6749, section 6)",
        is: |difference, scene| {
            scene.step.action == Action::Refresh && difference.what == What::Body("redirect_uri".to_owned()) && difference.got.is_none()
        },
    },
    Deviation {
        name: "a_body_is_what_its_type_says",
        reason: "the recordings of Qiita send a form that calls itself JSON",
        is: |difference, _| {
            difference.what == What::BodyKind
                && (difference.expected_text(), difference.got_text()) == (Some("text"), Some("json"))
                && difference.exchange.as_ref().is_some_and(|exchange| matches!(exchange.1.body, SentBody::Json(_)))
        },
    },
    Deviation {
        name: "a_silent_sign_in_says_what_it_lacks",
        reason: "a sign-in with prompt=none that needs a person is no fault of the provider's: the person signs in first",
        is: |difference, scene| {
            let asks = difference.got_text().is_some_and(|got| got.starts_with("login_required at callback"));
            scene.step.action == Action::Callback && difference.what == What::ErrorCode && asks
        },
    },
    Deviation {
        name: "fragments_are_not_recorded",
        reason: "the address of WeChat ends in a fragment, which the format has no place for",
        is: |difference, _| {
            difference.what == What::Departure
                && difference.got_text().and_then(|got| got.split_once('#')).map(|(base, _)| base) == difference.expected_text()
        },
    },
    Deviation {
        name: "nobody_is_told_why",
        reason: "a callback that signs nobody in says why; the recordings answer nothing",
        is: |difference, scene| {
            scene.step.action == Action::Callback
                && difference.what == What::Outcome
                && difference.expected_text() == Some("none")
                && difference.got_text().is_some_and(|got| got.starts_with("error "))
        },
    },
    Deviation {
        name: "applications_begin_at_the_provider",
        reason: "an application that is shown in a frame at its provider is opened there, and has no token that lasts",
        is: |difference, scene| {
            let refused = |other: &Difference| {
                let got = other.got_text().map_or("", |got| got.strip_prefix("error ").unwrap_or(got));
                got.starts_with("unsupported_feature") && (got.contains("begin on the application's page") || got.contains("(signed)"))
            };
            let here = |other: &Difference| other.step == difference.step && refused(other);
            let about_it = matches!(difference.what, What::ErrorClaim | What::Exchange) && difference.got.is_none();
            refused(difference) || about_it && scene.all.iter().any(here)
        },
    },
];

/// Whether the value has a member of this name and value anywhere.
fn has_member(value: &Value, name: &str, wanted: &Value) -> bool {
    match value {
        Value::Object(members) => members.get(name) == Some(wanted) || members.values().any(|member| has_member(member, name, wanted)),
        Value::Array(items) => items.iter().any(|item| has_member(item, name, wanted)),
        _ => false,
    }
}
