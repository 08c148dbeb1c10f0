//! CILogon: OAuth 2.0. <https://www.cilogon.org/oidc>
//!
//! The identifier is `sub` and `iss` with a space between them, and `sub` with the space where there is no `iss`.

use serde_json::{Map, Value};

use crate::error::Result;
use crate::protocol::oauth2::{Call, Details, HookSettings, Hooks, OAuth2, TokenIn, UidField};

/// CILogon.
pub const CILOGON_OAUTH2: OAuth2 = OAuth2 {
    name: "cilogon-oauth2",
    title: "CILogon",
    icon: "cilogon",
    docs: "https://www.cilogon.org/oidc",
    class_paths: &["social_core.backends.cilogon.CILogonOAuth2"],
    authorization_url: "https://cilogon.org/authorize",
    token_url: "https://cilogon.org/oauth2/token",
    scope: &["openid", "email", "profile", "org.cilogon.userinfo"],
    profile: &[Call {
        url: "https://cilogon.org/oauth2/userinfo",
        method: "POST",
        token: TokenIn::Nowhere,
        form: &[("access_token", "{access_token}")],
        ..Call::GET
    }],
    uid: UidField::Joined("sub", "cilogon_identity"),
    details: Details { username: "email", email: "email", first_name: "given_name", last_name: "family_name", ..Details::NONE },
    hooks: Hooks { answer: Some(join_subject_and_issuer), ..Hooks::NONE },
    ..OAuth2::STANDARD
};

fn join_subject_and_issuer(_: &HookSettings, answer: &mut Map<String, Value>) -> Result<()> {
    let text = |name: &str| answer.get(name).and_then(Value::as_str).unwrap_or_default();
    if !text("sub").trim().is_empty() {
        let identity = format!("{} {}", text("sub"), text("iss"));
        answer.insert("cilogon_identity".to_owned(), Value::from(identity));
    }
    Ok(())
}
