//! Google: OAuth 2.0 with the userinfo endpoint. <https://developers.google.com/identity/protocols/oauth2/web-server>
//!
//! People whose address Google has not verified are refused. `google-openidconnect` is the same with an id
//! token. The endpoints are the ones that registered applications have used all along; Google keeps them.

use serde_json::{Map, Value};

use crate::error::{Error, Result, Stage};
use crate::protocol::oauth2::{
    Call, Details, HookSettings, Hooks, OAuth2, Revoke, RevokeToken, TokenCheck, UidField, keep, keep_if_present, optional,
};
use crate::settings::SettingDecl;

pub(super) const USE_UNIQUE_USER_ID: SettingDecl =
    optional("USE_UNIQUE_USER_ID", "Has no effect any more: the identifier is always the number of the account, which never changes.");

/// Google.
pub const GOOGLE_OAUTH2: OAuth2 = OAuth2 {
    name: "google-oauth2",
    title: "Google",
    icon: "google",
    docs: "https://console.cloud.google.com/apis/credentials",
    class_paths: &[
        "social_core.backends.google.GoogleOAuth2",
        "social.backends.google.GoogleOAuth2",
        "social_auth.backends.google.GoogleOAuth2Backend",
    ],
    authorization_url: "https://accounts.google.com/o/oauth2/auth",
    device_authorization_url: "https://oauth2.googleapis.com/device/code",
    token_url: "https://accounts.google.com/o/oauth2/token",
    revoke: Some(Revoke { method: "GET", url: "https://accounts.google.com/o/oauth2/revoke", token: RevokeToken::Query("token") }),
    scope: &["openid", "email", "profile"],
    profile: &[Call { url: "https://www.googleapis.com/oauth2/v3/userinfo", ..Call::GET }],
    uid: UidField::StableOnce("sub", &["email"]),
    details: Details { username: "email:before(@)", ..OAuth2::OPENID.details },
    extra_data: &[keep("sub"), keep_if_present("refresh_token"), keep("expires_in"), keep_if_present("token_type")],
    settings: &[USE_UNIQUE_USER_ID],
    hooks: Hooks { answer: Some(address_is_verified), ..Hooks::NONE },
    // <https://developers.google.com/identity/sign-in/web/backend-auth>
    token_check: Some(TokenCheck {
        url: "https://oauth2.googleapis.com/tokeninfo",
        query: &[("access_token", "{access_token}")],
        audience: "aud",
        ..TokenCheck::GET
    }),
    ..OAuth2::STANDARD
};

/// An account of Google may be made with somebody else's address.
pub(super) fn address_is_verified(_: &HookSettings, answer: &mut Map<String, Value>) -> Result<()> {
    match answer.get("email_verified") {
        Some(Value::Bool(true)) => Ok(()),
        None | Some(Value::Null) => Err(Error::missing_claim("email_verified").stage(Stage::UserInfo)),
        Some(_) => Err(Error::invalid_claim("email_verified").stage(Stage::UserInfo)),
    }
}
