//! Reading an assertion whose signature is good, and holding it against what we expect (SAML 2.0 Core 2.3
//! to 2.7, Profiles 4.1.4.3).

use serde_json::{Map, Value};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use uppsala::{Document, NodeId};

use super::xml::{self, ASSERTION};
use crate::error::{Error, Reason, Result};
use crate::secret::constant_time_eq;

const BEARER: &str = "urn:oasis:names:tc:SAML:2.0:cm:bearer";
const ENTITY: &str = "urn:oasis:names:tc:SAML:2.0:nameid-format:entity";

/// What an answer must say.
#[derive(Debug, Clone, Copy)]
pub(super) struct Expected<'a> {
    /// The identity provider's entity id.
    pub(super) issuer: &'a str,
    /// Our entity id.
    pub(super) audience: &'a str,
    /// The address that the answer was posted to.
    pub(super) recipient: &'a str,
    /// The id of the request that it answers.
    pub(super) request: &'a str,
    /// Unix seconds.
    pub(super) now: i64,
    /// By how many seconds clocks may differ.
    pub(super) leeway: i64,
}

/// What the identity provider said about the person.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Assertion {
    /// The subject's name, if it has one.
    pub(super) name_id: Option<String>,
    /// The format of that name.
    pub(super) name_id_format: Option<String>,
    /// The identity provider's name of the session.
    pub(super) session_index: Option<String>,
    /// When the session ends, in Unix seconds.
    pub(super) session_ends: Option<i64>,
    /// The attributes: lists of texts by name.
    pub(super) attributes: Map<String, Value>,
}

/// Checks and reads an assertion.
///
/// # Errors
/// `missing_claim`, `invalid_claim`, `response_expired` or `response_not_yet_valid`, naming the part.
pub(super) fn read(document: &Document<'_>, node: NodeId, expected: &Expected<'_>) -> Result<Assertion> {
    version(document, node)?;
    issued(document, node, expected)?;
    issuer(document, xml::required(document, node, ASSERTION, "Issuer")?, expected)?;
    conditions(document, xml::required(document, node, ASSERTION, "Conditions")?, expected)?;
    let subject = xml::required(document, node, ASSERTION, "Subject")?;
    confirmation(document, subject, expected)?;
    let (session_index, session_ends) = session(document, node, expected)?;
    let (name_id, name_id_format) = match xml::child(document, subject, ASSERTION, "NameID")? {
        Some(name) => (Some(xml::text(document, name)?), xml::attribute(document, name, "Format").map(str::to_owned)),
        None => (None, None),
    };
    Ok(Assertion { name_id, name_id_format, session_index, session_ends, attributes: attributes(document, node)? })
}

/// `Version="2.0"`.
pub(super) fn version(document: &Document<'_>, node: NodeId) -> Result<()> {
    match xml::attribute(document, node, "Version") {
        Some("2.0") => Ok(()),
        Some(_) => Err(Error::invalid_claim("Version").detail("only SAML 2.0 is understood")),
        None => Err(Error::missing_claim("Version")),
    }
}

/// `IssueInstant` is not in the future.
pub(super) fn issued(document: &Document<'_>, node: NodeId, expected: &Expected<'_>) -> Result<()> {
    let at = instant(document, node, "IssueInstant")?.ok_or_else(|| Error::missing_claim("IssueInstant"))?;
    not_before("IssueInstant", at, expected)
}

/// The `<Issuer>` is the identity provider that was asked.
pub(super) fn issuer(document: &Document<'_>, node: NodeId, expected: &Expected<'_>) -> Result<()> {
    if xml::attribute(document, node, "Format").is_some_and(|format| format != ENTITY) {
        return Err(Error::invalid_claim("Issuer").detail("the issuer is not an entity"));
    }
    if xml::text(document, node)? == expected.issuer {
        return Ok(());
    }
    Err(Error::invalid_claim("Issuer").detail("the answer is from another identity provider than the one that was asked"))
}

/// Core 2.5: the period, and every one of the restrictions.
fn conditions(document: &Document<'_>, node: NodeId, expected: &Expected<'_>) -> Result<()> {
    let from = instant(document, node, "NotBefore")?.ok_or_else(|| Error::missing_claim("NotBefore"))?;
    let until = instant(document, node, "NotOnOrAfter")?.ok_or_else(|| Error::missing_claim("NotOnOrAfter"))?;
    not_before("NotBefore", from, expected)?;
    not_after("NotOnOrAfter", until, expected)?;
    let known = ["AudienceRestriction", "OneTimeUse", "ProxyRestriction"];
    let understood = |part: &NodeId| known.iter().any(|name| xml::is(document, *part, ASSERTION, name));
    if !xml::elements(document, node).iter().all(understood) {
        return Err(Error::invalid_claim("Conditions").detail("there is a condition that we do not understand"));
    }
    let restrictions = xml::children(document, node, ASSERTION, "AudienceRestriction");
    if restrictions.is_empty() {
        return Err(Error::missing_claim("AudienceRestriction"));
    }
    restrictions.into_iter().try_for_each(|restriction| audience(document, restriction, expected))
}

fn audience(document: &Document<'_>, restriction: NodeId, expected: &Expected<'_>) -> Result<()> {
    for audience in xml::children(document, restriction, ASSERTION, "Audience") {
        if xml::text(document, audience)? == expected.audience {
            return Ok(());
        }
    }
    Err(Error::invalid_claim("Audience")
        .detail("the assertion is meant for another service; is SP_ENTITY_ID what the identity provider knows?"))
}

/// Profiles 4.1.4.3: one bearer confirmation at least holds in all its parts. The first complaint is told.
fn confirmation(document: &Document<'_>, subject: NodeId, expected: &Expected<'_>) -> Result<()> {
    let mut complaint = Error::missing_claim("SubjectConfirmation");
    for node in xml::children(document, subject, ASSERTION, "SubjectConfirmation").into_iter().rev() {
        if xml::attribute(document, node, "Method") != Some(BEARER) {
            continue;
        }
        match bearer(document, node, expected) {
            Ok(()) => return Ok(()),
            Err(error) => complaint = error,
        }
    }
    Err(complaint)
}

fn bearer(document: &Document<'_>, node: NodeId, expected: &Expected<'_>) -> Result<()> {
    let data = xml::required(document, node, ASSERTION, "SubjectConfirmationData")?;
    match xml::attribute(document, data, "Recipient") {
        Some(recipient) if recipient == expected.recipient => {}
        Some(_) => return Err(Error::invalid_claim("Recipient").detail("the assertion is meant for another address")),
        None => return Err(Error::missing_claim("Recipient")),
    }
    let until = instant(document, data, "NotOnOrAfter")?.ok_or_else(|| Error::missing_claim("NotOnOrAfter"))?;
    not_after("SubjectConfirmationData NotOnOrAfter", until, expected)?;
    if let Some(from) = instant(document, data, "NotBefore")? {
        not_before("SubjectConfirmationData NotBefore", from, expected)?;
    }
    match xml::attribute(document, data, "InResponseTo") {
        Some(request) if constant_time_eq(request.as_bytes(), expected.request.as_bytes()) => Ok(()),
        Some(_) => Err(another_request()),
        None => Err(unsolicited()),
    }
}

/// Core 2.7.2; the Web Browser SSO profile wants one statement at least.
fn session(document: &Document<'_>, node: NodeId, expected: &Expected<'_>) -> Result<(Option<String>, Option<i64>)> {
    let statements = xml::children(document, node, ASSERTION, "AuthnStatement");
    let Some(first) = statements.first() else { return Err(Error::missing_claim("AuthnStatement")) };
    let mut ends = None;
    for statement in &statements {
        if let Some(until) = instant(document, *statement, "SessionNotOnOrAfter")? {
            not_after("SessionNotOnOrAfter", until, expected)?;
            ends = Some(ends.map_or(until, |sooner: i64| sooner.min(until)));
        }
    }
    Ok((xml::attribute(document, *first, "SessionIndex").map(str::to_owned), ends))
}

fn attributes(document: &Document<'_>, node: NodeId) -> Result<Map<String, Value>> {
    let mut found = Map::new();
    for statement in xml::children(document, node, ASSERTION, "AttributeStatement") {
        for attribute in xml::children(document, statement, ASSERTION, "Attribute") {
            let name = xml::attribute(document, attribute, "Name").ok_or_else(|| Error::missing_claim("Attribute Name"))?;
            let values = xml::children(document, attribute, ASSERTION, "AttributeValue");
            let values = values.into_iter().map(|value| value_text(document, value)).collect::<Result<Vec<_>>>()?;
            if found.insert(name.to_owned(), Value::Array(values)).is_some() {
                return Err(Error::invalid_claim("Attribute").detail("an attribute is there twice"));
            }
        }
    }
    Ok(found)
}

/// A value's text; one that is an element, such as a `<NameID>`, counts by that element's text.
fn value_text(document: &Document<'_>, node: NodeId) -> Result<Value> {
    match xml::elements(document, node).as_slice() {
        [] => xml::text(document, node).map(Value::String),
        [only] => xml::text(document, *only).map(Value::String),
        _ => Err(Error::invalid_claim("AttributeValue").detail("a value is not a text")),
    }
}

fn instant(document: &Document<'_>, node: NodeId, name: &str) -> Result<Option<i64>> {
    let Some(text) = xml::attribute(document, node, name) else { return Ok(None) };
    let at = OffsetDateTime::parse(text, &Rfc3339).map_err(|_| Error::invalid_claim(name).detail("it is no date and time in UTC"))?;
    Ok(Some(at.unix_timestamp()))
}

fn not_before(name: &str, at: i64, expected: &Expected<'_>) -> Result<()> {
    if at > expected.now.saturating_add(expected.leeway) {
        let early = at - expected.now;
        return Err(Error::new(Reason::ResponseNotYetValid)
            .claim(name)
            .detail(format!("it begins {early} seconds from now; compare the clocks")));
    }
    Ok(())
}

fn not_after(name: &str, until: i64, expected: &Expected<'_>) -> Result<()> {
    if expected.now >= until.saturating_add(expected.leeway) {
        let late = expected.now - until;
        return Err(Error::new(Reason::ResponseExpired).claim(name).detail(format!("it ended {late} seconds ago")));
    }
    Ok(())
}

/// The answer to a question that nobody asked here (CVE-2026-9098).
pub(super) fn unsolicited() -> Error {
    Error::missing_claim("InResponseTo").detail("the answer belongs to no request of ours; sign-in must begin here")
}

/// The answer to another attempt's question.
pub(super) fn another_request() -> Error {
    Error::invalid_claim("InResponseTo").detail("the answer belongs to another request than this sign-in's")
}
