//! Encrypted tokens: what is opened, and everything that must not be. That all algorithms are those of the
//! standards is shown against `oidc-provider`, which encrypts with each of them (`tests/interop/sharp_end.rs`).

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use aws_lc_rs::rsa::OAEP_SHA256_MGF1SHA256;
use serde_json::{Value, json};
use social_auth::jose::{Algorithm, ContentEncryption, Encryption, KeyManagement, PrivateKeys, decrypt};
use social_auth::{Result, Secret};

use super::signing::{OTHER_RSA, RSA, Rsa, b64, token};

const EXPECTED: Encryption = Encryption { key_management: KeyManagement::RsaOaep256, content: ContentEncryption::A256Gcm };
const CONTENT_KEY: [u8; 32] = [7; 32];
const IV: [u8; 12] = [9; 12];

/// The five parts of a token, before they are joined.
#[derive(Clone)]
struct Parts([Vec<u8>; 5]);

impl Parts {
    /// A well-encrypted token with any header.
    fn new(to: &Rsa, header: &Value, content: &str) -> Self {
        let key = to.encrypting();
        let mut wrapped = vec![0; key.ciphertext_size()];
        let wrapped = key.encrypt(&OAEP_SHA256_MGF1SHA256, &CONTENT_KEY, &mut wrapped, None).unwrap().to_vec();
        let header = header.to_string().into_bytes();
        let (mut text, aad) = (content.as_bytes().to_vec(), b64(&header));
        let cipher = LessSafeKey::new(UnboundKey::new(&AES_256_GCM, &CONTENT_KEY).unwrap());
        let tag = cipher.seal_in_place_separate_tag(Nonce::assume_unique_for_key(IV), Aad::from(aad.as_bytes()), &mut text).unwrap();
        Parts([header, wrapped, IV.to_vec(), text, tag.as_ref().to_vec()])
    }

    fn compact(&self) -> String {
        self.0.iter().map(|part| b64(part)).collect::<Vec<_>>().join(".")
    }

    fn with(&self, part: usize, change: impl FnOnce(&mut Vec<u8>)) -> String {
        let mut changed = self.clone();
        change(&mut changed.0[part]);
        changed.compact()
    }
}

fn keys() -> PrivateKeys {
    PrivateKeys::parse("PRIVATE_KEYS", &[Secret::new(RSA.private_pem())]).unwrap()
}

fn header() -> Value {
    json!({"alg": "RSA-OAEP-256", "enc": "A256GCM", "cty": "JWT"})
}

fn with(change: Value) -> Value {
    let mut header = header();
    header.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
    header
}

fn open(text: &str) -> Result<String> {
    decrypt("id token", text, EXPECTED, &keys())
}

#[track_caller]
fn refused(what: &str, text: &str) {
    let error = open(text).expect_err(what);
    assert!(["invalid_signature", "malformed_response"].contains(&error.reason().code()), "{what}: {error}");
}

#[test]
fn what_is_encrypted_for_us_is_opened_whatever_names_the_key() {
    let inside = token(Algorithm::RS256, &json!({"sub": "1234"}));
    for header in [
        header(),
        with(json!({"kid": "unknown"})),
        with(json!({"cty": "application/jwt"})),
        json!({"alg": "RSA-OAEP-256", "enc": "A256GCM"}),
    ] {
        assert_eq!(open(&Parts::new(&RSA, &header, &inside).compact()).unwrap(), inside);
    }
    // The newest key is first; what was encrypted with the one before it opens still.
    let rotated = [Secret::new(OTHER_RSA.private_pem()), Secret::new(RSA.private_pem())];
    let rotated = PrivateKeys::parse("PRIVATE_KEYS", &rotated).unwrap();
    assert_eq!(decrypt("id token", &Parts::new(&RSA, &header(), &inside).compact(), EXPECTED, &rotated).unwrap(), inside);
}

#[test]
fn every_changed_part_and_every_stranger_is_refused() {
    let good = Parts::new(&RSA, &header(), "inside");
    assert!(open(&good.compact()).is_ok());
    for part in 0..5 {
        for position in [0, 1, good.0[part].len() / 2, good.0[part].len() - 1] {
            refused("a changed octet", &good.with(part, |part| part[position] ^= 1));
        }
        refused("an empty part", &good.with(part, Vec::clear));
        refused("a shorter part", &good.with(part, |part| part.truncate(part.len() - 1)));
        refused("a longer part", &good.with(part, |part| part.push(0)));
    }
    refused("for somebody else", &Parts::new(&OTHER_RSA, &header(), "inside").compact());
    refused("a part too many", &format!("{}.AA", good.compact()));
    refused("a signed token", &token(Algorithm::RS256, &json!({})));
    // A tag of fewer bits is guessed sooner (RFC 7518, section 5.3).
    for length in [4, 8, 12, 15] {
        refused("a short tag", &good.with(4, |tag| tag.truncate(length)));
    }
}

#[test]
fn the_algorithms_are_ours_to_choose_and_bombs_do_not_go_off() {
    for (what, change) in [
        ("compression", json!({"zip": "DEF"})),
        ("an extension", json!({"crit": ["exp"], "exp": 1})),
        ("a key from a password, in ten million rounds", json!({"alg": "PBES2-HS256+A128KW", "p2c": 10_000_000, "p2s": "AAAA"})),
        ("rounds beside a right algorithm", json!({"p2c": 10_000_000})),
        ("a key that both know", json!({"alg": "dir"})),
        ("a key wrapped by a secret", json!({"alg": "A128KW"})),
        ("the old padding of RSA", json!({"alg": "RSA1_5"})),
        ("OAEP with another hash", json!({"alg": "RSA-OAEP"})),
        ("agreement in place of RSA", json!({"alg": "ECDH-ES"})),
        ("another content encryption", json!({"enc": "A128GCM"})),
        ("no content encryption", json!({"enc": "none"})),
        ("no algorithm", json!({"alg": null})),
        ("an algorithm that is no text", json!({"alg": ["RSA-OAEP-256"]})),
        ("something that is no token inside", json!({"cty": "text/plain"})),
        ("a type that is no text", json!({"cty": 1})),
    ] {
        refused(what, &Parts::new(&RSA, &with(change), "inside").compact());
    }
    let twice = r#"{"alg":"RSA-OAEP-256","enc":"A256GCM","enc":"A128GCM"}"#;
    let mut parts = Parts::new(&RSA, &header(), "inside");
    parts.0[0] = twice.as_bytes().to_vec();
    refused("a member named twice", &parts.compact());
    refused("a megabyte", &Parts::new(&RSA, &header(), &"A".repeat(1_000_000)).compact());
    refused("a hundred thousand dots", &".".repeat(100_000));
    let started = std::time::Instant::now();
    for _ in 0..100 {
        refused("a bomb", &format!("{}.{}", b64(br#"{"alg":"PBES2-HS512+A256KW","p2c":2147483647}"#), "A.A.A.A"));
    }
    assert!(started.elapsed().as_secs() < 5, "refusing costs nothing");
}

#[test]
fn what_is_wrong_with_a_private_key_is_told_without_showing_it() {
    let pem = RSA.private_pem();
    let jwk = |change: Value| {
        let mut jwk = json!({"kty": "EC", "crv": "P-256", "d": b64(&[1; 32]), "x": b64(&[2; 32]), "y": b64(&[3; 32])});
        jwk.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        jwk.to_string()
    };
    for (text, why) in [
        ("", "there is none in it"),
        ("hunter2", "there is none in it"),
        ("{hunter2", "it is no JSON"),
        ("{\"keys\":[]}", "there is none in it"),
        (RSA.pem().as_str(), "it is no private key"),
        (&pem.replace("PRIVATE KEY", "ENCRYPTED PRIVATE KEY"), "it is encrypted with a password"),
        (&jwk(json!({})), "its parts do not belong together"),
        (&jwk(json!({"d": null})), "a member of it is missing"),
        (&jwk(json!({"crv": "secp256k1"})), "its curve is unknown"),
        (&RSA.jwk("public").to_string(), "a member of it is missing"),
        (r#"{"kty":"oct","k":"aHVudGVyMg"}"#, "its type must be RSA, EC or OKP"),
    ] {
        let error = PrivateKeys::parse("PRIVATE_KEYS", &[Secret::new(text)]).unwrap_err();
        let told = error.explanation().unwrap();
        assert!(told.contains(why) && !told.contains("hunter2") && !told.contains("aHVud"), "{told}");
    }
    let twice = PrivateKeys::parse("PRIVATE_KEYS", &[Secret::new(&*pem), Secret::new(&*pem)]).unwrap_err();
    assert!(twice.explanation().unwrap().contains("another key has its name"), "{twice}");
}
