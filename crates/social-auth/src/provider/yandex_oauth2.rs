//! Yandex: OAuth 2.0. <https://yandex.com/dev/id/doc/en/>

use crate::protocol::oauth2::{Call, CheckAuth, Details, OAuth2, TokenCheck, TokenIn, UidField};

/// Yandex.
pub const YANDEX_OAUTH2: OAuth2 = OAuth2 {
    name: "yandex-oauth2",
    title: "Yandex",
    icon: "yandex",
    docs: "https://oauth.yandex.com/",
    class_paths: &[
        "social_core.backends.yandex.YandexOAuth2",
        "social.backends.yandex.YandexOAuth2",
        "social_auth.backends.contrib.yandex.YandexOAuth2Backend",
    ],
    authorization_url: "https://oauth.yandex.com/authorize",
    token_url: "https://oauth.yandex.com/token",
    profile: &[Call {
        url: "https://login.yandex.ru/info",
        token: TokenIn::Query("oauth_token"),
        query: &[("format", "json")],
        ..Call::GET
    }],
    uid: UidField::Stable("id"),
    details: Details {
        username: "display_name",
        email: "default_email | emails[0]",
        fullname: "real_name | display_name",
        ..Details::NONE
    },
    // <https://yandex.com/dev/id/doc/en/user-information>
    token_check: Some(TokenCheck {
        url: "https://login.yandex.ru/info",
        query: &[("format", "json")],
        authorization: CheckAuth::Token("OAuth"),
        ..TokenCheck::GET
    }),
    ..OAuth2::STANDARD
};

/// The former Ya.ru.
pub const YARU: OAuth2 = OAuth2 {
    name: "yaru",
    title: "Я.ру",
    class_paths: &[
        "social_core.backends.yandex.YaruOAuth2",
        "social.backends.yandex.YaruOAuth2",
        "social_auth.backends.contrib.yandex.YaruBackend",
    ],
    ..YANDEX_OAUTH2
};
