//! OpenStack (development). <http://openstackid-dev.openstack.org>
//!
//! It answers attributes without announcing that it does.

use super::openstack::{ATTRIBUTES, username_of_address};
use crate::protocol::openid::{Attributes, Hooks, Identifier, OpenId};

/// OpenStack (development) by OpenID 2.0.
pub const OPENSTACKDEV: OpenId = OpenId {
    name: "openstackdev",
    title: "OpenStack (development)",
    docs: "https://openid.net/specs/openid-authentication-2_0.html",
    class_paths: &["social_core.backends.openstackdev.OpenStackDevOpenId"],
    identifier: Identifier::Fixed("http://openstackid-dev.openstack.org"),
    attributes: Attributes::Always(ATTRIBUTES),
    hooks: Hooks { details: username_of_address, ..OpenId::BASE.hooks },
    ..OpenId::BASE
};
