//! From the text that the browser posts to what the identity provider said about the person (SAML 2.0
//! Core 3.3.3, Profiles 4.1.4).
//!
//! An assertion is good for one sign-in: its signed `InResponseTo` is the request of one attempt, and the
//! flow claims each attempt once, before the assertion is looked at. One that nobody asked for is claimed by
//! its own id.

use uppsala::{Document, NodeId};

use super::assertion::{self, Assertion, Expected, Subject};
use super::engine::{PrivateKeyEngine, SignatureEngine};
use super::gate::{self, Content, Verified};
use super::xml::{self, ASSERTION, PROTOCOL};
use crate::error::{Error, Reason, Result, Source};

/// The status of what went well.
pub(super) const SUCCESS: &str = "urn:oasis:names:tc:SAML:2.0:status:Success";

/// What must be signed and encrypted. One signature over all that is read there must be in any case.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Wants {
    /// The response itself must be signed.
    pub(super) response_signed: bool,
    /// The assertion itself must be signed.
    pub(super) assertion_signed: bool,
    /// The assertion must be encrypted.
    pub(super) encrypted: bool,
    /// The subject's name must be encrypted, if not with the assertion then by itself.
    pub(super) name_id_encrypted: bool,
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

/// Checks an answer and reads it.
///
/// # Errors
/// What is wrong with it; `authorization_declined` when the identity provider says that the person did not
/// sign in.
pub(super) fn check(text: &str, checks: &Checks<'_>) -> Result<Assertion> {
    let document = xml::parse(text)?;
    let response = xml::root(&document)?;
    if !xml::is(&document, response, PROTOCOL, "Response") {
        return Err(Error::malformed("the outermost element is not <samlp:Response>"));
    }
    success(&document, response)?;
    let envelope = gate::envelope(&document, checks.trusted.weakness())?;
    let verified = Verified::of(&document, text, checks.trusted)?;
    let response_signed = verified.covers(&document, envelope.response)?;
    match envelope.content {
        Content::Plain(_) if checks.wants.encrypted => Err(Error::malformed("the assertion is not encrypted, as SECURITY_CONFIG wants it")),
        Content::Plain(assertion) => {
            let assertion_signed = verified.covers(&document, assertion)?;
            let answer =
                Answer { document: &document, source: text, response, assertion, response_signed, assertion_signed, encrypted: false };
            answer.read(checks)
        }
        Content::Encrypted(_) => decrypted(text, response_signed, checks),
    }
}

/// Up to a good signature every failure is told alike: which step failed would let an attacker who has somebody's
/// encrypted assertion find out what is in it (padding oracle).
fn decrypted(text: &str, response_signed: bool, checks: &Checks<'_>) -> Result<Assertion> {
    let own = checks.own.ok_or_else(|| Error::malformed("the assertion is encrypted, and SP_PRIVATE_KEY is not set"))?;
    let opaque = |_| Error::malformed("the encrypted assertion cannot be decrypted, or what is in it is not signed as it should be");
    let opened = own.decrypt(text).map_err(opaque)?;
    let document = xml::parse(&opened).map_err(opaque)?;
    let (response, assertion) = gate::decrypted(&document, checks.trusted.weakness()).map_err(opaque)?;
    let verified = Verified::of(&document, &opened, checks.trusted).map_err(opaque)?;
    let assertion_signed = verified.covers(&document, assertion).map_err(opaque)?;
    if !response_signed && !assertion_signed {
        return Err(opaque(Error::new(Reason::InvalidSignature)));
    }
    Answer { document: &document, source: &opened, response, assertion, response_signed, assertion_signed, encrypted: true }.read(checks)
}

/// An answer whose signatures are known.
struct Answer<'a, 'd> {
    document: &'a Document<'d>,
    source: &'a str,
    response: NodeId,
    assertion: NodeId,
    response_signed: bool,
    assertion_signed: bool,
    encrypted: bool,
}

impl Answer<'_, '_> {
    fn read(&self, checks: &Checks<'_>) -> Result<Assertion> {
        self.is_signed(checks.wants)?;
        self.says_what_is_expected(&checks.expected)?;
        let mut assertion = assertion::read(self.document, self.assertion, &checks.expected)?;
        assertion.subject = self.subject(checks)?;
        Ok(assertion)
    }

    fn is_signed(&self, wants: Wants) -> Result<()> {
        let missing = |what: &str| Err(Error::new(Reason::InvalidSignature).detail(format!("the {what} is not signed")));
        match (self.response_signed, self.assertion_signed) {
            (false, false) => missing("answer"),
            (false, _) if wants.response_signed => missing("response"),
            (_, false) if wants.assertion_signed => missing("assertion"),
            _ => Ok(()),
        }
    }

    /// Core 3.2.2 and 3.3.3; Bindings 3.5.5.2 for `Destination`.
    fn says_what_is_expected(&self, expected: &Expected<'_>) -> Result<()> {
        let (document, response) = (self.document, self.response);
        assertion::version(document, response)?;
        assertion::issued(document, response, expected)?;
        if let Some(issuer) = xml::child(document, response, ASSERTION, "Issuer")? {
            assertion::issuer(document, issuer, expected)?;
        }
        match xml::attribute(document, response, "Destination") {
            Some(destination) if destination == expected.recipient => {}
            None if !self.response_signed => {}
            None => return Err(Error::missing_claim("Destination")),
            Some(_) => return Err(Error::invalid_claim("Destination").detail("the answer is meant for another address")),
        }
        assertion::in_response_to(xml::attribute(document, response, "InResponseTo"), expected)
    }

    /// Whom it is about. A name that is encrypted by itself was signed as it is, so it is opened only now.
    fn subject(&self, checks: &Checks<'_>) -> Result<Subject> {
        let node = xml::required(self.document, self.assertion, ASSERTION, "Subject")?;
        let name = xml::child(self.document, node, ASSERTION, "NameID")?;
        let Some(encrypted) = xml::child(self.document, node, ASSERTION, "EncryptedID")? else {
            if name.is_some() && checks.wants.name_id_encrypted && !self.encrypted {
                return Err(Error::malformed("the subject's name is not encrypted, as SECURITY_CONFIG wants it"));
            }
            return name.map_or(Ok(Subject::default()), |name| Subject::read(self.document, name));
        };
        if name.is_some() {
            return Err(Error::malformed("the subject has a name in clear and an encrypted one"));
        }
        encrypted_subject(self.document, encrypted, self.source, checks.own)
    }
}

/// Opens an `<EncryptedID>` of a document whose signature was found good.
///
/// # Errors
/// `malformed_response`.
pub(super) fn encrypted_subject(
    document: &Document<'_>,
    encrypted: NodeId,
    source: &str,
    own: Option<&dyn PrivateKeyEngine>,
) -> Result<Subject> {
    gate::encrypted_id(document, encrypted)?;
    let own = own.ok_or_else(|| Error::malformed("the subject's name is encrypted, and SP_PRIVATE_KEY is not set"))?;
    let opened = own.decrypt(source)?;
    let document = xml::parse(&opened)?;
    let names: Vec<_> = xml::descendants(&document, document.root())
        .filter(|node| xml::is(&document, *node, ASSERTION, "EncryptedID"))
        .flat_map(|holder| xml::children(&document, holder, ASSERTION, "NameID"))
        .collect();
    match names.as_slice() {
        [name] => Subject::read(&document, *name),
        _ => Err(Error::malformed("the encrypted identifier is not one <saml:NameID>")),
    }
}

/// Core 3.2.2.2: the identity provider says that it did what was asked.
///
/// # Errors
/// `authorization_declined` when the person did not sign in; `unknown_error` with the identity provider's code.
pub(super) fn success(document: &Document<'_>, message: NodeId) -> Result<()> {
    let status = xml::required(document, message, PROTOCOL, "Status")?;
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

/// Which identity provider a message says that it is from. Nothing is checked yet.
///
/// # Errors
/// `malformed_response`; `missing_claim` when it does not say.
pub(super) fn issuer(text: &str) -> Result<String> {
    let document = xml::parse(text)?;
    let message = xml::root(&document)?;
    let own = xml::child(&document, message, ASSERTION, "Issuer")?;
    let inner = xml::children(&document, message, ASSERTION, "Assertion").first().copied();
    let issuer = match (own, inner) {
        (Some(issuer), _) => issuer,
        (None, Some(assertion)) => xml::required(&document, assertion, ASSERTION, "Issuer")?,
        (None, None) => return Err(Error::missing_claim("Issuer")),
    };
    Ok(xml::text(&document, issuer)?.trim().to_owned())
}
