//! The private keys of a client: one that signs now, and others that were or will be.

use std::fmt;
use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::{Algorithm, MAX_KEYS, PrivateKey};
use crate::error::{Error, Result};
use crate::secret::Secret;

/// Private keys, the one in use first. The others are published still (or already), and decrypt.
#[derive(Clone, Default)]
pub struct PrivateKeys(Arc<[PrivateKey]>);

impl PrivateKeys {
    /// Reads keys from texts, each with one key or several: PEM (`PRIVATE KEY`, `RSA PRIVATE KEY`,
    /// `EC PRIVATE KEY`), a JWK or a JWK set. `setting` is where they stand.
    ///
    /// # Errors
    /// `invalid_setting`, telling which text and why, never what stands in it.
    pub fn parse(setting: &str, texts: &[Secret]) -> Result<Self> {
        let mut keys: Vec<PrivateKey> = Vec::new();
        for (index, text) in texts.iter().enumerate() {
            let place = |why: &str| Error::invalid_setting(setting, format!("the private key in text {} cannot be used: {why}", index + 1));
            for key in read(text.expose()).map_err(place)? {
                if keys.iter().any(|known| known.kid() == key.kid()) {
                    return Err(place("another key has its name (kid)"));
                }
                keys.push(key);
            }
        }
        if keys.len() > MAX_KEYS {
            return Err(Error::invalid_setting(setting, format!("there are more than {MAX_KEYS} keys")));
        }
        Ok(PrivateKeys(keys.into()))
    }

    /// The keys in their order.
    #[must_use]
    pub fn keys(&self) -> &[PrivateKey] {
        &self.0
    }

    /// The first key that may sign, with `algorithm` where one is asked for; else with the first of its own.
    #[must_use]
    pub fn signer(&self, algorithm: Option<Algorithm>) -> Option<(&PrivateKey, Algorithm)> {
        self.0.iter().find_map(|key| {
            let able = key.signs_with();
            let chosen = match algorithm {
                Some(wanted) => able.into_iter().find(|able| *able == wanted),
                None => able.into_iter().next(),
            };
            chosen.map(|algorithm| (key, algorithm))
        })
    }

    /// A JWT of these claims by the key in use, which its header names (`kid`), of this `typ`.
    ///
    /// # Errors
    /// `missing_setting` for `PRIVATE_KEYS` when no key can.
    pub fn sign(&self, algorithm: Option<Algorithm>, typ: &str, claims: &Value) -> Result<Secret> {
        let (key, algorithm) = self.signer(algorithm).ok_or_else(|| {
            let wanted = algorithm.map(|algorithm| format!(" with {algorithm}")).unwrap_or_default();
            Error::new(crate::Reason::MissingSetting)
                .parameter("PRIVATE_KEYS")
                .detail(format!("PRIVATE_KEYS has no key that can sign{wanted}"))
        })?;
        let header = Map::from_iter([("kid".to_owned(), Value::from(key.kid())), ("typ".to_owned(), Value::from(typ))]);
        key.sign(algorithm, &header, claims)
    }

    /// The public parts (RFC 7517, section 5). `decrypt` tells whether we ask for encrypted answers: a key
    /// that does not say its `use` is published for signatures only, unless it has to serve both.
    #[must_use]
    pub fn published(&self, decrypt: bool) -> Value {
        let public = |key: &PrivateKey| {
            let mut jwk = key.public_jwk();
            if let Some(members) = jwk.as_object_mut().filter(|_| !decrypt) {
                members.entry("use").or_insert_with(|| "sig".into());
            }
            jwk
        };
        json!({ "keys": self.0.iter().map(public).collect::<Vec<_>>() })
    }
}

impl fmt::Debug for PrivateKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.0.iter()).finish()
    }
}

fn read(text: &str) -> Result<Vec<PrivateKey>, &'static str> {
    if text.trim_start().starts_with('{') {
        return read_json(text);
    }
    let blocks = pem::parse_many(text).map_err(|_| "it is neither PEM nor a JWK")?;
    // OpenSSL writes `EC PARAMETERS` in front of some keys.
    let private = blocks.iter().filter(|block| block.tag() != "EC PARAMETERS");
    let keys = private
        .map(|block| match block.tag() {
            "PRIVATE KEY" | "RSA PRIVATE KEY" | "EC PRIVATE KEY" => PrivateKey::from_der(block.contents()),
            "ENCRYPTED PRIVATE KEY" => Err("it is encrypted with a password: write it without (openssl pkey)"),
            _ => Err("it is no private key: a PEM block must be called PRIVATE KEY"),
        })
        .collect::<Result<Vec<_>, _>>()?;
    if keys.is_empty() { Err("there is none in it") } else { Ok(keys) }
}

fn read_json(text: &str) -> Result<Vec<PrivateKey>, &'static str> {
    let document: Value = serde_json::from_str(text).map_err(|_| "it is no JSON")?;
    let listed = match document.get("keys") {
        Some(Value::Array(listed)) => listed.clone(),
        Some(_) => return Err("its keys are no list"),
        None => vec![document],
    };
    if listed.is_empty() {
        return Err("there is none in it");
    }
    listed.iter().map(|jwk| PrivateKey::from_jwk(jwk.as_object().ok_or("it is no JSON object")?)).collect()
}
