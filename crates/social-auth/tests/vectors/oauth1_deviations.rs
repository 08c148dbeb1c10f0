//! The part of the list that is about OAuth 1.0a.

use crate::deviations::{Deviation, Scene};
use crate::difference::{Difference, What};
use crate::wire::Action;

pub const ALL: &[Deviation] = &[
    Deviation {
        name: "no_sign_in_without_a_request_token",
        reason: "older releases send people off with a request token \"None\", or one without its secret",
        is: |difference, scene| {
            let lacks = |name: &str| bodies(scene).any(|body| !body.contains(name));
            scene.step.action == Action::Begin
                && ended(difference, "redirect", &["missing_claim", "http_error", "authorization_declined"])
                && (lacks("oauth_token=") || lacks("oauth_token_secret="))
        },
    },
    Deviation {
        name: "no_sign_in_without_an_access_token",
        reason: "older releases go on without an access token when the answer has none, and ask unsigned by anybody who it is",
        is: |difference, scene| {
            let asked_on = difference.what == What::Exchange && difference.got.is_none();
            let refused = |difference: &Difference| ended(difference, "identity", &["missing_claim (claim \"oauth_token\")"]);
            scene.step.action == Action::Callback
                && (refused(difference) || asked_on && scene.all.iter().any(refused))
                && bodies(scene).next().is_some_and(|body| !body.contains("oauth_token="))
        },
    },
    Deviation {
        name: "signed_anew",
        reason: "an address that is signed has a nonce of ours, and so another signature",
        is: |difference, _| {
            matches!(&difference.what, What::DepartureQuery(name) if name == "oauth_nonce" || name == "oauth_signature")
                && difference.expected.is_some()
                && difference.got.is_some()
        },
    },
    Deviation {
        name: "state_where_nothing_else_binds",
        reason: "where the request token itself comes with the callback, only a state of ours binds it to the browser that began",
        is: |difference, _| {
            let (Some(expected), Some(got)) = (difference.expected_text(), difference.got_text()) else { return false };
            let state = got.strip_prefix(expected).and_then(|rest| rest.strip_prefix("?redirect_state="));
            difference.what == What::DepartureQuery("oauth_callback".to_owned()) && state.is_some_and(|state| state.len() >= 32)
        },
    },
    Deviation {
        name: "denied_names_its_attempt",
        reason: "denied carries the request token, so it is known which sign-in the person declined",
        is: |difference, scene| {
            difference.what == What::ErrorCode
                && scene.step.params.contains_key("denied")
                && difference.expected_text() == Some("session_context_missing")
                && difference.got_text().is_some_and(|error| error.starts_with("authorization_declined"))
        },
    },
];

fn ended(difference: &Difference, expected: &str, errors: &[&str]) -> bool {
    let got = difference.got_text().and_then(|got| got.strip_prefix("error "));
    difference.what == What::Outcome
        && difference.expected_text() == Some(expected)
        && got.is_some_and(|got| errors.iter().any(|error| got.starts_with(error)))
}

/// The bodies of the recorded answers of the step.
fn bodies<'s>(scene: &'s Scene<'_>) -> impl Iterator<Item = &'s str> {
    let responses = scene.step.http.iter().filter_map(|exchange| exchange.response.as_ref());
    responses.map(|response| response.body.as_str().unwrap_or_default())
}
