//! The development provider speaks what demanding providers do: keys in place of a secret, pushed requests, signed
//! answers, tokens bound to a key.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod door;

use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair};
use door::{Door, path_of};
use serde_json::{Value, json};
use social_auth::SocialAuth;
use social_auth::storage::MemoryStorage;
use social_auth_testkit::{Client, DevProvider};

/// An application whose client demands everything, but for the changed settings.
async fn set_up(change: Value) -> (DevProvider, SocialAuth) {
    let idp = DevProvider::start().await.unwrap();
    let key = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap().to_pkcs8v1().unwrap();
    let mut settings = json!({
        "KEY": "sharp",
        "OIDC_ENDPOINT": idp.issuer(),
        "PRIVATE_KEYS": pem::encode(&pem::Pem::new("PRIVATE KEY", key.as_ref())),
        "REQUIRE_PUSHED_AUTHORIZATION_REQUESTS": true,
        "DPOP_BOUND_ACCESS_TOKENS": true,
        "RESPONSE_MODE": "query.jwt",
    });
    settings.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
    let settings = settings.as_object().unwrap().clone();
    let settings: Vec<(&'static str, Value)> = settings.into_iter().map(|(name, value)| (&*name.leak(), value)).collect();
    let social = SocialAuth::builder()
        .public_url("http://localhost:8000")
        .secret_key("a key of at least thirty-two random characters")
        .storage(MemoryStorage::new())
        .backend_as("sharp", "oidc", settings)
        .build()
        .unwrap();
    let keys = social.backend("sharp").unwrap().client_jwks().expect("published keys");
    idp.register(Client { par_required: true, dpop_bound: true, ..Client::with_keys("sharp", keys) });
    (idp, social)
}

#[tokio::test]
async fn a_client_with_keys_pushes_its_requests_and_holds_bound_tokens() {
    let (idp, social) = set_up(json!({})).await;
    let mut user = None;
    for _ in 0..2 {
        let mut door = Door::default();
        let away = door.get(&social, "/login/sharp/").await;
        let location = away.location().unwrap();
        assert!(location.contains("request_uri=") && !location.contains("state="), "what is pushed does not travel: {location}");
        let callback = idp.approve(location, "alice").await.unwrap();
        assert!(callback.param("response").is_some() && callback.param("code").is_none(), "the answer is signed");
        let reply = door.get(&social, &path_of(callback.url.as_ref())).await;
        assert!(door.session.user.is_some(), "{reply:?}");
        user = door.session.user;
    }
    assert_eq!(idp.requests_to("/par").len(), 2);
    // The token endpoint and userinfo have nonces of their own, and each was asked anew with the right one.
    assert!(idp.requests_to("/token").len() > 2 && idp.requests_to("/userinfo").len() > 2);
    let associations = social.social().associations_of(&user.expect("a user")).await.unwrap();
    let [association] = associations.as_slice() else { panic!("one association: {associations:?}") };
    assert_eq!(association.extra_data.text("token_type"), Some("DPoP"));
    let fresh = social.refresh(association).await.unwrap();
    assert_eq!(fresh.text("dpop_key"), association.extra_data.text("dpop_key"));
    assert_ne!(fresh.text("access_token"), association.extra_data.text("access_token"));
    // Whoever finds the token alone has nothing.
    let stolen = reqwest::Client::new().get(format!("{}/userinfo", idp.url()));
    let stolen = stolen.header("authorization", format!("Bearer {}", fresh.text("access_token").unwrap())).send().await.unwrap();
    assert_eq!(stolen.status(), 401);
}

#[tokio::test]
async fn whoever_does_less_than_the_client_must_is_refused() {
    let (idp, social) = set_up(json!({"REQUIRE_PUSHED_AUTHORIZATION_REQUESTS": false})).await;
    let away = Door::default().get(&social, "/login/sharp/").await;
    assert!(idp.approve(away.location().unwrap(), "alice").await.is_err(), "it must push");

    let (idp, social) = set_up(json!({"DPOP_BOUND_ACCESS_TOKENS": false})).await;
    let mut door = Door::default();
    door.sign_in(&idp, &social, "sharp", "alice").await;
    assert!(door.session.user.is_none(), "it must prove that it holds a key");

    let (idp, social) = set_up(json!({"CLIENT_ASSERTION_AUDIENCE": "https://another.example"})).await;
    let reply = Door::default().get(&social, "/login/sharp/").await;
    assert_eq!(reply.status, 500, "its statement is for somebody else: {reply:?}");
    assert!(idp.requests_to("/token").is_empty());
}
