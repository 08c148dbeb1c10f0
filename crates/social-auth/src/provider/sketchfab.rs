//! Sketchfab: OAuth 2.0. <https://sketchfab.com/developers/oauth>

use crate::protocol::oauth2::{Call, Details, OAuth2, UidField, keep};

/// Sketchfab.
pub const SKETCHFAB: OAuth2 = OAuth2 {
    name: "sketchfab",
    title: "Sketchfab",
    docs: "https://sketchfab.com/developers/oauth",
    class_paths: &["social_core.backends.sketchfab.SketchfabOAuth2", "social.backends.sketchfab.SketchfabOAuth2"],
    authorization_url: "https://sketchfab.com/oauth2/authorize/",
    token_url: "https://sketchfab.com/oauth2/token/",
    profile: &[Call { url: "https://sketchfab.com/v2/users/me", ..Call::GET }],
    uid: UidField::Stable("uid"),
    details: Details { username: "username", email: "email", fullname: "displayName", ..Details::NONE },
    extra_data: &[keep("username"), keep("apiToken")],
    ..OAuth2::STANDARD
};
