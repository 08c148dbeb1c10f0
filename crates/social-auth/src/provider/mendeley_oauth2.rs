//! Mendeley: OAuth 2.0. <https://dev.mendeley.com/reference/topics/authorization_auth_code.html>

use crate::protocol::oauth2::{Call, Details, OAuth2, UidField, keep};

/// Mendeley.
pub const MENDELEY_OAUTH2: OAuth2 = OAuth2 {
    name: "mendeley-oauth2",
    title: "Mendeley",
    icon: "mendeley",
    docs: "https://dev.mendeley.com/reference/topics/authorization_auth_code.html",
    class_paths: &["social_core.backends.mendeley.MendeleyOAuth2", "social.backends.mendeley.MendeleyOAuth2"],
    authorization_url: "https://api-oauth2.mendeley.com/oauth/authorize",
    token_url: "https://api-oauth2.mendeley.com/oauth/token",
    scope: &["all"],
    profile: &[Call { url: "https://api.mendeley.com/profiles/me/", ..Call::GET }],
    uid: UidField::Stable("id"),
    details: Details {
        fullname: "display_name",
        extra: &[("profile_id", "id"), ("name", "display_name"), ("bio", "link")],
        ..Details::NONE
    },
    extra_data: &[keep("profile_id"), keep("name"), keep("bio"), keep("refresh_token"), keep("expires_in"), keep("token_type")],
    ..OAuth2::STANDARD
};
