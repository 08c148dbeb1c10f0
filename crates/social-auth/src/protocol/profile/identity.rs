//! From the provider's answer to an [`Identity`].

use serde_json::{Map, Value};

use super::config::{DetailsConfig, IdentityConfig, VerifiedConfig};
use super::description::HookSettings;
use crate::error::{Error, Result, Stage};
use crate::identity::{Email, Fields, Identity, ProviderSession, Tokens, Uid, UserDetails};
use crate::names::Names;
use crate::select::Selector;
use crate::settings::NameSettings;

/// What a provider does to an answer in code.
pub(in crate::protocol) struct Reading<'a> {
    pub settings: &'a HookSettings,
    /// Reshapes or refuses the answer before fields are read.
    pub answer: Option<fn(&HookSettings, &mut Map<String, Value>) -> Result<()>>,
    /// Completes the details.
    pub details: Option<fn(&HookSettings, &Value, &mut UserDetails)>,
}

/// Reads the identity out of an answer. The tokens are not among the extra data yet.
///
/// # Errors
/// `missing_claim` or `invalid_claim` when there is no usable identifier; what a hook refuses.
pub(in crate::protocol) fn read(
    config: &IdentityConfig,
    reading: &Reading<'_>,
    mut answer: Map<String, Value>,
    tokens: Tokens,
    now: i64,
) -> Result<Identity> {
    if let Some(hook) = reading.answer {
        hook(reading.settings, &mut answer).map_err(|error| error.stage_if_unknown(Stage::UserInfo))?;
    }
    let answer = Value::Object(answer);
    let mut details = details(&config.details, &answer);
    if let Some(hook) = reading.details {
        hook(reading.settings, &answer, &mut details);
    }
    let id_key = &config.uid.id_key;
    let identifier = config.uid.selector.value(&answer).or_else(|| details.get(id_key).filter(|_| config.uid.is_chosen));
    let uid = Uid::from_value(id_key, identifier.as_ref()).map_err(|error| error.stage(Stage::UserInfo))?;
    let legacy = config.uid.legacy.iter().filter_map(|(name, selector)| Some((name.clone(), selector.text(&answer)?)));
    let legacy_uids = legacy.filter(|(_, value)| value != uid.as_str()).collect();
    let groups = read_groups(config, &answer)?;
    let extra_data = extra_data(config, &answer, &details, now);
    let Value::Object(response) = answer else { return Err(Error::malformed("the answer is no object")) };
    Ok(Identity {
        uid,
        id_key: config.uid.id_key.clone(),
        // Zero is how some providers say that a token does not expire.
        session_lifetime: tokens.expires_in.filter(|seconds| *seconds > 0),
        provider_session: ProviderSession::default(),
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

fn read_groups(config: &IdentityConfig, answer: &Value) -> Result<Option<Vec<String>>> {
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

/// What is kept with the association but the tokens: the declared and configured fields, and when it was.
pub(in crate::protocol) fn extra_data(config: &IdentityConfig, response: &Value, details: &UserDetails, now: i64) -> Fields {
    let everything = response.as_object().filter(|_| config.keep_everything);
    let mut kept = everything.cloned().unwrap_or_default();
    let names = Names { fullname: details.fullname.clone(), first_name: details.first_name.clone(), last_name: details.last_name.clone() };
    let names = names.completed(&NameSettings { firstlast_from_full: true, full_from_firstlast: true });
    let named = |name: &str| {
        let part = match name {
            "fullname" => names.fullname.clone(),
            "first_name" => names.first_name.clone(),
            "last_name" => names.last_name.clone(),
            _ => None,
        };
        part.map(Value::from).or_else(|| details.get(name))
    };
    for field in &config.extra_data {
        let value = match response.get(&field.field) {
            Some(value) => Some(value.clone()),
            None => field.selector.value(response).or_else(|| named(&field.field)).or_else(|| named(&field.name)),
        };
        let value = value.unwrap_or(Value::Null);
        if !(field.only_if_present && is_empty(&value)) {
            kept.insert(field.name.clone(), value);
        }
    }
    kept.insert("auth_time".to_owned(), Value::from(now));
    Fields(kept)
}

/// Whether there is nothing in it: null, false, 0, or an empty text, list or object.
pub(in crate::protocol) fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Bool(flag) => !flag,
        Value::Number(number) => number.as_f64() == Some(0.0),
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(members) => members.is_empty(),
    }
}
