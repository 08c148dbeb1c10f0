//! Against the OAuth 1.0a server of `oauthlib`.

use std::sync::OnceLock;

use http::StatusCode;
use serde_json::{Value, json};
use social_auth::error::Reason;

use crate::app::App;
use crate::browser::{Browser, Page};
use crate::install;
use crate::oidc_provider::{assert_refused, assert_signed_in};
use crate::process::Process;
use crate::sharp_keys;

fn shared() -> Option<&'static Process> {
    static PEER: OnceLock<Option<Process>> = OnceLock::new();
    PEER.get_or_init(|| install::python("oauth1").map(Process::start)).as_ref()
}

/// An application with a backend for each way to sign a request and each place for the signature. Who signs with a key has
/// no secret.
async fn app(peer: &Process) -> App {
    let url = peer.said("url");
    let backends = [
        ("hmac-sha1", "HMAC-SHA1", "AUTH_HEADER"),
        ("hmac-sha256", "HMAC-SHA256", "AUTH_HEADER"),
        ("plaintext", "PLAINTEXT", "AUTH_HEADER"),
        ("in-the-query", "HMAC-SHA256", "QUERY"),
        ("in-the-form", "HMAC-SHA256", "BODY"),
        ("rsa-sha1", "RSA-SHA1", "AUTH_HEADER"),
        ("rsa-in-the-form", "RSA-SHA1", "BODY"),
        ("wrong-secret", "HMAC-SHA1", "AUTH_HEADER"),
        ("wrong-key", "RSA-SHA1", "AUTH_HEADER"),
    ];
    App::with(|builder| {
        backends.into_iter().fold(builder, |builder, (name, method, place)| {
            let ours = match name {
                "wrong-secret" => ("SECRET", json!("another")),
                "wrong-key" => ("PRIVATE_KEYS", json!([*sharp_keys::RSA])),
                _ if method == "RSA-SHA1" => ("PRIVATE_KEYS", json!([peer.said("private_key")])),
                _ => ("SECRET", json!(peer.said("secret"))),
            };
            let settings = [
                ("KEY", json!(peer.said("key"))),
                ours,
                ("SIGNATURE_METHOD", json!(method)),
                ("SIGNATURE_TYPE", json!(place)),
                ("REQUEST_TOKEN_METHOD", json!("POST")),
                ("REQUEST_TOKEN_URL", json!(format!("{url}/request_token"))),
                ("AUTHORIZATION_URL", json!(format!("{url}/authorize"))),
                ("ACCESS_TOKEN_URL", json!(format!("{url}/access_token"))),
                ("USER_URL", json!(format!("{url}/user"))),
                ("DETAILS", json!({ "username": "login", "email": "email" })),
            ];
            builder.backend_as(name, "oauth1", settings)
        })
    })
    .await
}

/// Goes through the provider's page; with an empty login, declines there.
async fn sign_in(browser: &mut Browser, app: &App, backend: &str, login: &str) -> Page {
    browser.go_through(&app.begin(backend), &[("login", login)]).await
}

#[tokio::test]
async fn every_signature_in_every_place_is_accepted() {
    let Some(peer) = shared() else { return };
    let app = app(peer).await;
    for (backend, method, place) in [
        ("hmac-sha1", "HMAC-SHA1", "AUTH_HEADER"),
        ("hmac-sha256", "HMAC-SHA256", "AUTH_HEADER"),
        ("plaintext", "PLAINTEXT", "AUTH_HEADER"),
        ("in-the-query", "HMAC-SHA256", "QUERY"),
        ("in-the-form", "HMAC-SHA256", "BODY"),
        ("rsa-sha1", "RSA-SHA1", "AUTH_HEADER"),
        ("rsa-in-the-form", "RSA-SHA1", "BODY"),
    ] {
        for _ in 0..2 {
            assert_signed_in(&sign_in(&mut Browser::new(), &app, backend, backend).await, backend);
        }
        let association = app.association(backend, &format!("id-{backend}")).await;
        assert_eq!(app.user(&association).await.email, Some(format!("{backend}@example.test")));
        let seen = peer.tell("signatures");
        let places: Vec<&Value> = seen.as_array().unwrap().iter().filter(|seen| seen[1] == method).map(|seen| &seen[2]).collect();
        assert!(places.contains(&&json!(place)), "{backend}: {places:?}");
    }
}

#[tokio::test]
async fn whoever_declines_is_told_so() {
    let Some(peer) = shared() else { return };
    let app = app(peer).await;
    let page = sign_in(&mut Browser::new(), &app, "hmac-sha1", "").await;
    assert_refused(&page, Reason::AuthorizationDeclined, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn a_wrong_secret_or_key_is_found_out_before_anybody_leaves() {
    let Some(peer) = shared() else { return };
    let app = app(peer).await;
    for backend in ["wrong-secret", "wrong-key"] {
        let page = sign_in(&mut Browser::new(), &app, backend, "mistyped").await;
        assert_refused(&page, Reason::HttpError, StatusCode::BAD_GATEWAY);
        assert_eq!(page.url.path(), format!("/login/{backend}/"));
    }
}

#[tokio::test]
async fn two_attempts_in_two_tabs_both_end_well() {
    let Some(peer) = shared() else { return };
    let app = app(peer).await;
    let mut browser = Browser::new();
    let first = browser.open(&app.begin("hmac-sha1")).await;
    let second = browser.open(&app.begin("hmac-sha256")).await;
    assert_signed_in(&browser.submit(&first, first.form().unwrap(), &[("login", "first-tab")]).await, "first-tab");
    let page = browser.submit(&second, second.form().unwrap(), &[("login", "second-tab")]).await;
    assert_signed_in(&page, "second-tab");
}
