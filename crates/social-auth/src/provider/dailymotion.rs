//! Dailymotion: OAuth 2.0. <https://developers.dailymotion.com/guides/get-started/>

use crate::protocol::oauth2::{Call, Details, OAuth2, TokenIn, UidField, keep};

/// Dailymotion.
pub const DAILYMOTION: OAuth2 = OAuth2 {
    name: "dailymotion",
    title: "Dailymotion",
    docs: "https://developers.dailymotion.com/guides/get-started/",
    class_paths: &["social_core.backends.dailymotion.DailymotionOAuth2", "social.backends.dailymotion.DailymotionOAuth2"],
    authorization_url: "https://api.dailymotion.com/oauth/authorize",
    token_url: "https://api.dailymotion.com/oauth/token",
    redirect_state: true,
    profile: &[Call { url: "https://api.dailymotion.com/auth/", token: TokenIn::Query("access_token"), ..Call::GET }],
    uid: UidField::StableOnce("id", &["username"]),
    details: Details { username: "screenname", ..Details::NONE },
    extra_data: &[keep("id")],
    ..OAuth2::STANDARD
};
