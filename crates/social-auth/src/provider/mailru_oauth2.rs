//! Mail.ru: OAuth 2.0. <https://api.mail.ru/docs/guides/oauth/sites/>
//!
//! The first API, whose calls are signed with MD5; new applications use `mailru`.

use md5::{Digest as _, Md5};

use crate::protocol::oauth2::{Call, Details, HookSettings, Hooks, OAuth2, TokenIn, UidField, keep};

/// Mail.ru.
pub const MAILRU_OAUTH2: OAuth2 = OAuth2 {
    name: "mailru-oauth2",
    title: "Mail.ru",
    icon: "mailru",
    docs: "https://api.mail.ru/docs/guides/oauth/sites/",
    class_paths: &[
        "social_core.backends.mailru.MailruOAuth2",
        "social.backends.mailru.MailruOAuth2",
        "social_auth.backends.contrib.mailru.MailruBackend",
    ],
    authorization_url: "https://connect.mail.ru/oauth/authorize",
    token_url: "https://connect.mail.ru/oauth/token",
    redirect_state: true,
    profile: &[Call {
        url: "https://www.appsmail.ru/platform/api",
        token: TokenIn::Nowhere,
        query: &[
            ("method", "users.getInfo"),
            ("session_key", "{access_token}"),
            ("app_id", "{key}"),
            ("secure", "1"),
            ("sig", "{signature}"),
        ],
        root: "[0]",
        ..Call::GET
    }],
    uid: UidField::Stable("uid"),
    details: Details { username: "nick", email: "email", first_name: "first_name", last_name: "last_name", ..Details::NONE },
    extra_data: &[keep("refresh_token"), keep("expires_in")],
    hooks: Hooks { variables: Some(sign), ..Hooks::NONE },
    ..OAuth2::STANDARD
};

/// The parameters in the order of their names, and the secret behind them.
fn sign(settings: &HookSettings, access_token: &str) -> Vec<(&'static str, String)> {
    let params = format!("app_id={}method=users.getInfosecure=1session_key={access_token}", settings.client_id);
    vec![("signature", hex::encode(Md5::digest(params + settings.secret.expose())))]
}
