//! How long a value may be: the columns' own limits, which SQLite does not enforce and others enforce
//! each in its own way. Too long a value is an error and is never cut off: half an identifier is
//! somebody else's.

use social_auth::storage::{StorageError, StorageResult};

/// A column's name and its length in characters.
pub(crate) type Limit = (&'static str, usize);

pub(crate) const USERNAME: Limit = ("username", 150);
pub(crate) const PASSWORD: Limit = ("password", 128);
pub(crate) const FIRST_NAME: Limit = ("first_name", 150);
pub(crate) const LAST_NAME: Limit = ("last_name", 150);
pub(crate) const EMAIL: Limit = ("email", 254);
pub(crate) const GROUP: Limit = ("group", 150);
pub(crate) const PROVIDER: Limit = ("provider", 32);
pub(crate) const UID: Limit = ("uid", 255);
pub(crate) const ID_KEY: Limit = ("id_key", 255);
pub(crate) const USER_ID: Limit = ("user_id", 255);
pub(crate) const NAMESPACE: Limit = ("namespace", 255);
pub(crate) const TOKEN: Limit = ("token", 32);
pub(crate) const BACKEND: Limit = ("backend", 32);
pub(crate) const CODE: Limit = ("code", 32);
pub(crate) const SERVER_URL: Limit = ("server_url", 255);
pub(crate) const HANDLE: Limit = ("handle", 255);
pub(crate) const SECRET: Limit = ("secret", 255);
pub(crate) const ASSOC_TYPE: Limit = ("assoc_type", 64);
pub(crate) const KEY_HASH: Limit = ("key_hash", 64);
pub(crate) const PUBLIC_ID: Limit = ("public_id", 64);
pub(crate) const USER_AGENT: Limit = ("user_agent", 255);
pub(crate) const IP_ADDRESS: Limit = ("ip_address", 64);

/// Whether every text fits its column.
pub(crate) fn fit(values: &[(Limit, &str)]) -> StorageResult<()> {
    for ((what, limit), text) in values {
        // Bytes are at least as many as characters, and cheaper to count.
        if text.len() > *limit && text.chars().count() > *limit {
            return Err(StorageError::TooLong { what, limit: *limit });
        }
        // PostgreSQL has no NUL in text, and C programs that read a SQLite file stop at one.
        if text.contains('\0') {
            return Err(StorageError::invalid(what, "it contains a NUL character"));
        }
    }
    Ok(())
}

/// As [`fit`], for a value that must not be empty.
pub(crate) fn present((what, limit): Limit, text: &str) -> StorageResult<()> {
    if text.is_empty() {
        return Err(StorageError::invalid(what, "it is empty"));
    }
    fit(&[((what, limit), text)])
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

    use super::*;

    #[test]
    fn limits_count_characters_and_not_bytes() {
        assert!(fit(&[(PROVIDER, &"é".repeat(32))]).is_ok());
        let error = fit(&[(PROVIDER, &"é".repeat(33))]).unwrap_err();
        assert_eq!(error.to_string(), "provider has more than 32 characters, and its column holds no more");
    }
}
