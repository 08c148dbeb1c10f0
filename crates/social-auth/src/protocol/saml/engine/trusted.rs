//! The keys of an identity provider. They are read and imported once: importing an RSA key costs more than a
//! verification.

use aws_lc_rs::signature::{self, ParsedPublicKey, VerificationAlgorithm};
use bergshamra_dsig::{DsigContext, VerifyResult};
use bergshamra_keys::KeysManager;
use kryptering::{SignatureAlgorithm, Verifier};
use uppsala::{Document, NodeId};
use x509_cert::Certificate;
use x509_cert::der::asn1::UintRef;
use x509_cert::der::oid::ObjectIdentifier;
use x509_cert::der::{Decode, Reader, SliceReader};

use super::super::algorithm::{self, KeyKind, Signature};
use super::super::xml::{self, DSIG};
use super::{Covered, SignatureEngine, Weakness, certificate_der, unreadable};
use crate::error::{Error, Reason, Result};

const RSA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.1");
const ELLIPTIC: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.2.1");
const P256: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.3.1.7");
const P384: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.132.0.34");
const P521: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.132.0.35");

/// The keys of one identity provider, for each algorithm that they may be used with.
pub(in super::super) struct Trusted {
    by_algorithm: Vec<ByAlgorithm>,
    weakness: Weakness,
}

struct ByAlgorithm {
    signature: &'static Signature,
    keys: Keys,
    context: DsigContext,
}

/// The imported keys that may verify one algorithm, which the engine asks as if they were one.
#[derive(Clone)]
struct Keys {
    algorithm: SignatureAlgorithm,
    keys: Vec<ParsedPublicKey>,
}

impl Verifier for Keys {
    fn algorithm(&self) -> SignatureAlgorithm {
        self.algorithm
    }

    fn verify(&self, data: &[u8], signature: &[u8]) -> kryptering::Result<bool> {
        Ok(self.keys.iter().any(|key| key.verify_sig(data, signature).is_ok()))
    }
}

impl Trusted {
    /// Trusts the keys of these certificates (PEM, or the base64 of their DER). When a certificate expires, and who
    /// issued it, means nothing in SAML: it is an envelope for a key (SAML V2.0 Metadata Interoperability Profile, 2.6.1).
    ///
    /// # Errors
    /// `invalid_setting` when one cannot be read, has a key that is too small, or there is none.
    pub(in super::super) fn new(certificates: &[String], weakness: Weakness) -> Result<Self> {
        let read: Vec<PublicKey> = certificates.iter().map(|text| PublicKey::of(text)).collect::<Result<_>>()?;
        if read.is_empty() {
            return Err(unreadable("x509cert", "is empty; without the identity provider's certificate no answer can be believed"));
        }
        let mut by_algorithm = Vec::new();
        for signature in algorithm::SIGNATURES.iter().filter(|signature| weakness.sha1 || !signature.is_sha1) {
            let keys: Vec<_> = read.iter().filter_map(|key| key.imported(signature, weakness)).collect();
            if !keys.is_empty() {
                let keys = Keys { algorithm: signature.in_engine, keys };
                let context = DsigContext::new(KeysManager::new()).with_hsm_verifier(Box::new(keys.clone()));
                by_algorithm.push(ByAlgorithm { signature, keys, context });
            }
        }
        if read.iter().any(|key| !by_algorithm.iter().any(|one| key.imported(one.signature, weakness).is_some())) {
            return Err(unreadable(
                "x509cert",
                "has a key that cannot be used: RSA with 2048 to 8192 bits (1024 with allow_small_keys), or the curves P-256, P-384, P-521",
            ));
        }
        Ok(Trusted { by_algorithm, weakness })
    }

    fn with(&self, name: &str) -> Option<&ByAlgorithm> {
        self.by_algorithm.iter().find(|one| one.signature.uri == name)
    }
}

impl SignatureEngine for Trusted {
    fn verify(&self, document: &Document<'_>, source: &str) -> Result<Vec<Covered>> {
        let mut good = Vec::new();
        for name in algorithms_of(document) {
            // Signatures by keys that the identity provider does not have are bad ones.
            let Some(one) = self.with(name) else { continue };
            let results = bergshamra_dsig::verify::verify_all_document_with_source(&one.context, document, Some(source))
                .map_err(|_| Error::new(Reason::InvalidSignature).detail("the document's signatures cannot be checked"))?;
            good.extend(results.iter().filter_map(|result| covered(document, result)));
        }
        Ok(good)
    }

    fn verifies_text(&self, algorithm: &str, text: &[u8], signature: &[u8]) -> bool {
        self.with(algorithm).is_some_and(|one| one.keys.keys.iter().any(|key| key.verify_sig(text, signature).is_ok()))
    }

    fn weakness(&self) -> Weakness {
        self.weakness
    }
}

/// The algorithms that the document's signatures name, each once.
fn algorithms_of<'d>(document: &'d Document<'_>) -> Vec<&'d str> {
    let mut names = Vec::new();
    for node in xml::descendants(document, document.root()) {
        if xml::is(document, node, DSIG, "SignatureMethod")
            && let Some(name) = xml::attribute(document, node, "Algorithm").filter(|name| !names.contains(name))
        {
            names.push(name);
        }
    }
    names
}

fn covered(document: &Document<'_>, result: &VerifyResult) -> Option<Covered> {
    let VerifyResult::Valid { signature_node, references, .. } = result else { return None };
    let [reference] = references.as_slice() else { return None };
    if !reference.digest_verified {
        return None;
    }
    let whole = reference.uri.is_empty().then(|| document.document_element()).flatten();
    // The engine names the document itself for URI="": its element is what is covered.
    let target: NodeId = whole.or(reference.resolved_node)?;
    Some(Covered { signature: *signature_node, target })
}

/// A key as it stands in a certificate.
struct PublicKey {
    kind: KeyKind,
    /// `RSAPublicKey` of PKCS #1, or the point.
    bytes: Vec<u8>,
}

impl PublicKey {
    fn of(certificate: &str) -> Result<Self> {
        let der = certificate_der(certificate)?;
        let wrong = || unreadable("x509cert", "cannot be read as an X.509 certificate");
        let certificate = Certificate::from_der(&der).map_err(|_| wrong())?;
        let info = certificate.tbs_certificate.subject_public_key_info;
        let curve = || info.algorithm.parameters.as_ref().and_then(|parameters| parameters.decode_as::<ObjectIdentifier>().ok());
        let kind = match info.algorithm.oid {
            RSA => KeyKind::Rsa,
            ELLIPTIC if curve() == Some(P256) => KeyKind::P256,
            ELLIPTIC if curve() == Some(P384) => KeyKind::P384,
            ELLIPTIC if curve() == Some(P521) => KeyKind::P521,
            _ => return Err(unreadable("x509cert", "has a key of a kind that is not used in SAML: RSA, P-256, P-384 and P-521 are")),
        };
        Ok(PublicKey { kind, bytes: info.subject_public_key.raw_bytes().to_vec() })
    }

    fn imported(&self, signature: &Signature, weakness: Weakness) -> Option<ParsedPublicKey> {
        let fits = signature.key == self.kind && (self.kind != KeyKind::Rsa || self.is_large_enough(weakness));
        fits.then(|| ParsedPublicKey::new(verification(signature, weakness), &self.bytes).ok()).flatten()
    }

    /// aws-lc looks at the size of an RSA key only when it verifies.
    fn is_large_enough(&self, weakness: Weakness) -> bool {
        let smallest = if weakness.small_keys { 1024 } else { 2048 };
        self.rsa_bits().is_some_and(|bits| (smallest..=8192).contains(&bits))
    }

    /// The length of the modulus of an `RSAPublicKey` (RFC 8017, appendix A.1.1).
    fn rsa_bits(&self) -> Option<usize> {
        let mut reader = SliceReader::new(&self.bytes).ok()?;
        let modulus = reader.sequence(|reader| {
            let modulus = UintRef::decode(reader)?;
            UintRef::decode(reader).map(|_exponent| modulus)
        });
        let modulus = modulus.ok()?;
        let leading = modulus.as_bytes().first()?.leading_zeros();
        (modulus.as_bytes().len() * 8).checked_sub(usize::try_from(leading).ok()?)
    }
}

/// aws-lc's algorithm, with the key sizes that are allowed.
fn verification(signature: &Signature, weakness: Weakness) -> &'static dyn VerificationAlgorithm {
    use kryptering::HashAlgorithm as Hash;
    match (signature.in_engine, weakness.small_keys) {
        (SignatureAlgorithm::RsaPkcs1v15(Hash::Sha1), true) => &signature::RSA_PKCS1_1024_8192_SHA1_FOR_LEGACY_USE_ONLY,
        (SignatureAlgorithm::RsaPkcs1v15(Hash::Sha1), false) => &signature::RSA_PKCS1_2048_8192_SHA1_FOR_LEGACY_USE_ONLY,
        (SignatureAlgorithm::RsaPkcs1v15(Hash::Sha256), true) => &signature::RSA_PKCS1_1024_8192_SHA256_FOR_LEGACY_USE_ONLY,
        (SignatureAlgorithm::RsaPkcs1v15(Hash::Sha512), true) => &signature::RSA_PKCS1_1024_8192_SHA512_FOR_LEGACY_USE_ONLY,
        (SignatureAlgorithm::RsaPkcs1v15(Hash::Sha384), _) => &signature::RSA_PKCS1_2048_8192_SHA384,
        (SignatureAlgorithm::RsaPkcs1v15(Hash::Sha512), false) => &signature::RSA_PKCS1_2048_8192_SHA512,
        (SignatureAlgorithm::Ecdsa(_, Hash::Sha384), _) => &signature::ECDSA_P384_SHA384_FIXED,
        (SignatureAlgorithm::Ecdsa(_, Hash::Sha512), _) => &signature::ECDSA_P521_SHA512_FIXED,
        (SignatureAlgorithm::Ecdsa(..), _) => &signature::ECDSA_P256_SHA256_FIXED,
        _ => &signature::RSA_PKCS1_2048_8192_SHA256,
    }
}
