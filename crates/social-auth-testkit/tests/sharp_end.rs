//! The development provider speaks what demanding providers do: keys in place of a secret, pushed requests, signed
//! answers, tokens bound to a key.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod door;

use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair};
use door::{Door, path_of};
use serde_json::{Value, json};
use social_auth::storage::MemoryStorage;
use social_auth::{Reason, SocialAuth};
use social_auth_testkit::{Client, DevProvider, Fault, IdToken, Signature};

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

/// Comes back from the provider; answers why nobody was signed in.
async fn refused(idp: &DevProvider, social: &SocialAuth) -> Reason {
    let mut door = Door::default();
    let reply = door.sign_in(idp, social, "sharp", "alice").await;
    assert!(door.session.user.is_none(), "{reply:?}");
    reply.error.expect("an error").reason()
}

#[tokio::test]
async fn a_provider_that_asks_for_nonces_without_end_is_given_up() {
    let (idp, social) = set_up(json!({})).await;
    idp.fault("/token", Fault::AnotherNonce);
    assert_eq!(refused(&idp, &social).await, Reason::HttpError);
    assert_eq!(idp.requests_to("/token").len(), 2, "once more, and no more");
    idp.heal();
    idp.fault("/par", Fault::AnotherNonce);
    let reply = Door::default().get(&social, "/login/sharp/").await;
    assert!(reply.location().is_none(), "{reply:?}");
    assert!(idp.requests_to("/par").len() <= 3, "{}", idp.requests_to("/par").len());
}

#[tokio::test]
async fn what_the_provider_answers_to_a_pushed_request_is_looked_at() {
    let (idp, social) = set_up(json!({})).await;
    for wrong in [json!(null), json!(""), json!(7), json!(["urn:x"])] {
        idp.fault(
            "/par",
            Fault::alter({
                let wrong = wrong.clone();
                move |body| body["request_uri"] = wrong.clone()
            }),
        );
        let reply = Door::default().get(&social, "/login/sharp/").await;
        assert_eq!(reply.error.map(|error| error.reason()), Some(Reason::MissingClaim), "{wrong}");
    }
    // One that the provider itself does not know, and one that is an address: neither leads anywhere but to it.
    for unknown in ["urn:ietf:params:oauth:request_uri:unknown", "https://evil.example/request"] {
        idp.fault("/par", Fault::alter(move |body| body["request_uri"] = unknown.into()));
        let away = Door::default().get(&social, "/login/sharp/").await;
        let away = away.location().unwrap();
        assert!(away.starts_with(&format!("{}/authorize?", idp.url())), "{away}");
        assert!(idp.approve(away, "alice").await.is_err(), "the provider shows that it does not know it");
    }
    // A provider that says so by way of the browser: the person is to start again.
    idp.heal();
    let mut door = Door::default();
    let away = door.get(&social, "/login/sharp/").await;
    idp.edit_id_tokens(|token| {
        if token.claims.shift_remove("code").is_some() {
            token.claims.insert("error".into(), "invalid_request_uri".into());
        }
    });
    let callback = idp.approve(away.location().unwrap(), "alice").await.unwrap();
    let reply = door.get(&social, &path_of(callback.url.as_ref())).await;
    assert_eq!(reply.error.map(|error| error.reason()), Some(Reason::AuthorizationCodeRejected));
}

#[tokio::test]
async fn a_signed_answer_for_another_or_too_old_or_not_signed_at_all_is_refused() {
    let (idp, social) = set_up(json!({})).await;
    type Change = fn(&mut IdToken);
    let changes: [(&str, Change, Reason); 10] = [
        ("for another client", |token| token.claims["aud"] = "another".into(), Reason::InvalidClaim),
        ("for nobody", |token| drop(token.claims.shift_remove("aud")), Reason::MissingClaim),
        ("too old", |token| token.claims["exp"] = 1.into(), Reason::ResponseExpired),
        ("without an end", |token| drop(token.claims.shift_remove("exp")), Reason::MissingClaim),
        ("of another issuer", |token| token.claims["iss"] = "https://evil.example".into(), Reason::InvalidClaim),
        ("of no issuer", |token| drop(token.claims.shift_remove("iss")), Reason::MissingClaim),
        ("badly signed", |token| token.signature = Signature::Wrong, Reason::InvalidSignature),
        (
            "unsigned",
            |token| {
                token.header["alg"] = "none".into();
                token.signature = Signature::Nothing;
            },
            Reason::InvalidSignature,
        ),
        (
            "signed with what anybody knows",
            |token| {
                token.header["alg"] = "HS256".into();
                token.signature = Signature::Hmac(b"sharp".to_vec());
            },
            Reason::InvalidSignature,
        ),
        ("an id token", |token| drop(token.claims.insert("sub".into(), "1001".into())), Reason::InvalidClaim),
    ];
    for (what, change, reason) in changes {
        idp.edit_id_tokens(change);
        assert_eq!(refused(&idp, &social).await, reason, "{what}");
    }
    assert!(idp.requests_to("/token").is_empty(), "no code was given away");
}

/// RFC 9207: an answer of another issuer, or of none where the metadata promises one, is a mix-up.
#[tokio::test]
async fn an_answer_that_names_another_issuer_or_none_is_refused_before_its_code_goes_anywhere() {
    let (idp, social) = set_up(json!({"RESPONSE_MODE": "query"})).await;
    for issuer in [None, Some(""), Some("https://evil.example"), Some("HTTP://127.0.0.1")] {
        let mut door = Door::default();
        let away = door.get(&social, "/login/sharp/").await;
        let callback = idp.approve(away.location().unwrap(), "alice").await.unwrap();
        let mut url = callback.url.clone();
        let others: Vec<_> = callback.url.query_pairs().into_owned().filter(|(name, _)| name != "iss").collect();
        url.query_pairs_mut().clear().extend_pairs(others).extend_pairs(issuer.map(|issuer| ("iss", issuer)));
        let reply = door.get(&social, &path_of(url.as_ref())).await;
        let reason = reply.error.expect("an error").reason();
        assert_eq!(reason, if issuer.is_none() { Reason::MissingParameter } else { Reason::InvalidClaim }, "{issuer:?}");
        assert!(door.session.user.is_none());
    }
    assert!(idp.requests_to("/token").is_empty(), "no code was given away");
}

#[tokio::test]
async fn the_address_that_begins_a_sign_in_may_say_what_the_allow_list_names_and_nothing_else() {
    let allowed = json!(["login_hint", "ui_locales", "redirect_uri", "state"]);
    let more = json!({
        "REQUIRE_PUSHED_AUTHORIZATION_REQUESTS": false, "DPOP_BOUND_ACCESS_TOKENS": false, "UI_LOCALES": "en",
        "AUTH_EXTRA_ARGUMENTS_OVERRIDE_ALLOWLIST": allowed,
    });
    let (_idp, social) = set_up(more).await;
    let asked = async |query: &str| {
        let away = Door::default().get(&social, &format!("/login/sharp/{query}")).await;
        let url = url::Url::parse(away.location().unwrap()).unwrap();
        url.query_pairs().into_owned().collect::<std::collections::BTreeMap<_, _>>()
    };
    let plain = asked("").await;
    assert_eq!((plain["ui_locales"].as_str(), plain.get("login_hint")), ("en", None));
    let sent =
        asked("?login_hint=alice%40example.test&ui_locales=de&acr_values=x&prompt=none&redirect_uri=https%3A%2F%2Fevil.example&state=mine")
            .await;
    assert_eq!((sent["login_hint"].as_str(), sent["ui_locales"].as_str()), ("alice@example.test", "de"));
    assert!(!sent.contains_key("acr_values") && !sent.contains_key("prompt"), "{sent:?}");
    assert_eq!(sent["redirect_uri"], plain["redirect_uri"]);
    assert_ne!(sent["state"], "mine");
}

#[tokio::test]
async fn a_silent_sign_in_that_needs_a_person_says_so_in_words() {
    let (idp, social) = set_up(json!({"PROMPT": "none", "RESPONSE_MODE": "query"})).await;
    let browser = idp.browser().unwrap();
    let silent = async |door: &mut Door| {
        let away = door.get(&social, "/login/sharp/").await;
        let callback = browser.visit(away.location().unwrap()).await.unwrap();
        door.get(&social, &path_of(callback.url.as_ref())).await
    };
    let reply = silent(&mut Door::default()).await;
    let error = reply.error.clone().expect("an error");
    assert_eq!((error.reason(), error.facts().provider_code), (Reason::LoginRequired, Some("login_required")));
    assert_eq!(reply.status, 401);
    assert!(error.to_string().contains("nobody is signed in at the provider"), "{error}");
    let social_auth::web::ReplyBody::Html { html, .. } = &reply.body else { panic!("{reply:?}") };
    assert!(html.contains("Please sign in first."), "{html}");
}
