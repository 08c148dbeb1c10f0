//! Ubuntu One. People were known by their nickname formerly, which they can change.
//! <https://help.ubuntu.com/community/SSO>

use crate::protocol::openid::{Identifier, OpenId, UidField};

/// Ubuntu by OpenID 2.0.
pub const UBUNTU: OpenId = OpenId {
    name: "ubuntu",
    title: "Ubuntu",
    docs: "https://login.ubuntu.com",
    class_paths: &["social_core.backends.ubuntu.UbuntuOpenId", "social.backends.ubuntu.UbuntuOpenId"],
    identifier: Identifier::Fixed("https://login.ubuntu.com"),
    uid: UidField::StableOnce("identity_url", &["nickname"]),
    ..OpenId::BASE
};
