//! Wunderlist: OAuth 2.0. Microsoft closed the service in 2020.

use crate::protocol::oauth2::{Call, Details, OAuth2, TokenIn, UidField};

/// Wunderlist.
pub const WUNDERLIST: OAuth2 = OAuth2 {
    name: "wunderlist",
    title: "Wunderlist",
    docs: "https://developer.wunderlist.com/documentation/concepts/authorization",
    class_paths: &["social_core.backends.wunderlist.WunderlistOAuth2", "social.backends.wunderlist.WunderlistOAuth2"],
    authorization_url: "https://www.wunderlist.com/oauth/authorize",
    token_url: "https://www.wunderlist.com/oauth/access_token",
    profile: &[Call {
        url: "https://a.wunderlist.com/api/v1/user",
        token: TokenIn::Nowhere,
        headers: &[("x-access-token", "{access_token}"), ("x-client-id", "{key}")],
        ..Call::GET
    }],
    uid: UidField::Stable("id"),
    details: Details { username: "id", email: "email", fullname: "name", ..Details::NONE },
    ..OAuth2::STANDARD
};
