//! Where we differ from the recordings of OpenID on purpose.

use serde_json::Value;

use crate::deviations::Deviation;
use crate::difference::{Difference, What};
use crate::wire::{Action, Expect};

fn is_answer(scene: &crate::deviations::Scene<'_>) -> bool {
    scene.step.action == Action::Callback && scene.step.params.keys().any(|name| name.starts_with("openid."))
}

pub const OPENID: &[Deviation] = &[
    Deviation {
        name: "openid_return_to",
        reason: "return_to carries our state and nothing else; the nonce that the recordings add is the attempt's already",
        is: |difference, _| {
            let ours = |name: &str| name == "openid.return_to";
            let named = matches!(&difference.what, What::Form(name) | What::Body(name) if ours(name));
            let got = difference.got_text().and_then(|got| got.split_once("?redirect_state="));
            named && difference.expected_text().is_some_and(|expected| got.is_some_and(|(base, _)| expected.starts_with(base)))
        },
    },
    Deviation {
        name: "openid_asks_about_the_answer_only",
        reason: "the provider is asked about the fields of OpenID (2.0, section 11.4.2.1), not about our own parameters",
        is: |difference, _| {
            let named = matches!(&difference.what, What::Body(name) if name == "janrain_nonce" || name == "redirect_state");
            named && difference.got.is_none()
        },
    },
    Deviation {
        name: "openid_discovered_once",
        reason: "discovery and association are done once; the recordings do both twice before the browser leaves",
        is: |difference, scene| {
            let Some(missing) = difference.expected_text().filter(|_| difference.what == What::Exchange && difference.got.is_none()) else {
                return false;
            };
            let same = |exchange: &&crate::wire::Exchange| format!("{} {}", exchange.request.method, exchange.request.url) == missing;
            scene.step.action == Action::Begin && scene.step.http.iter().filter(same).count() > 1
        },
    },
    Deviation {
        name: "openid_associates_by_sha256",
        reason: "SHA-256 is asked for first (2.0, section 8.4); SHA-1 where the provider has nothing better",
        is: |difference, _| {
            let pair = (difference.expected_text(), difference.got_text());
            match &difference.what {
                What::Body(name) if name == "openid.assoc_type" => pair == (Some("HMAC-SHA1"), Some("HMAC-SHA256")),
                What::Body(name) if name == "openid.session_type" => pair == (Some("DH-SHA1"), Some("DH-SHA256")),
                _ => false,
            }
        },
    },
    Deviation {
        name: "openid_errors_say_what",
        reason: "what is wrong with an answer is named; the recordings call all of it a malformed response",
        is: |difference, scene| {
            let named = ["missing_claim", "invalid_claim", "invalid_signature", "attempt_used", "state_mismatch"];
            is_answer(scene)
                && difference.what == What::ErrorCode
                && difference.expected_text() == Some("malformed_response")
                && difference.got_text().is_some_and(|error| named.iter().any(|name| error.starts_with(name)))
        },
    },
    Deviation {
        name: "openid_answers_are_good_once",
        reason: "an answer that was used already is refused, also for providers where the recordings have no store for nonces",
        is: |difference, scene| {
            let used = |other: &&Difference| {
                other.step == difference.step
                    && other.what == What::Outcome
                    && other.expected == Some(Value::from("identity"))
                    && other.got_text().is_some_and(|error| error.starts_with("error attempt_used"))
            };
            let about = difference.what == What::Outcome || difference.what == What::Exchange && difference.got.is_none();
            is_answer(scene) && about && scene.all.iter().any(|other| used(&other))
        },
    },
    Deviation {
        name: "openid_given_names_count",
        reason: "a first or last name that the provider gave is not replaced by a part of the whole name",
        is: |difference, scene| {
            let named = matches!(&difference.what, What::Details(name) | What::User(name) if name == "first_name" || name == "last_name");
            is_answer(scene) && named && difference.got.as_ref().is_some_and(|got| scene.step.params.values().any(|value| value == got))
        },
    },
    Deviation {
        name: "openid_says_what_the_identifier_is",
        reason: "recordings of older releases know of no id_key",
        is: |difference, scene| {
            is_answer(scene) && difference.what == What::Identity("id_key".to_owned()) && difference.expected == Some(Value::Null)
        },
    },
    Deviation {
        name: "openid_nobody_without_identifier",
        reason: "whom the provider gives no identifier is refused; a recording has somebody who is called \"\"",
        is: |difference, scene| {
            let Expect::Identity(expected) = &scene.step.expect else { return false };
            let nobody = expected.get("uid") == Some(&Value::from(""));
            nobody
                && difference.what == What::Outcome
                && difference.got_text().is_some_and(|error| error.starts_with("error missing_claim"))
        },
    },
    Deviation {
        name: "openid_pape_everywhere",
        reason: "the settings of PAPE hold for every provider; the recordings forget them where attributes are asked for by hand",
        is: |difference, scene| {
            let pape = matches!(&difference.what, What::Form(name) if name == "openid.ns.pape" || name.starts_with("openid.pape."));
            pape && scene.step.action == Action::Begin && difference.expected.is_none()
        },
    },
];
