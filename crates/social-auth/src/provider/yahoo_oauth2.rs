//! Yahoo: OAuth 2.0. <https://developer.yahoo.com/oauth2/guide/>
//!
//! A refresh repeats a redirect URI, which may be `oob`.

use crate::protocol::oauth2::{Call, ClientAuth, Details, HookSettings, Hooks, OAuth2, UidField, Verified, keep, keep_as};

/// Yahoo.
pub const YAHOO_OAUTH2: OAuth2 = OAuth2 {
    name: "yahoo-oauth2",
    title: "Yahoo",
    icon: "yahoo",
    docs: "https://developer.yahoo.com/apps/",
    class_paths: &["social_core.backends.yahoo.YahooOAuth2", "social.backends.yahoo.YahooOAuth2"],
    authorization_url: "https://api.login.yahoo.com/oauth2/request_auth",
    token_url: "https://api.login.yahoo.com/oauth2/get_token",
    client_auth: ClientAuth::Basic,
    redirect_state: true,
    profile: &[Call { url: "https://api.login.yahoo.com/openid/v1/userinfo", ..Call::GET }],
    uid: UidField::Stable("sub"),
    details: Details {
        username: "preferred_username | nickname",
        email: "email",
        email_verified: Verified::When("email_verified"),
        first_name: "given_name",
        last_name: "family_name",
        ..Details::NONE
    },
    extra_data: &[keep_as("sub", "id"), keep("access_token"), keep("expires_in"), keep("refresh_token"), keep("token_type")],
    hooks: Hooks { refresh_params: Some(out_of_band), ..Hooks::NONE },
    ..OAuth2::STANDARD
};

fn out_of_band(_: &HookSettings, refresh_token: &str) -> Vec<(String, String)> {
    let fields = [("grant_type", "refresh_token"), ("refresh_token", refresh_token), ("redirect_uri", "oob")];
    fields.map(|(name, value)| (name.to_owned(), value.to_owned())).into()
}
