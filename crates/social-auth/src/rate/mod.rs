//! How often something may be tried, by client address, by account and by mailbox: `RATE_LIMITS`.
//!
//! Tries are counted in this process ([`Limit`]): with several replicas each counts for itself. Letters are counted in
//! the storage ([`StoredLimit`]).

mod key;
mod quota;
mod stored;

use std::net::IpAddr;
use std::sync::atomic::{AtomicU32, Ordering};

use governor::clock::{Clock as _, DefaultClock};
use governor::{DefaultKeyedRateLimiter, RateLimiter};

pub use key::{AccountKey, AddressKey};
pub(crate) use key::{Key, MailboxKey};
use quota::Allowed;
pub(crate) use stored::StoredLimit;

use crate::error::{Error, Reason, Result, Source};
use crate::settings::BackendSettings;

/// After so many checks, keys that nobody uses any more are forgotten.
const FORGET_EVERY: u32 = 4096;

/// What is limited: the members of `RATE_LIMITS`, and how much of it is allowed unless that says otherwise.
const KNOWN: &[(&str, &str)] = &[
    ("begin", "120/m"),
    ("complete", "120/m"),
    ("token", "120/m"),
    ("device", "30/m"),
    ("password_address", "20/m"),
    ("password_account", "10/5m"),
    ("letter_address", "30/h"),
    ("letter_mailbox", "5/h"),
];

/// The limits of a site's addresses. Those of passwords are [`Passwords`](crate::password::Passwords)', those of letters
/// [`Mailroom`](crate::mail::Mailroom)'s.
pub(crate) struct RateLimits {
    /// Sign-ins begun from an address.
    pub begin: Limit<AddressKey>,
    /// Callbacks from an address.
    pub complete: Limit<AddressKey>,
    /// Token sign-ins from an address.
    pub token: Limit<AddressKey>,
    /// Sign-ins on devices, begun for an address.
    pub device: Limit<AddressKey>,
    /// Sign-ins on devices, begun for a user, or for nobody at a backend.
    pub device_for: Limit<AccountKey>,
}

impl RateLimits {
    /// Reads `RATE_LIMITS`.
    ///
    /// # Errors
    /// `invalid_setting` for an unknown name or an amount that is none.
    pub(crate) fn resolve(settings: &BackendSettings<'_>) -> Result<Self> {
        let own = settings.pairs("RATE_LIMITS")?;
        if let Some((unknown, _)) = own.iter().find(|(name, _)| !KNOWN.iter().any(|(known, _)| known == name)) {
            let names: Vec<_> = KNOWN.iter().map(|(name, _)| *name).collect();
            return Err(settings.invalid("RATE_LIMITS", &format!("has no limit \"{unknown}\"; there are {}", names.join(", "))));
        }
        Ok(RateLimits {
            begin: Limit::resolve(settings, "begin")?,
            complete: Limit::resolve(settings, "complete")?,
            token: Limit::resolve(settings, "token")?,
            device: Limit::resolve(settings, "device")?,
            device_for: Limit::resolve(settings, "device")?,
        })
    }
}

/// One limit, counted for each key by itself.
pub(crate) struct Limit<K: std::hash::Hash + Eq + Clone> {
    limiter: Option<DefaultKeyedRateLimiter<K>>,
    checks: AtomicU32,
}

impl<K: std::hash::Hash + Eq + Clone> Limit<K> {
    /// Reads a member of `RATE_LIMITS`.
    ///
    /// # Errors
    /// `invalid_setting` for an amount that is none.
    pub(crate) fn resolve(settings: &BackendSettings<'_>, name: &str) -> Result<Self> {
        amount(settings, name).map(Limit::new)
    }

    /// The limit of this name where there is no setting.
    pub(crate) fn default_of(name: &str) -> Self {
        let amount = KNOWN.iter().find(|(known, _)| *known == name).map_or("off", |(_, amount)| amount);
        Limit::new(amount.parse().unwrap_or_default())
    }

    fn new(allowed: Allowed) -> Self {
        Limit { limiter: allowed.quota().map(RateLimiter::dashmap), checks: AtomicU32::new(0) }
    }

    /// Counts one try.
    ///
    /// # Errors
    /// `rate_limited` with the seconds to wait when there were too many.
    pub(crate) fn check(&self, key: &K) -> Result<()> {
        let Some(limiter) = &self.limiter else { return Ok(()) };
        if self.checks.fetch_add(1, Ordering::Relaxed) % FORGET_EVERY == FORGET_EVERY - 1 {
            limiter.retain_recent();
            limiter.shrink_to_fit();
        }
        limiter.check_key(key).map_err(|early| {
            let wait = early.wait_time_from(DefaultClock::default().now());
            refused(wait.as_secs() + u64::from(wait.subsec_nanos() > 0))
        })
    }
}

impl Limit<AddressKey> {
    /// Counts one try from this address. A client on this machine, or one whose address nobody knows, is not
    /// counted: it would be counted together with everybody else.
    ///
    /// # Errors
    /// As [`Limit::check`].
    pub(crate) fn check_address(&self, client: Option<IpAddr>) -> Result<()> {
        AddressKey::counted(client).map_or(Ok(()), |key| self.check(&key))
    }
}

/// A member of `RATE_LIMITS`, as it is set or else by default.
fn amount(settings: &BackendSettings<'_>, name: &str) -> Result<Allowed> {
    let own = settings.pairs("RATE_LIMITS")?;
    let default = KNOWN.iter().find(|(known, _)| *known == name).map_or("off", |(_, amount)| amount);
    let text = own.iter().find(|(known, _)| known == name).map_or(default, |(_, amount)| amount);
    text.parse::<Allowed>().map_err(|()| {
        let how = format!("has \"{text}\" for {name}: it must be like \"20/m\" (20 a minute), \"10/5m\", \"100/h\" or \"off\"");
        settings.invalid("RATE_LIMITS", &how)
    })
}

fn refused(seconds: u64) -> Error {
    Error::new(Reason::RateLimited)
        .from_source(Source::Request)
        .retry_after(seconds.max(1))
        .detail("too many tries; RATE_LIMITS says how many are allowed")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic)]

    use serde_json::json;

    use super::*;
    use crate::settings::Settings;

    fn limits(own: serde_json::Value) -> Result<RateLimits> {
        let mut settings = Settings::new();
        settings.set("RATE_LIMITS", own);
        RateLimits::resolve(&settings.of_site())
    }

    #[test]
    fn the_try_after_the_last_one_is_refused_with_the_seconds_to_wait() {
        let limits = limits(json!({"begin": "3/m"})).unwrap();
        let client = Some("203.0.113.9".parse().unwrap());
        for _ in 0..3 {
            limits.begin.check_address(client).unwrap();
        }
        let error = limits.begin.check_address(client).unwrap_err();
        assert_eq!(error.reason(), Reason::RateLimited);
        let seconds = error.facts().retry_after.unwrap();
        assert!((1..=20).contains(&seconds), "one of three a minute comes back every 20 seconds: {seconds}");
        limits.begin.check_address(Some("203.0.113.10".parse().unwrap())).unwrap();
        limits.complete.check_address(client).unwrap();
    }

    #[test]
    fn clients_on_this_machine_or_of_unknown_address_are_not_counted() {
        let limits = limits(json!({"begin": "1/h"})).unwrap();
        for client in [None, Some("127.0.0.1"), Some("::1"), Some("::ffff:127.0.0.1")] {
            for _ in 0..3 {
                limits.begin.check_address(client.map(|address| address.parse().unwrap())).unwrap();
            }
        }
    }

    #[test]
    fn a_limit_can_be_switched_off_and_a_mistake_is_told() {
        let limits = limits(json!({"token": "off"})).unwrap();
        for _ in 0..1000 {
            limits.token.check_address(Some("203.0.113.9".parse().unwrap())).unwrap();
        }
        for (wrong, told) in [(json!({"tokens": "1/m"}), "no limit \"tokens\""), (json!({"token": "many"}), "20 a minute")] {
            let Err(error) = super::tests::limits(wrong) else { panic!("{told}") };
            assert!(error.to_string().contains(told), "{error}");
        }
    }
}
