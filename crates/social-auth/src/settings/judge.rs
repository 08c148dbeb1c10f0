//! Whose setting a name is.

use super::names::{self, GROUPS, Unsupported};
use super::{BackendEntry, Kind, ProviderIndex, Scope, SettingDecl, Settings, Written, setting_name, suggest};

const PREFIX: &str = "SOCIAL_AUTH_";

/// What a name turns out to be.
pub(super) enum Verdict {
    /// A setting that is read here.
    Known(SettingDecl),
    /// A setting of this provider, of which there is no backend.
    NotEnabled(String),
    /// A setting that is read elsewhere: why, and where.
    Misplaced(String),
    /// A setting that is known and not honoured.
    Unsupported(&'static Unsupported),
    /// Perhaps a setting of a provider that is unknown itself.
    Unjudged,
    /// None; and what may have been meant, as it would be written there.
    Unknown(Option<String>),
}

/// Judges names by the backends that are switched on and the providers that there are.
pub(super) struct Judge<'a> {
    backends: Vec<BackendEntry>,
    providers: &'a dyn ProviderIndex,
}

impl<'a> Judge<'a> {
    pub(super) fn new(settings: &Settings, providers: &'a dyn ProviderIndex) -> Self {
        let mut backends = settings.backends.clone();
        // `github-org` before `github`: the longer name is the nearer one.
        backends.sort_by_key(|entry| std::cmp::Reverse(entry.name.len()));
        Judge { backends, providers }
    }

    pub(super) fn judge(&self, flat: &str, written: &Written) -> Verdict {
        match &written.backend {
            Some(backend) => self.nested(backend, written),
            None => self.flat(flat, written),
        }
    }

    fn nested(&self, backend: &str, written: &Written) -> Verdict {
        let short = upper(&written.name);
        if short.starts_with(PREFIX) {
            let top = "it stands in the table [backends.…] above it; move it to the top of the file, before the first [table]";
            return Verdict::Misplaced(top.to_owned());
        }
        let Some(entry) = self.backends.iter().find(|entry| entry.name == backend) else { return Verdict::Unjudged };
        let verdict = self.of_provider(&entry.provider, &short);
        let Verdict::Unknown(_) = verdict else { return verdict };
        let valid = self.short_names(&entry.provider);
        let meant = suggest::known_elsewhere(&short).filter(|name| valid.contains(name)).or_else(|| suggest::closest(&short, valid));
        Verdict::Unknown(meant.map(str::to_lowercase))
    }

    fn flat(&self, flat: &str, written: &Written) -> Verdict {
        let Some(rest) = flat.strip_prefix(PREFIX) else { return self.unprefixed(flat) };
        if let Some((_, decl)) = names::find(rest) {
            return Verdict::Known(*decl);
        }
        if let Some(decl) = self.backends.iter().find_map(|entry| self.declared(&entry.provider, rest)) {
            return Verdict::Known(decl);
        }
        let mut verdicts: Vec<Verdict> = Vec::new();
        for entry in &self.backends {
            let Some(short) = short_of(rest, &entry.name) else { continue };
            match self.of_provider(&entry.provider, short) {
                Verdict::Unknown(_) => {}
                Verdict::Known(decl) => return Verdict::Known(decl),
                other => verdicts.push(other),
            }
        }
        if let Some(entry) = names::unsupported(rest) {
            return Verdict::Unsupported(entry);
        }
        if let Some(verdict) = verdicts.into_iter().next() {
            return verdict;
        }
        self.not_enabled(rest).unwrap_or_else(|| Verdict::Unknown(self.meant(rest, written)))
    }

    /// The last place where a name is looked for: `LOGIN_URL` without anything before it.
    fn unprefixed(&self, name: &str) -> Verdict {
        if let Some((_, decl)) = names::find(name) {
            return Verdict::Known(*decl);
        }
        if let Some(decl) = self.backends.iter().find_map(|entry| self.declared(&entry.provider, name)) {
            return Verdict::Known(decl);
        }
        match names::unsupported(name) {
            Some(entry) => Verdict::Unsupported(entry),
            None => Verdict::Unknown(self.prefixed_meant(name)),
        }
    }

    fn prefixed_meant(&self, name: &str) -> Option<String> {
        let prefixed = format!("{PREFIX}{name}");
        let written = Written { backend: None, name: prefixed.clone() };
        match self.flat(&prefixed, &written) {
            Verdict::Known(_) | Verdict::NotEnabled(_) => Some(prefixed),
            Verdict::Unknown(meant) => meant,
            _ => None,
        }
    }

    fn of_provider(&self, provider: &str, short: &str) -> Verdict {
        let client_id = self.providers.client_id_setting(provider);
        if let Some(decl) = self.declared(provider, short) {
            return Verdict::Known(decl);
        }
        if short == "KEY" && client_id != "KEY" {
            return Verdict::Misplaced(format!("the client id of {provider} is called {}", client_id.to_lowercase()));
        }
        if let Some((group, decl)) = names::find(short) {
            if matches!(decl.scope, Scope::Site | Scope::Server) {
                return Verdict::Misplaced("it is for the whole site; put it at the top of the file, before the first [table]".to_owned());
            }
            let protocol = self.providers.protocol(provider);
            if !group.is_read_by(protocol) {
                let protocol = protocol.unwrap_or_default();
                return Verdict::Misplaced(format!("it is for {}; {provider} speaks {protocol}; take it out", group.title));
            }
            return Verdict::Known(*decl);
        }
        match names::unsupported(short) {
            Some(entry) => Verdict::Unsupported(entry),
            None if self.providers.settings(provider).is_none() => Verdict::Unjudged,
            None => Verdict::Unknown(None),
        }
    }

    fn declared(&self, provider: &str, short: &str) -> Option<SettingDecl> {
        let declared = self.providers.settings(provider)?.iter().find(|decl| decl.name == short).copied();
        let client_id = self.providers.client_id_setting(provider);
        let client_id = (short == client_id && short != "KEY").then(|| SettingDecl::new(client_id, Kind::Text, "The client id."));
        declared.map(SettingDecl::with_likely_kind).or(client_id)
    }

    fn not_enabled(&self, rest: &str) -> Option<Verdict> {
        let mut names = self.providers.names();
        names.sort_by_key(|name| std::cmp::Reverse(name.len()));
        let found = names.into_iter().find(|provider| {
            short_of(rest, provider).is_some_and(|short| {
                matches!(self.of_provider(provider, short), Verdict::Known(_) | Verdict::Unsupported(_) | Verdict::Misplaced(_))
            })
        });
        found.map(|provider| Verdict::NotEnabled(provider.to_owned()))
    }

    /// The short names of all settings that a backend of this provider reads.
    fn short_names(&self, provider: &str) -> Vec<&str> {
        let protocol = self.providers.protocol(provider);
        let groups = GROUPS.iter().filter(|group| group.is_read_by(protocol)).flat_map(|group| group.settings);
        let common = groups.filter(|decl| matches!(decl.scope, Scope::Backend | Scope::Both)).map(|decl| decl.name);
        let own = self.providers.settings(provider).unwrap_or_default().iter().map(|decl| decl.name);
        let client_id = self.providers.client_id_setting(provider);
        common.chain(own).filter(|name| *name != "KEY").chain([client_id]).collect()
    }

    /// Both the provider's name and the setting's may be mistyped.
    fn meant_of_any_provider(&self, rest: &str) -> Option<String> {
        rest.rmatch_indices('_').find_map(|(at, _)| {
            let (head, tail) = (rest.get(..at)?, rest.get(at + 1..)?);
            let provider = suggest::closest(head, self.providers.names())?;
            let short = suggest::closest(tail, self.short_names(provider))?;
            Some(setting_name(&[provider, short]).replacen(PREFIX, "", 1))
        })
    }

    /// What may have been meant outside of a table: first among what is switched on, then among all providers.
    fn meant(&self, rest: &str, written: &Written) -> Option<String> {
        let site = GROUPS.iter().flat_map(|group| group.settings).map(|decl| decl.name.to_owned());
        let of = |name: &str, provider: &str| -> Vec<String> {
            let names = self.short_names(provider);
            names.iter().map(|short| setting_name(&[name, short]).replacen(PREFIX, "", 1)).collect()
        };
        let enabled = self.backends.iter().flat_map(|entry| of(&entry.name, &entry.provider));
        let near: Vec<String> = site.chain(enabled).collect();
        let elsewhere = || suggest::known_elsewhere(rest).map(str::to_owned);
        let of_elsewhere = || {
            self.backends.iter().find_map(|entry| {
                let ours = suggest::known_elsewhere(short_of(rest, &entry.name)?)?;
                Some(setting_name(&[&entry.name, ours]).replacen(PREFIX, "", 1))
            })
        };
        let closest = || suggest::closest(rest, near.iter().map(String::as_str)).map(str::to_owned);
        let meant = elsewhere().or_else(of_elsewhere).or_else(closest).or_else(|| self.meant_of_any_provider(rest))?;
        let as_people_write = written.name.chars().any(char::is_lowercase);
        Some(if as_people_write { meant.to_lowercase() } else { format!("{PREFIX}{meant}") })
    }
}

/// The part of a flat name after the backend's name.
fn short_of<'n>(rest: &'n str, backend: &str) -> Option<&'n str> {
    rest.strip_prefix(&upper(backend))?.strip_prefix('_').filter(|short| !short.is_empty())
}

fn upper(name: &str) -> String {
    name.to_uppercase().replace('-', "_")
}
