//! Keys: the provider's own, those of service providers, and one for an application's settings.

use std::fmt;

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_2048_8192_SHA384, RSA_PKCS1_2048_8192_SHA512, RSA_PKCS1_SHA256};
use aws_lc_rs::signature::{RsaKeyPair, RsaParameters, UnparsedPublicKey};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bergshamra_dsig::{DsigContext, VerifyResult};
use bergshamra_enc::EncContext;
use bergshamra_keys::{Key, KeysManager, loader};
use rcgen::{CertificateParams, DnType, KeyPair};

use crate::error::Error;
use crate::keys::new_rsa_pem;

/// The name of the algorithm that the provider signs by.
pub(super) const RSA_SHA256: &str = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256";

/// What service providers may sign the query of the Redirect binding by.
const QUERY_ALGORITHMS: [(&str, &RsaParameters); 3] = [
    (RSA_SHA256, &RSA_PKCS1_2048_8192_SHA256),
    ("http://www.w3.org/2001/04/xmldsig-more#rsa-sha384", &RSA_PKCS1_2048_8192_SHA384),
    ("http://www.w3.org/2001/04/xmldsig-more#rsa-sha512", &RSA_PKCS1_2048_8192_SHA512),
];

/// A private key and a certificate for it, both as PEM: what a service provider of yours has in its
/// settings `SP_PRIVATE_KEY` and `SP_PUBLIC_CERT`.
pub struct SamlCredential {
    /// The certificate, which nobody but its own key vouches for.
    pub certificate: String,
    /// The private key (RSA, 2048 bits).
    pub private_key: String,
}

impl SamlCredential {
    /// Makes a key. It takes a moment.
    ///
    /// # Errors
    /// [`Error::Crypto`].
    pub fn generate() -> Result<Self, Error> {
        let private_key = new_rsa_pem()?;
        Ok(Self { certificate: certify(&private_key)?.pem(), private_key })
    }
}

/// Without the key.
impl fmt::Debug for SamlCredential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SamlCredential").field("certificate", &self.certificate).finish_non_exhaustive()
    }
}

fn certify(private_key: &str) -> Result<rcgen::Certificate, Error> {
    let failed = |_| Error::Crypto { what: "a certificate" };
    let key = KeyPair::from_pem(private_key).map_err(failed)?;
    let mut wanted = CertificateParams::default();
    wanted.distinguished_name.push(DnType::CommonName, "for development only");
    wanted.self_signed(&key).map_err(failed)
}

/// The provider's key.
pub(crate) struct SamlKey {
    /// The base64 of its certificate's DER.
    pub(super) certificate: String,
    keys: KeysManager,
    pair: RsaKeyPair,
}

impl SamlKey {
    /// Of a private RSA key as PEM (PKCS #8).
    pub(crate) fn new(private_key: &str) -> Result<Self, Error> {
        let unusable = Error::Crypto { what: "a key for SAML" };
        let (Ok(loaded), Ok(read)) = (loader::load_rsa_private_pem(private_key.as_bytes()), pem::parse(private_key)) else {
            return Err(unusable);
        };
        let Ok(pair) = RsaKeyPair::from_pkcs8(read.contents()) else { return Err(unusable) };
        Ok(Self { certificate: STANDARD.encode(certify(private_key)?.der()), keys: only(loaded), pair })
    }

    /// Fills in the first signature of a document.
    pub(super) fn sign(&self, document: &str) -> Result<String, Error> {
        bergshamra_dsig::sign::sign(&DsigContext::new(self.keys.clone()), document)
            .map_err(|_| Error::Crypto { what: "the signature of a document" })
    }

    /// The signature of a text, in base64, by [`RSA_SHA256`].
    pub(super) fn sign_text(&self, text: &str) -> Result<String, Error> {
        let mut signature = vec![0; self.pair.public_modulus_len()];
        self.pair
            .sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), text.as_bytes(), &mut signature)
            .map_err(|_| Error::Crypto { what: "a signature" })?;
        Ok(STANDARD.encode(signature))
    }
}

/// The public key in a service provider's certificate.
#[derive(Clone)]
pub(super) struct TheirKey(Key);

impl TheirKey {
    /// Of the base64 of a certificate's DER.
    pub(super) fn of(certificate: &str) -> Option<Self> {
        let compact: String = certificate.split_whitespace().collect();
        let der = STANDARD.decode(compact).ok()?;
        loader::load_x509_cert_der(&der).ok().map(Self)
    }

    /// Whether the document's outermost element, of this id, bears a good signature of itself, and
    /// there is no other.
    pub(super) fn signed(&self, document: &str, id: &str) -> bool {
        let context = DsigContext::new(only(self.0.clone())).with_trusted_keys_only(true).with_require_reference_digests(true);
        let Ok(results) = bergshamra_dsig::verify::verify_all(&context, document) else { return false };
        match results.as_slice() {
            [VerifyResult::Valid { references, .. }] => {
                matches!(references.as_slice(), [only] if only.uri.strip_prefix('#') == Some(id))
            }
            _ => false,
        }
    }

    /// Whether this is a good signature of a text by the algorithm of this name.
    pub(super) fn signed_text(&self, algorithm: &str, text: &str, signature: &[u8]) -> bool {
        let known = QUERY_ALGORITHMS.iter().find(|(name, _)| *name == algorithm);
        let (Some((_, algorithm)), Some(key)) = (known, self.0.to_spki_der()) else { return false };
        UnparsedPublicKey::new(*algorithm, key).verify(text.as_bytes(), signature).is_ok()
    }

    /// Fills in the encrypted data of a document.
    pub(super) fn encrypt(&self, shell: &str, content: &str) -> Result<String, Error> {
        bergshamra_enc::encrypt::encrypt(&EncContext::new(only(self.0.clone())), shell, content.as_bytes())
            .map_err(|_| Error::Crypto { what: "an encrypted document" })
    }
}

fn only(key: Key) -> KeysManager {
    let mut keys = KeysManager::new();
    keys.add_key(key);
    keys
}
