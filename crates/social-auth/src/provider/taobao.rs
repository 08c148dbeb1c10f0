//! Taobao: OAuth 2.0. <https://open.taobao.com/doc.htm?docId=102635&docType=1>
//!
//! The token answer tells who the person is.

use crate::protocol::oauth2::{Call, Details, OAuth2, TokenIn, UidField};

/// Taobao.
pub const TAOBAO: OAuth2 = OAuth2 {
    name: "taobao",
    title: "Taobao",
    docs: "https://open.taobao.com/doc.htm?docId=102635&docType=1",
    class_paths: &["social_core.backends.taobao.TAOBAOAuth", "social.backends.taobao.TAOBAOAuth"],
    authorization_url: "https://oauth.taobao.com/authorize",
    token_url: "https://oauth.taobao.com/token",
    redirect_state: true,
    profile: &[Call {
        url: "https://eco.taobao.com/router/rest",
        token: TokenIn::Query("access_token"),
        query: &[("method", "taobao.user.get"), ("format", "json"), ("v", "2.0")],
        ..Call::GET
    }],
    uid: UidField::Stable("taobao_user_id"),
    details: Details { username: "taobao_user_nick", ..Details::NONE },
    ..OAuth2::STANDARD
};
