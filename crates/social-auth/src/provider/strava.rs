//! Strava: OAuth 2.0. <https://developers.strava.com/docs/authentication/>
//!
//! The token answer tells who the person is. There is no address.

use crate::protocol::oauth2::{Call, Details, OAuth2, Revoke, RevokeToken, TokenIn, UidField, keep};

/// Strava.
pub const STRAVA: OAuth2 = OAuth2 {
    name: "strava",
    title: "Strava",
    docs: "https://www.strava.com/settings/api",
    class_paths: &["social_core.backends.strava.StravaOAuth", "social.backends.strava.StravaOAuth"],
    authorization_url: "https://www.strava.com/oauth/authorize",
    token_url: "https://www.strava.com/oauth/token",
    revoke: Some(Revoke { method: "POST", url: "https://www.strava.com/oauth/deauthorize", token: RevokeToken::Query("access_token") }),
    scope_separator: ",",
    profile: &[Call { url: "https://www.strava.com/api/v3/athlete", token: TokenIn::Query("access_token"), ..Call::GET }],
    uid: UidField::Stable("athlete.id"),
    details: Details { username: "athlete.username", first_name: "athlete.firstname", last_name: "athlete.lastname", ..Details::NONE },
    extra_data: &[keep("refresh_token"), keep("expires_in")],
    ..OAuth2::STANDARD
};
