//! Auth0: OAuth 2.0. <https://auth0.com/docs/get-started/authentication-and-authorization-flow/authorization-code-flow>
//!
//! Who the person is comes from the id token alone; `auth0_openidconnect` asks userinfo too.

use crate::protocol::oauth2::{Details, IdentityFrom, OAuth2, OpenId, UidField, Verified, keep, required};

/// Auth0.
pub const AUTH0: OAuth2 = OAuth2 {
    name: "auth0",
    title: "Auth0",
    docs: "https://manage.auth0.com/",
    class_paths: &["social_core.backends.auth0.Auth0OAuth2"],
    authorization_url: "https://{domain}/authorize",
    token_url: "https://{domain}/oauth/token",
    scope: &["openid", "profile", "email"],
    redirect_state: true,
    uid: UidField::Joined("user_id", "sub"),
    details: Details {
        username: "nickname",
        email: "email",
        email_verified: Verified::When("email_verified"),
        fullname: "name",
        first_name: "given_name",
        last_name: "family_name",
        extra: &[("email_verified", "email_verified"), ("picture", "picture"), ("user_id", "sub")],
    },
    extra_data: &[keep("picture")],
    settings: &[required("DOMAIN", "The tenant's domain, such as example.eu.auth0.com.")],
    openid: Some(OpenId {
        jwks_url: "https://{domain}/.well-known/jwks.json",
        issuers: &["https://{domain}/"],
        discovers: false,
        identity: IdentityFrom::IdToken,
        ..OpenId::STANDARD
    }),
    ..OAuth2::STANDARD
};
