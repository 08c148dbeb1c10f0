//! The part of the list that is about single providers and their quirks.

use serde_json::Value;

use crate::deviations::{Deviation, Scene};
use crate::difference::{Difference, What};
use crate::request::Sent;
use crate::wire::RecordedRequest;

pub const ALL: &[Deviation] = &[
    Deviation {
        name: "credentials_not_in_addresses",
        reason: "the recordings of LinkedIn send the form's fields in the address too, where logs keep the secret (RFC 6749, 2.3.1)",
        is: |difference, _| {
            let What::Query(name) = &difference.what else { return false };
            exchange(difference).is_some_and(|(_, sent)| {
                let ours = sent.form().and_then(|form| form.get(name));
                difference.got.is_none() && sent.method == "POST" && ours == difference.expected.as_ref()
            })
        },
    },
    Deviation {
        name: "token_named_once",
        reason: "the recordings of Facebook name a token that is to be revoked in the address and in the body; once is enough",
        is: |difference, _| {
            let What::Body(name) = &difference.what else { return false };
            exchange(difference).is_some_and(|(_, sent)| {
                difference.got.is_none() && sent.method == "DELETE" && sent.query.get(name) == difference.expected.as_ref()
            })
        },
    },
    Deviation {
        name: "token_type_as_issued",
        reason: "the recordings of Facebook forget what the token endpoint answered besides the token",
        is: |difference, _| {
            difference.what == What::ExtraData("token_type".to_owned())
                && matches!(difference.expected, None | Some(Value::Null))
                && difference.got_text().is_some()
        },
    },
    Deviation {
        name: "id_token_context_everywhere",
        reason: "what a refreshed id token must repeat is kept wherever there is an id token; the recordings do so for some classes only",
        is: |difference, _| difference.what == What::ExtraData("_oidc_id_token_context".to_owned()) && difference.expected.is_none(),
    },
    Deviation {
        name: "the_other_token_is_missing_too",
        reason: "of an access token and an id token that are both missing, one is named",
        is: |difference, scene| {
            difference.what == What::ErrorClaim
                && difference.expected_text() == Some("access_token")
                && difference.got_text() == Some("id_token")
                && !answers(scene).any(|body| body.contains("access_token"))
        },
    },
    Deviation {
        name: "secret_or_assertion",
        reason: "of a secret and an assertion that are both missing, the secret is named, which most people have",
        is: |difference, _| {
            difference.what == What::ErrorParameter
                && difference.expected_text() == Some("client_assertion")
                && difference.got_text() == Some("SECRET")
        },
    },
    Deviation {
        name: "settings_needed_later",
        reason: "settings without which nobody can sign in are asked for when the application starts; the harness makes them",
        is: |difference, _| difference.what == What::Consistency("needed later".to_owned()),
    },
    Deviation {
        name: "the_provider_states_an_error",
        reason: "an answer that states an error is reported as that error, not as an answer that cannot be read",
        is: |difference, _| {
            difference.what == What::ErrorCode
                && difference.expected_text() == Some("malformed_response")
                && difference.got_text().is_some_and(|error| error.starts_with("http_error") && error.contains("the provider says"))
        },
    },
    Deviation {
        name: "names_where_gitea_has_them",
        reason: "the recordings look for the name under another key than the one that Gitea documents and answers, full_name",
        is: |difference, scene| {
            let named = match &difference.what {
                What::Details(name) => matches!(name.as_str(), "fullname" | "first_name" | "last_name"),
                What::User(name) => name == "first_name",
                _ => false,
            };
            named && matches!(difference.expected, None | Some(Value::Null)) && answers(scene).any(|body| body.contains("\"full_name\""))
        },
    },
];

fn exchange(difference: &Difference) -> Option<&(RecordedRequest, Sent)> {
    difference.exchange.as_deref()
}

/// The bodies of the recorded answers of the step.
fn answers<'s>(scene: &'s Scene<'_>) -> impl Iterator<Item = String> + 's {
    let responses = scene.step.http.iter().filter_map(|exchange| exchange.response.as_ref());
    responses.map(|response| match &response.body {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    })
}
