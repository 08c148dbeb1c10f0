//! Settings as one backend, or the whole site, sees them: by short name, typed, with errors that say
//! where the value stands and what would be right.

use std::time::Duration;

use serde_json::{Map, Value};

use super::{Setting, Settings, kind, setting_name};
use crate::error::{Error, Reason, Result, Stage};
use crate::secret::Secret;

/// The settings of one backend or of the site, by short name (`KEY`, `SCOPE`).
#[derive(Clone, Copy)]
pub struct BackendSettings<'a> {
    settings: &'a Settings,
    backend: Option<&'a str>,
}

impl<'a> BackendSettings<'a> {
    pub(super) fn new(settings: &'a Settings, backend: Option<&'a str>) -> Self {
        BackendSettings { settings, backend }
    }

    /// The backend instance's name, if these are a backend's.
    #[must_use]
    pub fn backend(&self) -> Option<&'a str> {
        self.backend
    }

    /// The setting as made.
    #[must_use]
    pub fn setting(&self, name: &str) -> Option<&'a Setting> {
        self.settings.resolve(self.backend, name)
    }

    /// The value, unless it is absent or null.
    #[must_use]
    pub fn value(&self, name: &str) -> Option<&'a Value> {
        self.setting(name).map(|setting| &setting.value).filter(|value| !value.is_null())
    }

    /// A text; empty counts as absent.
    ///
    /// # Errors
    /// `invalid_setting` when it is not text.
    pub fn text(&self, name: &str) -> Result<Option<&'a str>> {
        match self.value(name) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text.as_str()).filter(|text| !text.is_empty())),
            Some(_) => Err(self.wrong_type(name, "text")),
        }
    }

    /// A text that must be there; `hint` says where to get one.
    ///
    /// # Errors
    /// `missing_setting`, naming every place where it may be set; `invalid_setting`.
    pub fn required(&self, name: &str, hint: &str) -> Result<&'a str> {
        self.text(name)?.ok_or_else(|| self.missing(name, hint))
    }

    /// A secret text; empty counts as absent.
    ///
    /// # Errors
    /// `invalid_setting` when it is not text.
    pub fn secret(&self, name: &str) -> Result<Option<Secret>> {
        Ok(self.text(name)?.map(Secret::from))
    }

    /// Secret texts, one or a list; tables count as their JSON text.
    ///
    /// # Errors
    /// `invalid_setting` when it is neither.
    pub fn secrets(&self, name: &str) -> Result<Vec<Secret>> {
        let text = |value: &Value| match value {
            Value::String(text) => Ok(Secret::from(text.as_str())),
            Value::Object(_) => Ok(Secret::new(value.to_string())),
            _ => Err(self.wrong_type(name, "text or a list of texts")),
        };
        match self.value(name) {
            None => Ok(Vec::new()),
            Some(Value::Array(items)) => items.iter().map(text).collect(),
            Some(Value::String(empty)) if empty.is_empty() => Ok(Vec::new()),
            Some(one) => Ok(vec![text(one)?]),
        }
    }

    /// A switch, or its default.
    ///
    /// # Errors
    /// `invalid_setting` when it is neither true nor false (nor, from the environment, a word or number for it).
    pub fn boolean(&self, name: &str, default: bool) -> Result<bool> {
        match self.value(name) {
            None => Ok(default),
            Some(value) => kind::switch(value).ok_or_else(|| self.wrong_type(name, "true or false")),
        }
    }

    /// A whole number.
    ///
    /// # Errors
    /// `invalid_setting` when it is none.
    pub fn integer(&self, name: &str) -> Result<Option<i64>> {
        match self.value(name) {
            None => Ok(None),
            Some(Value::Number(number)) => number.as_i64().map(Some).ok_or_else(|| self.wrong_type(name, "a whole number")),
            Some(Value::String(text)) => text.trim().parse().map(Some).map_err(|_| self.wrong_type(name, "a whole number")),
            Some(_) => Err(self.wrong_type(name, "a whole number")),
        }
    }

    /// A number of seconds, more than none and at most a year; fractions are allowed.
    ///
    /// # Errors
    /// `invalid_setting` when it is none.
    pub fn seconds(&self, name: &str) -> Result<Option<Duration>> {
        self.value(name)
            .map(|value| {
                kind::seconds(value).map(Duration::from_secs_f64).ok_or_else(|| self.wrong_type(name, "a number of seconds, more than 0"))
            })
            .transpose()
    }

    /// A list of texts. A single text is split at white space and commas.
    ///
    /// # Errors
    /// `invalid_setting` when it is no list of texts.
    pub fn list(&self, name: &str) -> Result<Option<Vec<String>>> {
        let wrong = || self.wrong_type(name, "a list of texts");
        match self.value(name) {
            None => Ok(None),
            Some(Value::Array(items)) => {
                items.iter().map(|item| item.as_str().map(str::to_owned).ok_or_else(wrong)).collect::<Result<_>>().map(Some)
            }
            Some(Value::String(text)) => {
                let words = text.split(|c: char| c == ',' || c.is_whitespace()).filter(|word| !word.is_empty());
                Ok(Some(words.map(str::to_owned).collect()))
            }
            Some(_) => Err(wrong()),
        }
    }

    /// A table of values.
    ///
    /// # Errors
    /// `invalid_setting` when it is none.
    pub fn table(&self, name: &str) -> Result<Option<&'a Map<String, Value>>> {
        match self.value(name) {
            None => Ok(None),
            Some(Value::Object(table)) => Ok(Some(table)),
            Some(_) => Err(self.wrong_type(name, "a table")),
        }
    }

    /// A table of texts, as pairs.
    ///
    /// # Errors
    /// `invalid_setting` when it is none.
    pub fn pairs(&self, name: &str) -> Result<Vec<(String, String)>> {
        let Some(table) = self.table(name)? else { return Ok(Vec::new()) };
        let text = |value: &Value| match value {
            Value::String(text) => Ok(text.clone()),
            Value::Bool(_) | Value::Number(_) => Ok(value.to_string()),
            _ => Err(self.wrong_type(name, "a table of texts")),
        };
        table.iter().map(|(key, value)| Ok((key.clone(), text(value)?))).collect()
    }

    /// `missing_setting`, naming every place where it may be set.
    #[must_use]
    pub fn missing(&self, name: &str, hint: &str) -> Error {
        let place = match self.backend {
            Some(backend) => format!("{}, or [backends.{backend}] {}", setting_name(&[backend, name]), name.to_lowercase()),
            None => format!("{}, or {}", setting_name(&[name]), name.to_lowercase()),
        };
        self.error(Reason::MissingSetting, name).detail(format!("setting {name} is missing: set {place} in the settings file. {hint}"))
    }

    /// `invalid_setting`, saying where it stands and what would be right.
    #[must_use]
    pub fn invalid(&self, name: &str, what: &str) -> Error {
        let place = self.setting(name).map(|setting| format!(" ({})", setting.origin)).unwrap_or_default();
        self.error(Reason::InvalidSetting, name).detail(format!("setting {name}{place} {what}"))
    }

    fn wrong_type(&self, name: &str, expected: &str) -> Error {
        self.invalid(name, &format!("must be {expected}"))
    }

    fn error(&self, reason: Reason, name: &str) -> Error {
        let error = Error::new(reason).parameter(name).stage(Stage::Start);
        match self.backend {
            Some(backend) => error.backend(backend),
            None => error,
        }
    }
}
