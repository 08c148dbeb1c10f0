//! Fedora accounts. <https://fedoraproject.org/wiki/OpenID>

use crate::protocol::openid::{Details, Identifier, OpenId};

/// Fedora OpenID by OpenID 2.0.
pub const FEDORA: OpenId = OpenId {
    name: "fedora",
    title: "Fedora OpenID",
    docs: "https://id.fedoraproject.org",
    class_paths: &["social_core.backends.fedora.FedoraOpenId", "social.backends.fedora.FedoraOpenId"],
    identifier: Identifier::Fixed("https://id.fedoraproject.org"),
    details: Details { username: "nickname", ..OpenId::BASE.details },
    ..OpenId::BASE
};
