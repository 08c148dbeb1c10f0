//! Yahoo by OpenID 2.0, which was shut down; kept for associations that exist. <http://me.yahoo.com>

use crate::protocol::openid::{Identifier, OpenId};

/// Yahoo (OpenID 2.0) by OpenID 2.0.
pub const YAHOO: OpenId = OpenId {
    name: "yahoo",
    title: "Yahoo (OpenID 2.0)",
    docs: "https://openid.net/specs/openid-authentication-2_0.html",
    class_paths: &[
        "social_core.backends.yahoo.YahooOpenId",
        "social.backends.yahoo.YahooOpenId",
        "social_auth.backends.yahoo.YahooBackend",
    ],
    identifier: Identifier::Fixed("http://me.yahoo.com"),
    ..OpenId::BASE
};
