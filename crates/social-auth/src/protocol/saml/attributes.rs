//! From attributes to the profile: the names that Python Social Auth documents, unless the identity
//! provider's entry says others.

use serde_json::{Map, Value, json};

use super::assertion::Assertion;
use super::idp::IdentityProvider;
use crate::error::Result;
use crate::identity::{Email, Fields, Identity, ProviderSession, Tokens, Uid, UserDetails};

const COMMON_NAME: &str = "urn:oid:2.5.4.3";
const EMAIL: &str = "urn:oid:0.9.2342.19200300.100.1.3";
const GIVEN_NAME: &str = "urn:oid:2.5.4.42";
const SURNAME: &str = "urn:oid:2.5.4.4";
const USERID: &str = "urn:oid:0.9.2342.19200300.100.1.1";

/// The attribute that stands for the subject's own name.
const NAME_ID: &str = "name_id";

/// Which attribute holds what.
#[derive(Debug, Clone)]
pub(super) struct AttributeNames {
    user_permanent_id: String,
    full_name: String,
    first_name: String,
    last_name: String,
    username: String,
    email: String,
    groups: Option<String>,
}

impl AttributeNames {
    /// The names, where `configured` answers for `attr_…`.
    ///
    /// # Errors
    /// What `configured` complains about.
    pub(super) fn new(configured: impl Fn(&str) -> Result<Option<String>, String>) -> Result<Self, String> {
        let name = |key: &str, default: &str| Ok::<_, String>(configured(key)?.unwrap_or_else(|| default.to_owned()));
        Ok(AttributeNames {
            user_permanent_id: name("attr_user_permanent_id", USERID)?,
            full_name: name("attr_full_name", COMMON_NAME)?,
            first_name: name("attr_first_name", GIVEN_NAME)?,
            last_name: name("attr_last_name", SURNAME)?,
            username: name("attr_username", USERID)?,
            email: name("attr_email", EMAIL)?,
            groups: configured("attr_groups")?,
        })
    }
}

/// Who the assertion says that it is.
///
/// # Errors
/// `missing_claim` or `invalid_claim` when the identifier is not there or is none.
pub(super) fn identity(idp: &IdentityProvider, assertion: Assertion, now: i64) -> Result<Identity> {
    let names = &idp.attributes;
    let mut attributes = assertion.attributes;
    attributes.shift_remove(NAME_ID);
    if let Some(name_id) = &assertion.name_id {
        attributes.insert(NAME_ID.to_owned(), json!(name_id));
    }
    let permanent = Uid::from_text(&names.user_permanent_id, first(&attributes, &names.user_permanent_id).unwrap_or_default())?;
    let uid = Uid::from_text(&names.user_permanent_id, &format!("{}:{permanent}", idp.name))?;
    let field = |name: &str| first(&attributes, name).map(str::to_owned);
    let details = UserDetails {
        username: field(&names.username),
        email: field(&names.email).map(|address| Email { address, verified: idp.trust_email }),
        fullname: field(&names.full_name),
        first_name: field(&names.first_name),
        last_name: field(&names.last_name),
        extra: Map::new(),
    };
    let groups = names.groups.as_deref().map(|name| all(&attributes, name));
    let mut extra_data = Fields::default();
    for (name, value) in [
        ("idp_name", json!(idp.name)),
        ("name_id", json!(assertion.name_id)),
        ("name_id_format", json!(assertion.name_id_format)),
        ("session_index", json!(assertion.session_index)),
    ] {
        extra_data.0.insert(name.to_owned(), value);
    }
    let mut response = extra_data.clone();
    response.0.insert("attributes".to_owned(), Value::Object(attributes));
    Ok(Identity {
        uid,
        id_key: names.user_permanent_id.clone(),
        details,
        response,
        tokens: Tokens::default(),
        extra_data,
        groups,
        legacy_uids: Vec::new(),
        session_lifetime: assertion.session_ends.map(|ends| ends.saturating_sub(now).max(0)),
        provider_session: ProviderSession {
            id: assertion.session_index.as_ref().map(|index| format!("{}:{index}", idp.name)),
            subject: assertion.name_id.as_ref().map(|name| format!("{}:{name}", idp.name)),
            memo: Value::Null,
        },
    })
}

/// The first value of an attribute that is not empty.
fn first<'a>(attributes: &'a Map<String, Value>, name: &str) -> Option<&'a str> {
    let value = match attributes.get(name)? {
        Value::Array(values) => values.first()?,
        value => value,
    };
    value.as_str().filter(|text| !text.is_empty())
}

fn all(attributes: &Map<String, Value>, name: &str) -> Vec<String> {
    let Some(Value::Array(values)) = attributes.get(name) else { return Vec::new() };
    values.iter().filter_map(Value::as_str).filter(|text| !text.is_empty()).map(str::to_owned).collect()
}
