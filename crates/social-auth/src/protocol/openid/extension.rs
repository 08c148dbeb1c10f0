//! Simple Registration 1.1, Attribute Exchange 1.0 and PAPE 1.0: asking and reading.

use serde_json::{Map, Value};

use super::config::{Attribute, Config, Pape};
use super::discovery::{Service, Version};
use super::signed::Answer;
use crate::error::{Error, Reason, Result};

pub(super) const NS_AX: &str = "http://openid.net/srv/ax/1.0";
const NS_SREG: &str = "http://openid.net/extensions/sreg/1.1";
const NS_PAPE: &str = "http://specs.openid.net/extensions/pape/1.0";

/// What is added to a request.
pub(super) fn request(config: &Config, service: &Service) -> Vec<(String, String)> {
    let mut fields = match &config.always_ask {
        Some(attributes) => exchange(attributes),
        None if service.exchanges_attributes => exchange(&config.attributes),
        None => registration(config, service.version),
    };
    if let Some(pape) = &config.pape {
        fields.extend(policies(pape));
    }
    fields
}

fn exchange(attributes: &[Attribute]) -> Vec<(String, String)> {
    let aliases: Vec<&str> = attributes.iter().map(|attribute| attribute.name.as_str()).collect();
    let mut fields = vec![field("ns.ax", NS_AX), field("ax.mode", "fetch_request")];
    fields.extend(attributes.iter().map(|attribute| field(&format!("ax.type.{}", attribute.name), &attribute.field)));
    // Some providers answer none but what is required.
    fields.push(field("ax.required", &aliases.join(",")));
    fields
}

fn registration(config: &Config, version: Version) -> Vec<(String, String)> {
    let names: Vec<&str> = config.registration.iter().map(|attribute| attribute.field.as_str()).collect();
    let mut fields = vec![field("sreg.optional", &names.join(","))];
    if version == Version::V2 {
        fields.push(field("ns.sreg", NS_SREG));
    }
    fields
}

fn policies(pape: &Pape) -> Vec<(String, String)> {
    let mut fields = vec![field("ns.pape", NS_PAPE), field("pape.preferred_auth_policies", &pape.policies.join(" "))];
    if let Some(seconds) = pape.max_auth_age {
        fields.push(field("pape.max_auth_age", &seconds.to_string()));
    }
    let aliases: Vec<String> = (1..=pape.level_types.len()).map(|number| format!("level{number}")).collect();
    for (alias, kind) in aliases.iter().zip(&pape.level_types) {
        fields.push(field(&format!("pape.auth_level.ns.{alias}"), kind));
    }
    if !aliases.is_empty() {
        fields.push(field("pape.preferred_auth_level_types", &aliases.join(" ")));
    }
    fields
}

fn field(name: &str, value: &str) -> (String, String) {
    (format!("openid.{name}"), value.to_owned())
}

/// The attributes that the answer has, by the names that we give them.
pub(super) fn attributes(answer: &Answer<'_>, registration: &[Attribute], exchange: &[Attribute]) -> Map<String, Value> {
    let mut values = Map::new();
    // OpenID 1.1 has no namespaces: the extension is known by its usual name.
    let sreg = answer.alias_of(NS_SREG).or_else(|| answer.raw("ns").is_none().then_some("sreg"));
    if let Some(alias) = sreg {
        for wanted in registration {
            let value = answer.get(&format!("{alias}.{}", wanted.field)).filter(|value| !value.is_empty());
            values.extend(value.map(|value| (wanted.name.clone(), Value::from(value))));
        }
    }
    if let Some(ax) = answer.alias_of(NS_AX) {
        let types: Vec<(&str, &str)> = answer.below(&format!("{ax}.type")).collect();
        for wanted in exchange {
            let value = types.iter().filter(|(_, kind)| *kind == wanted.field).find_map(|(alias, _)| exchanged(answer, ax, alias));
            // Former type URIs bring the same attributes; the newer ones stand first in the list and win.
            let name = wanted.name.strip_prefix("old_").unwrap_or(&wanted.name);
            if let Some(value) = value.filter(|_| !values.get(name).is_some_and(|known| known != "") || !wanted.name.starts_with("old_")) {
                values.insert(name.to_owned(), Value::from(value));
            }
        }
    }
    values
}

/// The value of an attribute, or the first of several (Attribute Exchange 1.0, section 5.2).
fn exchanged<'a>(answer: &Answer<'a>, ax: &str, alias: &str) -> Option<&'a str> {
    let value = answer.get(&format!("{ax}.value.{alias}")).or_else(|| answer.get(&format!("{ax}.value.{alias}.1")));
    value.filter(|value| !value.is_empty())
}

/// Refuses an answer that says itself that the person signed in too long ago (PAPE 1.0, section 5.2).
///
/// # Errors
/// `reauthentication_required`.
pub(super) fn auth_is_fresh(answer: &Answer<'_>, pape: Option<&Pape>, now: i64) -> Result<()> {
    let Some(max_age) = pape.and_then(|pape| pape.max_auth_age) else { return Ok(()) };
    let told = answer.alias_of(NS_PAPE).and_then(|alias| answer.get(&format!("{alias}.auth_time")));
    let Some(at) = told.and_then(super::verify::unix_time) else { return Ok(()) };
    if now.saturating_sub(at) > max_age.saturating_add(super::verify::CLOCK_SKEW) {
        return Err(Error::new(Reason::ReauthenticationRequired).detail("the provider says that the person signed in there too long ago"));
    }
    Ok(())
}
