//! Placeholders (`<random:state>`, `<auth_time>`): bound where ours first appear, put in afterwards.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use regex::Regex;
use serde_json::Value;

static PLACEHOLDER: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"<(random:[^>]+|auth_time|oauth_[a-z]+)>").unwrap());

/// What the placeholders of a case stand for.
#[derive(Default)]
pub struct Bindings {
    values: BTreeMap<String, String>,
    clock: i64,
}

impl Bindings {
    pub fn new(clock: i64) -> Self {
        Bindings { values: BTreeMap::new(), clock }
    }

    /// The text with everything put in that is bound.
    pub fn fill(&self, text: &str) -> String {
        PLACEHOLDER
            .replace_all(text, |found: &regex::Captures<'_>| match &found[1] {
                "auth_time" => self.clock.to_string(),
                name => {
                    name.strip_prefix("random:").and_then(|label| self.values.get(label)).cloned().unwrap_or_else(|| found[0].to_owned())
                }
            })
            .into_owned()
    }

    /// The value with everything put in that is bound. A text that is all `<auth_time>` becomes a number.
    pub fn fill_value(&self, value: &Value) -> Value {
        match value {
            Value::String(text) if text == "<auth_time>" => Value::from(self.clock),
            Value::String(text) => Value::String(self.fill(text)),
            Value::Array(items) => items.iter().map(|item| self.fill_value(item)).collect(),
            Value::Object(members) => Value::Object(members.iter().map(|(name, value)| (name.clone(), self.fill_value(value))).collect()),
            other => other.clone(),
        }
    }

    /// Whether ours is what the template says, binding what is not bound yet.
    pub fn matches(&mut self, template: &str, ours: &str) -> bool {
        let filled = self.fill(template);
        if !filled.contains('<') {
            return filled == ours;
        }
        let (mut pattern, mut labels, mut end) = (String::from("(?s)^"), Vec::new(), 0);
        for found in PLACEHOLDER.captures_iter(&filled) {
            let whole = found.get(0).unwrap();
            pattern.push_str(&regex::escape(&filled[end..whole.start()]));
            pattern.push_str("(.+?)");
            labels.push(found[1].strip_prefix("random:").map(str::to_owned));
            end = whole.end();
        }
        pattern.push_str(&regex::escape(&filled[end..]));
        pattern.push('$');
        let Some(values) = Regex::new(&pattern).unwrap().captures(ours) else { return false };
        labels
            .into_iter()
            .zip(values.iter().skip(1).flatten())
            .all(|(label, value)| label.is_none_or(|label| self.bind(label, value.as_str())))
    }

    /// Whether ours is what the template says, member by member.
    pub fn matches_value(&mut self, template: &Value, ours: &Value) -> bool {
        match (template, ours) {
            (Value::String(text), Value::Number(number)) if text == "<auth_time>" => number.as_i64() == Some(self.clock),
            (Value::String(text), Value::String(ours)) => self.matches(text, ours),
            (Value::Array(items), Value::Array(ours)) => {
                items.len() == ours.len() && items.iter().zip(ours).all(|(item, ours)| self.matches_value(item, ours))
            }
            (Value::Object(members), Value::Object(ours)) => {
                members.len() == ours.len()
                    && members.iter().all(|(name, member)| ours.get(name).is_some_and(|ours| self.matches_value(member, ours)))
            }
            (Value::Number(number), Value::Number(ours)) => number.as_f64() == ours.as_f64(),
            (template, ours) => template == ours,
        }
    }

    /// `state` and `state:2` are two random values: ours must not be one.
    fn bind(&mut self, label: String, value: &str) -> bool {
        let kind = label.split(':').next().unwrap_or_default();
        let repeated = self.values.iter().any(|(other, known)| known == value && *other != label && other.split(':').next() == Some(kind));
        !repeated && self.values.entry(label).or_insert_with(|| value.to_owned()) == value
    }
}
