//! OpenStack (development). <https://openstackid-dev.openstack.org>
//!
//! It answers attributes without announcing that it does.

use super::openstack::ATTRIBUTES;
use crate::protocol::openid::{Attributes, Identifier, OpenId};

/// OpenStack (development) by OpenID 2.0.
pub const OPENSTACKDEV: OpenId = OpenId {
    name: "openstackdev",
    title: "OpenStack (development)",
    docs: "https://openstackid-dev.openstack.org",
    class_paths: &["social_core.backends.openstackdev.OpenStackDevOpenId"],
    identifier: Identifier::Fixed("https://openstackid-dev.openstack.org"),
    attributes: Attributes::Always(ATTRIBUTES),
    ..OpenId::BASE
};
