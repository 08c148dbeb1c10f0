//! AngelList: OAuth 2.0. <https://angel.co/api>
//!
//! The API has been closed to new applications.

use crate::protocol::oauth2::{Call, Details, OAuth2, TokenIn, UidField};

/// AngelList.
pub const ANGEL: OAuth2 = OAuth2 {
    name: "angel",
    title: "AngelList",
    docs: "https://angel.co/api",
    class_paths: &["social_core.backends.angel.AngelOAuth2", "social.backends.angel.AngelOAuth2"],
    authorization_url: "https://angel.co/api/oauth/authorize/",
    token_url: "https://angel.co/api/oauth/token/",
    profile: &[Call { url: "https://api.angel.co/1/me/", token: TokenIn::Query("access_token"), ..Call::GET }],
    uid: UidField::Stable("id"),
    details: Details { username: "angellist_url:last(/)", email: "email", fullname: "name", ..Details::NONE },
    ..OAuth2::STANDARD
};
