use serde_json::{Map, Value, json};
use social_auth::Result;
use social_auth::clock::Clock;
use social_auth::http::Incoming;
use social_auth::jose::Algorithm;
use social_auth::protocol::oidc::{IdTokenRules, IssuerRule, UserInfoRules, read_user_info};

use super::provider::{ISSUER, NOW, Provider, answer};
use super::signing::{OTHER_RSA, RSA, all_keys, code, token, token_with};

fn plain(claims: &Value) -> Incoming {
    answer(200, &[("content-type", "application/json")], claims.to_string())
}

fn signed(claims: &Value) -> Incoming {
    answer(200, &[("content-type", "Application/JWT; charset=utf-8")], token(Algorithm::ES256, claims))
}

fn read_by(incoming: &Incoming, change: impl Fn(&mut UserInfoRules<'_>)) -> Result<Map<String, Value>> {
    let (issuer, audiences) = (IssuerRule::exact(ISSUER), ["a-key".to_owned()]);
    let mut rules = UserInfoRules { subject: Some("1234"), signed: false, token: IdTokenRules::new(&issuer, &audiences, NOW) };
    change(&mut rules);
    read_user_info(incoming, &rules, &all_keys())
}

fn read(incoming: &Incoming) -> Result<Map<String, Value>> {
    read_by(incoming, |_| {})
}

#[track_caller]
fn refused(outcome: Result<Map<String, Value>>, expected: (&str, Option<&str>)) {
    let error = outcome.expect_err("the userinfo must be refused");
    assert_eq!(code(&error), expected, "{error}");
    assert_eq!(error.facts().stage.to_string(), "user_info");
}

#[test]
fn plain_userinfo_of_the_same_person_is_read() {
    let claims = json!({"sub": "1234", "name": "Alice", "email": null});
    assert_eq!(Value::Object(read(&plain(&claims)).unwrap()), claims);
    let odd = answer(200, &[("content-type", "text/json")], claims.to_string());
    assert!(read(&odd).is_ok() && read(&answer(200, &[], claims.to_string())).is_ok());
}

// social-core 4.9.0.
#[test]
fn userinfo_sub_must_match() {
    for (claims, expected) in [
        (json!({"sub": "12345"}), ("invalid_claim", Some("sub"))),
        (json!({"sub": ""}), ("invalid_claim", Some("sub"))),
        (json!({"sub": 1234}), ("invalid_claim", Some("sub"))),
        (json!({"sub": ["1234"]}), ("invalid_claim", Some("sub"))),
        (json!({"sub": null}), ("missing_claim", Some("sub"))),
        (json!({"preferred_username": "cartman"}), ("missing_claim", Some("sub"))),
    ] {
        refused(read(&plain(&claims)), expected);
    }
    assert!(read_by(&plain(&json!({"sub": "anyone"})), |rules| rules.subject = None).is_ok());
    refused(read_by(&plain(&json!({})), |rules| rules.subject = None), ("missing_claim", Some("sub")));
}

#[test]
fn an_answer_that_is_no_userinfo_is_refused() {
    for (incoming, expected) in [
        (answer(401, &[], String::new()), "http_error"),
        (answer(503, &[], String::new()), "unavailable"),
        (answer(200, &[], "<html>".into()), "malformed_response"),
        (answer(200, &[], "[]".into()), "malformed_response"),
        (answer(200, &[("content-type", "application/jwt")], "{\"sub\":\"1234\"}".into()), "malformed_response"),
    ] {
        refused(read(&incoming), (expected, None));
    }
}

#[test]
fn signed_userinfo_is_verified() {
    let good = json!({"sub": "1234", "iss": ISSUER, "aud": ["a-key", "other"], "name": "Alice"});
    assert_eq!(Value::Object(read(&signed(&good)).unwrap()), good);
    assert!(read(&signed(&json!({"sub": "1234"}))).is_ok(), "iss and aud are recommended only");
    for (claims, expected) in [
        (json!({"sub": "12345"}), ("invalid_claim", Some("sub"))),
        (json!({"sub": "1234", "iss": "https://evil.example"}), ("invalid_claim", Some("iss"))),
        (json!({"sub": "1234", "aud": "other"}), ("invalid_claim", Some("aud"))),
        (json!({"sub": "1234", "aud": 1}), ("invalid_claim", Some("aud"))),
        (json!({"sub": "1234", "exp": NOW - 60}), ("response_expired", None)),
        (json!({"sub": "1234", "nbf": NOW + 60}), ("response_not_yet_valid", None)),
    ] {
        refused(read(&signed(&claims)), expected);
    }
    let header = json!({"alg": "none"});
    let forged = token_with(&header, Algorithm::RS256, &good);
    refused(read(&answer(200, &[("content-type", "application/jwt")], forged)), ("invalid_signature", None));
}

#[test]
fn a_client_that_registered_for_signed_userinfo_takes_no_other() {
    let claims = json!({"sub": "1234"});
    refused(read_by(&plain(&claims), |rules| rules.signed = true), ("malformed_response", None));
    assert!(read_by(&signed(&claims), |rules| rules.signed = true).is_ok());
}

#[tokio::test]
async fn signed_userinfo_finds_a_rotated_key() {
    let provider = Provider::with_keys(&[OTHER_RSA.jwk("old")]);
    let documents = provider.documents(&Clock::fixed(NOW));
    documents.keys().await.unwrap();
    provider.rotate(&[RSA.jwk("rsa")]);
    let (issuer, audiences) = (IssuerRule::exact(ISSUER), ["a-key".to_owned()]);
    let rules = UserInfoRules { subject: Some("1234"), signed: true, token: IdTokenRules::new(&issuer, &audiences, NOW) };
    let incoming = answer(200, &[("content-type", "application/jwt")], token(Algorithm::RS256, &json!({"sub": "1234"})));
    documents.read_user_info(&incoming, &rules).await.unwrap();
}

#[tokio::test]
async fn plain_userinfo_needs_no_keys() {
    let documents = Provider::default().documents(&Clock::fixed(NOW));
    let (issuer, audiences) = (IssuerRule::exact(ISSUER), ["a-key".to_owned()]);
    let rules = UserInfoRules { subject: Some("1234"), signed: false, token: IdTokenRules::new(&issuer, &audiences, NOW) };
    assert!(documents.read_user_info(&plain(&json!({"sub": "1234"})), &rules).await.is_ok());
}
