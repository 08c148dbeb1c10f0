//! Mail.ru: OAuth 2.0. <https://id.vk.com/about/business/go/docs/en/mailru>

use crate::protocol::oauth2::{Call, Details, OAuth2, TokenIn, UidField, keep};

/// Mail.ru.
pub const MAILRU: OAuth2 = OAuth2 {
    name: "mailru",
    title: "Mail.ru",
    docs: "https://id.vk.com/about/business/go/docs/en/mailru",
    class_paths: &["social_core.backends.mailru.MRGOAuth2"],
    authorization_url: "https://oauth.mail.ru/login",
    token_url: "https://oauth.mail.ru/token",
    profile: &[Call { url: "https://oauth.mail.ru/userinfo", token: TokenIn::Query("access_token"), ..Call::GET }],
    uid: UidField::StableOnce("id", &["email"]),
    details: Details {
        username: "name",
        email: "email",
        fullname: "name",
        first_name: "first_name",
        last_name: "last_name",
        extra: &[("gender", "gender"), ("locale", "locale"), ("address", "address"), ("birthday", "birthday"), ("image", "image")],
        ..Details::NONE
    },
    extra_data: &[keep("id"), keep("refresh_token"), keep("expires_in")],
    ..OAuth2::STANDARD
};
