//! LINE: OAuth 2.0. <https://developers.line.biz/en/docs/line-login/integrate-line-login/>
//!
//! The profile has no address.

use crate::protocol::oauth2::{Call, Details, OAuth2, TokenCheck, UidField, keep, keep_as};

/// LINE.
pub const LINE: OAuth2 = OAuth2 {
    name: "line",
    title: "LINE",
    docs: "https://developers.line.biz/en/docs/line-login/integrate-line-login/",
    class_paths: &["social_core.backends.line.LineOAuth2", "social.backends.line.LineOAuth2"],
    authorization_url: "https://access.line.me/oauth2/v2.1/authorize",
    token_url: "https://api.line.me/oauth2/v2.1/token",
    scope: &["profile"],
    profile: &[Call { url: "https://api.line.me/v2/profile", ..Call::GET }],
    uid: UidField::Stable("userId"),
    details: Details {
        username: "userId",
        fullname: "displayName",
        extra: &[("picture_url", "pictureUrl"), ("status_message", "statusMessage")],
        ..Details::NONE
    },
    extra_data: &[
        keep_as("userId", "id"),
        keep("picture_url"),
        keep("status_message"),
        keep_as("expires_in", "expire"),
        keep("refresh_token"),
    ],
    // <https://developers.line.biz/en/reference/line-login/#verify-access-token>
    token_check: Some(TokenCheck {
        url: "https://api.line.me/oauth2/v2.1/verify",
        query: &[("access_token", "{access_token}")],
        ..TokenCheck::GET
    }),
    ..OAuth2::STANDARD
};
