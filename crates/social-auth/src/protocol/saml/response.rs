//! From the text that the browser posts to what the identity provider said about the person (SAML 2.0
//! Core 3.3.3, Profiles 4.1.4).
//!
//! An assertion is good for one sign-in: its signed `InResponseTo` is the request of one attempt, and the
//! flow claims each attempt once, before the assertion is looked at.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use uppsala::{Document, NodeId};

use super::assertion::{self, Assertion, Expected};
use super::engine::{PrivateKeyEngine, SignatureEngine};
use super::gate::{self, Content};
use super::xml::{self, ASSERTION, PROTOCOL};
use crate::error::{Error, Reason, Result, Source};

const SUCCESS: &str = "urn:oasis:names:tc:SAML:2.0:status:Success";

/// What must be signed and encrypted. One signature over all that is read there must be in any case.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Wants {
    /// The response itself must be signed.
    pub(super) response_signed: bool,
    /// The assertion itself must be signed.
    pub(super) assertion_signed: bool,
    /// The assertion must be encrypted.
    pub(super) encrypted: bool,
}

/// What an answer is checked with.
pub(super) struct Checks<'a> {
    /// The identity provider's keys.
    pub(super) trusted: &'a dyn SignatureEngine,
    /// Our key, if we have one.
    pub(super) own: Option<&'a dyn PrivateKeyEngine>,
    /// What must be signed and encrypted.
    pub(super) wants: Wants,
    /// What the answer must say.
    pub(super) expected: Expected<'a>,
}

/// The XML of a `SAMLResponse` parameter.
///
/// # Errors
/// `malformed_response` when it is too long, before or after decoding, or is not base64 of UTF-8.
pub(super) fn decode(parameter: &str) -> Result<String> {
    if parameter.len() > xml::MAX_LENGTH * 3 / 2 {
        return Err(Error::malformed("SAMLResponse is too long"));
    }
    let compact: String = parameter.split_ascii_whitespace().collect();
    let bytes = STANDARD.decode(compact).map_err(|_| Error::malformed("SAMLResponse is not base64"))?;
    String::from_utf8(bytes).map_err(|_| Error::malformed("SAMLResponse is not UTF-8"))
}

/// Checks an answer and reads it.
///
/// # Errors
/// What is wrong with it; `authorization_declined` when the identity provider says that the person did not
/// sign in.
pub(super) fn check(text: &str, checks: &Checks<'_>) -> Result<Assertion> {
    let document = xml::parse(text)?;
    status(&document)?;
    let envelope = gate::envelope(&document)?;
    let response_signed = gate::is_signed(&document, text, checks.trusted, envelope.response)?;
    match envelope.content {
        Content::Plain(_) if checks.wants.encrypted => Err(Error::malformed("the assertion is not encrypted, as SECURITY_CONFIG wants it")),
        Content::Plain(assertion) => read(&document, text, (envelope.response, assertion), response_signed, checks),
        Content::Encrypted(_) => {
            let own = checks.own.ok_or_else(|| Error::malformed("the assertion is encrypted, and SP_PRIVATE_KEY is not set"))?;
            let opened = own.decrypt(text)?;
            let document = xml::parse(&opened)?;
            let nodes = gate::decrypted(&document)?;
            read(&document, &opened, nodes, response_signed, checks)
        }
    }
}

fn read(
    document: &Document<'_>,
    source: &str,
    (response, assertion): (NodeId, NodeId),
    response_signed: bool,
    checks: &Checks<'_>,
) -> Result<Assertion> {
    let assertion_signed = gate::is_signed(document, source, checks.trusted, assertion)?;
    let missing = |what: &str| Err(Error::new(Reason::InvalidSignature).detail(format!("the {what} is not signed")));
    if !response_signed && !assertion_signed {
        return missing("answer");
    }
    if checks.wants.response_signed && !response_signed {
        return missing("response");
    }
    if checks.wants.assertion_signed && !assertion_signed {
        return missing("assertion");
    }
    response_says_what_is_expected(document, response, response_signed, &checks.expected)?;
    assertion::read(document, assertion, &checks.expected)
}

/// Core 3.2.2 and 3.3.3; Bindings 3.5.5.2 for `Destination`.
fn response_says_what_is_expected(document: &Document<'_>, response: NodeId, signed: bool, expected: &Expected<'_>) -> Result<()> {
    assertion::version(document, response)?;
    assertion::issued(document, response, expected)?;
    if let Some(issuer) = xml::child(document, response, ASSERTION, "Issuer")? {
        assertion::issuer(document, issuer, expected)?;
    }
    match xml::attribute(document, response, "Destination") {
        Some(destination) if destination == expected.recipient => {}
        None if !signed => {}
        None => return Err(Error::missing_claim("Destination")),
        Some(_) => return Err(Error::invalid_claim("Destination").detail("the answer is meant for another address")),
    }
    match xml::attribute(document, response, "InResponseTo") {
        Some(request) if request == expected.request => Ok(()),
        None => Err(assertion::unsolicited()),
        Some(_) => Err(assertion::another_request()),
    }
}

/// Core 3.2.2.2.
fn status(document: &Document<'_>) -> Result<()> {
    let response = xml::root(document)?;
    if !xml::is(document, response, PROTOCOL, "Response") {
        return Err(Error::malformed("the outermost element is not <samlp:Response>"));
    }
    let status = xml::required(document, response, PROTOCOL, "Status")?;
    let code = xml::required(document, status, PROTOCOL, "StatusCode")?;
    let value = xml::attribute(document, code, "Value").unwrap_or_default();
    if value == SUCCESS {
        return Ok(());
    }
    let second = xml::child(document, code, PROTOCOL, "StatusCode")?.and_then(|code| xml::attribute(document, code, "Value"));
    let name = second.unwrap_or(value).rsplit(':').next().unwrap_or_default();
    let reason = match name {
        "AuthnFailed" | "RequestDenied" | "NoPassive" => Reason::AuthorizationDeclined,
        _ => Reason::UnknownError,
    };
    Err(Error::new(reason).from_source(Source::ProviderResponse).provider_code(name).detail("the identity provider answered with an error"))
}
