//! Microsoft: OAuth 2.0. <https://learn.microsoft.com/en-us/graph/auth-v2-user>
//!
//! Who the person is comes from the Graph API. A tenant decides which addresses its people have, so they do not
//! count as verified.

use serde_json::{Map, Value};

use crate::error::{Error, Result, Stage};
use crate::protocol::oauth2::{Call, Details, HookSettings, Hooks, OAuth2, UidField, keep, keep_if_present};

/// Microsoft.
pub const MICROSOFT_GRAPH: OAuth2 = OAuth2 {
    name: "microsoft-graph",
    title: "Microsoft",
    icon: "microsoft",
    docs: "https://learn.microsoft.com/en-us/graph/auth-v2-user",
    class_paths: &["social_core.backends.microsoft.MicrosoftOAuth2"],
    authorization_url: "https://login.microsoftonline.com/common/oauth2/v2.0/authorize",
    token_url: "https://login.microsoftonline.com/common/oauth2/v2.0/token",
    scope: &["User.Read"],
    profile: &[Call { url: "https://graph.microsoft.com/v1.0/me", ..Call::GET }],
    uid: UidField::Stable("id"),
    details: Details {
        username: "userPrincipalName:before(@)",
        email: "mail",
        fullname: "displayName",
        first_name: "givenName",
        last_name: "surname",
        ..Details::NONE
    },
    extra_data: &[keep_if_present("refresh_token"), keep("expires_in")],
    hooks: Hooks { answer: Some(has_a_principal_name), ..Hooks::NONE },
    ..OAuth2::STANDARD
};

/// Everybody has one; where it is an address, it serves for who has no mailbox.
fn has_a_principal_name(_: &HookSettings, answer: &mut Map<String, Value>) -> Result<()> {
    let name = answer.get("userPrincipalName").and_then(Value::as_str).filter(|name| !name.is_empty()).map(str::to_owned);
    let name = name.ok_or_else(|| Error::missing_claim("userPrincipalName").stage(Stage::UserInfo))?;
    let has_mail = answer.get("mail").and_then(Value::as_str).is_some_and(|mail| !mail.is_empty());
    if !has_mail && name.contains('@') {
        answer.insert("mail".to_owned(), Value::from(name));
    }
    Ok(())
}
