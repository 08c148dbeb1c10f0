//! Osso: OAuth 2.0. <https://ossoapp.com/docs>
//!
//! A broker: `domain` or `email` of the request to begin tell it where the person signs in.

use crate::protocol::oauth2::{Call, Details, OAuth2, TokenIn, UidField, optional};

/// Osso.
pub const OSSO: OAuth2 = OAuth2 {
    name: "osso",
    title: "Osso",
    docs: "https://ossoapp.com/docs",
    class_paths: &["social_core.backends.osso.OssoOAuth2"],
    authorization_url: "{osso_base_url}/oauth/authorize",
    token_url: "{osso_base_url}/oauth/token",
    authorize_repeats: &["domain", "email"],
    profile: &[Call { url: "{osso_base_url}/oauth/me", token: TokenIn::Query("access_token"), ..Call::GET }],
    uid: UidField::Stable("id"),
    details: Details { username: "email", email: "email", ..Details::NONE },
    settings: &[optional("OSSO_BASE_URL", "The server.").or("https://demo.ossoapp.com")],
    ..OAuth2::STANDARD
};
