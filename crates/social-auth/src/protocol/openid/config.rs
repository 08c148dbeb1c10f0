//! A provider's description with the settings applied.

use serde_json::Value;

use super::description::{Attributes, AxAttribute, OpenId};
use super::discovery::Version;
use crate::backend::BackendInfo;
use crate::error::Result;
use crate::http::Guard;
use crate::protocol::profile::{About, Described, HookSettings, IdentityConfig, ResolvedCall, calls, declared, info};
use crate::secret::Secret;
use crate::settings::BackendSettings;

const AX: &[AxAttribute] = &[
    ("http://axschema.org/contact/email", "email"),
    ("http://axschema.org/namePerson", "fullname"),
    ("http://axschema.org/namePerson/first", "first_name"),
    ("http://axschema.org/namePerson/last", "last_name"),
    ("http://axschema.org/namePerson/friendly", "nickname"),
    // What the drafts called them.
    ("http://schema.openid.net/contact/email", "old_email"),
    ("http://schema.openid.net/namePerson", "old_fullname"),
    ("http://schema.openid.net/namePerson/friendly", "old_nickname"),
];

const SREG: &[AxAttribute] = &[("email", "email"), ("fullname", "fullname"), ("nickname", "nickname")];

/// What one backend instance goes by.
pub(super) struct Config {
    pub info: BackendInfo,
    pub guard: Guard,
    /// Where discovery begins for everybody, instead of asking each person.
    pub fixed_identifier: Option<String>,
    pub trust_root: Option<String>,
    pub immediate: bool,
    /// What is asked for by Attribute Exchange where the provider announces it, and read.
    pub attributes: Vec<Attribute>,
    /// What is asked for whatever the provider announces.
    pub always_ask: Option<Vec<Attribute>>,
    pub registration: Vec<Attribute>,
    pub kept_attributes: Vec<Attribute>,
    pub kept_registration: Vec<Attribute>,
    pub pape: Option<Pape>,
    pub calls: Vec<ResolvedCall>,
    pub identity: IdentityConfig,
    pub hook_settings: HookSettings,
}

/// A field of an extension (a type URI or a name), and the name that we give it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Attribute {
    pub field: String,
    pub name: String,
}

/// How the provider should make sure who it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Pape {
    pub policies: Vec<String>,
    pub level_types: Vec<String>,
    pub max_auth_age: Option<i64>,
}

impl Config {
    /// Applies settings to a description.
    ///
    /// # Errors
    /// `missing_setting` or `invalid_setting`, stage `start`.
    pub fn resolve(provider: &'static OpenId, instance: &str, settings: &BackendSettings<'_>) -> Result<Self> {
        let hook_settings = HookSettings {
            backend: instance.to_owned(),
            client_id: String::new(),
            secret: Secret::default(),
            scope: Vec::new(),
            declared: declared(provider.settings, settings)?,
        };
        let always_ask = match provider.attributes {
            Attributes::Announced => None,
            Attributes::Always(attributes) => Some(owned(attributes)),
        };
        Ok(Config {
            info: info(&about(provider), instance, settings)?,
            guard: Guard::from_settings(settings)?,
            fixed_identifier: settings.text("OPENID_IDENTIFIER")?.map(str::to_owned),
            trust_root: settings.text("OPENID_TRUST_ROOT")?.map(str::to_owned),
            immediate: settings.boolean("OPENID_IMMEDIATE", false)?,
            attributes: exchanged(settings, always_ask.as_deref().unwrap_or_default())?,
            always_ask,
            registration: pairs(settings, "SREG_ATTR")?.unwrap_or_else(|| owned(SREG)),
            kept_attributes: pairs(settings, "AX_EXTRA_DATA")?.unwrap_or_default(),
            kept_registration: pairs(settings, "SREG_EXTRA_DATA")?.unwrap_or_default(),
            pape: pape(settings)?,
            calls: calls(provider.profile, settings, &hook_settings)?,
            identity: IdentityConfig::resolve(&described(provider), settings)?,
            hook_settings,
        })
    }

    /// What is wished to be known of the person, besides what is only kept.
    pub fn readable(&self) -> (&[Attribute], &[Attribute]) {
        (&self.registration, &self.attributes)
    }
}

fn about(provider: &OpenId) -> About {
    About {
        name: provider.name,
        title: provider.title,
        icon: provider.icon,
        protocol: OpenId::PROTOCOL,
        association_only: false,
        uid: provider.uid,
    }
}

fn described(provider: &OpenId) -> Described {
    Described { uid: provider.uid, uid_switches: &[], details: provider.details, groups: "", extra_data: &[] }
}

/// `AX_SCHEMA_ATTRS` takes the place of the usual attributes and the provider's own unless `IGNORE_DEFAULT_AX_ATTRS` is
/// off.
fn exchanged(settings: &BackendSettings<'_>, always: &[Attribute]) -> Result<Vec<Attribute>> {
    let own = pairs(settings, "AX_SCHEMA_ATTRS")?.filter(|own| !own.is_empty());
    let alone = settings.boolean("IGNORE_DEFAULT_AX_ATTRS", true)?;
    let unusual = always.iter().filter(|wanted| AX.iter().all(|(field, _)| *field != wanted.field)).cloned();
    match own {
        Some(own) if alone => Ok(own),
        own => Ok(own.unwrap_or_default().into_iter().chain(owned(AX)).chain(unusual).collect()),
    }
}

fn owned(attributes: &[AxAttribute]) -> Vec<Attribute> {
    attributes.iter().map(|(field, name)| Attribute { field: (*field).to_owned(), name: (*name).to_owned() }).collect()
}

/// A list of `[field, name]`, or of fields that keep their name.
fn pairs(settings: &BackendSettings<'_>, name: &str) -> Result<Option<Vec<Attribute>>> {
    let wrong = || settings.invalid(name, "must be a list of [field, name]");
    let attribute = |item: &Value| match item {
        Value::String(field) => Some(Attribute { field: field.clone(), name: field.clone() }),
        Value::Array(parts) => match parts.as_slice() {
            [Value::String(field), Value::String(name)] => Some(Attribute { field: field.clone(), name: name.clone() }),
            _ => None,
        },
        _ => None,
    };
    match settings.value(name) {
        None => Ok(None),
        Some(Value::Array(items)) => items.iter().map(|item| attribute(item).ok_or_else(wrong)).collect::<Result<_>>().map(Some),
        Some(_) => Err(wrong()),
    }
}

fn pape(settings: &BackendSettings<'_>) -> Result<Option<Pape>> {
    let pape = Pape {
        policies: settings.list("OPENID_PAPE_PREFERRED_AUTH_POLICIES")?.unwrap_or_default(),
        level_types: settings.list("OPENID_PAPE_PREFERRED_AUTH_LEVEL_TYPES")?.unwrap_or_default(),
        max_auth_age: settings.integer("OPENID_PAPE_MAX_AUTH_AGE")?,
    };
    let asks = !pape.policies.is_empty() || !pape.level_types.is_empty() || pape.max_auth_age.is_some();
    Ok(asks.then_some(pape))
}

impl Version {
    /// What the realm is called.
    pub(super) fn realm_field(self) -> &'static str {
        match self {
            Version::V2 => "openid.realm",
            Version::V1 => "openid.trust_root",
        }
    }
}
