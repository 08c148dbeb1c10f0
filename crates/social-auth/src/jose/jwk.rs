//! A provider's published keys (RFC 7517), decoded once and kept ready.
//!
//! A key that we cannot or must not use (another purpose, an unknown type or curve, too short) is left
//! out; the rest of the set stays usable.

use std::fmt;

use aws_lc_rs::signature::{ECDSA_P521_SHA512_FIXED, ParsedPublicKey};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::DecodingKey;
use serde_json::Value;

use super::Algorithm;
use crate::error::{Error, Result};

/// How many keys of a set are read; a token without `kid` makes us try each of them.
pub const MAX_KEYS: usize = 64;

/// RSA moduli in bits (RFC 7518, section 3.3, and what aws-lc verifies).
const RSA_BITS: std::ops::RangeInclusive<usize> = 2048..=8192;

/// A set of public keys that signatures may be verified with.
#[derive(Debug, Clone, Default)]
pub struct KeySet {
    pub(super) keys: Vec<Key>,
    /// Whether tokens may name the key as they like: it is the only one, from the settings.
    pub(super) nameless: bool,
}

impl KeySet {
    /// Reads `{"keys": [...]}`.
    ///
    /// # Errors
    /// `malformed_response` when there is no list of keys. A set without one usable key is none: its
    /// tokens will be refused.
    pub fn parse(document: &Value) -> Result<Self> {
        let Some(Value::Array(listed)) = document.get("keys") else {
            return Err(Error::malformed("the key set has no list named \"keys\""));
        };
        if listed.len() > MAX_KEYS {
            tracing::warn!(listed = listed.len(), read = MAX_KEYS, "the provider's key set is very long; the rest is not read");
        }
        let mut keys = Vec::new();
        for jwk in listed.iter().take(MAX_KEYS) {
            match Key::parse(jwk) {
                Ok(key) => keys.push(key),
                Err(why) => tracing::debug!(kid = text(jwk, "kid").unwrap_or_default(), why, "left a key out of the key set"),
            }
        }
        Ok(KeySet { keys, nameless: false })
    }

    /// The usable keys, in the provider's order.
    #[must_use]
    pub fn keys(&self) -> &[Key] {
        &self.keys
    }

    /// Whether a key of this name is in the set, whatever it may be used for.
    #[must_use]
    pub fn has(&self, kid: &str) -> bool {
        self.keys.iter().any(|key| key.kid.as_deref() == Some(kid))
    }

    /// The keys to try: those named `kid` when the token names one (a set may repeat a name), all when
    /// it does not; each only with an algorithm of its own.
    pub(super) fn candidates<'k>(&'k self, kid: Option<&str>, algorithm: Algorithm) -> impl Iterator<Item = &'k Key> {
        let any = kid.is_none() || self.nameless;
        self.keys.iter().filter(move |key| (any || key.kid.as_deref() == kid) && key.algorithms.contains(&algorithm))
    }
}

/// A public key that verifies signatures. `Debug` shows its name and algorithms.
#[derive(Clone)]
pub struct Key {
    pub(super) kid: Option<String>,
    pub(super) algorithms: Vec<Algorithm>,
    pub(super) issuer: Option<String>,
    pub(super) material: Material,
}

#[derive(Clone)]
pub(super) enum Material {
    Jsonwebtoken(DecodingKey),
    // jsonwebtoken 11 has no ES512.
    P521(ParsedPublicKey),
}

impl Key {
    /// The key's name in its set.
    #[must_use]
    pub fn kid(&self) -> Option<&str> {
        self.kid.as_deref()
    }

    /// What it may be used with: all that its type can do, or just its own `alg`.
    #[must_use]
    pub fn algorithms(&self) -> &[Algorithm] {
        &self.algorithms
    }

    /// The issuer that it belongs to: a member that Microsoft adds, since its tenants share a set.
    #[must_use]
    pub fn issuer(&self) -> Option<&str> {
        self.issuer.as_deref()
    }

    /// Whether `signature` (base64url) is this key's over `message`.
    pub(super) fn verifies(&self, algorithm: Algorithm, message: &[u8], signature: &str) -> bool {
        match (&self.material, algorithm.in_jsonwebtoken()) {
            (Material::Jsonwebtoken(key), Some(theirs)) => {
                jsonwebtoken::crypto::verify(signature, message, key, theirs).is_ok_and(|verified| verified)
            }
            (Material::P521(key), None) => {
                URL_SAFE_NO_PAD.decode(signature).is_ok_and(|signature| key.verify_sig(message, &signature).is_ok())
            }
            _ => false,
        }
    }

    fn parse(jwk: &Value) -> Result<Self, &'static str> {
        is_for_signatures(jwk)?;
        let (material, mut algorithms) = match text(jwk, "kty") {
            Some("RSA") => rsa(jwk)?,
            Some("EC") => elliptic(jwk)?,
            Some("OKP") => edwards(jwk)?,
            // A symmetric key in a published set is known to everyone.
            Some("oct") => return Err("a symmetric key is no public key"),
            _ => return Err("unknown kty"),
        };
        if let Some(own) = member(jwk, "alg") {
            let own = own.as_str().and_then(Algorithm::from_name).ok_or("its alg is no signature algorithm known here")?;
            algorithms.retain(|algorithm| *algorithm == own);
            if algorithms.is_empty() {
                return Err("its alg does not fit its type");
            }
        }
        let kid = match member(jwk, "kid") {
            None => None,
            Some(Value::String(kid)) => Some(kid.clone()),
            Some(_) => return Err("its kid is no text"),
        };
        Ok(Key { kid, algorithms, issuer: text(jwk, "issuer").map(str::to_owned), material })
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Key").field("kid", &self.kid).field("algorithms", &self.algorithms).finish_non_exhaustive()
    }
}

// RFC 7517, sections 4.2 and 4.3.
fn is_for_signatures(jwk: &Value) -> Result<(), &'static str> {
    match member(jwk, "use") {
        None => {}
        Some(Value::String(purpose)) if purpose == "sig" => {}
        Some(_) => return Err("its use is not sig"),
    }
    match member(jwk, "key_ops") {
        None => Ok(()),
        Some(Value::Array(operations)) if operations.iter().any(|operation| operation == "verify") => Ok(()),
        Some(_) => Err("its key_ops do not name verify"),
    }
}

fn rsa(jwk: &Value) -> Result<(Material, Vec<Algorithm>), &'static str> {
    let (modulus, exponent) = (octets(jwk, "n")?, octets(jwk, "e")?);
    let modulus = unsigned(&modulus);
    let leading = modulus.first().ok_or("its modulus is zero")?;
    let bits = modulus.len() * 8 - leading.leading_zeros() as usize;
    if !RSA_BITS.contains(&bits) {
        return Err("an RSA key needs 2048 to 8192 bits");
    }
    let key = DecodingKey::from_rsa_raw_components(modulus, unsigned(&exponent));
    Ok((Material::Jsonwebtoken(key), Algorithm::RSA.to_vec()))
}

fn elliptic(jwk: &Value) -> Result<(Material, Vec<Algorithm>), &'static str> {
    let (size, algorithm) = match text(jwk, "crv") {
        Some("P-256") => (32, Algorithm::ES256),
        Some("P-384") => (48, Algorithm::ES384),
        Some("P-521") => (66, Algorithm::ES512),
        _ => return Err("unknown crv"),
    };
    let (x, y) = (octets(jwk, "x")?, octets(jwk, "y")?);
    // RFC 7518, sections 6.2.1.2 and 6.2.1.3: full length, leading zeros included.
    if x.len() != size || y.len() != size {
        return Err("its coordinates do not have the length of the curve");
    }
    let point = [&[0x04], x.as_slice(), y.as_slice()].concat();
    let material = if algorithm == Algorithm::ES512 {
        Material::P521(ParsedPublicKey::new(&ECDSA_P521_SHA512_FIXED, &point).map_err(|_| "its point is not on the curve")?)
    } else {
        Material::Jsonwebtoken(DecodingKey::from_ec_der(&point))
    };
    Ok((material, vec![algorithm]))
}

// RFC 8037, section 2.
fn edwards(jwk: &Value) -> Result<(Material, Vec<Algorithm>), &'static str> {
    if text(jwk, "crv") != Some("Ed25519") {
        return Err("unknown crv");
    }
    let point = octets(jwk, "x")?;
    if point.len() != 32 {
        return Err("its point does not have the length of the curve");
    }
    Ok((Material::Jsonwebtoken(DecodingKey::from_ed_der(&point)), vec![Algorithm::EdDSA]))
}

/// A member that is there and not null.
fn member<'v>(jwk: &'v Value, name: &str) -> Option<&'v Value> {
    jwk.get(name).filter(|value| !value.is_null())
}

fn text<'v>(jwk: &'v Value, name: &str) -> Option<&'v str> {
    jwk.get(name).and_then(Value::as_str)
}

fn octets(jwk: &Value, name: &str) -> Result<Vec<u8>, &'static str> {
    let encoded = text(jwk, name).ok_or("a member of its key is missing")?;
    URL_SAFE_NO_PAD.decode(encoded).map_err(|_| "a member of its key is no base64url")
}

/// Without the sign octet of ASN.1 that some providers put in front.
fn unsigned(octets: &[u8]) -> &[u8] {
    let zeros = octets.iter().take_while(|octet| **octet == 0).count();
    octets.split_at(zeros).1
}
