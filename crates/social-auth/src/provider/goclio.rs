//! Clio: OAuth 2.0. <https://docs.developers.clio.com/api-docs/authorization/>

use crate::protocol::oauth2::{Call, Details, OAuth2, TokenIn, UidField};

/// Clio.
pub const GOCLIO: OAuth2 = OAuth2 {
    name: "goclio",
    title: "Clio",
    docs: "https://docs.developers.clio.com/api-docs/authorization/",
    class_paths: &["social_core.backends.goclio.GoClioOAuth2", "social.backends.goclio.GoClioOAuth2"],
    authorization_url: "https://app.goclio.com/oauth/authorize/",
    token_url: "https://app.goclio.com/oauth/token/",
    profile: &[Call { url: "https://app.goclio.com/api/v2/users/who_am_i", token: TokenIn::Query("access_token"), ..Call::GET }],
    uid: UidField::Stable("user.id"),
    details: Details {
        username: "user.id",
        email: "user.email",
        first_name: "user.first_name",
        last_name: "user.last_name",
        ..Details::NONE
    },
    ..OAuth2::STANDARD
};
