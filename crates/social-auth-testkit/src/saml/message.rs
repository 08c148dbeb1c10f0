//! How messages come in and go out: in the address, deflated and signed beside (Bindings 3.4), or in a form,
//! signed inside (Bindings 3.5).

use std::io::{Read, Write};

use axum::response::Response;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use flate2::Compression;
use flate2::read::DeflateDecoder;
use flate2::write::DeflateEncoder;
use roxmltree::{Document, Node};
use url::Url;
use url::form_urlencoded::{self, Serializer};

use super::key::{RSA_SHA256, SamlKey, TheirKey};
use crate::error::Error;
use crate::oauth2::see_other;
use crate::page::Reader;
use crate::params::Params;
use crate::provider::Shared;

pub(super) const PROTOCOL: &str = "urn:oasis:names:tc:SAML:2.0:protocol";
pub(super) const ASSERTION: &str = "urn:oasis:names:tc:SAML:2.0:assertion";

/// The longest message that is read when it is inflated, in bytes.
const MAX_LENGTH: u64 = 256 * 1024;

/// By which way a message travels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Binding {
    Redirect,
    Post,
}

impl Binding {
    pub(super) const ALL: [Self; 2] = [Self::Redirect, Self::Post];

    pub(super) const fn uri(self) -> &'static str {
        match self {
            Self::Redirect => "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect",
            Self::Post => "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST",
        }
    }
}

/// What is wrong with a message, for the developer who looks at the page.
pub(super) type Refusal = String;

/// A message that came.
pub(super) struct Arrived {
    /// `SAMLRequest` or `SAMLResponse`.
    pub(super) parameter: &'static str,
    pub(super) text: String,
    pub(super) relay_state: Option<String>,
    /// The query as it was sent, where it came so.
    query: Option<String>,
}

impl Arrived {
    /// Of a query or a form body.
    pub(super) fn read(encoded: &str, binding: Binding) -> Result<Self, Refusal> {
        let params = Params::parse(encoded);
        let found = ["SAMLRequest", "SAMLResponse"].into_iter().find_map(|name| Some((name, params.first(name)?)));
        let (parameter, value) = found.ok_or("There is neither SAMLRequest nor SAMLResponse.")?;
        let compact: String = value.split_ascii_whitespace().collect();
        let bytes = STANDARD.decode(compact).map_err(|_| format!("{parameter} is not base64."))?;
        let mut text = String::new();
        let read = match binding {
            Binding::Redirect => DeflateDecoder::new(bytes.as_slice()).take(MAX_LENGTH).read_to_string(&mut text),
            Binding::Post => bytes.as_slice().take(MAX_LENGTH).read_to_string(&mut text),
        };
        read.map_err(|_| format!("{parameter} cannot be read; by GET it must be deflated, by POST it must not."))?;
        let relay_state = params.first("RelayState").map(str::to_owned);
        Ok(Self { parameter, text, relay_state, query: (binding == Binding::Redirect).then(|| encoded.to_owned()) })
    }

    /// Whether it is signed: `None` when it bears no signature at all.
    pub(super) fn signature(&self, id: &str, keys: &[TheirKey]) -> Option<bool> {
        match &self.query {
            Some(query) => self.query_signature(query, keys),
            None if !self.text.contains("SignatureValue") => None,
            None => Some(keys.iter().any(|key| key.signed(&self.text, id))),
        }
    }

    /// Bindings 3.4.4.1: over the parameters as they were sent, in this order.
    fn query_signature(&self, query: &str, keys: &[TheirKey]) -> Option<bool> {
        let raw = |name: &str| query.split('&').filter_map(|pair| pair.split_once('=')).find(|(key, _)| *key == name);
        let unescaped = |value: &str| form_urlencoded::parse(format!("v={value}").as_bytes()).next().map(|(_, value)| value.into_owned());
        let (_, signature) = raw("Signature")?;
        let parts: Vec<_> = [self.parameter, "RelayState", "SigAlg"].into_iter().filter_map(raw).collect();
        let text: Vec<_> = parts.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let algorithm = raw("SigAlg").and_then(|(_, value)| unescaped(value)).unwrap_or_default();
        let signature = unescaped(signature).and_then(|text| STANDARD.decode(text).ok()).unwrap_or_default();
        Some(keys.iter().any(|key| key.signed_text(&algorithm, &text.join("&"), &signature)))
    }
}

/// A message that goes out.
pub(super) struct Letter<'a> {
    pub(super) parameter: &'static str,
    pub(super) to: &'a str,
    pub(super) binding: Binding,
    pub(super) relay_state: Option<&'a str>,
}

impl Letter<'_> {
    /// Sends what `write` writes, which is told whether a signature belongs inside.
    pub(super) fn send(
        &self,
        (shared, reader): (&Shared, Reader),
        key: &SamlKey,
        write: impl FnOnce(bool) -> Result<String, Error>,
    ) -> Result<Response, Error> {
        match self.binding {
            Binding::Redirect => self.redirect(key, &write(false)?),
            Binding::Post => Ok(self.post(shared, reader, &key.sign(&write(true)?)?)),
        }
    }

    /// Posts a document as it is.
    pub(super) fn post(&self, shared: &Shared, reader: Reader, document: &str) -> Response {
        let mut fields = vec![(self.parameter, STANDARD.encode(document))];
        fields.extend(self.relay_state.map(|state| ("RelayState", state.to_owned())));
        shared.pages.form_post(reader, self.to, &fields)
    }

    fn redirect(&self, key: &SamlKey, document: &str) -> Result<Response, Error> {
        let failed = |_| Error::Crypto { what: "a compressed message" };
        let mut encoder = DeflateEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(document.as_bytes()).map_err(failed)?;
        let deflated = STANDARD.encode(encoder.finish().map_err(failed)?);
        let mut query = Serializer::new(String::new());
        query.append_pair(self.parameter, &deflated);
        if let Some(state) = self.relay_state {
            query.append_pair("RelayState", state);
        }
        let signed = query.append_pair("SigAlg", RSA_SHA256).finish();
        let signature = key.sign_text(&signed)?;
        let query = Serializer::new(signed).append_pair("Signature", &signature).finish();
        let separator = if self.to.contains('?') { '&' } else { '?' };
        let url = Url::parse(&format!("{}{separator}{query}", self.to));
        url.map(|url| see_other(&url)).map_err(|_| Error::Unexpected { explanation: "an endpoint is no address".to_owned() })
    }
}

/// Parses a message, whose outermost element must have one of these names.
pub(super) fn parse<'t>(text: &'t str, names: &[&str]) -> Result<Document<'t>, Refusal> {
    let document = Document::parse(text).map_err(|error| format!("The message is no XML: {error}."))?;
    let root = document.root_element().tag_name();
    if root.namespace() == Some(PROTOCOL) && names.contains(&root.name()) {
        return Ok(document);
    }
    Err(format!("The outermost element is <{}>, not <samlp:{}>.", root.name(), names.join("> or <samlp:")))
}

/// The child of this name.
pub(super) fn child<'a, 'd>(node: Node<'a, 'd>, namespace: &str, name: &str) -> Option<Node<'a, 'd>> {
    node.children().find(|child| child.has_tag_name((namespace, name)))
}

/// The text of the child of this name, without white space around it.
pub(super) fn child_text<'a>(node: Node<'a, '_>, namespace: &str, name: &str) -> Option<&'a str> {
    child(node, namespace, name).and_then(|child| child.text()).map(str::trim).filter(|text| !text.is_empty())
}

/// What every message must have (Core 3.2.1): `Version`, the addressee if it names one, an id and an issuer.
pub(super) fn head<'a>(root: Node<'a, '_>, address: &str) -> Result<(&'a str, &'a str), Refusal> {
    if root.attribute("Version") != Some("2.0") {
        return Err("The message is not of Version 2.0.".to_owned());
    }
    if let Some(destination) = root.attribute("Destination").filter(|destination| *destination != address) {
        return Err(format!("The Destination is {destination}, but the message came to {address}."));
    }
    let id = root.attribute("ID").filter(|id| !id.is_empty()).ok_or("The message has no ID.")?;
    let issuer = child_text(root, ASSERTION, "Issuer").ok_or("The message has no Issuer.")?;
    Ok((id, issuer))
}
