//! How messages go out: deflated in the address, signed beside (Bindings 3.4), or in a form, signed inside
//! (Bindings 3.5).

use std::io::Write;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use flate2::Compression;
use flate2::write::DeflateEncoder;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use uppsala::XmlWriter;
use url::form_urlencoded::Serializer;

use super::engine::PrivateKeyEngine;
use super::idp::Binding;
use super::xml::{ASSERTION, PROTOCOL};
use crate::backend::Departure;
use crate::error::{Error, Reason, Result};

/// A message on its way.
pub(super) struct Letter<'a> {
    /// `SAMLRequest` or `SAMLResponse`.
    pub(super) parameter: &'static str,
    /// Where it goes.
    pub(super) to: &'a str,
    /// How.
    pub(super) binding: Binding,
    /// What comes back with the answer, or goes back with it.
    pub(super) relay_state: Option<&'a str>,
    /// Who signs it, if anybody.
    pub(super) signed_by: Option<&'a dyn PrivateKeyEngine>,
}

impl Letter<'_> {
    /// Sends what `write` writes, which is given the key where the signature stands inside.
    ///
    /// # Errors
    /// `invalid_setting` when the key cannot sign.
    pub(super) fn send(&self, write: impl FnOnce(Option<&dyn PrivateKeyEngine>) -> String) -> Result<Departure> {
        match self.binding {
            Binding::Redirect => self.redirect(&write(None)),
            Binding::Post => {
                let template = write(self.signed_by);
                let document = self.signed_by.map_or(Ok(template.clone()), |key| key.sign(&template))?;
                let mut fields = vec![(self.parameter.to_owned(), STANDARD.encode(document))];
                fields.extend(self.relay_state.map(|state| ("RelayState".to_owned(), state.to_owned())));
                Ok(Departure::Post { action: self.to.to_owned(), fields })
            }
        }
    }

    fn redirect(&self, document: &str) -> Result<Departure> {
        let failed = |_| Error::new(Reason::UnknownError).detail("the message could not be compressed");
        let mut encoder = DeflateEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(document.as_bytes()).map_err(failed)?;
        let deflated = STANDARD.encode(encoder.finish().map_err(failed)?);
        let mut query = Serializer::new(String::new());
        query.append_pair(self.parameter, &deflated);
        if let Some(state) = self.relay_state {
            query.append_pair("RelayState", state);
        }
        let query = match self.signed_by {
            None => query.finish(),
            Some(key) => {
                let signed = query.append_pair("SigAlg", key.signature_name()).finish();
                let signature = key.sign_text(&signed)?;
                Serializer::new(signed).append_pair("Signature", &signature).finish()
            }
        };
        let separator = if self.to.contains('?') { '&' } else { '?' };
        Ok(Departure::Redirect(format!("{}{separator}{query}", self.to)))
    }
}

/// What every message begins with.
pub(super) struct Head<'a> {
    /// The name of its element.
    pub(super) name: &'static str,
    /// Its id.
    pub(super) id: &'a str,
    /// Unix seconds.
    pub(super) now: i64,
    /// Where it goes.
    pub(super) destination: &'a str,
    /// Our entity id.
    pub(super) issuer: &'a str,
    /// Further attributes.
    pub(super) attributes: &'a [(&'a str, &'a str)],
}

impl Head<'_> {
    /// Writes the beginning up to the signature.
    pub(super) fn write(&self, writer: &mut XmlWriter, signed_by: Option<&dyn PrivateKeyEngine>) {
        let at = instant(self.now);
        let mut attributes = vec![
            ("xmlns:samlp", PROTOCOL),
            ("xmlns:saml", ASSERTION),
            ("ID", self.id),
            ("Version", "2.0"),
            ("IssueInstant", &at),
            ("Destination", self.destination),
        ];
        attributes.extend_from_slice(self.attributes);
        writer.start_element(self.name, &attributes);
        element(writer, "saml:Issuer", &[], self.issuer);
        if let Some(key) = signed_by {
            key.template(writer, self.id);
        }
    }
}

/// A date and time as SAML has it.
pub(super) fn instant(unix_seconds: i64) -> String {
    let at = OffsetDateTime::from_unix_timestamp(unix_seconds).unwrap_or(OffsetDateTime::UNIX_EPOCH);
    at.format(&Rfc3339).unwrap_or_default()
}

/// An element with a text in it.
pub(super) fn element(writer: &mut XmlWriter, name: &str, attributes: &[(&str, &str)], text: &str) {
    writer.start_element(name, attributes);
    writer.text(text);
    writer.end_element(name);
}
