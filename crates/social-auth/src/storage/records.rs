//! The rows that storages keep.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use time::OffsetDateTime;

use crate::identity::{Fields, ProviderSession};
use crate::password::PasswordHash;
use crate::seal::sha256_base64url;
use crate::secret::Secret;

/// The id of a user, as text: an integer in Django's tables, whatever the application uses in its own.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct UserId(String);

impl UserId {
    /// Takes an id.
    pub fn new(id: impl fmt::Display) -> Self {
        UserId(id.to_string())
    }

    /// The id as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for UserId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The id of an association (`social_auth_usersocialauth.id`).
pub type AssociationId = i64;

/// A user of the application.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct User {
    /// The id.
    pub id: UserId,
    /// The unique name.
    pub username: String,
    /// The address; absent where the column is empty.
    pub email: Option<String>,
    /// The given name; absent where the column is empty.
    pub first_name: Option<String>,
    /// The family name; absent where the column is empty.
    pub last_name: Option<String>,
    /// Whether the user may sign in.
    pub is_active: bool,
    /// When the user was made.
    #[serde(with = "time::serde::rfc3339::option")]
    pub date_joined: Option<OffsetDateTime>,
    /// When the user signed in last.
    #[serde(with = "time::serde::rfc3339::option")]
    pub last_login: Option<OffsetDateTime>,
    /// Further columns that the storage exposes to `user_details`.
    #[serde(flatten)]
    pub attributes: Map<String, Value>,
}

impl User {
    /// A field by its column name, or null where it is empty; `None` where users have no such field.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<Value> {
        let text = |value: &Option<String>| Some(value.clone().map_or(Value::Null, Value::String));
        match name {
            "username" => Some(Value::String(self.username.clone())),
            "email" => text(&self.email),
            "first_name" => text(&self.first_name),
            "last_name" => text(&self.last_name),
            "is_active" => Some(Value::Bool(self.is_active)),
            other => self.attributes.get(other).cloned(),
        }
    }
}

/// A user to be made.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct NewUser {
    /// The unique name, at most 150 characters on Django's table.
    pub username: String,
    /// The address.
    pub email: Option<String>,
    /// The given name.
    pub first_name: Option<String>,
    /// The family name.
    pub last_name: Option<String>,
    /// Further fields from `USER_FIELDS` that the storage may know.
    pub attributes: Map<String, Value>,
    /// The hash of the password that the person chose; without one nobody can sign in with a password.
    #[serde(skip)]
    pub password: Option<PasswordHash>,
}

/// Fields of a user to be changed; those not named stay.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct UserChanges(pub Map<String, Value>);

/// A uid connected to a user.
#[derive(Debug, Clone, PartialEq)]
pub struct Association {
    /// The id.
    pub id: AssociationId,
    /// The backend instance's name.
    pub provider: String,
    /// The identifier at the provider.
    pub uid: String,
    /// The field that the identifier came from; empty on rows older than that column.
    pub id_key: String,
    /// Whose it is.
    pub user_id: UserId,
    /// Tokens and profile fields.
    pub extra_data: Fields,
    /// When it was made.
    pub created: OffsetDateTime,
    /// When it was changed last.
    pub modified: OffsetDateTime,
}

/// An association to be made.
#[derive(Debug, Clone, PartialEq)]
pub struct NewAssociation {
    /// The backend instance's name.
    pub provider: String,
    /// The identifier at the provider.
    pub uid: String,
    /// The field that the identifier came from.
    pub id_key: String,
    /// Whose it is.
    pub user_id: UserId,
    /// Tokens and profile fields.
    pub extra_data: Fields,
    /// The time of making.
    pub created: OffsetDateTime,
}

/// A paused pipeline to be kept. `Debug` shows neither token nor data.
#[derive(Clone, PartialEq)]
pub struct NewPartial {
    /// 32 random characters.
    pub token: String,
    /// The backend instance's name.
    pub backend: String,
    /// The index of the step that goes on.
    pub next_step: u16,
    /// Everything that the pipeline needs to go on; secrets in it are sealed.
    pub data: Map<String, Value>,
    /// The time of pausing.
    pub timestamp: OffsetDateTime,
}

impl fmt::Debug for NewPartial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Partial")
            .field("backend", &self.backend)
            .field("next_step", &self.next_step)
            .field("timestamp", &self.timestamp)
            .finish_non_exhaustive()
    }
}

/// A paused pipeline as kept.
pub type Partial = NewPartial;

/// A code that proves an e-mail address. `Debug` does not show it.
#[derive(Clone, PartialEq)]
pub struct Code {
    /// The address.
    pub email: String,
    /// At most 32 characters.
    pub code: String,
    /// Whether it was used.
    pub verified: bool,
    /// The time of sending.
    pub timestamp: OffsetDateTime,
}

impl fmt::Debug for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Code").field("verified", &self.verified).field("timestamp", &self.timestamp).finish_non_exhaustive()
    }
}

/// A shared secret with an OpenID server.
#[derive(Debug, Clone)]
pub struct OpenIdAssociation {
    /// The server's endpoint.
    pub server_url: String,
    /// The server's name for the secret.
    pub handle: String,
    /// The secret, in base64.
    pub secret: Secret,
    /// Unix seconds.
    pub issued: i64,
    /// Seconds.
    pub lifetime: i64,
    /// `HMAC-SHA1` or `HMAC-SHA256`.
    pub assoc_type: String,
}

/// A session of a browser, as kept. The cookie's value itself is never stored.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredSession {
    /// SHA-256 of the cookie's value, base64url.
    pub key_hash: String,
    /// A short name by which the person can revoke it; not a secret.
    pub public_id: String,
    /// Who is signed in.
    pub user_id: Option<UserId>,
    /// What flows and pipelines keep in it.
    pub data: Fields,
    /// Unix seconds.
    pub created_at: i64,
    /// Unix seconds.
    pub last_seen_at: i64,
    /// Unix seconds.
    pub expires_at: i64,
    /// The browser's `User-Agent`, at most 255 characters.
    pub user_agent: String,
    /// The browser's address.
    pub ip_address: String,
}

impl StoredSession {
    /// The sign-in at a provider that it began with, if the provider names its sessions or people.
    #[must_use]
    pub fn origin(&self) -> Option<SessionOrigin> {
        SessionOrigin::from_value(self.data.get(SessionOrigin::KEY)?)
    }
}

/// With which session at a provider a session of ours began. It stands among the session's values; a storage
/// keeps its [keys](SessionOrigin::keys) beside them, so that it finds all sessions that a provider ends.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionOrigin {
    /// The backend instance's name.
    pub backend: String,
    /// The provider's names for it.
    #[serde(flatten)]
    pub session: ProviderSession,
    /// When the person signed in, in Unix milliseconds.
    #[serde(default)]
    pub since: i64,
}

/// What finds sessions by their origin: 43 characters that stand for a backend and the provider's name of a
/// session or of a person.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct OriginKey(String);

/// The keys of one origin.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OriginKeys {
    /// Of the session at the provider.
    pub session: Option<OriginKey>,
    /// Of the person at the provider.
    pub subject: Option<OriginKey>,
}

impl SessionOrigin {
    /// Under which name it stands among a session's values.
    pub const KEY: &'static str = "social_auth_origin";

    /// Reads the value of a session.
    #[must_use]
    pub fn from_value(value: &Value) -> Option<Self> {
        Self::deserialize(value).ok()
    }

    /// As a value of a session.
    #[must_use]
    pub fn to_value(&self) -> Value {
        serde_json::to_value(self).unwrap_or_default()
    }

    /// Its keys.
    #[must_use]
    pub fn keys(&self) -> OriginKeys {
        OriginKeys {
            session: self.session.id.as_deref().map(|id| OriginKey::session(&self.backend, id)),
            subject: self.session.subject.as_deref().map(|subject| OriginKey::subject(&self.backend, subject)),
        }
    }
}

impl OriginKey {
    /// The key of one session at a provider (`sid`, `SessionIndex`).
    #[must_use]
    pub fn session(backend: &str, id: &str) -> Self {
        OriginKey(sha256_base64url(&format!("session {backend} {id}")))
    }

    /// The key of a person at a provider (`sub`, `NameID`): of all their sessions.
    #[must_use]
    pub fn subject(backend: &str, subject: &str) -> Self {
        OriginKey(sha256_base64url(&format!("subject {backend} {subject}")))
    }

    /// The characters.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A session to be made.
pub type NewSession = StoredSession;
