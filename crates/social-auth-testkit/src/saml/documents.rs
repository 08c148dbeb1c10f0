//! The messages that the provider writes.

use minijinja::value::Serde;
use minijinja::{AutoEscape, Environment, Value};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::error::Error;
use crate::random;

/// The compiled templates.
pub(super) struct Documents(Environment<'static>);

impl Documents {
    pub(super) fn compile() -> Result<Self, Error> {
        let mut templates = Environment::new();
        // What HTML escapes is what XML must have escaped.
        templates.set_auto_escape_callback(|_| AutoEscape::Html);
        for (name, source) in [
            ("assertion.xml", include_str!("../../templates/saml/assertion.xml")),
            ("encrypted.xml", include_str!("../../templates/saml/encrypted.xml")),
            ("logout_request.xml", include_str!("../../templates/saml/logout_request.xml")),
            ("logout_response.xml", include_str!("../../templates/saml/logout_response.xml")),
            ("metadata.xml", include_str!("../../templates/saml/metadata.xml")),
            ("name_id.xml", include_str!("../../templates/saml/name_id.xml")),
            ("response.xml", include_str!("../../templates/saml/response.xml")),
            ("signature.xml", include_str!("../../templates/saml/signature.xml")),
        ] {
            templates.add_template(name, source)?;
        }
        Ok(Self(templates))
    }

    pub(super) fn write(&self, name: &str, values: serde_json::Value) -> Result<String, Error> {
        // HTML escapes the slash, too, which nobody could read; what was written so by a person has the ampersand escaped.
        Ok(self.0.get_template(name)?.render(Value::from(Serde(values)))?.replace("&#x2f;", "/"))
    }
}

/// A new id: a name in XML does not begin with a digit.
pub(super) fn new_id() -> Result<String, Error> {
    Ok(format!("_{}", random::token()?))
}

/// A date and time as SAML has it.
pub(super) fn instant(unix_seconds: i64) -> String {
    let at = OffsetDateTime::from_unix_timestamp(unix_seconds).unwrap_or(OffsetDateTime::UNIX_EPOCH);
    at.format(&Rfc3339).unwrap_or_default()
}
