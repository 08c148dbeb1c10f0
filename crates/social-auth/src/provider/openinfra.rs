//! OpenInfra, formerly OpenStack. <https://id.openinfra.dev>
//!
//! It answers attributes without announcing that it does.

use super::openstack::{ATTRIBUTES, username_of_address};
use crate::protocol::openid::{Attributes, Hooks, Identifier, OpenId};

/// OpenInfraID by OpenID 2.0.
pub const OPENINFRA: OpenId = OpenId {
    name: "openinfra",
    title: "OpenInfraID",
    docs: "https://id.openinfra.dev",
    class_paths: &["social_core.backends.openinfra.OpenInfraOpenId"],
    identifier: Identifier::Fixed("https://id.openinfra.dev"),
    attributes: Attributes::Always(ATTRIBUTES),
    hooks: Hooks { details: username_of_address, ..OpenId::BASE.hooks },
    ..OpenId::BASE
};
