//! Google: OpenID Connect. <https://developers.google.com/identity/openid-connect/openid-connect>
//!
//! People whose address Google has not verified are refused.

use super::google_oauth2::{GOOGLE_OAUTH2, address_is_verified};
use crate::protocol::oauth2::{Call, ClientAuth, Hooks, IdentityFrom, OAuth2, OpenId, TokenIn, keep, keep_if_present};

/// Google with an id token.
pub const GOOGLE_OPENIDCONNECT: OAuth2 = OAuth2 {
    name: "google-openidconnect",
    class_paths: &["social_core.backends.google_openidconnect.GoogleOpenIdConnect"],
    client_auth: ClientAuth::Basic,
    profile: &[Call {
        url: "https://openidconnect.googleapis.com/v1/userinfo",
        token: TokenIn::Query("access_token"),
        query: &[("alt", "json")],
        ..Call::GET
    }],
    extra_data: &[keep("sub"), keep("id_token"), keep_if_present("refresh_token"), keep("expires_in"), keep_if_present("token_type")],
    openid: Some(OpenId {
        endpoint: "https://accounts.google.com",
        // Older tokens name it without the scheme.
        issuers: &["https://accounts.google.com", "accounts.google.com"],
        identity: IdentityFrom::Profile,
        ..OpenId::STANDARD
    }),
    hooks: Hooks { answer: Some(address_is_verified), ..Hooks::NONE },
    ..GOOGLE_OAUTH2
};
