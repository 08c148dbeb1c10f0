//! Settings from a TOML file: every value with its line.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::{Map, Value};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::problem::{Problem, Problems};
use super::references::{self, Environment};
use super::{Origin, Setting, Settings, Written, flat_name, names, setting_name};

/// One fault makes the parser stumble over more; these are enough to see.
const MOST_SYNTAX_ERRORS: usize = 5;

impl Settings {
    /// Reads a settings file.
    ///
    /// # Errors
    /// All that is wrong with the file as such: it cannot be read, is no TOML, says something twice, or
    /// refers to a variable or file that is not there. Names and types are for [`Settings::check`].
    pub fn from_toml_file(path: impl AsRef<Path>) -> Result<Self, Problems> {
        let path = path.as_ref();
        let unreadable = |why: String| Problem::error(format!("the settings file {} cannot be read: {why}", path.display()));
        let bytes = std::fs::read(path).map_err(|error| {
            let missing = error.kind() == std::io::ErrorKind::NotFound;
            let help = if missing { "make the file, or name the one that you mean" } else { "see who may read it" };
            unreadable(error.to_string()).help(help)
        })?;
        let text = String::from_utf8(bytes).map_err(|error| {
            let valid = error.utf8_error().valid_up_to();
            let line = error.as_bytes().iter().take(valid).filter(|byte| **byte == b'\n').count() + 1;
            let place = Origin::File { path: Arc::new(path.to_owned()), line };
            Problem::error("the settings file is not UTF-8 text").at(&place).help("save it as UTF-8")
        })?;
        Settings::from_toml_str(&text, path)
    }

    /// Reads settings from the text of a file; `path` is for messages, and its folder for relative files.
    ///
    /// # Errors
    /// As [`Settings::from_toml_file`].
    pub fn from_toml_str(text: &str, path: impl Into<PathBuf>) -> Result<Self, Problems> {
        Settings::from_toml_with(text, path.into(), &|name| std::env::var(name).ok())
    }

    pub(super) fn from_toml_with(text: &str, path: PathBuf, environment: Environment<'_>) -> Result<Self, Problems> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let (table, errors) = DeTable::parse_recoverable(text);
        let mut reader = Reader { text, path: Arc::new(path), environment, settings: Settings::new(), problems: Vec::new() };
        if errors.is_empty() {
            reader.read(table.get_ref());
        } else {
            reader.problems = errors.iter().take(MOST_SYNTAX_ERRORS).map(|error| reader.syntax(error)).collect();
        }
        Problems::unless_fine(reader.problems)?;
        Ok(reader.settings)
    }
}

struct Reader<'a> {
    text: &'a str,
    path: Arc<PathBuf>,
    environment: Environment<'a>,
    settings: Settings,
    problems: Vec<Problem>,
}

type Key<'a> = Spanned<std::borrow::Cow<'a, str>>;

impl Reader<'_> {
    fn read(&mut self, table: &DeTable<'_>) {
        for (key, value) in in_order(table) {
            match (key.get_ref().as_ref(), value.get_ref()) {
                ("backends", DeValue::Table(backends)) => self.backends(backends),
                ("backends", _) => {
                    let help = "write a table [backends.<name>] for each, or authentication_backends = [\"<name>\"]";
                    self.problems.push(Problem::error("backends must be tables").at(&self.place(key.span().start)).help(help));
                }
                (name, _) => self.setting(None, name, key, value),
            }
        }
    }

    fn backends(&mut self, backends: &DeTable<'_>) {
        for (key, value) in in_order(backends) {
            let (name, place) = (key.get_ref().as_ref(), self.place(key.span().start));
            let DeValue::Table(table) = value.get_ref() else {
                let help = format!("write [backends.{name}] on a line of its own, and its settings below");
                self.problems.push(Problem::error(format!("backends.{name} must be a table")).at(&place).help(help));
                continue;
            };
            let provider = self.provider(name, table);
            self.settings.enable(name, &provider, place);
            for (key, value) in in_order(table) {
                let short = key.get_ref().as_ref();
                if !matches!(short, "provider" | "protocol") {
                    self.setting(Some(name), short, key, value);
                }
            }
        }
    }

    /// The provider that a table asks for: that of `provider`, the generic one of `protocol`, or the name.
    fn provider(&mut self, name: &str, table: &DeTable<'_>) -> String {
        let mut found = None;
        for (key, value) in in_order(table) {
            let word = key.get_ref().as_ref();
            if !matches!(word, "provider" | "protocol") {
                continue;
            }
            let place = self.place(key.span().start);
            match value.get_ref() {
                DeValue::String(_) if found.is_some() => {
                    let what = format!("[backends.{name}] has both provider and protocol");
                    let help = "protocol is for a provider that we do not know; keep one of them";
                    self.problems.push(Problem::error(what).of_backend(name).at(&place).help(help));
                }
                DeValue::String(text) if word == "protocol" => found = Some(generic_provider(text).to_owned()),
                DeValue::String(text) => found = Some(text.to_string()),
                _ => self.problems.push(Problem::error(format!("[backends.{name}] {word} must be text")).about(word).at(&place)),
            }
        }
        found.unwrap_or_else(|| name.to_owned())
    }

    fn setting(&mut self, backend: Option<&str>, name: &str, key: &Key<'_>, value: &Spanned<DeValue<'_>>) {
        let origin = self.place(key.span().start);
        let (flat, written) = match backend {
            None => (flat_name(name), Written { backend: None, name: name.to_owned() }),
            Some(backend) => (setting_name(&[backend, name]), Written { backend: Some(backend.to_owned()), name: name.to_owned() }),
        };
        let short = name.to_uppercase().replace('-', "_");
        let kind = names::find(short.strip_prefix("SOCIAL_AUTH_").unwrap_or(&short)).map(|(_, decl)| decl.kind);
        let folder = self.path.parent().map(Path::to_owned).unwrap_or_default();
        let followed = json(value.get_ref()).and_then(|value| references::follow(value, kind, &folder, self.environment));
        match followed {
            Ok(value) => self.settle(&flat, Setting { value, origin }, written),
            Err(what) => self.problems.push(Problem::error(format!("{written} {what}")).about(name).at(&origin)),
        }
    }

    fn settle(&mut self, flat: &str, setting: Setting, written: Written) {
        self.problems.extend(self.settings.offer(flat, setting, written));
    }

    fn place(&self, offset: usize) -> Origin {
        Origin::File { path: Arc::clone(&self.path), line: line_and_column(self.text, offset).0 }
    }

    fn syntax(&self, error: &toml::de::Error) -> Problem {
        let offset = error.span().map_or(0, |span| span.start);
        let (line, column) = line_and_column(self.text, offset);
        let text = self.text.lines().nth(line - 1).unwrap_or_default();
        let place = Origin::File { path: Arc::clone(&self.path), line };
        let unquoted = lacks_quotes(text).then(|| "text stands in quotes: name = \"value\"".to_owned());
        let problem = Problem::error(format!("this is not TOML: {}", error.message())).at(&place).help_if(unquoted);
        let shown = shown(text);
        // The column would point at nothing where the value is left out.
        let column = column.min(shown.chars().count() + 1);
        problem.excerpt(shown, column)
    }
}

/// The entries as they stand in the file; the map has them by name.
fn in_order<'t, 'i>(table: &'t DeTable<'i>) -> Vec<(&'t Key<'i>, &'t Spanned<DeValue<'i>>)> {
    let mut entries: Vec<_> = table.iter().collect();
    entries.sort_by_key(|(key, _)| key.span().start);
    entries
}

/// Line and column, both from 1, the column in characters.
fn line_and_column(text: &str, offset: usize) -> (usize, usize) {
    let before = text.get(..offset).unwrap_or(text);
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    (line, column)
}

/// Whether a line gives a value without any quotes or brackets: the most common slip.
fn lacks_quotes(line: &str) -> bool {
    let value = line.split_once('=').map(|(_, value)| value.trim());
    value.is_some_and(|value| !value.is_empty() && !value.contains(['"', '\'', '[', '{']))
}

/// A line of the file as far as it can be shown: what is not known to be harmless is left out, for it may
/// be the inside of a secret of several lines.
fn shown(line: &str) -> String {
    if line.starts_with("[backends.") {
        return line.to_owned();
    }
    let name = line.split_once('=').map(|(key, _)| key.rsplit('.').next().unwrap_or(key).trim().trim_matches(['"', '\'']));
    let short = name.unwrap_or_default().to_uppercase().replace('-', "_");
    match (name, names::find(short.strip_prefix("SOCIAL_AUTH_").unwrap_or(&short))) {
        (Some(_), Some((_, decl))) if !decl.kind.is_secret() => line.to_owned(),
        (Some(name), Some(_)) => format!("{name} = …"),
        _ => "…".to_owned(),
    }
}

fn json(value: &DeValue<'_>) -> Result<Value, String> {
    Ok(match value {
        DeValue::String(text) => Value::String(text.to_string()),
        DeValue::Boolean(value) => Value::Bool(*value),
        DeValue::Datetime(value) => Value::String(value.to_string()),
        DeValue::Integer(number) => {
            i64::from_str_radix(number.as_str(), number.radix()).map(Value::from).map_err(|_| "is a number that is too big".to_owned())?
        }
        DeValue::Float(number) => {
            let number: f64 = number.as_str().parse().map_err(|_| "is no number".to_owned())?;
            serde_json::Number::from_f64(number).map(Value::Number).ok_or_else(|| "must be a finite number".to_owned())?
        }
        DeValue::Array(items) => items.iter().map(|item| json(item.get_ref())).collect::<Result<_, _>>().map(Value::Array)?,
        DeValue::Table(table) => {
            let mut map = Map::new();
            for (key, value) in in_order(table) {
                map.insert(key.get_ref().to_string(), json(value.get_ref())?);
            }
            Value::Object(map)
        }
    })
}

/// The provider for anybody who speaks a protocol. Python Social Auth's `cas` is CAS by OpenID Connect.
fn generic_provider(protocol: &str) -> &str {
    if protocol == "cas" { "cas-ticket" } else { protocol }
}
