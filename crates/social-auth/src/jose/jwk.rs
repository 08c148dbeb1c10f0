//! A provider's published keys (RFC 7517), decoded once and kept ready.
//!
//! A key that we cannot or must not use (another purpose, an unknown type or curve, too short) is left
//! out; the rest of the set stays usable. Keys are imported into aws-lc here and not at each signature, which
//! for RSA costs more than the verification itself; so jsonwebtoken, which does the latter, is not asked.

use std::fmt;

use aws_lc_rs::signature::{ParsedPublicKey, RsaPublicKeyComponents};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;

use super::Algorithm;
use super::algorithm::Verification;
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
    /// What it may be used with.
    pub(super) algorithms: Vec<Algorithm>,
    /// The key as each of `algorithms` wants it, in that order.
    pub(super) imported: Vec<ParsedPublicKey>,
    pub(super) issuer: Option<String>,
}

/// A key's numbers as they stand in a JWK.
enum Numbers {
    Rsa(RsaPublicKeyComponents<Vec<u8>>),
    Point(Vec<u8>),
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

    /// Whether `signature` is this key's over `message`.
    pub(super) fn verifies(&self, algorithm: Algorithm, message: &[u8], signature: &[u8]) -> bool {
        let fitting = self.algorithms.iter().zip(&self.imported).find(|(own, _)| **own == algorithm);
        fitting.is_some_and(|(_, key)| key.verify_sig(message, signature).is_ok())
    }

    fn parse(jwk: &Value) -> Result<Self, &'static str> {
        is_for_signatures(jwk)?;
        let (numbers, mut algorithms) = match text(jwk, "kty") {
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
        let imported = algorithms.iter().map(|algorithm| numbers.import(*algorithm)).collect::<Result<_, _>>()?;
        Ok(Key { kid, algorithms, imported, issuer: text(jwk, "issuer").map(str::to_owned) })
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

impl Numbers {
    fn import(&self, algorithm: Algorithm) -> Result<ParsedPublicKey, &'static str> {
        let imported = match (self, algorithm.verification()) {
            (Numbers::Rsa(components), Some(Verification::Rsa(parameters))) => components.to_parsed_public_key(parameters),
            (Numbers::Point(point), Some(Verification::Curve(curve))) => ParsedPublicKey::new(curve, point),
            _ => return Err("its alg does not fit its type"),
        };
        imported.map_err(|_| "it is no valid key of its type")
    }
}

fn rsa(jwk: &Value) -> Result<(Numbers, Vec<Algorithm>), &'static str> {
    let (modulus, exponent) = (octets(jwk, "n")?, octets(jwk, "e")?);
    let modulus = unsigned(&modulus);
    let leading = modulus.first().ok_or("its modulus is zero")?;
    let bits = modulus.len() * 8 - leading.leading_zeros() as usize;
    if !RSA_BITS.contains(&bits) {
        return Err("an RSA key needs 2048 to 8192 bits");
    }
    let components = RsaPublicKeyComponents { n: modulus.to_vec(), e: unsigned(&exponent).to_vec() };
    Ok((Numbers::Rsa(components), Algorithm::RSA.to_vec()))
}

fn elliptic(jwk: &Value) -> Result<(Numbers, Vec<Algorithm>), &'static str> {
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
    Ok((Numbers::Point([&[0x04], x.as_slice(), y.as_slice()].concat()), vec![algorithm]))
}

// RFC 8037, section 2.
fn edwards(jwk: &Value) -> Result<(Numbers, Vec<Algorithm>), &'static str> {
    if text(jwk, "crv") != Some("Ed25519") {
        return Err("unknown crv");
    }
    let point = octets(jwk, "x")?;
    if point.len() != 32 {
        return Err("its point does not have the length of the curve");
    }
    if has_small_order(&point) {
        return Err("its point is one of the few for which a signature fits any message");
    }
    Ok((Numbers::Point(point), vec![Algorithm::EdDSA]))
}

/// Whether a point of Ed25519 is one of the eight whose order is no more than 8, in whatever encoding: aws-lc verifies by
/// those too.
fn has_small_order(point: &[u8]) -> bool {
    const Y: [&str; 7] = [
        "0000000000000000000000000000000000000000000000000000000000000000",
        "0100000000000000000000000000000000000000000000000000000000000000",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    ];
    let mut y = point.to_vec();
    // The highest bit is the sign of the other coordinate.
    if let Some(last) = y.last_mut() {
        *last &= 0x7f;
    }
    Y.contains(&hex::encode(y).as_str())
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
