//! HashiCorp Vault as an OpenID Connect provider. <https://developer.hashicorp.com/vault/docs/concepts/oidc-provider>

use crate::protocol::oauth2::{OAuth2, required};

/// HashiCorp Vault.
pub const VAULT: OAuth2 = OAuth2 {
    name: "vault",
    title: "HashiCorp Vault",
    docs: "https://developer.hashicorp.com/vault/docs/concepts/oidc-provider",
    class_paths: &["social_core.backends.vault.VaultOpenIdConnect"],
    settings: &[required("OIDC_ENDPOINT", "The issuer, such as https://vault.example.com/v1/identity/oidc/provider/default.")],
    ..OAuth2::OPENID
};
