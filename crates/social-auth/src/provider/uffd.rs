//! uffd: OAuth 2.0. <https://git.cccv.de/uffd/uffd>

use crate::protocol::oauth2::{Call, Details, OAuth2, TokenIn, UidField, keep, required};

/// uffd.
pub const UFFD: OAuth2 = OAuth2 {
    name: "uffd",
    title: "uffd",
    docs: "https://git.cccv.de/uffd/uffd",
    class_paths: &["social_core.backends.uffd.UffdOAuth2"],
    authorization_url: "{base_url}/oauth2/authorize",
    token_url: "{base_url}/oauth2/token",
    profile: &[Call { url: "{base_url}/oauth2/userinfo", token: TokenIn::Query("access_token"), ..Call::GET }],
    uid: UidField::Stable("id"),
    details: Details { username: "nickname", email: "email", fullname: "name", ..Details::NONE },
    extra_data: &[keep("id")],
    settings: &[required("BASE_URL", "The server.")],
    ..OAuth2::STANDARD
};
