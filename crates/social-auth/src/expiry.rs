//! When a stored access token expires, as the extra data of an association says it.

use serde_json::Value;

use crate::error::{Error, Reason, Result};
use crate::identity::Fields;

/// A token with no more seconds left than this counts as expired: a request takes time.
pub const LEEWAY: i64 = 5;

/// `expires` means seconds up to this number (two years), and beyond it a Unix time: providers do both.
const LONGEST_LIFETIME: i64 = 2 * 365 * 24 * 3600;

/// How many seconds the access token has left at `now` (Unix seconds), or `None` where nobody said.
///
/// `expires_on` is a Unix time; `expires_in` and `expires` count from `auth_time`, or from now if that is
/// not there.
///
/// # Errors
/// `invalid_expiry`, naming the field, when its value is no time.
pub fn seconds_left(extra_data: &Fields, now: i64) -> Result<Option<i64>> {
    let field = |name: &str| extra_data.get(name).map(|value| whole_seconds(value).ok_or_else(|| invalid(name))).transpose();
    if let Some(at) = field("expires_on")? {
        return Ok(Some(at.saturating_sub(now)));
    }
    let seconds = match field("expires_in")? {
        Some(seconds) => seconds,
        None => match field("expires")? {
            Some(at) if at > LONGEST_LIFETIME => return Ok(Some(at.saturating_sub(now))),
            Some(seconds) => seconds,
            None => return Ok(None),
        },
    };
    let since = extra_data.get("auth_time").and_then(whole_seconds).filter(|since| (1..=now).contains(since)).unwrap_or(now);
    Ok(Some(since.saturating_add(seconds).saturating_sub(now)))
}

/// Whether the access token has expired at `now` (Unix seconds), or will within [`LEEWAY`] seconds. One
/// that nobody gave a lifetime has not.
///
/// # Errors
/// As [`seconds_left`].
pub fn is_expired(extra_data: &Fields, now: i64) -> Result<bool> {
    Ok(seconds_left(extra_data, now)?.is_some_and(|left| left <= LEEWAY))
}

/// Numbers and texts that are numbers; parts of a second are dropped.
fn whole_seconds(value: &Value) -> Option<i64> {
    /// Beyond it, a number is no time in seconds that anybody lives to see (the year 9999).
    const MOST: f64 = 253_402_300_799.0;
    let seconds = match value {
        Value::Number(number) => number.as_f64()?,
        Value::String(text) => text.trim().parse().ok()?,
        _ => return None,
    };
    #[allow(clippy::cast_possible_truncation, reason = "the range is checked")]
    (seconds.is_finite() && seconds.abs() <= MOST).then_some(seconds as i64)
}

fn invalid(name: &str) -> Error {
    Error::new(Reason::InvalidExpiry)
        .parameter(name)
        .detail(format!("\"{name}\" in the extra data of the association is no time in seconds"))
}
