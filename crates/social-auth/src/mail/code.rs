//! Codes: made, kept under a hash, spent once.

use serde_json::json;
use time::OffsetDateTime;

use crate::error::{Error, Reason, Result};
use crate::seal::{random_token, sha256_base64url};
use crate::storage::{Code, SocialStorage};

/// What a code proves: that whoever has it reads this address, and goes on as this identity.
///
/// A code is of no use for another address, and not for another account at the same provider either
/// (CVE-2026-9087). Storages keep a hash over all of it, so that whoever reads the table can prove nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Proof<'a> {
    /// The address.
    pub address: &'a str,
    /// The backend's name.
    pub backend: &'a str,
    /// The identifier at the provider.
    pub uid: &'a str,
}

impl Proof<'_> {
    /// Makes a code and keeps its hash.
    ///
    /// # Errors
    /// `storage_failed`.
    pub async fn issue(&self, social: &dyn SocialStorage, now: OffsetDateTime) -> Result<String> {
        let code = random_token(24);
        let kept = Code { email: self.address.to_owned(), code: self.hash(&code), verified: false, timestamp: now };
        social.create_code(&kept).await?;
        Ok(code)
    }

    /// Spends a code. `lifetime` is in seconds (`EMAIL_VALIDATION_EXPIRED_THRESHOLD`); `None` is for ever.
    ///
    /// # Errors
    /// `email_verification_rejected` unless it is the code for exactly this proof, young enough, and nobody
    /// else has spent it.
    pub async fn validate(&self, social: &dyn SocialStorage, code: &str, now: OffsetDateTime, lifetime: Option<i64>) -> Result<()> {
        let hash = self.hash(code);
        let kept = social.code(self.address, &hash).await?.ok_or_else(|| rejected("the code is not for this address and this account"))?;
        if kept.verified {
            return Err(rejected("the code was used already"));
        }
        if lifetime.is_some_and(|lifetime| (now - kept.timestamp).whole_seconds() >= lifetime) {
            return Err(rejected("the code is too old; EMAIL_VALIDATION_EXPIRED_THRESHOLD sets how long it lives"));
        }
        if !social.verify_code(self.address, &hash).await? {
            return Err(rejected("the code was used at the same moment"));
        }
        Ok(())
    }

    /// What a storage keeps in the place of the code: 32 characters, the width of the column.
    #[must_use]
    pub fn hash(&self, code: &str) -> String {
        let mut hash = sha256_base64url(&json!([self.backend, self.uid, self.address, code]).to_string());
        hash.truncate(32);
        hash
    }
}

fn rejected(detail: &str) -> Error {
    Error::new(Reason::EmailVerificationRejected).detail(detail)
}
