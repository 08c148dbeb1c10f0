//! CODING: OAuth 2.0. <https://coding.net/help/openapi>

use crate::protocol::oauth2::{Call, Details, OAuth2, TokenIn, UidField};

/// CODING.
pub const CODING: OAuth2 = OAuth2 {
    name: "coding",
    title: "CODING",
    docs: "https://coding.net/help/openapi",
    class_paths: &["social_core.backends.coding.CodingOAuth2", "social.backends.coding.CodingOAuth2"],
    authorization_url: "https://coding.net/oauth_authorize.html",
    token_url: "https://coding.net/api/oauth/access_token",
    scope: &["user"],
    scope_separator: ",",
    profile: &[Call {
        url: "https://coding.net/api/account/current_user",
        token: TokenIn::Query("access_token"),
        root: "data",
        ..Call::GET
    }],
    uid: UidField::Stable("id"),
    details: Details { username: "name", email: "email", fullname: "name", ..Details::NONE },
    ..OAuth2::STANDARD
};
