//! SoundCloud: OAuth 2.0. <https://developers.soundcloud.com/docs/api/guide#authentication>

use crate::protocol::oauth2::{Call, Details, OAuth2, TokenIn, UidField, keep};

/// SoundCloud.
pub const SOUNDCLOUD: OAuth2 = OAuth2 {
    name: "soundcloud",
    title: "SoundCloud",
    docs: "https://developers.soundcloud.com/docs/api/guide#authentication",
    class_paths: &["social_core.backends.soundcloud.SoundcloudOAuth2", "social.backends.soundcloud.SoundcloudOAuth2"],
    authorization_url: "https://soundcloud.com/connect",
    token_url: "https://api.soundcloud.com/oauth2/token",
    scope_separator: ",",
    profile: &[Call { url: "https://api.soundcloud.com/me", token: TokenIn::Header("OAuth"), query: &[("format", "json")], ..Call::GET }],
    uid: UidField::Stable("id"),
    details: Details { username: "username", email: "email", fullname: "full_name", ..Details::NONE },
    extra_data: &[keep("id"), keep("refresh_token"), keep("expires")],
    ..OAuth2::STANDARD
};
