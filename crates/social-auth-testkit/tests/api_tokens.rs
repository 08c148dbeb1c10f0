//! Tokens of ours: opaque and signed, until they expire, are revoked, or their user is switched off.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod door;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use door::{Door, set_up_by};
use http::{Method, StatusCode};
use jsonwebtoken::jwk::JwkSet;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use serde_json::{Value, json};
use social_auth::clock::Clock;
use social_auth::storage::{NewUser, User, UserChanges};
use social_auth::web::ReplyBody;
use social_auth::{Builder, SocialAuth};

/// Keys made for this test: `openssl ecparam -name prime256v1 -genkey -noout | openssl pkcs8 -topk8 -nocrypt`.
const KEYS: [&str; 2] = [
    "-----BEGIN PRIVATE KEY-----\n\
     MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgcV8EuHJvcoYOcgQK\n\
     uNinTLy9OZ4ybkJDT2pbELsdAuqhRANCAATab/9RofFNQ18Bzkm8iA6Ik24hVDTv\n\
     ocW7s8azknoekTc/7WOioLDxo2TSk3BnL8PAEC9rji5iMrv1v/EaKjVG\n\
     -----END PRIVATE KEY-----",
    "-----BEGIN PRIVATE KEY-----\n\
     MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg3q0SWS2THQXqjmhE\n\
     kmO0e5P2wxxdSuBndWnN18CUQUuhRANCAAQ/sVG9XHBkA891D3osX3Rjdd2qIaMR\n\
     Sjqluqbhgj8CzYJNHx71IakXwfiEEpNHvs+8H71BhE/RMznG8ALPMo7+\n\
     -----END PRIVATE KEY-----",
];
const SITE: &str = "http://localhost:8000";

async fn site(format: &'static str, change: impl FnOnce(Builder) -> Builder) -> (SocialAuth, User) {
    let (_, social) = set_up_by(|builder| change(builder.set("API_TOKEN_FORMAT", format))).await;
    let user = social.users().create_user(&NewUser { username: "ada".into(), ..NewUser::default() }).await.unwrap();
    (social, user)
}

async fn issue(social: &SocialAuth, user: &User) -> String {
    let request = Door::default().request(Method::GET, "/", "", "");
    social.issue_api_token(user, "dev-oidc", &request).await.unwrap().token.expose().to_owned()
}

async fn opens(social: &SocialAuth, token: &str) -> Option<String> {
    let request = Door::with_bearer(token).request(Method::GET, "/api/me", "", "");
    social.bearer_user(&request).await.unwrap().map(|user| user.username)
}

fn part(token: &str, index: usize) -> Value {
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(token.split('.').nth(index).unwrap()).unwrap()).unwrap()
}

/// Verifies as another service does that has nothing but the published keys.
fn verify_elsewhere(jwks: &Value, token: &str, audience: &str) -> Result<Value, jsonwebtoken::errors::Error> {
    let header = jsonwebtoken::decode_header(token)?;
    let keys: JwkSet = serde_json::from_value(jwks.clone()).unwrap();
    let key = DecodingKey::from_jwk(keys.find(header.kid.as_deref().unwrap()).expect("the key is published"))?;
    let mut rules = Validation::new(header.alg);
    rules.set_audience(&[audience]);
    rules.set_issuer(&[SITE]);
    rules.set_required_spec_claims(&["exp", "aud", "iss", "sub"]);
    jsonwebtoken::decode::<Value>(token, &key, &rules).map(|data| data.claims)
}

#[tokio::test]
async fn each_kind_opens_the_api_until_it_is_revoked_expires_or_its_user_is_switched_off() {
    for format in ["opaque", "jwt"] {
        let clock = Clock::fixed(Clock::system().now());
        let (social, user) = site(format, |builder| builder.clock(clock.clone()).set("API_TOKEN_LIFETIME", 600)).await;
        let (revoked, named, kept) = (issue(&social, &user).await, issue(&social, &user).await, issue(&social, &user).await);
        assert_eq!(revoked.starts_with("sat_"), format == "opaque");
        for token in [&revoked, &named, &kept] {
            assert_eq!(opens(&social, token).await.as_deref(), Some("ada"), "{format}");
        }
        let request = Door::with_bearer(&revoked).request(Method::DELETE, "/api/token", "", "");
        assert!(social.revoke_api_token(&request).await.unwrap());
        assert!(social.revoke_token_of_ours(&named).await.unwrap());
        assert!(!social.revoke_token_of_ours(&named).await.unwrap(), "once");
        for token in [&revoked, &named] {
            assert_eq!(opens(&social, token).await, None, "{format}: revoked");
        }
        assert_eq!(opens(&social, &kept).await.as_deref(), Some("ada"), "{format}: of others nothing is revoked");

        let active = |active: bool| UserChanges([("is_active".to_owned(), active.into())].into_iter().collect());
        social.users().update_user(&user.id, &active(false)).await.unwrap();
        assert_eq!(opens(&social, &kept).await, None, "{format}: switched off");
        social.users().update_user(&user.id, &active(true)).await.unwrap();
        clock.set(clock.now() + 599);
        assert_eq!(opens(&social, &kept).await.as_deref(), Some("ada"), "{format}");
        clock.set(clock.now() + 1);
        assert_eq!(opens(&social, &kept).await, None, "{format}: expired");

        let fresh = issue(&social, &user).await;
        social.social().delete_sessions_of(&user.id, None).await.unwrap();
        assert_eq!(opens(&social, &fresh).await, None, "{format}: all sessions of the user were ended");
    }
}

#[tokio::test]
async fn a_signed_token_is_one_of_rfc_9068_that_any_service_verifies_with_the_published_keys() {
    for (key, algorithm) in [(None, "EdDSA"), (Some(KEYS[0]), "ES256")] {
        let (social, user) = site("jwt", |builder| {
            let builder = builder.set("API_TOKEN_AUDIENCE", "https://api.example.com");
            if let Some(key) = key { builder.set("API_TOKEN_SIGNING_KEY", key) } else { builder }
        })
        .await;
        let token = issue(&social, &user).await;
        let header = part(&token, 0);
        assert_eq!((&header["typ"], &header["alg"]), (&json!("at+jwt"), &json!(algorithm)));
        let reply = Door::default().get(&social, "/.well-known/jwks.json").await;
        let ReplyBody::Json(jwks) = reply.body else { panic!("{reply:?}") };
        assert_eq!((reply.status, jwks["keys"][0]["kid"].clone()), (StatusCode::OK, header["kid"].clone()));
        assert!(jwks["keys"][0].get("d").is_none(), "no private part");
        let claims = verify_elsewhere(&jwks, &token, "https://api.example.com").unwrap();
        assert_eq!((&claims["sub"], &claims["client_id"], &claims["iss"]), (&json!(user.id.as_str()), &json!("dev-oidc"), &json!(SITE)));
        assert_eq!(claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap(), 1_209_600);
        let sessions = social.social().sessions_of(&user.id, 0).await.unwrap();
        assert_eq!(claims["sid"], json!(sessions[0].public_id), "the name under which the person can end it");
        assert_ne!(part(&issue(&social, &user).await, 1)["jti"], claims["jti"]);
        assert!(verify_elsewhere(&jwks, &token, "https://another.example").is_err());
    }
}

#[tokio::test]
async fn a_token_that_is_changed_or_signed_by_another_opens_nothing() {
    let (social, user) = site("jwt", |builder| builder.set("API_TOKEN_SIGNING_KEY", KEYS[0])).await;
    let other = social.users().create_user(&NewUser { username: "eve".into(), ..NewUser::default() }).await.unwrap();
    let token = issue(&social, &user).await;
    let (header, claims) = (part(&token, 0), part(&token, 1));
    let parts: Vec<&str> = token.split('.').collect();
    let encode = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let with = |name: &str, value: Value| {
        let mut changed = claims.clone();
        changed[name] = value;
        changed
    };
    let resigned = |key: &str, kid: &Value, typ: &str, claims: &Value| {
        let mut header = Header::new(Algorithm::ES256);
        header.kid = kid.as_str().map(str::to_owned);
        header.typ = Some(typ.to_owned());
        jsonwebtoken::encode(&header, claims, &EncodingKey::from_ec_pem(key.as_bytes()).unwrap()).unwrap()
    };
    let kid = &header["kid"];
    assert_eq!(opens(&social, &resigned(KEYS[0], kid, "at+jwt", &claims)).await.as_deref(), Some("ada"), "the test signs as we do");
    let forged = [
        format!("{}.{}.{}", parts[0], encode(&with("sub", json!(other.id.as_str()))), parts[2]),
        format!("{}.{}.", encode(&json!({"alg": "none", "typ": "at+jwt"})), parts[1]),
        format!("{}.{}.{}", parts[0], parts[1], &parts[2][..parts[2].len() - 4]),
        resigned(KEYS[1], kid, "at+jwt", &claims),
        resigned(KEYS[0], kid, "JWT", &claims),
        resigned(KEYS[0], kid, "at+jwt", &with("sub", json!(other.id.as_str()))),
        resigned(KEYS[0], kid, "at+jwt", &with("iss", json!("https://evil.example"))),
        resigned(KEYS[0], kid, "at+jwt", &with("aud", json!("https://evil.example"))),
        resigned(KEYS[0], kid, "at+jwt", &with("exp", json!(1))),
        resigned(KEYS[0], kid, "at+jwt", &with("exp", json!("9999999999"))),
        resigned(KEYS[0], kid, "at+jwt", &with("jti", json!("another"))),
        format!("sat_{}", claims["jti"].as_str().unwrap()),
        claims["jti"].as_str().unwrap().to_owned(),
    ];
    for forged in forged {
        assert_eq!(opens(&social, &forged).await, None, "{forged}");
    }
    let mut door = Door::default();
    door.cookies.insert("social_auth_session".to_owned(), claims["jti"].as_str().unwrap().to_owned());
    let request = door.request(Method::GET, "/", "none", "");
    assert!(social_auth::web::CookieSession::load(&social, &request).await.unwrap().user().is_none(), "nor is it a cookie");
}

#[tokio::test]
async fn keys_rotate_without_signing_anybody_out_until_the_old_one_is_taken_out() {
    let storage = std::sync::Arc::new(social_auth::storage::MemoryStorage::new());
    let build = |keys: Vec<&str>, secrets: Vec<&str>| {
        let builder = SocialAuth::builder().public_url(SITE).set("SECRET_KEY", secrets).set("API_TOKEN_FORMAT", "jwt");
        let builder = if keys.is_empty() { builder } else { builder.set("API_TOKEN_SIGNING_KEY", keys) };
        builder.users(storage.clone()).social(storage.clone()).build().unwrap_or_else(|error| panic!("{error}"))
    };
    let (old, new) = ("the old key of at least thirty-two random characters", "the new key of at least thirty-two random characters");
    for (first, both, last) in [
        (build(vec![KEYS[0]], vec![old]), build(vec![KEYS[1], KEYS[0]], vec![old]), build(vec![KEYS[1]], vec![old])),
        (build(vec![], vec![old]), build(vec![], vec![new, old]), build(vec![], vec![new])),
    ] {
        let user = NewUser { username: format!("ada-{}", first.jwks()["keys"][0]["kid"]), ..NewUser::default() };
        let user = first.users().create_user(&user).await.unwrap();
        let (of_old, of_new) = (issue(&first, &user).await, issue(&both, &user).await);
        assert_ne!(part(&of_old, 0)["kid"], part(&of_new, 0)["kid"]);
        assert_eq!(both.jwks()["keys"].as_array().unwrap().len(), 2);
        for token in [&of_old, &of_new] {
            assert!(opens(&both, token).await.is_some());
        }
        assert!(opens(&last, &of_new).await.is_some() && opens(&last, &of_old).await.is_none());
    }
}

#[tokio::test]
async fn a_key_that_cannot_sign_is_told_at_start() {
    for wrong in ["no key", "-----BEGIN PUBLIC KEY-----\nMFkw\n-----END PUBLIC KEY-----"] {
        let builder = SocialAuth::builder().public_url(SITE).secret_key("a key of at least thirty-two random characters");
        let built = builder.storage(social_auth::storage::MemoryStorage::new()).set("API_TOKEN_SIGNING_KEY", wrong).build();
        let Err(errors) = built else { panic!("built with {wrong:?}") };
        assert!(errors.to_string().contains("API_TOKEN_SIGNING_KEY") && !errors.to_string().contains(wrong), "{errors}");
    }
}
