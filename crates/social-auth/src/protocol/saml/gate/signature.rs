//! The one shape of a signature that is let through to the engine: enveloped, over its own parent, by strong
//! algorithms.

use uppsala::{Document, NodeId, NodeKind};

use super::super::algorithm;
use super::super::engine::Weakness;
use super::super::xml::{self, DSIG};
use crate::error::{Error, Reason, Result};

/// A signature that says, in the only way that is understood here, that it covers its parent.
pub(super) fn shape(document: &Document<'_>, owner: NodeId, signature: NodeId, weakness: Weakness) -> Result<()> {
    let hidden = |node| matches!(document.node_kind(node), Some(NodeKind::Comment(_) | NodeKind::ProcessingInstruction(_)));
    if xml::descendants(document, signature).any(hidden) {
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
    algorithm::signature(bare(document, method)?, weakness).ok_or_else(|| unsigned("is made by an algorithm that is not allowed"))?;
    let digest = xml::required(document, reference, DSIG, "DigestMethod")?;
    algorithm::digest(bare(document, digest)?, weakness).ok_or_else(|| unsigned("is made by a digest that is not allowed"))?;
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

fn unsigned(what: &str) -> Error {
    Error::new(Reason::InvalidSignature).detail(format!("the signature {what}"))
}
