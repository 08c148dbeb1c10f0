//! Tumblr: OAuth 1.0a. <https://www.tumblr.com/docs/en/api/v2#oauth1-authorization>

use crate::protocol::oauth1::{Call, Details, OAuth1, UidField, keep_as};

const UUID: &str = "response.user.blogs[primary=true].uuid";

/// tumblr.com. Names can be changed, the primary blog's identifier can not.
pub const TUMBLR: OAuth1 = OAuth1 {
    name: "tumblr",
    title: "Tumblr",
    docs: "https://www.tumblr.com/oauth/apps",
    class_paths: &["social_core.backends.tumblr.TumblrOAuth", "social.backends.tumblr.TumblrOAuth"],
    request_token_url: "https://www.tumblr.com/oauth/request_token",
    request_token_method: "POST",
    authorization_url: "https://www.tumblr.com/oauth/authorize",
    access_token_url: "https://www.tumblr.com/oauth/access_token",
    profile: &[Call { url: "https://api.tumblr.com/v2/user/info", ..Call::GET }],
    uid: UidField::StableOnce(UUID, &["response.user.name"]),
    details: Details {
        username: "response.user.name",
        fullname: "response.user.blogs[primary=true].title",
        extra: &[("uuid", UUID)],
        ..Details::NONE
    },
    extra_data: &[keep_as(UUID, "uuid")],
    ..OAuth1::STANDARD
};
