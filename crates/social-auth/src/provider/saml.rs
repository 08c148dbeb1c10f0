//! Any SAML 2.0 identity providers, from settings alone.

use crate::protocol::saml::Saml;

/// SAML 2.0: the identity providers stand in `ENABLED_IDPS`.
pub const SAML: Saml = Saml {
    name: "saml",
    title: "SAML",
    docs: "https://docs.oasis-open.org/security/saml/Post2.0/sstc-saml-tech-overview-2.0.html",
    class_paths: &["social_core.backends.saml.SAMLAuth", "social.backends.saml.SAMLAuth"],
};
