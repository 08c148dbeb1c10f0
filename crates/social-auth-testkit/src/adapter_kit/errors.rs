//! Checks of what an error looks like.

use serde_json::json;

use super::{Parts, Site};
use crate::fault::Fault;

pub(super) async fn an_error_is_a_page(parts: Parts) {
    let site = Site::start(&parts, &[]).await;
    let answer = site.visitor().follow("/complete/dev/?state=<script>alert(1)</script>&code=x").await;
    assert_eq!((answer.status.as_u16(), answer.code().as_str()), (400, "session_context_missing"));
    assert!(answer.header("content-type").starts_with("text/html"), "{:?}", answer.headers);
    assert!(!answer.text.contains("alert(1)"), "nothing of the request is on the page");
    assert!(answer.header("content-security-policy").contains("default-src 'none'"), "{:?}", answer.headers);
}

pub(super) async fn an_error_is_problem_details_for_a_program(parts: Parts) {
    let site = Site::start(&parts, &[("SOCIAL_AUTH_LOGIN_ERROR_URL", json!("/oops"))]).await;
    let answer = site.visitor().program().follow("/complete/dev/?state=x&code=y").await;
    assert_eq!((answer.status.as_u16(), answer.header("content-type")), (400, "application/problem+json"));
    let problem = answer.json();
    assert_eq!(problem["status"], 400);
    assert_eq!(problem["code"], "session_context_missing");
    assert_eq!(problem["backend"], "dev");
    assert_eq!(problem["stage"], "callback");
    assert!(problem["title"].as_str().is_some_and(|title| title.ends_with('.')), "{problem}");
}

pub(super) async fn an_error_is_a_redirect_where_the_settings_say_so(parts: Parts) {
    let site = Site::start(&parts, &[("SOCIAL_AUTH_LOGIN_ERROR_URL", json!("/oops?from=us"))]).await;
    let answer = site.visitor().follow("/complete/dev/?state=x&code=y").await;
    assert_eq!(answer.status, 303);
    let (path, query) = answer.location().split_once("?from=us&").unwrap();
    let params: Vec<(String, String)> = url::form_urlencoded::parse(query.as_bytes()).into_owned().collect();
    assert_eq!(path, "/oops");
    assert!(params.contains(&("backend".into(), "dev".into())), "{params:?}");
    assert!(params.contains(&("code".into(), "session_context_missing".into())), "{params:?}");
}

pub(super) async fn a_person_who_declines_is_told_so(parts: Parts) {
    let site = Site::start(&parts, &[]).await;
    let mut visitor = site.visitor();
    let begun = visitor.visit("/login/dev/").await;
    let callback = site.idp.decline(begun.location()).await.unwrap().url;
    let answer = visitor.follow(callback.as_str()).await;
    assert_eq!((answer.status.as_u16(), answer.code().as_str()), (403, "authorization_declined"), "{}", answer.text);
    assert!(answer.text.contains("You did not allow the sign-in"), "{}", answer.text);
    assert_eq!(visitor.who().await, "");
}

pub(super) async fn a_provider_that_fails_is_not_our_failure(parts: Parts) {
    // A provider of its own: the fault must not meet other checks.
    let parts = Parts { idp: std::sync::Arc::new(crate::DevProvider::start().await.unwrap()), ..parts };
    let site = Site::start(&parts, &[]).await;
    let mut visitor = site.visitor();
    let callback = site.callback(&mut visitor, "dev", "alice").await;
    site.idp.fault("/oauth2/token", Fault::Status(500));
    let answer = visitor.follow(&callback).await;
    assert_eq!(answer.status, 502, "{}", answer.text);
    assert!(!answer.text.contains(site.idp.client_secret()));
    assert_eq!(visitor.who().await, "");
    site.idp.heal();
    site.sign_in(&mut visitor, "alice").await;
    assert_eq!(visitor.who().await, "alice");
}

pub(super) async fn no_answer_is_cached_or_framed(parts: Parts) {
    let site = Site::start(&parts, &[]).await;
    let mut visitor = site.visitor();
    let mut answers = vec![visitor.visit("/login/dev/").await, visitor.follow("/login/dev/").await, visitor.visit("/logout/").await];
    answers.push(visitor.follow("/complete/dev/?state=x").await);
    answers.push(site.sign_in(&mut visitor, "alice").await);
    for answer in answers {
        assert_eq!(answer.header("cache-control"), "no-store", "{:?}", answer.headers);
        assert_eq!(answer.header("x-content-type-options"), "nosniff");
        assert_eq!(answer.header("referrer-policy"), "same-origin");
        if answer.header("content-type").starts_with("text/html") {
            assert!(answer.header("content-security-policy").contains("frame-ancestors 'none'"), "{:?}", answer.headers);
        }
    }
}
