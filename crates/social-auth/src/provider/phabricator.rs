//! Phabricator: OAuth 2.0. <https://secure.phabricator.com/book/phabcontrib/article/using_oauthserver/>

use crate::protocol::oauth2::{Call, Details, OAuth2, TokenIn, UidField, optional};

/// Phabricator.
pub const PHABRICATOR: OAuth2 = OAuth2 {
    name: "phabricator",
    title: "Phabricator",
    docs: "https://secure.phabricator.com/book/phabcontrib/article/using_oauthserver/",
    class_paths: &["social_core.backends.phabricator.PhabricatorOAuth2"],
    authorization_url: "{api_url}/oauthserver/auth/",
    token_url: "{api_url}/oauthserver/token/",
    profile: &[Call { url: "{api_url}/api/user.whoami", token: TokenIn::Query("access_token"), ..Call::GET }],
    uid: UidField::Joined("id", "phid"),
    details: Details { username: "userName", email: "primaryEmail", fullname: "realName", extra: &[("id", "phid")], ..Details::NONE },
    settings: &[optional("API_URL", "The server.").or("https://secure.phabricator.com")],
    ..OAuth2::STANDARD
};
