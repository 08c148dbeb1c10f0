//! Monzo: OAuth 2.0. <https://docs.monzo.com/#authentication>
//!
//! The token answer tells who the person is; the first account is described by their name.

use crate::protocol::oauth2::{Call, Details, OAuth2, UidField, keep};

/// Monzo.
pub const MONZO: OAuth2 = OAuth2 {
    name: "monzo",
    title: "Monzo",
    docs: "https://docs.monzo.com/#authentication",
    class_paths: &["social_core.backends.monzo.MonzoOAuth2"],
    authorization_url: "https://auth.getmondo.co.uk/",
    token_url: "https://api.monzo.com/oauth2/token",
    profile: &[Call { url: "https://api.monzo.com/accounts", ..Call::GET }],
    uid: UidField::Stable("user_id"),
    details: Details { username: "user_id", fullname: "accounts[0].description", ..Details::NONE },
    extra_data: &[keep("user_id")],
    ..OAuth2::STANDARD
};
