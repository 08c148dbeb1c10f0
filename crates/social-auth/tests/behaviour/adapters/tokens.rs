//! Hashes and lifetimes of tokens.

use serde_json::json;
use social_auth::expiry;
use social_auth::identity::Fields;
use social_auth::jose::Algorithm;

use crate::case::{Answer, Case, raised_at_unknown};

pub fn at_hash(case: &Case) -> Answer {
    let algorithm = Algorithm::from_name(case.text("algorithm")).ok_or_else(|| json!("no such algorithm"))?;
    Ok(json!(algorithm.half_hash(case.text("access_token"))))
}

pub fn expiration_timedelta(case: &Case) -> Answer {
    const NOW: i64 = 1_767_960_000;
    let extra_data = Fields(case.object("extra_data"));
    let left = expiry::seconds_left(&extra_data, NOW).map_err(raised_at_unknown)?;
    let expired = expiry::is_expired(&extra_data, NOW).map_err(raised_at_unknown)?;
    #[allow(clippy::cast_precision_loss, reason = "seconds are small")]
    Ok(json!({"seconds": left.map(|left| left as f64), "access_token_expired": expired}))
}
