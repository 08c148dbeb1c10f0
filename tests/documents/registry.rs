//! Settings: the truth is in the program's own registry.

use std::collections::BTreeMap;

use social_auth::provider::{self, Provider};
use social_auth::settings::names;

use crate::rules::{Answer, Status};

const PREFIX: &str = "SOCIAL_AUTH_";

/// What the registry says about a setting; `None` when it has never heard of it.
pub fn answer(kind: &str, name: &str, renamed: &BTreeMap<String, String>) -> Option<Answer> {
    if !kind.starts_with("setting") {
        return None;
    }
    let rest = name.strip_prefix(PREFIX).unwrap_or(name);
    let rest = rest.strip_prefix("<BACKEND>_").unwrap_or(rest);
    if let Some((group, _)) = names::find(rest) {
        return Some((Status::Works, format!("`{rest}` ({}).", group.title)));
    }
    if let Some(answer) = unsupported(rest) {
        return Some(answer);
    }
    let named = renamed.iter().find_map(|(prefix, name)| Some((prefix, name, rest.strip_prefix(prefix.as_str())?.strip_prefix('_')?)));
    if let Some((prefix, name, short)) = named {
        return Some(match provider::find(name) {
            Some(provider) if prefix_of(provider) == *prefix => provider_setting(provider, short),
            Some(_) => (Status::NotApplicable, format!("The backend is called `{name}`: its `{short}`.")),
            None => (Status::NotYet, format!("The backend `{name}` is not built.")),
        });
    }
    if let Some((provider, short)) = of_provider(rest) {
        return Some(provider_setting(provider, short));
    }
    let parts = rest.char_indices().filter(|(_, char)| *char == '_').filter_map(|(at, _)| rest.get(at + 1..));
    let known = parts.filter_map(unsupported).next();
    known
        .or_else(|| of_a_closed_service(rest))
        .or_else(|| kind.contains("(backend)").then(|| (Status::NotYet, "There is no backend of this name.".to_owned())))
}

/// A setting of a service that cannot be spoken to any more.
fn of_a_closed_service(rest: &str) -> Option<Answer> {
    let gone = provider::RETIRED.iter().filter(|retired| provider::find(retired.name).is_none());
    let mut meant = gone.filter(|retired| rest.strip_prefix(&flat(retired.name)).is_some_and(|short| short.starts_with('_')));
    meant.next().map(|retired| (Status::NotApplicable, format!("{}.", retired.sentence())))
}

/// The provider with the longest name that the setting begins with, and what is left of the setting.
fn of_provider(rest: &str) -> Option<(Provider, &str)> {
    let short_for = |provider: &Provider| rest.strip_prefix(prefix_of(*provider).as_str())?.strip_prefix('_');
    let found = provider::ALL.iter().filter_map(|provider| Some((*provider, short_for(provider)?)));
    found.min_by_key(|(_, short)| short.len())
}

/// What the settings of a provider begin with.
fn prefix_of(provider: Provider) -> String {
    flat(provider.name())
}

fn flat(name: &str) -> String {
    name.to_uppercase().replace(['-', '.'], "_")
}

fn provider_setting(provider: Provider, short: &str) -> Answer {
    let name = provider.name();
    if short.is_empty() || short == "*" {
        return (Status::Works, format!("Backend `{name}`."));
    }
    let own = provider.client_id_setting() == short || provider.settings().iter().any(|decl| decl.name == short);
    let shared = names::find(short).is_some_and(|(group, _)| group.is_read_by(Some(provider.protocol())));
    if own || shared {
        return (Status::Works, format!("Backend `{name}`: `{short}`."));
    }
    unsupported(short).unwrap_or_else(|| (Status::NotYet, format!("The backend `{name}` does not read `{short}`.")))
}

fn unsupported(short: &str) -> Option<Answer> {
    let entry = names::unsupported(short)?;
    let status = if entry.instead.contains(" yet") { Status::NotYet } else { Status::NotApplicable };
    Some((status, format!("`{short}`: {}", entry.instead)))
}
