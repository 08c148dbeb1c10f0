//! From the provider's answer to an [`Identity`].

use serde_json::{Map, Value};

use super::config::Config;
use crate::error::{Error, Result, Stage};
use crate::identity::{Fields, Identity, Tokens, UserDetails};
use crate::protocol::profile::{self, Reading, extra_data, is_empty};
use crate::secret::Secret;

/// Reads the identity out of an answer.
///
/// # Errors
/// As [`profile::read`].
pub(super) fn read(config: &Config, answer: Map<String, Value>, tokens: Tokens, now: i64) -> Result<Identity> {
    if let Some((owner, _)) = config.owner
        && answer.get(owner).and_then(Value::as_str).is_none_or(|text| text.trim().is_empty())
    {
        return Err(Error::missing_claim(owner).stage(Stage::UserInfo));
    }
    let reading = Reading { settings: &config.hook_settings, answer: config.hooks.answer, details: config.hooks.details };
    let mut identity = profile::read(&config.identity, &reading, answer, tokens, now)?;
    keep_tokens(&mut identity.extra_data.0, &identity.tokens);
    Ok(identity)
}

fn keep_tokens(kept: &mut Map<String, Value>, tokens: &Tokens) {
    let access_token = tokens.access_token.as_ref().map(Secret::expose);
    kept.insert("access_token".to_owned(), Value::from(access_token));
    kept.insert("token_type".to_owned(), Value::from(tokens.token_type.clone()));
}

/// What a refresh changes in `extra_data`: the fields that the answer has, never an absent one.
pub(super) fn refreshed_data(config: &Config, answer: Map<String, Value>, tokens: &Tokens, now: i64) -> Fields {
    let answer = Value::Object(answer);
    let mut kept = extra_data(&config.identity, &answer, &UserDetails::default(), now).0;
    keep_tokens(&mut kept, tokens);
    kept.retain(|_, value| !value.is_null());
    for name in ["refresh_token", "expires_in", "expires"] {
        if let Some(value) = answer.get(name).filter(|value| !is_empty(value)) {
            kept.insert(name.to_owned(), value.clone());
        }
    }
    Fields(kept)
}
