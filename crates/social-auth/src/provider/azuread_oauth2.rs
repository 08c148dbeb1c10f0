//! Microsoft Entra ID, the first endpoints. <https://learn.microsoft.com/en-us/previous-versions/azure/active-directory/azuread-dev/v1-protocols-openid-connect-code>
//!
//! Who the person is comes from the id token alone. A tenant can put any address into `email`, so it counts
//! as verified only if the token has the optional claim `xms_edov`. New applications use `azuread-oauth2-v2`.

use serde_json::Value;

use crate::identity::UserDetails;
use crate::protocol::oauth2::{
    ClientAuth, Details, HookSettings, Hooks, IdentityFrom, IssuerFrom, Nonce, OAuth2, OpenId, UidField, Verified, keep, keep_as, optional,
};
use crate::settings::SettingDecl;

pub(super) const AUTHORITY_HOST: SettingDecl = optional("AUTHORITY_HOST", "The host of the cloud.").or("login.microsoftonline.com");
pub(super) const RESOURCE: SettingDecl = optional("RESOURCE", "The API that the access token is for.");
pub(super) const CLIENT_ASSERTION: SettingDecl = optional("CLIENT_ASSERTION", "A signed statement that serves instead of SECRET.");
pub(super) const CLIENT_ASSERTION_TYPE: SettingDecl = optional("CLIENT_ASSERTION_TYPE", "What kind of statement it is; a JWT by default.");
pub(super) const FEDERATED_TOKEN_FILE: SettingDecl =
    optional("FEDERATED_TOKEN_FILE", "The file in which the platform keeps the current statement that serves instead of SECRET.");

/// Documents of many tenants name their issuer with a placeholder.
pub(super) const ID_TOKEN: OpenId = OpenId {
    configuration_url: "{authority_url}/.well-known/openid-configuration",
    issuer: IssuerFrom::Document("the issuer has the tenant in it, the document's address a name for many"),
    nonce: Nonce::Dropped("the code, which PKCE binds to the browser, comes straight from the endpoint whose document is believed"),
    identity: IdentityFrom::IdToken,
    ..OpenId::STANDARD
};

/// People of any tenant.
pub const AZUREAD_OAUTH2: OAuth2 = OAuth2 {
    name: "azuread-oauth2",
    title: "Microsoft",
    icon: "microsoft",
    docs: "https://entra.microsoft.com/#view/Microsoft_AAD_RegisteredApps",
    class_paths: &["social_core.backends.azuread.AzureADOAuth2", "social.backends.azuread.AzureADOAuth2"],
    authorization_url: "{authority_url}/oauth2/authorize",
    token_url: "{authority_url}/oauth2/token",
    client_auth: ClientAuth::Post,
    scope: &["openid", "profile", "user_impersonation", "email"],
    authorize_params: &[("resource", "{resource}")],
    uid: UidField::StableOnce("sub", &["upn"]),
    details: Details {
        username: "name",
        email: "email | upn",
        email_verified: Verified::When("xms_edov"),
        fullname: "name",
        first_name: "given_name",
        last_name: "family_name",
        ..Details::NONE
    },
    groups: "groups",
    extra_data: &[
        keep("access_token"),
        keep("id_token"),
        keep("refresh_token"),
        keep("expires_in"),
        keep("expires_on"),
        keep("not_before"),
        keep_as("given_name", "first_name"),
        keep_as("family_name", "last_name"),
        keep("sub"),
        keep("oid"),
        keep("tid"),
        keep("token_type"),
    ],
    settings: &[
        AUTHORITY_HOST,
        optional("AUTHORITY_URL", "The host and the tenant or name for many of them.").or("https://{authority_host}/common"),
        RESOURCE,
        CLIENT_ASSERTION,
        CLIENT_ASSERTION_TYPE,
        FEDERATED_TOKEN_FILE,
    ],
    openid: Some(ID_TOKEN),
    hooks: Hooks { details: Some(only_email_is_vouched_for), ..Hooks::NONE },
    ..OAuth2::STANDARD
};

/// `xms_edov` speaks of the claim `email`, not of what stands in for it.
pub(super) fn only_email_is_vouched_for(_: &HookSettings, answer: &Value, details: &mut UserDetails) {
    let stated = answer.get("email").and_then(Value::as_str);
    if let Some(email) = &mut details.email {
        email.verified &= stated.map(str::trim) == Some(email.address.as_str());
    }
}
