//! Odnoklassniki: OAuth 2.0. <https://apiok.ru/en/ext/oauth/server>
//!
//! Calls are signed with MD5 and name the public key of the application.

use md5::{Digest as _, Md5};

use crate::protocol::oauth2::{Call, Details, HookSettings, Hooks, OAuth2, TokenIn, UidField, keep, required};

/// Odnoklassniki.
pub const ODNOKLASSNIKI_OAUTH2: OAuth2 = OAuth2 {
    name: "odnoklassniki-oauth2",
    title: "Odnoklassniki",
    icon: "odnoklassniki",
    docs: "https://apiok.ru/en/ext/oauth/server",
    class_paths: &[
        "social_core.backends.odnoklassniki.OdnoklassnikiOAuth2",
        "social.backends.odnoklassniki.OdnoklassnikiOAuth2",
        "social_auth.backends.contrib.odnoklassniki.OdnoklassnikiBackend",
    ],
    authorization_url: "https://connect.ok.ru/oauth/authorize",
    token_url: "https://api.ok.ru/oauth/token.do",
    scope_separator: ";",
    redirect_state: true,
    profile: &[Call {
        url: "https://api.ok.ru/fb.do",
        token: TokenIn::Query("access_token"),
        query: &[("method", "users.getCurrentUser"), ("application_key", "{public_name}"), ("format", "JSON"), ("sig", "{signature}")],
        ..Call::GET
    }],
    uid: UidField::Stable("uid"),
    details: Details {
        username: "uid",
        email: "email",
        fullname: "name",
        first_name: "first_name",
        last_name: "last_name",
        ..Details::NONE
    },
    extra_data: &[keep("refresh_token"), keep("expires_in")],
    settings: &[required("PUBLIC_NAME", "The public key of the application.")],
    hooks: Hooks { variables: Some(sign), ..Hooks::NONE },
    ..OAuth2::STANDARD
};

/// The parameters in the order of their names, and behind them the digest of token and secret.
fn sign(settings: &HookSettings, access_token: &str) -> Vec<(&'static str, String)> {
    let secret = hex::encode(Md5::digest(format!("{access_token}{}", settings.secret.expose())));
    let public = settings.text("PUBLIC_NAME").unwrap_or_default();
    let params = format!("application_key={public}format=JSONmethod=users.getCurrentUser{secret}");
    vec![("signature", hex::encode(Md5::digest(params)))]
}
