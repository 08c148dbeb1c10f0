//! Bungie: OAuth 2.0. <https://github.com/Bungie-net/api/wiki/OAuth-Documentation>
//!
//! Each call needs the API key, and the origin that is registered with it.

use crate::protocol::oauth2::{Call, Details, OAuth2, UidField, keep, keep_if_present, optional, required};

/// Bungie.
pub const BUNGIE: OAuth2 = OAuth2 {
    name: "bungie",
    title: "Bungie",
    docs: "https://www.bungie.net/en/Application",
    class_paths: &["social_core.backends.bungie.BungieOAuth2"],
    authorization_url: "https://www.bungie.net/en/oauth/authorize/",
    token_url: "https://www.bungie.net/platform/app/oauth/token/",
    token_headers: &[("x-api-key", "{api_key}"), ("origin", "{origin}")],
    profile: &[Call {
        url: "https://www.bungie.net/Platform/User/GetBungieNetUser/",
        headers: &[("x-api-key", "{api_key}"), ("origin", "{origin}")],
        ..Call::GET
    }],
    uid: UidField::Stable("membership_id"),
    details: Details {
        username: "Response.user.displayName",
        first_name: "Response.user.displayName",
        extra: &[("uid", "membership_id")],
        ..Details::NONE
    },
    extra_data: &[keep_if_present("refresh_token"), keep("expires_in"), keep("membership_id"), keep("refresh_expires_in")],
    settings: &[
        required("API_KEY", "The API key of the application."),
        optional("ORIGIN", "The origin that the application is registered with."),
    ],
    ..OAuth2::STANDARD
};
