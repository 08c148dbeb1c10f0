//! This Is My Jam: OAuth 1.0a. The service ended in 2015; it never had TLS.

use crate::protocol::oauth1::{Call, Details, OAuth1, UidField};

/// thisismyjam.com.
pub const THISISMYJAM: OAuth1 = OAuth1 {
    name: "thisismyjam",
    title: "This Is My Jam",
    docs: "https://www.thisismyjam.com/developers",
    class_paths: &["social_core.backends.thisismyjam.ThisIsMyJamOAuth1", "social.backends.thisismyjam.ThisIsMyJamOAuth1"],
    request_token_url: "http://www.thisismyjam.com/oauth/request_token",
    authorization_url: "http://www.thisismyjam.com/oauth/authorize",
    access_token_url: "http://www.thisismyjam.com/oauth/access_token",
    redirect_parameter: "oauth_callback",
    profile: &[Call { url: "http://api.thisismyjam.com/1/verify.json", ..Call::GET }],
    uid: UidField::Stable("id"),
    details: Details { username: "person.name", fullname: "person.fullname", ..Details::NONE },
    ..OAuth1::STANDARD
};
