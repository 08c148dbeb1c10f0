//! Django's formats of password hashes: `argon2$` before a PHC string, and
//! `pbkdf2_sha256$<iterations>$<salt>$<base64>`.
//! <https://docs.djangoproject.com/en/5.2/topics/auth/passwords/>

use std::num::NonZeroU32;

use argon2::password_hash::phc;
use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _};
use argon2::{Algorithm, Argon2, Params, Version};
use aws_lc_rs::pbkdf2;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::PasswordHash;
use crate::error::{Error, Reason, Result};
use crate::seal::random_token;
use crate::secret::Secret;

const ARGON2: &str = "argon2";
const PBKDF2_SHA256: &str = "pbkdf2_sha256";

/// OWASP's password storage recommendation for Argon2id: 19 MiB, 2 passes, 1 lane.
const ARGON2_MEMORY: u32 = 19 * 1024;
const ARGON2_PASSES: u32 = 2;
const ARGON2_LANES: u32 = 1;

/// Django 5.2's.
const PBKDF2_ITERATIONS: NonZeroU32 = NonZeroU32::new(1_000_000).unwrap();
const PBKDF2_LENGTH: usize = 32;

/// How new hashes are made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Hasher {
    /// Argon2id. Django reads it where `argon2-cffi` is installed.
    Argon2,
    /// PBKDF2 with HMAC-SHA256, which every Django reads.
    Pbkdf2Sha256,
}

impl Hasher {
    pub(super) fn hash(self, password: &Secret) -> Result<PasswordHash> {
        match self {
            Hasher::Argon2 => {
                let hash = argon2().and_then(|argon2| argon2.hash_password(password.expose().as_bytes()).map_err(failed))?;
                Ok(PasswordHash::new(format!("{ARGON2}{hash}")))
            }
            Hasher::Pbkdf2Sha256 => {
                // Django's own salts are of letters and digits; a `$` would end it.
                let salt = random_token(16);
                let mut key = [0; PBKDF2_LENGTH];
                pbkdf2::derive(pbkdf2::PBKDF2_HMAC_SHA256, PBKDF2_ITERATIONS, salt.as_bytes(), password.expose().as_bytes(), &mut key);
                Ok(PasswordHash::new(format!("{PBKDF2_SHA256}${PBKDF2_ITERATIONS}${salt}${}", STANDARD.encode(key))))
            }
        }
    }

    /// Whether it would make such a hash today: the same way, with the same effort.
    pub(super) fn made(self, stored: &PasswordHash) -> bool {
        let text = stored.expose();
        match self {
            Hasher::Argon2 => text.starts_with(&format!("{ARGON2}$argon2id$v=19$m={ARGON2_MEMORY},t={ARGON2_PASSES},p={ARGON2_LANES}$")),
            Hasher::Pbkdf2Sha256 => text.starts_with(&format!("{PBKDF2_SHA256}${PBKDF2_ITERATIONS}$")),
        }
    }
}

/// Whether this is the password behind a stored hash. A hash of a kind that is not known here fits no password.
pub(super) fn verify(password: &Secret, stored: &PasswordHash) -> bool {
    let password = password.expose().as_bytes();
    let (kind, rest) = stored.expose().split_once('$').unwrap_or_default();
    match kind {
        // The parameters of the hash count, not ours.
        ARGON2 => phc::PasswordHash::new(&format!("${rest}")).is_ok_and(|hash| Argon2::default().verify_password(password, &hash).is_ok()),
        PBKDF2_SHA256 => verify_pbkdf2(password, rest).unwrap_or(false),
        other => {
            tracing::warn!(kind = other, "a stored password hash is of a kind that is not known here: the password is refused");
            false
        }
    }
}

fn verify_pbkdf2(password: &[u8], rest: &str) -> Option<bool> {
    let mut parts = rest.splitn(3, '$');
    let (iterations, salt, hash) = (parts.next()?.parse().ok()?, parts.next()?, STANDARD.decode(parts.next()?).ok()?);
    if hash.len() != PBKDF2_LENGTH {
        return None;
    }
    Some(pbkdf2::verify(pbkdf2::PBKDF2_HMAC_SHA256, iterations, salt.as_bytes(), password, &hash).is_ok())
}

fn argon2() -> Result<Argon2<'static>> {
    let params = Params::new(ARGON2_MEMORY, ARGON2_PASSES, ARGON2_LANES, None).map_err(failed)?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

fn failed(error: impl std::fmt::Display) -> Error {
    Error::new(Reason::UnknownError).detail(format!("a password could not be hashed: {error}"))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    /// Made by Django 5.2.19 with argon2-cffi.
    const OF_DJANGO: &[(&str, &str)] = &[
        ("lètmein", "pbkdf2_sha256$1$seasalt$mJQ8D8xVBAKQGCo0t0n+NSPS2a0gQhVtjuC9LdL9WiM="),
        ("Grüße 🐎 battery", "pbkdf2_sha256$1000000$MdpkMvCjh8YoqrZItjW7SJ$ndzNDMa+gPqOoJcT55ZL8PD9KRNISiM2X87nxTK2eCw="),
        (
            "Grüße 🐎 battery",
            "argon2$argon2id$v=19$m=102400,t=2,p=8$VFU0dVloa2xLTW54SUxwc2dDZ3RhSA$H+zGVMQx5flSR+yqXxjH/y2Q0XxynUwg4B1qhk7JOHk",
        ),
    ];

    fn fits(password: &str, stored: &str) -> bool {
        verify(&Secret::new(password), &PasswordHash::from_stored(stored).unwrap())
    }

    #[test]
    fn passwords_of_django_are_known_again() {
        for (password, stored) in OF_DJANGO {
            assert!(fits(password, stored), "{stored}");
            assert!(!fits(&format!("{password} "), stored), "{stored}");
            assert!(!fits("", stored), "{stored}");
        }
    }

    #[test]
    fn what_is_no_hash_fits_no_password() {
        assert!(PasswordHash::from_stored("").is_none());
        assert!(PasswordHash::from_stored("!Zz0123").is_none());
        for stored in [
            "secret",
            "secret$",
            "md5$salt$5ebe2294ecd0e0f08eab7690d2a6ee69",
            "pbkdf2_sha256$0$seasalt$mJQ8D8xVBAKQGCo0t0n+NSPS2a0gQhVtjuC9LdL9WiM=",
            "pbkdf2_sha256$1$seasalt$",
            "pbkdf2_sha256$1$seasalt$mJQ8",
            "pbkdf2_sha256$1",
            "argon2$",
            "argon2$argon2id$v=19$m=102400,t=2,p=8$VFU0dVloa2xLTW54SUxwc2dDZ3RhSA",
        ] {
            for password in ["", "secret", "lètmein"] {
                assert!(!fits(password, stored), "{stored}");
            }
        }
    }
}
