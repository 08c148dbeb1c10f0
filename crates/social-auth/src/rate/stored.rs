//! Limits that are counted in the storage, so that replicas count together and a restart forgets nothing: for letters,
//! which reach people who did not ask for them.

use crate::error::Result;
use crate::seal::sha256_base64url;
use crate::settings::BackendSettings;
use crate::storage::SocialStorage;

use super::quota::Allowed;
use super::{Key, amount, refused};

const CLAIMS: &str = "social-auth:limit";

/// Each place is a row, and they are looked through one by one.
const MOST: u32 = 200;

/// One limit, counted for each key by itself: so many in each stretch of time.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct StoredLimit {
    name: &'static str,
    allowed: Allowed,
}

impl StoredLimit {
    /// Reads a member of `RATE_LIMITS`.
    ///
    /// # Errors
    /// `invalid_setting` for an amount that is none, or too great to be counted so.
    pub(crate) fn resolve(settings: &BackendSettings<'_>, name: &'static str) -> Result<Self> {
        let allowed = amount(settings, name)?;
        if allowed.each().is_some_and(|(count, _)| count > MOST) {
            return Err(settings.invalid("RATE_LIMITS", &format!("allows more than {MOST} for {name}: write a shorter time, or \"off\"")));
        }
        Ok(StoredLimit { name, allowed })
    }

    /// Counts one.
    ///
    /// # Errors
    /// `rate_limited` with the seconds to wait when there were too many; `storage_failed`.
    pub(crate) async fn check<K: Key>(self, social: &dyn SocialStorage, key: &K, now: i64) -> Result<()> {
        let Some((count, seconds)) = self.allowed.each() else { return Ok(()) };
        let end = now.div_euclid(seconds).saturating_add(1).saturating_mul(seconds);
        let key = sha256_base64url(&key.text());
        for place in 0..count {
            if social.claim(CLAIMS, &format!("{}:{key}:{end}:{place}", self.name), end).await? {
                return Ok(());
            }
        }
        Err(refused(u64::try_from(end - now).unwrap_or_default()))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use serde_json::json;

    use super::super::MailboxKey;
    use super::*;
    use crate::error::Reason;
    use crate::settings::Settings;
    use crate::storage::MemoryStorage;

    fn limit(amount: &str) -> Result<StoredLimit> {
        let mut settings = Settings::new();
        settings.set("RATE_LIMITS", json!({"letter_mailbox": amount}));
        StoredLimit::resolve(&settings.of_site(), "letter_mailbox")
    }

    #[tokio::test]
    async fn so_many_in_each_stretch_of_time_and_the_next_begins_anew() {
        let (storage, ada) = (MemoryStorage::new(), MailboxKey::of("ada@example.org"));
        let limit = limit("2/10m").unwrap();
        for now in [1_000_000_200, 1_000_000_201] {
            limit.check(&storage, &ada, now).await.unwrap();
        }
        let error = limit.check(&storage, &ada, 1_000_000_202).await.unwrap_err();
        assert_eq!((error.reason(), error.facts().retry_after), (Reason::RateLimited, Some(598)));
        limit.check(&storage, &MailboxKey::of("bob@example.org"), 1_000_000_202).await.unwrap();
        limit.check(&storage, &ada, 1_000_000_800).await.unwrap();
    }

    #[tokio::test]
    async fn of_many_at_once_no_more_get_through_than_are_allowed() {
        let (storage, limit) = (std::sync::Arc::new(MemoryStorage::new()), limit("5/h").unwrap());
        let tries = (0..40).map(|_| {
            let storage = storage.clone();
            tokio::spawn(async move { limit.check(&*storage, &MailboxKey::of("ada@example.org"), 1).await.is_ok() })
        });
        let mut through = 0;
        for outcome in tries.collect::<Vec<_>>() {
            through += usize::from(outcome.await.unwrap());
        }
        assert_eq!(through, 5);
    }

    #[test]
    fn an_amount_that_cannot_be_counted_is_refused() {
        assert!(limit("off").is_ok() && limit("200/d").is_ok());
        assert!(limit("201/d").unwrap_err().to_string().contains("more than 200 for letter_mailbox"));
    }
}
