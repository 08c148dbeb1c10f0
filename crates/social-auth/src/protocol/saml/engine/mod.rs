//! XML signatures and encryption: the one module that knows which crates do them. What may reach it is
//! decided by the gate.

mod own_key;
mod trusted;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use uppsala::{Document, NodeId, XmlWriter};
use x509_cert::Certificate;
use x509_cert::der::Decode;

pub(super) use own_key::OwnKey;
pub(super) use trusted::Trusted;

use crate::error::{Error, Result};

/// A signature that was found good, and the element that it covers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Covered {
    /// The `<ds:Signature>`.
    pub(super) signature: NodeId,
    /// The element.
    pub(super) target: NodeId,
}

/// Which algorithms and keys an identity provider may use besides those that everybody may. Both are broken or
/// close to it: for identity providers that cannot do better.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Weakness {
    /// SHA-1, in signatures and digests.
    pub(super) sha1: bool,
    /// RSA keys of 1024 to 2047 bits.
    pub(super) small_keys: bool,
}

/// Says which signatures are good by the keys that it was made for, and by no other key.
pub(super) trait SignatureEngine: Send + Sync {
    /// The good signatures of a document that the gate let through. `source` is its text.
    ///
    /// # Errors
    /// `invalid_signature` when the document as a whole cannot be judged.
    fn verify(&self, document: &Document<'_>, source: &str) -> Result<Vec<Covered>>;

    /// Whether this is a good signature of a text by the algorithm of this name: for the Redirect binding.
    fn verifies_text(&self, algorithm: &str, text: &[u8], signature: &[u8]) -> bool;

    /// Which weak algorithms are let through.
    fn weakness(&self) -> Weakness;
}

/// What needs our own private key.
pub(super) trait PrivateKeyEngine: Send + Sync {
    /// The document with its one `<xenc:EncryptedData>` replaced by what it hides.
    ///
    /// # Errors
    /// `malformed_response`, the same whatever went wrong: a reason would tell an attacker something.
    fn decrypt(&self, source: &str) -> Result<String>;

    /// Fills in the signature of a document that [`template`](PrivateKeyEngine::template) stands in.
    ///
    /// # Errors
    /// `invalid_setting` when the key cannot sign so.
    fn sign(&self, source: &str) -> Result<String>;

    /// Writes an empty enveloped signature over the element of this `ID`.
    fn template(&self, writer: &mut XmlWriter, id: &str);

    /// The name of the algorithm that we sign by.
    fn signature_name(&self) -> &'static str;

    /// The signature of a text, in base64: for the Redirect binding.
    ///
    /// # Errors
    /// `invalid_setting` when the key cannot sign so.
    fn sign_text(&self, text: &str) -> Result<String>;
}

/// The DER of a certificate in PEM, or in base64 alone.
///
/// # Errors
/// `invalid_setting` when it is neither, or no certificate.
pub(super) fn certificate_der(text: &str) -> Result<Vec<u8>> {
    let body: String = text.lines().filter(|line| !line.trim_start().starts_with("-----")).flat_map(str::split_whitespace).collect();
    let der = STANDARD.decode(body).map_err(|_| unreadable("x509cert", "is neither PEM nor base64"))?;
    Certificate::from_der(&der).map_err(|_| unreadable("x509cert", "cannot be read as an X.509 certificate"))?;
    Ok(der)
}

fn unreadable(name: &str, what: &str) -> Error {
    Error::invalid_setting(name, format!("setting {name} {what}"))
}
