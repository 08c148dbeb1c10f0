//! Data that leaves our hands and must come back unread and unchanged: authenticated encryption with
//! named, rotating keys. Every sealed text is bound to a purpose, so that one minted for one use is
//! never accepted for another (CVE-2023-48309).

use aws_lc_rs::aead::{AES_256_GCM_SIV, Aad, Nonce, RandomizedNonceKey};
use aws_lc_rs::{digest, hkdf};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::error::{Error, Result};
use crate::secret::Secret;

const VERSION: &str = "v1";
const NONCE_LENGTH: usize = 12;
/// Text longer than this is not ours: a paused pipeline with a whole profile in it is the longest.
const MAX_SEALED_LENGTH: usize = 2 * 1024 * 1024;

/// Seals with the first of its keys and opens with any of them.
pub struct Sealer {
    keys: Vec<Key>,
}

struct Key {
    id: String,
    key: RandomizedNonceKey,
}

/// The shortest `SECRET_KEY`, in bytes.
pub const MIN_SECRET_LENGTH: usize = 32;

impl Sealer {
    /// A sealer over one or more `SECRET_KEY`s, newest first.
    ///
    /// # Errors
    /// `missing_setting` without a key; `invalid_setting` for one shorter than [`MIN_SECRET_LENGTH`].
    pub fn new(secrets: &[Secret]) -> Result<Self> {
        if secrets.is_empty() {
            return Err(Error::new(crate::error::Reason::MissingSetting).parameter("SECRET_KEY").detail(
                "SECRET_KEY seals sign-in attempts; set it to at least 32 random characters, for example from `openssl rand -base64 32`",
            ));
        }
        let keys = secrets.iter().map(derive).collect::<Result<Vec<_>>>()?;
        Ok(Sealer { keys })
    }

    /// Seals a value for a purpose.
    ///
    /// # Errors
    /// `unknown_error` when the value cannot be serialized.
    pub fn seal<T: Serialize>(&self, purpose: &str, value: &T) -> Result<String> {
        let mut data = serde_json::to_vec(value).map_err(|error| internal("serialize", error))?;
        let key = self.keys.first().ok_or_else(|| internal("seal", "no key"))?;
        let nonce = key.key.seal_in_place_append_tag(aad(purpose), &mut data).map_err(|error| internal("seal", error))?;
        let mut sealed = nonce.as_ref().to_vec();
        sealed.extend_from_slice(&data);
        Ok(format!("{VERSION}.{}.{}", key.id, URL_SAFE_NO_PAD.encode(sealed)))
    }

    /// Opens what [`seal`](Sealer::seal) made for the same purpose with a key that we still have.
    #[must_use]
    pub fn open<T: DeserializeOwned>(&self, purpose: &str, sealed: &str) -> Option<T> {
        if sealed.len() > MAX_SEALED_LENGTH {
            return None;
        }
        let (id, encoded) = sealed.strip_prefix(VERSION)?.strip_prefix('.')?.split_once('.')?;
        let key = self.keys.iter().find(|key| key.id == id)?;
        let mut data = URL_SAFE_NO_PAD.decode(encoded).ok()?;
        let nonce = Nonce::try_assume_unique_for_key(data.get(..NONCE_LENGTH)?).ok()?;
        let ciphertext = data.get_mut(NONCE_LENGTH..)?;
        let plain = key.key.open_in_place(nonce, aad(purpose), ciphertext).ok()?;
        serde_json::from_slice(plain).ok()
    }

    /// The id of the key that seals now.
    #[must_use]
    pub fn current_key_id(&self) -> &str {
        self.keys.first().map_or("", |key| &key.id)
    }
}

fn derive(secret: &Secret) -> Result<Key> {
    let bytes = secret.expose().as_bytes();
    if bytes.len() < MIN_SECRET_LENGTH {
        return Err(Error::invalid_setting(
            "SECRET_KEY",
            format!("it has {} bytes and needs at least {MIN_SECRET_LENGTH}; make one with `openssl rand -base64 32`", bytes.len()),
        ));
    }
    let digest = digest::digest(&digest::SHA256, &[b"social-auth key id".as_slice(), bytes].concat());
    let id = URL_SAFE_NO_PAD.encode(digest.as_ref().get(..6).unwrap_or_default());
    let mut derived = [0_u8; 32];
    hkdf::Salt::new(hkdf::HKDF_SHA256, b"social-auth")
        .extract(bytes)
        .expand(&[b"seal v1"], hkdf::HKDF_SHA256)
        .and_then(|okm| okm.fill(&mut derived))
        .map_err(|error| internal("derive", error))?;
    let key = RandomizedNonceKey::new(&AES_256_GCM_SIV, &derived).map_err(|error| internal("derive", error))?;
    Ok(Key { id, key })
}

/// 32 bytes that belong to a `SECRET_KEY` and a purpose.
pub(crate) fn derived_seed(secret: &Secret, purpose: &str) -> Result<[u8; 32]> {
    let mut seed = [0_u8; 32];
    hkdf::Salt::new(hkdf::HKDF_SHA256, b"social-auth")
        .extract(secret.expose().as_bytes())
        .expand(&[purpose.as_bytes()], hkdf::HKDF_SHA256)
        .and_then(|okm| okm.fill(&mut seed))
        .map_err(|error| internal("derive", error))?;
    Ok(seed)
}

fn aad(purpose: &str) -> Aad<String> {
    Aad::from(format!("social-auth {VERSION} {purpose}"))
}

fn internal(what: &str, error: impl std::fmt::Display) -> Error {
    Error::new(crate::error::Reason::UnknownError).detail(format!("could not {what}: {error}"))
}

/// `bytes` random bytes as unpadded base64url text.
///
/// They come straight from the operating system: the generator of aws-lc takes tens of milliseconds to
/// collect entropy of its own before its first byte, which a server would spend at its start.
#[must_use]
pub fn random_token(bytes: usize) -> String {
    let mut buffer = vec![0_u8; bytes];
    // An error here would leave zeros, so stop.
    if getrandom::fill(&mut buffer).is_err() {
        std::process::abort();
    }
    URL_SAFE_NO_PAD.encode(buffer)
}

/// SHA-256 of a text, unpadded base64url.
#[must_use]
pub fn sha256_base64url(text: &str) -> String {
    URL_SAFE_NO_PAD.encode(digest::digest(&digest::SHA256, text.as_bytes()))
}
