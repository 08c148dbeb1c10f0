//! JustGiving: OAuth 2.0. <https://developer.justgiving.com/>
//!
//! Calls of the API need key and secret as headers.

use crate::protocol::oauth2::{Call, ClientAuth, Details, OAuth2, UidField};

/// JustGiving.
pub const JUSTGIVING: OAuth2 = OAuth2 {
    name: "justgiving",
    title: "JustGiving",
    docs: "https://developer.justgiving.com/",
    class_paths: &["social_core.backends.justgiving.JustGivingOAuth2", "social.backends.justgiving.JustGivingOAuth2"],
    authorization_url: "https://identity.justgiving.com/connect/authorize",
    token_url: "https://identity.justgiving.com/connect/token",
    client_auth: ClientAuth::BasicAndPost,
    scope: &["openid", "account", "profile", "email", "fundraise"],
    redirect_state: true,
    profile: &[Call {
        url: "https://api.justgiving.com/v1/account",
        headers: &[("content-type", "application/json"), ("x-api-key", "{key}"), ("x-application-key", "{secret}")],
        ..Call::GET
    }],
    uid: UidField::Stable("userId"),
    details: Details { username: "email", email: "email", first_name: "firstName", last_name: "lastName", ..Details::NONE },
    ..OAuth2::STANDARD
};
