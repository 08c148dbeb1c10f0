//! Settings from variables of the environment: `SOCIAL_AUTH_GITHUB_KEY=…`.

use std::ffi::OsString;

use serde_json::Value;

use super::problem::{Problem, Problems};
use super::{Origin, Setting, Settings, Written};

impl Settings {
    /// Takes the settings among these variables: those whose names begin with `SOCIAL_AUTH_`, and
    /// `AUTHENTICATION_BACKENDS`. They win over files, and lose to the program.
    ///
    /// Values are text. Where a setting wants a list or a table, [`Settings::check`] reads JSON, and for a
    /// list also words separated by white space or commas. A name that ends in `_FILE` names a file with
    /// the value.
    ///
    /// ```
    /// let mut settings = social_auth::settings::Settings::new();
    /// settings.merge_environment([("SOCIAL_AUTH_GITHUB_KEY", "Iv1.8a61f9b3a7aba766")])?;
    /// assert_eq!(settings.of_backend("github").text("KEY")?, Some("Iv1.8a61f9b3a7aba766"));
    /// # Ok::<(), social_auth::Error>(())
    /// ```
    ///
    /// # Errors
    /// A value that is not UTF-8 text.
    pub fn merge_environment<N, V>(&mut self, variables: impl IntoIterator<Item = (N, V)>) -> Result<(), Problems>
    where
        N: Into<OsString>,
        V: Into<OsString>,
    {
        let mut problems = Vec::new();
        for (name, value) in variables {
            let Ok(name) = name.into().into_string() else { continue };
            let value = value.into();
            if !is_ours(&name, value.to_str()) {
                continue;
            }
            let origin = Origin::Environment(name.clone());
            match value.into_string() {
                Ok(text) => {
                    let written = Written { backend: None, name: name.clone() };
                    problems.extend(self.offer(&name, Setting { value: Value::String(text), origin }, written));
                }
                Err(_) => problems.push(Problem::error(format!("{name} is not UTF-8 text")).about(&name).at(&origin)),
            }
        }
        Problems::unless_fine(problems).map(|_| ())
    }

    /// Takes the settings from the variables of this process.
    ///
    /// # Errors
    /// As [`Settings::merge_environment`].
    pub fn merge_process_environment(&mut self) -> Result<(), Problems> {
        self.merge_environment(std::env::vars_os())
    }
}

fn is_ours(name: &str, value: Option<&str>) -> bool {
    match name.strip_prefix("SOCIAL_AUTH_") {
        None => name == "AUTHENTICATION_BACKENDS",
        Some(rest) => !rest.is_empty() && !is_of_kubernetes(rest, value.unwrap_or_default()),
    }
}

/// Kubernetes tells each container of every service; of one named `social-auth` under names like ours:
/// `SOCIAL_AUTH_SERVICE_HOST`, `SOCIAL_AUTH_PORT=tcp://10.0.0.1:80`, `SOCIAL_AUTH_PORT_80_TCP_ADDR`, …
fn is_of_kubernetes(rest: &str, value: &str) -> bool {
    let rest = format!("_{rest}");
    if rest.ends_with("_SERVICE_HOST") || rest.contains("_SERVICE_PORT") || (rest.ends_with("_PORT") && value.contains("://")) {
        return true;
    }
    rest.split_once("_PORT_").is_some_and(|(_, port)| {
        let digits = port.trim_start_matches(|c: char| c.is_ascii_digit());
        digits.len() < port.len() && ["_TCP", "_UDP", "_SCTP"].iter().any(|protocol| digits.starts_with(protocol))
    })
}
