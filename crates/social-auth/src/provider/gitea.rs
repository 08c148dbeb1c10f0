//! Gitea and Forgejo: OAuth 2.0, self-hosted. <https://docs.gitea.com/development/oauth2-provider>
//!
//! A server may be set up not to confirm addresses, so they do not count as verified.

use crate::protocol::oauth2::{Call, Details, OAuth2, UidField, keep, optional};

/// gitea.com or the server at `API_URL`.
pub const GITEA: OAuth2 = OAuth2 {
    name: "gitea",
    title: "Gitea",
    docs: "https://docs.gitea.com/development/oauth2-provider",
    class_paths: &["social_core.backends.gitea.GiteaOAuth2"],
    authorization_url: "{api_url}/login/oauth/authorize",
    token_url: "{api_url}/login/oauth/access_token",
    scope_separator: ",",
    profile: &[Call { url: "{api_url}/api/v1/user", ..Call::GET }],
    uid: UidField::Stable("id"),
    details: Details { username: "login", email: "email", fullname: "full_name", ..Details::NONE },
    extra_data: &[keep("id"), keep("expires_in"), keep("refresh_token")],
    settings: &[optional("API_URL", "The server's address.").or("https://gitea.com")],
    ..OAuth2::STANDARD
};
