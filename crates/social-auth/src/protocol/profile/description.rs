//! What a provider states about profiles, whatever its protocol: the calls, the identifier, names and
//! address, what is kept.

use serde_json::{Map, Value};

use crate::secret::Secret;
use crate::settings::{Kind, SettingDecl};

/// The identifier of a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UidField {
    /// A field that always means the same person. A selector; its last member is the `id_key`.
    Stable(&'static str),
    /// Stable; and these former identifiers (a later `LEGACY_ID_KEYS` adds to them) are migrated.
    StableOnce(&'static str, &'static [&'static str]),
    /// Several fields joined: (`id_key`, template).
    Joined(&'static str, &'static str),
}

/// Where names and address stand: selectors, see [`crate::select`].
#[derive(Debug, Clone, Copy)]
pub struct Details {
    /// The wish for a user name.
    pub username: &'static str,
    /// The address.
    pub email: &'static str,
    /// Who verified the address.
    pub email_verified: Verified,
    /// The whole name.
    pub fullname: &'static str,
    /// The given name.
    pub first_name: &'static str,
    /// The family name.
    pub last_name: &'static str,
    /// Further fields that only this provider gives: name and selector.
    pub extra: &'static [(&'static str, &'static str)],
}

impl Details {
    /// Nothing is known.
    pub const NONE: Details =
        Details { username: "", email: "", email_verified: Verified::Never, fullname: "", first_name: "", last_name: "", extra: &[] };
}

/// Whether the provider vouches that the person owns the address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verified {
    /// It does not say, or is not to be believed.
    Never,
    /// It gives out verified addresses only.
    Always,
    /// When the selected field is `true` (or the text "true").
    When(&'static str),
}

/// A field that is kept in `extra_data`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Kept {
    /// The field of the answer: its name or a selector.
    pub field: &'static str,
    /// The name it is kept under.
    pub name: &'static str,
    /// Whether an absent or empty value leaves the kept one alone.
    pub only_if_present: bool,
}

/// Keeps a field under its own name.
#[must_use]
pub const fn keep(field: &'static str) -> Kept {
    Kept { field, name: field, only_if_present: false }
}

/// Keeps a field under another name.
#[must_use]
pub const fn keep_as(field: &'static str, name: &'static str) -> Kept {
    Kept { field, name, only_if_present: false }
}

/// Keeps a field if there is a value.
#[must_use]
pub const fn keep_if_present(field: &'static str) -> Kept {
    Kept { field, name: field, only_if_present: true }
}

/// A setting with a default.
#[must_use]
pub const fn setting(name: &'static str, default: &'static str) -> SettingDecl {
    SettingDecl::new(name, Kind::Any, "").or(default)
}

/// A setting that may be left out.
#[must_use]
pub const fn optional(name: &'static str, doc: &'static str) -> SettingDecl {
    SettingDecl::new(name, Kind::Any, doc)
}

/// A setting that must be made.
#[must_use]
pub const fn required(name: &'static str, doc: &'static str) -> SettingDecl {
    SettingDecl::new(name, Kind::Any, doc).required()
}

/// One call to the provider's API on the way to the profile.
#[derive(Debug, Clone, Copy)]
pub struct Call {
    /// The URL.
    pub url: &'static str,
    /// `GET` or `POST`.
    pub method: &'static str,
    /// Where the access token goes.
    pub token: TokenIn,
    /// Query parameters; `PROFILE_EXTRA_PARAMS` adds to those of the last call.
    pub query: &'static [(&'static str, &'static str)],
    /// Headers; one whose setting is not made is left out.
    pub headers: &'static [(&'static str, &'static str)],
    /// Fields of a form that is posted.
    pub form: &'static [(&'static str, &'static str)],
    /// How the answer is written.
    pub format: Format,
    /// The part of the answer that counts: a selector; empty: all of it.
    pub root: &'static str,
    /// The field it is put under; empty: its members join the answer so far.
    pub into: &'static str,
    /// Where the address comes from an answer (`{+field}`), the hosts that it may lead to, with their
    /// subdomains.
    pub hosts: &'static [&'static str],
    /// The header of the answer that counts instead of its body; empty: the body.
    pub header: &'static str,
    /// Whether the answer is a list that goes on at the `Link` to the next page (RFC 8288).
    pub pages: bool,
    /// When it is made.
    pub when: When,
    /// What a failure means.
    pub on_failure: OnFailure,
}

impl Call {
    /// `GET` with `Authorization: Bearer`, always, into the answer.
    pub const GET: Call = Call {
        url: "",
        method: "GET",
        token: TokenIn::Header("Bearer"),
        query: &[],
        headers: &[],
        form: &[],
        format: Format::Json,
        root: "",
        into: "",
        hosts: &[],
        header: "",
        pages: false,
        when: When::Always,
        on_failure: OnFailure::Fail,
    };
}

/// Where an access token goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenIn {
    /// `Authorization: <scheme> <token>`.
    Header(&'static str),
    /// The query, under this name.
    Query(&'static str),
    /// Nowhere.
    Nowhere,
}

/// How an answer is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// JSON.
    Json,
    /// JSON as the argument of a JavaScript function: `callback( {…} );`.
    Callback,
    /// `name=value&…`, as in a query.
    Form,
    /// XML: an element becomes an object of its elements by name (several of one name a list) and its
    /// attributes (`@name`), or a text if it has only that.
    Xml,
}

/// When a call is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    /// Always.
    Always,
    /// When the selector finds nothing yet.
    Missing(&'static str),
    /// When the setting is on.
    Setting(&'static str),
    /// When this scope is asked for.
    Scope(&'static str),
}

/// What a failed call means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OnFailure {
    /// The sign-in fails.
    Fail,
    /// The sign-in goes on without.
    Ignore,
    /// The person is not a member: any other status than this one refuses.
    RefuseUnless(u16),
}

/// The settings that a hook sees: key, secret, and those that the provider declared.
pub struct HookSettings {
    /// The backend instance's name.
    pub backend: String,
    /// The client id: `KEY` but for Apple.
    pub client_id: String,
    /// `SECRET`.
    pub secret: Secret,
    /// The scopes that are asked for.
    pub scope: Vec<String>,
    /// Declared settings by short name, with defaults filled in.
    pub declared: Map<String, Value>,
}

impl HookSettings {
    /// A declared text setting.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<&str> {
        self.declared.get(name).and_then(Value::as_str).filter(|text| !text.is_empty())
    }

    /// A declared switch.
    #[must_use]
    pub fn is_on(&self, name: &str) -> bool {
        match self.declared.get(name) {
            Some(Value::Bool(on)) => *on,
            Some(Value::String(text)) => {
                matches!(text.as_str(), "true" | "yes" | "on") || text.parse().is_ok_and(|number: i64| number != 0)
            }
            Some(Value::Number(number)) => number.as_i64() != Some(0),
            _ => false,
        }
    }
}
