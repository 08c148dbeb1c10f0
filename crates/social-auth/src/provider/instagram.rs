//! Instagram: OAuth 2.0. <https://developers.facebook.com/docs/instagram-platform/instagram-api-with-instagram-login>
//!
//! Only business and creator accounts can sign in since the Basic Display API ended in December 2024. There is no
//! address.

use crate::protocol::oauth2::{Call, Details, OAuth2, TokenIn, UidField};

/// Instagram.
pub const INSTAGRAM: OAuth2 = OAuth2 {
    name: "instagram",
    title: "Instagram",
    docs: "https://developers.facebook.com/docs/instagram-platform/instagram-api-with-instagram-login",
    class_paths: &[
        "social_core.backends.instagram.InstagramOAuth2",
        "social.backends.instagram.InstagramOAuth2",
        "social_auth.backends.contrib.instagram.InstagramBackend",
    ],
    authorization_url: "https://api.instagram.com/oauth/authorize",
    token_url: "https://api.instagram.com/oauth/access_token",
    redirect_state: true,
    profile: &[Call {
        url: "https://graph.instagram.com/me",
        token: TokenIn::Query("access_token"),
        query: &[("fields", "id,username")],
        ..Call::GET
    }],
    uid: UidField::Stable("id"),
    details: Details { username: "username", email: "email", fullname: "full_name", ..Details::NONE },
    ..OAuth2::STANDARD
};
