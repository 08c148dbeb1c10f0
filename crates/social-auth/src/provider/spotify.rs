//! Spotify: OAuth 2.0. <https://developer.spotify.com/documentation/web-api/tutorials/code-flow>
//!
//! Spotify does not confirm addresses.

use crate::protocol::oauth2::{Call, ClientAuth, Details, OAuth2, UidField, keep};

/// Spotify.
pub const SPOTIFY: OAuth2 = OAuth2 {
    name: "spotify",
    title: "Spotify",
    docs: "https://developer.spotify.com/dashboard",
    class_paths: &["social_core.backends.spotify.SpotifyOAuth2", "social.backends.spotify.SpotifyOAuth2"],
    authorization_url: "https://accounts.spotify.com/authorize",
    token_url: "https://accounts.spotify.com/api/token",
    client_auth: ClientAuth::BasicAndPost,
    profile: &[Call { url: "https://api.spotify.com/v1/me", ..Call::GET }],
    uid: UidField::Stable("id"),
    details: Details { username: "id", email: "email", fullname: "display_name", ..Details::NONE },
    extra_data: &[keep("refresh_token")],
    ..OAuth2::STANDARD
};
