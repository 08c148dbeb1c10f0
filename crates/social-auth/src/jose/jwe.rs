//! Encrypted tokens in the compact form (RFC 7516, section 3.1), to be decrypted with a key of ours.
//!
//! No kept crate has JWE without OpenSSL, so the steps of RFC 7516 (section 5.2) are put together here. The
//! cryptography in them (RSA-OAEP, ECDH, the key derivation, key wrap, AES-GCM, AES-CBC, HMAC) is aws-lc's.
//!
//! What an attacker could grow is bounded: there is no compression (`zip`), no key from a password (PBES2) and
//! no symmetric key, and a token is measured before it is taken apart.

use aws_lc_rs::aead::{self, Aad, LessSafeKey, Nonce, UnboundKey};
use aws_lc_rs::cipher::{self, DecryptionContext, PaddedBlockDecryptingKey, UnboundCipherKey};
use aws_lc_rs::iv::FixedLength;
use aws_lc_rs::kdf::{SskdfDigestAlgorithmId, get_sskdf_digest_algorithm, sskdf_digest};
use aws_lc_rs::key_wrap::{AES_128, AES_256, AesKek, KeyWrap as _};
use aws_lc_rs::rsa::{OAEP_SHA1_MGF1SHA1, OAEP_SHA256_MGF1SHA256};
use aws_lc_rs::{agreement, hmac};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value};
use zeroize::Zeroizing;

use super::private_key::{Curve, PrivateMaterial};
use super::{MAX_TOKEN_LENGTH, PrivateKey, PrivateKeys, json, refused};
use crate::error::{Error, Result};
use crate::secret::constant_time_eq;

/// How the key of the content reaches us (RFC 7518, section 4.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum KeyManagement {
    /// RSAES OAEP with SHA-1 in it, which is no weakness there.
    RsaOaep,
    /// RSAES OAEP with SHA-256.
    RsaOaep256,
    /// ECDH-ES: what both sides agree on is the key.
    EcdhEs,
    /// ECDH-ES, and the key wrapped with AES-128.
    EcdhEsA128Kw,
    /// ECDH-ES, and the key wrapped with AES-256.
    EcdhEsA256Kw,
}

/// How the content is encrypted (RFC 7518, section 5.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ContentEncryption {
    /// AES-128 in GCM.
    A128Gcm,
    /// AES-256 in GCM.
    A256Gcm,
    /// AES-128 in CBC with HMAC-SHA-256.
    A128CbcHs256,
    /// AES-256 in CBC with HMAC-SHA-512.
    A256CbcHs512,
}

/// How a token for this client is encrypted: what the client is registered with, never what a token says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Encryption {
    /// `…_encrypted_response_alg`.
    pub key_management: KeyManagement,
    /// `…_encrypted_response_enc`.
    pub content: ContentEncryption,
}

impl KeyManagement {
    /// All of them.
    pub const ALL: [KeyManagement; 5] = [
        KeyManagement::RsaOaep,
        KeyManagement::RsaOaep256,
        KeyManagement::EcdhEs,
        KeyManagement::EcdhEsA128Kw,
        KeyManagement::EcdhEsA256Kw,
    ];

    /// The name in a token's header.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            KeyManagement::RsaOaep => "RSA-OAEP",
            KeyManagement::RsaOaep256 => "RSA-OAEP-256",
            KeyManagement::EcdhEs => "ECDH-ES",
            KeyManagement::EcdhEsA128Kw => "ECDH-ES+A128KW",
            KeyManagement::EcdhEsA256Kw => "ECDH-ES+A256KW",
        }
    }

    /// The algorithm of this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        KeyManagement::ALL.into_iter().find(|known| known.name() == name)
    }
}

impl ContentEncryption {
    /// All of them.
    pub const ALL: [ContentEncryption; 4] =
        [ContentEncryption::A128CbcHs256, ContentEncryption::A256CbcHs512, ContentEncryption::A128Gcm, ContentEncryption::A256Gcm];

    /// The name in a token's header.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            ContentEncryption::A128Gcm => "A128GCM",
            ContentEncryption::A256Gcm => "A256GCM",
            ContentEncryption::A128CbcHs256 => "A128CBC-HS256",
            ContentEncryption::A256CbcHs512 => "A256CBC-HS512",
        }
    }

    /// The algorithm of this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        ContentEncryption::ALL.into_iter().find(|known| known.name() == name)
    }

    /// The length of its key in bytes.
    fn key_length(self) -> usize {
        match self {
            ContentEncryption::A128Gcm => 16,
            ContentEncryption::A256Gcm | ContentEncryption::A128CbcHs256 => 32,
            ContentEncryption::A256CbcHs512 => 64,
        }
    }
}

/// The five parts of a token.
struct Parts<'t> {
    protected: &'t str,
    header: Map<String, Value>,
    encrypted_key: Vec<u8>,
    iv: Vec<u8>,
    ciphertext: Vec<u8>,
    tag: Vec<u8>,
}

/// Whether a text has the five parts of an encrypted token.
#[must_use]
pub fn is_encrypted(token: &str) -> bool {
    token.bytes().filter(|octet| *octet == b'.').take(5).count() == 4
}

/// Decrypts a token in which a signed one stands. `what` is what it should be, for errors.
///
/// # Errors
/// `malformed_response` for what is no encrypted token; `invalid_signature` for algorithms other than
/// `expected`, for extensions, compression, and whatever none of the keys decrypts.
pub fn decrypt(what: &str, token: &str, expected: Encryption, keys: &PrivateKeys) -> Result<String> {
    let parts = parts(what, token)?;
    algorithms_are_the_expected_ones(what, &parts.header, expected)?;
    let kid = parts.header.get("kid").and_then(Value::as_str);
    let mut candidates: Vec<_> = keys.keys().iter().filter(|key| key.decrypts_with(expected.key_management)).collect();
    if candidates.iter().any(|key| Some(key.kid()) == kid) {
        candidates.retain(|key| Some(key.kid()) == kid);
    }
    let content = candidates.into_iter().find_map(|key| {
        let content_key = content_key(key, &parts, expected)?;
        open(expected.content, &content_key, &parts)
    });
    // One answer for all failures: which step failed is nobody's business (RFC 7516, section 11.5).
    let content = content.ok_or_else(|| refused(format!("none of our keys decrypts the {what} (setting PRIVATE_KEYS)")))?;
    String::from_utf8(content).map_err(|_| Error::malformed(format!("what is encrypted in the {what} is no token")))
}

fn parts<'t>(what: &str, token: &'t str) -> Result<Parts<'t>> {
    if token.len() > MAX_TOKEN_LENGTH {
        return Err(Error::malformed(format!("the {what} is longer than {MAX_TOKEN_LENGTH} bytes")));
    }
    let mut texts = token.splitn(6, '.');
    let (Some(protected), Some(key), Some(iv), Some(ciphertext), Some(tag), None) =
        (texts.next(), texts.next(), texts.next(), texts.next(), texts.next(), texts.next())
    else {
        return Err(Error::malformed(format!(
            "the {what} does not have the five parts of an encrypted token, as it should for this client"
        )));
    };
    let octets = |text: &str| URL_SAFE_NO_PAD.decode(text).map_err(|_| Error::malformed(format!("a part of the {what} is no base64url")));
    Ok(Parts {
        header: json::object(&octets(protected)?, &format!("{what}'s header"))?,
        protected,
        encrypted_key: octets(key)?,
        iv: octets(iv)?,
        ciphertext: octets(ciphertext)?,
        tag: octets(tag)?,
    })
}

// RFC 7516, section 4.1; RFC 8725, sections 3.1 and 3.6.
fn algorithms_are_the_expected_ones(what: &str, header: &Map<String, Value>, expected: Encryption) -> Result<()> {
    if let Some(name) = ["crit", "zip", "p2c", "p2s"].iter().find(|name| header.contains_key(**name)) {
        return Err(refused(format!("the {what}'s header has \"{name}\", which is not supported")));
    }
    let wanted = [("alg", expected.key_management.name()), ("enc", expected.content.name())];
    for (member, wanted) in wanted {
        if header.get(member).and_then(Value::as_str) != Some(wanted) {
            return Err(refused(format!("the {what} is not encrypted with {wanted} ({member}), as it should be for this client")));
        }
    }
    // RFC 7519, section 5.2: `JWT` says that a token stands inside.
    match header.get("cty") {
        None => Ok(()),
        Some(Value::String(cty)) if cty.eq_ignore_ascii_case("JWT") || cty.eq_ignore_ascii_case("application/jwt") => Ok(()),
        Some(_) => Err(refused(format!("the {what}'s cty is not JWT"))),
    }
}

/// The key of the content (RFC 7516, section 5.2, steps 6 to 10).
fn content_key(key: &PrivateKey, parts: &Parts<'_>, expected: Encryption) -> Option<Zeroizing<Vec<u8>>> {
    let length = expected.content.key_length();
    let found = match (&key.material, expected.key_management) {
        (PrivateMaterial::Rsa { oaep, .. }, KeyManagement::RsaOaep | KeyManagement::RsaOaep256) => {
            let algorithm = if expected.key_management == KeyManagement::RsaOaep { &OAEP_SHA1_MGF1SHA1 } else { &OAEP_SHA256_MGF1SHA256 };
            let mut room = Zeroizing::new(vec![0; oaep.min_output_size()]);
            Zeroizing::new(oaep.decrypt(algorithm, &parts.encrypted_key, &mut room, None).ok()?.to_vec())
        }
        (PrivateMaterial::Elliptic { curve, agreement, .. }, KeyManagement::EcdhEs) if parts.encrypted_key.is_empty() => {
            agreed_key(*curve, agreement, &parts.header, expected.content.name(), length)?
        }
        (PrivateMaterial::Elliptic { curve, agreement, .. }, KeyManagement::EcdhEsA128Kw) => {
            let wrapping = agreed_key(*curve, agreement, &parts.header, expected.key_management.name(), 16)?;
            unwrap(AesKek::new(&AES_128, &wrapping).ok()?, &parts.encrypted_key)?
        }
        (PrivateMaterial::Elliptic { curve, agreement, .. }, KeyManagement::EcdhEsA256Kw) => {
            let wrapping = agreed_key(*curve, agreement, &parts.header, expected.key_management.name(), 32)?;
            unwrap(AesKek::new(&AES_256, &wrapping).ok()?, &parts.encrypted_key)?
        }
        _ => return None,
    };
    Some(found).filter(|found| found.len() == length)
}

fn unwrap(key: AesKek, wrapped: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let mut room = Zeroizing::new(vec![0; wrapped.len()]);
    Some(Zeroizing::new(key.unwrap(wrapped, &mut room).ok()?.to_vec()))
}

/// ECDH with the sender's ephemeral key, and the Concat KDF (RFC 7518, section 4.6.2), which is the one-step
/// derivation of NIST SP 800-56C with SHA-256.
fn agreed_key(
    curve: Curve,
    ours: &agreement::PrivateKey,
    header: &Map<String, Value>,
    algorithm: &str,
    length: usize,
) -> Option<Zeroizing<Vec<u8>>> {
    let epk = header.get("epk")?.as_object()?;
    let octets = |value: Option<&Value>| URL_SAFE_NO_PAD.decode(value?.as_str()?).ok();
    let party = |name: &str| if header.contains_key(name) { octets(header.get(name)) } else { Some(Vec::new()) };
    if epk.get("kty")? != "EC" || epk.get("crv")? != curve.name || epk.contains_key("d") {
        return None;
    }
    let (x, y) = (octets(epk.get("x"))?, octets(epk.get("y"))?);
    if x.len() != curve.size || y.len() != curve.size {
        return None;
    }
    // That the point is on the curve is checked by aws-lc: else it would be an invalid-curve attack.
    let theirs = agreement::UnparsedPublicKey::new(curve.agreement, [&[0x04], x.as_slice(), y.as_slice()].concat());
    let mut info = Vec::new();
    for part in [algorithm.as_bytes(), &party("apu")?, &party("apv")?] {
        info.extend(u32::try_from(part.len()).ok()?.to_be_bytes());
        info.extend(part);
    }
    info.extend(u32::try_from(length * 8).ok()?.to_be_bytes());
    let digest = get_sskdf_digest_algorithm(SskdfDigestAlgorithmId::Sha256)?;
    let mut key = Zeroizing::new(vec![0; length]);
    agreement::agree(ours, theirs, (), |secret| sskdf_digest(digest, secret, &info, &mut key).map_err(|_| ())).ok()?;
    Some(key)
}

/// The content (RFC 7516, section 5.2, steps 14 to 16). The protected header is authenticated with it.
fn open(content: ContentEncryption, key: &[u8], parts: &Parts<'_>) -> Option<Vec<u8>> {
    match content {
        ContentEncryption::A128Gcm => open_gcm(&aead::AES_128_GCM, key, parts),
        ContentEncryption::A256Gcm => open_gcm(&aead::AES_256_GCM, key, parts),
        ContentEncryption::A128CbcHs256 => open_cbc(&cipher::AES_128, hmac::HMAC_SHA256, key, parts),
        ContentEncryption::A256CbcHs512 => open_cbc(&cipher::AES_256, hmac::HMAC_SHA512, key, parts),
    }
}

// RFC 7518, section 5.3: 96 bits of initialization vector, 128 bits of tag, no fewer.
fn open_gcm(algorithm: &'static aead::Algorithm, key: &[u8], parts: &Parts<'_>) -> Option<Vec<u8>> {
    if parts.tag.len() != algorithm.tag_len() {
        return None;
    }
    let key = LessSafeKey::new(UnboundKey::new(algorithm, key).ok()?);
    let nonce = Nonce::try_assume_unique_for_key(&parts.iv).ok()?;
    let mut text = [parts.ciphertext.as_slice(), &parts.tag].concat();
    let length = key.open_in_place(nonce, Aad::from(parts.protected.as_bytes()), &mut text).ok()?.len();
    text.truncate(length);
    Some(text)
}

// RFC 7518, section 5.2.2.2: the first half of the key authenticates, the second one decrypts, and nothing is
// decrypted before it is authenticated.
fn open_cbc(algorithm: &'static cipher::Algorithm, mac: hmac::Algorithm, key: &[u8], parts: &Parts<'_>) -> Option<Vec<u8>> {
    let (mac_key, cipher_key) = key.split_at_checked(key.len() / 2)?;
    let aad = parts.protected.as_bytes();
    let aad_bits = u64::try_from(aad.len()).ok()?.checked_mul(8)?;
    let message = [aad, &parts.iv, &parts.ciphertext, &aad_bits.to_be_bytes()].concat();
    let tag = hmac::sign(&hmac::Key::new(mac, mac_key), &message);
    let expected = tag.as_ref().split_at_checked(mac_key.len())?.0;
    if !constant_time_eq(expected, &parts.tag) {
        return None;
    }
    let key = PaddedBlockDecryptingKey::cbc_pkcs7(UnboundCipherKey::new(algorithm, cipher_key).ok()?).ok()?;
    let iv: [u8; 16] = parts.iv.as_slice().try_into().ok()?;
    let mut text = parts.ciphertext.clone();
    let length = key.decrypt(&mut text, DecryptionContext::Iv128(FixedLength::from(iv))).ok()?.len();
    text.truncate(length);
    Some(text)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic)]
    use serde_json::json;

    use super::*;

    /// RFC 7518, appendix C.
    fn bob() -> PrivateKey {
        let bob = json!({
            "kty": "EC", "crv": "P-256",
            "x": "weNJy2HscCSM6AEDTDg04biOvhFhyyWvOHQfeF_PxMQ",
            "y": "e8lnCO-AlStT-NJVX-crhB7QRYhiix03illJOVAOyck",
            "d": "VEmDZpDXXK8p8N0Cndsxs924q6nS1RXFASRl6BfUqdw",
        });
        PrivateKey::from_jwk(bob.as_object().unwrap()).unwrap()
    }

    fn agreed(change: &Value) -> Option<String> {
        let mut epk = json!({
            "kty": "EC", "crv": "P-256",
            "x": "gI0GAILBdu7T53akrFmMyGcsF3n5dO7MmwNBHKW5SV0",
            "y": "SLW_xSffzlPWrHEVI30DHM_4egVwt3NQqeUD7nMFpps",
        });
        epk.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        let header = json!({"alg": "ECDH-ES", "enc": "A128GCM", "apu": "QWxpY2U", "apv": "Qm9i", "epk": epk});
        let key = bob();
        let PrivateMaterial::Elliptic { curve, agreement, .. } = &key.material else { panic!("a key on a curve") };
        let agreed = agreed_key(*curve, agreement, header.as_object().unwrap(), "A128GCM", 16)?;
        Some(URL_SAFE_NO_PAD.encode(&*agreed))
    }

    #[test]
    fn the_agreed_key_is_that_of_the_rfc() {
        assert_eq!(agreed(&json!({})).as_deref(), Some("VqqN6vgjbSBcIijNcacQGg"));
    }

    #[test]
    fn points_that_are_not_on_the_curve_agree_on_nothing() {
        let short = URL_SAFE_NO_PAD.encode([1; 31]);
        let (zero, one) = (URL_SAFE_NO_PAD.encode([0; 32]), URL_SAFE_NO_PAD.encode([1; 32]));
        for change in [
            json!({"crv": "P-384"}),
            json!({"crv": "P-521"}),
            json!({"kty": "OKP"}),
            json!({"y": one}),
            json!({"x": zero, "y": zero}),
            json!({"x": short}),
            json!({"x": null}),
            json!({"y": 1}),
            json!({"y": "*"}),
            json!({"d": one}),
        ] {
            assert_eq!(agreed(&change), None, "{change}");
        }
    }
}
