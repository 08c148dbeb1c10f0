//! Microsoft Entra External ID in its older form, Azure AD B2C. <https://learn.microsoft.com/en-us/azure/active-directory-b2c/openid-connect>
//!
//! A user flow (policy) tells which claims there are. Some put a placeholder into `sub`, which everybody would share;
//! nobody signs in by it. What `azuread-oauth2` says of addresses holds here too.

use serde_json::{Map, Value};

use super::azuread_oauth2::{
    AZUREAD_OAUTH2, CLIENT_ASSERTION, CLIENT_ASSERTION_TYPE, FEDERATED_TOKEN_FILE, ID_TOKEN, RESOURCE, only_email_is_vouched_for,
};
use crate::error::{Error, Result, Stage};
use crate::protocol::oauth2::{Details, HookSettings, Hooks, OAuth2, OpenId, keep, keep_as, optional, required};

/// People of one B2C tenant.
pub const AZUREAD_B2C_OAUTH2: OAuth2 = OAuth2 {
    name: "azuread-b2c-oauth2",
    title: "Azure AD B2C",
    class_paths: &["social_core.backends.azuread_b2c.AzureADB2COAuth2"],
    authorization_url: "{authority_url}/oauth2/v2.0/authorize",
    token_url: "{authority_url}/oauth2/v2.0/token?p={policy}",
    scope: &["openid", "email"],
    authorize_params: &[("p", "{policy}"), ("resource", "{resource}")],
    details: Details { email: "email | upn | emails[0]", ..AZUREAD_OAUTH2.details },
    extra_data: &[
        keep("access_token"),
        keep("id_token"),
        keep("refresh_token"),
        keep_as("id_token_expires_in", "expires"),
        keep("expires_in"),
        keep_as("exp", "expires_on"),
        keep("not_before"),
        keep_as("given_name", "first_name"),
        keep_as("family_name", "last_name"),
        keep_as("tfp | acr", "policy"),
        keep("token_type"),
    ],
    settings: &[
        required("TENANT_NAME", "The tenant's name, without .onmicrosoft.com."),
        required("POLICY", "The user flow, such as b2c_1_signin."),
        optional("AUTHORITY_HOST", "The host of the tenant.").or("{tenant_name}.b2clogin.com"),
        optional("AUTHORITY_URL", "The host and the tenant.").or("https://{authority_host}/{tenant_name}.onmicrosoft.com"),
        RESOURCE,
        CLIENT_ASSERTION,
        CLIENT_ASSERTION_TYPE,
        FEDERATED_TOKEN_FILE,
    ],
    openid: Some(OpenId { configuration_url: "{authority_url}/v2.0/.well-known/openid-configuration?p={policy}", ..ID_TOKEN }),
    hooks: Hooks {
        check_settings: Some(policy_is_one),
        answer: Some(token_is_of_the_policy),
        details: Some(only_email_is_vouched_for),
        ..Hooks::NONE
    },
    ..AZUREAD_OAUTH2
};

/// What flows without a subject put in its place.
const PLACEHOLDERS: [&str; 2] = ["Not supported currently. Use oid claim.", "Not supported currently.Use oid claim."];

fn policy_is_one(settings: &HookSettings) -> Result<()> {
    let policy = settings.text("POLICY").unwrap_or_default();
    if policy.to_ascii_lowercase().starts_with("b2c_") {
        return Ok(());
    }
    Err(Error::invalid_setting("POLICY", "names of user flows begin with b2c_"))
}

fn token_is_of_the_policy(settings: &HookSettings, answer: &mut Map<String, Value>) -> Result<()> {
    let text = |name: &str| answer.get(name).and_then(Value::as_str);
    if text("sub").is_some_and(|subject| PLACEHOLDERS.contains(&subject)) {
        let advice = "the user flow gives no subject: let it put the object id into sub";
        return Err(Error::invalid_claim("sub").stage(Stage::TokenValidation).detail(advice));
    }
    let wanted = settings.text("POLICY").unwrap_or_default();
    match text("tfp").or(text("acr")) {
        Some(policy) if policy.eq_ignore_ascii_case(wanted) => Ok(()),
        Some(_) => Err(Error::invalid_claim("tfp").stage(Stage::TokenValidation)),
        None => Err(Error::missing_claim("tfp").stage(Stage::TokenValidation)),
    }
}
