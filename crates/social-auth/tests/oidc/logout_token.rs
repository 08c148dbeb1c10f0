use serde_json::{Value, json};
use social_auth::Result;
use social_auth::jose::Algorithm;
use social_auth::protocol::oidc::{IdTokenRules, IssuerRule, LogoutToken, verify_id_token, verify_logout_token};

use super::provider::{ISSUER, NOW};
use super::signing::{all_keys, code, token_with};

fn claims() -> Value {
    json!({
        "iss": ISSUER, "aud": "a-key", "iat": NOW, "exp": NOW + 120, "jti": "one", "sub": "1234", "sid": "session",
        "events": {"http://schemas.openid.net/event/backchannel-logout": {}}
    })
}

fn verify_typed(typ: &str, claims: &Value) -> Result<LogoutToken> {
    let (issuer, audiences) = (IssuerRule::exact(ISSUER), ["a-key".to_owned()]);
    let token = token_with(&json!({"alg": "RS256", "kid": "rsa", "typ": typ}), Algorithm::RS256, claims);
    verify_logout_token(&token, &IdTokenRules::new(&issuer, &audiences, NOW), &all_keys())
}

fn verify(claims: &Value) -> Result<LogoutToken> {
    verify_typed("logout+jwt", claims)
}

#[test]
fn a_good_logout_token_names_whose_session_ended() {
    for typ in ["logout+jwt", "JWT"] {
        let token = verify_typed(typ, &claims()).unwrap();
        assert_eq!((token.subject.as_deref(), token.session.as_deref(), token.id.as_str()), (Some("1234"), Some("session"), "one"));
        assert!(!format!("{token:?}").contains("1234"));
    }
}

#[test]
fn each_part_of_a_logout_token_counts() {
    let changes = [
        ("iss", Some(json!("https://evil.example")), ("invalid_claim", Some("iss"))),
        ("aud", Some(json!("other")), ("invalid_claim", Some("aud"))),
        ("aud", None, ("missing_claim", Some("aud"))),
        ("iat", None, ("missing_claim", Some("iat"))),
        ("iat", Some(json!(NOW - 3600)), ("response_expired", Some("iat"))),
        ("exp", Some(json!(NOW - 60)), ("response_expired", None)),
        ("jti", None, ("missing_claim", Some("jti"))),
        ("jti", Some(json!("")), ("missing_claim", Some("jti"))),
        ("nonce", Some(json!("n")), ("invalid_claim", Some("nonce"))),
        ("events", None, ("missing_claim", Some("events"))),
        ("events", Some(json!({})), ("invalid_claim", Some("events"))),
        ("events", Some(json!({"http://schemas.openid.net/event/backchannel-logout": true})), ("invalid_claim", Some("events"))),
        ("events", Some(json!(["http://schemas.openid.net/event/backchannel-logout"])), ("invalid_claim", Some("events"))),
    ];
    for (name, value, expected) in changes {
        let mut claims = claims();
        match value {
            Some(value) => claims[name] = value,
            None => drop(claims.as_object_mut().unwrap().remove(name)),
        }
        assert_eq!(code(&verify(&claims).unwrap_err()), expected, "{name}");
    }
}

#[test]
fn a_person_or_a_session_must_be_named() {
    let without = |names: &[&str]| {
        let mut claims = claims();
        for name in names {
            claims.as_object_mut().unwrap().remove(*name);
        }
        verify(&claims)
    };
    assert!(without(&["sub"]).is_ok() && without(&["sid"]).is_ok());
    assert_eq!(code(&without(&["sub", "sid"]).unwrap_err()), ("missing_claim", Some("sub")));
}

#[test]
fn id_tokens_and_logout_tokens_do_not_pass_for_each_other() {
    let (issuer, audiences) = (IssuerRule::exact(ISSUER), ["a-key".to_owned()]);
    let mut rules = IdTokenRules::new(&issuer, &audiences, NOW);
    rules.nonce = Some("n");
    let logout = token_with(&json!({"alg": "RS256", "typ": "JWT"}), Algorithm::RS256, &claims());
    assert_eq!(code(&verify_id_token(&logout, &rules, &all_keys()).unwrap_err()), ("invalid_claim", Some("events")));
    let id_token = json!({"iss": ISSUER, "aud": "a-key", "iat": NOW, "exp": NOW + 120, "sub": "1234", "nonce": "n"});
    assert_eq!(code(&verify_typed("JWT", &id_token).unwrap_err()), ("missing_claim", Some("events")));
}
