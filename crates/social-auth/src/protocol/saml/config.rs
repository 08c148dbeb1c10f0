//! The service provider that we are, from settings.

use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use super::about_us::{self, Contact, Organization};
use super::engine::{OwnKey, PrivateKeyEngine, certificate_der};
use super::extra::{AttributeService, Extra};
use super::idp::{self, Entry, Surroundings};
use super::security::Security;
use crate::error::Result;
use crate::settings::BackendSettings;

/// The settings of the backend.
pub(super) struct Config {
    /// Our entity id.
    pub(super) entity_id: String,
    /// Our certificates, base64 of their DER; the second one takes the first one's place some day.
    pub(super) certificates: Vec<String>,
    key: Option<OwnKey>,
    /// `SECURITY_CONFIG`.
    pub(super) security: Security,
    /// The format of names that we ask for.
    pub(super) name_id_format: String,
    /// `SP_EXTRA`'s `attributeConsumingService`.
    pub(super) attribute_service: Option<AttributeService>,
    /// `ORG_INFO`.
    pub(super) organization: Vec<Organization>,
    /// `TECHNICAL_CONTACT` and `SUPPORT_CONTACT`.
    pub(super) contacts: Vec<Contact>,
    /// Attributes for `extra_data`, each with the name it is kept under.
    pub(super) kept: Vec<(String, String)>,
    /// By how many seconds clocks may differ.
    pub(super) leeway: i64,
    /// The identity providers.
    pub(super) entries: Vec<Arc<Entry>>,
}

impl Config {
    /// Reads the settings.
    ///
    /// # Errors
    /// `missing_setting` or `invalid_setting`.
    pub(super) fn resolve(settings: &BackendSettings<'_>, surroundings: &Surroundings) -> Result<Self> {
        let security = Security::resolve(settings)?;
        let key = own_key(settings, &security)?;
        if key.is_none() && security.needs_key {
            return Err(settings.missing("SP_PRIVATE_KEY", "SECURITY_CONFIG asks for signatures or encryption, which need it."));
        }
        let extra = Extra::resolve(settings)?;
        Ok(Config {
            entity_id: settings
                .required("SP_ENTITY_ID", "It is the name by which identity providers know this site, usually an URL.")?
                .to_owned(),
            certificates: certificates(settings, extra.new_certificate.as_deref())?,
            key,
            security,
            name_id_format: extra.name_id_format,
            attribute_service: extra.attribute_service,
            organization: about_us::organization(settings)?,
            contacts: about_us::contacts(settings)?,
            kept: kept(settings)?,
            leeway: settings.integer("ALLOWED_CLOCK_DRIFT")?.unwrap_or(60).clamp(0, 300),
            entries: idp::all(settings, surroundings)?,
        })
    }

    /// Our key.
    pub(super) fn key(&self) -> Option<&dyn PrivateKeyEngine> {
        self.key.as_ref().map(|key| key as &dyn PrivateKeyEngine)
    }
}

fn own_key(settings: &BackendSettings<'_>, security: &Security) -> Result<Option<OwnKey>> {
    let Some(secret) = settings.secret("SP_PRIVATE_KEY")? else { return Ok(None) };
    OwnKey::new(&secret, security.signature, security.digest).map(Some).map_err(|_| {
        settings.invalid("SP_PRIVATE_KEY", "must be an RSA key of at least 2048 bits, in PEM or base64, as `openssl genrsa 2048` makes one")
    })
}

fn certificates(settings: &BackendSettings<'_>, next: Option<&str>) -> Result<Vec<String>> {
    let mut found = Vec::new();
    for (name, text) in [("SP_PUBLIC_CERT", settings.text("SP_PUBLIC_CERT")?), ("SP_EXTRA", next)] {
        let Some(text) = text else { continue };
        let der = certificate_der(text).map_err(|_| settings.invalid(name, "must be a certificate in PEM or base64"))?;
        found.push(STANDARD.encode(der));
    }
    Ok(found)
}

/// `EXTRA_DATA`: names of attributes, or lists of a name and the name it is kept under.
fn kept(settings: &BackendSettings<'_>) -> Result<Vec<(String, String)>> {
    let items = match settings.value("EXTRA_DATA") {
        None | Some(Value::Null) => return Ok(Vec::new()),
        Some(Value::Array(items)) => items,
        Some(_) => return Err(settings.invalid("EXTRA_DATA", "must be a list")),
    };
    let read = |item: &Value| match item {
        Value::String(name) => Some((name.clone(), name.clone())),
        Value::Array(parts) => {
            let name = parts.first()?.as_str()?;
            Some((name.to_owned(), parts.get(1).map_or(Some(name), Value::as_str)?.to_owned()))
        }
        _ => None,
    };
    let wrong = || settings.invalid("EXTRA_DATA", "has an item that is neither the name of an attribute nor [name, alias]");
    items.iter().map(|item| read(item).ok_or_else(wrong)).collect()
}
