//! An identity provider as we talk to it, wherever we know it from.

use std::sync::OnceLock;

use super::super::engine::{SignatureEngine, Trusted, Weakness};
use crate::error::Result;

/// By which way a message goes out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum Binding {
    /// In the address.
    Redirect,
    /// In a form.
    Post,
}

impl Binding {
    /// Its name in metadata (Bindings 3.4.1, 3.5.1).
    pub(in super::super) const fn uri(self) -> &'static str {
        match self {
            Binding::Redirect => "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect",
            Binding::Post => "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST",
        }
    }
}

/// Where messages go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in super::super) struct Endpoint {
    /// The address of requests.
    pub(in super::super) url: String,
    /// The address of answers, where it is another.
    pub(in super::super) answers: Option<String>,
    /// How.
    pub(in super::super) binding: Binding,
}

/// An identity provider.
pub(in super::super) struct Party {
    /// The entity id.
    pub(in super::super) entity_id: String,
    /// Where people sign in.
    pub(in super::super) sign_on: Endpoint,
    /// Where they sign out, if it can be told.
    pub(in super::super) logout: Option<Endpoint>,
    certificates: Vec<String>,
    weakness: Weakness,
    /// Made when they are first needed: a federation has thousands.
    keys: OnceLock<Trusted>,
}

impl Party {
    /// An identity provider that settings describe, all whose certificates must be good.
    ///
    /// # Errors
    /// `invalid_setting` naming `x509cert`.
    pub(in super::super) fn configured(
        entity_id: String,
        (sign_on, logout): (Endpoint, Option<Endpoint>),
        certificates: &[String],
        weakness: Weakness,
    ) -> Result<Self> {
        let keys = OnceLock::from(Trusted::new(certificates, weakness)?);
        Ok(Party { entity_id, sign_on, logout, certificates: Vec::new(), weakness, keys })
    }

    /// An identity provider that metadata describe: those of its certificates count that can be used.
    pub(in super::super) fn described(
        entity_id: String,
        (sign_on, logout): (Endpoint, Option<Endpoint>),
        certificates: Vec<String>,
        weakness: Weakness,
    ) -> Self {
        Party { entity_id, sign_on, logout, certificates, weakness, keys: OnceLock::new() }
    }

    /// Its keys.
    ///
    /// # Errors
    /// `invalid_setting` when it has none that can be used.
    pub(in super::super) fn keys(&self) -> Result<&dyn SignatureEngine> {
        if let Some(keys) = self.keys.get() {
            return Ok(keys);
        }
        let usable: Vec<_> =
            self.certificates.iter().filter(|text| Trusted::new(&[(*text).clone()], self.weakness).is_ok()).cloned().collect();
        let keys = Trusted::new(&usable, self.weakness)?;
        Ok(self.keys.get_or_init(|| keys))
    }
}
