//! The algorithms that are let through. SHA-1, MD5, HMAC, DSA and RSA 1.5 key transport are not among them.

use jsonwebtoken::Algorithm;

/// A way to sign.
#[derive(Debug, Clone, Copy)]
pub(super) struct Signature {
    /// Its name in XML.
    pub(super) uri: &'static str,
    /// Its name for signing the query of the Redirect binding; RSA only.
    pub(super) in_jsonwebtoken: Option<Algorithm>,
}

const fn rsa(uri: &'static str, name: Algorithm) -> Signature {
    Signature { uri, in_jsonwebtoken: Some(name) }
}

const fn ecdsa(uri: &'static str) -> Signature {
    Signature { uri, in_jsonwebtoken: None }
}

/// RSA PKCS #1 1.5 and ECDSA (RFC 6931).
pub(super) static SIGNATURES: &[Signature] = &[
    rsa("http://www.w3.org/2001/04/xmldsig-more#rsa-sha256", Algorithm::RS256),
    rsa("http://www.w3.org/2001/04/xmldsig-more#rsa-sha384", Algorithm::RS384),
    rsa("http://www.w3.org/2001/04/xmldsig-more#rsa-sha512", Algorithm::RS512),
    ecdsa("http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256"),
    ecdsa("http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha384"),
    ecdsa("http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha512"),
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

/// The way to sign of this name.
pub(super) fn signature(uri: &str) -> Option<&'static Signature> {
    SIGNATURES.iter().find(|signature| signature.uri == uri)
}

/// The digest of this name.
pub(super) fn digest(uri: &str) -> Option<&'static str> {
    DIGESTS.iter().copied().find(|digest| *digest == uri)
}
