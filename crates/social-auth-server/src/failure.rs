//! What ends the program, said to the person who started it.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;

use social_auth::settings::Problems;
use social_auth::storage::StorageError;

/// Why the program ends.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    /// Nothing starts with these settings.
    #[error("{0}")]
    Settings(#[from] Problems),
    /// The database cannot be used.
    #[error("error: the database cannot be used: {error}{}", help(.error))]
    Database {
        /// What it said.
        error: StorageError,
    },
    /// The secret key can neither be read nor made.
    #[error("error: the secret key in {}: {why}\n  help: set secret_key yourself (`openssl rand -base64 32`), or let this program write that file", .path.display())]
    SecretKey {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        why: String,
    },
    /// The address cannot be listened on.
    #[error(
        "error: cannot listen on {address}: {source}\n  help: is another program using the port? Choose another by --listen or the setting listen"
    )]
    Listen {
        /// The address.
        address: String,
        /// The system's reason.
        source: std::io::Error,
    },
    /// A demo is for this machine only.
    #[error(
        "error: the demo listens on this machine only, and {0} lets others in\n  help: anybody can sign in as anybody there; use 127.0.0.1:8000, or `social-auth serve` with providers of your own"
    )]
    DemoForOthers(SocketAddr),
    /// The development identity provider does not start.
    #[error("error: the development identity provider does not start: {0}")]
    DevProvider(#[from] social_auth_testkit::Error),
    /// The stored tokens cannot be sealed anew.
    #[error("error: {0}")]
    Rotation(social_auth::Error),
    /// Nobody signed in by `login`.
    #[error("error: {0}")]
    Login(social_auth::Error),
    /// Something that should work on any machine.
    #[error("error: {what}: {source}")]
    System {
        /// What was tried.
        what: &'static str,
        /// The system's reason.
        source: std::io::Error,
    },
}

impl Failure {
    /// 2 when something must be put right before another start, else 1.
    pub(crate) fn exit_code(&self) -> ExitCode {
        ExitCode::from(if matches!(self, Failure::System { .. } | Failure::Login(_)) { 1 } else { 2 })
    }
}

impl From<StorageError> for Failure {
    fn from(error: StorageError) -> Self {
        Failure::Database { error }
    }
}

fn help(error: &StorageError) -> &'static str {
    match error {
        StorageError::ReadOnly(_) => {
            "\n  help: let this program write the file and the folder it is in, or name another database by database_url"
        }
        StorageError::Unreachable(_) => {
            "\n  help: see that the folder exists, or name another database by --database-url or the setting database_url"
        }
        StorageError::Busy(_) => "\n  help: another program holds the database; end it, or try again",
        _ => "",
    }
}
