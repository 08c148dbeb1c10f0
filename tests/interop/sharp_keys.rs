//! Keys and certificates of a client, made for the tests.

use std::sync::LazyLock;

use aws_lc_rs::encoding::AsDer as _;
use aws_lc_rs::rsa::{KeyPair as RsaKeyPair, KeySize};
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, ECDSA_P384_SHA384_FIXED_SIGNING, EcdsaKeyPair, EcdsaSigningAlgorithm, Ed25519KeyPair,
};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, ExtendedKeyUsagePurpose, IsCa, KeyPair};

pub(crate) static RSA: LazyLock<String> = LazyLock::new(|| pem(RsaKeyPair::generate(KeySize::Rsa2048).unwrap().as_der().unwrap().as_ref()));
pub(crate) static P256: LazyLock<String> = LazyLock::new(|| ec(&ECDSA_P256_SHA256_FIXED_SIGNING));
pub(crate) static P384: LazyLock<String> = LazyLock::new(|| ec(&ECDSA_P384_SHA384_FIXED_SIGNING));
pub(crate) static ED25519: LazyLock<String> = LazyLock::new(|| pem(Ed25519KeyPair::generate().unwrap().to_pkcs8().unwrap().as_ref()));

fn ec(algorithm: &'static EcdsaSigningAlgorithm) -> String {
    pem(EcdsaKeyPair::generate(algorithm).unwrap().to_pkcs8v1().unwrap().as_ref())
}

fn pem(der: &[u8]) -> String {
    pem::encode(&pem::Pem::new("PRIVATE KEY", der))
}

/// A certificate and its key, both in PEM.
#[derive(Clone)]
pub(crate) struct Certificate {
    pub(crate) certificate: String,
    pub(crate) key: String,
}

/// An authority, a server's certificate by it, and a client's.
pub(crate) struct Authority {
    pub(crate) root: String,
    pub(crate) server: Certificate,
    pub(crate) client: Certificate,
}

impl Authority {
    pub(crate) fn new() -> Self {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.distinguished_name.push(DnType::CommonName, "Tests' authority");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let issuer = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
        let issue = |name: &str, usage: ExtendedKeyUsagePurpose| {
            let key = KeyPair::generate().unwrap();
            let mut params = CertificateParams::new(vec![name.to_owned()]).unwrap();
            params.distinguished_name.push(DnType::CommonName, name);
            params.extended_key_usages = vec![usage];
            Certificate { certificate: params.signed_by(&key, &issuer).unwrap().pem(), key: key.serialize_pem() }
        };
        Authority {
            root: issuer.pem(),
            server: issue("localhost", ExtendedKeyUsagePurpose::ServerAuth),
            client: issue("client.example", ExtendedKeyUsagePurpose::ClientAuth),
        }
    }
}

/// A certificate that nobody else signed.
pub(crate) fn self_signed() -> Certificate {
    let key = KeyPair::generate().unwrap();
    let params = CertificateParams::new(vec!["client.example".to_owned()]).unwrap();
    Certificate { certificate: params.self_signed(&key).unwrap().pem(), key: key.serialize_pem() }
}
