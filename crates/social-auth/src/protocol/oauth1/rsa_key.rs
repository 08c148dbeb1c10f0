//! The client's own key for `RSA-SHA1` (RFC 5849, section 3.4.3). aws-lc-rs makes no RSA signatures over SHA-1, so the
//! crate `rsa` does.
//!
//! RUSTSEC-2023-0071: the arithmetic of that crate takes a time that depends on the key. So it is always blinded with random
//! numbers: what is computed is then none of an attacker's choosing, and the time says nothing of the key.

use std::fmt;
use std::sync::Arc;

use aws_lc_rs::digest::{SHA1_FOR_LEGACY_USE_ONLY, digest};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rsa::pkcs8::DecodePrivateKey;
use rsa::rand_core::OsRng;
use rsa::{Pkcs1v15Sign, RsaPrivateKey};

use crate::error::{Error, Result};
use crate::jose::PrivateKeys;
use crate::settings::BackendSettings;

/// A private RSA key that signs requests. `Debug` shows nothing of it.
#[derive(Clone)]
pub struct RsaKey(Arc<RsaPrivateKey>);

/// That SHA-1 made the digest, in DER (RFC 8017, section 9.2, note 1).
const BY_SHA1: [u8; 15] = [0x30, 0x21, 0x30, 0x09, 0x06, 0x05, 0x2b, 0x0e, 0x03, 0x02, 0x1a, 0x05, 0x00, 0x04, 0x14];

impl RsaKey {
    /// The first RSA key of `PRIVATE_KEYS`.
    ///
    /// # Errors
    /// `missing_setting` or `invalid_setting` for `PRIVATE_KEYS`.
    pub fn from_settings(settings: &BackendSettings<'_>) -> Result<Self> {
        let keys = PrivateKeys::parse("PRIVATE_KEYS", &settings.secrets("PRIVATE_KEYS")?)?;
        let hint = "SIGNATURE_METHOD is RSA-SHA1, which signs with an RSA key of at least 2048 bits, in PEM or as a JWK.";
        let document = keys.keys().iter().find_map(crate::jose::PrivateKey::rsa_document);
        Self::from_pkcs8(&document.ok_or_else(|| settings.missing("PRIVATE_KEYS", hint))?)
            .ok_or_else(|| settings.invalid("PRIVATE_KEYS", "has an RSA key that cannot sign requests"))
    }

    fn from_pkcs8(document: &[u8]) -> Option<Self> {
        RsaPrivateKey::from_pkcs8_der(document).ok().map(|key| RsaKey(Arc::new(key)))
    }

    /// The value of `oauth_signature` over a base string.
    ///
    /// # Errors
    /// `invalid_setting` for `PRIVATE_KEYS` when the key cannot sign.
    pub fn sign(&self, base_string: &str) -> Result<String> {
        let hash = digest(&SHA1_FOR_LEGACY_USE_ONLY, base_string.as_bytes());
        let padding = Pkcs1v15Sign { hash_len: Some(hash.as_ref().len()), prefix: Box::new(BY_SHA1) };
        let signature = self.0.sign_with_rng(&mut OsRng, padding, hash.as_ref());
        let signature = signature.map_err(|_| Error::invalid_setting("PRIVATE_KEYS", "the RSA key cannot sign requests"))?;
        Ok(STANDARD.encode(signature))
    }
}

impl fmt::Debug for RsaKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RsaKey([redacted])")
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::settings::Settings;

    /// The request of RFC 5849, section 3.4.1.1, and what OpenSSL makes of it with this key (`openssl dgst -sha1 -sign`).
    const BASE_STRING: &str = "POST&http%3A%2F%2Fexample.com%2Frequest&a2%3Dr%2520b%26a3%3D2%2520q%26a3%3Da%26b5%3D%253D%25253D%26c%2540%3D%26c2%3D%26\
         oauth_consumer_key%3D9djdj82h48djs9d2%26oauth_nonce%3D7d8f3e4a%26oauth_signature_method%3DRSA-SHA1%26\
         oauth_timestamp%3D137131201%26oauth_token%3Dkkk9d7dh3k39sjv7";
    const SIGNATURE: &str = "bH5IC0Fg9y0E3iRGggofGtWEZOgsK69vCCo68IAnJ6UoPCmpfbUGH+fVyJg4/1nGOOz5d/ULhilzd9IvVT4dZ2FgaBQkEcfplg7Yv129h7NkWZ\
         6ojRq0pWT4pQxtvGfT2hEQG+RSiODkgJdtbpfOj1AycYgubIAFJkxoHHALvaTQ6lklBRLXbzl+JpYPgP6bULfQBsFLvjGnJ8knXjqIEYTXW5/5\
         z36myX+Ioeo7ErAH8+oRSh1dqMrdjlCZPqqvDEvNOm5xfKbQ3p0eSBIVEnTJ5QGii7TgNW/HxA1xcwpTC5QwlC2pqekFQ1JsjG3z1USiEO6wsg\
         Bl0pqeC6n2rQ==";
    const RSA: &str = include_str!("../saml/tests/keys/idp.key");
    const CURVE: &str = include_str!("../saml/tests/keys/ec.key");

    fn key(texts: &[&str]) -> Result<RsaKey> {
        let mut settings = Settings::new();
        settings.set_for("jira", "PRIVATE_KEYS", serde_json::json!(texts));
        RsaKey::from_settings(&settings.of_backend("jira"))
    }

    #[test]
    fn it_signs_as_openssl_does() {
        for texts in [&[RSA][..], &[CURVE, RSA]] {
            let key = key(texts).unwrap();
            assert_eq!(key.sign(BASE_STRING).unwrap(), SIGNATURE);
            assert_eq!(format!("{key:?}"), "RsaKey([redacted])");
        }
    }

    #[test]
    fn what_is_missing_is_told_at_start() {
        for texts in [&[][..], &[CURVE], &["-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----"]] {
            let error = key(texts).unwrap_err();
            assert_eq!(error.facts().parameter, Some("PRIVATE_KEYS"), "{error}");
        }
    }
}
