//! Whether a signature is right, fresh and of this attempt.

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use md5::{Digest as _, Md5};
use serde_json::{Map, Value};

use super::description::{Algorithm, Encoding};
use super::fields::Delivered;
use super::mac_config::{MacConfig, Source};
use crate::backend::Callback;
use crate::error::{Error, Reason, Result};
use crate::secret::constant_time_eq;

/// By how many seconds the provider's clock may be ahead where a signature is short-lived.
const LEEWAY: i64 = 300;

/// Fields whose signature was right.
pub(super) struct Proven {
    /// The fields.
    pub fields: Map<String, Value>,
    /// The signature as we made it, of which there is one only: what is spent.
    pub signature: String,
    /// From when on it is good no longer, in Unix seconds; none where it is bound to an attempt or has no time.
    pub expires_at: Option<i64>,
}

impl MacConfig {
    /// Verifies what a callback delivers. `nonce` is that of the attempt.
    ///
    /// # Errors
    /// What [`Delivered::read`] refuses; `invalid_signature`; `response_expired`; `state_mismatch` where the
    /// nonce is another one.
    pub(super) fn verify(&self, callback: &Callback, nonce: Option<&str>, now: i64) -> Result<Proven> {
        let delivered = Delivered::read(self, callback)?;
        let right = self.sign(&delivered.text);
        if !constant_time_eq(right.as_bytes(), delivered.signature.as_bytes()) {
            return Err(Error::new(Reason::InvalidSignature).detail("the fields were not signed with our secret, or changed on the way"));
        }
        let fields = delivered.fields;
        self.algorithm_is_ours(&fields)?;
        self.belongs_to_the_attempt(&fields, nonce)?;
        Ok(Proven { expires_at: self.is_fresh(&fields, now)?, fields, signature: right })
    }

    /// The signature of a text, written as the provider writes it.
    pub(super) fn sign(&self, text: &str) -> String {
        let bytes = match self.algorithm {
            Algorithm::HmacSha256 => self.hmac(hmac::HMAC_SHA256, text),
            Algorithm::HmacSha384 => self.hmac(hmac::HMAC_SHA384, text),
            Algorithm::HmacSha512 => self.hmac(hmac::HMAC_SHA512, text),
            Algorithm::HmacSha1 => self.hmac(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, text),
            Algorithm::Md5(between) => {
                let mut hash = Md5::new();
                hash.update(text);
                hash.update(between);
                hash.update(&*self.key);
                hash.finalize().to_vec()
            }
        };
        match self.encoding {
            Encoding::Hex => hex::encode(bytes),
            Encoding::Base64 => STANDARD.encode(bytes),
            Encoding::Base64Url => URL_SAFE_NO_PAD.encode(bytes),
        }
    }

    fn hmac(&self, algorithm: hmac::Algorithm, text: &str) -> Vec<u8> {
        hmac::sign(&hmac::Key::new(algorithm, &self.key), text.as_bytes()).as_ref().to_vec()
    }

    /// A signed request names its algorithm, which is ours to choose.
    fn algorithm_is_ours(&self, fields: &Map<String, Value>) -> Result<()> {
        let named = fields.get("algorithm").and_then(Value::as_str).is_none_or(|named| named.eq_ignore_ascii_case("HMAC-SHA256"));
        if matches!(self.source, Source::SignedRequest(_)) && !named {
            return Err(Error::new(Reason::InvalidSignature).detail("the request names an algorithm that is not HMAC-SHA256"));
        }
        Ok(())
    }

    fn belongs_to_the_attempt(&self, fields: &Map<String, Value>, nonce: Option<&str>) -> Result<()> {
        if self.nonce.is_empty() {
            return Ok(());
        }
        let found = fields.get(&self.nonce).and_then(Value::as_str).unwrap_or_default();
        match nonce {
            Some(nonce) if constant_time_eq(nonce.as_bytes(), found.as_bytes()) => Ok(()),
            _ => Err(Error::new(Reason::StateMismatch).detail("the signed nonce is not that of this sign-in")),
        }
    }

    /// Until when it is good.
    fn is_fresh(&self, fields: &Map<String, Value>, now: i64) -> Result<Option<i64>> {
        let mut until = None;
        if !self.time.is_empty() {
            let at = seconds(fields, &self.time)?;
            if now.saturating_sub(at) > self.max_age {
                return Err(expired(now.saturating_sub(at)));
            }
            // A clock that is ahead by more than what is good at all would make it good for ever.
            if at.saturating_sub(now) > self.max_age.max(LEEWAY) {
                return Err(Error::new(Reason::ResponseNotYetValid).detail(format!("{} lies in the future", self.time)));
            }
            until = Some(at.saturating_add(self.max_age).saturating_add(1));
        }
        if !self.expires.is_empty() {
            let at = seconds(fields, &self.expires)?;
            if at <= now {
                return Err(expired(now.saturating_sub(at)));
            }
            until = Some(until.map_or(at, |until| until.min(at)));
        }
        Ok(until)
    }
}

fn expired(by: i64) -> Error {
    Error::new(Reason::ResponseExpired)
        .detail(format!("it was signed too long ago: {by} seconds; SIGNATURE_MAX_AGE sets how long it is good"))
}

fn seconds(fields: &Map<String, Value>, name: &str) -> Result<i64> {
    let number = match fields.get(name) {
        Some(Value::String(text)) if text.bytes().all(|byte| byte.is_ascii_digit()) => text.parse().ok(),
        Some(Value::Number(number)) => number.as_i64().filter(|number| *number >= 0),
        None => return Err(Error::missing_parameter(name)),
        _ => None,
    };
    number.ok_or_else(|| Error::new(Reason::InvalidParameter).parameter(name).detail("expected a time in Unix seconds"))
}

/// The key that a secret stands for.
pub(super) fn sha256(secret: &[u8]) -> Vec<u8> {
    digest(&SHA256, secret).as_ref().to_vec()
}

/// The same, by a label.
pub(super) fn labelled(label: &str, secret: &[u8]) -> Vec<u8> {
    hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, label.as_bytes()), secret).as_ref().to_vec()
}
