//! Lyft: OAuth 2.0. <https://developer.lyft.com/docs/authentication>
//!
//! The API is open to partners only.

use crate::protocol::oauth2::{Call, ClientAuth, Details, OAuth2, UidField, keep};

/// Lyft.
pub const LYFT: OAuth2 = OAuth2 {
    name: "lyft",
    title: "Lyft",
    docs: "https://developer.lyft.com/docs/authentication",
    class_paths: &["social_core.backends.lyft.LyftOAuth2"],
    authorization_url: "https://api.lyft.com/oauth/authorize",
    token_url: "https://api.lyft.com/oauth/token",
    token_without: &["redirect_uri"],
    client_auth: ClientAuth::Basic,
    scope: &["public", "profile", "rides.read", "rides.request"],
    redirect_state: true,
    profile: &[Call { url: "https://api.lyft.com/v1/profile", ..Call::GET }],
    uid: UidField::Stable("id"),
    details: Details { username: "id", extra: &[("id", "id")], ..Details::NONE },
    extra_data: &[
        keep("id"),
        keep("username"),
        keep("access_token"),
        keep("refresh_token"),
        keep("token_type"),
        keep("expires_in"),
        keep("scope"),
    ],
    ..OAuth2::STANDARD
};
