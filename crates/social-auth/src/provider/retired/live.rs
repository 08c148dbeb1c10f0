//! Microsoft Live Connect: OAuth 2.0. `microsoft-graph` serves instead, with other identifiers.

use crate::protocol::oauth2::{Call, Details, OAuth2, TokenIn, UidField, keep};

/// Live Connect.
pub const LIVE: OAuth2 = OAuth2 {
    name: "live",
    title: "Microsoft Live",
    icon: "microsoft",
    docs: "https://learn.microsoft.com/en-us/graph/auth-register-app-v2",
    class_paths: &[
        "social_core.backends.live.LiveOAuth2",
        "social.backends.live.LiveOAuth2",
        "social_auth.backends.contrib.live.LiveBackend",
    ],
    authorization_url: "https://login.live.com/oauth20_authorize.srf",
    token_url: "https://login.live.com/oauth20_token.srf",
    scope: &["wl.basic", "wl.emails"],
    scope_separator: ",",
    profile: &[Call { url: "https://apis.live.net/v5.0/me", token: TokenIn::Query("access_token"), ..Call::GET }],
    uid: UidField::Stable("id"),
    details: Details {
        username: "name",
        email: "emails.account",
        fullname: "{first_name} {last_name}",
        first_name: "first_name",
        last_name: "last_name",
        ..Details::NONE
    },
    extra_data: &[
        keep("id"),
        keep("access_token"),
        keep("authentication_token"),
        keep("refresh_token"),
        keep("expires_in"),
        keep("email"),
        keep("first_name"),
        keep("last_name"),
        keep("token_type"),
    ],
    ..OAuth2::STANDARD
};
