//! Itembase: OAuth 2.0, live and sandbox. The service has ended.

use crate::protocol::oauth2::{Call, Details, OAuth2, TokenRequest, UidField, keep};

/// Itembase.
pub const ITEMBASE: OAuth2 = OAuth2 {
    name: "itembase",
    title: "Itembase",
    docs: "https://developers.itembase.com",
    class_paths: &["social_core.backends.itembase.ItembaseOAuth2", "social.backends.itembase.ItembaseOAuth2"],
    authorization_url: "https://accounts.itembase.com/oauth/v2/auth",
    token_url: "https://accounts.itembase.com/oauth/v2/token",
    token_request: TokenRequest::Get,
    refresh_request: Some(TokenRequest::PostForm),
    scope: &["user.minimal"],
    redirect_state: true,
    profile: &[Call { url: "https://users.itembase.com/v1/me", ..Call::GET }],
    uid: UidField::Stable("uuid"),
    details: Details { username: "username", email: "email", first_name: "first_name", last_name: "last_name", ..Details::NONE },
    extra_data: &[
        keep("access_token"),
        keep("token_type"),
        keep("refresh_token"),
        keep("expires_in"),
        keep("expires"),
        keep("uuid"),
        keep("username"),
        keep("email"),
        keep("first_name"),
        keep("middle_name"),
        keep("last_name"),
        keep("name_format"),
        keep("locale"),
        keep("preferred_currency"),
    ],
    ..OAuth2::STANDARD
};

/// Itembase for trying out, which never had TLS.
pub const ITEMBASE_SANDBOX: OAuth2 = OAuth2 {
    name: "itembase-sandbox",
    title: "Itembase (sandbox)",
    icon: "itembase",
    class_paths: &["social_core.backends.itembase.ItembaseOAuth2Sandbox", "social.backends.itembase.ItembaseOAuth2Sandbox"],
    authorization_url: "http://sandbox.accounts.itembase.io/oauth/v2/auth",
    token_url: "http://sandbox.accounts.itembase.io/oauth/v2/token",
    profile: &[Call { url: "http://sandbox.users.itembase.io/v1/me", ..Call::GET }],
    ..ITEMBASE
};
