//! OpenID Connect over real HTTP.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod app;

use std::time::Duration;

use app::{App, CALLBACK};
use aws_lc_rs::digest;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::jwk::JwkSet;
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header};
use serde_json::{Value, json};
use social_auth_testkit::{Client, DevProvider, OldKeys, Signature, Signing};

const SECRET: &str = "a secret of more than thirty-two bytes";

/// Verifies a token as a relying party does: with the published keys, or the client's secret.
async fn verified(app: &App<'_>, token: &str, signing: Signing) -> Result<Value, String> {
    let header = decode_header(token).unwrap();
    let (algorithm, key) = match signing {
        Signing::Hs256 => (Algorithm::HS256, DecodingKey::from_secret(SECRET.as_bytes())),
        _ => {
            let keys: JwkSet = serde_json::from_value(app.get("/jwks", None).await.json).unwrap();
            let kid = header.kid.expect("a kid");
            let key = keys.find(&kid).ok_or("unknown key")?;
            (signing.name().parse().unwrap(), DecodingKey::from_jwk(key).unwrap())
        }
    };
    let mut validation = Validation::new(algorithm);
    validation.set_audience(&[&app.client_id]);
    validation.set_issuer(&[app.idp.issuer()]);
    // A userinfo answer has no end; that an ID token has one is asserted where it matters.
    validation.set_required_spec_claims(&["iss", "aud", "sub"]);
    decode::<Value>(token, &key, &validation).map(|token| token.claims).map_err(|error| error.to_string())
}

#[tokio::test]
async fn discovery_describes_what_is_there() {
    let idp = DevProvider::start().await.unwrap();
    let app = App::oidc(&idp);
    let document = app.get("/.well-known/openid-configuration", None).await.json;
    assert_eq!(document["issuer"], idp.issuer());
    for field in ["authorization_endpoint", "userinfo_endpoint", "jwks_uri", "end_session_endpoint"] {
        let url = document[field].as_str().unwrap();
        assert_ne!(app.http.get(url).send().await.unwrap().status(), 404, "{field}");
    }
    for field in ["token_endpoint", "revocation_endpoint", "introspection_endpoint"] {
        let url = document[field].as_str().unwrap();
        assert_ne!(app.http.post(url).send().await.unwrap().status(), 404, "{field}");
    }
}

#[tokio::test]
async fn id_tokens_verify_with_every_algorithm() {
    let idp = DevProvider::start().await.unwrap();
    for signing in Signing::ALL {
        let mut client = Client::confidential(signing.name(), SECRET);
        client.id_token_signing = signing;
        client.userinfo_signing = Some(signing);
        idp.register(client);
        let app = App::oidc(&idp).client(signing.name(), Some(SECRET));
        let code = app.code("alice", &[("nonce", "the nonce")]).await;
        let tokens = app.exchange(&code, &[]).await;
        let claims = verified(&app, &tokens.text("id_token"), signing).await.unwrap();
        assert_eq!(claims["sub"], "1001", "{signing:?}");
        assert_eq!(claims["nonce"], "the nonce");
        assert!(claims["exp"].as_i64() > claims["iat"].as_i64());
        assert!(claims.get("email").is_none(), "userinfo is where the e-mail is");

        let access = tokens.text("access_token");
        let hash = match signing {
            Signing::EdDsa => digest::digest(&digest::SHA512, access.as_bytes()),
            _ => digest::digest(&digest::SHA256, access.as_bytes()),
        };
        let half = &hash.as_ref()[..hash.as_ref().len() / 2];
        assert_eq!(claims["at_hash"], URL_SAFE_NO_PAD.encode(half));

        let url = format!("{}/userinfo", idp.url());
        let userinfo = app.http.get(url).bearer_auth(&access).send().await.unwrap();
        assert_eq!(userinfo.headers()["content-type"], "application/jwt");
        let token = userinfo.text().await.unwrap();
        let claims = verified(&app, &token, signing).await.unwrap();
        assert_eq!((&claims["sub"], &claims["aud"]), (&json!("1001"), &json!(signing.name())));
    }
}

#[tokio::test]
async fn userinfo_follows_the_scopes() {
    let idp = DevProvider::start().await.unwrap();
    let app = App::oidc(&idp);
    let userinfo = async |person: &str, scope: &str| {
        let code = app.code(person, &[("scope", scope)]).await;
        let token = app.exchange(&code, &[]).await.text("access_token");
        app.get("/userinfo", Some(&token)).await
    };
    assert_eq!(userinfo("alice", "openid").await.json, json!({"sub": "1001"}));
    let email = userinfo("dave", "openid email").await.json;
    assert_eq!(email, json!({"sub": "1004", "email": "dave@example.test", "email_verified": false}));
    assert_eq!(userinfo("alice", "openid address").await.json["address"]["country"], "Portugal");
    assert!(userinfo("carol", "openid email").await.json.get("email").is_none());
    userinfo("alice", "email").await.is_error(403, "insufficient_scope");
    let nobody = app.get("/userinfo", None).await;
    assert_eq!(nobody.headers["www-authenticate"], "Bearer realm=\"profile\"");
}

#[tokio::test]
async fn rotated_keys_verify_only_while_they_are_kept() {
    let idp = DevProvider::start().await.unwrap();
    let app = App::oidc(&idp);
    let sign_in = async || app.sign_in("alice").await.text("id_token");
    let first = sign_in().await;
    idp.rotate_keys(OldKeys::Keep).unwrap();
    let second = sign_in().await;
    assert_ne!(decode_header(&first).unwrap().kid, decode_header(&second).unwrap().kid);
    for token in [&first, &second] {
        assert!(verified(&app, token, Signing::Rs256).await.is_ok());
    }
    idp.rotate_keys(OldKeys::Drop).unwrap();
    for token in [&first, &second] {
        assert_eq!(verified(&app, token, Signing::Rs256).await.unwrap_err(), "unknown key");
    }
    assert!(verified(&app, &sign_in().await, Signing::Rs256).await.is_ok());
}

#[tokio::test]
async fn form_post_carries_the_response_in_a_form() {
    let idp = DevProvider::start().await.unwrap();
    let app = App::oidc(&idp);
    let callback = app.callback("alice", &[("response_mode", "form_post")]).await;
    assert_eq!(callback.url.as_str(), CALLBACK);
    assert_eq!(callback.param("state").as_deref(), Some("the state"));
    assert_eq!(callback.param("iss"), Some(idp.issuer()));
    assert_eq!(app.exchange(&callback.param("code").unwrap(), &[]).await.status, 200);

    let url = app.authorize_url(&[("response_mode", "form_post")]);
    let declined = idp.decline(&url).await.unwrap();
    assert_eq!(declined.param("error").as_deref(), Some("access_denied"));
}

#[tokio::test]
async fn prompt_none_answers_without_a_page() {
    let idp = DevProvider::start().await.unwrap();
    idp.register(Client::confidential("other", "secret"));
    let app = App::oidc(&idp);
    let browser = idp.browser().unwrap();
    let silent = async |more: &[(&str, &str)]| {
        let all = [&[("prompt", "none")], more].concat();
        let callback = browser.visit(&app.authorize_url(&all)).await.unwrap();
        callback.param("error").unwrap_or_else(|| "signed in".to_owned())
    };
    assert_eq!(silent(&[]).await, "login_required");
    let callback = browser.approve(&app.authorize_url(&[]), "alice").await.unwrap();
    let tokens = app.exchange(&callback.param("code").unwrap(), &[]).await;
    assert_eq!(silent(&[]).await, "signed in");
    assert_eq!(silent(&[("client_id", "other")]).await, "consent_required");
    assert_eq!(silent(&[("id_token_hint", &tokens.text("id_token"))]).await, "signed in");
    let bob = app.sign_in("bob").await.text("id_token");
    assert_eq!(silent(&[("id_token_hint", &bob)]).await, "login_required");
    idp.advance_clock(Duration::from_secs(100));
    assert_eq!(silent(&[("max_age", "200")]).await, "signed in");
    assert_eq!(silent(&[("max_age", "50")]).await, "login_required");
    assert_eq!(silent(&[("prompt", "none login")]).await, "invalid_request");
}

#[tokio::test]
async fn auth_time_is_when_the_person_signed_in() {
    let idp = DevProvider::start().await.unwrap();
    let app = App::oidc(&idp);
    let browser = idp.browser().unwrap();
    browser.approve(&app.authorize_url(&[]), "alice").await.unwrap();
    idp.advance_clock(Duration::from_secs(500));
    let callback = browser.visit(&app.authorize_url(&[("prompt", "none")])).await.unwrap();
    let token = app.exchange(&callback.param("code").unwrap(), &[]).await.text("id_token");
    let claims: Value = jsonwebtoken::dangerous::insecure_decode_claims(&token).unwrap();
    let age = claims["iat"].as_i64().unwrap() - claims["auth_time"].as_i64().unwrap();
    assert!((500..510).contains(&age), "{age}");
}

#[tokio::test]
async fn a_refresh_brings_a_new_id_token_without_nonce_change() {
    let idp = DevProvider::start().await.unwrap();
    let app = App::oidc(&idp);
    let tokens = app.sign_in("alice").await;
    let refreshed = app.refresh(&tokens.text("refresh_token")).await;
    let claims = verified(&app, &refreshed.text("id_token"), Signing::Rs256).await.unwrap();
    assert_eq!(claims["sub"], "1001");
}

#[tokio::test]
async fn a_registration_may_put_the_profile_into_the_id_token() {
    let mut client = Client::confidential("rich", SECRET);
    client.claims_in_id_token = true;
    let idp = DevProvider::builder().client(client).start().await.unwrap();
    let app = App::oidc(&idp);
    let token = app.sign_in("alice").await.text("id_token");
    let claims = verified(&app, &token, Signing::Rs256).await.unwrap();
    assert_eq!(claims["email"], "alice@example.test");
    assert_eq!(claims["preferred_username"], "alice");
}

#[tokio::test]
async fn id_tokens_can_be_forged_on_request() {
    let idp = DevProvider::start().await.unwrap();
    let app = App::oidc(&idp);
    let forged = async |edit: fn(&mut social_auth_testkit::IdToken)| {
        idp.edit_id_tokens(edit);
        let token = app.sign_in("alice").await.text("id_token");
        idp.heal();
        verified(&app, &token, Signing::Rs256).await
    };
    let outcome = forged(|token| drop(token.claims.insert("aud".into(), "other".into()))).await;
    assert_eq!(outcome.unwrap_err(), "InvalidAudience");
    let outcome = forged(|token| drop(token.claims.insert("exp".into(), 1.into()))).await;
    assert_eq!(outcome.unwrap_err(), "ExpiredSignature");
    assert_eq!(forged(|token| token.signature = Signature::Wrong).await.unwrap_err(), "InvalidSignature");
    assert!(forged(|token| token.signature = Signature::Nothing).await.is_err());
    assert!(forged(|_| {}).await.is_ok());

    idp.edit_id_tokens(|token| drop(token.header.insert("alg".into(), "none".into())));
    let token = app.sign_in("alice").await.text("id_token");
    let header = URL_SAFE_NO_PAD.decode(token.split('.').next().unwrap()).unwrap();
    assert_eq!(serde_json::from_slice::<Value>(&header).unwrap()["alg"], "none");
}
