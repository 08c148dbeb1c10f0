//! Facebook: OAuth 2.0 over the Graph API. <https://developers.facebook.com/docs/facebook-login/guides/advanced/manual-flow>
//!
//! The address needs the scope `email`, and Facebook does not say whether it was confirmed. There are no
//! refresh tokens: a live access token is swapped for one that lives longer.

use aws_lc_rs::hmac;

use crate::protocol::oauth2::{
    Call, Details, HookSettings, Hooks, OAuth2, Revoke, RevokeToken, TokenCheck, TokenIn, TokenRequest, UidField, keep, optional,
};

/// Facebook.
pub const FACEBOOK: OAuth2 = OAuth2 {
    name: "facebook",
    title: "Facebook",
    docs: "https://developers.facebook.com/apps/",
    class_paths: &[
        "social_core.backends.facebook.FacebookOAuth2",
        "social.backends.facebook.FacebookOAuth2",
        "social_auth.backends.facebook.FacebookBackend",
    ],
    authorization_url: "https://www.facebook.com/v{api_version}/dialog/oauth",
    token_url: "https://graph.facebook.com/v{api_version}/oauth/access_token",
    token_request: TokenRequest::Get,
    refresh_request: Some(TokenRequest::PostForm),
    token_without: &["grant_type"],
    revoke: Some(Revoke {
        method: "DELETE",
        url: "https://graph.facebook.com/v{api_version}/{uid}/permissions",
        token: RevokeToken::Query("access_token"),
    }),
    scope_separator: ",",
    response_type: "",
    authorize_params: &[("return_scopes", "true")],
    profile: &[Call {
        url: "https://graph.facebook.com/v{api_version}/me",
        token: TokenIn::Query("access_token"),
        query: &[("appsecret_proof", "{proof}"), ("fields", "{fields}")],
        ..Call::GET
    }],
    uid: UidField::Stable("id"),
    details: Details {
        username: "username | name",
        email: "email",
        fullname: "name",
        first_name: "first_name",
        last_name: "last_name",
        ..Details::NONE
    },
    extra_data: &[keep("id"), keep("expires_in"), keep("granted_scopes"), keep("denied_scopes")],
    settings: &[
        optional("API_VERSION", "The version of the Graph API.").or("24.0"),
        optional("APPSECRET_PROOF", "Whether calls prove that they come from the application's server.").or("true"),
        optional("PROFILE_EXTRA_PARAMS", "Parameters of the profile call, such as {fields = \"id,name,email\"}."),
    ],
    hooks: Hooks { variables: Some(profile_variables), refresh_params: Some(swap), ..Hooks::NONE },
    // <https://developers.facebook.com/docs/graph-api/reference/debug_token/>
    token_check: Some(TokenCheck {
        url: "https://graph.facebook.com/v{api_version}/debug_token",
        query: &[("input_token", "{access_token}"), ("access_token", "{client_id}|{client_secret}")],
        audience: "data.app_id",
        valid: "data.is_valid",
        ..TokenCheck::GET
    }),
    ..OAuth2::STANDARD
};

/// <https://developers.facebook.com/docs/graph-api/guides/secure-requests>; and the fields that the scope
/// `email` lets one ask for, unless `PROFILE_EXTRA_PARAMS` names others.
pub(super) fn profile_variables(settings: &HookSettings, access_token: &str) -> Vec<(&'static str, String)> {
    let key = hmac::Key::new(hmac::HMAC_SHA256, settings.secret.expose().as_bytes());
    let proof = || hex::encode(hmac::sign(&key, access_token.as_bytes()));
    let named = settings.declared.contains_key("PROFILE_EXTRA_PARAMS");
    let email = !named && settings.scope.iter().any(|scope| scope == "email");
    vec![
        ("proof", if settings.is_on("APPSECRET_PROOF") { proof() } else { String::new() }),
        ("fields", if email { "id,name,first_name,last_name,email".to_owned() } else { String::new() }),
    ]
}

fn swap(_: &HookSettings, access_token: &str) -> Vec<(String, String)> {
    [("grant_type", "fb_exchange_token"), ("fb_exchange_token", access_token)]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .into()
}
