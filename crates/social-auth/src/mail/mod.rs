//! E-mail: letters and who sends them, and the codes that prove that somebody reads an address.
//!
//! The step `mail_validation` sends a letter with a link; whoever opens it goes on with the sign-in. What
//! sends is a [`Mailer`]: over SMTP ([`SmtpMailer`], feature `smtp`), onto the console or into files while
//! developing, or whatever the application has for it, which may be a closure:
//!
//! ```
//! use social_auth::mail::Mail;
//! use social_auth::{SocialAuth, storage::MemoryStorage};
//!
//! let social = SocialAuth::builder()
//!     .public_url("https://example.com")
//!     .secret_key("at least thirty-two random characters, the same on all replicas")
//!     .storage(MemoryStorage::new())
//!     .mailer(|mail: Mail| async move {
//!         // Hand `mail` on to your own queue; `mail.link` is all that an own letter needs.
//!         assert!(mail.link.starts_with("https://example.com/complete/"));
//!         Ok(())
//!     })
//!     .build()?;
//! # Ok::<(), social_auth::BuildError>(())
//! ```
//!
//! Without one, the settings `EMAIL_HOST` and so on decide, under the names that Django has for them.

mod code;
mod development;
mod letter;
mod mailroom;
mod settings;
#[cfg(feature = "smtp")]
mod smtp;
mod templates;

use async_trait::async_trait;

pub use code::Proof;
pub use development::{ConsoleMailer, FileMailer};
pub use letter::{Mail, Purpose};
pub use mailroom::{Letter, Mailroom};
pub(crate) use mailroom::{LetterLimits, no_mailer};
pub(crate) use settings::{mailer_of, templates_of};
#[cfg(feature = "smtp")]
pub use smtp::{Protection, SmtpMailer, SmtpServer};
pub use templates::MailTemplates;

use crate::error::Result;

/// What sends letters. Takes the place of Python Social Auth's `EMAIL_VALIDATION_FUNCTION`.
///
/// A closure `Fn(Mail) -> impl Future<Output = Result<()>>` is one.
#[async_trait]
pub trait Mailer: Send + Sync + 'static {
    /// Sends a letter, or hands it on to something that will. The person waits meanwhile.
    ///
    /// # Errors
    /// `mail_failed`, with what the server said and never with the letter.
    async fn send(&self, mail: &Mail) -> Result<()>;

    /// Reaches what would send, for `social-auth check`, and says in a line what it saw.
    ///
    /// # Errors
    /// `mail_failed`, with what to do.
    async fn check(&self) -> Result<String> {
        Ok("letters go to the application".to_owned())
    }
}

#[async_trait]
impl<F, R> Mailer for F
where
    F: Fn(Mail) -> R + Send + Sync + 'static,
    R: Future<Output = Result<()>> + Send,
{
    async fn send(&self, mail: &Mail) -> Result<()> {
        self(mail.clone()).await
    }
}
