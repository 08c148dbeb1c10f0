//! Pinterest: OAuth 2.0. <https://developers.pinterest.com/docs/getting-started/set-up-authentication-and-authorization/>
//!
//! The first API, for applications that still have it. Its answer is flat or wrapped in `data`; both are read.

use crate::protocol::oauth2::{Call, Details, OAuth2, TokenIn, UidField};

/// Pinterest.
pub const PINTEREST: OAuth2 = OAuth2 {
    name: "pinterest",
    title: "Pinterest",
    docs: "https://developers.pinterest.com/docs/getting-started/set-up-authentication-and-authorization/",
    class_paths: &["social_core.backends.pinterest.PinterestOAuth2", "social.backends.pinterest.PinterestOAuth2"],
    authorization_url: "https://api.pinterest.com/oauth/",
    token_url: "https://api.pinterest.com/v1/oauth/token",
    profile: &[Call { url: "https://api.pinterest.com/v1/me/", token: TokenIn::Query("access_token"), ..Call::GET }],
    uid: UidField::Joined("user_id", "data.id | user_id"),
    details: Details {
        username: "data.url:last(/) | username",
        first_name: "data.first_name | first_name",
        last_name: "data.last_name | last_name",
        ..Details::NONE
    },
    ..OAuth2::STANDARD
};
