//! Clef: OAuth 2.0. The service ended in 2017.

use crate::protocol::oauth2::{Call, Details, OAuth2, TokenIn, UidField};

/// Clef, which has names of its own for the parameters.
pub const CLEF: OAuth2 = OAuth2 {
    name: "clef",
    title: "Clef",
    docs: "https://docs.getclef.com",
    class_paths: &["social_core.backends.clef.ClefOAuth2", "social.backends.clef.ClefOAuth2"],
    authorization_url: "https://clef.io/iframes/qr",
    token_url: "https://clef.io/api/v1/authorize",
    names: &[("client_id", "app_id"), ("client_secret", "app_secret"), ("redirect_uri", "redirect_url")],
    scope_separator: ",",
    redirect_state: true,
    profile: &[Call { url: "https://clef.io/api/v1/info", token: TokenIn::Query("access_token"), ..Call::GET }],
    uid: UidField::Stable("info.id"),
    details: Details {
        username: "info.email:before(@) | info.id",
        email: "info.email",
        fullname: "{info.first_name} {info.last_name}",
        first_name: "info.first_name",
        last_name: "info.last_name",
        extra: &[("phone_number", "info.phone_number")],
        ..Details::NONE
    },
    ..OAuth2::STANDARD
};
