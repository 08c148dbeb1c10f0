//! Douban: OAuth 2.0. <https://developers.douban.com/wiki/?title=oauth2>

use crate::protocol::oauth2::{Call, Details, OAuth2, UidField, keep, keep_as};

/// Douban.
pub const DOUBAN_OAUTH2: OAuth2 = OAuth2 {
    name: "douban-oauth2",
    title: "Douban",
    icon: "douban",
    docs: "https://developers.douban.com/wiki/?title=oauth2",
    class_paths: &["social_core.backends.douban.DoubanOAuth2", "social.backends.douban.DoubanOAuth2"],
    authorization_url: "https://www.douban.com/service/auth2/auth",
    token_url: "https://www.douban.com/service/auth2/token",
    profile: &[Call { url: "https://api.douban.com/v2/user/~me", ..Call::GET }],
    uid: UidField::Stable("id"),
    details: Details { username: "uid", fullname: "name", ..Details::NONE },
    extra_data: &[keep("id"), keep_as("uid", "username"), keep("refresh_token")],
    ..OAuth2::STANDARD
};
