//! Which answers are believed.

use std::sync::Arc;

use social_auth::error::Reason;

use crate::provider::{Fields, Provider, sign, sign_only};
use crate::sign_in::{ME, Site, positive, try_answer};

fn world(associates: bool) -> (Arc<Provider>, Site) {
    let provider = Arc::new(Provider { associates, ..Provider::default() });
    provider.xrds(ME, "signon", "");
    let site = Site::new(&provider, "openid");
    (provider, site)
}

fn set(fields: &mut Fields, name: &str, value: &str) {
    for (found, old) in fields.iter_mut() {
        if found == name {
            value.clone_into(old);
        }
    }
}

#[tokio::test]
async fn an_answer_is_verified_by_the_shared_key_or_by_the_provider() {
    for associates in [true, false] {
        let (provider, mut site) = world(associates);
        try_answer(&mut site, true, |_| {}).await.unwrap();
        assert_eq!(site.uid().await.as_deref(), Some(ME));
        assert_eq!(site.user().await.unwrap().email.as_deref(), Some("me@example.com"));
        assert_eq!(provider.was_asked("check_authentication"), !associates);
    }
}

#[tokio::test]
async fn every_change_of_a_signed_field_is_noticed() {
    for associates in [true, false] {
        let names =
            ["claimed_id", "identity", "op_endpoint", "return_to", "response_nonce", "assoc_handle", "ax.value.mail", "signed", "sig"];
        for name in names.map(|name| format!("openid.{name}")) {
            let (_, mut site) = world(associates);
            assert!(try_answer(&mut site, true, |fields| fields.retain(|(found, _)| *found != name)).await.is_err(), "without {name}");
            let (_, mut site) = world(associates);
            let change = |fields: &mut Fields| {
                let old = fields.iter().find(|(found, _)| *found == name).unwrap().1.clone();
                set(fields, &name, &format!("{old}x"));
            };
            assert!(try_answer(&mut site, true, change).await.is_err(), "another {name}");
            assert_eq!(site.uid().await, None);
        }
    }
}

#[tokio::test]
async fn what_the_provider_signed_must_be_for_this_sign_in() {
    let lies = [
        ("openid.return_to", "https://site.example/complete/openid/", Reason::MissingParameter),
        ("openid.return_to", "https://evil.example/", Reason::MissingParameter),
        ("openid.op_endpoint", "https://evil.example/auth", Reason::InvalidClaim),
        ("openid.response_nonce", "2026-01-09T11:00:00Zabc", Reason::ResponseExpired),
        ("openid.response_nonce", "2026-01-09T13:00:00Zabc", Reason::ResponseNotYetValid),
        ("openid.response_nonce", "yesterday", Reason::InvalidClaim),
        ("openid.identity", "https://you.example.com/", Reason::InvalidClaim),
        ("openid.claimed_id", "https://127.0.0.1/", Reason::InvalidClaim),
        ("openid.ns", "http://openid.net/signon/1.1", Reason::InvalidClaim),
    ];
    for (name, lie, reason) in lies {
        let (_, mut site) = world(true);
        let error = try_answer(&mut site, false, |fields| set(fields, name, lie)).await.unwrap_err();
        assert_eq!(error.reason(), reason, "{name}={lie}: {error}");
    }
}

#[tokio::test]
async fn fields_that_decide_must_be_signed() {
    let all = ["op_endpoint", "claimed_id", "identity", "return_to", "response_nonce", "assoc_handle"];
    for left_out in all {
        let (_, mut site) = world(true);
        let request = site.begin("openid", &[("openid_identifier", ME)]).await.unwrap();
        let mut answer = positive(&request, ME, ME);
        let names: Vec<_> = all.into_iter().filter(|name| *name != left_out).collect();
        sign_only(&mut answer, &names.join(","));
        let error = site.complete("openid", &answer).await.unwrap_err();
        assert_eq!((error.reason(), error.facts().claim), (Reason::InvalidClaim, Some(left_out)));
    }
}

#[tokio::test]
async fn unsigned_attributes_do_not_count() {
    let (_, mut site) = world(true);
    let request = site.begin("openid", &[("openid_identifier", ME)]).await.unwrap();
    let mut answer = positive(&request, ME, ME);
    sign_only(&mut answer, "op_endpoint,claimed_id,identity,return_to,response_nonce,assoc_handle");
    site.complete("openid", &answer).await.unwrap();
    assert_eq!(site.user().await.unwrap().email, None);
}

#[tokio::test]
async fn an_answer_is_good_once_and_in_its_own_browser() {
    let (provider, mut site) = world(true);
    let request = site.begin("openid", &[("openid_identifier", ME)]).await.unwrap();
    let mut answer = positive(&request, ME, ME);
    sign(&mut answer);
    let mut other = Site::new(&provider, "openid");
    assert_eq!(other.complete("openid", &answer).await.unwrap_err().reason(), Reason::SessionContextMissing);
    site.complete("openid", &answer).await.unwrap();
    assert_eq!(site.complete("openid", &answer).await.unwrap_err().reason(), Reason::AttemptUsed);
}

#[tokio::test]
async fn who_declines_is_told_so() {
    let (_, mut site) = world(true);
    let error = try_answer(&mut site, true, |fields| set(fields, "openid.mode", "cancel")).await.unwrap_err();
    assert_eq!(error.reason(), Reason::AuthorizationDeclined);
}

#[tokio::test]
async fn another_provider_cannot_speak_for_an_identifier() {
    let (provider, mut site) = world(true);
    let other = "https://victim.example.com/";
    let body = "<head><link rel='openid2.provider' href='https://another.example.com/auth'></head>";
    provider.page(other, &[("content-type", "text/html")], body);
    let request = site.begin("openid", &[("openid_identifier", ME)]).await.unwrap();
    let mut answer = positive(&request, other, other);
    sign(&mut answer);
    let error = site.complete("openid", &answer).await.unwrap_err();
    assert_eq!((error.reason(), error.facts().claim), (Reason::InvalidClaim, Some("claimed_id")));
}
