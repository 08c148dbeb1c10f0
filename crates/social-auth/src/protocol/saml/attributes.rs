//! From attributes to the profile: by the names that Python Social Auth documents, unless the identity
//! provider's entry says others.

use serde_json::{Map, Value, json};

use super::assertion::{Assertion, Subject};
use super::idp::Member;
use super::logout::Remembered;
use crate::error::{Error, Reason, Result, Stage};
use crate::identity::{Email, Fields, Identity, ProviderSession, Tokens, Uid, UserDetails};

const COMMON_NAME: &str = "urn:oid:2.5.4.3";
const MAIL: &str = "urn:oid:0.9.2342.19200300.100.1.3";
const GIVEN_NAME: &str = "urn:oid:2.5.4.42";
const SURNAME: &str = "urn:oid:2.5.4.4";
const USERID: &str = "urn:oid:0.9.2342.19200300.100.1.1";

/// The attribute that stands for the subject's own name.
const NAME_ID: &str = "name_id";

/// The format of names that mean nothing after the session (Core 8.3.8).
const TRANSIENT: &str = "urn:oasis:names:tc:SAML:2.0:nameid-format:transient";

/// Where each field is looked for when the entry says nothing: the first attribute that is there.
const DEFAULTS: &[(&str, &[&str])] = &[
    ("attr_user_permanent_id", &[USERID, NAME_ID]),
    (
        "attr_full_name",
        &[
            COMMON_NAME,
            "http://schemas.xmlsoap.org/claims/CommonName",
            "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/fullname",
            "http://schemas.microsoft.com/identity/claims/displayname",
            "full_name",
            "fullname",
            "fullName",
        ],
    ),
    (
        "attr_first_name",
        &[
            GIVEN_NAME,
            "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/givenname",
            "first_name",
            "firstname",
            "firstName",
            "given_name",
            "givenname",
            "givenName",
        ],
    ),
    (
        "attr_last_name",
        &[SURNAME, "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/surname", "last_name", "lastname", "lastName", "surname"],
    ),
    ("attr_username", &[USERID, "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/name", "subjectNameID", "username"]),
    (
        "attr_email",
        &[
            MAIL,
            "http://schemas.xmlsoap.org/claims/EmailAddress",
            "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress",
            "email",
            "mail",
        ],
    ),
];

/// Which attribute holds a field.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Place {
    /// The first of these that is there.
    Usual(&'static [&'static str]),
    /// This one, which must be there.
    Configured(String),
    /// None: the entry has null.
    Nowhere,
}

/// Which attributes hold what.
#[derive(Debug, Clone)]
pub(super) struct AttributeNames {
    places: Vec<(&'static str, Place)>,
    groups: Option<String>,
    /// Attributes of which one of the values must be there (`required_attributes`).
    required: Vec<(String, Vec<String>)>,
}

impl AttributeNames {
    /// The names of the keys of an entry that are read here.
    pub(super) fn keys() -> impl Iterator<Item = &'static str> {
        DEFAULTS.iter().map(|(key, _)| *key).chain(["attr_groups", "required_attributes"])
    }

    /// The names that an entry of `ENABLED_IDPS` has.
    ///
    /// # Errors
    /// What is wrong with it.
    pub(super) fn new(entry: &Map<String, Value>) -> Result<Self, String> {
        let places = DEFAULTS.iter().map(|(key, usual)| match entry.get(*key) {
            None => Ok((*key, Place::Usual(usual))),
            Some(Value::Null) => Ok((*key, Place::Nowhere)),
            Some(Value::String(name)) if !name.is_empty() => Ok((*key, Place::Configured(name.clone()))),
            Some(_) => Err(format!("{key} must be the name of an attribute")),
        });
        let places = places.collect::<Result<Vec<_>, String>>()?;
        if places.contains(&("attr_user_permanent_id", Place::Nowhere)) {
            return Err("attr_user_permanent_id cannot be null: without it nobody is known again".into());
        }
        let groups = match entry.get("attr_groups") {
            None | Some(Value::Null) => None,
            Some(Value::String(name)) => Some(name.clone()),
            Some(_) => return Err("attr_groups must be the name of an attribute".into()),
        };
        Ok(AttributeNames { places, groups, required: required(entry.get("required_attributes"))? })
    }

    /// The field's first value, and the name of its attribute.
    ///
    /// # Errors
    /// `missing_claim` when the entry names an attribute that is not there.
    fn value<'a>(&'a self, key: &str, attributes: &'a Map<String, Value>) -> Result<Option<(&'a str, &'a str)>> {
        let place = self.places.iter().find(|(known, _)| *known == key).map(|(_, place)| place);
        let name = match place {
            Some(Place::Configured(name)) if attributes.contains_key(name) => name.as_str(),
            Some(Place::Configured(name)) => {
                return Err(Error::missing_claim(name).stage(Stage::UserInfo).detail(format!("{key} names it")));
            }
            Some(Place::Usual(usual)) => match usual.iter().find(|name| attributes.contains_key(**name)) {
                Some(name) => name,
                None => return Ok(None),
            },
            Some(Place::Nowhere) | None => return Ok(None),
        };
        Ok(first(attributes, name).map(|value| (name, value)))
    }

    fn check_required(&self, attributes: &Map<String, Value>) -> Result<()> {
        for (name, wanted) in &self.required {
            let values = all(attributes, name);
            if !values.iter().any(|value| wanted.is_empty() || wanted.contains(value)) {
                return Err(Error::new(Reason::AuthenticationDisallowed)
                    .claim(name)
                    .stage(Stage::UserInfo)
                    .detail("the person lacks what required_attributes asks for"));
            }
        }
        Ok(())
    }
}

/// Attributes by name, each with the values of which one must be there; none for any value.
fn required(value: Option<&Value>) -> Result<Vec<(String, Vec<String>)>, String> {
    let wrong = || "required_attributes must be a table: attributes, each with a text or a list of texts".to_owned();
    let table = match value {
        None | Some(Value::Null) => return Ok(Vec::new()),
        Some(Value::Object(table)) => table,
        Some(_) => return Err(wrong()),
    };
    let texts = |value: &Value| match value {
        Value::String(text) => Some(vec![text.clone()]),
        Value::Array(items) => items.iter().map(|item| item.as_str().map(str::to_owned)).collect(),
        _ => None,
    };
    table.iter().map(|(name, value)| Ok((name.clone(), texts(value).ok_or_else(wrong)?))).collect()
}

/// Who the assertion says that it is. `kept` are the attributes for `extra_data`, each with the name it is kept under.
///
/// # Errors
/// `missing_claim` or `invalid_claim` when the identifier is not there or is none; `authentication_disallowed` when
/// something that is required is missing.
pub(super) fn identity(member: &Member, assertion: Assertion, kept: &[(String, String)], now: i64) -> Result<Identity> {
    let names = &member.entry.attributes;
    let mut attributes = assertion.attributes;
    attributes.shift_remove(NAME_ID);
    if let Some(name_id) = &assertion.subject.name_id {
        attributes.insert(NAME_ID.to_owned(), json!(name_id));
    }
    names.check_required(&attributes)?;
    let permanent = names.value("attr_user_permanent_id", &attributes)?;
    let (id_key, permanent) = permanent.ok_or_else(|| Error::missing_claim("attr_user_permanent_id").stage(Stage::UserInfo))?;
    if id_key == NAME_ID && assertion.subject.format.as_deref() == Some(TRANSIENT) {
        let why =
            "the subject's name is another one each time: name an attribute as attr_user_permanent_id, or ask for another name_id_format";
        return Err(Error::invalid_claim("NameID").stage(Stage::UserInfo).detail(why));
    }
    let permanent = Uid::from_text(id_key, permanent)?;
    let uid = Uid::from_text(id_key, &format!("{}:{permanent}", member.name()))?;
    let id_key = id_key.to_owned();
    let field = |key: &str| Ok::<_, Error>(names.value(key, &attributes)?.map(|(_, value)| value.to_owned()));
    let details = UserDetails {
        username: field("attr_username")?,
        email: field("attr_email")?.map(|address| Email { address, verified: member.entry.rules.trust_email }),
        fullname: field("attr_full_name")?,
        first_name: field("attr_first_name")?,
        last_name: field("attr_last_name")?,
        extra: Map::new(),
    };
    let groups = names.groups.as_deref().map(|name| all(&attributes, name));
    let mut response = Fields::default();
    for (name, value) in [
        ("idp_name", json!(member.name())),
        ("issuer", json!(member.party.entity_id)),
        ("name_id", json!(assertion.subject.name_id)),
        ("name_id_format", json!(assertion.subject.format)),
        ("name_qualifier", json!(assertion.subject.name_qualifier)),
        ("sp_name_qualifier", json!(assertion.subject.sp_name_qualifier)),
        ("session_index", json!(assertion.session_index)),
    ] {
        response.0.insert(name.to_owned(), value);
    }
    let mut extra_data = response.clone();
    extra_data.0.extend(kept.iter().map(|(name, alias)| (alias.clone(), attributes.get(name).cloned().unwrap_or_default())));
    response.0.insert("attributes".to_owned(), Value::Object(attributes));
    Ok(Identity {
        uid,
        id_key,
        details,
        response,
        tokens: Tokens::default(),
        extra_data,
        groups,
        legacy_uids: Vec::new(),
        session_lifetime: assertion.session_ends.map(|ends| ends.saturating_sub(now).max(0)),
        provider_session: provider_session(member, assertion.subject, assertion.session_index),
    })
}

/// By what the identity provider ends the session, or we do.
fn provider_session(member: &Member, subject: Subject, session: Option<String>) -> ProviderSession {
    let Some(name_id) = subject.name_id else { return ProviderSession::default() };
    let remembered = Remembered {
        idp: member.entry.name.clone(),
        issuer: member.party.entity_id.clone(),
        name_id,
        format: subject.format,
        name_qualifier: subject.name_qualifier,
        sp_name_qualifier: subject.sp_name_qualifier,
        session,
    };
    ProviderSession {
        id: remembered.session.as_ref().map(|session| member.scoped(session)),
        subject: Some(member.scoped(&remembered.name_id)),
        memo: serde_json::to_value(remembered).unwrap_or_default(),
    }
}

/// The first value of an attribute, unless it is empty.
fn first<'a>(attributes: &'a Map<String, Value>, name: &str) -> Option<&'a str> {
    let value = match attributes.get(name)? {
        Value::Array(values) => values.first()?,
        value => value,
    };
    value.as_str().filter(|text| !text.is_empty())
}

fn all(attributes: &Map<String, Value>, name: &str) -> Vec<String> {
    match attributes.get(name) {
        Some(Value::Array(values)) => values.iter().filter_map(Value::as_str).filter(|text| !text.is_empty()).map(str::to_owned).collect(),
        Some(Value::String(text)) => vec![text.clone()],
        _ => Vec::new(),
    }
}
