//! Which backends there are: tables, `AUTHENTICATION_BACKENDS`, and no two of one name.

use std::collections::BTreeMap;

use serde_json::Value;

use super::problem::Problem;
use super::{BackendEntry, Origin, ProviderIndex, Settings, setting_name, suggest};
use crate::error::Reason;

/// The width of the column `provider` in the tables of Python Social Auth.
const LONGEST_NAME: usize = 32;

/// What the class paths of Python Social Auth begin with, now and formerly.
const PYTHON_SOCIAL_AUTH: &[&str] = &["social_core.backends.", "social.backends.", "social_auth.backends."];

impl Settings {
    /// Switches the backends of `AUTHENTICATION_BACKENDS` on, in its order, before the others.
    pub(super) fn enable_listed(&mut self, providers: &dyn ProviderIndex, problems: &mut Vec<Problem>) {
        let Some(setting) = self.resolve(None, "AUTHENTICATION_BACKENDS").cloned() else { return };
        let view = self.of_site();
        // A wrong type is reported with those of the other settings.
        let Ok(Some(items)) = view.list("AUTHENTICATION_BACKENDS") else { return };
        let mut listed: Vec<BackendEntry> = Vec::new();
        for item in items {
            let Some((name, provider)) = self.listed_name(&item, &setting.origin, providers, problems) else { continue };
            if listed.iter().any(|entry| entry.name == name) {
                let what = format!("AUTHENTICATION_BACKENDS has \"{name}\" twice");
                problems.push(Problem::error(what).about("AUTHENTICATION_BACKENDS").at(&setting.origin).help("keep one of them"));
                continue;
            }
            let present = self.backends.iter().find(|entry| entry.name == name).cloned();
            listed.push(present.unwrap_or_else(|| BackendEntry { provider, name, origin: setting.origin.clone() }));
        }
        self.backends.sort_by_key(|entry| listed.iter().position(|listed| listed.name == entry.name).unwrap_or(listed.len()));
        let absent = listed.into_iter().enumerate();
        for (index, entry) in absent {
            if !self.backends.iter().any(|present| present.name == entry.name) {
                self.backends.insert(index.min(self.backends.len()), entry);
            }
        }
    }

    /// Name and provider of the backend that an item of the list means.
    fn listed_name(
        &self,
        item: &str,
        origin: &Origin,
        providers: &dyn ProviderIndex,
        problems: &mut Vec<Problem>,
    ) -> Option<(String, String)> {
        let known = self.backends.iter().any(|entry| entry.name == item) || providers.settings(item).is_some();
        if known || !item.contains('.') {
            return Some((item.to_owned(), item.to_owned()));
        }
        if let Some(provider) = providers.by_class_path(item) {
            return Some((providers.backend_name(provider).to_owned(), provider.to_owned()));
        }
        let list = "AUTHENTICATION_BACKENDS";
        if item.starts_with("django.") {
            let what = format!("AUTHENTICATION_BACKENDS has \"{item}\", which is Django's own");
            problems.push(Problem::warning(what).about(list).at(origin).help("it has no effect here; take it out"));
        } else if let Some(what) = providers.retired(item) {
            let what = format!("AUTHENTICATION_BACKENDS has \"{item}\", which serves no longer: {what}");
            problems.push(Problem::error(what).because(Reason::BackendMissing).about(list).at(origin).help("take it out"));
        } else if PYTHON_SOCIAL_AUTH.iter().any(|prefix| item.starts_with(prefix)) {
            let what = format!("AUTHENTICATION_BACKENDS has \"{item}\", a backend that is not there");
            problems.push(Problem::error(what).because(Reason::BackendMissing).about(list).at(origin).help("take it out"));
        } else {
            let what = format!("AUTHENTICATION_BACKENDS has \"{item}\", a class that is not Python Social Auth's");
            let help = "describe the provider in a table [backends.<name>] with protocol = \"oauth2\" or \"oidc\"";
            problems.push(Problem::error(what).because(Reason::BackendMissing).about(list).at(origin).help(help));
        }
        None
    }

    /// Looks at the names and providers of the backends; one asked for by two sources is one.
    pub(super) fn check_backends(&mut self, providers: &dyn ProviderIndex, problems: &mut Vec<Problem>) {
        let mut kept: Vec<BackendEntry> = Vec::new();
        for entry in std::mem::take(&mut self.backends) {
            match kept.iter_mut().find(|other| other.name == entry.name) {
                None => kept.push(entry),
                Some(other) if other.provider != entry.provider || other.origin.rank() == entry.origin.rank() => {
                    let what = format!("there are two backends named \"{}\"", entry.name);
                    let help = format!("give one of them another name: [backends.{}-2] provider = \"{}\"", entry.name, entry.provider);
                    problems.push(Problem::error(what).of_backend(&entry.name).at(&entry.origin).at(&other.origin).help(help));
                }
                Some(other) if other.origin.rank() < entry.origin.rank() => other.origin = entry.origin,
                Some(_) => {}
            }
        }
        self.backends = kept;
        self.same_flat_names(problems);
        for entry in &self.backends {
            problems.extend(name_problem(entry));
            problems.extend(provider_problem(entry, providers));
        }
    }

    /// `a-b` and `a_b` would read each other's settings.
    fn same_flat_names(&self, problems: &mut Vec<Problem>) {
        let mut seen: BTreeMap<String, &BackendEntry> = BTreeMap::new();
        for entry in &self.backends {
            if let Some(other) = seen.insert(setting_name(&[&entry.name]), entry) {
                let what = format!("backends \"{}\" and \"{}\" have the same settings", other.name, entry.name);
                let help = "their names differ only in case or in - and _; give one of them another name";
                problems.push(Problem::error(what).of_backend(&entry.name).at(&entry.origin).at(&other.origin).help(help));
            }
        }
    }

    /// Null where a variable is set to nothing; lists and tables are read from JSON.
    pub(super) fn set_value(&mut self, flat: &str, value: Value) {
        if let Some(setting) = self.values.get_mut(flat) {
            setting.value = value;
        }
    }
}

fn name_problem(entry: &BackendEntry) -> Option<Problem> {
    let name = &entry.name;
    let wrong = |what: &str| {
        let help = "use up to 32 letters, digits, -, _ and .";
        Some(Problem::error(format!("\"{name}\" is no name for a backend: {what}")).of_backend(name).at(&entry.origin).help(help))
    };
    if name.is_empty() {
        return wrong("it is empty");
    }
    if name.chars().count() > LONGEST_NAME {
        return wrong("the database has no room for it");
    }
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    if name.chars().all(fits) && !name.starts_with('.') { None } else { wrong("it is part of addresses") }
}

fn provider_problem(entry: &BackendEntry, providers: &dyn ProviderIndex) -> Option<Problem> {
    let retired = providers.retired(&entry.provider);
    if providers.settings(&entry.provider).is_some() {
        return retired.map(|what| still_configured(entry, &what));
    }
    if let Some(what) = retired {
        let what = format!("backend \"{}\": the provider \"{}\" serves no longer: {what}", entry.name, entry.provider);
        let problem = Problem::error(what).because(Reason::BackendMissing).of_backend(&entry.name).at(&entry.origin);
        return Some(problem.help("take it out"));
    }
    let meant = suggest::closest(&entry.provider, providers.names()).map(|name| {
        if entry.name == entry.provider {
            format!("did you mean \"{name}\"? If it is a name of your own: provider = \"{name}\"")
        } else {
            format!("did you mean \"{name}\"?")
        }
    });
    let generic =
        "name one by provider = \"…\" (`social-auth backends` lists them), or describe one with protocol = \"oauth2\" or \"oidc\"";
    let what = format!("backend \"{}\": there is no provider \"{}\"", entry.name, entry.provider);
    let problem = Problem::error(what).because(Reason::BackendMissing).of_backend(&entry.name).at(&entry.origin);
    Some(problem.help(generic).help_if(meant))
}

/// The addresses of a service that ended may be somebody else's by now.
fn still_configured(entry: &BackendEntry, what: &str) -> Problem {
    let what = format!("backend \"{}\": {what}", entry.name);
    let help = "take it out: who owns its addresses now could sign in as anybody who came by it";
    Problem::warning(what).of_backend(&entry.name).at(&entry.origin).help(help)
}
