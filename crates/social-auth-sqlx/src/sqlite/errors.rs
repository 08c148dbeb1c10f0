//! What SQLite says, in the storage's words. Result codes: <https://www.sqlite.org/rescode.html>.

use social_auth::storage::StorageError;

const BUSY: i32 = 5;
const LOCKED: i32 = 6;
const READONLY: i32 = 8;
const CANTOPEN: i32 = 14;
const NOTADB: i32 = 26;

/// The primary result code: the low byte of the extended one.
fn primary_code(error: &sqlx::Error) -> Option<i32> {
    let code: i32 = error.as_database_error()?.code()?.parse().ok()?;
    Some(code & 0xff)
}

/// An error of a statement.
pub(super) fn storage_error(error: sqlx::Error) -> StorageError {
    if let Some(database) = error.as_database_error() {
        if database.is_unique_violation() {
            return StorageError::Conflict("key");
        }
        if database.is_foreign_key_violation() {
            return StorageError::NotFound("row that another refers to");
        }
        let message = database.message();
        if message.starts_with("NOT NULL constraint failed") {
            return StorageError::Schema(format!(
                "{message}: social-auth knows no value for that column; give it a default in the database"
            ));
        }
        if message.starts_with("no such table") || message.contains("no such column") || message.contains("has no column named") {
            return StorageError::Schema(format!("{message}; has `migrate` been run on this database?"));
        }
    }
    match primary_code(&error) {
        Some(BUSY | LOCKED) => StorageError::Busy(Box::new(error)),
        Some(READONLY) => StorageError::ReadOnly(Box::new(error)),
        Some(CANTOPEN) => StorageError::Unreachable(error.to_string()),
        _ => StorageError::Database(Box::new(error)),
    }
}

/// An error of opening a file.
pub(super) fn connect_error(path: &str, error: sqlx::Error) -> StorageError {
    match primary_code(&error) {
        Some(CANTOPEN) => StorageError::Unreachable(format!(
            "the SQLite file {path} cannot be opened; does its directory exist, and may this process read and write there?"
        )),
        Some(NOTADB) => StorageError::Unreachable(format!("the file {path} is not a SQLite database")),
        _ => storage_error(error),
    }
}
