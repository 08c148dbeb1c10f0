//! What a token states (RFC 7519, section 4; OpenID Connect Core 1.0, section 2).

use std::fmt;

use serde_json::{Map, Value};

use super::json;
use crate::error::{Error, Reason, Result};

/// The claims of a verified token. Each registered claim that is there has the type that its
/// specification gives it: one of another type never counts as absent (CVE-2026-25537).
///
/// `Debug` shows the names of the claims only.
#[derive(Clone, PartialEq)]
pub struct Claims(Map<String, Value>);

enum Type {
    Text,
    Texts,
    TextOrTexts,
    Time,
    Object,
}

const REGISTERED: &[(&str, Type)] = &[
    ("iss", Type::Text),
    ("sub", Type::Text),
    ("aud", Type::TextOrTexts),
    ("exp", Type::Time),
    ("nbf", Type::Time),
    ("iat", Type::Time),
    ("jti", Type::Text),
    ("nonce", Type::Text),
    ("azp", Type::Text),
    ("auth_time", Type::Time),
    ("acr", Type::Text),
    ("amr", Type::Texts),
    ("at_hash", Type::Text),
    ("c_hash", Type::Text),
    ("s_hash", Type::Text),
    ("sid", Type::Text),
    ("events", Type::Object),
];

/// Times beyond this (the year 9999) are nonsense, and far from where seconds lose precision.
const LATEST: i64 = 253_402_300_799;

impl Claims {
    /// Reads a payload.
    ///
    /// # Errors
    /// `malformed_response` when it is no JSON object with unique names; `invalid_claim`, naming the
    /// claim, when a registered claim is of another type (`null` is another type).
    pub fn parse(payload: &[u8]) -> Result<Self> {
        let claims = Claims(json::object(payload, "token's payload")?);
        for (name, kind) in REGISTERED {
            if let Some(value) = claims.0.get(*name) {
                kind.check(name, value)?;
            }
        }
        Ok(claims)
    }

    /// A claim of whatever type.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.0.get(name)
    }

    /// A claim that is a text; `None` also when it is something else, which no registered text can be.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<&str> {
        self.0.get(name).and_then(Value::as_str)
    }

    /// A claim that is a time, in whole Unix seconds, rounded down (RFC 7519, section 2: NumericDate).
    #[must_use]
    pub fn time(&self, name: &str) -> Option<i64> {
        self.0.get(name).and_then(numeric_date)
    }

    /// `aud`, whether it came as one text or a list.
    pub fn audiences(&self) -> impl Iterator<Item = &str> {
        texts(self.0.get("aud"))
    }

    /// A claim that has to be there.
    ///
    /// # Errors
    /// `missing_claim`.
    pub fn require_text(&self, name: &str) -> Result<&str> {
        self.text(name).ok_or_else(|| Error::missing_claim(name))
    }

    /// A time that has to be there.
    ///
    /// # Errors
    /// `missing_claim`.
    pub fn require_time(&self, name: &str) -> Result<i64> {
        self.time(name).ok_or_else(|| Error::missing_claim(name))
    }

    /// All claims.
    #[must_use]
    pub fn as_map(&self) -> &Map<String, Value> {
        &self.0
    }

    /// All claims, given away.
    #[must_use]
    pub fn into_map(self) -> Map<String, Value> {
        self.0
    }
}

impl fmt::Debug for Claims {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.0.keys()).finish()
    }
}

impl Type {
    fn check(&self, name: &str, value: &Value) -> Result<()> {
        let is_text_list = |value: &Value| value.as_array().is_some_and(|items| !items.is_empty() && items.iter().all(Value::is_string));
        let (fits, wanted) = match self {
            Type::Text => (value.is_string(), "a text"),
            Type::Texts => (value.as_array().is_some_and(|items| items.iter().all(Value::is_string)), "a list of texts"),
            Type::TextOrTexts => (value.is_string() || is_text_list(value), "a text or a list of texts"),
            Type::Time => (numeric_date(value).is_some(), "a number of seconds"),
            Type::Object => (value.is_object(), "an object"),
        };
        if fits { Ok(()) } else { Err(Error::new(Reason::InvalidClaim).claim(name).detail(format!("it must be {wanted}"))) }
    }
}

pub(crate) fn texts(value: Option<&Value>) -> impl Iterator<Item = &str> {
    let (one, many) = match value {
        Some(Value::String(text)) => (Some(text.as_str()), None),
        Some(Value::Array(items)) => (None, Some(items.iter().filter_map(Value::as_str))),
        _ => (None, None),
    };
    one.into_iter().chain(many.into_iter().flatten())
}

fn numeric_date(value: &Value) -> Option<i64> {
    let seconds = match (value.as_i64(), value.as_f64()) {
        (Some(seconds), _) => seconds,
        // The bounds are checked first, so that the conversion is exact.
        (None, Some(seconds)) if seconds.abs() <= LATEST as f64 => seconds.floor() as i64,
        _ => return None,
    };
    (-LATEST..=LATEST).contains(&seconds).then_some(seconds)
}
