//! Launchpad. <https://help.launchpad.net/YourAccount/OpenID>

use crate::protocol::openid::{Details, Identifier, OpenId};

/// Launchpad by OpenID 2.0.
pub const LAUNCHPAD: OpenId = OpenId {
    name: "launchpad",
    title: "Launchpad",
    docs: "https://login.launchpad.net",
    class_paths: &["social_core.backends.launchpad.LaunchpadOpenId", "social.backends.launchpad.LaunchpadOpenId"],
    identifier: Identifier::Fixed("https://login.launchpad.net"),
    details: Details { username: "nickname", ..OpenId::BASE.details },
    ..OpenId::BASE
};
