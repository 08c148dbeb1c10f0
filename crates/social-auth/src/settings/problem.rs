//! What is wrong with settings, said so that it can be put right: the problem, the place, what to do.

use std::fmt;

use super::Origin;
use crate::error::{Error, Reason, Stage};

/// How bad a problem is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Nothing starts with it.
    Error,
    /// Somebody should look at it.
    Warning,
}

/// Something wrong with a setting. It never holds the value of a secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    severity: Severity,
    reason: Reason,
    setting: Option<String>,
    backend: Option<String>,
    what: String,
    places: Vec<Origin>,
    excerpt: Option<Excerpt>,
    help: Option<String>,
}

/// The line of a file that could not be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Excerpt {
    /// The line, without the values of secrets.
    pub(super) line: String,
    /// The column, from 1, in characters.
    pub(super) column: usize,
}

impl Problem {
    /// A problem that nothing starts with.
    #[must_use]
    pub fn error(what: impl Into<String>) -> Self {
        Problem {
            severity: Severity::Error,
            reason: Reason::InvalidSetting,
            setting: None,
            backend: None,
            what: what.into(),
            places: Vec::new(),
            excerpt: None,
            help: None,
        }
    }

    /// A problem that somebody should look at.
    #[must_use]
    pub fn warning(what: impl Into<String>) -> Self {
        Problem { severity: Severity::Warning, ..Problem::error(what) }
    }

    /// The same, with the name of the setting.
    #[must_use]
    pub fn about(mut self, setting: &str) -> Self {
        self.setting = Some(setting.to_owned());
        self
    }

    /// The same, with the backend's name.
    #[must_use]
    pub fn of_backend(mut self, backend: &str) -> Self {
        self.backend = Some(backend.to_owned());
        self
    }

    /// The same, with a place; the first is where the problem is, others are what it clashes with.
    #[must_use]
    pub fn at(mut self, place: &Origin) -> Self {
        self.places.push(place.clone());
        self
    }

    /// The same, with what to do.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// The same, with what to do if anything is known.
    #[must_use]
    pub fn help_if(mut self, help: Option<String>) -> Self {
        self.help = help.or(self.help);
        self
    }

    /// The same, with another reason.
    #[must_use]
    pub fn because(mut self, reason: Reason) -> Self {
        self.reason = reason;
        self
    }

    pub(super) fn excerpt(mut self, line: String, column: usize) -> Self {
        self.excerpt = Some(Excerpt { line, column });
        self
    }

    /// How bad it is.
    #[must_use]
    pub fn severity(&self) -> Severity {
        self.severity
    }

    /// The short name of the setting; as it was written where there is none of that name.
    #[must_use]
    pub fn setting(&self) -> Option<&str> {
        self.setting.as_deref()
    }

    /// The backend's name.
    #[must_use]
    pub fn backend(&self) -> Option<&str> {
        self.backend.as_deref()
    }

    /// What is wrong, in a sentence without place.
    #[must_use]
    pub fn what(&self) -> &str {
        &self.what
    }

    /// Where it is, and what it clashes with.
    #[must_use]
    pub fn places(&self) -> &[Origin] {
        &self.places
    }

    /// What to do about it.
    #[must_use]
    pub fn suggestion(&self) -> Option<&str> {
        self.help.as_deref()
    }

    /// It in one line, for a log: the problem, the places, what to do.
    #[must_use]
    pub fn in_one_line(&self) -> String {
        let mut line = self.what.clone();
        if !self.places.is_empty() {
            let places: Vec<String> = self.place_names();
            line.push_str(&format!(" ({})", places.join("; ")));
        }
        if let Some(help) = &self.help {
            line.push_str(&format!(": {help}"));
        }
        line
    }

    fn place_names(&self) -> Vec<String> {
        let mut names: Vec<String> = self.places.iter().map(ToString::to_string).collect();
        if let (Some(first), Some(excerpt)) = (names.first_mut(), &self.excerpt) {
            first.push_str(&format!(":{}", excerpt.column));
        }
        names
    }
}

/// Several lines for the terminal: the problem, the place, what to do.
impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let severity = match self.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
        };
        write!(f, "{severity}: {}", self.what)?;
        for (index, place) in self.place_names().iter().enumerate() {
            let arrow = if index == 0 { "-->" } else { "and" };
            write!(f, "\n  {arrow} {place}")?;
        }
        if let Some(excerpt) = &self.excerpt {
            let indent = " ".repeat(excerpt.column.saturating_sub(1));
            write!(f, "\n   |\n   | {}\n   | {indent}^", excerpt.line)?;
        }
        if let Some(help) = &self.help {
            write!(f, "\n  help: {help}")?;
        }
        Ok(())
    }
}

impl From<Problem> for Error {
    fn from(problem: Problem) -> Self {
        let mut error = Error::new(problem.reason).stage(Stage::Start).detail(problem.in_one_line());
        if let Some(setting) = problem.setting {
            error = error.parameter(setting);
        }
        match problem.backend {
            Some(backend) => error.backend(backend),
            None => error,
        }
    }
}

/// All problems that were found at once, at least one of them an error.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problems(Vec<Problem>);

impl Problems {
    /// These problems, errors first; none when there is no error among them, but the warnings.
    ///
    /// # Errors
    /// The problems, if one of them is an error.
    pub fn unless_fine(mut found: Vec<Problem>) -> Result<Vec<Problem>, Problems> {
        found.sort_by_key(|problem| problem.severity);
        if found.first().is_some_and(|problem| problem.severity == Severity::Error) { Err(Problems(found)) } else { Ok(found) }
    }

    /// All of them, errors first.
    #[must_use]
    pub fn all(&self) -> &[Problem] {
        &self.0
    }

    /// The errors.
    pub fn errors(&self) -> impl Iterator<Item = &Problem> {
        self.0.iter().filter(|problem| problem.severity == Severity::Error)
    }

    /// The warnings.
    pub fn warnings(&self) -> impl Iterator<Item = &Problem> {
        self.0.iter().filter(|problem| problem.severity == Severity::Warning)
    }
}

impl From<Problem> for Problems {
    fn from(problem: Problem) -> Self {
        Problems(vec![problem])
    }
}

/// Every problem in several lines, and how many there are.
impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for problem in &self.0 {
            write!(f, "{problem}\n\n")?;
        }
        write!(f, "{}", counted(self.errors().count(), "error"))?;
        match self.warnings().count() {
            0 => {}
            warnings => write!(f, ", {}", counted(warnings, "warning"))?,
        }
        f.write_str(" in the settings")
    }
}

fn counted(count: usize, noun: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {noun}{plural}")
}

impl std::error::Error for Problems {}

/// One error for all: of the first one's reason, with all of them in its detail.
impl From<Problems> for Error {
    fn from(problems: Problems) -> Self {
        let lines: Vec<String> = problems.errors().map(Problem::in_one_line).collect();
        match problems.0.into_iter().next() {
            Some(first) => Error::from(first).detail(lines.join("\n")),
            None => Error::new(Reason::InvalidSetting).stage(Stage::Start),
        }
    }
}
