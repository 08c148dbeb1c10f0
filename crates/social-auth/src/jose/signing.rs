//! Tokens that we sign ourselves: a client secret in the form of a JWT (RFC 7523, section 2.2).

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use crate::error::{Error, Result};
use crate::secret::Secret;

/// A private key on the curve P-256, for ES256.
pub struct SigningKey(EcdsaKeyPair);

impl SigningKey {
    /// Reads a private key in PEM, `PRIVATE KEY` (PKCS #8) or `EC PRIVATE KEY` (RFC 5915).
    ///
    /// # Errors
    /// `invalid_setting` for `SECRET`, where such a key stands.
    pub fn from_pem(text: &Secret) -> Result<Self> {
        let unreadable = || {
            Error::invalid_setting(
                "SECRET",
                "it must be the private key in PEM, from -----BEGIN PRIVATE KEY----- to the end, on the curve P-256",
            )
        };
        let block = pem::parse(text.expose().trim()).map_err(|_| unreadable())?;
        if !matches!(block.tag(), "PRIVATE KEY" | "EC PRIVATE KEY") {
            return Err(unreadable());
        }
        let pair = EcdsaKeyPair::from_private_key_der(&ECDSA_P256_SHA256_FIXED_SIGNING, block.contents()).map_err(|_| unreadable())?;
        Ok(SigningKey(pair))
    }

    /// A JWT of these claims, signed with ES256.
    ///
    /// # Errors
    /// `invalid_setting` when the key cannot sign.
    pub fn sign(&self, kid: &str, claims: &Value) -> Result<Secret> {
        let header = json!({"alg": "ES256", "kid": kid, "typ": "JWT"});
        let message = format!("{}.{}", URL_SAFE_NO_PAD.encode(header.to_string()), URL_SAFE_NO_PAD.encode(claims.to_string()));
        let signature = self.0.sign(&SystemRandom::new(), message.as_bytes());
        let signature = signature.map_err(|_| Error::invalid_setting("SECRET", "the private key cannot sign"))?;
        Ok(Secret::new(format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature.as_ref()))))
    }
}
