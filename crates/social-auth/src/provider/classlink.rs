//! ClassLink: OAuth 2.0. <https://developer.classlink.com/docs/oauth2-workflow>

use crate::protocol::oauth2::{Call, Details, OAuth2, UidField};

/// ClassLink.
pub const CLASSLINK: OAuth2 = OAuth2 {
    name: "classlink",
    title: "ClassLink",
    docs: "https://developer.classlink.com/docs/oauth2-workflow",
    class_paths: &["social_core.backends.classlink.ClasslinkOAuth", "social.backends.classlink.ClasslinkOAuth"],
    authorization_url: "https://launchpad.classlink.com/oauth2/v2/auth",
    token_url: "https://launchpad.classlink.com/oauth2/v2/token",
    scope: &["profile"],
    profile: &[Call { url: "https://nodeapi.classlink.com/v2/my/info", ..Call::GET }],
    uid: UidField::Stable("UserId"),
    details: Details { username: "Email | LoginId", email: "Email", first_name: "FirstName", last_name: "LastName", ..Details::NONE },
    ..OAuth2::STANDARD
};
