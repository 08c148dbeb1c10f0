//! What a setting is: its name, what values it takes, where it may stand.

use serde_json::Value;

/// What values a setting takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Kind {
    /// Text.
    Text,
    /// Text that must not be seen.
    Secret,
    /// One secret text, or several of which the first is the newest.
    Secrets,
    /// Private keys: each text a PEM or a JWK, or a JWK (set) as a table. The first is in use.
    Keys,
    /// `true` or `false`.
    Switch,
    /// A whole number of at least this.
    Integer(i64),
    /// A whole number of seconds, more than none.
    Seconds,
    /// A number of seconds, more than none; fractions are allowed.
    Timeout,
    /// A list of texts, or one text of words separated by white space or commas.
    List,
    /// A table of texts.
    Pairs,
    /// A table of anything.
    Table,
    /// A list of anything.
    Items,
    /// Anything: what it must be, only its provider knows.
    Any,
    /// An absolute `http` or `https` URL; `{…}` in it are places to fill in.
    Url,
    /// Where a browser may be sent: a path on this site, or an absolute URL.
    Target,
    /// The path of a file.
    File,
    /// One of these words, in whatever case.
    Choice(&'static [&'static str]),
}

/// Where a setting is of use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// For the site as a whole.
    Site,
    /// For one backend; made for the site, it holds for all backends.
    Backend,
    /// For the site, and differently for a backend if so wished.
    Both,
    /// For the server program only.
    Server,
}

/// A setting that there is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SettingDecl {
    /// Its short name, in upper case: `KEY`.
    pub name: &'static str,
    /// What values it takes.
    pub kind: Kind,
    /// Where it is of use.
    pub scope: Scope,
    /// What holds without it, as people would write it.
    pub default: Option<&'static str>,
    /// Whether there must be a value.
    pub required: bool,
    /// What it does, in a sentence.
    pub doc: &'static str,
}

impl SettingDecl {
    /// A setting of a backend.
    #[must_use]
    pub const fn new(name: &'static str, kind: Kind, doc: &'static str) -> Self {
        SettingDecl { name, kind, scope: Scope::Backend, default: None, required: false, doc }
    }

    /// The same with what holds without it.
    #[must_use]
    pub const fn or(mut self, default: &'static str) -> Self {
        self.default = Some(default);
        self
    }

    /// The same, and there must be a value.
    #[must_use]
    pub const fn required(mut self) -> Self {
        self.required = true;
        self
    }

    /// The same, of use elsewhere.
    #[must_use]
    pub(super) const fn of(mut self, scope: Scope) -> Self {
        self.scope = scope;
        self
    }
}

impl SettingDecl {
    /// A provider that says nothing about the kind: what settings of that name are elsewhere.
    pub(super) fn with_likely_kind(mut self) -> Self {
        if self.kind == Kind::Any {
            self.kind = match super::names::find(self.name) {
                Some((_, decl)) => decl.kind,
                None if self.name.ends_with("URL") => Kind::Url,
                None if self.name.ends_with("SECRET") || self.name.ends_with("PRIVATE_KEY") => Kind::Secret,
                None => Kind::Any,
            };
        }
        self
    }
}

impl Kind {
    /// What the documentation and errors call it.
    #[must_use]
    pub fn title(self) -> String {
        match self {
            Kind::Text => "text".into(),
            Kind::Secret => "secret text".into(),
            Kind::Secrets => "secret text, or a list of them".into(),
            Kind::Keys => "a private key as PEM or JWK, or a list of them".into(),
            Kind::Switch => "true or false".into(),
            Kind::Integer(least) => format!("a whole number from {least}"),
            Kind::Seconds => "a whole number of seconds, more than 0".into(),
            Kind::Timeout => "a number of seconds, more than 0".into(),
            Kind::List => "a list of texts".into(),
            Kind::Pairs => "a table of texts".into(),
            Kind::Table => "a table".into(),
            Kind::Items => "a list".into(),
            Kind::Any => "a value".into(),
            Kind::Url => "an absolute http or https URL".into(),
            Kind::Target => "a path that starts with /, or an absolute URL".into(),
            Kind::File => "the path of a file".into(),
            Kind::Choice(words) => format!("one of {}", quoted(words)),
        }
    }

    /// Whether the value must never be shown.
    #[must_use]
    pub fn is_secret(self) -> bool {
        matches!(self, Kind::Secret | Kind::Secrets | Kind::Keys)
    }

    /// Whether a text from the environment that looks like JSON is JSON.
    pub(super) fn reads_json(self) -> bool {
        matches!(self, Kind::Secrets | Kind::Keys | Kind::List | Kind::Pairs | Kind::Table | Kind::Items | Kind::Any)
    }

    /// Whether an empty text is as good as none, and would not be understood otherwise.
    pub(super) fn ignores_empty_text(self) -> bool {
        !matches!(self, Kind::Text | Kind::Secret | Kind::File | Kind::List | Kind::Any)
    }

    /// Whether the value may be fetched from a variable or a file by `{ env = "…" }`.
    pub(super) fn may_refer(self) -> bool {
        !matches!(self, Kind::Pairs | Kind::Table | Kind::Items)
    }

    /// Whether this is such a value; otherwise what would be right.
    pub(super) fn check(self, value: &Value) -> Result<(), String> {
        let fits = match (self, value) {
            (Kind::Any, _) | (_, Value::Null) => true,
            (Kind::Text | Kind::Secret | Kind::File, Value::String(_)) => true,
            (Kind::Secrets, Value::String(_)) => true,
            (Kind::Secrets, Value::Array(items)) => items.iter().all(Value::is_string),
            (Kind::Keys, Value::String(_) | Value::Object(_)) => true,
            (Kind::Keys, Value::Array(items)) => items.iter().all(|item| item.is_string() || item.is_object()),
            (Kind::Switch, value) => switch(value).is_some(),
            (Kind::Integer(least), value) => whole(value).is_some_and(|number| number >= least),
            (Kind::Seconds, value) => whole(value).is_some_and(|number| number > 0),
            (Kind::Timeout, value) => seconds(value).is_some(),
            (Kind::List, Value::Array(items)) => items.iter().all(Value::is_string),
            (Kind::List, Value::String(_)) => true,
            (Kind::Pairs, Value::Object(table)) => table.values().all(|value| !value.is_object() && !value.is_array() && !value.is_null()),
            (Kind::Table, Value::Object(_)) => true,
            (Kind::Items, Value::Array(_)) => true,
            (Kind::Url, Value::String(text)) => text.is_empty() || is_web_url(text),
            (Kind::Target, Value::String(text)) => text.is_empty() || is_target(text),
            (Kind::Choice(words), Value::String(text)) => words.iter().any(|word| word.eq_ignore_ascii_case(text)),
            _ => false,
        };
        if fits { Ok(()) } else { Err(self.complaint(value)) }
    }

    fn complaint(self, value: &Value) -> String {
        match (self, value) {
            (Kind::Text | Kind::Secret | Kind::Secrets | Kind::File, Value::Number(_) | Value::Bool(_)) => {
                format!("must be {}: put the value in quotes", self.title())
            }
            _ => format!("must be {}", self.title()),
        }
    }
}

/// A switch as written: a boolean, 0 or 1, or a word for it.
pub(super) fn switch(value: &Value) -> Option<bool> {
    match value {
        Value::Bool(value) => Some(*value),
        Value::Number(number) => match number.as_i64() {
            Some(0) => Some(false),
            Some(1) => Some(true),
            _ => None,
        },
        Value::String(text) => match text.trim().to_ascii_lowercase().as_str() {
            "true" | "1" | "yes" | "on" => Some(true),
            "false" | "0" | "no" | "off" | "" => Some(false),
            _ => None,
        },
        _ => None,
    }
}

/// A number of seconds as written; none unless it is finite and more than zero.
pub(super) fn seconds(value: &Value) -> Option<f64> {
    let number = match value {
        Value::Number(number) => number.as_f64(),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    };
    // A year: beyond it somebody wrote milliseconds, and durations could overflow.
    number.filter(|number| number.is_finite() && *number > 0.0 && *number <= 31_536_000.0)
}

fn whole(value: &Value) -> Option<i64> {
    match value {
        Value::Number(number) => number.as_i64(),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    }
}

fn is_web_url(text: &str) -> bool {
    let filled = text.replace(['{', '}'], "");
    text.starts_with('{') || url::Url::parse(&filled).is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.has_host())
}

fn is_target(text: &str) -> bool {
    text.starts_with('/') || (text.contains("://") && url::Url::parse(text).is_ok())
}

fn quoted(words: &[&str]) -> String {
    words.iter().map(|word| format!("\"{word}\"")).collect::<Vec<_>>().join(", ")
}
