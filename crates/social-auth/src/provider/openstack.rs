//! OpenStack. <https://openstackid.org>
//!
//! It answers attributes without announcing that it does.

use serde_json::Value;

use crate::identity::UserDetails;
use crate::protocol::openid::{Attributes, AxAttribute, HookSettings, Hooks, Identifier, OpenId, complete_names};

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
    hooks: Hooks { details: username_of_address, ..OpenId::BASE.hooks },
    ..OpenId::BASE
};

/// The identifier is the provider's address with the user name behind it.
pub(super) fn username_of_address(settings: &HookSettings, answer: &Value, details: &mut UserDetails) {
    complete_names(settings, answer, details);
    let address = answer["identity_url"].as_str().and_then(|url| url.split_once("://"));
    let path = address.and_then(|(_, rest)| rest.split_once('/')).map(|(_, path)| path.trim_end_matches('/').to_owned());
    details.username = details.username.take().or(path.filter(|path| !path.is_empty()));
}
