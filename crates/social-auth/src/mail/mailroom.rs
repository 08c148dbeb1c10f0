//! Where letters are written and handed over.

use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;

use super::{Mail, MailTemplates, Mailer, Purpose};
use crate::error::{Error, Reason, Result};
use crate::rate::{AddressKey, MailboxKey, StoredLimit};
use crate::settings::BackendSettings;
use crate::storage::SocialStorage;

/// What a letter is about.
#[derive(Clone, Copy)]
pub struct Letter<'a> {
    /// Why it is sent.
    pub purpose: Purpose,
    /// To whom: one mailbox.
    pub to: &'a str,
    /// The link to go on with.
    pub link: &'a str,
    /// The title of the backend that the person signs in with.
    pub backend: &'a str,
    /// Seconds that the link is good for; `None` is for ever.
    pub lifetime: Option<i64>,
}

/// How many letters there are: for one visitor, and to one mailbox.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct LetterLimits {
    by_address: StoredLimit,
    by_mailbox: StoredLimit,
}

impl LetterLimits {
    /// Reads `RATE_LIMITS`.
    ///
    /// # Errors
    /// `invalid_setting` for an amount that is none.
    pub(crate) fn resolve(settings: &BackendSettings<'_>) -> Result<Self> {
        let by_address = StoredLimit::resolve(settings, "letter_address")?;
        Ok(LetterLimits { by_address, by_mailbox: StoredLimit::resolve(settings, "letter_mailbox")? })
    }
}

/// Who sends, with which templates, in whose name. Shared by all requests.
#[derive(Clone, Default)]
pub struct Mailroom {
    mailer: Option<Arc<dyn Mailer>>,
    templates: MailTemplates,
    site: String,
    limits: LetterLimits,
}

impl fmt::Debug for Mailroom {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Mailroom").field("site", &self.site).field("sends", &self.mailer.is_some()).finish_non_exhaustive()
    }
}

impl Mailroom {
    /// A mailroom of the site with this name, which may have nothing to send with.
    #[must_use]
    pub fn new(site: &str, mailer: Option<Arc<dyn Mailer>>, templates: MailTemplates) -> Self {
        Mailroom { mailer, templates, site: site.to_owned(), limits: LetterLimits::default() }
    }

    /// The same with limits.
    pub(crate) fn limited(self, limits: LetterLimits) -> Self {
        Mailroom { limits, ..self }
    }

    /// Counts a letter that a visitor has sent to an address.
    ///
    /// # Errors
    /// `rate_limited`, with the seconds to wait; `storage_failed`.
    pub(crate) async fn count(&self, social: &dyn SocialStorage, client: Option<IpAddr>, address: &str, now: i64) -> Result<()> {
        if let Some(client) = AddressKey::counted(client) {
            self.limits.by_address.check(social, &client, now).await?;
        }
        self.limits.by_mailbox.check(social, &MailboxKey::of(address), now).await
    }

    /// What sends, if anything does.
    #[must_use]
    pub fn mailer(&self) -> Option<&Arc<dyn Mailer>> {
        self.mailer.as_ref()
    }

    /// Writes a letter and sends it.
    ///
    /// # Errors
    /// `missing_setting` when there is nothing to send with; `mail_failed`.
    pub async fn send(&self, letter: &Letter<'_>) -> Result<()> {
        let mailer = self.mailer.as_ref().ok_or_else(no_mailer)?;
        let mail = self.write(letter)?;
        mailer.send(&mail).await?;
        tracing::info!(purpose = ?letter.purpose, "letter sent");
        Ok(())
    }

    fn write(&self, letter: &Letter<'_>) -> Result<Mail> {
        self.templates.render(&self.site, letter)
    }
}

/// What is said where letters are to be sent and nothing is there that could.
pub(crate) fn no_mailer() -> Error {
    Error::new(Reason::MissingSetting).parameter("EMAIL_HOST").detail(
        "e-mail addresses are to be validated and there is nothing to send with: set EMAIL_HOST (or EMAIL_BACKEND = \"console\" \
         while developing), or give the builder a mailer",
    )
}
