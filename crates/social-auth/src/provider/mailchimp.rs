//! Mailchimp: OAuth 2.0. <https://mailchimp.com/developer/marketing/guides/access-user-data-oauth-2/>
//!
//! One login works with several accounts and an account has several logins, so the identifier is the account's
//! and the login's together.

use serde_json::{Map, Value};

use crate::error::{Error, Result, Stage};
use crate::protocol::oauth2::{Call, Details, HookSettings, Hooks, OAuth2, TokenIn, UidField, keep, optional};

/// Mailchimp.
pub const MAILCHIMP: OAuth2 = OAuth2 {
    name: "mailchimp",
    title: "Mailchimp",
    docs: "https://mailchimp.com/developer/marketing/guides/access-user-data-oauth-2/",
    class_paths: &["social_core.backends.mailchimp.MailChimpOAuth2"],
    authorization_url: "https://login.mailchimp.com/oauth2/authorize",
    token_url: "https://login.mailchimp.com/oauth2/token",
    profile: &[Call { url: "https://login.mailchimp.com/oauth2/metadata", token: TokenIn::Header("OAuth"), ..Call::GET }],
    uid: UidField::Joined("mailchimp_identity", "{user_id}:{login.login_id}"),
    details: Details { username: "login.login_name", email: "login.email", ..Details::NONE },
    extra_data: &[keep("accountname"), keep("api_endpoint"), keep("role"), keep("login"), keep("user_id"), keep("mailchimp_identity")],
    settings: &[optional("ID_KEY", "Nothing but mailchimp_identity.").or("mailchimp_identity")],
    hooks: Hooks { check_settings: Some(id_key_is_the_only_one), answer: Some(make_identity), ..Hooks::NONE },
    ..OAuth2::STANDARD
};

fn id_key_is_the_only_one(settings: &HookSettings) -> Result<()> {
    match settings.text("ID_KEY") {
        None | Some("mailchimp_identity") => Ok(()),
        Some(_) => Err(Error::invalid_setting("ID_KEY", "many people share an account: it can only be mailchimp_identity")),
    }
}

fn make_identity(_: &HookSettings, answer: &mut Map<String, Value>) -> Result<()> {
    let part = |value: Option<&Value>| match value {
        Some(Value::String(text)) if !text.trim().is_empty() => Some(text.clone()),
        Some(Value::Number(number)) => Some(number.to_string()),
        _ => None,
    };
    let missing = |claim: &str| Error::missing_claim(claim).stage(Stage::UserInfo);
    let account = part(answer.get("user_id")).ok_or_else(|| missing("user_id"))?;
    let login = part(answer.get("login").and_then(|login| login.get("login_id"))).ok_or_else(|| missing("login.login_id"))?;
    answer.insert("mailchimp_identity".to_owned(), Value::from(format!("{account}:{login}")));
    Ok(())
}
