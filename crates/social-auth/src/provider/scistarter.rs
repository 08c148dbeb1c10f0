//! SciStarter: OAuth 2.0. <https://scistarter.org/api>
//!
//! The API wants the secret in addresses, as `key`.

use crate::protocol::oauth2::{Call, Details, OAuth2, UidField, keep};

/// SciStarter.
pub const SCISTARTER: OAuth2 = OAuth2 {
    name: "scistarter",
    title: "SciStarter",
    docs: "https://scistarter.org/api",
    class_paths: &["social_core.backends.scistarter.SciStarterOAuth2"],
    authorization_url: "https://scistarter.com/authorize",
    token_url: "https://scistarter.com/token?key={secret}",
    redirect_without_slash: true,
    scope: &["login", "extensive"],
    profile: &[Call { url: "https://scistarter.com/api/user_info", query: &[("client_id", "{key}"), ("key", "{secret}")], ..Call::GET }],
    uid: UidField::StableOnce("profile_id", &["email"]),
    details: Details { username: "handle", email: "email", first_name: "first_name", last_name: "last_name", ..Details::NONE },
    extra_data: &[keep("profile_id"), keep("expires")],
    ..OAuth2::STANDARD
};
