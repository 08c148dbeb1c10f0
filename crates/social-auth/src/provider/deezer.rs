//! Deezer: OAuth 2.0. <https://developers.deezer.com/api/oauth>
//!
//! New applications have not been taken since 2024.

use crate::protocol::oauth2::{Call, Details, OAuth2, TokenIn, UidField, keep};

/// Deezer.
pub const DEEZER: OAuth2 = OAuth2 {
    name: "deezer",
    title: "Deezer",
    docs: "https://developers.deezer.com/api/oauth",
    class_paths: &["social_core.backends.deezer.DeezerOAuth2", "social.backends.deezer.DeezerOAuth2"],
    authorization_url: "https://connect.deezer.com/oauth/auth.php",
    token_url: "https://connect.deezer.com/oauth/access_token.php",
    token_params: &[("app_id", "{key}"), ("secret", "{secret}")],
    token_without: &["grant_type", "redirect_uri", "client_id", "client_secret"],
    scope_separator: ",",
    profile: &[Call { url: "https://api.deezer.com/user/me", token: TokenIn::Query("access_token"), ..Call::GET }],
    uid: UidField::StableOnce("id", &["name"]),
    details: Details { username: "name", email: "email", first_name: "firstname", last_name: "lastname", ..Details::NONE },
    extra_data: &[keep("id")],
    ..OAuth2::STANDARD
};
