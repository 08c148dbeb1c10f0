//! Readability: OAuth 1.0a. The service ended in 2016.

use crate::protocol::oauth1::{Call, Details, OAuth1, UidField, keep};

/// readability.com.
pub const READABILITY: OAuth1 = OAuth1 {
    name: "readability",
    title: "Readability",
    docs: "https://www.readability.com/developers/api",
    class_paths: &["social_core.backends.readability.ReadabilityOAuth", "social.backends.readability.ReadabilityOAuth"],
    request_token_url: "https://www.readability.com/api/rest/v1/oauth/request_token/",
    authorization_url: "https://www.readability.com/api/rest/v1/oauth/authorize/",
    access_token_url: "https://www.readability.com/api/rest/v1/oauth/access_token/",
    profile: &[Call { url: "https://www.readability.com/api/rest/v1/users/_current", ..Call::GET }],
    uid: UidField::Stable("username"),
    details: Details { username: "username", first_name: "first_name", last_name: "last_name", ..Details::NONE },
    extra_data: &[keep("date_joined"), keep("kindle_email_address"), keep("avatar_url"), keep("email_into_address")],
    ..OAuth1::STANDARD
};
