//! Values that stand elsewhere: `{ env = "GITHUB_SECRET" }` and `{ file = "/run/secrets/github" }`.

use std::path::{Path, PathBuf};

use serde_json::Value;

use super::kind::Kind;

/// No text that a setting takes is longer than this, in bytes.
const MAX_LENGTH: u64 = 64 * 1024;

/// How variables of the environment are read.
pub(super) type Environment<'a> = &'a dyn Fn(&str) -> Option<String>;

/// The value that `value` refers to; `value` itself if it refers to nothing. Relative files are looked
/// for in `folder`.
///
/// # Errors
/// What is wrong, without place.
pub(super) fn follow(value: Value, kind: Option<Kind>, folder: &Path, environment: Environment<'_>) -> Result<Value, String> {
    if !kind.is_none_or(Kind::may_refer) {
        return Ok(value);
    }
    if let Value::Array(items) = value {
        return items.into_iter().map(|item| follow(item, None, folder, environment)).collect::<Result<_, _>>().map(Value::Array);
    }
    match reference(&value) {
        Some(("env", name)) => match environment(name) {
            Some(text) if !text.is_empty() => Ok(Value::String(text)),
            _ => Err(format!("refers to the environment variable {name}, which is not set")),
        },
        Some((_, path)) => read(&folder.join(path)).map(Value::String),
        None => Ok(value),
    }
}

fn reference(value: &Value) -> Option<(&str, &str)> {
    let table = value.as_object().filter(|table| table.len() == 1)?;
    ["env", "file"].into_iter().find_map(|key| table.get(key).and_then(Value::as_str).map(|target| (key, target)))
}

/// The text of a file of one value; one line end at its end does not count.
///
/// # Errors
/// What is wrong, without place.
pub(super) fn read(path: &Path) -> Result<String, String> {
    let unreadable = |why: String| format!("refers to the file {}, which {why}", path.display());
    let length = std::fs::metadata(path).map_err(|error| unreadable(format!("cannot be read: {error}")))?.len();
    if length > MAX_LENGTH {
        return Err(unreadable(format!("is longer than {MAX_LENGTH} bytes")));
    }
    let bytes = std::fs::read(PathBuf::from(path)).map_err(|error| unreadable(format!("cannot be read: {error}")))?;
    let text = String::from_utf8(bytes).map_err(|_| unreadable("is not UTF-8 text".to_owned()))?;
    let text = text.strip_suffix('\n').map_or(text.as_str(), |line| line.strip_suffix('\r').unwrap_or(line));
    if text.is_empty() { Err(unreadable("is empty".to_owned())) } else { Ok(text.to_owned()) }
}
