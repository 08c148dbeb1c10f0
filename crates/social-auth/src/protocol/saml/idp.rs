//! An identity provider as `ENABLED_IDPS` has it.

use serde_json::{Map, Value};

use super::attributes::AttributeNames;
use super::engine::{SignatureEngine, Trusted};
use crate::error::{Error, Result};
use crate::settings::BackendSettings;

pub(super) const SETTING: &str = "ENABLED_IDPS";

const KEYS: &[&str] = &[
    "entity_id",
    "url",
    "binding",
    "x509cert",
    "x509certMulti",
    "trust_email",
    "allow_idp_initiated",
    "attr_user_permanent_id",
    "attr_full_name",
    "attr_first_name",
    "attr_last_name",
    "attr_username",
    "attr_email",
    "attr_groups",
];

/// By which way requests go out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Binding {
    /// In the address.
    Redirect,
    /// In a form.
    Post,
}

/// An identity provider.
pub(super) struct IdentityProvider {
    /// The name in `?idp=`, and the beginning of every `uid`.
    pub(super) name: String,
    /// The entity id.
    pub(super) entity_id: String,
    /// Where requests go.
    pub(super) url: String,
    /// How.
    pub(super) binding: Binding,
    /// Whether it is believed about the e-mail addresses of its people.
    pub(super) trust_email: bool,
    /// Where the fields of the profile stand.
    pub(super) attributes: AttributeNames,
    /// Its keys.
    pub(super) keys: Box<dyn SignatureEngine>,
}

/// All of them, in the order of the setting.
///
/// # Errors
/// `missing_setting` when there is none; `invalid_setting`, naming the entry and the key.
pub(super) fn all(settings: &BackendSettings<'_>) -> Result<Vec<IdentityProvider>> {
    let hint = "It is a table of identity providers by short name, each with entity_id, url and x509cert.";
    let table = settings.table(SETTING)?.filter(|table| !table.is_empty()).ok_or_else(|| settings.missing(SETTING, hint))?;
    table
        .iter()
        .map(|(name, entry)| one(name, entry).map_err(|what| settings.invalid(SETTING, &format!("at \"{name}\": {what}"))))
        .collect()
}

fn one(name: &str, entry: &Value) -> Result<IdentityProvider, String> {
    let table = entry.as_object().ok_or("must be a table")?;
    if name.is_empty() || name.chars().any(|c| c == ':' || c.is_whitespace() || c.is_control()) {
        // The name is the first part of every uid, up to the colon.
        return Err("the name must have no colon and no white space".into());
    }
    if let Some(unknown) = table.keys().find(|key| !KEYS.contains(&key.as_str())) {
        return Err(format!("\"{unknown}\" is not known; known are {}", KEYS.join(", ")));
    }
    if flag(table, "allow_idp_initiated")? {
        return Err("sign-in that begins at the identity provider is not built yet".into());
    }
    let url = required(table, "url")?;
    if !url::Url::parse(&url).is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.has_host()) {
        return Err("url must be an absolute http or https URL".into());
    }
    let binding = match text(table, "binding")?.as_deref() {
        None | Some("redirect") => Binding::Redirect,
        Some("post") => Binding::Post,
        Some(_) => return Err("binding must be \"redirect\" or \"post\"".into()),
    };
    let keys = Trusted::new(&certificates(table)?).map_err(|error: Error| error.to_string())?;
    Ok(IdentityProvider {
        name: name.to_owned(),
        entity_id: required(table, "entity_id")?,
        url,
        binding,
        trust_email: flag(table, "trust_email")?,
        attributes: AttributeNames::new(|key| text(table, key))?,
        keys: Box::new(keys),
    })
}

/// One certificate, or several while one takes the place of another.
fn certificates(table: &Map<String, Value>) -> Result<Vec<String>, String> {
    let mut found = Vec::new();
    let multi = table.get("x509certMulti").and_then(|multi| multi.get("signing"));
    for value in [table.get("x509cert"), multi].into_iter().flatten() {
        match value {
            Value::String(text) => found.push(text.clone()),
            Value::Array(items) => {
                for item in items {
                    found.push(item.as_str().ok_or("x509cert must be a text or a list of texts")?.to_owned());
                }
            }
            _ => return Err("x509cert must be a text or a list of texts".into()),
        }
    }
    found.retain(|text| !text.trim().is_empty());
    Ok(found)
}

fn required(table: &Map<String, Value>, key: &str) -> Result<String, String> {
    text(table, key)?.ok_or_else(|| format!("{key} is missing"))
}

fn text(table: &Map<String, Value>, key: &str) -> Result<Option<String>, String> {
    match table.get(key) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.clone()).filter(|text| !text.is_empty())),
        Some(_) => Err(format!("{key} must be a text")),
    }
}

fn flag(table: &Map<String, Value>, key: &str) -> Result<bool, String> {
    match table.get(key) {
        None | Some(Value::Null) => Ok(false),
        Some(Value::Bool(flag)) => Ok(*flag),
        Some(_) => Err(format!("{key} must be true or false")),
    }
}
