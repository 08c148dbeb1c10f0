//! Flat: OAuth 2.0. <https://flat.io/developers/docs/api/authentication.html>

use crate::protocol::oauth2::{Call, Details, OAuth2, UidField};

/// Flat.
pub const FLAT: OAuth2 = OAuth2 {
    name: "flat",
    title: "Flat",
    docs: "https://flat.io/developers/docs/api/authentication.html",
    class_paths: &["social_core.backends.flat.FlatOAuth2"],
    authorization_url: "https://flat.io/auth/oauth",
    token_url: "https://api.flat.io/oauth/access_token",
    scope: &["account.public_profile"],
    redirect_state: true,
    profile: &[Call { url: "https://api.flat.io/v2/me", ..Call::GET }],
    uid: UidField::Stable("id"),
    details: Details { username: "username", email: "email", fullname: "printableName", ..Details::NONE },
    ..OAuth2::STANDARD
};
