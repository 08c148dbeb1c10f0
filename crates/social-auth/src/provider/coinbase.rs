//! Coinbase: OAuth 2.0. <https://docs.cdp.coinbase.com/coinbase-app/oauth2-integration/overview>

use crate::protocol::oauth2::{Call, Details, OAuth2, Revoke, RevokeToken, UidField, optional};

/// Coinbase.
pub const COINBASE: OAuth2 = OAuth2 {
    name: "coinbase",
    title: "Coinbase",
    docs: "https://docs.cdp.coinbase.com/coinbase-app/oauth2-integration/overview",
    class_paths: &["social_core.backends.coinbase.CoinbaseOAuth2", "social.backends.coinbase.CoinbaseOAuth2"],
    authorization_url: "https://login.coinbase.com/oauth2/auth",
    token_url: "https://login.coinbase.com/oauth2/token",
    revoke: Some(Revoke { method: "POST", url: "https://login.coinbase.com/oauth2/revoke", token: RevokeToken::Form("token") }),
    scope: &["wallet:user:read", "wallet:user:email"],
    scope_separator: ",",
    profile: &[Call { url: "https://api.coinbase.com/v2/user", headers: &[("cb-version", "{api_version}")], ..Call::GET }],
    uid: UidField::Stable("data.id"),
    details: Details { username: "data.username", email: "data.email", fullname: "data.name", ..Details::NONE },
    settings: &[optional("API_VERSION", "The version of the API.").or("2022-01-06")],
    ..OAuth2::STANDARD
};
