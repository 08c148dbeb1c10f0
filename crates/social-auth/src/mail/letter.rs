//! A letter, ready to be sent.

use std::fmt;

/// Why a letter is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// To prove that an address is read by the person who signs up with it.
    Validation,
    /// To sign in by the link alone (`PASSWORDLESS`).
    SignIn,
}

/// A letter. `Debug` shows neither the text nor the link: the link signs somebody in.
#[derive(Clone, PartialEq, Eq)]
pub struct Mail {
    /// The address: one mailbox exactly ([`Mailbox::parse`](crate::email::Mailbox::parse)).
    pub to: String,
    /// The subject, one line.
    pub subject: String,
    /// The letter as plain text.
    pub text: String,
    /// The same as HTML.
    pub html: String,
    /// Why it is sent.
    pub purpose: Purpose,
    /// The link in it, for an application that writes letters of its own.
    pub link: String,
}

impl fmt::Debug for Mail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Mail").field("purpose", &self.purpose).field("subject", &self.subject).finish_non_exhaustive()
    }
}

/// As a person reads it: the address, the subject, the text.
impl fmt::Display for Mail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "To: {}\nSubject: {}\n\n{}", self.to, self.subject, self.text)
    }
}
