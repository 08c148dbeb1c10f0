//! Microsoft Entra ID, one tenant only. <https://learn.microsoft.com/en-us/entra/identity-platform/v2-protocols-oidc>
//!
//! What `azuread-oauth2` says of addresses holds here too. `appid` makes Microsoft show the application's
//! own signing key, where it has one.

use super::azuread_oauth2::{
    AUTHORITY_HOST, AZUREAD_OAUTH2, CLIENT_ASSERTION, CLIENT_ASSERTION_TYPE, FEDERATED_TOKEN_FILE, ID_TOKEN, RESOURCE,
};
use crate::protocol::oauth2::{Details, OAuth2, OpenId, UidField, optional, required};
use crate::settings::SettingDecl;

const SETTINGS: &[SettingDecl] = &[
    AUTHORITY_HOST,
    required("TENANT_ID", "The tenant's id, as the overview of the directory shows it."),
    optional("AUTHORITY_URL", "The host and the tenant.").or("https://{authority_host}/{tenant_id}"),
    RESOURCE,
    CLIENT_ASSERTION,
    CLIENT_ASSERTION_TYPE,
    FEDERATED_TOKEN_FILE,
];

/// People of one tenant, by the first endpoints.
pub const AZUREAD_TENANT_OAUTH2: OAuth2 = OAuth2 {
    name: "azuread-tenant-oauth2",
    class_paths: &["social_core.backends.azuread_tenant.AzureADTenantOAuth2"],
    uid: UidField::Stable("sub"),
    settings: SETTINGS,
    openid: Some(OpenId {
        configuration_url: "{authority_url}/.well-known/openid-configuration?appid={key}",
        tenant_setting: "TENANT_ID",
        ..ID_TOKEN
    }),
    ..AZUREAD_OAUTH2
};

/// People of one tenant.
pub const AZUREAD_V2_TENANT_OAUTH2: OAuth2 = OAuth2 {
    name: "azuread-v2-tenant-oauth2",
    class_paths: &["social_core.backends.azuread_tenant.AzureADV2TenantOAuth2"],
    authorization_url: "{authority_url}/oauth2/v2.0/authorize",
    token_url: "{authority_url}/oauth2/v2.0/token",
    scope: &["openid", "profile", "offline_access"],
    uid: UidField::StableOnce("sub", &["preferred_username"]),
    // The name to sign in by mostly looks like an address and need not be one.
    details: Details { email: "email | preferred_username", ..AZUREAD_OAUTH2.details },
    settings: SETTINGS,
    openid: Some(OpenId {
        configuration_url: "{authority_url}/v2.0/.well-known/openid-configuration?appid={key}",
        tenant_setting: "TENANT_ID",
        ..ID_TOKEN
    }),
    ..AZUREAD_OAUTH2
};
