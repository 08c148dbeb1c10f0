//! openSUSE. People were known by their nickname formerly, which they can change.
//! <https://en.opensuse.org/openSUSE:OpenID>

use crate::protocol::openid::{Identifier, OpenId, UidField};

/// openSUSE by OpenID 2.0.
pub const OPENSUSE: OpenId = OpenId {
    name: "opensuse",
    title: "openSUSE",
    docs: "https://www.opensuse.org/openid/user/",
    class_paths: &["social_core.backends.suse.OpenSUSEOpenId", "social.backends.suse.OpenSUSEOpenId"],
    identifier: Identifier::Fixed("https://www.opensuse.org/openid/user/"),
    uid: UidField::StableOnce("identity_url", &["nickname"]),
    ..OpenId::BASE
};
