//! Our own key: it signs requests and metadata, and opens what was encrypted for us.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bergshamra_dsig::DsigContext;
use bergshamra_enc::EncContext;
use bergshamra_keys::{Key, KeysManager, loader};
use uppsala::XmlWriter;

use super::super::{algorithm, xml};
use super::{PrivateKeyEngine, unreadable};
use crate::error::{Error, Result};
use crate::secret::Secret;

/// Our own key.
pub(in super::super) struct OwnKey {
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
    pub(in super::super) fn new(key: &Secret, signature: &'static algorithm::Signature, digest: &'static str) -> Result<Self> {
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
