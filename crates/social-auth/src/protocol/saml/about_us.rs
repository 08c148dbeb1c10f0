//! `ORG_INFO`, `TECHNICAL_CONTACT` and `SUPPORT_CONTACT`: who we are, for our metadata. What is missing there makes
//! metadata that no identity provider takes, so it is told at the start.

use serde_json::{Map, Value};

use crate::error::Result;
use crate::settings::BackendSettings;

/// What we are called in one language.
pub(super) struct Organization {
    /// The language.
    pub(super) language: String,
    /// The name.
    pub(super) name: String,
    /// The name for people.
    pub(super) display_name: String,
    /// Where to read more.
    pub(super) url: String,
}

/// Whom to turn to.
pub(super) struct Contact {
    /// What for, in the words of metadata.
    pub(super) kind: &'static str,
    /// Who it is.
    pub(super) given_name: String,
    /// The address.
    pub(super) email: String,
}

/// `ORG_INFO`, by language.
///
/// # Errors
/// `invalid_setting`.
pub(super) fn organization(settings: &BackendSettings<'_>) -> Result<Vec<Organization>> {
    let wrong = || settings.invalid("ORG_INFO", "must have name, displayname and url by language: {\"en\": {\"name\": …}}");
    let empty = Map::new();
    let languages = settings.table("ORG_INFO")?.unwrap_or(&empty);
    let read = |(language, entry): (&String, &Value)| {
        let [name, display_name, url] = texts(entry, ["name", "displayname", "url"])?;
        Some(Organization { language: language.clone(), name, display_name, url })
    };
    languages.iter().map(|entry| read(entry).ok_or_else(wrong)).collect()
}

/// `TECHNICAL_CONTACT` and `SUPPORT_CONTACT`, those that are set.
///
/// # Errors
/// `invalid_setting`.
pub(super) fn contacts(settings: &BackendSettings<'_>) -> Result<Vec<Contact>> {
    let mut contacts = Vec::new();
    for (kind, setting) in [("technical", "TECHNICAL_CONTACT"), ("support", "SUPPORT_CONTACT")] {
        let Some(entry) = settings.value(setting).filter(|value| !value.is_null()) else { continue };
        let read = texts(entry, ["givenName", "emailAddress"]);
        let [given_name, email] =
            read.ok_or_else(|| settings.invalid(setting, "must have givenName and emailAddress, and nothing else"))?;
        contacts.push(Contact { kind, given_name, email });
    }
    Ok(contacts)
}

/// The texts of these keys, if they and no others are there.
fn texts<const N: usize>(entry: &Value, keys: [&str; N]) -> Option<[String; N]> {
    let table = entry.as_object()?;
    let texts = keys.map(|key| table.get(key).and_then(Value::as_str).filter(|text| !text.is_empty()).map(str::to_owned));
    let texts: Vec<String> = texts.into_iter().collect::<Option<_>>()?;
    (table.len() == N).then(|| texts.try_into().ok()).flatten()
}
