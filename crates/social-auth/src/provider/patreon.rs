//! Patreon: OAuth 2.0. <https://docs.patreon.com/#oauth>

use crate::protocol::oauth2::{Call, Details, OAuth2, Revoke, RevokeToken, UidField, Verified, keep};

/// Patreon.
pub const PATREON: OAuth2 = OAuth2 {
    name: "patreon",
    title: "Patreon",
    docs: "https://docs.patreon.com/#oauth",
    class_paths: &["social_core.backends.patreon.PatreonOAuth2"],
    authorization_url: "https://www.patreon.com/oauth2/authorize",
    token_url: "https://www.patreon.com/api/oauth2/token",
    revoke: Some(Revoke { method: "POST", url: "https://www.patreon.com/oauth2/revoke", token: RevokeToken::Form("token") }),
    profile: &[Call { url: "https://www.patreon.com/api/oauth2/v2/identity", root: "data", ..Call::GET }],
    uid: UidField::Stable("id"),
    details: Details {
        username: "attributes.full_name",
        email: "attributes.email",
        email_verified: Verified::When("attributes.is_email_verified"),
        fullname: "attributes.full_name",
        first_name: "attributes.first_name",
        last_name: "attributes.last_name",
        ..Details::NONE
    },
    extra_data: &[keep("id")],
    ..OAuth2::STANDARD
};
