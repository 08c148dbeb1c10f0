//! Where we differ from recordings of older releases of Python Social Auth, which alone have the services that it gave
//! up since.

use serde_json::Value;

use crate::deviations::Deviation;
use crate::difference::What;
use crate::wire::{Action, Expect};

pub const ALL: &[Deviation] = &[
    Deviation {
        name: "codes_say_what_was_rejected",
        reason: "older releases take every refusal of a code for a person who cancelled; a code that was rejected is called that",
        is: |difference, _| {
            difference.what == What::ErrorCode
                && difference.expected_text() == Some("AuthCanceled")
                && difference.got_text().is_some_and(|error| error.starts_with("authorization_code_rejected at token_exchange"))
        },
    },
    Deviation {
        name: "arguments_are_the_sites",
        reason: "older releases let the address that begins a sign-in change AUTH_EXTRA_ARGUMENTS; here a setting has to allow it",
        is: |difference, scene| {
            let What::DepartureQuery(name) = &difference.what else { return false };
            let asked = scene.step.params.get(name).and_then(Value::as_str);
            asked.is_some() && asked == difference.expected_text() && difference.got.is_some()
        },
    },
    Deviation {
        name: "a_lifetime_and_its_beginning",
        reason: "Itembase's recordings add the time at which a token ends; what is kept is how long it lives, and auth_time, as everywhere",
        is: |difference, scene| {
            let of_itembase = scene.step.http.iter().any(|exchange| exchange.request.url.contains("accounts.itembase."));
            of_itembase
                && scene.step.action == Action::Refresh
                && difference.what == What::Value("expires".to_owned())
                && difference.got.is_none()
        },
    },
    Deviation {
        name: "nobody_is_called_none",
        reason: "whom the provider gives no identifier is refused; a recording has somebody whose identifier is \"None\"",
        is: |difference, scene| {
            let none =
                matches!(&scene.step.expect, Expect::Identity(identity) if identity.get("uid").and_then(Value::as_str) == Some("None"));
            none && difference.what == What::Outcome && difference.got_text().is_some_and(|error| error.starts_with("error missing_claim"))
        },
    },
];
