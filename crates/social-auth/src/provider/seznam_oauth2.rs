//! Seznam: OAuth 2.0. <https://vyvojari.seznam.cz/oauth/doc>

use crate::protocol::oauth2::{Call, Details, OAuth2, TokenIn, UidField, optional};

/// Seznam.
pub const SEZNAM_OAUTH2: OAuth2 = OAuth2 {
    name: "seznam-oauth2",
    title: "Seznam",
    icon: "seznam",
    docs: "https://vyvojari.seznam.cz/oauth/doc",
    class_paths: &["social_core.backends.seznam.SeznamOAuth2"],
    authorization_url: "https://login.szn.cz/api/v1/oauth/auth",
    token_url: "https://login.szn.cz/api/v1/oauth/token",
    scope: &["identity"],
    redirect_state: true,
    profile: &[Call { url: "{api_url}", token: TokenIn::Header("bearer"), ..Call::GET }],
    uid: UidField::Stable("oauth_user_id"),
    details: Details {
        username: "username",
        email: "email",
        fullname: "name",
        first_name: "firstname",
        last_name: "lastname",
        ..Details::NONE
    },
    settings: &[optional("API_URL", "Where the profile is.").or("https://login.szn.cz/api/v1/user")],
    ..OAuth2::STANDARD
};
