//! Withings: OAuth 1.0a, switched off in 2018.

use crate::protocol::oauth1::{Details, OAuth1, UidField};

/// withings.com, once Nokia Health. There is nothing but an identifier, and it comes with the access token.
pub const WITHINGS: OAuth1 = OAuth1 {
    name: "withings",
    title: "Withings",
    docs: "https://developer.withings.com/dashboard/",
    class_paths: &["social_core.backends.withings.WithingsOAuth", "social.backends.withings.WithingsOAuth"],
    request_token_url: "https://developer.health.nokia.com/account/request_token",
    authorization_url: "https://developer.health.nokia.com/account/authorize",
    access_token_url: "https://developer.health.nokia.com/account/access_token",
    uid: UidField::Stable("access_token.userid"),
    details: Details { extra: &[("userid", "access_token.userid")], ..Details::NONE },
    ..OAuth1::STANDARD
};
