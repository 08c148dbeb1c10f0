//! Mixcloud: OAuth 2.0. <https://www.mixcloud.com/developers/>
//!
//! A changeable name is all that tells people apart, so a Mixcloud account can only be connected by who is signed
//! in.

use crate::protocol::oauth2::{Call, Details, OAuth2, TokenIn, UidField};

/// Mixcloud.
pub const MIXCLOUD: OAuth2 = OAuth2 {
    name: "mixcloud",
    title: "Mixcloud",
    docs: "https://www.mixcloud.com/developers/",
    class_paths: &[
        "social_core.backends.mixcloud.MixcloudOAuth2",
        "social.backends.mixcloud.MixcloudOAuth2",
        "social_auth.backends.contrib.mixcloud.MixcloudBackend",
    ],
    authorization_url: "https://www.mixcloud.com/oauth/authorize",
    token_url: "https://www.mixcloud.com/oauth/access_token",
    redirect_state: true,
    profile: &[Call { url: "https://api.mixcloud.com/me/", token: TokenIn::Query("access_token"), query: &[("alt", "json")], ..Call::GET }],
    uid: UidField::Stable("username"),
    details: Details { username: "username", fullname: "name", ..Details::NONE },
    association_only: true,
    ..OAuth2::STANDARD
};
