//! Kick: OAuth 2.0. <https://docs.kick.com/getting-started/generating-tokens-oauth2-flow>

use crate::protocol::oauth2::{Call, Details, OAuth2, Revoke, RevokeToken, UidField, keep};

/// Kick.
pub const KICK: OAuth2 = OAuth2 {
    name: "kick",
    title: "Kick",
    docs: "https://docs.kick.com/getting-started/generating-tokens-oauth2-flow",
    class_paths: &["social_core.backends.kick.KickOAuth2"],
    authorization_url: "https://id.kick.com/oauth/authorize",
    token_url: "https://id.kick.com/oauth/token",
    revoke: Some(Revoke { method: "POST", url: "https://id.kick.com/oauth/revoke", token: RevokeToken::Form("token") }),
    scope: &["user:read"],
    redirect_state: true,
    profile: &[Call { url: "https://api.kick.com/public/v1/users", root: "data[0]", ..Call::GET }],
    uid: UidField::Stable("user_id"),
    details: Details {
        username: "name",
        email: "email",
        fullname: "name",
        extra: &[("profile_picture", "profile_picture"), ("user_id", "user_id")],
        ..Details::NONE
    },
    extra_data: &[keep("access_token"), keep("refresh_token"), keep("expires_in"), keep("token_type"), keep("scope")],
    ..OAuth2::STANDARD
};
