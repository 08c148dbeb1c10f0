//! NAVER: OAuth 2.0. <https://developers.naver.com/docs/login/api/api.md>

use crate::protocol::oauth2::{Call, Details, OAuth2, UidField, keep};

/// NAVER.
pub const NAVER: OAuth2 = OAuth2 {
    name: "naver",
    title: "NAVER",
    docs: "https://developers.naver.com/docs/login/api/api.md",
    class_paths: &["social_core.backends.naver.NaverOAuth2", "social.backends.naver.NaverOAuth2"],
    authorization_url: "https://nid.naver.com/oauth2.0/authorize",
    token_url: "https://nid.naver.com/oauth2.0/token",
    redirect_state: true,
    profile: &[Call { url: "https://openapi.naver.com/v1/nid/me", root: "response", ..Call::GET }],
    uid: UidField::Stable("id"),
    details: Details { username: "name", email: "email", fullname: "name", ..Details::NONE },
    extra_data: &[keep("id")],
    ..OAuth2::STANDARD
};
