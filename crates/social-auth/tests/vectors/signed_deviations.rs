//! Where we differ from the recordings of signed callbacks on purpose.

use crate::deviations::Deviation;
use crate::difference::What;
use crate::signed::fields;
use crate::wire::Action;

pub const ALL: &[Deviation] = &[
    Deviation {
        name: "signed_question_with_state",
        reason: "the signed question has a nonce of its own, and our state in the address to return to",
        is: |difference, scene| {
            let named = matches!(&difference.what, What::DepartureQuery(name) if name == "sso" || name == "sig");
            let recorded = match &scene.step.expect {
                crate::wire::Expect::Redirect { query, .. } => query.get("sso").and_then(|value| value.as_str()).map(fields),
                _ => None,
            };
            let ours = difference.departure.as_ref().and_then(|ours| ours.get("sso")?.as_str().map(fields));
            let (Some(recorded), Some(ours)) = (recorded, ours) else { return false };
            let address = |fields: &social_auth::web::Params| fields.get("return_sso_url").unwrap_or_default().to_owned();
            named
                && ours.iter().map(|(name, _)| name).eq(recorded.iter().map(|(name, _)| name))
                && address(&ours).starts_with(&format!("{}?redirect_state=", address(&recorded)))
        },
    },
    Deviation {
        name: "signature_is_not_kept",
        reason: "a signature is good for signing in once, and for nothing afterwards; when somebody signed in is kept for all backends",
        is: |difference, scene| match &difference.what {
            What::ExtraData(name) if name == "hash" => {
                difference.got.is_none() && scene.step.params.get("hash") == difference.expected.as_ref()
            }
            What::ExtraData(name) if name == "auth_time" => difference.expected.is_none() && scene.step.params.contains_key("auth_date"),
            _ => false,
        },
    },
    Deviation {
        name: "parameters_are_texts",
        reason: "what comes in an address is text; a recording hands over a number",
        is: |difference, _| {
            let number = difference.expected.as_ref().filter(|value| value.is_number()).map(ToString::to_string);
            difference.what == What::ExtraData("auth_date".to_owned()) && number.is_some() && number.as_deref() == difference.got_text()
        },
    },
    Deviation {
        name: "one_missing_parameter_is_named",
        reason: "of two parameters that may be missing, the one that is missing is named",
        is: |difference, _| {
            let expected = difference.expected_text().unwrap_or_default();
            let alternatives: Vec<&str> = expected.split(" or ").collect();
            difference.what == What::ErrorParameter
                && alternatives.len() > 1
                && alternatives.contains(&difference.got_text().unwrap_or_default())
        },
    },
    Deviation {
        name: "begin_needs_no_preparation",
        reason: "a sign-in is begun by beginning it; the recorded library wants to be told of it before",
        is: |difference, scene| {
            let expected = scene.step.expect.error().and_then(|error| error.code.as_deref());
            scene.step.action == Action::Begin
                && difference.what == What::Outcome
                && expected == Some("session_context_missing")
                && difference.got_text() == Some("redirect")
        },
    },
];
