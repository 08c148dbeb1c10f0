//! AOL, which was shut down; kept for associations that exist. <http://openid.aol.com>

use crate::protocol::openid::{Identifier, OpenId};

/// AOL by OpenID 2.0.
pub const AOL: OpenId = OpenId {
    name: "aol",
    title: "AOL",
    docs: "https://openid.net/specs/openid-authentication-2_0.html",
    class_paths: &["social_core.backends.aol.AOLOpenId", "social.backends.aol.AOLOpenId"],
    identifier: Identifier::Fixed("http://openid.aol.com"),
    ..OpenId::BASE
};
