//! Mendeley: OAuth 1.0a without TLS; `mendeley-oauth2` serves instead.

use super::super::mendeley_oauth2::MENDELEY_OAUTH2;
use crate::protocol::oauth1::{Call, OAuth1, UidField, keep};

/// Mendeley, as it was first. It keeps the same fields as its successor.
pub const MENDELEY: OAuth1 = OAuth1 {
    name: "mendeley",
    title: "Mendeley",
    docs: "https://dev.mendeley.com",
    class_paths: &["social_core.backends.mendeley.MendeleyOAuth", "social.backends.mendeley.MendeleyOAuth"],
    request_token_url: "http://api.mendeley.com/oauth/request_token/",
    authorization_url: "http://api.mendeley.com/oauth/authorize/",
    access_token_url: "http://api.mendeley.com/oauth/access_token/",
    access_token_method: "GET",
    scope_separator: "+",
    profile: &[Call { url: "http://api.mendeley.com/oapi/profiles/info/me/", ..Call::GET }],
    uid: UidField::Stable("id"),
    details: MENDELEY_OAUTH2.details,
    extra_data: &[keep("profile_id"), keep("name"), keep("bio")],
    ..OAuth1::STANDARD
};
