use serde_json::{Value, json};
use social_auth::jose::Claims;
use social_auth::protocol::oidc::RefreshContext;

use super::signing::code;

fn of(claims: &Value) -> Claims {
    Claims::parse(claims.to_string().as_bytes()).unwrap()
}

fn first() -> Value {
    json!({"iss": "https://example.com", "sub": "1234", "aud": ["a-key", "api"], "nonce": "n", "auth_time": 1_700_000_000, "email": "a@b.c"})
}

fn check(change: impl Fn(&mut Value)) -> social_auth::Result<()> {
    let kept = RefreshContext::of(&of(&first())).to_value();
    let mut second = first();
    change(&mut second);
    RefreshContext::from_value(&kept).unwrap().check(&of(&second))
}

#[test]
fn what_is_kept_has_the_form_of_python_social_auth() {
    let kept = RefreshContext::of(&of(&first())).to_value();
    let expected = json!({"aud": ["a-key", "api"], "auth_time": 1_700_000_000, "iss": "https://example.com", "nonce": "n", "sub": "1234"});
    assert_eq!(kept, expected);
}

#[test]
fn the_same_person_may_refresh() {
    assert!(check(|_| {}).is_ok());
    assert!(check(|claims| claims["aud"] = json!(["api", "a-key"])).is_ok(), "the order of audiences is free");
    assert!(check(|claims| claims["azp"] = json!("a-key")).is_ok(), "azp may be added");
    for name in ["nonce", "auth_time"] {
        assert!(check(|claims| drop(claims.as_object_mut().unwrap().remove(name))).is_ok(), "{name} may be left out");
    }
}

// social-core 5.1.0.
#[test]
fn refresh_keeps_iss_sub_aud() {
    for (name, value) in [
        ("iss", json!("https://evil.example")),
        ("sub", json!("12345")),
        ("sub", json!("")),
        ("aud", json!("a-key")),
        ("aud", json!(["a-key", "api", "more"])),
        ("nonce", json!("different-nonce")),
        ("auth_time", json!(1_700_000_001)),
    ] {
        let error = check(|claims| claims[name] = value.clone()).unwrap_err();
        assert_eq!(code(&error), ("invalid_claim", Some(name)));
    }
    for name in ["iss", "sub", "aud"] {
        let error = check(|claims| drop(claims.as_object_mut().unwrap().remove(name))).unwrap_err();
        assert_eq!(code(&error), ("invalid_claim", Some(name)));
    }
}

#[test]
fn a_nonce_that_was_never_sent_may_not_appear() {
    let mut began = first();
    began.as_object_mut().unwrap().remove("nonce");
    let error = RefreshContext::of(&of(&began)).check(&of(&first())).unwrap_err();
    assert_eq!(code(&error), ("invalid_claim", Some("nonce")));
}

#[test]
fn what_is_no_context_is_none() {
    for value in [json!(null), json!({}), json!("x"), json!({"iss": "i", "sub": 1, "aud": "a"}), json!({"iss": "i", "sub": "s"})] {
        assert!(RefreshContext::from_value(&value).is_none(), "{value}");
    }
}

#[test]
fn debug_shows_names_only() {
    assert!(!format!("{:?}", RefreshContext::of(&of(&first()))).contains("1234"));
}
