//! What identity providers read about us (SAML 2.0 Metadata).

use uppsala::XmlWriter;

use super::super::about_us::Organization;
use super::super::config::Config;
use super::super::extra::AttributeService;
use super::super::idp::Binding;
use super::super::wire::element;
use super::super::xml::{ASSERTION, DSIG, METADATA, PROTOCOL};
use crate::backend::ServiceAddresses;
use crate::error::Result;
use crate::seal::sha256_base64url;

/// Our metadata.
///
/// # Errors
/// `invalid_setting` when it is to be signed and the key cannot.
pub(in super::super) fn ours(config: &Config, addresses: &ServiceAddresses) -> Result<String> {
    let id = format!("_{}", sha256_base64url(&config.entity_id));
    let key = config.key().filter(|_| config.security.sign_metadata);
    let mut writer = XmlWriter::new();
    let mut attributes = vec![("xmlns:md", METADATA), ("ID", id.as_str()), ("entityID", config.entity_id.as_str())];
    attributes.extend(config.security.metadata_validity.iter().map(|(name, value)| (*name, value.as_str())));
    writer.start_element("md:EntityDescriptor", &attributes);
    if let Some(key) = key {
        key.template(&mut writer, &id);
    }
    descriptor(&mut writer, config, addresses);
    organization(&mut writer, &config.organization);
    for contact in &config.contacts {
        writer.start_element("md:ContactPerson", &[("contactType", contact.kind)]);
        element(&mut writer, "md:GivenName", &[], &contact.given_name);
        element(&mut writer, "md:EmailAddress", &[], &contact.email);
        writer.end_element("md:ContactPerson");
    }
    writer.end_element("md:EntityDescriptor");
    let document = writer.into_string();
    key.map_or(Ok(document.clone()), |key| key.sign(&document))
}

fn descriptor(writer: &mut XmlWriter, config: &Config, addresses: &ServiceAddresses) {
    let flag = |flag: bool| if flag { "true" } else { "false" };
    writer.start_element(
        "md:SPSSODescriptor",
        &[
            ("AuthnRequestsSigned", flag(config.security.sign_requests)),
            ("WantAssertionsSigned", flag(config.security.wants.assertion_signed)),
            ("protocolSupportEnumeration", PROTOCOL),
        ],
    );
    for certificate in &config.certificates {
        for purpose in ["signing", "encryption"] {
            writer.start_element("md:KeyDescriptor", &[("use", purpose)]);
            writer.start_element("ds:KeyInfo", &[("xmlns:ds", DSIG)]);
            writer.start_element("ds:X509Data", &[]);
            element(writer, "ds:X509Certificate", &[], certificate);
            writer.end_element("ds:X509Data");
            writer.end_element("ds:KeyInfo");
            writer.end_element("md:KeyDescriptor");
        }
    }
    if config.key().is_some() {
        for binding in [Binding::Redirect, Binding::Post] {
            writer.empty_element("md:SingleLogoutService", &[("Binding", binding.uri()), ("Location", &addresses.logout)]);
        }
    }
    element(writer, "md:NameIDFormat", &[], &config.name_id_format);
    let here = [("Binding", Binding::Post.uri()), ("Location", &*addresses.callback), ("index", "1"), ("isDefault", "true")];
    writer.empty_element("md:AssertionConsumerService", &here);
    if let Some(service) = &config.attribute_service {
        attribute_service(writer, service);
    }
    writer.end_element("md:SPSSODescriptor");
}

/// Metadata 2.4.4.1.
fn attribute_service(writer: &mut XmlWriter, service: &AttributeService) {
    let english = [("xml:lang", "en")];
    writer.start_element("md:AttributeConsumingService", &[("index", "1"), ("isDefault", "true")]);
    element(writer, "md:ServiceName", &english, &service.name);
    if let Some(description) = &service.description {
        element(writer, "md:ServiceDescription", &english, description);
    }
    for attribute in &service.attributes {
        let mut attributes = vec![("Name", attribute.name.as_str()), ("isRequired", if attribute.required { "true" } else { "false" })];
        attributes.extend(attribute.format.as_deref().map(|format| ("NameFormat", format)));
        attributes.extend(attribute.friendly_name.as_deref().map(|name| ("FriendlyName", name)));
        writer.start_element("md:RequestedAttribute", &attributes);
        for value in &attribute.values {
            element(writer, "saml:AttributeValue", &[("xmlns:saml", ASSERTION)], value);
        }
        writer.end_element("md:RequestedAttribute");
    }
    writer.end_element("md:AttributeConsumingService");
}

/// The schema wants it by kind, not by language.
fn organization(writer: &mut XmlWriter, languages: &[Organization]) {
    if languages.is_empty() {
        return;
    }
    let kinds: [(&str, fn(&Organization) -> &str); 3] = [
        ("md:OrganizationName", |one| &one.name),
        ("md:OrganizationDisplayName", |one| &one.display_name),
        ("md:OrganizationURL", |one| &one.url),
    ];
    writer.start_element("md:Organization", &[]);
    for (name, of) in kinds {
        for one in languages {
            element(writer, name, &[("xml:lang", &one.language)], of(one));
        }
    }
    writer.end_element("md:Organization");
}
