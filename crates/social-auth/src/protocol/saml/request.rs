//! The question to the identity provider: `<samlp:AuthnRequest>` (Core 3.4.1), in the address (Bindings
//! 3.4) or in a form (Bindings 3.5). `RelayState` is the attempt's state, which means nothing to anyone.

use std::io::Write;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use flate2::Compression;
use flate2::write::DeflateEncoder;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use uppsala::XmlWriter;
use url::form_urlencoded::Serializer;

use super::config::Config;
use super::engine::PrivateKeyEngine;
use super::idp::{Binding, IdentityProvider};
use super::xml::{ASSERTION, PROTOCOL};
use crate::backend::Departure;
use crate::error::{Error, Reason, Result};

const POST: &str = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST";

/// What is particular to one request.
pub(super) struct Question<'a> {
    /// Its id.
    pub(super) id: &'a str,
    /// The attempt's state.
    pub(super) relay_state: &'a str,
    /// Where the answer should go.
    pub(super) callback: &'a str,
    /// Unix seconds.
    pub(super) now: i64,
}

/// Where to send the browser.
///
/// # Errors
/// `invalid_setting` when requests are to be signed and the key cannot.
pub(super) fn departure(config: &Config, idp: &IdentityProvider, question: &Question<'_>) -> Result<Departure> {
    let key = config.key.as_ref().filter(|_| config.sign_requests);
    match idp.binding {
        Binding::Redirect => redirect(&xml(config, idp, question, None), idp, question, key.map(|key| key as &dyn PrivateKeyEngine)),
        Binding::Post => {
            let template = xml(config, idp, question, key.map(|key| key as &dyn PrivateKeyEngine));
            let document = key.map_or(Ok(template.clone()), |key| key.sign(&template))?;
            let fields =
                vec![("SAMLRequest".to_owned(), STANDARD.encode(document)), ("RelayState".to_owned(), question.relay_state.to_owned())];
            Ok(Departure::Post { action: idp.url.clone(), fields })
        }
    }
}

/// Bindings 3.4.4.1: deflated, and signed beside rather than inside.
fn redirect(document: &str, idp: &IdentityProvider, question: &Question<'_>, key: Option<&dyn PrivateKeyEngine>) -> Result<Departure> {
    let failed = |_| Error::new(Reason::UnknownError).detail("the request could not be compressed");
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(document.as_bytes()).map_err(failed)?;
    let deflated = STANDARD.encode(encoder.finish().map_err(failed)?);
    let mut query = Serializer::new(String::new());
    query.append_pair("SAMLRequest", &deflated).append_pair("RelayState", question.relay_state);
    let query = match key {
        None => query.finish(),
        Some(key) => {
            let algorithm = key.signature_name();
            let signed = query.append_pair("SigAlg", algorithm).finish();
            let signature = key.sign_text(&signed)?;
            let mut query = Serializer::new(signed);
            query.append_pair("Signature", &signature).finish()
        }
    };
    let separator = if idp.url.contains('?') { '&' } else { '?' };
    Ok(Departure::Redirect(format!("{}{separator}{query}", idp.url)))
}

fn xml(config: &Config, idp: &IdentityProvider, question: &Question<'_>, signed_by: Option<&dyn PrivateKeyEngine>) -> String {
    let at = OffsetDateTime::from_unix_timestamp(question.now).unwrap_or(OffsetDateTime::UNIX_EPOCH);
    let at = at.format(&Rfc3339).unwrap_or_default();
    let mut writer = XmlWriter::new();
    writer.start_element(
        "samlp:AuthnRequest",
        &[
            ("xmlns:samlp", PROTOCOL),
            ("xmlns:saml", ASSERTION),
            ("ID", question.id),
            ("Version", "2.0"),
            ("IssueInstant", &at),
            ("Destination", &idp.url),
            ("ProtocolBinding", POST),
            ("AssertionConsumerServiceURL", question.callback),
        ],
    );
    element(&mut writer, "saml:Issuer", &config.entity_id);
    if let Some(key) = signed_by {
        key.template(&mut writer, question.id);
    }
    writer.empty_element("samlp:NameIDPolicy", &[("Format", &config.name_id_format), ("AllowCreate", "true")]);
    if let Some((classes, comparison)) = &config.authn_context {
        writer.start_element("samlp:RequestedAuthnContext", &[("Comparison", comparison)]);
        for class in classes {
            element(&mut writer, "saml:AuthnContextClassRef", class);
        }
        writer.end_element("samlp:RequestedAuthnContext");
    }
    writer.end_element("samlp:AuthnRequest");
    writer.into_string()
}

/// An element with a text in it.
pub(super) fn element(writer: &mut XmlWriter, name: &str, text: &str) {
    writer.start_element(name, &[]);
    writer.text(text);
    writer.end_element(name);
}
