//! What identity providers read about us (SAML 2.0 Metadata).

use serde_json::{Map, Value};
use uppsala::XmlWriter;

use super::config::Config;
use super::engine::PrivateKeyEngine;
use super::request::element;
use super::xml::{DSIG, METADATA, PROTOCOL};
use crate::error::Result;
use crate::seal::sha256_base64url;

const POST: &str = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST";

/// Our metadata, for answers at `callback`.
///
/// # Errors
/// `invalid_setting` when it is to be signed and the key cannot.
pub(super) fn ours(config: &Config, callback: &str) -> Result<String> {
    let id = format!("_{}", sha256_base64url(&config.entity_id));
    let key = config.key.as_ref().filter(|_| config.sign_metadata);
    let mut writer = XmlWriter::new();
    let mut attributes = vec![("xmlns:md", METADATA), ("ID", id.as_str()), ("entityID", config.entity_id.as_str())];
    attributes.extend(config.metadata_validity.iter().map(|(name, value)| (*name, value.as_str())));
    writer.start_element("md:EntityDescriptor", &attributes);
    if let Some(key) = key {
        key.template(&mut writer, &id);
    }
    descriptor(&mut writer, config, callback);
    organization(&mut writer, &config.organization);
    for (kind, contact) in &config.contacts {
        writer.start_element("md:ContactPerson", &[("contactType", *kind)]);
        for (name, key) in [("md:GivenName", "givenName"), ("md:EmailAddress", "emailAddress")] {
            if let Some(text) = contact.get(key).and_then(Value::as_str) {
                element(&mut writer, name, text);
            }
        }
        writer.end_element("md:ContactPerson");
    }
    writer.end_element("md:EntityDescriptor");
    let document = writer.into_string();
    key.map_or(Ok(document.clone()), |key| key.sign(&document))
}

fn descriptor(writer: &mut XmlWriter, config: &Config, callback: &str) {
    let flag = |flag: bool| if flag { "true" } else { "false" };
    writer.start_element(
        "md:SPSSODescriptor",
        &[
            ("AuthnRequestsSigned", flag(config.sign_requests)),
            ("WantAssertionsSigned", flag(config.wants.assertion_signed)),
            ("protocolSupportEnumeration", PROTOCOL),
        ],
    );
    if let Some(certificate) = &config.certificate {
        for purpose in ["signing", "encryption"] {
            writer.start_element("md:KeyDescriptor", &[("use", purpose)]);
            writer.start_element("ds:KeyInfo", &[("xmlns:ds", DSIG)]);
            writer.start_element("ds:X509Data", &[]);
            element(writer, "ds:X509Certificate", certificate);
            writer.end_element("ds:X509Data");
            writer.end_element("ds:KeyInfo");
            writer.end_element("md:KeyDescriptor");
        }
    }
    element(writer, "md:NameIDFormat", &config.name_id_format);
    writer
        .empty_element("md:AssertionConsumerService", &[("Binding", POST), ("Location", callback), ("index", "1"), ("isDefault", "true")]);
    writer.end_element("md:SPSSODescriptor");
}

/// `ORG_INFO`: by language, `name`, `displayname` and `url`; the schema wants them by kind.
fn organization(writer: &mut XmlWriter, languages: &Map<String, Value>) {
    if languages.is_empty() {
        return;
    }
    writer.start_element("md:Organization", &[]);
    for (name, key) in [("md:OrganizationName", "name"), ("md:OrganizationDisplayName", "displayname"), ("md:OrganizationURL", "url")] {
        for (language, entry) in languages {
            if let Some(text) = entry.get(key).and_then(Value::as_str) {
                writer.start_element(name, &[("xml:lang", language.split('-').next().unwrap_or(language))]);
                writer.text(text);
                writer.end_element(name);
            }
        }
    }
    writer.end_element("md:Organization");
}
