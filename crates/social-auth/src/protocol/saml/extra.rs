//! `SP_EXTRA`: keys of python3-saml's `sp`, each honoured or refused with the reason.

use serde_json::{Map, Value};

use crate::error::Result;
use crate::settings::BackendSettings;

const UNSPECIFIED: &str = "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified";

/// What attributes we ask for, in our metadata.
pub(super) struct AttributeService {
    /// What people know us by.
    pub(super) name: String,
    /// What we do.
    pub(super) description: Option<String>,
    /// Which.
    pub(super) attributes: Vec<Requested>,
}

/// An attribute that we ask for.
pub(super) struct Requested {
    /// Its name.
    pub(super) name: String,
    /// The format of its name.
    pub(super) format: Option<String>,
    /// Its name for people.
    pub(super) friendly_name: Option<String>,
    /// Whether it is needed.
    pub(super) required: bool,
    /// Which values of it are wanted; none for any.
    pub(super) values: Vec<String>,
}

/// The setting.
pub(super) struct Extra {
    /// The format of names that we ask for.
    pub(super) name_id_format: String,
    /// The certificate that will take the place of ours.
    pub(super) new_certificate: Option<String>,
    /// What attributes we ask for.
    pub(super) attribute_service: Option<AttributeService>,
}

impl Extra {
    /// Reads the setting.
    ///
    /// # Errors
    /// `invalid_setting` naming the key.
    pub(super) fn resolve(settings: &BackendSettings<'_>) -> Result<Self> {
        let empty = Map::new();
        let table = settings.table("SP_EXTRA")?.unwrap_or(&empty);
        let wrong = |what: &str| settings.invalid("SP_EXTRA", what);
        for key in table.keys() {
            let why = match key.as_str() {
                "NameIDFormat" | "x509certNew" | "attributeConsumingService" => continue,
                "entityId" | "x509cert" | "privateKey" => "is a setting of its own: SP_ENTITY_ID, SP_PUBLIC_CERT, SP_PRIVATE_KEY",
                "assertionConsumerService" | "singleLogoutService" => "is where this site is mounted: PUBLIC_URL and MOUNT",
                _ => "is not known; NameIDFormat, x509certNew and attributeConsumingService are",
            };
            return Err(wrong(&format!("has \"{key}\", which {why}")));
        }
        let text = |key: &str| match table.get(key) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) => Ok(Some(text.clone())),
            Some(_) => Err(wrong(&format!("must have a text as {key}"))),
        };
        let service = table.get("attributeConsumingService").filter(|value| !value.is_null());
        let service =
            service.map(|value| attribute_service(value).ok_or_else(|| wrong("has an attributeConsumingService that cannot be read")));
        Ok(Extra {
            name_id_format: text("NameIDFormat")?.unwrap_or_else(|| UNSPECIFIED.to_owned()),
            new_certificate: text("x509certNew")?,
            attribute_service: service.transpose()?,
        })
    }
}

fn attribute_service(value: &Value) -> Option<AttributeService> {
    let text = |value: &Value, key: &str| value.get(key).and_then(Value::as_str).map(str::to_owned);
    let requested = |value: &Value| {
        let required = value.get("isRequired").and_then(Value::as_bool).unwrap_or_default();
        Some(Requested {
            name: text(value, "name")?,
            format: text(value, "nameFormat"),
            friendly_name: text(value, "friendlyName"),
            required,
            values: match value.get("attributeValue") {
                None | Some(Value::Null) => Vec::new(),
                Some(values) => values.as_array()?.iter().map(|value| value.as_str().map(str::to_owned)).collect::<Option<_>>()?,
            },
        })
    };
    let attributes = value.get("requestedAttributes")?.as_array()?.iter().map(requested).collect::<Option<_>>()?;
    Some(AttributeService { name: text(value, "serviceName")?, description: text(value, "serviceDescription"), attributes })
}
