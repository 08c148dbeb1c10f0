//! Google by OpenID 2.0, which was shut down in 2015; kept for associations that exist, which hold addresses.
//! <https://developers.google.com/identity/protocols/OpenID2Migration>

use crate::protocol::openid::{Identifier, OpenId, UidField};

/// Google (OpenID 2.0) by OpenID 2.0.
pub const GOOGLE: OpenId = OpenId {
    name: "google",
    title: "Google (OpenID 2.0)",
    docs: "https://www.google.com/accounts/o8/id",
    class_paths: &[
        "social_core.backends.google.GoogleOpenId",
        "social.backends.google.GoogleOpenId",
        "social_auth.backends.google.GoogleBackend",
    ],
    identifier: Identifier::Fixed("https://www.google.com/accounts/o8/id"),
    uid: UidField::Stable("email"),
    ..OpenId::BASE
};
