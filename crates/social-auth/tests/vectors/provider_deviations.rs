//! The part of the list that is about single providers and their quirks.

use serde_json::Value;

use crate::deviations::{Deviation, Scene};
use crate::difference::{Difference, What};
use crate::request::Sent;
use crate::wire::{Action, Exchange, RecordedBody, RecordedRequest};

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
        reason: "some recordings name a token twice: in the address, the header or the body; once is enough",
        is: |difference, _| {
            let (What::Body(_) | What::Query(_), Some(token)) = (&difference.what, difference.expected_text()) else { return false };
            exchange(difference).is_some_and(|(_, sent)| {
                let in_header = sent.headers.get("authorization").is_some_and(|header| header.ends_with(&format!(" {token}")));
                let in_query = matches!(difference.what, What::Body(_)) && sent.query.values().any(|value| value == token);
                let in_form =
                    matches!(difference.what, What::Query(_)) && sent.form().is_some_and(|form| form.values().any(|value| value == token));
                difference.got.is_none() && (in_header || in_query || in_form)
            })
        },
    },
    Deviation {
        name: "redirect_uri_as_before",
        reason: "some recordings leave out the redirect URI that the authorization request had; it is required then (RFC 6749, 4.1.3)",
        is: |difference, _| {
            difference.what == What::Body("redirect_uri".to_owned())
                && difference.expected.is_none()
                && exchange(difference).is_some_and(|(recorded, _)| recorded.body.is_some())
        },
    },
    Deviation {
        name: "headers_that_are_none",
        reason: "some recordings send a header Content_Type, which nobody reads, or parameters as headers",
        is: |difference, _| {
            let What::Header(name) = &difference.what else { return false };
            difference.got.is_none() && matches!(name.as_str(), "content_type" | "grant_type" | "code" | "client_id" | "client_secret")
        },
    },
    Deviation {
        name: "asked_once",
        reason: "the recordings of EVE Online ask for the same thing twice",
        is: |difference, scene| {
            let same = |exchange: &&Exchange| {
                Some(format!("{} {}", exchange.request.method, exchange.request.url).as_str()) == difference.expected_text()
            };
            difference.what == What::Exchange && difference.got.is_none() && scene.step.http.iter().filter(same).count() > 1
        },
    },
    Deviation {
        name: "details_are_about_the_person",
        reason: "some recordings have the whole answer among the details, access tokens included; it is in the response",
        is: |difference, scene| {
            let What::Details(name) = &difference.what else { return false };
            let known = ["username", "email", "fullname", "first_name", "last_name"].contains(&name.as_str());
            !known && difference.got.is_none() && answers(scene).any(|body| body.contains(&format!("\"{name}\"")))
        },
    },
    Deviation {
        name: "no_scope_is_no_text",
        reason: "the recordings of LINE ask for a scope named [] where there is none to ask for",
        is: |difference, _| {
            difference.what == What::DepartureQuery("scope".to_owned())
                && difference.expected_text() == Some("[]")
                && difference.got.is_none()
        },
    },
    Deviation {
        name: "state_in_its_place",
        reason: "the recordings of Pushbullet have the state in the redirect URI alone; it is in its own parameter too",
        is: |difference, _| difference.what == What::DepartureQuery("state".to_owned()) && difference.expected.is_none(),
    },
    Deviation {
        name: "went_on_where_it_crashed",
        reason: "the recorded library crashed before it asked for the profile",
        is: |difference, scene| {
            let crashed = scene.step.expect.error().is_some_and(|error| error.code.is_none());
            difference.what == What::Exchange && difference.expected.is_none() && crashed
        },
    },
    Deviation {
        name: "arguments_are_for_all",
        reason: "the recordings of Shopify leave AUTH_EXTRA_ARGUMENTS out",
        is: |difference, scene| {
            let What::DepartureQuery(name) = &difference.what else { return false };
            let shop = scene.step.params.contains_key("shop");
            shop && difference.expected.is_none() && ["hd", "prompt"].contains(&name.as_str())
        },
    },
    Deviation {
        name: "no_shop_to_refresh_at",
        reason: "the recordings of Shopify build an address that is none; what is missing is the shop",
        is: |difference, scene| {
            scene.step.action == Action::Refresh
                && match &difference.what {
                    What::ErrorCode => difference.got_text().is_some_and(|error| error.starts_with("missing_parameter (\"shop\")")),
                    What::ErrorParameter => difference.got_text() == Some("shop"),
                    _ => false,
                }
        },
    },
    Deviation {
        name: "spelt_right",
        reason: "the recordings of Taobao misspell the parameter format",
        is: |difference, _| match &difference.what {
            What::Query(name) if name == "fomate" => difference.got.is_none(),
            What::Query(name) if name == "format" => difference.expected.is_none(),
            _ => false,
        },
    },
    Deviation {
        name: "a_token_is_a_text",
        reason: "the recordings of Yammer keep an access token with the object that it comes in",
        is: |difference, _| {
            let inner = difference.expected.as_ref().and_then(|token| token.get("token"));
            difference.what == What::ExtraData("access_token".to_owned()) && inner.is_some() && inner == difference.got.as_ref()
        },
    },
    Deviation {
        name: "a_client_says_who_it_is",
        reason: "the recordings of Stripe leave client_id out of a refresh",
        is: |difference, scene| {
            scene.step.action == Action::Refresh
                && difference.what == What::Body("client_id".to_owned())
                && difference.expected.is_none()
                && exchange(difference).is_some_and(|(recorded, _)| recorded.authorization.is_some())
        },
    },
    Deviation {
        name: "a_client_refreshes_as_itself",
        reason: "the recordings of Lyft refresh without saying who the client is (RFC 6749, 6)",
        is: |difference, scene| {
            let unproven = |recorded: &RecordedRequest| match &recorded.body {
                Some(RecordedBody::Form { fields }) => !fields.contains_key("client_id") && recorded.authorization.is_none(),
                _ => false,
            };
            scene.step.action == Action::Refresh
                && difference.what == What::Authorization
                && difference.expected.is_none()
                && exchange(difference).is_some_and(|(recorded, _)| unproven(recorded))
        },
    },
    Deviation {
        name: "token_type_as_issued",
        reason: "the type of a token is what the token endpoint says, not what a profile says or leaves out",
        is: |difference, scene| {
            let issued = answers(scene).next().is_some_and(|body| body.contains("\"token_type\""));
            difference.what == What::ExtraData("token_type".to_owned()) && issued == difference.got_text().is_some()
        },
    },
    Deviation {
        name: "revoked_where_it_is_documented",
        reason: "the recordings of Okta by OpenID Connect revoke at an address of another test's metadata, not at Okta's",
        is: |difference, scene| {
            let asked = |other: &Difference| {
                other.step == difference.step
                    && other.what == What::Exchange
                    && other.got_text().is_some_and(|request| request.starts_with("POST ") && request.ends_with("/v1/revoke"))
            };
            scene.step.action == Action::Revoke && scene.all.iter().any(asked)
        },
    },
    Deviation {
        name: "okta_knows_the_client_by_its_header",
        reason: "the recordings of Okta by OpenID Connect prove the client in two ways; by Authorization is the one it should be",
        is: |difference, _| {
            let about_the_client = match &difference.what {
                What::Body(name) => matches!(name.as_str(), "client_id" | "client_secret") && difference.got.is_none(),
                What::Authorization => difference.expected.is_none(),
                _ => false,
            };
            about_the_client && exchange(difference).is_some_and(|(recorded, _)| recorded.url.contains(".oktapreview.com/oauth2/v1/token"))
        },
    },
    Deviation {
        name: "okta_vouches_for_itself",
        reason: "a recording of Okta by OpenID Connect has an id token of another test's issuer, which no setting names",
        is: |difference, scene| {
            let refused = |other: &Difference| {
                other.step == difference.step
                    && other.what == What::Outcome
                    && other.got_text().is_some_and(|error| {
                        error.contains("the issuer is \"https://issuer.example.com\", expected is \"https://dev-000000.oktapreview.com")
                    })
            };
            let is_about_it = difference.what == What::Outcome || difference.what == What::Exchange && difference.got.is_none();
            is_about_it && scene.all.iter().any(refused)
        },
    },
    Deviation {
        name: "at_hash_counts_everywhere",
        reason: "an id token that belongs to another access token is refused; the recordings of some providers do not look",
        is: |difference, scene| {
            let refused = |other: &Difference| {
                other.step == difference.step
                    && other.what == What::Outcome
                    && other.expected_text() == Some("identity")
                    && other.got_text().is_some_and(|error| error.starts_with("error invalid_claim (claim \"at_hash\")"))
            };
            let is_about_it = difference.what == What::Outcome || difference.what == What::Exchange && difference.got.is_none();
            is_about_it && scene.all.iter().any(refused)
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
        name: "names_where_the_provider_has_them",
        reason: "some recordings look for the name in another place than the one where the provider documents and answers it",
        is: |difference, scene| {
            let named = match &difference.what {
                What::Details(name) => matches!(name.as_str(), "fullname" | "first_name" | "last_name"),
                What::User(name) => name == "first_name",
                _ => false,
            };
            let asked = |part: &str| scene.step.http.iter().any(|exchange| exchange.request.url.contains(part));
            // Gitea and Forgejo by their path, since they are self-hosted.
            let overlooked = asked("/api/v1/user") && answers(scene).any(|body| body.contains("\"full_name\""))
                || ["api.mendeley.com/", "surveymonkey.com/", "grafana.com/"].iter().any(|host| asked(host));
            named && overlooked && difference.got != difference.expected
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
