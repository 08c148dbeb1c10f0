//! `REQUIRED_CLAIMS`: what a provider must say of a person before anybody is let in. Above all who vouches behind a
//! hub, which no address tells (advisory 21, CVE-2022-31027).

use serde_json::Value;

use super::BackendSettings;
use crate::error::Result;
use crate::identity::Fields;
use crate::select::Selector;

const SETTING: &str = "REQUIRED_CLAIMS";

/// A claim, and the values of which it must have one.
#[derive(Debug, Clone, PartialEq)]
pub struct RequiredClaim {
    name: String,
    place: Selector,
    accepted: Vec<Value>,
}

impl RequiredClaim {
    /// Reads `REQUIRED_CLAIMS`.
    ///
    /// # Errors
    /// `invalid_setting` for a rule that would let nobody in, or whoever has an empty value.
    pub(super) fn resolve(settings: &BackendSettings<'_>) -> Result<Vec<Self>> {
        let Some(table) = settings.table(SETTING)? else { return Ok(Vec::new()) };
        if table.is_empty() {
            return Err(settings.invalid(SETTING, "names no claim; leave it out for no rule"));
        }
        let rule = |(name, accepted): (&String, &Value)| {
            let accepted = match accepted {
                Value::Array(several) => several.clone(),
                one => vec![one.clone()],
            };
            if accepted.is_empty() || !accepted.iter().all(is_a_value) {
                let what = format!("must give the values that will do for \"{name}\": a text, a number, a switch, or a list of them");
                return Err(settings.invalid(SETTING, &what));
            }
            let place = Selector::parse(name).ok().filter(|place| !place.is_empty());
            let place = place.ok_or_else(|| settings.invalid(SETTING, &format!("has \"{name}\", which is the name of no field")))?;
            Ok(RequiredClaim { name: name.clone(), place, accepted })
        };
        table.iter().map(rule).collect()
    }

    /// The claim, as the setting names it.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether the answer has one of the values there; of a claim with several values, one will do. Compared exactly: an
    /// entity id that differs in a slash is another institution's.
    #[must_use]
    pub fn is_met(&self, answer: &Fields) -> bool {
        // Names of claims may be URLs, which as a path would lead elsewhere.
        let found = match answer.get(&self.name) {
            Some(found) => Some(found.clone()),
            None => self.place.value(&Value::Object(answer.0.clone())),
        };
        match found {
            Some(Value::Array(several)) => several.iter().any(|one| self.accepted.contains(one)),
            Some(one) => self.accepted.contains(&one),
            None => false,
        }
    }
}

fn is_a_value(value: &Value) -> bool {
    match value {
        Value::String(text) => !text.trim().is_empty(),
        Value::Number(_) | Value::Bool(_) => true,
        Value::Null | Value::Array(_) | Value::Object(_) => false,
    }
}
