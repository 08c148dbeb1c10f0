//! Clio (Europe): OAuth 2.0. <https://docs.developers.clio.com/api-docs/authorization/>

use crate::protocol::oauth2::{Call, Details, OAuth2, TokenIn, UidField};

/// Clio (Europe).
pub const GOCLIOEU: OAuth2 = OAuth2 {
    name: "goclioeu",
    title: "Clio (Europe)",
    icon: "goclio",
    docs: "https://docs.developers.clio.com/api-docs/authorization/",
    class_paths: &["social_core.backends.goclioeu.GoClioEuOAuth2", "social.backends.goclioeu.GoClioEuOAuth2"],
    authorization_url: "https://app.goclio.eu/oauth/authorize/",
    token_url: "https://app.goclio.eu/oauth/token/",
    profile: &[Call { url: "https://app.goclio.eu/api/v2/users/who_am_i", token: TokenIn::Query("access_token"), ..Call::GET }],
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
