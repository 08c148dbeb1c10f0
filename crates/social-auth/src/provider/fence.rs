//! Fence, the sign-in service of Gen3 data commons: OpenID Connect. <https://github.com/uc-cdis/fence>
//!
//! The user name is an address there, which nobody says was confirmed. Another commons than the default one has
//! `OIDC_ENDPOINT`, `AUTHORIZATION_URL` and `ACCESS_TOKEN_URL` of its own.

use crate::protocol::oauth2::{ClientAuth, Details, OAuth2, OpenId, UidField, Verified, keep, keep_as};

/// Fence.
pub const FENCE: OAuth2 = OAuth2 {
    name: "fence",
    title: "Fence",
    docs: "https://github.com/uc-cdis/fence",
    class_paths: &["social_core.backends.fence.Fence"],
    authorization_url: "https://nci-crdc.datacommons.io/user/oauth2/authorize",
    token_url: "https://nci-crdc.datacommons.io/user/oauth2/token",
    client_auth: ClientAuth::Post,
    scope: &["openid", "user"],
    uid: UidField::StableOnce("sub", &["username"]),
    details: Details { email: "username", email_verified: Verified::Never, ..OAuth2::OPENID.details },
    extra_data: &[keep("id_token"), keep("refresh_token"), keep_as("sub", "id"), keep("sub")],
    openid: Some(OpenId { endpoint: "https://nci-crdc.datacommons.io", ..OpenId::STANDARD }),
    ..OAuth2::OPENID
};
