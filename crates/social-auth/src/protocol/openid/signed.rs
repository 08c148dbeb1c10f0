//! What came back, and which of it the provider has signed.

use serde_json::{Map, Value};

use crate::error::{Error, Result};
use crate::web::Params;

/// An answer. Only what is signed can be read as a value.
pub(super) struct Answer<'a> {
    params: &'a Params,
    signed: Vec<&'a str>,
}

impl<'a> Answer<'a> {
    /// Reads the fields of a callback.
    ///
    /// # Errors
    /// `invalid_claim` when a field cannot be told from others in the text that is signed.
    pub fn read(params: &'a Params) -> Result<Self> {
        let signed: Vec<&str> = params.get("openid.signed").unwrap_or_default().split(',').filter(|name| !name.is_empty()).collect();
        let answer = Answer { params, signed };
        let splits = |name: &&&str| name.contains([':', '\n']) || answer.raw(name).is_some_and(|value| value.contains('\n'));
        match answer.signed.iter().find(splits) {
            Some(_) => Err(Error::invalid_claim("openid.signed").detail("a signed field has a line feed in it, or a colon in its name")),
            None => Ok(answer),
        }
    }

    /// A field, signed or not: for what decides nothing alone.
    pub fn raw(&self, name: &str) -> Option<&'a str> {
        self.params.get(&format!("openid.{name}"))
    }

    /// A field, if it is signed.
    pub fn get(&self, name: &str) -> Option<&'a str> {
        self.raw(name).filter(|_| self.signed.contains(&name))
    }

    /// A field that must be there, and signed (section 10.1).
    ///
    /// # Errors
    /// `missing_claim`; `invalid_claim` when it is not signed.
    pub fn require(&self, name: &str) -> Result<&'a str> {
        match (self.raw(name).filter(|value| !value.is_empty()), self.signed.contains(&name)) {
            (None, _) => Err(Error::missing_claim(name)),
            (Some(_), false) => Err(Error::invalid_claim(name).detail(format!("openid.{name} is not among the signed fields"))),
            (Some(value), true) => Ok(value),
        }
    }

    /// The text that the signature is over (section 6.1).
    ///
    /// # Errors
    /// `missing_claim` for a field that is said to be signed and not there.
    pub fn signed_text(&self) -> Result<String> {
        let mut text = String::new();
        for name in &self.signed {
            let value = self.raw(name).ok_or_else(|| Error::missing_claim(*name))?;
            text.extend([name, ":", value, "\n"]);
        }
        Ok(text)
    }

    /// The signed fields under their whole names.
    pub fn fields(&self) -> Map<String, Value> {
        let field = |name: &&str| Some((format!("openid.{name}"), Value::from(self.get(name)?)));
        self.signed.iter().filter_map(field).collect()
    }

    /// Everything as it came, for the provider to check (section 11.4.2.1).
    pub fn for_check(&self) -> Vec<(String, String)> {
        let fields = self.params.iter().filter(|(name, _)| name.starts_with("openid.") && *name != "openid.mode");
        let mut copied: Vec<_> = fields.map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        copied.push(("openid.mode".to_owned(), "check_authentication".to_owned()));
        copied
    }

    /// The name that an extension goes by in this answer.
    pub fn alias_of(&self, namespace: &str) -> Option<&'a str> {
        let mut aliases = self.signed.iter().filter_map(|name| name.strip_prefix("ns."));
        aliases.find(|alias| self.get(&format!("ns.{alias}")) == Some(namespace))
    }

    /// The signed fields that begin so: the rest of the name, and the value.
    pub fn below(&self, prefix: &str) -> impl Iterator<Item = (&'a str, &'a str)> {
        let prefix = format!("{prefix}.");
        self.signed.iter().filter_map(move |name| Some((name.strip_prefix(&prefix)?, self.get(name)?)))
    }
}

/// Lines of `name:value` (section 4.1.1). The first of a name counts.
pub(super) fn key_values(text: &str) -> Params {
    text.lines().filter_map(|line| line.split_once(':')).map(|(name, value)| (name.trim(), value.trim())).collect()
}
