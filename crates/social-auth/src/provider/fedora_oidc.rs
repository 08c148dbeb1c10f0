//! Fedora: OpenID Connect. <https://fedoraproject.org/wiki/Infrastructure/Authentication>

use crate::protocol::oauth2::{Details, OAuth2, OpenId};

/// Fedora by OpenID Connect.
pub const FEDORA_OIDC: OAuth2 = OAuth2 {
    name: "fedora-oidc",
    title: "Fedora",
    icon: "fedora",
    docs: "https://fedoraproject.org/wiki/Infrastructure/Authentication",
    class_paths: &["social_core.backends.fedora.FedoraOpenIdConnect"],
    scope: &["openid", "profile", "email", "https://id.fedoraproject.org/scope/agreements", "https://id.fedoraproject.org/scope/groups"],
    details: Details { username: "nickname", ..OAuth2::OPENID.details },
    groups: "groups",
    openid: Some(OpenId { endpoint: "https://id.fedoraproject.org", ..OpenId::STANDARD }),
    ..OAuth2::OPENID
};
