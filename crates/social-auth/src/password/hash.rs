//! A stored hash.

use crate::secret::Secret;

/// A password's hash in Django's format, such as `argon2$argon2id$v=19$…`. Formatting it prints `[redacted]`.
#[derive(Debug, Clone)]
pub struct PasswordHash(Secret);

impl PasswordHash {
    /// Takes what stands in a column `password`. `None` where nobody can sign in with it: it is empty, or
    /// begins with `!`, which is how Django marks an account without a password.
    #[must_use]
    pub fn from_stored(text: &str) -> Option<Self> {
        (!text.is_empty() && !text.starts_with('!')).then(|| PasswordHash(Secret::from(text)))
    }

    pub(crate) fn new(text: String) -> Self {
        PasswordHash(Secret::new(text))
    }

    /// The text, for the storage.
    #[must_use]
    pub fn expose(&self) -> &str {
        self.0.expose()
    }
}

impl PartialEq for PasswordHash {
    fn eq(&self, other: &Self) -> bool {
        self.0.matches(other.expose())
    }
}
