//! OpenStack. <https://openstackid.org>
//!
//! It answers attributes without announcing that it does.

use crate::protocol::openid::{Attributes, AxAttribute, Identifier, OpenId};

pub(super) const ATTRIBUTES: &[AxAttribute] = &[
    ("http://axschema.org/contact/email", "email"),
    ("http://axschema.org/namePerson/first", "firstname"),
    ("http://axschema.org/namePerson/last", "lastname"),
];

/// OpenStack by OpenID 2.0.
pub const OPENSTACK: OpenId = OpenId {
    name: "openstack",
    title: "OpenStack",
    docs: "https://openstackid.org",
    class_paths: &["social_core.backends.openstack.OpenStackOpenId"],
    identifier: Identifier::Fixed("https://openstackid.org"),
    attributes: Attributes::Always(ATTRIBUTES),
    ..OpenId::BASE
};
