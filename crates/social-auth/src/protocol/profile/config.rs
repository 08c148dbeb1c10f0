//! Where identifier, names and groups stand in an answer, and what is kept of it: a description with the
//! settings applied.

use std::collections::BTreeMap;

use serde_json::Value;

use super::description::{Details, Kept, UidField, Verified};
use super::settings::{parse, selector};
use crate::error::Result;
use crate::select::Selector;
use crate::settings::BackendSettings;

/// What a description says of identities.
pub(in crate::protocol) struct Described {
    pub uid: UidField,
    /// Switches that choose another identifier: (setting, selector).
    pub uid_switches: &'static [(&'static str, &'static str)],
    pub details: Details,
    pub groups: &'static str,
    pub extra_data: &'static [Kept],
}

/// How an identity is read out of an answer.
pub(in crate::protocol) struct IdentityConfig {
    pub(super) uid: UidConfig,
    pub(super) details: DetailsConfig,
    pub(super) groups: Selector,
    /// Whether an answer without groups means that there are none, and not that nobody told.
    pub(super) groups_missing_as_empty: bool,
    pub(super) extra_data: Vec<KeptField>,
    pub(super) keep_everything: bool,
}

pub(super) struct UidConfig {
    pub selector: Selector,
    pub id_key: String,
    /// Whether `ID_KEY` says so: then it may also be one of the details.
    pub is_chosen: bool,
    pub legacy: Vec<(String, Selector)>,
}

pub(super) struct DetailsConfig {
    pub username: Selector,
    pub email: Selector,
    pub email_verified: VerifiedConfig,
    pub fullname: Selector,
    pub first_name: Selector,
    pub last_name: Selector,
    pub extra: Vec<(&'static str, Selector)>,
}

pub(super) enum VerifiedConfig {
    Never,
    Always,
    When(Selector),
}

/// A field of the answer and the name it is kept under.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct KeptField {
    pub field: String,
    pub selector: Selector,
    pub name: String,
    pub only_if_present: bool,
}

impl IdentityConfig {
    /// Applies settings to what a description says.
    ///
    /// # Errors
    /// `invalid_setting`.
    pub fn resolve(described: &Described, settings: &BackendSettings<'_>) -> Result<Self> {
        Ok(IdentityConfig {
            uid: uid(described, settings)?,
            details: details(&described.details, settings)?,
            groups: selector(settings, "GROUPS_KEY", described.groups)?,
            groups_missing_as_empty: settings.boolean("GROUPS_MISSING_AS_EMPTY", settings.text("GROUPS_KEY")?.is_some())?,
            extra_data: extra_data(described.extra_data, settings)?,
            keep_everything: settings.boolean("GET_ALL_EXTRA_DATA", false)?,
        })
    }
}

impl IdentityConfig {
    /// Whether an answer's field is kept.
    pub(in crate::protocol) fn keeps(&self, field: &str) -> bool {
        self.extra_data.iter().any(|kept| kept.field == field)
    }
}

impl KeptField {
    fn new(field: &str, name: &str, only_if_present: bool) -> Self {
        // A claim's name may be no selector, such as a URL: it is looked up as it stands.
        let selector = Selector::parse(field).unwrap_or_default();
        KeptField { field: field.to_owned(), selector, name: name.to_owned(), only_if_present }
    }
}

fn uid(described: &Described, settings: &BackendSettings<'_>) -> Result<UidConfig> {
    let last_member = |text: &str| text.rsplit('.').next().unwrap_or(text).trim_matches('\'').to_owned();
    let (text, id_key, former): (&str, String, &[&str]) = match described.uid {
        UidField::Stable(text) => (text, last_member(text), &[]),
        UidField::StableOnce(text, former) => (text, last_member(text), former),
        UidField::Joined(id_key, template) => (template, id_key.to_owned(), &[]),
    };
    let chosen = settings.text("ID_KEY")?;
    let mut own = chosen;
    for (switch, selector) in described.uid_switches {
        if own.is_none() && settings.boolean(switch, false)? {
            own = Some(selector);
        }
    }
    let legacy = settings.list("LEGACY_ID_KEYS")?.unwrap_or_else(|| former.iter().map(|name| (*name).to_owned()).collect());
    let legacy = legacy.into_iter().map(|name| Ok((name.clone(), parse(settings, "LEGACY_ID_KEYS", &name)?))).collect::<Result<_>>()?;
    // A field that is chosen by its name stands beside the one that is declared, or at the top.
    let beside = chosen.zip(text.rsplit_once('.')).filter(|(_, (root, _))| !root.contains(['{', '|', ' ', '[', '(']));
    let beside = beside.map(|(chosen, (root, _))| format!("{root}.{chosen} | {chosen}"));
    let selector = parse(settings, "ID_KEY", beside.as_deref().or(own).unwrap_or(text))?;
    Ok(UidConfig { selector, id_key: own.map_or(id_key, last_member), is_chosen: chosen.is_some(), legacy })
}

fn details(fields: &Details, settings: &BackendSettings<'_>) -> Result<DetailsConfig> {
    let own: BTreeMap<_, _> = settings.pairs("DETAILS")?.into_iter().collect();
    let field = |name: &str, setting: &str, default: &str| {
        let text = settings.text(setting)?.or(own.get(name).map(String::as_str)).unwrap_or(default);
        parse(settings, "DETAILS", text)
    };
    let email_verified = match (own.get("email_verified").map(String::as_str), fields.email_verified) {
        (Some("always"), _) | (None, Verified::Always) => VerifiedConfig::Always,
        (Some("never"), _) | (None, Verified::Never) => VerifiedConfig::Never,
        (Some(text), _) | (None, Verified::When(text)) => VerifiedConfig::When(parse(settings, "DETAILS", text)?),
    };
    Ok(DetailsConfig {
        username: field("username", "USERNAME_KEY", fields.username)?,
        email: field("email", "EMAIL_KEY", fields.email)?,
        email_verified,
        fullname: field("fullname", "FULLNAME_KEY", fields.fullname)?,
        first_name: field("first_name", "FIRST_NAME_KEY", fields.first_name)?,
        last_name: field("last_name", "LAST_NAME_KEY", fields.last_name)?,
        extra: fields.extra.iter().map(|(name, text)| Ok((*name, parse(settings, "DETAILS", text)?))).collect::<Result<_>>()?,
    })
}

fn extra_data(described: &[Kept], settings: &BackendSettings<'_>) -> Result<Vec<KeptField>> {
    let own = |kept: &Kept| KeptField::new(kept.field, kept.name, kept.only_if_present);
    let mut fields: Vec<_> = described.iter().map(own).collect();
    let items = match settings.value("EXTRA_DATA") {
        None => return Ok(fields),
        Some(Value::Array(items)) => items,
        Some(_) => return Err(settings.invalid("EXTRA_DATA", "must be a list")),
    };
    for item in items {
        fields.push(kept_field(item).ok_or_else(|| {
            settings.invalid("EXTRA_DATA", "has an item that is neither a name nor [name, alias] nor [name, alias, true]")
        })?);
    }
    Ok(fields)
}

/// An item of `EXTRA_DATA`: a name, or a list of name, alias and whether to leave out what is empty.
fn kept_field(item: &Value) -> Option<KeptField> {
    let (field, name, only_if_present) = match item {
        Value::String(name) => (name.as_str(), name.as_str(), false),
        Value::Array(parts) => match parts.as_slice() {
            [field] => (field.as_str()?, field.as_str()?, false),
            [field, name] => (field.as_str()?, name.as_str()?, false),
            [field, name, flag] => (field.as_str()?, name.as_str()?, flag.as_bool().or_else(|| Some(flag.as_i64()? != 0))?),
            _ => return None,
        },
        _ => return None,
    };
    Some(KeptField::new(field, name, only_if_present))
}
