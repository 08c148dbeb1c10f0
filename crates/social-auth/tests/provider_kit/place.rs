//! Puts a value where a selector will look for it.

use std::sync::LazyLock;

use regex::Regex;
use serde_json::{Map, Value, json};

/// A member, `'quoted'` if it has special characters; or what stands in brackets.
static SEGMENT: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"'([^']*)'|\[([^\]]*)\]|([^.\[\]']+)").unwrap());
static FIELD: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"\{([^}]*)\}").unwrap());

/// The paths that a selector looks at first.
pub fn paths(selector: &str) -> Vec<String> {
    let first = selector.split('|').next().unwrap_or_default().trim();
    if first.contains('{') {
        return FIELD.captures_iter(first).map(|found| found[1].to_owned()).collect();
    }
    let path = [":before(", ":after(", ":last("].iter().fold(first, |path, cut| path.split(cut).next().unwrap_or_default());
    Vec::from_iter(Some(path.to_owned()).filter(|path| !path.is_empty()))
}

/// Puts a value at a path, or takes away what is there.
pub fn put(answer: &mut Value, path: &str, value: Option<Value>) {
    let segments: Vec<_> = SEGMENT.captures_iter(path).collect();
    let Some((last, before)) = segments.split_last() else { return };
    let mut place = answer;
    for segment in before {
        place = step_into(place, segment);
    }
    match value {
        Some(value) => *step_into(place, last) = value,
        None => {
            let (name, members) = (last.get(1).or(last.get(3)), place.as_object_mut());
            if let (Some(name), Some(members)) = (name, members) {
                members.remove(name.as_str());
            }
        }
    }
}

fn step_into<'v>(place: &'v mut Value, segment: &regex::Captures<'_>) -> &'v mut Value {
    if let Some(member) = segment.get(1).or(segment.get(3)) {
        if !place.is_object() {
            *place = json!({});
        }
        return &mut place[member.as_str()];
    }
    if !place.is_array() {
        *place = json!([{}]);
    }
    let wanted = segment.get(2).map_or("", |found| found.as_str());
    for (name, value) in wanted.split(',').filter_map(|pair| pair.split_once('=')) {
        place[0][name] = if value == "true" { Value::Bool(true) } else { Value::from(value) };
    }
    &mut place[0]
}

/// The members of an object.
pub fn members(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(members) => members,
        _ => Map::new(),
    }
}
