//! Microsoft Entra ID and personal Microsoft accounts. <https://learn.microsoft.com/en-us/entra/identity-platform/v2-protocols-oidc>
//!
//! What `azuread-oauth2` says of addresses holds here too.

use super::azuread_oauth2::{
    AUTHORITY_HOST, AZUREAD_OAUTH2, CLIENT_ASSERTION, CLIENT_ASSERTION_TYPE, FEDERATED_TOKEN_FILE, ID_TOKEN, RESOURCE,
};
use crate::protocol::oauth2::{OAuth2, OpenId, optional};

/// People of any tenant and with personal accounts.
pub const AZUREAD_OAUTH2_V2: OAuth2 = OAuth2 {
    name: "azuread-oauth2-v2",
    class_paths: &["social_core.backends.azuread.AzureADOAuth2V2"],
    authorization_url: "{authority_url}/oauth2/v2.0/authorize",
    token_url: "{authority_url}/oauth2/v2.0/token",
    scope: &["User.Read", "profile", "openid", "email"],
    settings: &[
        AUTHORITY_HOST,
        optional("AUTHORITY_URL", "The host and the tenant or name for many of them.").or("https://{authority_host}/common"),
        RESOURCE,
        CLIENT_ASSERTION,
        CLIENT_ASSERTION_TYPE,
        FEDERATED_TOKEN_FILE,
    ],
    openid: Some(OpenId { configuration_url: "{authority_url}/v2.0/.well-known/openid-configuration", ..ID_TOKEN }),
    ..AZUREAD_OAUTH2
};
