//! Jawbone UP: OAuth 2.0. The company was wound up in 2017.

use crate::protocol::oauth2::{Call, Details, OAuth2, TokenRequest, UidField};

/// Jawbone UP.
pub const JAWBONE: OAuth2 = OAuth2 {
    name: "jawbone",
    title: "Jawbone UP",
    docs: "https://jawbone.com/up/developer",
    class_paths: &["social_core.backends.jawbone.JawboneOAuth2", "social.backends.jawbone.JawboneOAuth2"],
    authorization_url: "https://jawbone.com/auth/oauth2/auth",
    token_url: "https://jawbone.com/auth/oauth2/token",
    token_request: TokenRequest::Get,
    token_without: &["redirect_uri"],
    profile: &[Call { url: "https://jawbone.com/nudge/api/users/@me", ..Call::GET }],
    uid: UidField::Stable("data.xid"),
    details: Details {
        username: "{data.first} {data.last}",
        fullname: "{data.first} {data.last}",
        first_name: "data.first",
        last_name: "data.last",
        extra: &[("dob", "data.dob"), ("gender", "data.gender"), ("height", "data.height"), ("weight", "data.weight")],
        ..Details::NONE
    },
    ..OAuth2::STANDARD
};
