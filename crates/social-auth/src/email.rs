//! E-mail addresses as rules see them: one mailbox exactly, or none.

use crate::settings::AllowedSettings;

/// The two sides of an address that names exactly one mailbox.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mailbox<'a> {
    /// What stands before the "@": printable ASCII.
    pub local: &'a str,
    /// What stands after the "@": a domain name, or an address literal in brackets.
    pub domain: &'a str,
}

impl<'a> Mailbox<'a> {
    /// Reads an address; `None` unless it is one mailbox and nothing else.
    ///
    /// Narrower than RFC 5321 on purpose: what different programs read differently (quoted local parts,
    /// a second "@", lists, comments, white space, look-alikes of "@" and "." that normalisation would
    /// turn into them) has let people past rules elsewhere (CVE-2026-40574, CVE-2022-35924).
    #[must_use]
    pub fn parse(address: &'a str) -> Option<Self> {
        let (local, domain) = address.split_once('@')?;
        let local_ok = !local.is_empty() && local.len() <= 64 && local.chars().all(is_local);
        (local_ok && is_domain(domain)).then_some(Mailbox { local, domain })
    }
}

/// The characters of an unquoted local part (RFC 5321, section 4.1.2).
fn is_local(c: char) -> bool {
    c.is_ascii_alphanumeric() || "!#$%&'*+-/=?^_`{|}~.".contains(c)
}

fn is_domain(domain: &str) -> bool {
    if domain.is_empty() || domain.len() > 255 {
        return false;
    }
    match domain.strip_prefix('[') {
        Some(literal) => literal
            .strip_suffix(']')
            .is_some_and(|literal| !literal.is_empty() && literal.chars().all(|c| c.is_ascii_alphanumeric() || c == '.' || c == ':')),
        None => domain.split('.').all(|label| !label.is_empty() && label.chars().all(|c| c.is_alphanumeric() || c == '-')),
    }
}

/// Whether the lists of addresses and domains let this address in. No lists let everyone in; with a
/// list, an address that is missing or malformed stays out.
///
/// Only ASCII letters are compared without regard to case: Unicode's rules would let the Kelvin sign
/// pass for a "k".
#[must_use]
pub fn is_allowed(address: Option<&str>, allowed: &AllowedSettings) -> bool {
    if allowed.emails.is_empty() && allowed.domains.is_empty() {
        return true;
    }
    let Some((address, mailbox)) = address.and_then(|address| Some((address, Mailbox::parse(address)?))) else { return false };
    allowed.emails.iter().any(|email| email.eq_ignore_ascii_case(address))
        || allowed.domains.iter().any(|domain| domain.eq_ignore_ascii_case(mailbox.domain))
}
