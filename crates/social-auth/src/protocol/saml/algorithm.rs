//! The algorithms that are let through. MD5, HMAC, DSA and RSA 1.5 key transport are not among them; SHA-1 only for
//! identity providers that it is allowed for.

use jsonwebtoken::Algorithm;
use kryptering::{EcCurve, HashAlgorithm, SignatureAlgorithm};

use super::engine::Weakness;

/// What kind of key signs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum KeyKind {
    Rsa,
    P256,
    P384,
    P521,
}

/// A way to sign.
#[derive(Debug, Clone, Copy)]
pub(super) struct Signature {
    /// Its name in XML.
    pub(super) uri: &'static str,
    /// The engine's name for it.
    pub(super) in_engine: SignatureAlgorithm,
    /// Its name for signing the query of the Redirect binding; RSA only.
    pub(super) in_jsonwebtoken: Option<Algorithm>,
    /// The kind of key.
    pub(super) key: KeyKind,
    /// Whether it is for identity providers only that cannot do better.
    pub(super) is_sha1: bool,
}

const fn rsa(uri: &'static str, hash: HashAlgorithm, name: Algorithm) -> Signature {
    let in_engine = SignatureAlgorithm::RsaPkcs1v15(hash);
    Signature { uri, in_engine, in_jsonwebtoken: Some(name), key: KeyKind::Rsa, is_sha1: false }
}

const fn ecdsa(uri: &'static str, curve: EcCurve, hash: HashAlgorithm, key: KeyKind) -> Signature {
    Signature { uri, in_engine: SignatureAlgorithm::Ecdsa(curve, hash), in_jsonwebtoken: None, key, is_sha1: false }
}

const RSA_SHA1: Signature = Signature {
    uri: "http://www.w3.org/2000/09/xmldsig#rsa-sha1",
    in_engine: SignatureAlgorithm::RsaPkcs1v15(HashAlgorithm::Sha1),
    in_jsonwebtoken: None,
    key: KeyKind::Rsa,
    is_sha1: true,
};

/// RSA PKCS #1 1.5 and ECDSA (RFC 6931), each curve with the digest of its size.
pub(super) static SIGNATURES: &[Signature] = &[
    rsa("http://www.w3.org/2001/04/xmldsig-more#rsa-sha256", HashAlgorithm::Sha256, Algorithm::RS256),
    rsa("http://www.w3.org/2001/04/xmldsig-more#rsa-sha384", HashAlgorithm::Sha384, Algorithm::RS384),
    rsa("http://www.w3.org/2001/04/xmldsig-more#rsa-sha512", HashAlgorithm::Sha512, Algorithm::RS512),
    ecdsa("http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256", EcCurve::P256, HashAlgorithm::Sha256, KeyKind::P256),
    ecdsa("http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha384", EcCurve::P384, HashAlgorithm::Sha384, KeyKind::P384),
    ecdsa("http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha512", EcCurve::P521, HashAlgorithm::Sha512, KeyKind::P521),
    RSA_SHA1,
];

/// SHA-256, SHA-384, SHA-512.
pub(super) const DIGESTS: &[&str] = &[
    "http://www.w3.org/2001/04/xmlenc#sha256",
    "http://www.w3.org/2001/04/xmldsig-more#sha384",
    "http://www.w3.org/2001/04/xmlenc#sha512",
];

/// Exclusive canonicalization, and canonical XML 1.0; both without comments.
pub(super) const CANONICALIZATIONS: &[&str] = &[super::xml::EXC_C14N, "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"];

/// The transform that leaves the signature itself out.
pub(super) const ENVELOPED: &str = "http://www.w3.org/2000/09/xmldsig#enveloped-signature";

/// AES by CBC and GCM.
pub(super) const CIPHERS: &[&str] = &[
    "http://www.w3.org/2001/04/xmlenc#aes128-cbc",
    "http://www.w3.org/2001/04/xmlenc#aes192-cbc",
    "http://www.w3.org/2001/04/xmlenc#aes256-cbc",
    "http://www.w3.org/2009/xmlenc11#aes128-gcm",
    "http://www.w3.org/2009/xmlenc11#aes192-gcm",
    "http://www.w3.org/2009/xmlenc11#aes256-gcm",
];

/// RSA-OAEP.
pub(super) const KEY_TRANSPORTS: &[&str] = &["http://www.w3.org/2001/04/xmlenc#rsa-oaep-mgf1p", "http://www.w3.org/2009/xmlenc11#rsa-oaep"];

const SHA1: &str = "http://www.w3.org/2000/09/xmldsig#sha1";

/// The way to sign of this name, if it is strong enough.
pub(super) fn signature(uri: &str, weakness: Weakness) -> Option<&'static Signature> {
    SIGNATURES.iter().find(|signature| signature.uri == uri && (weakness.sha1 || !signature.is_sha1))
}

/// The digest of this name, if it is strong enough.
pub(super) fn digest(uri: &str, weakness: Weakness) -> Option<&'static str> {
    DIGESTS.iter().copied().chain(weakness.sha1.then_some(SHA1)).find(|digest| *digest == uri)
}
