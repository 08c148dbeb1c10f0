//! SAML 2.0 Web Browser SSO, as a service provider for many identity providers.
//!
//! Signatures are checked by `bergshamra`, young code that nobody has audited: so nothing reaches it that
//! the gate (`gate.rs`) does not let through, and nothing is read but what it says is covered.

mod about_us;
mod algorithm;
mod assertion;
mod attributes;
mod backend;
mod config;
mod engine;
mod extra;
#[cfg(any(feature = "fuzzing", test))]
pub(crate) mod fuzzing;
mod gate;
mod idp;
mod logout;
mod message;
mod metadata;
mod request;
mod response;
mod security;
#[cfg(test)]
mod tests;
mod wire;
mod xml;

pub use backend::SamlBackend;

/// A provider of this protocol: what it is called. All else stands in settings.
#[derive(Debug, Clone, Copy)]
pub struct Saml {
    /// The name in URLs and settings.
    pub name: &'static str,
    /// What a button says.
    pub title: &'static str,
    /// Where it is documented.
    pub docs: &'static str,
    /// Dotted class paths of Python Social Auth.
    pub class_paths: &'static [&'static str],
}

impl Saml {
    /// The protocol's name.
    pub const PROTOCOL: &'static str = "saml";

    /// The longest metadata that are read, in bytes: those of the largest federations have some 100 MB.
    pub const LONGEST_METADATA: usize = 256 * 1024 * 1024;
}
