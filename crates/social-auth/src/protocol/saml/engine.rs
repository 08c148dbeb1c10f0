//! XML signatures and encryption: the one module that knows which crate does them. What may reach it is
//! decided by the gate.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bergshamra_dsig::{DsigContext, VerifyResult};
use bergshamra_enc::EncContext;
use bergshamra_keys::{Key, KeysManager, loader};
use uppsala::{Document, NodeId, XmlWriter};

use super::algorithm;
use super::xml;
use crate::error::{Error, Reason, Result};
use crate::secret::Secret;

/// A signature that was found good, and the element that it covers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Covered {
    /// The `<ds:Signature>`.
    pub(super) signature: NodeId,
    /// The element.
    pub(super) target: NodeId,
}

/// Says which signatures are good by the keys that it was made for, and by no other key.
pub(super) trait SignatureEngine: Send + Sync {
    /// The good signatures of a document that the gate let through. `source` is its text.
    ///
    /// # Errors
    /// `invalid_signature` when the document as a whole cannot be judged.
    fn verify(&self, document: &Document<'_>, source: &str) -> Result<Vec<Covered>>;
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

/// The certificates of one identity provider.
pub(super) struct Trusted(DsigContext);

impl Trusted {
    /// Trusts these certificates (PEM, or the base64 of their DER).
    ///
    /// # Errors
    /// `invalid_setting` when one cannot be read, or there is none.
    pub(super) fn new(certificates: &[String]) -> Result<Self> {
        let mut keys = KeysManager::new();
        for certificate in certificates {
            let der = certificate_der(certificate)?;
            keys.add_key(loader::load_x509_cert_der(&der).map_err(|_| unreadable("x509cert", "cannot be read as an X.509 certificate"))?);
        }
        if keys.is_empty() {
            return Err(unreadable("x509cert", "is empty; without the identity provider's certificate no answer can be believed"));
        }
        Ok(Trusted(DsigContext::new(keys)))
    }
}

impl SignatureEngine for Trusted {
    fn verify(&self, document: &Document<'_>, source: &str) -> Result<Vec<Covered>> {
        let results = bergshamra_dsig::verify::verify_all_document_with_source(&self.0, document, Some(source))
            .map_err(|_| Error::new(Reason::InvalidSignature).detail("the document's signatures cannot be checked"))?;
        Ok(results.iter().filter_map(|result| covered(document, result)).collect())
    }
}

fn covered(document: &Document<'_>, result: &VerifyResult) -> Option<Covered> {
    let VerifyResult::Valid { signature_node, references, .. } = result else { return None };
    let [reference] = references.as_slice() else { return None };
    if !reference.digest_verified {
        return None;
    }
    let whole = reference.uri.is_empty().then(|| document.document_element()).flatten();
    // The engine names the document itself for URI="": its element is what is covered.
    let target = whole.or(reference.resolved_node)?;
    Some(Covered { signature: *signature_node, target })
}

/// Our own key.
pub(super) struct OwnKey {
    keys: KeysManager,
    signing: jsonwebtoken::EncodingKey,
    signature: &'static algorithm::Signature,
    digest: &'static str,
}

impl OwnKey {
    /// Reads an RSA key (PEM, or the base64 of its DER, as Python Social Auth has it in settings).
    ///
    /// # Errors
    /// `invalid_setting` when it cannot be read.
    pub(super) fn new(key: &Secret, signature: &'static algorithm::Signature, digest: &'static str) -> Result<Self> {
        let wrong = || unreadable("SP_PRIVATE_KEY", "is no RSA key of at least 2048 bits in PEM or base64");
        let (loaded, pem) = pem_forms(key.expose()).into_iter().find_map(|pem| Some((loaded_key(&pem)?, pem))).ok_or_else(wrong)?;
        let signing = jsonwebtoken::EncodingKey::from_rsa_pem(pem.expose().as_bytes()).map_err(|_| wrong())?;
        let mut keys = KeysManager::new();
        keys.add_key(loaded);
        Ok(OwnKey { keys, signing, signature, digest })
    }
}

fn loaded_key(pem: &Secret) -> Option<Key> {
    loader::load_rsa_private_pem(pem.expose().as_bytes()).ok()
}

/// The key as PEM: as it is, or with either of the headers that a bare key may lack.
fn pem_forms(text: &str) -> Vec<Secret> {
    let text = text.trim();
    if text.contains("-----BEGIN") {
        return vec![Secret::new(text)];
    }
    let body: String = text.split_whitespace().collect();
    let lines: Vec<&str> = body.as_bytes().chunks(64).filter_map(|line| std::str::from_utf8(line).ok()).collect();
    let body = lines.join("\n");
    ["PRIVATE KEY", "RSA PRIVATE KEY"]
        .iter()
        .map(|label| Secret::new(format!("-----BEGIN {label}-----\n{body}\n-----END {label}-----\n")))
        .collect()
}

impl PrivateKeyEngine for OwnKey {
    fn decrypt(&self, source: &str) -> Result<String> {
        let context = EncContext::new(self.keys.clone()).with_disable_cipher_reference(true).with_max_pbkdf2_iterations(0);
        bergshamra_enc::decrypt::decrypt(&context, source).map_err(|_| Error::malformed("the encrypted assertion cannot be decrypted"))
    }

    fn sign(&self, source: &str) -> Result<String> {
        bergshamra_dsig::sign::sign(&DsigContext::new(self.keys.clone()), source)
            .map_err(|_| unreadable("SP_PRIVATE_KEY", "cannot sign with SECURITY_CONFIG's signatureAlgorithm"))
    }

    fn template(&self, writer: &mut XmlWriter, id: &str) {
        let reference = format!("#{id}");
        writer.start_element("ds:Signature", &[("xmlns:ds", xml::DSIG)]);
        writer.start_element("ds:SignedInfo", &[]);
        writer.empty_element("ds:CanonicalizationMethod", &[("Algorithm", xml::EXC_C14N)]);
        writer.empty_element("ds:SignatureMethod", &[("Algorithm", self.signature.uri)]);
        writer.start_element("ds:Reference", &[("URI", reference.as_str())]);
        writer.start_element("ds:Transforms", &[]);
        writer.empty_element("ds:Transform", &[("Algorithm", algorithm::ENVELOPED)]);
        writer.empty_element("ds:Transform", &[("Algorithm", xml::EXC_C14N)]);
        writer.end_element("ds:Transforms");
        writer.empty_element("ds:DigestMethod", &[("Algorithm", self.digest)]);
        writer.empty_element("ds:DigestValue", &[]);
        writer.end_element("ds:Reference");
        writer.end_element("ds:SignedInfo");
        writer.empty_element("ds:SignatureValue", &[]);
        writer.end_element("ds:Signature");
    }

    fn signature_name(&self) -> &'static str {
        self.signature.uri
    }

    fn sign_text(&self, text: &str) -> Result<String> {
        let wrong = || unreadable("SP_PRIVATE_KEY", "cannot sign with SECURITY_CONFIG's signatureAlgorithm");
        let by = self.signature.in_jsonwebtoken.ok_or_else(wrong)?;
        let signed = jsonwebtoken::crypto::sign(text.as_bytes(), &self.signing, by).map_err(|_| wrong())?;
        let bytes = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(signed).map_err(|_| wrong())?;
        Ok(STANDARD.encode(bytes))
    }
}

/// The DER of a certificate in PEM, or in base64 alone.
///
/// # Errors
/// `invalid_setting` when it is neither.
pub(super) fn certificate_der(text: &str) -> Result<Vec<u8>> {
    let body: String = text.lines().filter(|line| !line.trim_start().starts_with("-----")).flat_map(str::split_whitespace).collect();
    STANDARD.decode(body).map_err(|_| unreadable("x509cert", "is neither PEM nor base64"))
}

fn unreadable(name: &str, what: &str) -> Error {
    Error::invalid_setting(name, format!("setting {name} {what}"))
}
