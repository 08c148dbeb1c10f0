//! CAS by OpenID Connect: Apereo's server, at `OIDC_ENDPOINT`. Tickets are `cas-ticket`.
//! <https://apereo.github.io/cas/7.3.x/authentication/OIDC-Authentication.html>
//!
//! The profile stands below `attributes` in userinfo, or beside the subject: the server's setting decides.

use crate::protocol::oauth2::{Details, OAuth2, UidField, Verified, keep, keep_as, required};

/// CAS by OpenID Connect.
pub const CAS: OAuth2 = OAuth2 {
    name: "cas",
    title: "CAS",
    docs: "https://apereo.github.io/cas/7.3.x/authentication/OIDC-Authentication.html",
    class_paths: &["social_core.backends.cas.CASOpenIdConnectAuth"],
    uid: UidField::StableOnce("sub", &["username"]),
    details: Details {
        username: "attributes.preferred_username | preferred_username",
        email: "attributes.email | email",
        email_verified: Verified::When("attributes.email_verified | email_verified"),
        fullname: "attributes.name | name",
        first_name: "attributes.given_name | given_name",
        last_name: "attributes.family_name | family_name",
        ..Details::NONE
    },
    groups: "attributes.groups | groups",
    extra_data: &[keep("id_token"), keep("refresh_token"), keep_as("sub", "id"), keep("sub")],
    settings: &[required("OIDC_ENDPOINT", "The issuer, such as https://cas.example.edu/cas/oidc.")],
    ..OAuth2::OPENID
};
