//! Settings: where they come from, how a name is resolved, and what they mean.
//!
//! Names and resolution are Python Social Auth's: a backend asks for `KEY`, and the first of
//! `SOCIAL_AUTH_GITHUB_KEY`, `SOCIAL_AUTH_KEY` and `KEY` that is present wins, even if it is empty.
//! People may write the same nested: `[backends.github] key = "…"`.
//!
//! They come from a TOML file, the environment and the program, each winning over the one before;
//! [`Settings::check`] then refuses whatever would otherwise be ignored in silence.
//!
//! ```
//! use social_auth::settings::Settings;
//!
//! let mut settings = Settings::from_toml_str("[backends.github]\nkey = \"from the file\"", "social-auth.toml")?;
//! settings.merge_environment([("SOCIAL_AUTH_GITHUB_KEY", "from the environment")])?;
//! settings.set("login_redirect_url", "/account/");
//! assert_eq!(settings.of_backend("github").text("KEY")?, Some("from the environment"));
//! assert_eq!(settings.of_site().text("LOGIN_REDIRECT_URL")?, Some("/account/"));
//! # Ok::<(), social_auth::Error>(())
//! ```

mod check;
mod docs;
mod enabled;
mod environment;
mod flow;
mod judge;
mod kind;
pub mod names;
mod problem;
mod providers;
mod references;
mod required_claim;
mod resolved;
mod rules;
mod suggest;
mod toml_file;

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use serde_json::Value;

pub use docs::settings_page;
pub use flow::{AccountMerge, AllowedSettings, EmailPolicy, EmailSettings, FlowSettings, NameSettings, UserSettings, UsernameSettings};
pub use kind::{Kind, Scope, SettingDecl};
pub use problem::{Problem, Problems, Severity};
pub use providers::ProviderIndex;
pub use required_claim::RequiredClaim;
pub use resolved::BackendSettings;
pub(crate) use suggest::closest;

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

impl Origin {
    /// Which one wins: a higher one over a lower one.
    fn rank(&self) -> u8 {
        match self {
            Origin::File { .. } => 0,
            Origin::Environment(_) => 1,
            Origin::Code => 2,
        }
    }
}

/// A setting's name as it was written, and in which backend's table.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Written {
    backend: Option<String>,
    name: String,
}

impl fmt::Display for Written {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.backend {
            Some(backend) => write!(f, "[backends.{backend}] {}", self.name),
            None => f.write_str(&self.name),
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
    written: BTreeMap<String, Written>,
    backends: Vec<BackendEntry>,
    own: Vec<String>,
}

impl Settings {
    /// No settings.
    #[must_use]
    pub fn new() -> Self {
        Settings::default()
    }

    /// Makes a setting in the program, by its flat name (`SOCIAL_AUTH_LOGIN_URL`), without the prefix
    /// (`LOGIN_URL`) or as people write it in a file (`login_url`): all the same. A later one replaces it.
    pub fn set(&mut self, name: &str, value: impl Into<Value>) -> &mut Self {
        let written = Written { backend: None, name: name.to_owned() };
        self.store(&name_in_program(name), Setting { value: value.into(), origin: Origin::Code }, written);
        self
    }

    /// Makes a setting of one backend in the program, by its short name (`key`).
    pub fn set_for(&mut self, backend: &str, name: &str, value: impl Into<Value>) -> &mut Self {
        let written = Written { backend: Some(backend.to_owned()), name: name.to_owned() };
        self.store(&setting_name(&[backend, name]), Setting { value: value.into(), origin: Origin::Code }, written);
        self
    }

    /// Makes a setting by its flat name, wherever it comes from; answers the one that it replaced.
    pub fn insert(&mut self, name: &str, setting: Setting) -> Option<Setting> {
        self.store(name, setting, Written { backend: None, name: name.to_owned() })
    }

    /// Leaves settings to the application: [`check`](Settings::check) lets pass what has this name, or begins
    /// with it and goes on with `_`. It is for settings that steps and backends of one's own read.
    pub fn declare_own(&mut self, name: &str) -> &mut Self {
        let name = setting_name(&[name]);
        if !self.own.contains(&name) {
            self.own.push(name);
        }
        self
    }

    fn is_own(&self, flat: &str) -> bool {
        self.own.iter().any(|own| flat.strip_prefix(own.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('_')))
    }

    /// Forgets a setting, by any of the names that [`set`](Settings::set) takes.
    pub fn unset(&mut self, name: &str) {
        for name in [name, &name_in_program(name)] {
            self.values.remove(name);
            self.written.remove(name);
        }
    }

    /// Takes over all settings and backends of `other`. The program wins over the environment, and that
    /// over files.
    ///
    /// # Errors
    /// Settings that both files have.
    pub fn merge(&mut self, other: Settings) -> Result<(), Problems> {
        let Settings { values, mut written, backends, own } = other;
        let mut problems = Vec::new();
        for (name, setting) in values {
            let written = written.remove(&name).unwrap_or_else(|| Written { backend: None, name: name.clone() });
            problems.extend(self.offer(&name, setting, written));
        }
        self.backends.extend(backends);
        self.own.extend(own);
        Problems::unless_fine(problems).map(|_| ())
    }

    fn store(&mut self, flat: &str, setting: Setting, written: Written) -> Option<Setting> {
        self.written.insert(flat.to_owned(), written);
        self.values.insert(flat.to_owned(), setting)
    }

    /// Makes a setting unless a source that wins made it; twice in one source is once too often.
    fn offer(&mut self, flat: &str, setting: Setting, written: Written) -> Option<Problem> {
        if let Some(present) = self.values.get(flat) {
            let (rank, other) = (present.origin.rank(), setting.origin.rank());
            if rank > other {
                return None;
            }
            if rank == other && present.origin != Origin::Code {
                let problem = Problem::error(format!("{written} is set twice")).about(&written.name);
                return Some(problem.at(&setting.origin).at(&present.origin).help("keep one of them"));
            }
        }
        self.store(flat, setting, written);
        None
    }

    /// How a setting's name was written.
    fn written(&self, flat: &str) -> Written {
        self.written.get(flat).cloned().unwrap_or_else(|| Written { backend: None, name: flat.to_owned() })
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

/// The flat name of a setting that is not in a backend's table: names in capitals are flat already.
fn flat_name(name: &str) -> String {
    if name.chars().any(char::is_lowercase) { setting_name(&[name]) } else { name.to_owned() }
}

/// A name without prefix is the last that is looked for; what the program says must win over all others.
fn name_in_program(name: &str) -> String {
    let flat = flat_name(name);
    if names::find(&flat).is_some() { setting_name(&[&flat]) } else { flat }
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
