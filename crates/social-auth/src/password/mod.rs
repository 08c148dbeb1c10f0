//! Passwords of this site's own: how they are hashed, compared and judged.
//!
//! Hashes are kept in Django's format, so that Django and this library read each other's: Argon2id
//! (`argon2$argon2id$v=19$m=…`) and PBKDF2 (`pbkdf2_sha256$…`).

mod format;
mod hash;

use std::net::IpAddr;
use std::sync::Arc;

use tokio::sync::Semaphore;

pub use hash::PasswordHash;

pub use crate::rate::AccountKey;

use crate::error::{Error, Reason, Result};
use crate::rate::{AddressKey, Limit};
use crate::secret::Secret;
use crate::settings::BackendSettings;
use format::Hasher;

/// As in Django, and the least that NIST SP 800-63B allows.
const MIN_LENGTH: usize = 8;

/// More characters than these are no password but an attempt to keep us busy.
const MAX_LENGTH: usize = 4096;

/// Hashes passwords and compares them, beside the threads that serve requests. Cheap to clone.
///
/// ```
/// # async fn example(social: social_auth::SocialAuth) -> social_auth::Result<()> {
/// let password = social_auth::Secret::new("correct horse battery staple");
/// assert_eq!(social.passwords().unfit(&password, &["ada"]), None);
/// let hash = social.passwords().hash(&password).await?;
/// assert!(social.passwords().verify(&password, Some(&hash)).await?);
/// # Ok(()) }
/// ```
#[derive(Clone)]
pub struct Passwords(Arc<Inner>);

struct Inner {
    hasher: Hasher,
    min_length: usize,
    /// As many at a time as there are processors: each takes 19 MiB of memory.
    turns: Semaphore,
    by_address: Limit<AddressKey>,
    by_account: Limit<AccountKey>,
}

impl Passwords {
    /// Reads `PASSWORD_HASHER`, `PASSWORD_MIN_LENGTH` and `RATE_LIMITS`.
    ///
    /// # Errors
    /// `invalid_setting`.
    pub(crate) fn resolve(settings: &BackendSettings<'_>) -> Result<Self> {
        let hasher = match settings.text("PASSWORD_HASHER")? {
            None | Some("argon2") => Hasher::Argon2,
            Some("pbkdf2_sha256") => Hasher::Pbkdf2Sha256,
            Some(_) => return Err(settings.invalid("PASSWORD_HASHER", "must be argon2 or pbkdf2_sha256")),
        };
        let min_length = settings.integer("PASSWORD_MIN_LENGTH")?.map_or(Some(MIN_LENGTH), |length| usize::try_from(length).ok());
        let min_length = min_length.filter(|length| (1..=MAX_LENGTH).contains(length));
        let min_length = min_length.ok_or_else(|| settings.invalid("PASSWORD_MIN_LENGTH", "must be at least 1 and at most 4096"))?;
        let limits = (Limit::resolve(settings, "password_address")?, Limit::resolve(settings, "password_account")?);
        Ok(Passwords::new(hasher, min_length, limits))
    }

    fn new(hasher: Hasher, min_length: usize, (by_address, by_account): (Limit<AddressKey>, Limit<AccountKey>)) -> Self {
        let processors = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        Passwords(Arc::new(Inner { hasher, min_length, turns: Semaphore::new(processors), by_address, by_account }))
    }

    /// Counts a try: to be called before each [`verify`](Passwords::verify) of what somebody sent. `client` is the
    /// address it came from, if that is known.
    ///
    /// # Errors
    /// `rate_limited`, with the seconds to wait, when there were too many from the address or for the account.
    pub fn count_try(&self, client: Option<IpAddr>, account: &AccountKey) -> Result<()> {
        self.0.by_address.check_address(client)?;
        self.0.by_account.check(account)
    }

    /// The fewest characters that a new password may have (`PASSWORD_MIN_LENGTH`).
    #[must_use]
    pub fn min_length(&self) -> usize {
        self.0.min_length
    }

    /// What is wrong with a new password, in words for the person who chose it; `None` if nothing is. `names` are
    /// what everybody knows of the person: user name, address.
    #[must_use]
    pub fn unfit(&self, password: &Secret, names: &[&str]) -> Option<String> {
        let (password, least) = (password.expose(), self.min_length());
        let length = password.chars().count();
        if length < least {
            return Some(format!("Please choose a password of at least {least} characters."));
        }
        if length > MAX_LENGTH {
            return Some(format!("Please choose a password of at most {MAX_LENGTH} characters."));
        }
        let lowered = password.to_lowercase();
        let known = |name: &&str| !name.is_empty() && (lowered == name.to_lowercase() || lowered == local_part(name).to_lowercase());
        let repeats_one = password.chars().all(|c| password.starts_with(c));
        (repeats_one || names.iter().any(known)).then(|| "Please choose a password that is harder to guess.".to_owned())
    }

    /// Hashes a password, with a salt of its own.
    ///
    /// # Errors
    /// `unknown_error` when there is no memory or randomness for it.
    pub async fn hash(&self, password: &Secret) -> Result<PasswordHash> {
        let (password, hasher) = (password.clone(), self.0.hasher);
        self.in_turn(move || hasher.hash(&password)).await?
    }

    /// Whether it is the password that was hashed. Without a hash the answer is no, after the same work: nobody
    /// learns from the time taken whether there is an account.
    ///
    /// # Errors
    /// `unknown_error` when there is no memory for it.
    pub async fn verify(&self, password: &Secret, stored: Option<&PasswordHash>) -> Result<bool> {
        if password.expose().chars().count() > MAX_LENGTH {
            return Ok(false);
        }
        let (password, stored, hasher) = (password.clone(), stored.cloned(), self.0.hasher);
        self.in_turn(move || match stored {
            Some(stored) => Ok(format::verify(&password, &stored)),
            None => hasher.hash(&password).map(|_| false),
        })
        .await?
    }

    /// Whether a stored hash is not as new ones are, so that it is to be made anew when the password is known.
    pub(crate) fn is_outdated(&self, stored: &PasswordHash) -> bool {
        !self.0.hasher.made(stored)
    }

    async fn in_turn<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
        let failed = || Error::new(Reason::UnknownError).detail("a password could not be hashed");
        let _turn = self.0.turns.acquire().await.map_err(|error| failed().caused_by(error))?;
        tokio::task::spawn_blocking(work).await.map_err(|error| failed().caused_by(error))
    }
}

impl Default for Passwords {
    /// As without any settings.
    fn default() -> Self {
        let limits = (Limit::default_of("password_address"), Limit::default_of("password_account"));
        Passwords::new(Hasher::Argon2, MIN_LENGTH, limits)
    }
}

fn local_part(address: &str) -> &str {
    address.split_once('@').map_or(address, |(local, _)| local)
}

impl std::fmt::Debug for Passwords {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Passwords").field("hasher", &self.0.hasher).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::settings::Settings;

    fn passwords(hasher: &str) -> Passwords {
        let mut settings = Settings::new();
        settings.set("PASSWORD_HASHER", hasher);
        Passwords::resolve(&settings.of_site()).unwrap()
    }

    #[tokio::test]
    async fn what_one_format_made_the_other_reads_and_marks_as_outdated() {
        let (argon2, pbkdf2) = (passwords("argon2"), passwords("pbkdf2_sha256"));
        let (password, wrong) = (Secret::new("Grüße 🐎 battery"), Secret::new("Grüße 🐎 batterz"));
        for (maker, reader) in [(&argon2, &pbkdf2), (&pbkdf2, &argon2)] {
            let hash = maker.hash(&password).await.unwrap();
            assert!(hash.expose().len() <= 128, "Django's column holds no more: {}", hash.expose().len());
            assert!(reader.verify(&password, Some(&hash)).await.unwrap());
            assert!(!reader.verify(&wrong, Some(&hash)).await.unwrap());
            assert!(!maker.is_outdated(&hash) && reader.is_outdated(&hash));
            assert_ne!(maker.hash(&password).await.unwrap().expose(), hash.expose(), "each has a salt of its own");
        }
        assert!(!argon2.verify(&password, None).await.unwrap());
    }

    #[test]
    fn what_everybody_can_guess_is_no_password() {
        let passwords = passwords("argon2");
        for (password, says) in [
            ("short", "at least 8"),
            ("aaaaaaaaaaaa", "harder to guess"),
            ("ADA.LOVELACE", "harder to guess"),
            ("ada.lovelace@example.org", "harder to guess"),
        ] {
            let told = passwords.unfit(&Secret::new(password), &["ada.lovelace@example.org", ""]).unwrap();
            assert!(told.contains(says), "{password}: {told}");
        }
        assert!(passwords.unfit(&Secret::new("x".repeat(5000)), &[]).is_some());
        assert_eq!(
            passwords.unfit(&Secret::new("Grüße 🐎"), &["ada@example.org", ""]).as_deref(),
            Some("Please choose a password of at least 8 characters.")
        );
        assert_eq!(passwords.unfit(&Secret::new("correct horse"), &["ada@example.org", ""]), None);
    }
}
