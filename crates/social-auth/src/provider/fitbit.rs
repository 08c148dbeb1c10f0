//! Fitbit: OAuth 2.0. <https://dev.fitbit.com/build/reference/web-api/authorization/>

use crate::protocol::oauth2::{Call, ClientAuth, Details, OAuth2, UidField, keep, keep_as, keep_if_present};

/// Fitbit.
pub const FITBIT: OAuth2 = OAuth2 {
    name: "fitbit",
    title: "Fitbit",
    docs: "https://dev.fitbit.com/build/reference/web-api/authorization/",
    class_paths: &["social_core.backends.fitbit.FitbitOAuth2", "social.backends.fitbit.FitbitOAuth2"],
    authorization_url: "https://www.fitbit.com/oauth2/authorize",
    token_url: "https://api.fitbit.com/oauth2/token",
    client_auth: ClientAuth::BasicAndPost,
    scope: &["profile"],
    profile: &[Call { url: "https://api.fitbit.com/1/user/-/profile.json", root: "user", ..Call::GET }],
    uid: UidField::Stable("encodedId"),
    details: Details { username: "displayName", ..Details::NONE },
    extra_data: &[keep("expires_in"), keep_if_present("refresh_token"), keep_as("encodedId", "id"), keep_as("displayName", "username")],
    ..OAuth2::STANDARD
};
