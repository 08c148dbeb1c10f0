//! Tokens, signed and encrypted, and keys.

use std::sync::LazyLock;

use aws_lc_rs::hmac;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use crate::http::Incoming;
use crate::jose::{
    ACCESS_TOKEN, API_TOKEN, AUTHORIZATION_RESPONSE, Algorithm, ContentEncryption, Encryption, HmacKey, ID_TOKEN, Jws, KeyManagement,
    KeySet, Keys, LOGOUT_TOKEN, PrivateKeys, USER_INFO, decrypt,
};
use crate::protocol::oidc::{
    IdTokenRules, IssuerRule, UserInfoRules, read_user_info, verify_authorization_response, verify_id_token, verify_logout_token,
};
use crate::secret::Secret;

pub(super) const ISSUER: &str = "https://id.example";
pub(super) const CLIENT: &str = "a-client";
pub(super) const NOW: i64 = super::world::NOW;
const SECRET: &str = "a-client-secret-of-fifty-characters-and-not-fewer!";
const RSA: &str = include_str!("../protocol/saml/tests/keys/idp.key");
const CURVE: &str = include_str!("../protocol/saml/tests/keys/ec.key");

/// The provider's keys, and ours.
pub(super) static PRIVATE: LazyLock<PrivateKeys> =
    LazyLock::new(|| PrivateKeys::parse("PRIVATE_KEYS", &[Secret::from(RSA), Secret::from(CURVE)]).unwrap());

static PUBLIC: LazyLock<KeySet> = LazyLock::new(|| KeySet::parse(&PRIVATE.published(false)).unwrap());

static HMAC: LazyLock<HmacKey> = LazyLock::new(|| HmacKey::from_client_secret(&SECRET.into()).unwrap());

/// What the provider states in all seeds.
pub(super) fn stated() -> Value {
    json!({"iss": ISSUER, "aud": CLIENT, "sub": "1234", "iat": NOW, "exp": NOW + 300, "nonce": "n"})
}

/// A token or key. The first byte: 0 a signed token, 1 claims that the provider signs, 2 a header and, on the next line,
/// claims that it signs, 3 an encrypted token, 4 a key set, 5 private keys, 6 a key in PEM.
pub fn jose(data: &[u8]) -> bool {
    let Some((way, rest)) = data.split_first() else { return false };
    let text = String::from_utf8_lossy(rest);
    match way % 7 {
        0 => token(&text),
        1 => claims(r#"{"alg":"HS256"}"#, &text),
        2 => text.split_once('\n').is_some_and(|(header, payload)| claims(header, payload)),
        3 => encrypted(&text),
        4 => serde_json::from_slice(rest).is_ok_and(|document| KeySet::parse(&document).is_ok_and(|keys| !keys.keys().is_empty())),
        5 => PrivateKeys::parse("PRIVATE_KEYS", &[Secret::from(&*text)]).is_ok(),
        _ => Algorithm::ALL.iter().any(|algorithm| KeySet::from_public_pem("PUBLIC_KEY", &text, *algorithm).is_ok()),
    }
}

/// By public keys nothing is taken but what the provider states.
fn token(text: &str) -> bool {
    let mut taken = false;
    for token_use in [ID_TOKEN, ACCESS_TOKEN, API_TOKEN, USER_INFO, AUTHORIZATION_RESPONSE, LOGOUT_TOKEN] {
        let Ok(jws) = Jws::parse(text, token_use) else { continue };
        if let Ok(verified) = jws.verify(&Keys::public(&PUBLIC), Algorithm::ASYMMETRIC) {
            let payload: Value = serde_json::from_slice(&verified.payload).unwrap();
            assert_eq!(payload, stated(), "what nobody signed was taken: {text}");
            taken = true;
        }
        if jws.verify(&Keys { public: &PUBLIC, secret: Some(&HMAC) }, &[Algorithm::HS256]).is_ok() {
            panic!("what nobody signed was taken: {text}");
        }
    }
    taken | enter(text, Algorithm::ASYMMETRIC)
}

fn claims(header: &str, payload: &str) -> bool {
    let message = format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(payload));
    let mac = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, SECRET.as_bytes()), message.as_bytes());
    enter(&format!("{message}.{}", URL_SAFE_NO_PAD.encode(mac)), &[Algorithm::HS256])
}

/// Every place where tokens come in. What is taken must be from the issuer, for us, and not over.
fn enter(text: &str, algorithms: &[Algorithm]) -> bool {
    let (issuer, audiences) = (IssuerRule::exact(ISSUER), [CLIENT.to_owned()]);
    let rules = IdTokenRules { algorithms, secret: Some(&HMAC), ..IdTokenRules::new(&issuer, &audiences, NOW) };
    let id_token = verify_id_token(text, &rules, &PUBLIC).map(|claims| Value::Object(claims.into_map()));
    let response = verify_authorization_response(text, &rules, &PUBLIC).map(|claims| Value::Object(claims.into_map()));
    for claims in [&id_token, &response].into_iter().flatten() {
        let for_us = claims["aud"] == CLIENT || claims["aud"].as_array().is_some_and(|all| all.iter().any(|one| one == CLIENT));
        let over = claims["exp"].as_f64().is_none_or(|until| until + 1.0 + (rules.leeway as f64) < NOW as f64);
        assert!(claims["iss"] == ISSUER && for_us && !over, "{claims}");
    }
    if let Ok(id_token) = &id_token {
        assert!(id_token["sub"].as_str().is_some_and(|subject| !subject.is_empty()), "{id_token}");
    }
    drop(verify_logout_token(text, &rules, &PUBLIC));
    let headers = http::HeaderMap::from_iter([(http::header::CONTENT_TYPE, http::HeaderValue::from_static("application/jwt"))]);
    let answer = Incoming { status: 200, headers, body: text.as_bytes().to_vec().into() };
    drop(read_user_info(&answer, &UserInfoRules { subject: Some("1234"), signed: true, token: rules }, &PUBLIC));
    id_token.is_ok()
}

fn encrypted(text: &str) -> bool {
    let mut opened = false;
    for key_management in KeyManagement::ALL {
        for content in ContentEncryption::ALL {
            opened |= decrypt("id token", text, Encryption { key_management, content }, &PRIVATE).is_ok();
        }
    }
    opened
}
