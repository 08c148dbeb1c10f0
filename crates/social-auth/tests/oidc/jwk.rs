use serde_json::{Value, json};
use social_auth::jose::{Algorithm, KeySet, MAX_KEYS};

use super::signing::{ED25519, P256, P384, P521, RSA, b64, ed25519_jwk, key_set};
use aws_lc_rs::signature::KeyPair as _;

fn with(mut jwk: Value, name: &str, value: Value) -> Value {
    jwk[name] = value;
    jwk
}

#[test]
fn a_key_may_be_used_with_what_its_type_and_its_own_alg_allow() {
    let rsa = &[Algorithm::RS256, Algorithm::RS384, Algorithm::RS512, Algorithm::PS256, Algorithm::PS384, Algorithm::PS512][..];
    for (jwk, allowed) in [
        (RSA.jwk("k"), rsa),
        (with(RSA.jwk("k"), "alg", json!("PS256")), &[Algorithm::PS256]),
        (with(RSA.jwk("k"), "alg", json!(null)), rsa),
        (P256.jwk("k"), &[Algorithm::ES256]),
        (P384.jwk("k"), &[Algorithm::ES384]),
        (P521.jwk("k"), &[Algorithm::ES512]),
        (ed25519_jwk("k"), &[Algorithm::EdDSA]),
        (with(ed25519_jwk("k"), "alg", json!("Ed25519")), &[Algorithm::EdDSA]),
        (with(P256.jwk("k"), "key_ops", json!(["verify"])), &[Algorithm::ES256]),
    ] {
        let set = key_set(std::slice::from_ref(&jwk));
        assert_eq!(set.keys()[0].algorithms(), allowed, "{jwk}");
        assert_eq!(set.keys()[0].kid(), Some("k"));
    }
}

#[test]
fn a_key_that_must_not_verify_is_left_out_and_the_rest_stays() {
    let short_modulus = b64(&[0xab; 128]);
    let almost = b64(&[&[0x7f][..], &[0xff; 255]].concat());
    let padded_short = b64(&[&[0; 200][..], &[0xab; 128]].concat());
    let off_curve = b64(&[1; 66]);
    for (why, jwk) in [
        ("another purpose", with(RSA.jwk("k"), "use", json!("enc"))),
        ("a purpose of a wrong type", with(RSA.jwk("k"), "use", json!(["sig"]))),
        ("other operations", with(RSA.jwk("k"), "key_ops", json!(["encrypt", "wrapKey"]))),
        ("signing only", with(RSA.jwk("k"), "key_ops", json!(["sign"]))),
        ("no operations", with(RSA.jwk("k"), "key_ops", json!([]))),
        ("an encryption algorithm", with(RSA.jwk("k"), "alg", json!("RSA-OAEP"))),
        ("an algorithm of another type", with(RSA.jwk("k"), "alg", json!("ES256"))),
        ("HMAC by a public key", with(RSA.jwk("k"), "alg", json!("HS256"))),
        ("none", with(RSA.jwk("k"), "alg", json!("none"))),
        ("an algorithm of a wrong type", with(RSA.jwk("k"), "alg", json!(256))),
        ("a name of a wrong type", with(RSA.jwk("k"), "kid", json!(1))),
        ("RSA-1024", with(RSA.jwk("k"), "n", json!(short_modulus))),
        ("RSA of 2047 bits", with(RSA.jwk("k"), "n", json!(almost))),
        ("RSA-1024 with zeros in front", with(RSA.jwk("k"), "n", json!(padded_short))),
        ("RSA of 16384 bits", with(RSA.jwk("k"), "n", json!(b64(&[0xab; 2048])))),
        ("no modulus", with(RSA.jwk("k"), "n", json!(null))),
        ("an empty modulus", with(RSA.jwk("k"), "n", json!(""))),
        ("plain base64", with(RSA.jwk("k"), "n", json!("++//"))),
        ("unknown type", with(RSA.jwk("k"), "kty", json!("AKP"))),
        ("no type", with(RSA.jwk("k"), "kty", json!(null))),
        ("unknown curve", with(P256.jwk("k"), "crv", json!("secp256k1"))),
        ("coordinates of another curve", with(P256.jwk("k"), "crv", json!("P-384"))),
        ("a short coordinate", with(P256.jwk("k"), "x", json!(b64(&[1; 31])))),
        ("a point off the curve", with(P521.jwk("k"), "x", json!(off_curve))),
        ("Ed448", with(ed25519_jwk("k"), "crv", json!("Ed448"))),
        ("key agreement", with(ed25519_jwk("k"), "crv", json!("X25519"))),
        ("no key", json!("key")),
        ("nothing", json!(null)),
    ] {
        let set = key_set(&[jwk, P256.jwk("good")]);
        let kids: Vec<_> = set.keys().iter().map(|key| key.kid()).collect();
        assert_eq!(kids, [Some("good")], "{why}");
        assert!(!set.has("k"));
    }
}

#[test]
fn a_modulus_with_a_sign_octet_in_front_is_read() {
    let modulus = RSA.jwk("k")["n"].as_str().unwrap().to_owned();
    // "AAAA" are three zero octets; the modulus of 256 octets is not aligned, so they go in front of the text.
    let set = key_set(&[with(RSA.jwk("k"), "n", json!(format!("AAAA{modulus}")))]);
    assert_eq!(set.keys().len(), 1);
}

#[test]
fn what_is_no_key_set_is_an_error() {
    for document in [json!({}), json!([]), json!(null), json!({"keys": {}}), json!({"keys": "x"}), RSA.jwk("k")] {
        assert_eq!(KeySet::parse(&document).unwrap_err().reason().code(), "malformed_response");
    }
    assert!(KeySet::parse(&json!({"keys": []})).unwrap().keys().is_empty());
}

#[test]
fn only_so_many_keys_are_read() {
    let many = vec![P256.jwk("k"); MAX_KEYS + 1];
    assert_eq!(key_set(&many).keys().len(), MAX_KEYS);
}

#[test]
fn debug_shows_names_and_algorithms_only() {
    let shown = format!("{:?}", key_set(&[ed25519_jwk("k")]));
    assert!(shown.contains("EdDSA") && !shown.contains(&b64(ED25519.public_key().as_ref())), "{shown}");
}
