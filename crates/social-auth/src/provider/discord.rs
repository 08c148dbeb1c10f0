//! Discord: OAuth 2.0. <https://discord.com/developers/docs/topics/oauth2>
//!
//! The address needs the scope `email`.

use crate::protocol::oauth2::{Call, CheckAuth, Details, OAuth2, Revoke, RevokeToken, TokenCheck, UidField, Verified, keep};

/// Discord.
pub const DISCORD: OAuth2 = OAuth2 {
    name: "discord",
    title: "Discord",
    docs: "https://discord.com/developers/applications",
    class_paths: &["social_core.backends.discord.DiscordOAuth2"],
    authorization_url: "https://discord.com/api/oauth2/authorize",
    token_url: "https://discord.com/api/oauth2/token",
    revoke: Some(Revoke { method: "POST", url: "https://discord.com/api/oauth2/token/revoke", token: RevokeToken::Form("token") }),
    scope: &["identify"],
    profile: &[Call { url: "https://discord.com/api/users/@me", ..Call::GET }],
    uid: UidField::Stable("id"),
    details: Details {
        username: "username",
        email: "email",
        email_verified: Verified::When("verified"),
        fullname: "global_name",
        ..Details::NONE
    },
    extra_data: &[keep("expires_in"), keep("refresh_token")],
    // <https://discord.com/developers/docs/topics/oauth2#get-current-authorization-information>
    token_check: Some(TokenCheck {
        url: "https://discord.com/api/oauth2/@me",
        authorization: CheckAuth::Token("Bearer"),
        audience: "application.id",
        ..TokenCheck::GET
    }),
    ..OAuth2::STANDARD
};
