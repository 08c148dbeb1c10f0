//! Battle.net: OAuth 2.0. <https://community.developer.battle.net/documentation/guides/using-oauth>
//!
//! The European hosts. There is no address.

use crate::protocol::oauth2::{Call, Details, OAuth2, TokenCheck, TokenIn, UidField, keep, keep_if_present, optional};

/// Battle.net.
pub const BATTLENET_OAUTH2: OAuth2 = OAuth2 {
    name: "battlenet-oauth2",
    title: "Battle.net",
    icon: "battlenet",
    docs: "https://community.developer.battle.net/documentation/guides/using-oauth",
    class_paths: &["social_core.backends.battlenet.BattleNetOAuth2", "social.backends.battlenet.BattleNetOAuth2"],
    authorization_url: "https://eu.battle.net/oauth/authorize",
    token_url: "https://eu.battle.net/oauth/token",
    scope: &["wow.profile"],
    profile: &[Call { url: "https://eu.api.battle.net/account/user", token: TokenIn::Query("access_token"), ..Call::GET }],
    uid: UidField::Stable("accountId"),
    details: Details { extra: &[("battletag", "battletag")], ..Details::NONE },
    extra_data: &[keep_if_present("refresh_token"), keep("expires_in"), keep_if_present("token_type")],
    settings: &[optional("API_LOCALE", "Has no effect on signing in.")],
    // <https://develop.battle.net/documentation/guides/using-oauth>
    token_check: Some(TokenCheck {
        url: "https://oauth.battle.net/oauth/check_token",
        query: &[("token", "{access_token}")],
        ..TokenCheck::GET
    }),
    ..OAuth2::STANDARD
};
