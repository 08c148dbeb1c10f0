//! Keycloak, by its access token. <https://www.keycloak.org/securing-apps/oidc-layers>
//!
//! The realm signs access tokens that tell who the person is; `PUBLIC_KEY` is the key for that from the
//! realm's settings, and the client needs an audience mapper that puts its own id into `aud`. Without that
//! work, and with the keys changing as they should, Keycloak is served by `oidc` with the realm's address
//! as `OIDC_ENDPOINT`.

use crate::protocol::oauth2::{Details, OAuth2, UidField, Verified, keep, optional, required};
use crate::settings::{Kind, SettingDecl};

/// A realm of Keycloak.
pub const KEYCLOAK: OAuth2 = OAuth2 {
    name: "keycloak",
    title: "Keycloak",
    docs: "https://www.keycloak.org/docs/latest/server_admin/#_oidc_clients",
    class_paths: &["social_core.backends.keycloak.KeycloakOAuth2"],
    uid: UidField::StableOnce("sub", &["username"]),
    details: Details {
        username: "preferred_username",
        email: "email",
        email_verified: Verified::When("email_verified"),
        fullname: "name",
        first_name: "given_name",
        last_name: "family_name",
        ..Details::NONE
    },
    groups: "groups",
    extra_data: &[keep("sub")],
    settings: &[
        required("AUTHORIZATION_URL", "<realm>/protocol/openid-connect/auth, <realm> being such as https://sso.example.com/realms/main."),
        required("ACCESS_TOKEN_URL", "<realm>/protocol/openid-connect/token."),
        required("PUBLIC_KEY", "The realm's public key, in PEM or as Keycloak shows it."),
        optional("ALGORITHM", "The algorithm of the realm's signatures.").or("RS256"),
        SettingDecl::new("JWT_LEEWAY", Kind::Integer(0), "By how many seconds the realm's clock may be off."),
        SettingDecl::new("ID_TOKEN_ISSUER", Kind::Text, "The realm's address, to be compared with that in the access token."),
    ],
    signed_access_token: true,
    ..OAuth2::STANDARD
};
