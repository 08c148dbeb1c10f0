//! The question to the identity provider: `<samlp:AuthnRequest>` (Core 3.4.1). `RelayState` is the attempt's state,
//! which means nothing to anyone.

use uppsala::XmlWriter;

use super::config::Config;
use super::engine::PrivateKeyEngine;
use super::idp::{Binding, Member};
use super::wire::{Head, Letter, element};
use crate::backend::Departure;
use crate::error::Result;

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
pub(super) fn departure(config: &Config, member: &Member, question: &Question<'_>) -> Result<Departure> {
    let endpoint = &member.party.sign_on;
    let letter = Letter {
        parameter: "SAMLRequest",
        to: &endpoint.url,
        binding: endpoint.binding,
        relay_state: Some(question.relay_state),
        signed_by: config.key().filter(|_| config.security.sign_requests),
    };
    letter.send(|signed_by| xml(config, member, question, signed_by))
}

fn xml(config: &Config, member: &Member, question: &Question<'_>, signed_by: Option<&dyn PrivateKeyEngine>) -> String {
    let mut attributes = vec![("ProtocolBinding", Binding::Post.uri()), ("AssertionConsumerServiceURL", question.callback)];
    if member.entry.rules.force_authn {
        attributes.push(("ForceAuthn", "true"));
    }
    if config.attribute_service.is_some() {
        // The one that our metadata describe.
        attributes.push(("AttributeConsumingServiceIndex", "1"));
    }
    let head = Head {
        name: "samlp:AuthnRequest",
        id: question.id,
        now: question.now,
        destination: &member.party.sign_on.url,
        issuer: &config.entity_id,
        attributes: &attributes,
    };
    let mut writer = XmlWriter::new();
    head.write(&mut writer, signed_by);
    let format = member.entry.rules.name_id_format.as_ref().unwrap_or(&config.name_id_format);
    writer.empty_element("samlp:NameIDPolicy", &[("Format", format), ("AllowCreate", "true")]);
    if let Some(context) = &config.security.authn_context {
        writer.start_element("samlp:RequestedAuthnContext", &[("Comparison", context.comparison)]);
        for class in &context.classes {
            element(&mut writer, "saml:AuthnContextClassRef", &[], class);
        }
        writer.end_element("samlp:RequestedAuthnContext");
    }
    writer.end_element("samlp:AuthnRequest");
    writer.into_string()
}
