//! What an answer must look like before its signatures are checked, so that what is verified and what is
//! read can only be the same element (signature wrapping), the engine never opens anything but the
//! document (it would follow a reference to a file), and no transform hides a part.

use uppsala::{Document, NodeId, NodeKind};

use super::algorithm;
use super::engine::{Covered, SignatureEngine};
use super::xml::{self, ASSERTION, DSIG, PROTOCOL, XENC};
use crate::error::{Error, Reason, Result};

/// The parts of an answer.
#[derive(Debug, Clone, Copy)]
pub(super) struct Envelope {
    /// The `<samlp:Response>`.
    pub(super) response: NodeId,
    /// What it carries.
    pub(super) content: Content,
}

/// What an answer carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Content {
    /// The one `<saml:Assertion>`.
    Plain(NodeId),
    /// The one `<saml:EncryptedAssertion>`.
    Encrypted(NodeId),
}

/// The parts of an answer that is well formed in every respect that does not need keys.
///
/// # Errors
/// `malformed_response` or `invalid_signature`, saying what is wrong.
pub(super) fn envelope(document: &Document<'_>) -> Result<Envelope> {
    let response = xml::root(document)?;
    if !xml::is(document, response, PROTOCOL, "Response") {
        return Err(Error::malformed("the outermost element is not <samlp:Response>"));
    }
    let content = content(document, response)?;
    let assertion = match content {
        Content::Plain(assertion) => Some(assertion),
        Content::Encrypted(encrypted) => {
            encryption(document, encrypted)?;
            None
        }
    };
    signatures(document, response, assertion)?;
    Ok(Envelope { response, content })
}

/// The answer after its assertion was decrypted in place.
///
/// # Errors
/// As [`envelope`].
pub(super) fn decrypted(document: &Document<'_>) -> Result<(NodeId, NodeId)> {
    let response = xml::root(document)?;
    if !xml::is(document, response, PROTOCOL, "Response") || count(document, ASSERTION, "Assertion") != 1 {
        return Err(Error::malformed("the encrypted assertion is not one <saml:Assertion>"));
    }
    let holder = xml::required(document, response, ASSERTION, "EncryptedAssertion")?;
    let assertion = xml::required(document, holder, ASSERTION, "Assertion")?;
    signatures(document, response, Some(assertion))?;
    Ok((response, assertion))
}

fn content(document: &Document<'_>, response: NodeId) -> Result<Content> {
    let plain = xml::children(document, response, ASSERTION, "Assertion");
    let encrypted = xml::children(document, response, ASSERTION, "EncryptedAssertion");
    let everywhere = count(document, ASSERTION, "Assertion") + count(document, ASSERTION, "EncryptedAssertion");
    if everywhere > 1 || count(document, PROTOCOL, "Response") > 1 {
        return Err(Error::malformed("there is more than one assertion or response in the answer"));
    }
    match (plain.as_slice(), encrypted.as_slice()) {
        ([assertion], []) => Ok(Content::Plain(*assertion)),
        ([], [encrypted]) => Ok(Content::Encrypted(*encrypted)),
        _ => Err(Error::malformed("there is no assertion directly in the response")),
    }
}

fn count(document: &Document<'_>, namespace: &str, name: &str) -> usize {
    xml::tree(document, document.root()).into_iter().filter(|node| xml::is(document, *node, namespace, name)).count()
}

/// Every signature that there is belongs to the response or to the assertion, and each has one at most.
fn signatures(document: &Document<'_>, response: NodeId, assertion: Option<NodeId>) -> Result<()> {
    let mut allowed = Vec::new();
    for owner in [Some(response), assertion].into_iter().flatten() {
        if let Some(signature) = xml::child(document, owner, DSIG, "Signature")? {
            signature_shape(document, owner, signature)?;
            allowed.push(signature);
        }
    }
    for node in xml::tree(document, document.root()) {
        if xml::is(document, node, DSIG, "Signature") && !allowed.contains(&node) {
            return Err(Error::malformed("there is a signature elsewhere than directly in the response or the assertion"));
        }
    }
    Ok(())
}

/// A signature that says, in the only way that is understood here, that it covers its parent.
fn signature_shape(document: &Document<'_>, owner: NodeId, signature: NodeId) -> Result<()> {
    let nodes = xml::tree(document, signature);
    if nodes.iter().any(|node| matches!(document.node_kind(*node), Some(NodeKind::Comment(_) | NodeKind::ProcessingInstruction(_)))) {
        return Err(unsigned("has a comment in it")); // CVE-2025-29775
    }
    let signed_info = xml::required(document, signature, DSIG, "SignedInfo")?;
    let reference = xml::required(document, signed_info, DSIG, "Reference")?;
    only(document, signature, &["SignedInfo", "SignatureValue", "KeyInfo"])?;
    only(document, signed_info, &["CanonicalizationMethod", "SignatureMethod", "Reference"])?;
    only(document, reference, &["Transforms", "DigestMethod", "DigestValue"])?;
    if let Some(key_info) = xml::child(document, signature, DSIG, "KeyInfo")? {
        only(document, key_info, &["KeyName", "KeyValue", "X509Data"])?; // no RetrievalMethod
    }
    covers(document, owner, reference)?;
    let method = xml::required(document, signed_info, DSIG, "SignatureMethod")?;
    algorithm::signature(bare(document, method)?).ok_or_else(|| unsigned("is made by an algorithm that is not allowed"))?;
    let digest = xml::required(document, reference, DSIG, "DigestMethod")?;
    algorithm::digest(bare(document, digest)?).ok_or_else(|| unsigned("is made by a digest that is not allowed"))?;
    canonicalization(document, xml::required(document, signed_info, DSIG, "CanonicalizationMethod")?)?;
    transforms(document, xml::required(document, reference, DSIG, "Transforms")?)
}

/// The reference points to the signature's own parent: by its `ID`, or as the whole document.
fn covers(document: &Document<'_>, owner: NodeId, reference: NodeId) -> Result<()> {
    let id =
        xml::attribute(document, owner, "ID").filter(|id| is_plain_id(id)).ok_or_else(|| unsigned("covers an element without an ID"))?;
    let whole = document.document_element() == Some(owner);
    match xml::attribute(document, reference, "URI") {
        Some("") if whole => Ok(()),
        Some(uri) if uri.strip_prefix('#') == Some(id) => Ok(()),
        _ => Err(unsigned("does not cover the element that it stands in")),
    }
}

/// Identifiers are names; anything else might be read as an expression (`xpointer(…)`).
fn is_plain_id(id: &str) -> bool {
    !id.is_empty() && id.len() <= 256 && id.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '.'))
}

fn transforms(document: &Document<'_>, list: NodeId) -> Result<()> {
    only(document, list, &["Transform"])?;
    let all = xml::children(document, list, DSIG, "Transform");
    let Some((first, rest)) = all.split_first() else { return Err(unsigned("has no transforms")) };
    if bare(document, *first)? != algorithm::ENVELOPED || rest.len() > 1 {
        return Err(unsigned("has other transforms than one enveloped-signature and one canonicalization"));
    }
    rest.iter().try_for_each(|transform| canonicalization(document, *transform))
}

/// A canonicalization, with a list of prefixes at most.
fn canonicalization(document: &Document<'_>, node: NodeId) -> Result<()> {
    let name = xml::attribute(document, node, "Algorithm").unwrap_or_default();
    let within = xml::elements(document, node);
    let prefixes_only = within.iter().all(|child| xml::is(document, *child, xml::EXC_C14N, "InclusiveNamespaces"));
    if algorithm::CANONICALIZATIONS.contains(&name) && within.len() <= 1 && prefixes_only {
        return Ok(());
    }
    Err(unsigned("has a canonicalization or transform that is not allowed"))
}

/// The `Algorithm` of an element that has no parameters.
fn bare<'d>(document: &'d Document<'_>, node: NodeId) -> Result<&'d str> {
    if !xml::elements(document, node).is_empty() {
        return Err(unsigned("has parameters of an algorithm, which none of those allowed needs"));
    }
    xml::attribute(document, node, "Algorithm").ok_or_else(|| unsigned("does not name its algorithm"))
}

fn only(document: &Document<'_>, node: NodeId, names: &[&str]) -> Result<()> {
    let known = |child: &NodeId| names.iter().any(|name| xml::is(document, *child, DSIG, name));
    if xml::elements(document, node).iter().all(known) { Ok(()) } else { Err(unsigned("has a part that is not allowed")) }
}

/// One `<EncryptedData>`, its key by RSA-OAEP, nothing to be fetched from anywhere.
fn encryption(document: &Document<'_>, encrypted: NodeId) -> Result<()> {
    let data = xml::required(document, encrypted, XENC, "EncryptedData")?;
    if count(document, XENC, "EncryptedData") != 1 || count(document, XENC, "EncryptedKey") != 1 {
        return Err(Error::malformed("an answer may have one <EncryptedData> and one <EncryptedKey>"));
    }
    let below = xml::tree(document, encrypted);
    if below.iter().any(|node| xml::is(document, *node, XENC, "CipherReference")) {
        return Err(Error::malformed("the encrypted assertion points to another place"));
    }
    let key = below
        .iter()
        .copied()
        .find(|node| xml::is(document, *node, XENC, "EncryptedKey"))
        .ok_or_else(|| Error::missing_claim("EncryptedKey"))?;
    for (node, allowed) in [(data, algorithm::CIPHERS), (key, algorithm::KEY_TRANSPORTS)] {
        let method = xml::required(document, node, XENC, "EncryptionMethod")?;
        if !xml::attribute(document, method, "Algorithm").is_some_and(|name| allowed.contains(&name)) {
            return Err(Error::malformed(
                "the assertion is encrypted by an algorithm that is not allowed: AES by CBC or GCM, with RSA-OAEP",
            ));
        }
    }
    Ok(())
}

/// Whether this element bears a good signature of its own.
///
/// # Errors
/// `invalid_signature` when it bears one that is not good.
pub(super) fn is_signed(document: &Document<'_>, source: &str, engine: &dyn SignatureEngine, owner: NodeId) -> Result<bool> {
    let Some(signature) = xml::child(document, owner, DSIG, "Signature")? else { return Ok(false) };
    let good = engine.verify(document, source)?;
    if good.contains(&Covered { signature, target: owner }) {
        return Ok(true);
    }
    Err(Error::new(Reason::InvalidSignature).detail("the signature does not fit the answer and the identity provider's certificate"))
}

fn unsigned(what: &str) -> Error {
    Error::new(Reason::InvalidSignature).detail(format!("the signature {what}"))
}
