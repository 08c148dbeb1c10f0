//! Reddit: OAuth 2.0. <https://github.com/reddit-archive/reddit/wiki/OAuth2>
//!
//! There is no address. A refresh token needs `AUTH_EXTRA_ARGUMENTS = {duration = "permanent"}`.

use crate::protocol::oauth2::{Call, ClientAuth, Details, OAuth2, TokenIn, UidField, keep, keep_as};

/// Reddit.
pub const REDDIT: OAuth2 = OAuth2 {
    name: "reddit",
    title: "Reddit",
    docs: "https://www.reddit.com/prefs/apps",
    class_paths: &["social_core.backends.reddit.RedditOAuth2", "social.backends.reddit.RedditOAuth2"],
    authorization_url: "https://ssl.reddit.com/api/v1/authorize",
    token_url: "https://ssl.reddit.com/api/v1/access_token",
    client_auth: ClientAuth::BasicAndPost,
    scope: &["identity"],
    scope_separator: ",",
    profile: &[Call { url: "https://oauth.reddit.com/api/v1/me.json", token: TokenIn::Header("bearer"), ..Call::GET }],
    uid: UidField::Stable("id"),
    details: Details { username: "name", ..Details::NONE },
    extra_data: &[
        keep("id"),
        keep_as("name", "username"),
        keep("link_karma"),
        keep("comment_karma"),
        keep("refresh_token"),
        keep("expires_in"),
    ],
    ..OAuth2::STANDARD
};
