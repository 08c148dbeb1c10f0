//! The signed tokens of a case: those of the provider are signed anew with what is ours.

use aws_lc_rs::hmac;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeyPair as RsaKeyPair, KeyPairComponents, PublicKeyComponents};
use aws_lc_rs::signature::{
    self, ECDSA_P256_SHA256_FIXED_SIGNING, ECDSA_P384_SHA384_FIXED_SIGNING, ECDSA_P521_SHA512_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair,
    RsaEncoding,
};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value};

use crate::bindings::Bindings;
use crate::wire::{Jwt, Signer};

/// The tokens of a case and the keys of its recording.
pub struct Tokens<'a> {
    jwts: &'a [Jwt],
    keys: &'a Map<String, Value>,
    /// What was made of each token, with the payload that it was made from.
    made: Vec<Option<(String, String)>>,
    /// Which was made last.
    last: Option<usize>,
    /// The nonce that we sent where the recording has none.
    pub our_nonce: Option<String>,
}

impl<'a> Tokens<'a> {
    pub fn new(jwts: &'a [Jwt], keys: &'a Map<String, Value>) -> Self {
        Tokens { jwts, keys, made: vec![None; jwts.len()], last: None, our_nonce: None }
    }

    /// The text with every token of the provider replaced by ours.
    ///
    /// # Errors
    /// When a token cannot be signed.
    pub fn fill(&mut self, text: &str, bindings: &Bindings) -> Result<String, String> {
        let mut text = text.to_owned();
        for index in 0..self.jwts.len() {
            let jwt = &self.jwts[index];
            if matches!(jwt.by, Signer::Provider | Signer::Tampered) && text.contains(&jwt.value) {
                let ours = self.ours(index, bindings)?;
                text = text.replace(&jwt.value, &ours);
            }
        }
        Ok(text)
    }

    /// The same for every text in a value.
    ///
    /// # Errors
    /// When a token cannot be signed.
    pub fn fill_value(&mut self, value: &Value, bindings: &Bindings) -> Result<Value, String> {
        Ok(match value {
            Value::String(text) => Value::String(self.fill(text, bindings)?),
            Value::Array(items) => Value::Array(items.iter().map(|item| self.fill_value(item, bindings)).collect::<Result<_, _>>()?),
            Value::Object(members) => {
                let filled = members.iter().map(|(name, member)| Ok((name.clone(), self.fill_value(member, bindings)?)));
                Value::Object(filled.collect::<Result<_, String>>()?)
            }
            other => other.clone(),
        })
    }

    /// Whom the last token of the provider is about.
    pub fn subject(&self) -> Option<String> {
        let (payload, _) = self.made.get(self.last?)?.as_ref()?;
        serde_json::from_str::<Value>(payload).ok()?.get("sub")?.as_str().map(str::to_owned)
    }

    /// Whether a token that we made has header and claims of one that the recorded client made.
    pub fn is_made_by_client(&self, ours: &str, bindings: &mut Bindings) -> bool {
        let Some((header, claims)) = decode(ours) else { return false };
        self.jwts.iter().filter(|jwt| jwt.by == Signer::Library).any(|jwt| {
            bindings.matches_value(&Value::Object(jwt.headers.clone()), &header)
                && bindings.matches_value(&Value::Object(jwt.claims.clone()), &claims)
        })
    }

    /// Whether this is the value of a token that the recorded client made.
    pub fn names_client_token(&self, value: &str) -> bool {
        self.jwts.iter().any(|jwt| jwt.by == Signer::Library && jwt.value == value)
    }

    /// Whether the recorded client made any token.
    pub fn has_client_tokens(&self) -> bool {
        self.jwts.iter().any(|jwt| jwt.by == Signer::Library)
    }

    fn ours(&mut self, index: usize, bindings: &Bindings) -> Result<String, String> {
        self.last = Some(index);
        let jwt = &self.jwts[index];
        let mut claims = jwt.claims.clone();
        if let (Some(nonce), false) = (&self.our_nonce, claims.contains_key("nonce")) {
            claims.insert("nonce".to_owned(), Value::from(nonce.clone()));
        }
        let payload = bindings.fill_value(&Value::Object(claims)).to_string();
        if let Some((made_from, token)) = &self.made[index]
            && *made_from == payload
        {
            return Ok(token.clone());
        }
        let token = if jwt.by == Signer::Tampered {
            let (header, rest) = jwt.value.split_once('.').ok_or("a tampered token without a header")?;
            let signature = rest.rsplit('.').next().unwrap_or_default();
            format!("{header}.{}.{signature}", URL_SAFE_NO_PAD.encode(&payload))
        } else {
            let header = Value::Object(jwt.headers.clone()).to_string();
            let message = format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(&payload));
            let key = jwt.key.as_ref().and_then(|name| self.keys.get(name)).ok_or("the recording has no key for a token")?;
            let algorithm = jwt.algorithm.as_deref().unwrap_or_default();
            let signature = sign(algorithm, key, message.as_bytes()).ok_or_else(|| format!("a token cannot be signed with {algorithm}"))?;
            format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature))
        };
        self.made[index] = Some((payload, token.clone()));
        Ok(token)
    }
}

fn decode(token: &str) -> Option<(Value, Value)> {
    let mut parts = token.split('.').map(|part| URL_SAFE_NO_PAD.decode(part).ok());
    let mut json = || serde_json::from_slice(&parts.next()??).ok();
    Some((json()?, json()?))
}

fn sign(algorithm: &str, jwk: &Value, message: &[u8]) -> Option<Vec<u8>> {
    match algorithm {
        "RS256" => rsa(&signature::RSA_PKCS1_SHA256, jwk, message),
        "RS384" => rsa(&signature::RSA_PKCS1_SHA384, jwk, message),
        "RS512" => rsa(&signature::RSA_PKCS1_SHA512, jwk, message),
        "PS256" => rsa(&signature::RSA_PSS_SHA256, jwk, message),
        "PS384" => rsa(&signature::RSA_PSS_SHA384, jwk, message),
        "PS512" => rsa(&signature::RSA_PSS_SHA512, jwk, message),
        "ES256" => ecdsa(&ECDSA_P256_SHA256_FIXED_SIGNING, jwk, message),
        "ES384" => ecdsa(&ECDSA_P384_SHA384_FIXED_SIGNING, jwk, message),
        "ES512" => ecdsa(&ECDSA_P521_SHA512_FIXED_SIGNING, jwk, message),
        "EdDSA" => {
            let pair = Ed25519KeyPair::from_seed_and_public_key(&member(jwk, "d")?, &member(jwk, "x")?).ok()?;
            Some(pair.sign(message).as_ref().to_vec())
        }
        "HS256" => mac(hmac::HMAC_SHA256, jwk, message),
        "HS384" => mac(hmac::HMAC_SHA384, jwk, message),
        "HS512" => mac(hmac::HMAC_SHA512, jwk, message),
        "none" => Some(Vec::new()),
        _ => None,
    }
}

fn member(jwk: &Value, name: &str) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(jwk.get(name)?.as_str()?).ok()
}

fn rsa(encoding: &'static dyn RsaEncoding, jwk: &Value, message: &[u8]) -> Option<Vec<u8>> {
    let part = |name| member(jwk, name);
    let components = KeyPairComponents {
        public_key: PublicKeyComponents { n: part("n")?, e: part("e")? },
        d: part("d")?,
        p: part("p")?,
        q: part("q")?,
        dP: part("dp")?,
        dQ: part("dq")?,
        qInv: part("qi")?,
    };
    let pair = RsaKeyPair::from_components(&components).ok()?;
    let mut signature = vec![0; pair.public_modulus_len()];
    pair.sign(encoding, &SystemRandom::new(), message, &mut signature).ok()?;
    Some(signature)
}

fn ecdsa(algorithm: &'static signature::EcdsaSigningAlgorithm, jwk: &Value, message: &[u8]) -> Option<Vec<u8>> {
    let point = [vec![4], member(jwk, "x")?, member(jwk, "y")?].concat();
    let pair = EcdsaKeyPair::from_private_key_and_public_key(algorithm, &member(jwk, "d")?, &point).ok()?;
    Some(pair.sign(&SystemRandom::new(), message).ok()?.as_ref().to_vec())
}

fn mac(algorithm: hmac::Algorithm, jwk: &Value, message: &[u8]) -> Option<Vec<u8>> {
    Some(hmac::sign(&hmac::Key::new(algorithm, &member(jwk, "k")?), message).as_ref().to_vec())
}
