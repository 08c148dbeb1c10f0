//! Salesforce: OAuth 2.0. <https://help.salesforce.com/s/articleView?id=sf.remoteaccess_oauth_web_server_flow.htm>
//!
//! The token answer tells the address of the profile, which is the identifier too.

use crate::protocol::oauth2::{Call, CheckBody, Details, OAuth2, Revoke, RevokeToken, TokenCheck, TokenIn, UidField, Verified, keep};

/// <https://help.salesforce.com/s/articleView?id=sf.remoteaccess_oidc_token_introspection.htm>
const INTROSPECTION: TokenCheck = TokenCheck {
    body: CheckBody::Form(&[
        ("token", "{access_token}"),
        ("token_type_hint", "access_token"),
        ("client_id", "{client_id}"),
        ("client_secret", "{client_secret}"),
    ]),
    valid: "active",
    ..TokenCheck::GET
};

/// Salesforce.
pub const SALESFORCE_OAUTH2: OAuth2 = OAuth2 {
    name: "salesforce-oauth2",
    title: "Salesforce",
    icon: "salesforce",
    docs: "https://help.salesforce.com/s/articleView?id=sf.connected_app_create.htm",
    class_paths: &["social_core.backends.salesforce.SalesforceOAuth2", "social.backends.salesforce.SalesforceOAuth2"],
    authorization_url: "https://login.salesforce.com/services/oauth2/authorize",
    token_url: "https://login.salesforce.com/services/oauth2/token",
    revoke: Some(Revoke { method: "POST", url: "https://login.salesforce.com/services/oauth2/revoke", token: RevokeToken::Form("token") }),
    redirect_state: true,
    profile: &[Call { url: "{+id}", token: TokenIn::Query("access_token"), hosts: &["salesforce.com"], ..Call::GET }],
    uid: UidField::Stable("id"),
    details: Details {
        username: "username",
        email: "email",
        email_verified: Verified::When("email_verified"),
        fullname: "display_name",
        first_name: "first_name",
        last_name: "last_name",
        ..Details::NONE
    },
    extra_data: &[keep("id"), keep("instance_url"), keep("issued_at"), keep("signature"), keep("refresh_token")],
    token_check: Some(TokenCheck { url: "https://login.salesforce.com/services/oauth2/introspect", ..INTROSPECTION }),
    ..OAuth2::STANDARD
};

/// A sandbox.
pub const SALESFORCE_OAUTH2_SANDBOX: OAuth2 = OAuth2 {
    name: "salesforce-oauth2-sandbox",
    title: "Salesforce (Sandbox)",
    class_paths: &["social_core.backends.salesforce.SalesforceOAuth2Sandbox", "social.backends.salesforce.SalesforceOAuth2Sandbox"],
    authorization_url: "https://test.salesforce.com/services/oauth2/authorize",
    token_url: "https://test.salesforce.com/services/oauth2/token",
    revoke: Some(Revoke { method: "POST", url: "https://test.salesforce.com/services/oauth2/revoke", token: RevokeToken::Form("token") }),
    token_check: Some(TokenCheck { url: "https://test.salesforce.com/services/oauth2/introspect", ..INTROSPECTION }),
    ..SALESFORCE_OAUTH2
};
