//! Tokens that we sign ourselves: a client secret in the form of a JWT (RFC 7523, section 2.2), and tokens of
//! ours for the API (RFC 9068).

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair as _};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use super::Algorithm;
use crate::error::{Error, Result};
use crate::seal::sha256_base64url;
use crate::secret::Secret;

/// A private key that signs.
pub struct SigningKey(Pair);

enum Pair {
    /// On the curve P-256, for ES256.
    P256(EcdsaKeyPair),
    /// Ed25519, for EdDSA.
    Ed25519(Ed25519KeyPair),
}

impl SigningKey {
    /// Reads a private key in PEM, `PRIVATE KEY` (PKCS #8) or `EC PRIVATE KEY` (RFC 5915).
    ///
    /// # Errors
    /// `invalid_setting` for `SECRET`, where such a key stands.
    pub fn from_pem(text: &Secret) -> Result<Self> {
        Self::from_pem_in("SECRET", text)
    }

    /// The same for a key in another setting.
    ///
    /// # Errors
    /// `invalid_setting` for `setting`.
    pub fn from_pem_in(setting: &str, text: &Secret) -> Result<Self> {
        let unreadable = || {
            Error::invalid_setting(
                setting,
                "it must be the private key in PEM, from -----BEGIN PRIVATE KEY----- to the end, on the curve P-256",
            )
        };
        let block = pem::parse(text.expose().trim()).map_err(|_| unreadable())?;
        if !matches!(block.tag(), "PRIVATE KEY" | "EC PRIVATE KEY") {
            return Err(unreadable());
        }
        let pair = EcdsaKeyPair::from_private_key_der(&ECDSA_P256_SHA256_FIXED_SIGNING, block.contents()).map_err(|_| unreadable())?;
        Ok(SigningKey(Pair::P256(pair)))
    }

    /// An Ed25519 key of this seed (RFC 8032, section 5.1.5).
    ///
    /// # Errors
    /// `unknown_error` when no key can be made of it.
    pub fn from_seed(seed: &[u8; 32]) -> Result<Self> {
        let pair = Ed25519KeyPair::from_seed_unchecked(seed)
            .map_err(|_| Error::new(crate::error::Reason::UnknownError).detail("no Ed25519 key can be made"))?;
        Ok(SigningKey(Pair::Ed25519(pair)))
    }

    /// What it signs with.
    #[must_use]
    pub fn algorithm(&self) -> Algorithm {
        match self.0 {
            Pair::P256(_) => Algorithm::ES256,
            Pair::Ed25519(_) => Algorithm::EdDSA,
        }
    }

    /// The public key as a JWK (RFC 7517) that names its use; its `kid` is its thumbprint (RFC 7638).
    #[must_use]
    pub fn public_jwk(&self) -> Value {
        let mut jwk = self.required_members();
        // The members in the order of their names and without white space: what the thumbprint is of.
        let kid = sha256_base64url(&jwk.to_string());
        jwk["kid"] = Value::from(kid);
        jwk["alg"] = Value::from(self.algorithm().name());
        jwk["use"] = Value::from("sig");
        jwk
    }

    fn required_members(&self) -> Value {
        let encode = |octets: &[u8]| URL_SAFE_NO_PAD.encode(octets);
        match &self.0 {
            Pair::P256(pair) => {
                // The uncompressed point: 4, x, y.
                let (x, y) = pair.public_key().as_ref().get(1..).unwrap_or_default().split_at_checked(32).unwrap_or_default();
                json!({"crv": "P-256", "kty": "EC", "x": encode(x), "y": encode(y)})
            }
            Pair::Ed25519(pair) => json!({"crv": "Ed25519", "kty": "OKP", "x": encode(pair.public_key().as_ref())}),
        }
    }

    /// A JWT of these claims.
    ///
    /// # Errors
    /// `invalid_setting` when the key cannot sign.
    pub fn sign(&self, kid: &str, claims: &Value) -> Result<Secret> {
        self.sign_as("JWT", kid, claims)
    }

    /// The same with another `typ`.
    ///
    /// # Errors
    /// As [`sign`](SigningKey::sign).
    pub fn sign_as(&self, typ: &str, kid: &str, claims: &Value) -> Result<Secret> {
        let header = json!({"alg": self.algorithm().name(), "kid": kid, "typ": typ});
        let message = format!("{}.{}", URL_SAFE_NO_PAD.encode(header.to_string()), URL_SAFE_NO_PAD.encode(claims.to_string()));
        let signature = match &self.0 {
            Pair::P256(pair) => pair
                .sign(&SystemRandom::new(), message.as_bytes())
                .map_err(|_| Error::invalid_setting("SECRET", "the private key cannot sign"))?,
            Pair::Ed25519(pair) => pair.sign(message.as_bytes()),
        };
        Ok(Secret::new(format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature.as_ref()))))
    }
}
