//! Okta: OAuth 2.0. <https://developer.okta.com/docs/guides/implement-grant-type/authcode/main/>

use crate::protocol::oauth2::{Call, Details, OAuth2, UidField, Verified, keep, keep_if_present, required};

/// Okta.
pub const OKTA_OAUTH2: OAuth2 = OAuth2 {
    name: "okta-oauth2",
    title: "Okta",
    icon: "okta",
    docs: "https://developer.okta.com/docs/guides/implement-grant-type/authcode/main/",
    class_paths: &["social_core.backends.okta.OktaOAuth2"],
    authorization_url: "{api_url}/v1/authorize",
    token_url: "{api_url}/v1/token",
    scope: &["openid", "profile", "email"],
    profile: &[Call { url: "{api_url}/v1/userinfo", ..Call::GET }],
    uid: UidField::StableOnce("sub", &["preferred_username"]),
    details: Details {
        username: "preferred_username",
        email: "email",
        email_verified: Verified::When("email_verified"),
        first_name: "given_name",
        last_name: "family_name",
        ..Details::NONE
    },
    groups: "groups",
    extra_data: &[keep("sub"), keep_if_present("refresh_token"), keep("expires_in"), keep_if_present("token_type")],
    settings: &[required("API_URL", "The authorization server, such as https://example.okta.com/oauth2.")],
    ..OAuth2::STANDARD
};
