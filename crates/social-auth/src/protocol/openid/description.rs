//! What a provider states about itself: [`OpenId`].

use serde_json::{Map, Value};

use crate::error::Result;
use crate::identity::UserDetails;
use crate::protocol::profile::{Call, Details, HookSettings, UidField, Verified};
use crate::settings::SettingDecl;

/// A provider that speaks OpenID 2.0 or 1.1.
pub struct OpenId {
    /// The name in URLs and settings.
    pub name: &'static str,
    /// What the button says.
    pub title: &'static str,
    /// The icon's file name without extension; empty: the name.
    pub icon: &'static str,
    /// Where the provider documents this.
    pub docs: &'static str,
    /// Dotted paths of the classes in Python Social Auth, for `AUTHENTICATION_BACKENDS`.
    pub class_paths: &'static [&'static str],
    /// Where discovery begins.
    pub identifier: Identifier,
    /// Whether keys are shared with the provider; else it is asked about each answer.
    pub associates: bool,
    /// What is asked for by Attribute Exchange.
    pub attributes: Attributes,
    /// The identifier of a person. `identity_url` is the claimed identifier.
    pub uid: UidField,
    /// Where names and address stand.
    pub details: Details,
    /// Calls for a profile that the answer does not carry.
    pub profile: &'static [Call],
    /// Settings of its own.
    pub settings: &'static [SettingDecl],
    /// What it does in code.
    pub hooks: Hooks,
}

/// Where discovery begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Identifier {
    /// At what the person enters: the parameter of begin that holds it.
    Asked(&'static str),
    /// At the provider's address. Only identifiers that belong to its endpoint are accepted.
    Fixed(&'static str),
    /// At an address with the person's name in it. Only that identifier is accepted.
    Username {
        /// The parameter of begin that holds the name.
        parameter: &'static str,
        /// The address, with `{username}` in it.
        address: &'static str,
    },
}

/// What is asked for by Attribute Exchange 1.0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Attributes {
    /// The usual attributes where the provider announces the extension, else Simple Registration.
    Announced,
    /// These besides, whatever the provider announces.
    Always(&'static [AxAttribute]),
}

/// An attribute: its type URI and the name that it gets.
pub type AxAttribute = (&'static str, &'static str);

/// What a provider does in code.
#[derive(Clone, Copy)]
pub struct Hooks {
    /// Reads more out of the verified answer, or refuses it, before profile calls are made.
    pub verified: Option<fn(&HookSettings, &mut Map<String, Value>) -> Result<()>>,
    /// Completes the details.
    pub details: fn(&HookSettings, &Value, &mut UserDetails),
}

impl OpenId {
    /// The protocol as settings and pages call it.
    pub const PROTOCOL: &str = "openid";

    /// Any provider that the person names.
    pub const BASE: OpenId = OpenId {
        name: "",
        title: "",
        icon: "",
        docs: "",
        class_paths: &[],
        identifier: Identifier::Asked("openid_identifier"),
        associates: true,
        attributes: Attributes::Announced,
        uid: UidField::Joined("", "identity_url"),
        details: Details {
            username: "username",
            email: "email",
            // Anybody can run a provider that says anything.
            email_verified: Verified::Never,
            fullname: "fullname",
            first_name: "first_name",
            last_name: "last_name",
            extra: &[("nickname", "nickname")],
        },
        profile: &[],
        settings: &[],
        hooks: Hooks { verified: None, details: complete_names },
    };
}

/// Derives the parts of the name from the whole and back, and a user name from the parts.
pub(crate) fn complete_names(_: &HookSettings, _: &Value, details: &mut UserDetails) {
    let (first, last) = match details.fullname.as_deref().map(|full| full.rsplit_once(' ').unwrap_or(("", full))) {
        Some((first, last)) => (first.to_owned(), last.to_owned()),
        None => (details.first_name.clone().unwrap_or_default(), details.last_name.clone().unwrap_or_default()),
    };
    let present = |text: String| Some(text).filter(|text| !text.is_empty());
    if details.username.is_none() {
        details.username = present(format!("{}{}", titled(&first), titled(&last)));
    }
    if details.fullname.is_none() && !first.is_empty() && !last.is_empty() {
        details.fullname = Some(format!("{first} {last}"));
    }
    details.first_name = details.first_name.take().or(present(first));
    details.last_name = details.last_name.take().or(present(last));
}

/// Each word with a capital and else small letters.
fn titled(text: &str) -> String {
    let mut after_letter = false;
    let mut titled = String::with_capacity(text.len());
    for letter in text.chars() {
        if after_letter {
            titled.extend(letter.to_lowercase());
        } else {
            titled.extend(letter.to_uppercase());
        }
        after_letter = letter.is_alphabetic();
    }
    titled
}
