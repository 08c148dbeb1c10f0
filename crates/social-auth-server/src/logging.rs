//! Logs, on standard error: as text for people, or as JSON for machines, one line an event.

use std::io::IsTerminal as _;

use social_auth::settings::{Problem, Problems, Settings};
use tracing_subscriber::EnvFilter;

/// How log lines look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Format {
    /// For people.
    #[default]
    Text,
    /// One JSON object a line.
    Json,
}

/// What is logged, and how.
#[derive(Debug, Clone)]
pub(crate) struct Logging {
    format: Format,
    filter: String,
}

impl Logging {
    /// Reads `LOG` and `LOG_FORMAT`.
    pub(crate) fn from_settings(settings: &Settings) -> Result<Self, Problems> {
        let site = settings.of_site();
        let word = |name: &str| site.value(name).and_then(serde_json::Value::as_str).filter(|text| !text.is_empty());
        let at = |problem: Problem, name: &str| {
            let problem = problem.about(name);
            Problems::from(site.setting(name).map_or(problem.clone(), |setting| problem.at(&setting.origin)))
        };
        let format = match word("LOG_FORMAT") {
            None | Some("text") => Format::Text,
            Some("json") => Format::Json,
            // Told by the check already, with its place.
            Some(_) => Format::Text,
        };
        let filter = word("LOG").unwrap_or("info").to_owned();
        if let Err(error) = EnvFilter::try_new(&filter) {
            let help = "write info, or social_auth=debug,info";
            return Err(at(Problem::error(format!("log cannot be understood: {error}")).help(help), "LOG"));
        }
        Ok(Logging { format, filter })
    }

    /// Only what somebody should look at: for commands that print their answer.
    pub(crate) fn warnings() -> Self {
        Logging { format: Format::Text, filter: "warn".to_owned() }
    }

    /// Begins to log. The first call counts.
    pub(crate) fn start(&self) {
        let filter = EnvFilter::new(&self.filter);
        let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
        let started = match self.format {
            Format::Text => builder.with_ansi(std::io::stderr().is_terminal()).try_init(),
            Format::Json => builder.json().flatten_event(true).with_current_span(true).with_span_list(false).try_init(),
        };
        if let Err(error) = started {
            eprintln!("warning: logging goes on as it was set up before: {error}");
        }
    }
}
