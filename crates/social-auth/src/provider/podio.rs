//! Podio: OAuth 2.0. <https://developers.podio.com/authentication/server_side>
//!
//! The token answer tells who the person is.

use crate::protocol::oauth2::{Call, Details, OAuth2, TokenIn, UidField, keep};

/// Podio.
pub const PODIO: OAuth2 = OAuth2 {
    name: "podio",
    title: "Podio",
    docs: "https://developers.podio.com/authentication/server_side",
    class_paths: &["social_core.backends.podio.PodioOAuth2", "social.backends.podio.PodioOAuth2"],
    authorization_url: "https://podio.com/oauth/authorize",
    token_url: "https://podio.com/oauth/token",
    redirect_state: true,
    profile: &[Call { url: "https://api.podio.com/user/status", token: TokenIn::Header("OAuth2"), ..Call::GET }],
    uid: UidField::Stable("ref.id"),
    details: Details { username: "user_{user.user_id}", email: "user.mail", fullname: "profile.name", ..Details::NONE },
    extra_data: &[keep("access_token"), keep("token_type"), keep("expires_in"), keep("refresh_token")],
    ..OAuth2::STANDARD
};
