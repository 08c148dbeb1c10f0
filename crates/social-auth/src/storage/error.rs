//! Why a storage call failed.

use crate::error::{Error, Reason};

/// Why a storage call failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StorageError {
    /// A unique key is taken: somebody else was quicker. Nothing was written.
    #[error("a row with this {0} exists already")]
    Conflict(&'static str),
    /// The row to be changed is not (or no longer) there.
    #[error("there is no such {0}")]
    NotFound(&'static str),
    /// A stored value cannot be read; nothing was changed.
    #[error("the stored {what} cannot be read: {why}")]
    Corrupt {
        /// Which value.
        what: &'static str,
        /// What is wrong with it.
        why: String,
    },
    /// The value is longer than its column; nothing was written, and nothing is ever cut off.
    #[error("{what} has more than {limit} characters, and its column holds no more")]
    TooLong {
        /// Which value.
        what: &'static str,
        /// The column's length in characters.
        limit: usize,
    },
    /// The value cannot be kept as it is; nothing was written.
    #[error("{what} cannot be stored: {why}")]
    Invalid {
        /// Which value.
        what: &'static str,
        /// What is wrong with it.
        why: String,
    },
    /// Two accounts cannot become one; the text says why. Nothing was written.
    #[error("the accounts cannot be merged: {0}")]
    MergeRefused(String),
    /// The database can be read but not written.
    #[error("the database is read-only: {0}")]
    ReadOnly(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// Other writers kept the database busy for longer than we wait. Trying again may help.
    #[error("the database is busy: {0}")]
    Busy(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The database cannot be opened or reached; the text says where it was looked for.
    #[error("the database cannot be reached: {0}")]
    Unreachable(String),
    /// The database has tables that we cannot work with; the text says which and why.
    #[error("the database has another layout than expected: {0}")]
    Schema(String),
    /// The database refused for a reason that has no name here.
    #[error("the database failed: {0}")]
    Database(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl StorageError {
    /// A value that cannot be kept, and why.
    pub fn invalid(what: &'static str, why: impl Into<String>) -> Self {
        StorageError::Invalid { what, why: why.into() }
    }
}

impl From<StorageError> for Error {
    fn from(error: StorageError) -> Self {
        Error::new(Reason::StorageFailed).detail(error.to_string()).caused_by(error)
    }
}

/// The result of a storage call.
pub type StorageResult<T> = std::result::Result<T, StorageError>;
