//! SimpleLogin: OAuth 2.0. <https://simplelogin.io/docs/siwsl/intro/>
//!
//! The address may be an alias that forwards.

use crate::protocol::oauth2::{Call, Details, OAuth2, TokenIn, UidField, Verified, keep};

/// SimpleLogin.
pub const SIMPLELOGIN: OAuth2 = OAuth2 {
    name: "simplelogin",
    title: "SimpleLogin",
    docs: "https://simplelogin.io/docs/siwsl/intro/",
    class_paths: &["social_core.backends.simplelogin.SimpleLoginOAuth2"],
    authorization_url: "https://app.simplelogin.io/oauth2/authorize",
    token_url: "https://app.simplelogin.io/oauth2/token",
    profile: &[Call { url: "https://app.simplelogin.io/oauth2/userinfo", token: TokenIn::Query("access_token"), ..Call::GET }],
    uid: UidField::Stable("id"),
    details: Details {
        username: "email",
        email: "email",
        email_verified: Verified::When("email_verified"),
        fullname: "name",
        ..Details::NONE
    },
    extra_data: &[keep("name"), keep("email"), keep("avatar_url")],
    ..OAuth2::STANDARD
};
