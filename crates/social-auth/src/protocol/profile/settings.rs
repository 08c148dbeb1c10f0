//! Declared settings, and URLs and parameters with settings filled in.

use serde_json::{Map, Value};

use super::call::ResolvedCall;
use super::description::{Call, HookSettings, UidField};
use crate::backend::BackendInfo;
use crate::error::{Error, Reason, Result, Stage};
use crate::select::Selector;
use crate::settings::{BackendSettings, SettingDecl};
use crate::template;

/// The settings that a provider declares, with defaults filled in.
///
/// # Errors
/// `missing_setting` for a required one.
pub(in crate::protocol) fn declared(declarations: &[SettingDecl], settings: &BackendSettings<'_>) -> Result<Map<String, Value>> {
    let mut declared = Map::new();
    for declaration in declarations {
        let made = settings.value(declaration.name).filter(|value| value.as_str() != Some(""));
        match (made, declaration.default) {
            (Some(value), _) => declared.insert(declaration.name.to_owned(), value.clone()),
            (None, Some(default)) => {
                // A default may be made up of settings that stand before it.
                let filled = template::fill(default, &|name| text_of(declared.get(&name.to_uppercase())?))?;
                declared.insert(declaration.name.to_owned(), Value::from(filled))
            }
            (None, None) if declaration.required => return Err(settings.missing(declaration.name, declaration.doc)),
            (None, None) => None,
        };
    }
    Ok(declared)
}

/// `{name}` in URLs and parameters: a declared setting in lower case, without a slash at its end.
pub(in crate::protocol) fn setting_value(settings: &HookSettings, name: &str) -> Option<String> {
    match name {
        "key" => return Some(settings.client_id.clone()),
        "secret" => return Some(settings.secret.expose().to_owned()),
        _ => {}
    }
    text_of(settings.declared.get(&name.to_uppercase())?)
}

fn text_of(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.trim_end_matches('/').to_owned()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// An endpoint: the setting of this name or else the declared one, with the settings filled in.
///
/// # Errors
/// `missing_setting` naming a setting that it needs; `invalid_setting` when it is no web address.
pub(in crate::protocol) fn url(settings: &BackendSettings<'_>, hooks: &HookSettings, name: &str, default: &str) -> Result<String> {
    let text = settings.text(name)?.unwrap_or(default);
    let filled = fill_url(text, hooks)?;
    if filled.is_empty() || filled.starts_with("https://") || filled.starts_with("http://") {
        Ok(filled)
    } else {
        Err(settings.invalid(name, &format!("gives \"{filled}\", which is no https:// address")))
    }
}

/// A declared URL with the settings filled in; "" stays "".
///
/// # Errors
/// `missing_setting` naming a setting that it needs.
pub(crate) fn fill_url(url: &str, hooks: &HookSettings) -> Result<String> {
    template::fill(url, &|variable| setting_value(hooks, variable)).map_err(|error| error.stage(Stage::Start).backend(&hooks.backend))
}

/// Parameters with the settings filled in. One that needs a setting that is not made is left out.
pub(in crate::protocol) fn fill_pairs(pairs: &[(&str, &str)], hooks: &HookSettings) -> Result<Vec<(String, String)>> {
    let filled = |text: &str| template::fill(text, &|name| setting_value(hooks, name));
    pairs
        .iter()
        .filter_map(|(name, value)| match filled(value) {
            Ok(value) => Some(Ok(((*name).to_owned(), value))),
            Err(error) if error.reason() == Reason::MissingSetting => None,
            Err(error) => Some(Err(error)),
        })
        .collect()
}

/// `SCOPE` and the provider's own scopes behind it, unless `IGNORE_DEFAULT_SCOPE`.
pub(in crate::protocol) fn scope(default: &[&str], settings: &BackendSettings<'_>) -> Result<Vec<String>> {
    let mut scope = settings.list("SCOPE")?.unwrap_or_default();
    if !settings.boolean("IGNORE_DEFAULT_SCOPE", false)? {
        let missing: Vec<_> =
            default.iter().filter(|name| !scope.iter().any(|chosen| chosen == *name)).map(|name| (*name).to_owned()).collect();
        scope.extend(missing);
    }
    Ok(scope)
}

/// The calls of a profile. `USER_URL` replaces the first, or is the only one.
///
/// # Errors
/// `invalid_setting`; `missing_setting` naming a setting that one needs.
pub(in crate::protocol) fn calls(profile: &[Call], settings: &BackendSettings<'_>, hooks: &HookSettings) -> Result<Vec<ResolvedCall>> {
    let own = settings.text("USER_URL")?;
    if let (Some(url), true) = (own, profile.is_empty()) {
        return Ok(vec![ResolvedCall::resolve(&Call::GET, Some(url), settings.text("USER_ROOT")?, hooks)?]);
    }
    let override_of = |index: usize| if index == 0 { own } else { None };
    let mut calls = (profile.iter().enumerate())
        .map(|(index, call)| ResolvedCall::resolve(call, override_of(index), None, hooks))
        .collect::<Result<Vec<_>>>()?;
    if let Some(last) = calls.last_mut() {
        last.query.extend(settings.pairs("PROFILE_EXTRA_PARAMS")?);
    }
    Ok(calls)
}

/// A selector: the setting of this name or else the default.
///
/// # Errors
/// `invalid_setting`.
pub(in crate::protocol) fn selector(settings: &BackendSettings<'_>, name: &str, default: &str) -> Result<Selector> {
    parse(settings, name, settings.text(name)?.unwrap_or(default))
}

pub(in crate::protocol) fn parse(settings: &BackendSettings<'_>, name: &str, text: &str) -> Result<Selector> {
    Selector::parse(text)
        .map_err(|why| Error::invalid_setting(name, why).stage(Stage::Start).backend(settings.backend().unwrap_or_default()))
}

/// What a description says of itself.
pub(in crate::protocol) struct About {
    pub name: &'static str,
    pub title: &'static str,
    pub icon: &'static str,
    pub protocol: &'static str,
    pub association_only: bool,
    pub uid: UidField,
}

/// What there is to say about an instance of it.
///
/// # Errors
/// `invalid_setting`.
pub(in crate::protocol) fn info(about: &About, instance: &str, settings: &BackendSettings<'_>) -> Result<BackendInfo> {
    let title = settings.text("TITLE")?.unwrap_or(about.title);
    Ok(BackendInfo {
        name: instance.to_owned(),
        provider: about.name.to_owned(),
        title: if title.is_empty() { instance.to_owned() } else { title.to_owned() },
        icon: if about.icon.is_empty() { about.name.to_owned() } else { about.icon.to_owned() },
        protocol: about.protocol,
        association_only: settings.boolean("ASSOCIATION_ONLY", about.association_only)?,
        requires_email_validation: settings.boolean("REQUIRES_EMAIL_VALIDATION", false)?,
        had_other_identifiers: matches!(about.uid, UidField::StableOnce(..))
            || settings.list("LEGACY_ID_KEYS")?.is_some_and(|keys| !keys.is_empty()),
    })
}
