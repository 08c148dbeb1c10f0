//! The client secret as a key: `HS256`, `HS384`, `HS512` (OpenID Connect Core 1.0, section 10.1).

use std::fmt;

use aws_lc_rs::hmac;
use jsonwebtoken::DecodingKey;
use serde_json::{Map, Value};

use super::Algorithm;
use super::private_key::compact;
use crate::error::{Error, Result};
use crate::secret::Secret;

/// The shortest client secret that verifies tokens, in bytes.
///
/// RFC 7518 (section 3.2) wants a key at least as long as the hash: 32, 48 or 64 bytes. A client cannot
/// choose the secret that a provider gives it, and 32 bytes already put guessing out of reach, whichever
/// hash follows; so 32 are asked for with all three. Anyone who gets to see one token can try secrets
/// against it at home, hence no less.
pub const MIN_HMAC_SECRET: usize = 32;

/// A client secret that may verify tokens and sign our own. Never made from a key set: a published key is no secret.
#[derive(Clone)]
pub struct HmacKey {
    decoding: DecodingKey,
    secret: Secret,
}

impl HmacKey {
    /// The key that the UTF-8 octets of a client secret are.
    ///
    /// # Errors
    /// `invalid_setting` for `SECRET` when it is empty, shorter than [`MIN_HMAC_SECRET`], or a public key.
    pub fn from_client_secret(secret: &Secret) -> Result<Self> {
        let text = secret.expose();
        if is_public_key(text) {
            return Err(Error::invalid_setting("SECRET", "this is a public key, which anyone may know: it cannot verify HMAC signatures"));
        }
        if text.len() < MIN_HMAC_SECRET {
            return Err(Error::invalid_setting(
                "SECRET",
                format!(
                    "a client secret of {} bytes is too short to verify HMAC signatures (at least {MIN_HMAC_SECRET}); \
                     have the provider sign id tokens with RS256 or ES256, or issue a longer secret",
                    text.len()
                ),
            ));
        }
        Ok(HmacKey { decoding: DecodingKey::from_secret(text.as_bytes()), secret: secret.clone() })
    }

    /// Whether `signature` (base64url) is made with this secret over `message`.
    pub(super) fn verifies(&self, algorithm: Algorithm, message: &[u8], signature: &str) -> bool {
        let theirs = match algorithm {
            Algorithm::HS256 => jsonwebtoken::Algorithm::HS256,
            Algorithm::HS384 => jsonwebtoken::Algorithm::HS384,
            Algorithm::HS512 => jsonwebtoken::Algorithm::HS512,
            _ => return false,
        };
        jsonwebtoken::crypto::verify(signature, message, &self.decoding, theirs).unwrap_or(false)
    }

    /// A JWT of these claims (`client_secret_jwt`: OpenID Connect Core 1.0, section 9).
    ///
    /// # Errors
    /// `invalid_setting` for an algorithm other than HMAC.
    pub fn sign(&self, algorithm: Algorithm, claims: &Value) -> Result<Secret> {
        let mac = match algorithm {
            Algorithm::HS256 => hmac::HMAC_SHA256,
            Algorithm::HS384 => hmac::HMAC_SHA384,
            Algorithm::HS512 => hmac::HMAC_SHA512,
            _ => return Err(Error::invalid_setting("SECRET", format!("a client secret cannot sign with {algorithm}"))),
        };
        let key = hmac::Key::new(mac, self.secret.expose().as_bytes());
        let header = Map::from_iter([("typ".to_owned(), Value::from("JWT"))]);
        compact(algorithm, &header, claims, |message| Ok(hmac::sign(&key, message).as_ref().to_vec()))
    }
}

impl fmt::Debug for HmacKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("HmacKey([redacted])")
    }
}

/// Whether somebody put a PEM, SSH or JWK public key where the client secret belongs.
fn is_public_key(text: &str) -> bool {
    let text = text.trim_start();
    let is_jwk = || serde_json::from_str::<Value>(text).is_ok_and(|value| value.get("kty").is_some() || value.get("keys").is_some());
    text.starts_with("-----BEGIN") || text.starts_with("ssh-") || text.starts_with("ecdsa-sha2-") || (text.starts_with('{') && is_jwk())
}
