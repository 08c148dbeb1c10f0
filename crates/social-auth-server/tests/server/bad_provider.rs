//! Providers that misbehave: a page in plain words, nobody signed in, nothing half-written.

use std::time::Duration;

use serde_json::json;
use social_auth_testkit::{DevProvider, Fault};

use super::program::Program;
use super::visitor::Visitor;

fn faults(idp: &DevProvider) -> Vec<Fault> {
    vec![
        Fault::Html,
        Fault::Status(500),
        Fault::Status(429),
        Fault::HugeBody(10 << 20),
        Fault::Empty,
        Fault::Slow(Duration::from_secs(20)),
        Fault::InvalidUtf8,
        Fault::RedirectTo(format!("{}/stolen", idp.url())),
        Fault::DropConnection,
        Fault::Truncated,
        Fault::NotJson,
        Fault::ErrorIn200,
    ]
}

/// Signs in against each fault at this address of the provider, and finds everything as it was before.
async fn nothing_happens(backend: &str, path: &str) {
    let idp = DevProvider::start().await.unwrap();
    let server = Program::serve(&idp, "").await;
    for fault in faults(&idp) {
        let name = format!("{fault:?} at {path}");
        let visitor = Visitor::new(&server.address);
        let url = visitor.begin(backend, None).await;
        let callback = idp.approve(&url, "alice").await.unwrap();
        idp.fault(path, fault);
        let page = tokio::time::timeout(Duration::from_secs(10), visitor.come_back(&callback)).await.expect(&name);
        idp.heal();
        assert!(page.status.is_client_error() || page.status.is_server_error(), "{name}: {}", page.status);
        assert_eq!(page.header("content-type"), "text/html; charset=utf-8", "{name}");
        page.shows("Sign-in did not work");
        page.shows("/login/");
        assert_eq!(visitor.me().await, json!({ "user": null }), "{name}");
    }
    assert!(idp.requests_to("/stolen").is_empty(), "credentials follow no redirect");
    for table in ["auth_user", "social_auth_usersocialauth", "social_auth_session"] {
        assert_eq!(server.rows(table).await, 0, "{table}");
    }
    assert!(!server.log().contains("panicked"), "{}", server.log());
    let visitor = Visitor::new(&server.address);
    visitor.sign_in(&idp, backend, "alice").await.location();
}

#[tokio::test]
async fn a_token_endpoint_that_misbehaves_signs_nobody_in() {
    nothing_happens("dev-oauth2", "/oauth2/token").await;
}

#[tokio::test]
async fn a_profile_that_cannot_be_read_signs_nobody_in() {
    nothing_happens("dev-oauth2", "/oauth2/user").await;
}

#[tokio::test]
async fn an_openid_provider_that_misbehaves_signs_nobody_in() {
    nothing_happens("dev-oidc", "/token").await;
}

#[tokio::test]
async fn userinfo_that_cannot_be_read_signs_nobody_in() {
    nothing_happens("dev-oidc", "/userinfo").await;
}

#[tokio::test]
async fn a_provider_that_is_down_before_the_sign_in_begins_is_told_and_tried_again() {
    let idp = DevProvider::start().await.unwrap();
    let server = Program::serve(&idp, "").await;
    let visitor = Visitor::new(&server.address);
    let token = visitor.get("/login/").await.token();
    for fault in faults(&idp) {
        let name = format!("{fault:?}");
        idp.fault("/.well-known/openid-configuration", fault);
        let page = visitor.post("/login/dev-oidc/", &[("csrfmiddlewaretoken", &token)]).await;
        assert!(page.status.is_server_error() || page.status.is_client_error(), "{name}: {}", page.status);
        page.shows("Sign-in did not work");
    }
    idp.heal();
    assert_eq!(server.rows("auth_user").await, 0);
}
