//! The secret key that is made and kept when the settings have none.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use social_auth::seal::{MIN_SECRET_LENGTH, random_token};

use crate::failure::Failure;

/// The file's name, beside the database.
const FILE: &str = "social-auth.secret";

/// The key of an earlier start, or a new one, which is kept for the next start. Where the database is in
/// memory so is the key.
pub(crate) fn find_or_make(database_url: &str) -> Result<String, Failure> {
    let Some(path) = beside(database_url) else {
        tracing::warn!("no secret_key is set: sign-ins under way will not survive a restart");
        return Ok(random_token(32));
    };
    if let Some(key) = read(&path)? {
        tracing::info!(file = %path.display(), "secret_key is not set; using the one that an earlier start made");
        return Ok(key);
    }
    let key = make(&path)?;
    tracing::warn!(file = %path.display(), "no secret_key is set: one was made and kept in a file; several servers need the same one");
    Ok(key)
}

/// The file beside a SQLite database; the current folder for a database elsewhere.
fn beside(database_url: &str) -> Option<PathBuf> {
    let Some(rest) = database_url.strip_prefix("sqlite:") else { return Some(PathBuf::from(FILE)) };
    let (address, parameters) = rest.split_once('?').unwrap_or((rest, ""));
    if address.ends_with(":memory:") || parameters.contains("mode=memory") {
        return None;
    }
    let path = Path::new(address.strip_prefix("//").unwrap_or(address));
    Some(path.with_file_name(FILE))
}

fn read(path: &Path) -> Result<Option<String>, Failure> {
    let wrong = |why: String| Failure::SecretKey { path: path.to_owned(), why };
    match std::fs::read_to_string(path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(wrong(format!("it cannot be read: {error}"))),
        Ok(text) if text.trim().len() < MIN_SECRET_LENGTH => Err(wrong("it is too short".to_owned())),
        Ok(text) => Ok(Some(text.trim().to_owned())),
    }
}

/// Written whole under another name first, so that nobody ever reads half a key; if another process was
/// quicker, its key counts.
fn make(path: &Path) -> Result<String, Failure> {
    let wrong = |error: std::io::Error| Failure::SecretKey { path: path.to_owned(), why: format!("it cannot be written: {error}") };
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let key = random_token(32);
    // Only the owner may read it: that is how temporary files are made.
    let mut file = tempfile::NamedTempFile::new_in(folder).map_err(wrong)?;
    file.write_all(format!("{key}\n").as_bytes()).and_then(|()| file.as_file().sync_all()).map_err(wrong)?;
    match file.persist_noclobber(path) {
        Ok(_) => Ok(key),
        Err(failed) if failed.error.kind() == std::io::ErrorKind::AlreadyExists => {
            read(path)?.ok_or_else(|| wrong(std::io::Error::from(std::io::ErrorKind::NotFound)))
        }
        Err(failed) => Err(wrong(failed.error)),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    #[test]
    fn the_key_is_kept_beside_the_database() {
        for (url, path) in [
            ("sqlite://social-auth.db", Some("social-auth.secret")),
            ("sqlite:///var/lib/social-auth/users.db", Some("/var/lib/social-auth/social-auth.secret")),
            ("sqlite:data/users.db?mode=rwc", Some("data/social-auth.secret")),
            ("sqlite::memory:", None),
            ("sqlite://x?mode=memory", None),
            ("postgres://localhost/users", Some("social-auth.secret")),
        ] {
            assert_eq!(beside(url), path.map(PathBuf::from), "{url}");
        }
    }

    #[test]
    fn the_same_key_is_found_again_and_only_its_owner_may_read_it() {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}/users.db", folder.path().display());
        let key = find_or_make(&url).unwrap();
        assert_eq!(key, find_or_make(&url).unwrap());
        assert!(key.len() >= MIN_SECRET_LENGTH);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let mode = folder.path().join(FILE).metadata().unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
        }
    }

    #[test]
    fn a_file_that_holds_no_key_is_refused_and_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join(FILE);
        std::fs::write(&file, "short\n").unwrap();
        let error = find_or_make(&format!("sqlite://{}/users.db", folder.path().display())).unwrap_err();
        assert!(error.to_string().contains("too short"), "{error}");
        assert_eq!(std::fs::read_to_string(&file).unwrap(), "short\n");
    }
}
