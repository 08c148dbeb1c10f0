//! From the provider's answer to an [`Identity`].

use serde_json::{Map, Value};

use super::config::{Config, DetailsConfig, VerifiedConfig};
use crate::error::{Error, Result, Stage};
use crate::identity::{Email, Fields, Identity, Tokens, Uid, UserDetails};
use crate::select::Selector;

/// Reads the identity out of an answer.
///
/// # Errors
/// `missing_claim` or `invalid_claim` when there is no usable identifier; what a hook refuses.
pub(super) fn read(config: &Config, mut answer: Map<String, Value>, tokens: Tokens, now: i64) -> Result<Identity> {
    if let Some(hook) = config.hooks.answer {
        hook(&config.hook_settings, &mut answer).map_err(|error| error.stage_if_unknown(Stage::UserInfo))?;
    }
    let answer = Value::Object(answer);
    let uid =
        Uid::from_value(&config.uid.id_key, config.uid.selector.value(&answer).as_ref()).map_err(|error| error.stage(Stage::UserInfo))?;
    let mut details = details(&config.details, &answer);
    if let Some(hook) = config.hooks.details {
        hook(&config.hook_settings, &answer, &mut details);
    }
    let legacy = config.uid.legacy.iter().filter_map(|(name, selector)| Some((name.clone(), selector.text(&answer)?)));
    let legacy_uids = legacy.filter(|(_, value)| value != uid.as_str()).collect();
    let groups = read_groups(config, &answer)?;
    let extra_data = extra_data(config, &answer, &details, &tokens, now);
    let Value::Object(response) = answer else { return Err(Error::malformed("the answer is no object")) };
    Ok(Identity {
        uid,
        id_key: config.uid.id_key.clone(),
        session_lifetime: tokens.expires_in,
        details,
        response: Fields(response),
        tokens,
        extra_data,
        groups,
        legacy_uids,
    })
}

fn details(config: &DetailsConfig, answer: &Value) -> UserDetails {
    let text = |selector: &Selector| selector.text(answer).map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
    let verified = match &config.email_verified {
        VerifiedConfig::Never => false,
        VerifiedConfig::Always => true,
        VerifiedConfig::When(selector) => selector.text(answer).is_some_and(|text| text == "true"),
    };
    UserDetails {
        username: text(&config.username),
        email: text(&config.email).map(|address| Email { address, verified }),
        fullname: text(&config.fullname),
        first_name: text(&config.first_name),
        last_name: text(&config.last_name),
        extra: config.extra.iter().filter_map(|(name, selector)| Some(((*name).to_owned(), selector.value(answer)?))).collect(),
    }
}

fn read_groups(config: &Config, answer: &Value) -> Result<Option<Vec<String>>> {
    match config.groups.value(answer) {
        None => Ok(config.groups_missing_as_empty.then(Vec::new)),
        Some(Value::Array(items)) => {
            items.iter().map(|item| item.as_str().map(str::to_owned).ok_or_else(bad_groups)).collect::<Result<_>>().map(Some)
        }
        Some(Value::String(group)) => Ok(Some(vec![group])),
        Some(_) => Err(bad_groups()),
    }
}

fn bad_groups() -> Error {
    Error::invalid_claim("groups").stage(Stage::UserInfo).detail("groups must be a list of texts")
}

/// What is kept with the association: the declared and configured fields, and the tokens.
fn extra_data(config: &Config, response: &Value, details: &UserDetails, tokens: &Tokens, now: i64) -> Fields {
    let everything = response.as_object().filter(|_| config.keep_everything);
    let mut kept = everything.cloned().unwrap_or_default();
    for field in &config.extra_data {
        let value = match response.get(&field.field) {
            Some(value) => Some(value.clone()),
            None => field.selector.value(response).or_else(|| details.get(&field.field)).or_else(|| details.get(&field.name)),
        };
        let value = value.unwrap_or(Value::Null);
        if !(field.only_if_present && is_empty(&value)) {
            kept.insert(field.name.clone(), value);
        }
    }
    let text = |secret: &Option<crate::Secret>| secret.as_ref().map_or(Value::Null, |secret| Value::from(secret.expose()));
    kept.insert("access_token".to_owned(), text(&tokens.access_token));
    kept.insert("token_type".to_owned(), tokens.token_type.clone().map_or(Value::Null, Value::String));
    kept.insert("auth_time".to_owned(), Value::from(now));
    Fields(kept)
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Bool(flag) => !flag,
        Value::Number(number) => number.as_f64() == Some(0.0),
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(members) => members.is_empty(),
    }
}

/// What a refresh changes in `extra_data`: the fields that the answer has, never an absent one.
pub(super) fn refreshed_data(config: &Config, answer: Map<String, Value>, tokens: &Tokens, now: i64) -> Fields {
    let answer = Value::Object(answer);
    let mut kept = extra_data(config, &answer, &UserDetails::default(), tokens, now).0;
    kept.retain(|_, value| !value.is_null());
    for name in ["refresh_token", "expires_in", "expires"] {
        if let Some(value) = answer.get(name).filter(|value| !is_empty(value)) {
            kept.insert(name.to_owned(), value.clone());
        }
    }
    Fields(kept)
}
