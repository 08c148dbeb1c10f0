use serde_json::{Value, json};
use social_auth::jose::Claims;

use super::signing::code;

fn parse(claims: &Value) -> social_auth::Result<Claims> {
    Claims::parse(claims.to_string().as_bytes())
}

// CVE-2026-25537: every registered claim x every wrong type.
#[test]
fn a_registered_claim_of_a_wrong_type_is_an_error() {
    let values = [
        ("null", json!(null)),
        ("boolean", json!(true)),
        ("number", json!(1_700_000_000)),
        ("text", json!("text")),
        ("list", json!(["text"])),
        ("empty list", json!([])),
        ("mixed list", json!(["text", 1])),
        ("object", json!({"a": 1})),
    ];
    let text = &["text"][..];
    let time = &["number"][..];
    for (names, right) in [
        (&["iss", "sub", "jti", "nonce", "azp", "acr", "at_hash", "c_hash", "s_hash", "sid"][..], text),
        (&["exp", "nbf", "iat", "auth_time"], time),
        (&["aud"], &["text", "list"]),
        (&["amr"], &["list", "empty list"]),
        (&["events"], &["object"]),
    ] {
        for name in names {
            for (kind, value) in &values {
                let outcome = parse(&json!({ *name: value }));
                if right.contains(kind) {
                    assert!(outcome.is_ok(), "{name} as {kind}");
                } else {
                    assert_eq!(code(&outcome.unwrap_err()), ("invalid_claim", Some(*name)), "{name} as {kind}");
                }
            }
        }
    }
}

#[test]
fn a_time_may_have_a_fraction_and_must_be_sensible() {
    for (text, seconds) in [("1", 1), ("1.0", 1), ("1.999", 1), ("-0.5", -1), ("1e3", 1000), ("253402300799", 253_402_300_799)] {
        let claims = Claims::parse(format!(r#"{{"exp":{text}}}"#).as_bytes()).unwrap();
        assert_eq!(claims.time("exp"), Some(seconds), "{text}");
    }
    for text in
        ["253402300800", "9223372036854775807", "18446744073709551615", "1e300", "-1e300", "1e999", "253402300799.5", "\"1\"", "NaN"]
    {
        let outcome = Claims::parse(format!(r#"{{"exp":{text}}}"#).as_bytes());
        assert!(outcome.is_err(), "{text}");
    }
}

#[test]
fn a_payload_that_names_a_claim_twice_is_refused_at_any_depth() {
    for payload in [
        r#"{"sub":"a","sub":"b"}"#,
        r#"{"sub":"a","sub":"a"}"#,
        r#"{"sub":"a","\u0073ub":"b"}"#,
        r#"{"address":{"country":"A","country":"B"}}"#,
        r#"{"list":[{"a":1,"a":2}]}"#,
    ] {
        let error = Claims::parse(payload.as_bytes()).unwrap_err();
        assert_eq!(error.reason().code(), "malformed_response", "{payload}");
        assert!(error.to_string().contains("twice"), "{error}");
    }
    assert!(parse(&json!({"a": {"x": 1}, "b": {"x": 2}})).is_ok());
}

#[test]
fn a_payload_that_is_no_object_is_refused() {
    let deep = format!("{}{}", "[".repeat(10_000), "]".repeat(10_000));
    for payload in ["", "[]", "1", "\"text\"", "null", "{", "{}x", deep.as_str()] {
        assert_eq!(Claims::parse(payload.as_bytes()).unwrap_err().reason().code(), "malformed_response", "{payload}");
    }
    assert!(Claims::parse(b"{\"sub\":\"\xff\"}").is_err());
}

#[test]
fn claims_of_every_type_come_through_unchanged() {
    let claims = json!({"b": true, "i": -3, "u": u64::MAX, "f": 1.5, "s": "ä", "n": null, "l": [1, "x"], "o": {"k": []}});
    assert_eq!(Value::Object(parse(&claims).unwrap().into_map()), claims);
}

#[test]
fn audiences_are_read_from_a_text_and_from_a_list() {
    let of = |aud: Value| parse(&json!({ "aud": aud })).unwrap().audiences().map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(of(json!("a")), ["a"]);
    assert_eq!(of(json!(["a", "b"])), ["a", "b"]);
    assert_eq!(parse(&json!({})).unwrap().audiences().count(), 0);
}

#[test]
fn debug_shows_names_only() {
    let shown = format!("{:?}", parse(&json!({"sub": "alice", "email": "alice@example.com"})).unwrap());
    assert!(shown.contains("email") && !shown.contains("alice"), "{shown}");
}
