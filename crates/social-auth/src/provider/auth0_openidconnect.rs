//! Auth0: OpenID Connect. <https://auth0.com/docs/get-started/authentication-and-authorization-flow/authorization-code-flow>

use crate::protocol::oauth2::{Details, OAuth2, OpenId, keep, keep_as, required};

/// Auth0.
pub const AUTH0_OPENIDCONNECT: OAuth2 = OAuth2 {
    name: "auth0_openidconnect",
    title: "Auth0",
    icon: "auth0",
    docs: "https://manage.auth0.com/",
    class_paths: &["social_core.backends.auth0_openidconnect.Auth0OpenIdConnectAuth"],
    details: Details {
        username: "nickname",
        extra: &[("email_verified", "email_verified"), ("picture", "picture"), ("locale", "locale"), ("user_id", "sub")],
        ..OAuth2::OPENID.details
    },
    extra_data: &[keep("id_token"), keep("refresh_token"), keep_as("sub", "id"), keep("picture")],
    settings: &[required("DOMAIN", "The tenant's domain, such as example.eu.auth0.com.")],
    openid: Some(OpenId { endpoint: "https://{domain}/", ..OpenId::STANDARD }),
    ..OAuth2::OPENID
};
