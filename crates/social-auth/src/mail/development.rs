//! Mailers for development: nothing leaves the machine.

use std::path::{Path, PathBuf};

use async_trait::async_trait;

use super::{Mail, Mailer};
use crate::error::{Error, Reason, Result};
use crate::seal::random_token;

/// Writes letters to standard output (`EMAIL_BACKEND = "console"`).
#[derive(Debug, Clone, Copy, Default)]
pub struct ConsoleMailer;

#[async_trait]
impl Mailer for ConsoleMailer {
    async fn send(&self, mail: &Mail) -> Result<()> {
        let line = "-".repeat(72);
        println!("{line}\n{mail}\n{line}");
        Ok(())
    }

    async fn check(&self) -> Result<String> {
        Ok("letters are written to the console: for development only".to_owned())
    }
}

/// Writes each letter into a file of its own (`EMAIL_BACKEND = "file"`). The folder is made when the first
/// one is written; names sort by time.
#[derive(Debug, Clone)]
pub struct FileMailer(PathBuf);

impl FileMailer {
    /// A mailer into this folder.
    #[must_use]
    pub fn new(folder: impl AsRef<Path>) -> Self {
        FileMailer(folder.as_ref().to_owned())
    }
}

#[async_trait]
impl Mailer for FileMailer {
    async fn send(&self, mail: &Mail) -> Result<()> {
        let failed = |error: std::io::Error| {
            Error::new(Reason::MailFailed).detail(format!("no letter can be written into {}: {error}", self.0.display())).caused_by(error)
        };
        let since = std::time::UNIX_EPOCH.elapsed().unwrap_or_default();
        let name = format!("{:020}-{}.txt", since.as_micros(), random_token(6));
        tokio::fs::create_dir_all(&self.0).await.map_err(failed)?;
        // Under another name until it is whole: somebody may be watching the folder.
        let (unfinished, path) = (self.0.join(format!(".{name}")), self.0.join(name));
        tokio::fs::write(&unfinished, mail.to_string()).await.map_err(failed)?;
        tokio::fs::rename(&unfinished, &path).await.map_err(failed)
    }

    async fn check(&self) -> Result<String> {
        Ok(format!("letters are written into {}: for development only", self.0.display()))
    }
}
