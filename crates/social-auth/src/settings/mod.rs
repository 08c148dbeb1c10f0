//! Settings: where they come from, how a name is resolved, and what they mean.
//!
//! Names and resolution are Python Social Auth's: a backend asks for `KEY`, and the first of
//! `SOCIAL_AUTH_GITHUB_KEY`, `SOCIAL_AUTH_KEY` and `KEY` that is present wins, even if it is empty.
//! People may write the same nested: `[backends.github] key = "…"`.

mod flow;
mod resolved;

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use serde_json::Value;

pub use flow::{AllowedSettings, FlowSettings, NameSettings, UserSettings, UsernameSettings};
pub use resolved::BackendSettings;

/// Where a setting was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// In the program, through the builder.
    Code,
    /// In the environment variable of this name.
    Environment(String),
    /// In a file.
    File {
        /// Which file.
        path: Arc<PathBuf>,
        /// Which line, from 1.
        line: usize,
    },
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Origin::Code => f.write_str("the program"),
            Origin::Environment(name) => write!(f, "environment variable {name}"),
            Origin::File { path, line } => write!(f, "{}:{line}", path.display()),
        }
    }
}

/// A value and where it was made. `Debug` shows the origin only.
#[derive(Clone)]
pub struct Setting {
    /// The value.
    pub value: Value,
    /// Where it was made.
    pub origin: Origin,
}

impl fmt::Debug for Setting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "set in {}", self.origin)
    }
}

/// A backend instance that the settings ask for.
#[derive(Debug, Clone, PartialEq)]
pub struct BackendEntry {
    /// The instance's name.
    pub name: String,
    /// The provider it is an instance of; the same as `name` unless said otherwise.
    pub provider: String,
    /// Where it was asked for.
    pub origin: Origin,
}

/// All settings of one `SocialAuth`, by flat name (`SOCIAL_AUTH_GITHUB_KEY`).
#[derive(Debug, Clone, Default)]
pub struct Settings {
    values: BTreeMap<String, Setting>,
    backends: Vec<BackendEntry>,
}

impl Settings {
    /// No settings.
    #[must_use]
    pub fn new() -> Self {
        Settings::default()
    }

    /// Makes a setting in the program, by its flat name; a later one of the same name replaces it.
    pub fn set(&mut self, name: &str, value: impl Into<Value>) -> &mut Self {
        self.insert(name, Setting { value: value.into(), origin: Origin::Code });
        self
    }

    /// Makes a setting; answers the one that it replaced.
    pub fn insert(&mut self, name: &str, setting: Setting) -> Option<Setting> {
        self.values.insert(name.to_owned(), setting)
    }

    /// Forgets a setting.
    pub fn unset(&mut self, name: &str) {
        self.values.remove(name);
    }

    /// Asks for a backend instance.
    pub fn enable(&mut self, name: &str, provider: &str, origin: Origin) {
        self.backends.push(BackendEntry { name: name.to_owned(), provider: provider.to_owned(), origin });
    }

    /// The backend instances asked for, in order.
    #[must_use]
    pub fn backends(&self) -> &[BackendEntry] {
        &self.backends
    }

    /// All settings by flat name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Setting)> {
        self.values.iter().map(|(name, setting)| (name.as_str(), setting))
    }

    /// The setting that `name` resolves to for a backend, or for the whole site.
    #[must_use]
    pub fn resolve(&self, backend: Option<&str>, name: &str) -> Option<&Setting> {
        let of_backend = backend.and_then(|backend| self.values.get(&setting_name(&[backend, name])));
        of_backend.or_else(|| self.values.get(&setting_name(&[name]))).or_else(|| self.values.get(name))
    }

    /// The view of one backend on the settings.
    #[must_use]
    pub fn of_backend<'a>(&'a self, backend: &'a str) -> BackendSettings<'a> {
        BackendSettings::new(self, Some(backend))
    }

    /// The view of the whole site on the settings.
    #[must_use]
    pub fn of_site(&self) -> BackendSettings<'_> {
        BackendSettings::new(self, None)
    }
}

/// The flat name for these parts: `SOCIAL_AUTH_` and the parts in upper case, `-` as `_`, joined by `_`.
///
/// ```
/// assert_eq!(social_auth::settings::setting_name(&["google-oauth2", "key"]), "SOCIAL_AUTH_GOOGLE_OAUTH2_KEY");
/// ```
#[must_use]
pub fn setting_name(parts: &[&str]) -> String {
    let parts = parts.iter().filter(|part| !part.is_empty()).map(|part| part.to_uppercase().replace('-', "_"));
    std::iter::once("SOCIAL_AUTH".to_owned()).chain(parts).collect::<Vec<_>>().join("_")
}
