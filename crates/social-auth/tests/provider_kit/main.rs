//! What must hold for every provider, whoever wrote its description.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

#[path = "../vectors/browser.rs"]
mod browser;
mod imaginary;
mod place;
mod rules;
mod signed;
mod site;
mod token;
mod token_check;

use std::collections::BTreeSet;

use serde_json::{Value, json};
use social_auth::error::{Error, Reason};
use social_auth::protocol::oauth2::{Nonce, Pkce};
use social_auth::provider::{self, Provider};
use url::Url;

use browser::Browser;
use site::{ACCESS_TOKEN, CODE, Site};

/// Runs a check on every provider and tells all that fail it.
fn each(check: impl AsyncFn(Site) -> Result<(), String>) {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let mut failures = Vec::new();
    // Those of OpenID, SAML, CAS, signed callbacks and forms have neither client nor token; what must hold for them
    // is in `tests/openid`, `tests/signed`, the testkit's `own_form`, and beside the code of CAS and SAML.
    let without_client = ["openid", "saml", "cas", "signed", "form"];
    for provider in provider::ALL.iter().filter(|provider| !without_client.contains(&provider.protocol())) {
        let outcome = match Site::new(*provider) {
            Ok(site) => runtime.block_on(check(site)),
            Err(why) => Err(why),
        };
        failures.extend(outcome.err().map(|why| format!("{}: {why}", provider.name())));
    }
    assert!(failures.is_empty(), "{} of {} providers fail:\n{}", failures.len(), provider::ALL.len(), failures.join("\n"));
}

fn refused_as<T>(outcome: Result<T, Error>, reasons: &[Reason]) -> Result<(), String> {
    match outcome {
        Ok(_) => Err("somebody signed in".to_owned()),
        Err(error) if !reasons.contains(&error.reason()) => Err(format!("refused for another reason: {error}")),
        Err(error) => tells_no_secret(&error),
    }
}

fn tells_no_secret(error: &Error) -> Result<(), String> {
    let told = format!("{error} {error:?}");
    match [ACCESS_TOKEN, CODE, site::SECRET].iter().find(|secret| told.contains(**secret)) {
        Some(secret) => Err(format!("the error tells {secret}: {told}")),
        None => Ok(()),
    }
}

#[test]
fn a_person_signs_in_by_the_declared_identifier() {
    each(async |site| {
        if !site.tells_who_it_is() {
            return Ok(());
        }
        let mut browser = Browser::default();
        let begun = site.begin("one", &mut browser).await.map_err(|error| error.to_string())?;
        let outcome = site.complete("one", &begun, &mut browser).await;
        if site.oauth2().is_some_and(|description| description.association_only) {
            return refused_as(outcome, &[Reason::AuthenticationDisallowed]);
        }
        outcome.map_err(|error| error.to_string())?;
        let uid = site.uid_of_the_only_association().await;
        if uid.contains(site::UID) { Ok(()) } else { Err(format!("the identifier is {uid}")) }
    });
}

#[test]
fn without_an_identifier_nobody_signs_in() {
    let unusable = [None, Some(Value::Null), Some(json!("")), Some(json!(" ")), Some(json!(true)), Some(json!({})), Some(json!([]))];
    // What stands where an identifier should be (Azure AD B2C; a variable of a program that was not set).
    let placeholders = ["Not supported currently. Use oid claim.", "not supported currently. use oid claim.", "None", "null", "undefined"];
    let placeholders = placeholders.map(|text| Some(json!(text)));
    each(async |site| {
        if !site.tells_who_it_is() {
            return Ok(());
        }
        let placeholders = placeholders.iter().filter(|_| !site.composes_identifiers());
        for value in
            unusable.iter().chain(placeholders).filter(|value| !site.answers_in_text() || value.as_ref().is_none_or(Value::is_string))
        {
            site.give_uid(value.clone());
            let mut browser = Browser::default();
            let begun = site.begin("one", &mut browser).await.map_err(|error| error.to_string())?;
            let outcome = site.complete("one", &begun, &mut browser).await;
            refused_as(outcome, &[Reason::MissingClaim, Reason::InvalidClaim]).map_err(|why| format!("with {value:?}: {why}"))?;
        }
        if site.associations().await == 0 { Ok(()) } else { Err("an association was made".to_owned()) }
    });
}

#[test]
fn a_callback_that_nobody_began_is_refused() {
    each(async |site| {
        let callback = site::Begun { state: "made-up-state".to_owned(), ..site::Begun::default() };
        refused_as(site.complete("one", &callback, &mut Browser::default()).await, &[Reason::SessionContextMissing])
    });
}

#[test]
fn a_callback_in_another_browser_is_refused() {
    each(async |site| {
        let begun = site.begin("one", &mut Browser::default()).await.map_err(|error| error.to_string())?;
        refused_as(site.complete("one", &begun, &mut Browser::default()).await, &[Reason::SessionContextMissing])?;
        let mut busy = Browser::default();
        site.begin("one", &mut busy).await.map_err(|error| error.to_string())?;
        refused_as(site.complete("one", &begun, &mut busy).await, &[Reason::StateMismatch])
    });
}

#[test]
fn a_callback_of_another_backend_is_refused() {
    each(async |site| {
        let mut browser = Browser::default();
        let begun = site.begin("one", &mut browser).await.map_err(|error| error.to_string())?;
        refused_as(site.complete("other", &begun, &mut browser).await, &[Reason::BackendMismatch])
    });
}

#[test]
fn a_callback_is_good_once() {
    each(async |site| {
        let mut browser = Browser::default();
        let begun = site.begin("one", &mut browser).await.map_err(|error| error.to_string())?;
        let kept = browser.clone();
        _ = site.complete("one", &begun, &mut browser).await;
        refused_as(site.complete("one", &begun, &mut browser).await, &[Reason::AttemptUsed])?;
        refused_as(site.complete("one", &begun, &mut kept.clone()).await, &[Reason::AttemptUsed])
    });
}

#[test]
fn an_error_of_the_provider_signs_nobody_in() {
    each(async |site| {
        let mut browser = Browser::default();
        let begun = site.begin("one", &mut browser).await.map_err(|error| error.to_string())?;
        let declined = site::Begun { error: Some("access_denied"), ..begun };
        refused_as(site.complete("one", &declined, &mut browser).await, &[Reason::AuthorizationDeclined])
    });
}

#[test]
fn an_id_token_that_is_not_for_this_sign_in_is_refused() {
    each(async |site| {
        let Some(openid) = site.oauth2().and_then(|description| description.openid) else { return Ok(()) };
        let lies = [
            (json!({"nonce": "another"}), Reason::NonceMismatch),
            (json!({"aud": "another-client"}), Reason::InvalidClaim),
            (json!({"iss": "https://another.example"}), Reason::InvalidClaim),
            (json!({"exp": site::NOW - 3600}), Reason::ResponseExpired),
            (json!({"at_hash": "another"}), Reason::InvalidClaim),
        ];
        let keeps_no_nonce = openid.nonce != Nonce::Sent;
        for (lie, reason) in lies.into_iter().filter(|(_, reason)| !(keeps_no_nonce && *reason == Reason::NonceMismatch)) {
            site.lie(lie.clone());
            let mut browser = Browser::default();
            let begun = site.begin("one", &mut browser).await.map_err(|error| error.to_string())?;
            refused_as(site.complete("one", &begun, &mut browser).await, &[reason]).map_err(|why| format!("with {lie}: {why}"))?;
        }
        Ok(())
    });
}

#[test]
fn the_authorization_request_is_what_it_has_to_be() {
    each(async |site| {
        let Some(description) = site.oauth2() else { return Ok(()) };
        let begun = site.begin("one", &mut Browser::default()).await.map_err(|error| error.to_string())?;
        let url = Url::parse(&begun.address).map_err(|error| error.to_string())?;
        let param = |name: &str| url.query_pairs().filter(|(key, _)| key == name).map(|(_, value)| value.into_owned()).collect::<Vec<_>>();
        let own = site.callback_url("one");
        let own = if description.redirect_without_slash { own.trim_end_matches('/') } else { &own };
        let says = |holds: bool, what: &str| if holds { Ok(()) } else { Err(format!("{what}: {url}")) };
        says(url.scheme() == "https" || site.is_retired(), "the endpoint is not https")?;
        says(!begun.address.contains(['{', '}']), "a placeholder is left")?;
        says(begun.state.len() >= 32, "the state is short")?;
        let renamed = description.names.iter().find(|(name, _)| *name == "redirect_uri").map_or("redirect_uri", |(_, own)| own);
        says(matches!(param(renamed).as_slice(), [uri] if uri.starts_with(own)), "the redirect URI is not ours")?;
        let breaks = matches!(description.pkce, Pkce::Breaks(_));
        says(breaks || param("code_challenge_method") == ["S256"] && param("code_challenge").len() == 1, "there is no PKCE challenge")?;
        let mut names = BTreeSet::new();
        says(url.query_pairs().all(|(name, _)| names.insert(name.into_owned())), "a parameter stands there twice")
    });
}

#[test]
fn names_are_fit_for_addresses_and_unlike_each_other() {
    let (mut names, mut classes) = (BTreeSet::new(), BTreeSet::new());
    for provider in provider::ALL {
        let name = provider.name();
        assert!(names.insert(name), "there are two providers named {name}");
        assert!(
            !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c)),
            "{name} is no name for an address"
        );
        assert!(!provider.title().trim().is_empty(), "{name} has no title");
        assert!(provider.docs().starts_with("https://"), "{name}: {:?} is no address of a documentation", provider.docs());
        for path in provider.class_paths() {
            assert!(classes.insert(path), "{path} is the class of two providers");
            assert_eq!(provider::find_by_class_path(path).map(Provider::name), Some(name));
        }
    }
}

#[test]
fn a_retired_provider_names_one_that_is_there() {
    assert_eq!(provider::find("google").and_then(Provider::retired).map(|retired| retired.instead), Some("google-oauth2"));
    for retired in provider::RETIRED {
        let instead = provider::find(retired.instead);
        assert!(retired.instead.is_empty() || instead.is_some_and(|other| other.retired().is_none()), "{retired:?}");
        assert_eq!(
            provider::find(retired.name).is_none(),
            !retired.class_paths.is_empty(),
            "{retired:?}: described, or known by its class"
        );
        assert!(retired.class_paths.iter().all(|path| provider::find_by_class_path(path).is_none()), "{retired:?}");
    }
}
