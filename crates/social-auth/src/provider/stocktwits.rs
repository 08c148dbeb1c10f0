//! Stocktwits: OAuth 2.0. <https://api.stocktwits.com/developers/docs/authentication>

use crate::protocol::oauth2::{Call, Details, OAuth2, TokenIn, UidField};

/// Stocktwits.
pub const STOCKTWITS: OAuth2 = OAuth2 {
    name: "stocktwits",
    title: "Stocktwits",
    docs: "https://api.stocktwits.com/developers/docs/authentication",
    class_paths: &["social_core.backends.stocktwits.StocktwitsOAuth2", "social.backends.stocktwits.StocktwitsOAuth2"],
    authorization_url: "https://api.stocktwits.com/api/2/oauth/authorize",
    token_url: "https://api.stocktwits.com/api/2/oauth/token",
    scope: &["read", "publish_messages", "publish_watch_lists", "follow_users", "follow_stocks"],
    scope_separator: ",",
    redirect_state: true,
    profile: &[Call { url: "https://api.stocktwits.com/api/2/account/verify.json", token: TokenIn::Query("access_token"), ..Call::GET }],
    uid: UidField::Stable("user.id"),
    details: Details { username: "user.username", fullname: "user.name", ..Details::NONE },
    ..OAuth2::STANDARD
};
