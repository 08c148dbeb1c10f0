//! Uber: OAuth 2.0. <https://developer.uber.com/docs/riders/guides/authentication/introduction>

use crate::protocol::oauth2::{Call, ClientAuth, Details, OAuth2, UidField};

/// Uber.
pub const UBER: OAuth2 = OAuth2 {
    name: "uber",
    title: "Uber",
    docs: "https://developer.uber.com/docs/riders/guides/authentication/introduction",
    class_paths: &["social_core.backends.uber.UberOAuth2", "social.backends.uber.UberOAuth2"],
    authorization_url: "https://login.uber.com/oauth/authorize",
    token_url: "https://login.uber.com/oauth/token",
    client_auth: ClientAuth::BasicAndPost,
    redirect_state: true,
    profile: &[Call { url: "https://api.uber.com/v1/me", ..Call::GET }],
    uid: UidField::Stable("uuid"),
    details: Details { username: "email", email: "email", first_name: "first_name", last_name: "last_name", ..Details::NONE },
    ..OAuth2::STANDARD
};
