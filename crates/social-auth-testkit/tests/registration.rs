//! A provider that registers something else than it was asked for (RFC 7591, section 3.2.1).
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::sync::{Arc, Mutex};

use axum::routing::{get, post};
use axum::{Json, Router};
use serde_json::{Value, json};
use social_auth::error::Result;
use social_auth::protocol::oidc::Registered;
use social_auth::storage::MemoryStorage;
use social_auth::{Reason, SocialAuth};

/// Registers at a provider that answers with these members changed; answers what it was asked too.
async fn register(changed: Value) -> (Result<Registered>, Value) {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let asked = Arc::new(Mutex::new(Value::Null));
    let document = json!({"issuer": url, "authorization_endpoint": format!("{url}/a"), "registration_endpoint": format!("{url}/register")});
    let heard = asked.clone();
    let answer = async move |Json(request): Json<Value>| {
        *heard.lock().unwrap() = request.clone();
        let mut answer = request;
        answer["client_id"] = "given".into();
        answer.as_object_mut().unwrap().extend(changed.as_object().unwrap().clone());
        (http::StatusCode::CREATED, Json(answer))
    };
    let app = Router::new().route("/.well-known/openid-configuration", get(async move || Json(document))).route("/register", post(answer));
    tokio::spawn(async move { axum::serve(listener, app).await });
    let settings = [
        ("KEY", json!("none yet")),
        ("SECRET", json!("none yet")),
        ("OIDC_ENDPOINT", json!(url)),
        ("TITLE", json!("Ours")),
        ("ACR_VALUES", json!("silver gold")),
        // As from the environment.
        ("DPOP_BOUND_ACCESS_TOKENS", json!("true")),
    ];
    let social = SocialAuth::builder()
        .public_url("https://app.example")
        .secret_key("a key of at least thirty-two random characters")
        .storage(MemoryStorage::new())
        .backend_as("acme", "oidc", settings)
        .build()
        .unwrap_or_else(|error| panic!("{error}"));
    let registered = social.register_client("acme").await;
    let asked = asked.lock().unwrap().clone();
    (registered, asked)
}

#[tokio::test]
async fn a_client_tells_everything_that_its_provider_needs_to_know() {
    let (registered, asked) = register(json!({"client_secret": "s", "client_name": "Theirs", "scope": "openid"})).await;
    assert_eq!(registered.unwrap().client_id, "given", "a name may be another");
    let expected = json!({
        "redirect_uris": ["https://app.example/complete/acme/"],
        "post_logout_redirect_uris": ["https://app.example/logout/complete/"],
        "backchannel_logout_uri": "https://app.example/logout/backchannel/acme/",
        "backchannel_logout_session_required": true,
        "frontchannel_logout_uri": "https://app.example/logout/frontchannel/acme/",
        "frontchannel_logout_session_required": true,
        "default_acr_values": ["silver", "gold"],
        "dpop_bound_access_tokens": true,
        "application_type": "web",
        "response_types": ["code"],
        "grant_types": ["authorization_code"],
        "client_name": "Ours",
    });
    assert_eq!(asked, expected);
}

#[tokio::test]
async fn a_registration_with_other_addresses_or_weaker_rules_is_not_used() {
    for (name, value) in [
        ("redirect_uris", json!(["https://evil.example/"])),
        ("redirect_uris", json!(["https://app.example/complete/acme/", "https://evil.example/"])),
        ("redirect_uris", json!([])),
        ("post_logout_redirect_uris", json!(["https://evil.example/"])),
        ("backchannel_logout_uri", json!("https://evil.example/")),
        ("dpop_bound_access_tokens", json!(false)),
        ("response_types", json!(["token"])),
    ] {
        let (registered, _) = register(json!({name: value})).await;
        let error = registered.err().unwrap_or_else(|| panic!("{name} {value}"));
        assert_eq!(error.reason(), Reason::InvalidClaim);
        assert!(error.to_string().contains(name), "{error}");
    }
}
