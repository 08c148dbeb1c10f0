//! Every setting that is honoured, by group, and those of Python Social Auth that are not.

mod access;
mod backends;
mod cas;
mod form;
mod journeys;
mod mail;
mod oauth;
mod oauth1;
mod oidc;
mod openid;
mod outgoing;
mod people;
mod saml;
mod server;
mod signed;
mod unsupported;

pub use unsupported::{UNSUPPORTED, Unsupported};

use super::kind::SettingDecl;

/// Settings that belong together.
#[derive(Debug, Clone, Copy)]
pub struct Group {
    /// The heading in the documentation.
    pub title: &'static str,
    /// A sentence or two below it.
    pub doc: &'static str,
    /// The protocols that read them; empty for all, and for the site.
    pub protocols: &'static [&'static str],
    /// The settings.
    pub settings: &'static [SettingDecl],
}

/// All groups, in the order of the documentation.
pub const GROUPS: &[Group] = &[
    backends::GROUP,
    oauth::GROUP,
    oauth1::GROUP,
    oidc::GROUP,
    openid::GROUP,
    saml::GROUP,
    cas::GROUP,
    signed::GROUP,
    form::GROUP,
    journeys::GROUP,
    access::GROUP,
    people::GROUP,
    mail::GROUP,
    outgoing::GROUP,
    server::GROUP,
];

/// The setting of this short name, and its group.
#[must_use]
pub fn find(name: &str) -> Option<(&'static Group, &'static SettingDecl)> {
    GROUPS.iter().find_map(|group| group.settings.iter().find(|decl| decl.name == name).map(|decl| (group, decl)))
}

/// What there is to say about a name that is known and not honoured.
#[must_use]
pub fn unsupported(name: &str) -> Option<&'static Unsupported> {
    UNSUPPORTED.iter().find(|entry| entry.name == name)
}

impl Group {
    /// Whether backends of this protocol read these settings. An unknown protocol reads all.
    #[must_use]
    pub fn is_read_by(&self, protocol: Option<&str>) -> bool {
        self.protocols.is_empty() || protocol.is_none_or(|protocol| self.protocols.contains(&protocol))
    }
}
