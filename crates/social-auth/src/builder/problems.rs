//! What keeps a [`SocialAuth`](crate::SocialAuth) from being built: all of it, told at once.

use std::fmt;

use crate::error::{Error, Reason, Result};
use crate::provider;
use crate::settings::{Settings, Severity};

/// Everything that keeps a [`SocialAuth`](crate::SocialAuth) from being built.
pub struct BuildError(pub Vec<Error>);

/// The same as `Display`: a `main` that answers a `Result` shows this to whoever starts the program.
impl fmt::Debug for BuildError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.len() > 1 {
            writeln!(f, "{} things are wrong with the settings:", self.0.len())?;
        }
        write!(f, "{self}")
    }
}

impl fmt::Display for BuildError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, error) in self.0.iter().enumerate() {
            if index > 0 {
                f.write_str("\n")?;
            }
            write!(f, "{error}")?;
        }
        Ok(())
    }
}

impl std::error::Error for BuildError {}

#[derive(Default)]
pub(super) struct Problems(pub(super) Vec<Error>);

impl Problems {
    /// What the strict check tells: warnings into the log, errors to the caller.
    pub(super) fn of_settings(&mut self, settings: &mut Settings) {
        let found = match settings.check(&provider::Providers) {
            Ok(warnings) => warnings,
            Err(problems) => problems.all().to_vec(),
        };
        for problem in found {
            match problem.severity() {
                Severity::Warning => tracing::warn!("{}", problem.in_one_line()),
                Severity::Error => self.0.push(problem.into()),
            }
        }
    }

    /// Whether this was told by the strict check, which knows the place.
    fn told(&self, error: &Error) -> bool {
        let new = error.facts();
        let again = |old: &Error| {
            let old_facts = old.facts();
            let same_place = old_facts.backend.is_none() || old_facts.backend == new.backend;
            old.reason() == error.reason() && old_facts.parameter == new.parameter && same_place
        };
        matches!(error.reason(), Reason::InvalidSetting | Reason::BackendMissing) && self.0.iter().any(again)
    }

    pub(super) fn take<T>(&mut self, result: Result<T>) -> Option<T> {
        match result {
            Ok(value) => Some(value),
            Err(error) if self.told(&error) => None,
            Err(error) => {
                self.0.push(error);
                None
            }
        }
    }
}
