//! 500px: OAuth 1.0a, whose interface was closed in 2018.

use crate::protocol::oauth1::{Call, Details, OAuth1, UidField};

/// 500px.com.
pub const FIVE_HUNDRED_PX: OAuth1 = OAuth1 {
    name: "500px",
    title: "500px",
    docs: "https://support.500px.com/hc/en-us/articles/360002435653-API-",
    class_paths: &["social_core.backends.five_hundred_px.FiveHundredPxOAuth"],
    request_token_url: "https://api.500px.com/v1/oauth/request_token",
    authorization_url: "https://api.500px.com/v1/oauth/authorize",
    access_token_url: "https://api.500px.com/v1/oauth/access_token",
    profile: &[Call { url: "https://api.500px.com/v1/users", root: "user", ..Call::GET }],
    uid: UidField::Stable("id"),
    details: Details { username: "username | id", email: "email", fullname: "fullname", ..Details::NONE },
    ..OAuth1::STANDARD
};
