//! A whole sign-in: from the button, by the identity provider, back through the page that posts its answer
//! on, to an account; and the same answer a second time.

use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::Method;
use serde_json::json;

use super::answer::*;
use super::browser::{Browser, sent, site};
use crate::storage::{MemoryStorage, SocialStorage};
use crate::web::ReplyBody;

#[tokio::test]
async fn a_person_signs_in_once_by_one_answer_in_one_browser() {
    let storage = Arc::new(MemoryStorage::new());
    let social = site(&storage, json!({}));
    let mut browser = Browser::default();
    let begun = browser.ask(&social, Method::GET, "/login/saml/?idp=acme", &[], "same-origin").await;
    let (state, id) = sent(&begun);
    let encoded = STANDARD.encode(answer(Signed::Both, |text| text.replace(REQUEST, &id)));
    let form = [("SAMLResponse", encoded.as_str()), ("RelayState", state.as_str())];
    let done = browser.bring(&social, "/complete/saml/", &form).await;
    assert!(matches!(done.body, ReplyBody::Redirect(_)), "{:?}", done.status);
    let user = browser.user(&social).await.expect("somebody is signed in");
    assert_eq!(storage.associations_of(&user).await.unwrap()[0].uid, "acme:alice");

    browser.ask(&social, Method::POST, "/logout/", &[], "same-origin").await;
    assert_eq!(browser.user(&social).await, None);
    browser.bring_back(&social, "/complete/saml/", &form).await;
    assert_eq!(browser.user(&social).await, None, "an answer is good once");
    let mut thief = Browser::default();
    thief.bring(&social, "/complete/saml/", &form).await;
    assert_eq!(thief.user(&social).await, None, "and only in the browser that asked");
}

#[tokio::test]
async fn metadata_tell_where_answers_and_logouts_go() {
    let social = site(&Arc::new(MemoryStorage::new()), json!({}));
    let metadata = Browser::default().ask(&social, Method::GET, "/saml/metadata.xml", &[], "none").await;
    let ReplyBody::Document { text, .. } = metadata.body else { panic!("no document") };
    for address in [RECIPIENT, LOGOUT] {
        assert!(text.contains(&format!("Location=\"{address}\"")), "{text}");
    }
}

/// An answer that nobody asked for, with an assertion of this id.
fn unsolicited(id: &str) -> String {
    answer(Signed::Response, |text| {
        text.replace(" InResponseTo=\"_request\">", ">").replace("InResponseTo=\"_request\" ", "").replace("_assertion", id)
    })
}

#[tokio::test]
async fn a_sign_in_that_begins_at_the_identity_provider_needs_leave_and_serves_once() {
    let storage = Arc::new(MemoryStorage::new());
    let encoded = STANDARD.encode(unsolicited("_once"));
    for (further, form, user) in [
        (json!({}), vec![("SAMLResponse", encoded.as_str())], false),
        (json!({}), vec![("SAMLResponse", encoded.as_str()), ("RelayState", "x")], false),
        (json!({"allow_idp_initiated": true}), vec![("SAMLResponse", encoded.as_str())], true),
        (json!({"allow_idp_initiated": true}), vec![("SAMLResponse", encoded.as_str()), ("RelayState", "")], false),
    ] {
        let social = site(&storage, further.clone());
        let mut browser = Browser::default();
        browser.launch(&social, "/complete/saml/", &form).await;
        assert_eq!(browser.user(&social).await.is_some(), user, "{further} {form:?}; the last is the same answer again");
    }
}

#[tokio::test]
async fn an_answer_that_belongs_to_a_request_is_not_unsolicited_whatever_is_cut_off() {
    let storage = Arc::new(MemoryStorage::new());
    let social = site(&storage, json!({"allow_idp_initiated": true}));
    let victim = Browser::default().ask(&social, Method::GET, "/login/saml/?idp=acme", &[], "same-origin").await;
    let (state, id) = sent(&victim);
    let solicited = |signed| answer(signed, |text| text.replace(REQUEST, &id));
    let cut = solicited(Signed::Assertion).replacen(&format!(" InResponseTo=\"{id}\""), "", 1);
    assert!(!cut.split("<saml:Assertion").next().unwrap().contains("InResponseTo"));
    for text in [solicited(Signed::Both), solicited(Signed::Assertion), cut] {
        let encoded = STANDARD.encode(text);
        for form in [vec![("SAMLResponse", encoded.as_str())], vec![("SAMLResponse", encoded.as_str()), ("RelayState", state.as_str())]] {
            let mut thief = Browser::default();
            thief.launch(&social, "/complete/saml/", &form).await;
            assert_eq!(thief.user(&social).await, None);
        }
    }
}

#[tokio::test]
async fn whoever_begins_here_is_not_signed_in_by_an_unsolicited_answer() {
    let storage = Arc::new(MemoryStorage::new());
    let social = site(&storage, json!({"allow_idp_initiated": true}));
    let mut browser = Browser::default();
    let begun = browser.ask(&social, Method::GET, "/login/saml/?idp=acme", &[], "same-origin").await;
    let (state, _) = sent(&begun);
    let encoded = STANDARD.encode(unsolicited("_other"));
    browser.launch(&social, "/complete/saml/", &[("SAMLResponse", encoded.as_str()), ("RelayState", state.as_str())]).await;
    assert_eq!(browser.user(&social).await, None, "the attempt wants the answer to its own request");
}

#[tokio::test]
async fn an_unsolicited_answer_connects_nothing_to_who_is_signed_in_and_leads_only_where_it_may() {
    let storage = Arc::new(MemoryStorage::new());
    let social = site(&storage, json!({"allow_idp_initiated": true}));
    let mut browser = Browser::default();
    browser.sign_in(&social, "bob", "s9").await;
    let bob = browser.user(&social).await.unwrap();
    let encoded = STANDARD.encode(unsolicited("_first"));
    browser.launch(&social, "/complete/saml/", &[("SAMLResponse", encoded.as_str())]).await;
    let alice = browser.user(&social).await.unwrap();
    assert_ne!(alice, bob);
    assert_eq!(storage.associations_of(&bob).await.unwrap().len(), 1);
    for (relay_state, led) in [("/reports/", "/reports/"), ("https://evil.test/", "/"), ("//evil.test/", "/")] {
        let encoded = STANDARD.encode(unsolicited(&format!("_to{}", relay_state.len())));
        let reply = browser.launch(&social, "/complete/saml/", &[("SAMLResponse", &encoded), ("RelayState", relay_state)]).await;
        let ReplyBody::Redirect(to) = &reply.body else { panic!("{:?}", reply.status) };
        assert_eq!(to, led, "{relay_state}");
    }
}

/// Login CSRF: a page of Eve's posts her answer from Alice's browser, with whatever a form can hold.
#[tokio::test]
async fn no_other_site_signs_a_browser_in_by_an_answer_that_nobody_asked_for() {
    let social = site(&Arc::new(MemoryStorage::new()), json!({"allow_idp_initiated": true}));
    let encoded = STANDARD.encode(unsolicited("_of_eve"));
    let form = [("SAMLResponse", encoded.as_str())];
    for (site, further) in [
        ("cross-site", None),
        ("cross-site", Some(("social_auth_returned", "1"))),
        ("same-origin", Some(("social_auth_returned", "1"))),
        ("same-site", Some(("csrfmiddlewaretoken", "guessed"))),
    ] {
        let mut alice = Browser::default();
        let form: Vec<_> = form.into_iter().chain(further).collect();
        alice.ask(&social, Method::POST, "/complete/saml/", &form, site).await;
        assert_eq!(alice.user(&social).await, None, "{site} {further:?}");
    }
    let mut eve = Browser::default();
    eve.launch(&social, "/complete/saml/", &form).await;
    assert!(eve.user(&social).await.is_some(), "the answer is still good, for whoever says yes");
}
