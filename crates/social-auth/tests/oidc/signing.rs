//! Keys made for the tests, and tokens signed with them, well or badly.

use std::sync::LazyLock;

use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der, PublicKeyX509Der};
use aws_lc_rs::hmac;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeyPair as RsaKeyPair, KeySize, OaepPublicEncryptingKey, PublicEncryptingKey};
use aws_lc_rs::signature::{
    self, ECDSA_P256_SHA256_FIXED_SIGNING, ECDSA_P384_SHA384_FIXED_SIGNING, ECDSA_P521_SHA512_FIXED_SIGNING, EcdsaKeyPair,
    EcdsaSigningAlgorithm, Ed25519KeyPair, KeyPair as _, RsaEncoding, RsaPublicKeyComponents,
};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::{Value, json};
use social_auth::Error;
use social_auth::jose::{Algorithm, KeySet};

pub const CLIENT_SECRET: &str = "a-client-secret-of-fifty-characters-and-not-fewer!";

pub struct Rsa(RsaKeyPair);
pub struct Ec {
    pair: EcdsaKeyPair,
    curve: &'static str,
}

pub static RSA: LazyLock<Rsa> = LazyLock::new(|| Rsa(RsaKeyPair::generate(KeySize::Rsa2048).unwrap()));
pub static OTHER_RSA: LazyLock<Rsa> = LazyLock::new(|| Rsa(RsaKeyPair::generate(KeySize::Rsa2048).unwrap()));
pub static P256: LazyLock<Ec> = LazyLock::new(|| ec("P-256", &ECDSA_P256_SHA256_FIXED_SIGNING));
pub static P384: LazyLock<Ec> = LazyLock::new(|| ec("P-384", &ECDSA_P384_SHA384_FIXED_SIGNING));
pub static P521: LazyLock<Ec> = LazyLock::new(|| ec("P-521", &ECDSA_P521_SHA512_FIXED_SIGNING));
pub static ED25519: LazyLock<Ed25519KeyPair> = LazyLock::new(|| Ed25519KeyPair::generate().unwrap());

fn ec(curve: &'static str, algorithm: &'static EcdsaSigningAlgorithm) -> Ec {
    Ec { pair: EcdsaKeyPair::generate(algorithm).unwrap(), curve }
}

impl Rsa {
    pub fn jwk(&self, kid: &str) -> Value {
        let public = RsaPublicKeyComponents::<Vec<u8>>::from(self.0.public_key());
        json!({"kty": "RSA", "use": "sig", "kid": kid, "n": b64(&public.n), "e": b64(&public.e)})
    }

    pub fn pem(&self) -> String {
        let der: PublicKeyX509Der<'_> = self.0.public_key().as_der().unwrap();
        format!("-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----\n", STANDARD.encode(der.as_ref()))
    }

    /// A signature of this very key, by RS256.
    pub fn signature(&self, message: &[u8]) -> Vec<u8> {
        self.sign(&signature::RSA_PKCS1_SHA256, message)
    }

    /// The private key in PEM.
    pub fn private_pem(&self) -> String {
        let der: Pkcs8V1Der<'_> = self.0.as_der().unwrap();
        format!("-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n", STANDARD.encode(der.as_ref()))
    }

    /// The public key, as encryption takes it.
    pub fn encrypting(&self) -> OaepPublicEncryptingKey {
        let der: PublicKeyX509Der<'_> = self.0.public_key().as_der().unwrap();
        OaepPublicEncryptingKey::new(PublicEncryptingKey::from_der(der.as_ref()).unwrap()).unwrap()
    }

    fn sign(&self, encoding: &'static dyn RsaEncoding, message: &[u8]) -> Vec<u8> {
        let mut signature = vec![0; self.0.public_modulus_len()];
        self.0.sign(encoding, &SystemRandom::new(), message, &mut signature).unwrap();
        signature
    }
}

impl Ec {
    pub fn jwk(&self, kid: &str) -> Value {
        let (x, y) = self.pair.public_key().as_ref()[1..].split_at(self.pair.public_key().as_ref().len() / 2);
        json!({"kty": "EC", "use": "sig", "kid": kid, "crv": self.curve, "x": b64(x), "y": b64(y)})
    }
}

pub fn ed25519_jwk(kid: &str) -> Value {
    json!({"kty": "OKP", "use": "sig", "kid": kid, "crv": "Ed25519", "x": b64(ED25519.public_key().as_ref())})
}

pub fn b64(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// The set with one key for each asymmetric algorithm, named after its type.
pub fn all_keys() -> KeySet {
    key_set(&[RSA.jwk("rsa"), P256.jwk("p256"), P384.jwk("p384"), P521.jwk("p521"), ed25519_jwk("ed")])
}

pub fn key_set(jwks: &[Value]) -> KeySet {
    KeySet::parse(&json!({ "keys": jwks })).unwrap()
}

pub fn kid_for(algorithm: Algorithm) -> &'static str {
    match algorithm {
        Algorithm::ES256 => "p256",
        Algorithm::ES384 => "p384",
        Algorithm::ES512 => "p521",
        Algorithm::EdDSA => "ed",
        Algorithm::HS256 | Algorithm::HS384 | Algorithm::HS512 => "none",
        _ => "rsa",
    }
}

pub fn signature(algorithm: Algorithm, message: &[u8]) -> Vec<u8> {
    let ecdsa = |key: &Ec| key.pair.sign(&SystemRandom::new(), message).unwrap().as_ref().to_vec();
    match algorithm {
        Algorithm::RS256 => RSA.sign(&signature::RSA_PKCS1_SHA256, message),
        Algorithm::RS384 => RSA.sign(&signature::RSA_PKCS1_SHA384, message),
        Algorithm::RS512 => RSA.sign(&signature::RSA_PKCS1_SHA512, message),
        Algorithm::PS256 => RSA.sign(&signature::RSA_PSS_SHA256, message),
        Algorithm::PS384 => RSA.sign(&signature::RSA_PSS_SHA384, message),
        Algorithm::PS512 => RSA.sign(&signature::RSA_PSS_SHA512, message),
        Algorithm::ES256 => ecdsa(&P256),
        Algorithm::ES384 => ecdsa(&P384),
        Algorithm::ES512 => ecdsa(&P521),
        Algorithm::EdDSA => ED25519.sign(message).as_ref().to_vec(),
        Algorithm::HS256 => mac(hmac::HMAC_SHA256, CLIENT_SECRET.as_bytes(), message),
        Algorithm::HS384 => mac(hmac::HMAC_SHA384, CLIENT_SECRET.as_bytes(), message),
        Algorithm::HS512 => mac(hmac::HMAC_SHA512, CLIENT_SECRET.as_bytes(), message),
        other => panic!("no key for {other}"),
    }
}

fn mac(algorithm: hmac::Algorithm, secret: &[u8], message: &[u8]) -> Vec<u8> {
    hmac::sign(&hmac::Key::new(algorithm, secret), message).as_ref().to_vec()
}

/// A well-signed token with the usual header.
pub fn token(algorithm: Algorithm, claims: &Value) -> String {
    token_with(&json!({"alg": algorithm.name(), "kid": kid_for(algorithm), "typ": "JWT"}), algorithm, claims)
}

/// A well-signed token with any header.
pub fn token_with(header: &Value, algorithm: Algorithm, claims: &Value) -> String {
    raw_token(&header.to_string(), &claims.to_string(), |message| signature(algorithm, message))
}

/// A token of any two texts.
pub fn raw_token(header: &str, payload: &str, sign: impl Fn(&[u8]) -> Vec<u8>) -> String {
    let message = format!("{}.{}", b64(header.as_bytes()), b64(payload.as_bytes()));
    let signature = b64(&sign(message.as_bytes()));
    format!("{message}.{signature}")
}

/// A token whose HMAC was made with anything.
pub fn hmac_token(header: &Value, secret: &[u8], claims: &Value) -> String {
    raw_token(&header.to_string(), &claims.to_string(), |message| mac(hmac::HMAC_SHA256, secret, message))
}

/// The code and, where there is one, the claim of an error.
pub fn code(error: &Error) -> (&'static str, Option<&str>) {
    let facts = error.facts();
    (facts.code, facts.claim)
}
