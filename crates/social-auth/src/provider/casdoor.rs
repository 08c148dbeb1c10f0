//! Casdoor: OpenID Connect, self-hosted. <https://casdoor.org/docs/how-to-connect/oidc-client>

use crate::protocol::oauth2::{OAuth2, required};

/// Casdoor.
pub const CASDOOR: OAuth2 = OAuth2 {
    name: "casdoor",
    title: "Casdoor",
    docs: "https://casdoor.org/docs/how-to-connect/oidc-client",
    class_paths: &["social_core.backends.casdoor.CasdoorOpenIdConnect"],
    settings: &[required("OIDC_ENDPOINT", "The server's address, such as https://door.example.com.")],
    ..OAuth2::OPENID
};
