//! Messages, and the text that is signed.

use std::collections::BTreeMap;

use crate::params::Params;

/// The fields of a message, without `openid.` before their names.
#[derive(Clone, Default)]
pub(super) struct Message(BTreeMap<String, String>);

impl Message {
    pub(super) fn read(params: &Params) -> Self {
        let fields = params.iter().filter_map(|(name, value)| Some((name.strip_prefix("openid.")?.to_owned(), value.to_owned())));
        Self(fields.collect())
    }

    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    pub(super) fn set(&mut self, name: &str, value: impl Into<String>) {
        self.0.insert(name.to_owned(), value.into());
    }

    /// The fields whose names begin so: the rest of the name, and the value.
    pub(super) fn below<'a>(&'a self, prefix: &'a str) -> impl Iterator<Item = (&'a str, &'a str)> {
        self.0.iter().filter_map(move |(name, value)| Some((name.strip_prefix(prefix)?, value.as_str())))
    }

    /// The name that an extension goes by here.
    pub(super) fn alias_of(&self, namespace: &str) -> Option<&str> {
        self.below("ns.").find(|(_, value)| *value == namespace).map(|(alias, _)| alias)
    }

    /// With `openid.` before their names, as they travel.
    pub(super) fn fields(&self) -> Vec<(String, String)> {
        self.0.iter().map(|(name, value)| (format!("openid.{name}"), value.clone())).collect()
    }

    /// The text of these fields that is signed (section 6.1); `None` when one is missing.
    pub(super) fn signed_text(&self, signed: &str) -> Option<String> {
        signed.split(',').map(|name| Some(format!("{name}:{}\n", self.get(name)?))).collect()
    }

    /// The names of all fields that an answer signs (section 10.1).
    pub(super) fn to_sign(&self) -> String {
        self.0.keys().map(String::as_str).filter(|name| !["ns", "mode", "sig", "signed"].contains(name)).collect::<Vec<_>>().join(",")
    }
}

/// Section 4.1.1.
pub(super) fn key_values(fields: &[(&str, &str)]) -> String {
    fields.iter().map(|(name, value)| format!("{name}:{value}\n")).collect()
}
