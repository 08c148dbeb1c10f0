//! MineID: OAuth 2.0. <https://www.mineid.org/docs/>
//!
//! The profile has no identifier but the address, which may change hands: nobody signs in unless `ID_KEY` names
//! one that the server does give.

use crate::protocol::oauth2::{Call, Details, OAuth2, TokenIn, UidField, optional};

/// MineID.
pub const MINEID: OAuth2 = OAuth2 {
    name: "mineid",
    title: "MineID",
    docs: "https://www.mineid.org/docs/",
    class_paths: &["social_core.backends.mineid.MineIDOAuth2", "social.backends.mineid.MineIDOAuth2"],
    authorization_url: "{scheme}://{host}/oauth/authorize",
    token_url: "{scheme}://{host}/oauth/access_token",
    scope_separator: ",",
    redirect_state: true,
    profile: &[Call { url: "{scheme}://{host}/api/user", token: TokenIn::Query("access_token"), ..Call::GET }],
    uid: UidField::Stable("id"),
    details: Details { username: "email", email: "email", ..Details::NONE },
    settings: &[
        optional("HOST", "The host of the server.").or("www.mineid.org"),
        optional("SCHEME", "https, or http for a server on this machine.").or("https"),
    ],
    ..OAuth2::STANDARD
};
