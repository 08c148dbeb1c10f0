//! Twitch: OAuth 2.0 and OpenID Connect. <https://dev.twitch.tv/docs/authentication/>
//!
//! Addresses are given out when they are verified. With OpenID Connect, claims have to be asked for one by one.

use crate::protocol::oauth2::{Call, CheckAuth, Details, OAuth2, OpenId, TokenCheck, UidField, Verified};

/// <https://dev.twitch.tv/docs/authentication/validate-tokens/>
const VALIDATION: TokenCheck =
    TokenCheck { url: "https://id.twitch.tv/oauth2/validate", authorization: CheckAuth::Token("OAuth"), ..TokenCheck::GET };

/// OAuth 2.0.
pub const TWITCH: OAuth2 = OAuth2 {
    name: "twitch",
    title: "Twitch",
    docs: "https://dev.twitch.tv/console/apps",
    class_paths: &["social_core.backends.twitch.TwitchOAuth2", "social.backends.twitch.TwitchOAuth2"],
    authorization_url: "https://id.twitch.tv/oauth2/authorize",
    token_url: "https://id.twitch.tv/oauth2/token",
    scope: &["user:read:email"],
    profile: &[Call { url: "https://api.twitch.tv/helix/users", headers: &[("client-id", "{key}")], root: "data[0]", ..Call::GET }],
    uid: UidField::Stable("id"),
    details: Details { username: "login", email: "email", email_verified: Verified::Always, ..Details::NONE },
    token_check: Some(VALIDATION),
    ..OAuth2::STANDARD
};

/// OpenID Connect.
pub const TWITCH_OPENIDCONNECT: OAuth2 = OAuth2 {
    name: "twitch-openidconnect",
    known_as: "twitch",
    title: "Twitch",
    icon: "twitch",
    docs: "https://dev.twitch.tv/console/apps",
    class_paths: &["social_core.backends.twitch.TwitchOpenIdConnect"],
    scope: &["openid", "user:read:email"],
    authorize_params: &[("claims", "{\"id_token\":{\"email\": null,\"email_verified\":null,\"preferred_username\":null}}")],
    openid: Some(OpenId { endpoint: "https://id.twitch.tv/oauth2", ..OpenId::STANDARD }),
    token_check: Some(VALIDATION),
    ..OAuth2::OPENID
};
