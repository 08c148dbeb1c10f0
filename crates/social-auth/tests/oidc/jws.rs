use serde_json::{Value, json};
use social_auth::jose::{Algorithm, HmacKey, ID_TOKEN, Jws, KeySet, Keys, LOGOUT_TOKEN, MAX_TOKEN_LENGTH};
use social_auth::{Error, Secret};

use super::signing::{
    CLIENT_SECRET, OTHER_RSA, P256, RSA, all_keys, b64, code, hmac_token, key_set, raw_token, signature, token, token_with,
};

fn secret() -> HmacKey {
    HmacKey::from_client_secret(&Secret::new(CLIENT_SECRET)).unwrap()
}

/// Everything allowed that there is: what is refused here is refused under any configuration.
fn verify(token: &str, keys: &KeySet) -> Result<Value, Error> {
    let secret = secret();
    let keys = Keys { public: keys, secret: Some(&secret) };
    let verified = Jws::parse(token, ID_TOKEN)?.verify(&keys, Algorithm::ALL)?;
    Ok(serde_json::from_slice(&verified.payload).unwrap())
}

#[track_caller]
fn refused_with(expected: &str, token: &str) -> Error {
    let error = verify(token, &all_keys()).expect_err("the token must be refused");
    assert_eq!(error.reason().code(), expected, "{error}");
    error
}

#[test]
fn a_well_signed_token_of_every_algorithm_is_verified() {
    for algorithm in Algorithm::ALL {
        let claims = json!({"sub": algorithm.name()});
        let outcome = verify(&token(*algorithm, &claims), &all_keys());
        assert_eq!(outcome.unwrap_or_else(|error| panic!("{algorithm}: {error}")), claims);
    }
}

#[test]
fn a_changed_header_payload_or_signature_is_refused_with_every_algorithm() {
    for algorithm in Algorithm::ALL {
        let good = token(*algorithm, &json!({"sub": "alice"}));
        let parts: Vec<_> = good.split('.').collect();
        let other_payload = format!("{}.{}.{}", parts[0], b64(br#"{"sub":"mallory"}"#), parts[2]);
        let other_header = b64(json!({"alg": algorithm.name(), "kid": super::signing::kid_for(*algorithm)}).to_string().as_bytes());
        let other_header = format!("{other_header}.{}.{}", parts[1], parts[2]);
        let mut bits = signature(*algorithm, good.rsplit_once('.').unwrap().0.as_bytes());
        *bits.last_mut().unwrap() ^= 1;
        let other_signature = format!("{}.{}.{}", parts[0], parts[1], b64(&bits));
        let cut_signature = format!("{}.{}.{}", parts[0], parts[1], &parts[2][..parts[2].len() - 4]);
        let no_signature = format!("{}.{}.", parts[0], parts[1]);
        for forged in [other_payload, other_header, other_signature, cut_signature, no_signature] {
            refused_with("invalid_signature", &forged);
        }
    }
}

// CVE-2020-26244, CVE-2020-15240.
#[test]
fn alg_none_fails_in_every_spelling() {
    for name in ["none", "None", "NONE", "nOnE", "", " none", "none ", "null", "rs256", "RS256 ", "HS1", "ES256K"] {
        for signature in ["", &b64(b"anything")] {
            let header = b64(json!({"alg": name}).to_string().as_bytes());
            refused_with("invalid_signature", &format!("{header}.{}.{signature}", b64(b"{}")));
        }
    }
    for header in [json!({}), json!({"alg": null}), json!({"alg": 256}), json!({"alg": ["RS256"]})] {
        refused_with("invalid_signature", &token_with(&header, Algorithm::RS256, &json!({})));
    }
}

// CVE-2017-11424, CVE-2022-29217, CVE-2024-33663, CVE-2024-37568.
#[test]
fn hs256_with_a_public_key_fails() {
    let jwk = RSA.jwk("rsa");
    let pem = RSA.pem();
    let texts = [pem.clone(), pem.trim_end().to_owned(), jwk.to_string(), jwk["n"].as_str().unwrap().to_owned()];
    for text in &texts {
        for header in [json!({"alg": "HS256", "kid": "rsa"}), json!({"alg": "HS256"})] {
            let forged = hmac_token(&header, text.as_bytes(), &json!({"sub": "mallory"}));
            refused_with("invalid_signature", &forged);
            let keys = all_keys();
            let without_secret = Jws::parse(&forged, ID_TOKEN).unwrap().verify(&Keys::public(&keys), Algorithm::ALL);
            assert_eq!(without_secret.unwrap_err().reason().code(), "invalid_signature");
        }
    }
}

#[test]
fn a_public_key_is_no_client_secret() {
    for text in [RSA.pem(), RSA.jwk("rsa").to_string(), json!({"keys": [RSA.jwk("rsa")]}).to_string()] {
        let error = HmacKey::from_client_secret(&Secret::new(text)).unwrap_err();
        assert_eq!((error.reason().code(), error.facts().parameter), ("invalid_setting", Some("SECRET")));
    }
}

// CVE-2026-45363.
#[test]
fn an_empty_or_short_client_secret_cannot_verify() {
    for text in ["", "x", "thirty-one-characters-are-not-e"] {
        let error = HmacKey::from_client_secret(&Secret::new(text)).unwrap_err();
        assert_eq!(error.reason().code(), "invalid_setting");
        assert!(text.len() < 5 || !error.to_string().contains(text), "the secret must not be told");
    }
    assert!(HmacKey::from_client_secret(&Secret::new("thirty-two-characters-are-enough")).is_ok());
}

#[test]
fn a_symmetric_key_in_a_published_set_is_never_used() {
    let published = json!({"kty": "oct", "kid": "shared", "alg": "HS256", "k": b64(b"known to everyone, known to everyone")});
    let forged = hmac_token(&json!({"alg": "HS256", "kid": "shared"}), b"known to everyone, known to everyone", &json!({}));
    assert!(key_set(std::slice::from_ref(&published)).keys().is_empty());
    assert_eq!(verify(&forged, &key_set(&[published])).unwrap_err().reason().code(), "invalid_signature");
}

#[test]
fn the_client_decides_which_algorithms_it_accepts() {
    let keys = all_keys();
    let secret = secret();
    let keys = Keys { public: &keys, secret: Some(&secret) };
    for algorithm in Algorithm::ALL {
        let token = token(*algorithm, &json!({}));
        let jws = Jws::parse(&token, ID_TOKEN).unwrap();
        let others: Vec<_> = Algorithm::ALL.iter().copied().filter(|other| other != algorithm).collect();
        assert_eq!(jws.verify(&keys, &others).unwrap_err().reason().code(), "invalid_signature");
        assert_eq!(jws.verify(&keys, &[]).unwrap_err().reason().code(), "invalid_signature");
        assert_eq!(jws.verify(&keys, Algorithm::ASYMMETRIC).is_ok(), !algorithm.is_symmetric());
    }
}

// CVE-2025-59420, CVE-2026-32597.
#[test]
fn an_unknown_extension_fails() {
    let headers = [
        json!({"alg": "RS256", "crit": ["x-new"], "x-new": true}),
        json!({"alg": "RS256", "crit": ["b64"], "b64": false}),
        json!({"alg": "RS256", "crit": []}),
        json!({"alg": "RS256", "crit": null}),
        json!({"alg": "RS256", "zip": "DEF"}),
        json!({"alg": "RS256", "enc": "A128GCM"}),
    ];
    for header in headers {
        refused_with("invalid_signature", &token_with(&header, Algorithm::RS256, &json!({})));
    }
}

#[test]
fn the_type_of_a_token_is_fixed_by_its_use() {
    for (typ, as_id_token, as_logout_token) in [
        (json!("JWT"), true, true),
        (json!("jwt"), true, true),
        (json!("application/jwt"), true, true),
        (json!("logout+jwt"), false, true),
        (json!("at+jwt"), false, false),
        (json!("application/at+jwt"), false, false),
        (json!("dpop+jwt"), false, false),
        (json!("JOSE+JSON"), false, false),
        (json!(""), false, false),
        (json!(null), false, false),
        (json!(["JWT"]), false, false),
    ] {
        let token = token_with(&json!({"alg": "RS256", "typ": typ}), Algorithm::RS256, &json!({}));
        assert_eq!(Jws::parse(&token, ID_TOKEN).is_ok(), as_id_token, "{typ}");
        assert_eq!(Jws::parse(&token, LOGOUT_TOKEN).is_ok(), as_logout_token, "{typ}");
    }
    assert!(verify(&token_with(&json!({"alg": "RS256"}), Algorithm::RS256, &json!({})), &all_keys()).is_ok());
}

// CVE-2023-51774.
#[test]
fn an_encrypted_token_where_a_signed_one_is_expected_is_refused_and_named() {
    let header = b64(json!({"alg": "RSA-OAEP", "enc": "A128GCM"}).to_string().as_bytes());
    let error = refused_with("malformed_response", &format!("{header}.key.iv.text.tag"));
    assert!(error.to_string().contains("JWE"), "{error}");
}

// CVE-2025-22868, CVE-2025-30204, CVE-2025-27144.
#[test]
fn a_token_that_is_too_long_is_refused_before_it_is_split() {
    let padding = "x".repeat(MAX_TOKEN_LENGTH);
    refused_with("malformed_response", &token(Algorithm::RS256, &json!({"pad": padding})));
    refused_with("malformed_response", &".".repeat(MAX_TOKEN_LENGTH + 1));
}

#[test]
fn what_is_no_compact_token_is_refused() {
    let good = token(Algorithm::RS256, &json!({}));
    let (header, rest) = good.split_once('.').unwrap();
    let shapes = [
        String::new(),
        ".".into(),
        "..".into(),
        "...".into(),
        "no dots".into(),
        format!("{header}."),
        format!("{good}."),
        format!(".{good}"),
        format!("{header}..{rest}"),
        format!("{header}=.{rest}"),
        format!(" {good}"),
        format!("{}.{rest}", b64(b"not json")),
        format!("{}.{rest}", b64(b"[]")),
        format!("{}.{rest}", b64(b"\xff\xfe")),
        format!("é.{rest}"),
    ];
    for shape in shapes {
        refused_with("malformed_response", &shape);
    }
}

#[test]
fn base64_that_is_not_canonical_is_refused() {
    let message = format!("{}.{}", b64(br#"{"alg":"ES256"}"#), b64(b"{}"));
    let good = b64(&signature(Algorithm::ES256, message.as_bytes()));
    assert!(verify(&format!("{message}.{good}"), &all_keys()).is_ok());
    // 64 octets leave four unused bits in the last character: another character with the same octets.
    let alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let last = alphabet.find(good.chars().last().unwrap()).unwrap();
    let twin = format!("{}{}", &good[..good.len() - 1], &alphabet[last + 1..=last + 1]);
    for other in [twin, format!("{good}="), format!("{good}\n"), good.replace(['-', '_'], "+")] {
        if other != good {
            refused_with("invalid_signature", &format!("{message}.{other}"));
        }
    }
}

#[test]
fn a_header_that_names_a_member_twice_is_refused() {
    for header in [r#"{"alg":"RS256","alg":"RS256"}"#, r#"{"alg":"none","alg":"RS256"}"#, r#"{"alg":"RS256","kid":"a","kid":"rsa"}"#] {
        refused_with("malformed_response", &raw_token(header, "{}", |message| signature(Algorithm::RS256, message)));
    }
}

#[test]
fn a_key_inside_the_token_is_ignored() {
    let mallory = OTHER_RSA.jwk("mallory");
    for header in [json!({"alg": "RS256", "jwk": mallory}), json!({"alg": "RS256", "jku": "https://evil.example/keys", "kid": "mallory"})] {
        let signed = token_with(&header, Algorithm::RS256, &json!({"sub": "mallory"}));
        assert!(verify(&signed, &key_set(&[P256.jwk("p256")])).is_err());
    }
}

#[test]
fn a_key_is_found_by_its_name_and_its_type() {
    let claims = json!({"sub": "alice"});
    let named = |kid: &str| token_with(&json!({"alg": "RS256", "kid": kid}), Algorithm::RS256, &claims);
    let unnamed = token_with(&json!({"alg": "RS256"}), Algorithm::RS256, &claims);
    let twice = key_set(&[OTHER_RSA.jwk("a"), P256.jwk("a"), RSA.jwk("a")]);
    assert!(verify(&named("a"), &twice).is_ok(), "a name may be there twice");
    assert!(verify(&unnamed, &twice).is_ok(), "without a name each key is tried");
    let elsewhere = key_set(&[OTHER_RSA.jwk("a"), RSA.jwk("b")]);
    for kid in ["a", "c", "", "B"] {
        assert_eq!(code(&verify(&named(kid), &elsewhere).unwrap_err()), ("invalid_signature", None), "{kid}");
    }
    let mut nameless = RSA.jwk("x");
    nameless.as_object_mut().unwrap().remove("kid");
    assert!(verify(&unnamed, &key_set(std::slice::from_ref(&nameless))).is_ok());
    assert!(verify(&named("a"), &key_set(&[nameless])).is_err(), "a nameless key is not the one that the token names");
}

#[test]
fn a_key_is_used_with_no_other_algorithm_than_its_own() {
    let mut jwk = RSA.jwk("rsa");
    jwk["alg"] = json!("RS256");
    let keys = key_set(&[jwk]);
    for algorithm in Algorithm::ALL.iter().filter(|algorithm| super::signing::kid_for(**algorithm) == "rsa") {
        assert_eq!(verify(&token(*algorithm, &json!({})), &keys).is_ok(), *algorithm == Algorithm::RS256, "{algorithm}");
    }
}

#[test]
fn only_a_token_that_names_no_known_key_may_need_newer_keys() {
    let keys = all_keys();
    let needs = |header: Value| {
        let token = token_with(&header, Algorithm::RS256, &json!({}));
        Jws::parse(&token, ID_TOKEN).unwrap().may_need_newer_keys(&keys)
    };
    assert!(!needs(json!({"alg": "RS256", "kid": "rsa"})));
    assert!(needs(json!({"alg": "RS256", "kid": "new"})));
    assert!(needs(json!({"alg": "RS256"})));
    assert!(!needs(json!({"alg": "HS256", "kid": "new"})));
}

#[test]
fn a_key_name_that_is_no_text_is_refused() {
    for kid in [json!(1), json!(null), json!(["rsa"])] {
        refused_with("malformed_response", &token_with(&json!({"alg": "RS256", "kid": kid}), Algorithm::RS256, &json!({})));
    }
}

#[test]
fn debug_shows_no_payload_no_key_and_no_secret() {
    let token = token(Algorithm::RS256, &json!({"sub": "alice"}));
    let keys = all_keys();
    let jws = Jws::parse(&token, ID_TOKEN).unwrap();
    let verified = jws.verify(&Keys::public(&keys), Algorithm::ASYMMETRIC).unwrap();
    let shown = format!("{jws:?} {verified:?} {keys:?} {:?}", secret());
    let modulus = RSA.jwk("rsa")["n"].as_str().unwrap().to_owned();
    for hidden in ["alice", CLIENT_SECRET, &modulus, token.split('.').nth(1).unwrap()] {
        assert!(!shown.contains(hidden), "{shown}");
    }
}
