//! A private key of ours: signs (RFC 7515) what we state about ourselves, and decrypts (RFC 7516) what is
//! meant for nobody else.

use std::fmt;

use aws_lc_rs::encoding::AsDer as _;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{OaepPrivateDecryptingKey, PrivateDecryptingKey};
use aws_lc_rs::signature::{
    self, ECDSA_P256_SHA256_FIXED_SIGNING, ECDSA_P384_SHA384_FIXED_SIGNING, ECDSA_P521_SHA512_FIXED_SIGNING, EcdsaKeyPair,
    EcdsaSigningAlgorithm, Ed25519KeyPair, KeyPair as _, RsaEncoding, RsaKeyPair, RsaPublicKeyComponents,
};
use aws_lc_rs::{agreement, digest};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use num_bigint::{BigInt, Sign};
use serde_json::{Map, Value, json};
use simple_asn1::ASN1Block;

use super::{Algorithm, KeyManagement};
use crate::error::{Error, Result};
use crate::secret::Secret;

/// RSA moduli in bytes: 2048 to 8192 bits (RFC 7518, sections 3.3 and 4.2).
const RSA_BYTES: std::ops::RangeInclusive<usize> = 256..=1024;

/// A private key with its name. `Debug` shows the name and the type only.
pub struct PrivateKey {
    kid: String,
    purpose: Option<Purpose>,
    /// The only algorithm that it may be used with (`alg`), where the key says so.
    only: Option<String>,
    public: Map<String, Value>,
    pub(super) material: PrivateMaterial,
}

/// What a key may be used for (`use`, RFC 7517, section 4.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Purpose {
    Signatures,
    Encryption,
}

pub(super) enum PrivateMaterial {
    Rsa { pair: RsaKeyPair, oaep: OaepPrivateDecryptingKey },
    Elliptic { curve: Curve, pair: EcdsaKeyPair, agreement: agreement::PrivateKey },
    Ed25519(Ed25519KeyPair),
}

/// A curve of NIST.
#[derive(Clone, Copy)]
pub(super) struct Curve {
    pub(super) name: &'static str,
    /// The length of a coordinate in bytes.
    pub(super) size: usize,
    signing: &'static EcdsaSigningAlgorithm,
    pub(super) agreement: &'static agreement::Algorithm,
    algorithm: Algorithm,
}

const CURVES: [Curve; 3] = [
    Curve {
        name: "P-256",
        size: 32,
        signing: &ECDSA_P256_SHA256_FIXED_SIGNING,
        agreement: &agreement::ECDH_P256,
        algorithm: Algorithm::ES256,
    },
    Curve {
        name: "P-384",
        size: 48,
        signing: &ECDSA_P384_SHA384_FIXED_SIGNING,
        agreement: &agreement::ECDH_P384,
        algorithm: Algorithm::ES384,
    },
    Curve {
        name: "P-521",
        size: 66,
        signing: &ECDSA_P521_SHA512_FIXED_SIGNING,
        agreement: &agreement::ECDH_P521,
        algorithm: Algorithm::ES512,
    },
];

impl PrivateKey {
    /// A new key on the curve P-256.
    ///
    /// # Errors
    /// `unknown_error` when the system has no random numbers.
    pub fn generate() -> Result<Self> {
        let failed = || Error::new(crate::Reason::UnknownError).detail("no key could be made");
        let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).map_err(|_| failed())?;
        let document = pair.to_pkcs8v1().map_err(|_| failed())?;
        PrivateKey::from_der(document.as_ref()).map_err(|_| failed())
    }

    /// Reads a private key in DER: PKCS #8, or the older forms of RSA (RFC 8017) and of elliptic curves
    /// (RFC 5915).
    pub(super) fn from_der(der: &[u8]) -> Result<Self, &'static str> {
        let material = PrivateMaterial::from_der(der)?;
        PrivateKey::new(material, &Map::new())
    }

    /// Reads a private key in the form of a JWK (RFC 7517).
    pub(super) fn from_jwk(jwk: &Map<String, Value>) -> Result<Self, &'static str> {
        PrivateKey::new(PrivateMaterial::from_jwk(jwk)?, jwk)
    }

    fn new(material: PrivateMaterial, jwk: &Map<String, Value>) -> Result<Self, &'static str> {
        let text = |name: &str| match jwk.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) if !text.is_empty() => Ok(Some(text.clone())),
            Some(_) => Err("a member of it that must be text is none"),
        };
        let public = material.public();
        let purpose = match text("use")?.as_deref() {
            None => None,
            Some("sig") => Some(Purpose::Signatures),
            Some("enc") => Some(Purpose::Encryption),
            Some(_) => return Err("its use is neither sig nor enc"),
        };
        Ok(PrivateKey { kid: text("kid")?.unwrap_or_else(|| thumbprint(&public)), purpose, only: text("alg")?, public, material })
    }

    /// The key's name: its own, or the thumbprint of RFC 7638.
    #[must_use]
    pub fn kid(&self) -> &str {
        &self.kid
    }

    /// The thumbprint of RFC 7638 with SHA-256, base64url.
    #[must_use]
    pub fn thumbprint(&self) -> String {
        thumbprint(&self.public)
    }

    /// The algorithms that it may sign with; empty for a key that only decrypts.
    #[must_use]
    pub fn signs_with(&self) -> Vec<Algorithm> {
        if self.purpose == Some(Purpose::Encryption) {
            return Vec::new();
        }
        let able = match &self.material {
            PrivateMaterial::Rsa { .. } => Algorithm::RSA.to_vec(),
            PrivateMaterial::Elliptic { curve, .. } => vec![curve.algorithm],
            PrivateMaterial::Ed25519(_) => vec![Algorithm::EdDSA],
        };
        able.into_iter()
            .filter(|algorithm| self.only.as_deref().is_none_or(|only| Algorithm::from_name(only) == Some(*algorithm)))
            .collect()
    }

    /// Whether it decrypts what was encrypted by this algorithm.
    #[must_use]
    pub fn decrypts_with(&self, algorithm: KeyManagement) -> bool {
        let for_rsa = matches!(algorithm, KeyManagement::RsaOaep | KeyManagement::RsaOaep256);
        let fits = match &self.material {
            PrivateMaterial::Rsa { .. } => for_rsa,
            PrivateMaterial::Elliptic { .. } => !for_rsa,
            PrivateMaterial::Ed25519(_) => false,
        };
        fits && self.purpose != Some(Purpose::Signatures) && self.only.as_deref().is_none_or(|only| only == algorithm.name())
    }

    /// The public part alone (RFC 7517), with its name; without `use` where the key has none.
    #[must_use]
    pub fn public_jwk(&self) -> Value {
        let mut jwk = self.public.clone();
        jwk.insert("kid".to_owned(), self.kid.clone().into());
        if let Some(purpose) = self.purpose {
            jwk.insert("use".to_owned(), if purpose == Purpose::Signatures { "sig" } else { "enc" }.into());
        }
        if let Some(only) = &self.only {
            jwk.insert("alg".to_owned(), only.clone().into());
        }
        Value::Object(jwk)
    }

    /// The bare public part, as DPoP proofs carry it (RFC 9449, section 4.2).
    #[must_use]
    pub fn bare_public_jwk(&self) -> Value {
        Value::Object(self.public.clone())
    }

    /// A JWT of these claims. `header` are the members of the header besides `alg`.
    ///
    /// # Errors
    /// `invalid_setting` when the key cannot be used with the algorithm.
    pub fn sign(&self, algorithm: Algorithm, header: &Map<String, Value>, claims: &Value) -> Result<Secret> {
        let unable = || Error::invalid_setting("PRIVATE_KEYS", format!("the key \"{}\" cannot sign with {algorithm}", self.kid));
        if !self.signs_with().contains(&algorithm) {
            return Err(unable());
        }
        compact(algorithm, header, claims, |message| self.signature(algorithm, message).ok_or_else(unable))
    }

    fn signature(&self, algorithm: Algorithm, message: &[u8]) -> Option<Vec<u8>> {
        let random = SystemRandom::new();
        match &self.material {
            PrivateMaterial::Rsa { pair, .. } => {
                let mut signature = vec![0; pair.public_modulus_len()];
                pair.sign(rsa_encoding(algorithm)?, &random, message, &mut signature).ok()?;
                Some(signature)
            }
            PrivateMaterial::Elliptic { pair, .. } => Some(pair.sign(&random, message).ok()?.as_ref().to_vec()),
            PrivateMaterial::Ed25519(pair) => Some(pair.sign(message).as_ref().to_vec()),
        }
    }

    /// An RSA key as PKCS #8, for what aws-lc does not do; `None` for other keys, and for those that are not for signatures.
    #[cfg(feature = "oauth1-rsa")]
    pub(crate) fn rsa_document(&self) -> Option<zeroize::Zeroizing<Vec<u8>>> {
        let PrivateMaterial::Rsa { pair, .. } = &self.material else { return None };
        let document: aws_lc_rs::encoding::Pkcs8V1Der<'_> = pair.as_der().ok().filter(|_| self.purpose != Some(Purpose::Encryption))?;
        Some(zeroize::Zeroizing::new(document.as_ref().to_vec()))
    }

    /// PKCS #8 in base64url: for keys that we make and keep ourselves.
    ///
    /// # Errors
    /// `unsupported_feature` for keys that are not on a curve of NIST.
    pub(crate) fn to_text(&self) -> Result<Secret> {
        match &self.material {
            PrivateMaterial::Elliptic { pair, .. } => pair.to_pkcs8v1().ok(),
            _ => None,
        }
        .map(|document| Secret::new(URL_SAFE_NO_PAD.encode(document.as_ref())))
        .ok_or_else(|| Error::new(crate::Reason::UnsupportedFeature).detail("only keys on curves are kept"))
    }

    /// Reads [`to_text`](PrivateKey::to_text) back; `None` when it is not such a text.
    pub(crate) fn from_text(text: &str) -> Option<Self> {
        PrivateKey::from_der(&URL_SAFE_NO_PAD.decode(text).ok()?).ok()
    }
}

impl fmt::Debug for PrivateKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PrivateKey").field("kid", &self.kid).field("kty", &self.public.get("kty")).finish_non_exhaustive()
    }
}

/// A signed JWT in the compact form, with whatever signs it.
pub(super) fn compact(
    algorithm: Algorithm,
    header: &Map<String, Value>,
    claims: &Value,
    sign: impl FnOnce(&[u8]) -> Result<Vec<u8>>,
) -> Result<Secret> {
    let mut members = Map::from_iter([("alg".to_owned(), Value::from(algorithm.name()))]);
    members.extend(header.clone());
    let part = |value: String| URL_SAFE_NO_PAD.encode(value);
    let message = format!("{}.{}", part(Value::Object(members).to_string()), part(claims.to_string()));
    let signature = sign(message.as_bytes())?;
    Ok(Secret::new(format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature))))
}

fn rsa_encoding(algorithm: Algorithm) -> Option<&'static dyn RsaEncoding> {
    Some(match algorithm {
        Algorithm::RS256 => &signature::RSA_PKCS1_SHA256,
        Algorithm::RS384 => &signature::RSA_PKCS1_SHA384,
        Algorithm::RS512 => &signature::RSA_PKCS1_SHA512,
        Algorithm::PS256 => &signature::RSA_PSS_SHA256,
        Algorithm::PS384 => &signature::RSA_PSS_SHA384,
        Algorithm::PS512 => &signature::RSA_PSS_SHA512,
        _ => return None,
    })
}

impl PrivateMaterial {
    fn from_der(der: &[u8]) -> Result<Self, &'static str> {
        if let Ok(pair) = RsaKeyPair::from_pkcs8(der).or_else(|_| RsaKeyPair::from_der(der)) {
            return PrivateMaterial::rsa(pair);
        }
        for curve in CURVES {
            if let Ok(pair) = EcdsaKeyPair::from_private_key_der(curve.signing, der) {
                let agreement = agreement::PrivateKey::from_private_key_der(curve.agreement, der).map_err(|_| "it is not usable")?;
                return Ok(PrivateMaterial::Elliptic { curve, pair, agreement });
            }
        }
        Ed25519KeyPair::from_pkcs8_maybe_unchecked(der)
            .map(PrivateMaterial::Ed25519)
            .map_err(|_| "it is no private key for RSA (2048 to 8192 bits), P-256, P-384, P-521 or Ed25519 without a password")
    }

    fn from_jwk(jwk: &Map<String, Value>) -> Result<Self, &'static str> {
        let text = |name: &str| jwk.get(name).and_then(Value::as_str);
        let octets = |name: &str| {
            let encoded = text(name).ok_or("a member of it is missing; it must be a private key, with all of its parts")?;
            URL_SAFE_NO_PAD.decode(encoded).map_err(|_| "a member of it is no base64url")
        };
        match (text("kty"), text("crv")) {
            (Some("RSA"), _) => {
                let parts = ["n", "e", "d", "p", "q", "dp", "dq", "qi"].iter().map(|name| octets(name)).collect::<Result<Vec<_>, _>>()?;
                let der = rsa_private_key(&parts)?;
                PrivateMaterial::rsa(RsaKeyPair::from_der(&der).map_err(|_| "it is no consistent RSA key of 2048 to 8192 bits")?)
            }
            (Some("EC"), Some(name)) => {
                let curve = CURVES.into_iter().find(|curve| curve.name == name).ok_or("its curve is unknown (crv)")?;
                let (d, x, y) = (octets("d")?, octets("x")?, octets("y")?);
                let point = [&[0x04], x.as_slice(), y.as_slice()].concat();
                let pair = EcdsaKeyPair::from_private_key_and_public_key(curve.signing, &d, &point)
                    .map_err(|_| "its parts do not belong together")?;
                let agreement =
                    agreement::PrivateKey::from_private_key(curve.agreement, &d).map_err(|_| "its parts do not belong together")?;
                Ok(PrivateMaterial::Elliptic { curve, pair, agreement })
            }
            (Some("OKP"), Some("Ed25519")) => {
                let pair = Ed25519KeyPair::from_seed_and_public_key(&octets("d")?, &octets("x")?);
                pair.map(PrivateMaterial::Ed25519).map_err(|_| "its parts do not belong together")
            }
            _ => Err("its type must be RSA, EC or OKP with Ed25519 (kty, crv)"),
        }
    }

    fn rsa(pair: RsaKeyPair) -> Result<Self, &'static str> {
        if !RSA_BYTES.contains(&pair.public_modulus_len()) {
            return Err("an RSA key needs 2048 to 8192 bits");
        }
        let document = pair.as_der().map_err(|_| "it is not usable")?;
        let oaep = PrivateDecryptingKey::from_pkcs8(document.as_ref()).map_err(|_| "it is not usable")?;
        let oaep = OaepPrivateDecryptingKey::new(oaep).map_err(|_| "it is not usable")?;
        Ok(PrivateMaterial::Rsa { pair, oaep })
    }

    /// The members that RFC 7638 (section 3.2) names, in its order.
    fn public(&self) -> Map<String, Value> {
        let encode = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        let jwk = match self {
            PrivateMaterial::Rsa { pair, .. } => {
                let public = RsaPublicKeyComponents::<Vec<u8>>::from(pair.public_key());
                json!({"e": encode(&public.e), "kty": "RSA", "n": encode(&public.n)})
            }
            PrivateMaterial::Elliptic { curve, pair, .. } => {
                // An uncompressed point: 0x04, then both coordinates.
                let (x, y) = pair.public_key().as_ref().split_at(1).1.split_at(curve.size);
                json!({"crv": curve.name, "kty": "EC", "x": encode(x), "y": encode(y)})
            }
            PrivateMaterial::Ed25519(pair) => json!({"crv": "Ed25519", "kty": "OKP", "x": encode(pair.public_key().as_ref())}),
        };
        match jwk {
            Value::Object(members) => members,
            _ => Map::new(),
        }
    }
}

/// `RSAPrivateKey` of RFC 8017 (appendix A.1.2) from the parts of RFC 7518 (section 6.3), which stand in the
/// same order.
fn rsa_private_key(parts: &[Vec<u8>]) -> Result<Vec<u8>, &'static str> {
    let version = ASN1Block::Integer(0, BigInt::ZERO);
    let numbers = parts.iter().map(|part| ASN1Block::Integer(0, BigInt::from_bytes_be(Sign::Plus, part)));
    let sequence = ASN1Block::Sequence(0, std::iter::once(version).chain(numbers).collect());
    simple_asn1::to_der(&sequence).map_err(|_| "its parts are no numbers")
}

/// RFC 7638: members in the order of their names, no white space.
fn thumbprint(public: &Map<String, Value>) -> String {
    let text = Value::Object(public.clone()).to_string();
    URL_SAFE_NO_PAD.encode(digest::digest(&digest::SHA256, text.as_bytes()))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn the_thumbprint_is_that_of_the_rfc() {
        // RFC 7638, section 3.1.
        let n = "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw";
        let Value::Object(public) = json!({"e": "AQAB", "kty": "RSA", "n": n}) else { unreachable!() };
        assert_eq!(thumbprint(&public), "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs");
    }

    #[test]
    fn a_key_that_was_made_is_read_back() {
        let made = PrivateKey::generate().unwrap();
        let read = PrivateKey::from_text(made.to_text().unwrap().expose()).unwrap();
        assert_eq!(read.public_jwk(), made.public_jwk());
        assert_eq!(read.signs_with(), [Algorithm::ES256]);
        assert!(PrivateKey::from_text("AAAA").is_none() && PrivateKey::from_text("*").is_none());
    }
}
