//! Who the provider says that this is: the outcome of every protocol, the income of the pipeline.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::error::{Error, Result};
use crate::secret::Secret;

/// The provider's identifier of a person. Never empty; compared byte by byte.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Uid(String);

/// What Azure AD B2C puts into `sub` where it has none (advisory 6).
const B2C_PLACEHOLDER: &str = "Not supported currently. Use oid claim.";

/// What programs write for a value that is not there.
const PLACEHOLDERS: &[&str] = &["None", "null", "undefined", "nil", "NaN", "[object Object]"];

impl Uid {
    /// The longest identifier that the `uid` column holds, in characters.
    pub const MAX_LENGTH: usize = 255;

    /// Takes an identifier as the provider gave it under `claim`.
    ///
    /// # Errors
    /// `missing_claim` when it is absent, null, empty or blank; `invalid_claim` when it is neither text
    /// nor an integer, has control characters, or is longer than [`Uid::MAX_LENGTH`]. It never becomes a
    /// word like "None" that many people would share.
    pub fn from_value(claim: &str, value: Option<&Value>) -> Result<Self> {
        match value {
            None | Some(Value::Null) => Err(Error::missing_claim(claim)),
            Some(Value::String(text)) => Uid::from_text(claim, text),
            Some(Value::Number(number)) if number.is_i64() || number.is_u64() => Uid::from_text(claim, &number.to_string()),
            Some(_) => Err(Error::invalid_claim(claim).detail("an identifier must be text or an integer")),
        }
    }

    /// Takes an identifier that is text already; the same rules.
    ///
    /// # Errors
    /// As [`Uid::from_value`].
    pub fn from_text(claim: &str, text: &str) -> Result<Self> {
        if text.trim().is_empty() {
            return Err(Error::missing_claim(claim));
        }
        if text.chars().count() > Self::MAX_LENGTH || text.chars().any(char::is_control) {
            return Err(Error::invalid_claim(claim).detail("an identifier has at most 255 characters and no control characters"));
        }
        if PLACEHOLDERS.contains(&text.trim()) || text.trim().eq_ignore_ascii_case(B2C_PLACEHOLDER) {
            return Err(
                Error::invalid_claim(claim).detail("that is no identifier but what stands in the place of one, for everybody the same")
            );
        }
        Ok(Uid(text.to_owned()))
    }

    /// The identifier as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Uid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// An address, and whether somebody who may say so has verified it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Email {
    /// The address as given.
    pub address: String,
    /// Whether the provider vouches that the person owns it, and is one that we believe.
    pub verified: bool,
}

/// The profile in normal form. A name that the provider did not give is absent, never "".
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct UserDetails {
    /// A wish for the local user name.
    pub username: Option<String>,
    /// The e-mail address.
    pub email: Option<Email>,
    /// The whole name.
    pub fullname: Option<String>,
    /// The given name.
    pub first_name: Option<String>,
    /// The family name.
    pub last_name: Option<String>,
    /// Further fields that a provider or a step adds.
    #[serde(default)]
    pub extra: Map<String, Value>,
}

impl UserDetails {
    /// The address alone.
    #[must_use]
    pub fn email_address(&self) -> Option<&str> {
        self.email.as_ref().map(|email| email.address.as_str())
    }

    /// A field by its Python Social Auth name (`username`, `email`, `fullname`, `first_name`,
    /// `last_name`, or one of `extra`).
    #[must_use]
    pub fn get(&self, name: &str) -> Option<Value> {
        let text = |value: &Option<String>| value.clone().map(Value::String);
        match name {
            "username" => text(&self.username),
            "email" => self.email_address().map(Value::from),
            "fullname" => text(&self.fullname),
            "first_name" => text(&self.first_name),
            "last_name" => text(&self.last_name),
            other => self.extra.get(other).cloned(),
        }
    }
}

/// What the provider issued for API access.
#[derive(Debug, Clone, Default)]
pub struct Tokens {
    /// The access token, if the protocol has one.
    pub access_token: Option<Secret>,
    /// The refresh token, if one was given.
    pub refresh_token: Option<Secret>,
    /// The id token as received.
    pub id_token: Option<Secret>,
    /// `Bearer`, `DPoP`, … as received.
    pub token_type: Option<String>,
    /// Seconds from now, as received.
    pub expires_in: Option<i64>,
    /// OAuth 1.0a token secret.
    pub token_secret: Option<Secret>,
    /// The scopes granted, as received.
    pub scope: Option<String>,
}

/// Who it is: checked, complete, and independent of the protocol that said so.
#[derive(Debug, Clone)]
pub struct Identity {
    /// The identifier.
    pub uid: Uid,
    /// The field that the identifier came from (`id_key` column).
    pub id_key: String,
    /// The profile in normal form.
    pub details: UserDetails,
    /// Everything that the provider said, unchanged.
    pub response: Fields,
    /// Tokens for the provider's API.
    pub tokens: Tokens,
    /// What to keep with the association (`extra_data` column): contains tokens, so never logged.
    pub extra_data: Fields,
    /// Groups or roles, where the backend extracts them.
    pub groups: Option<Vec<String>>,
    /// Former identifiers (`LEGACY_ID_KEYS`): (field, value) pairs under which an association may be stored.
    pub legacy_uids: Vec<(String, String)>,
    /// How long a session may last by the provider's word, in seconds.
    pub session_lifetime: Option<i64>,
    /// The provider's own session that this sign-in is part of, where it tells.
    pub provider_session: ProviderSession,
}

/// A session at a provider, by the names that the provider gives it when it ends. Kept with our own session,
/// so that the two can end together.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProviderSession {
    /// The session: `sid` of OpenID Connect, `SessionIndex` of SAML.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// The person: `sub`, `NameID`. Need not be the uid.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// What else the backend needs to know to end it; small, since some sessions live in cookies.
    #[serde(default, skip_serializing_if = "Value::is_null")]
    pub memo: Value,
}

impl fmt::Debug for ProviderSession {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ProviderSession").field("has_id", &self.id.is_some()).finish_non_exhaustive()
    }
}

/// Named values of which some may be secret: a provider's answer, the `extra_data` of an association.
/// `Debug` shows the names only.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Fields(pub Map<String, Value>);

impl Fields {
    /// Takes over what `newer` has. A null there never overwrites a value here.
    pub fn merge(&mut self, newer: Fields) {
        for (name, value) in newer.0 {
            if value.is_null() && self.0.get(&name).is_some_and(|old| !old.is_null()) {
                continue;
            }
            self.0.insert(name, value);
        }
    }

    /// A field, unless it is absent or null.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.0.get(name).filter(|value| !value.is_null())
    }

    /// A text field.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<&str> {
        self.get(name).and_then(Value::as_str)
    }
}

impl fmt::Debug for Fields {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}
