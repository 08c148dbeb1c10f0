//! Beats Music: OAuth 2.0. The service ended in 2015.

use crate::protocol::oauth2::{Call, ClientAuth, Details, OAuth2, UidField};

/// Beats Music. Its gateway wraps what it answers in `result`.
pub const BEATS: OAuth2 = OAuth2 {
    name: "beats",
    title: "Beats Music",
    docs: "https://developer.beatsmusic.com/docs",
    class_paths: &["social_core.backends.beats.BeatsOAuth2", "social.backends.beats.BeatsOAuth2"],
    authorization_url: "https://partner.api.beatsmusic.com/v1/oauth2/authorize",
    token_url: "https://partner.api.beatsmusic.com/oauth2/token",
    client_auth: ClientAuth::BasicAndPost,
    token_root: "result",
    profile: &[Call { url: "https://partner.api.beatsmusic.com/v1/api/me", root: "result", ..Call::GET }],
    uid: UidField::Stable("user_context"),
    details: Details { username: "id", email: "email", fullname: "display_name", ..Details::NONE },
    ..OAuth2::STANDARD
};
