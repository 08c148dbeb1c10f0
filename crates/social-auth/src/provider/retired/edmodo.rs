//! Edmodo: OAuth 2.0. The service ended in 2022.

use crate::protocol::oauth2::{Call, Details, OAuth2, TokenIn, UidField};

/// Edmodo.
pub const EDMODO: OAuth2 = OAuth2 {
    name: "edmodo",
    title: "Edmodo",
    docs: "https://developers.edmodo.com/edmodo-connect/edmodo-connect-overview-getting-started/",
    class_paths: &["social_core.backends.edmodo.EdmodoOAuth2", "social.backends.edmodo.EdmodoOAuth2"],
    authorization_url: "https://api.edmodo.com/oauth/authorize",
    token_url: "https://api.edmodo.com/oauth/token",
    redirect_state: true,
    profile: &[Call { url: "https://api.edmodo.com/users/me", token: TokenIn::Query("access_token"), ..Call::GET }],
    uid: UidField::Stable("id"),
    details: Details {
        username: "username",
        email: "email",
        fullname: "{first_name} {last_name}",
        first_name: "first_name",
        last_name: "last_name",
        ..Details::NONE
    },
    ..OAuth2::STANDARD
};
