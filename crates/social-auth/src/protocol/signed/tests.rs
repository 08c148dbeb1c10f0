//! Properties of signatures over fields. Whole sign-ins are in `tests/signed`.
#![allow(clippy::unwrap_used)]

use proptest::collection::{btree_map, vec};
use proptest::prelude::*;
use serde_json::{Map, Value};
use zeroize::Zeroizing;

use super::description::{Algorithm, Encoding};
use super::fields::wording;
use super::mac_config::{MacConfig, Part, Source, Wording};
use crate::backend::Callback;
use crate::error::Reason;
use crate::web::Params;

const NOW: i64 = 1_767_960_000;

fn config(text: Wording) -> MacConfig {
    MacConfig {
        source: Source::Parameters(String::new()),
        text,
        signature: "hash".to_owned(),
        encoding: Encoding::Hex,
        algorithm: Algorithm::HmacSha256,
        key: Zeroizing::new(b"a shared secret".to_vec()),
        time: "at".to_owned(),
        expires: String::new(),
        max_age: 600,
        nonce: String::new(),
    }
}

fn callback(pairs: &[(String, String)]) -> Callback {
    Callback { params: pairs.iter().cloned().collect(), url: String::new(), posted: false, cookies: Params::default(), client: None }
}

fn map(pairs: &[(String, String)]) -> Map<String, Value> {
    pairs.iter().map(|(name, value)| (name.clone(), Value::from(value.clone()))).collect()
}

/// Texts made of what sets fields apart, and of little else, so that collisions are likely.
fn piece() -> impl Strategy<Value = String> {
    "[ab=&\n\r|_% +\\.0]{0,4}"
}

fn fields() -> impl Strategy<Value = Vec<(String, String)>> {
    btree_map("[ab=&\n_]{1,3}", piece(), 0..4).prop_map(|map| map.into_iter().collect())
}

fn wordings() -> impl Strategy<Value = Wording> {
    let part = |name: &str| Part::Field(name.to_owned());
    prop_oneof![
        Just(Wording::Lines),
        Just(Wording::Query),
        Just(Wording::Values(vec![part("a"), part("b")], "\n".to_owned())),
        Just(Wording::Values(vec![part("a"), part("b"), part("ab")], "_".to_owned())),
        Just(Wording::Run(vec!["a".to_owned(), "b".to_owned()])),
    ]
}

/// What of the fields a wording speaks of: the others are not signed.
fn spoken_of(text: &Wording, fields: &Map<String, Value>) -> Map<String, Value> {
    let named: Vec<&str> = match text {
        Wording::Values(parts, _) => {
            parts.iter().filter_map(|part| if let Part::Field(name) = part { Some(name.as_str()) } else { None }).collect()
        }
        Wording::Run(names) => names.iter().map(String::as_str).collect(),
        _ => return fields.clone(),
    };
    fields.iter().filter(|(name, _)| named.contains(&name.as_str())).map(|(name, value)| (name.clone(), value.clone())).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(20_000))]

    /// Advisory row 15.
    #[test]
    fn values_with_separators_never_verify_as_other_fields(text in wordings(), one in fields(), other in fields()) {
        let (one, other) = (map(&one), map(&other));
        if let (Ok(first), Ok(second)) = (wording(&text, &one), wording(&text, &other)) {
            prop_assert_eq!(first == second, spoken_of(&text, &one) == spoken_of(&text, &other), "{:?} {:?}", one, other);
        }
    }
}

proptest! {
    #[test]
    fn what_was_signed_verifies_and_nothing_that_differs_does(
        pairs in btree_map("[a-z]{1,6}", "[^\n\r]{0,8}", 1..5), position in 0usize..64, replacement in "[0-9a-fA-F]",
        changed in piece(),
    ) {
        let config = config(Wording::Lines);
        let mut pairs: Vec<(String, String)> = pairs.into_iter().filter(|(name, _)| name != "hash" && name != "state").collect();
        pairs.retain(|(name, _)| name != "at");
        pairs.push(("at".to_owned(), NOW.to_string()));
        let signature = config.sign(&wording(&Wording::Lines, &map(&pairs)).unwrap());
        let with = |signature: &str, pairs: &[(String, String)]| {
            let mut pairs = pairs.to_vec();
            pairs.push(("hash".to_owned(), signature.to_owned()));
            config.verify(&callback(&pairs), None, NOW).map(|proven| proven.fields)
        };
        prop_assert_eq!(with(&signature, &pairs).unwrap(), map(&pairs));
        let mut forged = signature.clone();
        forged.replace_range(position..=position, &replacement);
        prop_assert_eq!(with(&forged, &pairs).is_ok(), forged == signature);
        prop_assert!(with(&signature.to_uppercase(), &pairs).is_err() || signature.to_uppercase() == signature);
        prop_assert!(with("", &pairs).is_err());
        let mut longer = pairs.clone();
        longer.push(("zz".to_owned(), changed.clone()));
        prop_assert!(with(&signature, &longer).is_err());
        let mut other = pairs.clone();
        if other[0].0 != "at" && other[0].1 != changed {
            other[0].1 = changed;
            prop_assert!(with(&signature, &other).is_err());
        }
    }

    #[test]
    fn nothing_that_a_browser_brings_panics(pairs in vec((piece(), ".{0,30}"), 0..5), text in wordings()) {
        for source in [Source::Parameters(String::new()), Source::Payload("a".into()), Source::SignedRequest("a".into()), Source::Cookie("a".into())] {
            let config = MacConfig { source, ..config(text.clone()) };
            let callback = Callback { cookies: callback(&pairs).params, ..callback(&pairs) };
            _ = config.verify(&callback, Some("nonce"), NOW);
        }
    }
}

fn signed(config: &MacConfig, pairs: &[(&str, &str)]) -> Callback {
    let mut pairs: Vec<(String, String)> = pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    let signature = config.sign(&wording(&config.text, &map(&pairs)).unwrap());
    pairs.push(("hash".to_owned(), signature));
    callback(&pairs)
}

#[test]
fn a_field_given_twice_is_refused_even_with_one_value() {
    let config = config(Wording::Lines);
    let mut callback = signed(&config, &[("id", "1"), ("at", "1767960000")]);
    callback.params.push("id", "1");
    let error = config.verify(&callback, None, NOW).err().unwrap();
    assert_eq!((error.reason(), error.facts().parameter), (Reason::InvalidParameter, Some("id")));
}

#[test]
fn a_signature_is_good_for_a_while_and_not_before_it_was_made() {
    let config = config(Wording::Lines);
    let reason = |at: i64| {
        let callback = signed(&config, &[("id", "1"), ("at", &at.to_string())]);
        config.verify(&callback, None, NOW).map(|proven| proven.expires_at).map_err(|error| error.reason())
    };
    assert_eq!(reason(NOW), Ok(Some(NOW + 601)));
    assert_eq!(reason(NOW - 600), Ok(Some(NOW + 1)));
    assert_eq!(reason(NOW - 601), Err(Reason::ResponseExpired));
    assert_eq!(reason(NOW + 600), Ok(Some(NOW + 1201)));
    assert_eq!(reason(NOW + 601), Err(Reason::ResponseNotYetValid));
    assert_eq!(reason(i64::MAX), Err(Reason::ResponseNotYetValid));
    for text in ["", "soon", "-5", "1e9", "99999999999999999999", "1767960000 "] {
        let callback = signed(&config, &[("at", text)]);
        assert_eq!(config.verify(&callback, None, NOW).err().map(|error| error.reason()), Some(Reason::InvalidParameter), "{text:?}");
    }
    let without = signed(&config, &[("id", "1")]);
    assert_eq!(config.verify(&without, None, NOW).err().map(|error| error.reason()), Some(Reason::MissingParameter));
}

#[test]
fn a_nonce_of_another_attempt_is_refused() {
    let config = MacConfig { nonce: "nonce".to_owned(), time: String::new(), ..config(Wording::Lines) };
    let callback = signed(&config, &[("id", "1"), ("nonce", "mine")]);
    assert!(config.verify(&callback, Some("mine"), NOW).is_ok());
    for nonce in [Some("yours"), Some(""), None] {
        let reason = config.verify(&callback, nonce, NOW).err().map(|error| error.reason());
        assert_eq!(reason, Some(Reason::StateMismatch), "{nonce:?}");
    }
    let without = signed(&config, &[("id", "1")]);
    assert!(config.verify(&without, Some("mine"), NOW).is_err());
}

#[test]
fn telegrams_own_example_of_a_key_and_ours_agree() {
    // core.telegram.org/widgets/login#checking-authorization: the key is SHA-256 of the token.
    let key = super::mac::sha256(b"bot-token");
    let config = MacConfig { key: Zeroizing::new(key), time: String::new(), ..config(Wording::Lines) };
    // A recording of Python Social Auth (tests/vectors/data/telegram.json, "only_id").
    assert_eq!(config.sign("auth_date=1767960000\nid=424242"), "a787c3ef676c41ee57e2568d071543beaefde8c5329c07c8ed55936a0ee6b61a");
}
