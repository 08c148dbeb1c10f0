//! Reading XML so that nothing can be read in two ways: one parser, no document type, names with their
//! namespace, attributes without one, and text that a comment cannot cut short.

use uppsala::{Document, NodeId, NodeKind};

use super::super::markup;
use crate::error::{Error, Result};

/// `xmlns:samlp`.
pub(super) const PROTOCOL: &str = "urn:oasis:names:tc:SAML:2.0:protocol";
/// `xmlns:saml`.
pub(super) const ASSERTION: &str = "urn:oasis:names:tc:SAML:2.0:assertion";
/// `xmlns:md`.
pub(super) const METADATA: &str = "urn:oasis:names:tc:SAML:2.0:metadata";
/// `xmlns:ds`.
pub(super) const DSIG: &str = "http://www.w3.org/2000/09/xmldsig#";
/// `xmlns:xenc`.
pub(super) const XENC: &str = "http://www.w3.org/2001/04/xmlenc#";
/// `xmlns:ec`, also the algorithm of exclusive canonicalization.
pub(super) const EXC_C14N: &str = "http://www.w3.org/2001/10/xml-exc-c14n#";

/// The longest document that is parsed, in bytes.
pub(super) const MAX_LENGTH: usize = 256 * 1024;
const MAX_DEPTH: u32 = 64;

/// Parses a document.
///
/// # Errors
/// `malformed_response` when it is too long, has a document type (CVE-2025-25291), is nested too deeply,
/// has an element with too many attributes, or is not well-formed.
pub(super) fn parse(text: &str) -> Result<Document<'_>> {
    parse_up_to(text, MAX_LENGTH)
}

/// The same for documents of this length, in bytes: federation files are long.
pub(super) fn parse_up_to(text: &str, longest: usize) -> Result<Document<'_>> {
    if text.len() > longest {
        return Err(Error::malformed(format!("the XML document is longer than {longest} bytes")));
    }
    if text.contains("<!DOCTYPE") || text.contains("<!ENTITY") {
        return Err(Error::malformed("the XML document has a document type declaration, which SAML never needs"));
    }
    markup::parse(text, MAX_DEPTH)
        .ok_or_else(|| Error::malformed("the document is not well-formed XML, or an element has too many attributes"))
}

/// Whether the node is the element of this name.
pub(super) fn is(document: &Document<'_>, node: NodeId, namespace: &str, name: &str) -> bool {
    document.element(node).is_some_and(|element| element.matches_name_ns(namespace, name))
}

/// The elements among the children.
pub(super) fn elements(document: &Document<'_>, node: NodeId) -> Vec<NodeId> {
    document.children_iter(node).filter(|child| document.element(*child).is_some()).collect()
}

/// The children of this name.
pub(super) fn children(document: &Document<'_>, node: NodeId, namespace: &str, name: &str) -> Vec<NodeId> {
    document.children_iter(node).filter(|child| is(document, *child, namespace, name)).collect()
}

/// The child of this name, of which there may be one at most.
///
/// # Errors
/// `malformed_response` when there are several.
pub(super) fn child(document: &Document<'_>, node: NodeId, namespace: &str, name: &str) -> Result<Option<NodeId>> {
    match children(document, node, namespace, name).as_slice() {
        [] => Ok(None),
        [only] => Ok(Some(*only)),
        _ => Err(Error::malformed(format!("there are several <{name}> where one may be"))),
    }
}

/// The child of this name, of which there must be one.
///
/// # Errors
/// `missing_claim` when there is none; `malformed_response` when there are several.
pub(super) fn required(document: &Document<'_>, node: NodeId, namespace: &str, name: &str) -> Result<NodeId> {
    child(document, node, namespace, name)?.ok_or_else(|| Error::missing_claim(name))
}

/// An attribute that is in no namespace; `x:ID` is not `ID`.
pub(super) fn attribute<'d>(document: &'d Document<'_>, node: NodeId, name: &str) -> Option<&'d str> {
    let element = document.element(node)?;
    let found = element.attributes.iter().find(|one| one.name.namespace_uri.is_none() && one.name.local_name == name)?;
    Some(found.value.as_ref())
}

/// The whole text of an element, without comments as it is signed without them (CVE-2017-11427). White space stays:
/// two people whose names differ by a space are two people.
///
/// # Errors
/// `malformed_response` when there are elements in it.
pub(super) fn text(document: &Document<'_>, node: NodeId) -> Result<String> {
    let mut text = String::new();
    for child in document.children_iter(node) {
        match document.node_kind(child) {
            Some(NodeKind::Text(part) | NodeKind::CData(part)) => text.push_str(part),
            Some(NodeKind::Element(_)) => return Err(Error::malformed("there are elements where text should be")),
            _ => {}
        }
    }
    Ok(text)
}

/// The node itself and all below it, in the order of the document.
pub(super) fn descendants<'d>(document: &'d Document<'_>, node: NodeId) -> impl Iterator<Item = NodeId> + 'd {
    let mut waiting = vec![node];
    std::iter::from_fn(move || {
        let node = waiting.pop()?;
        let first = waiting.len();
        waiting.extend(document.children_iter(node));
        waiting.get_mut(first..)?.reverse();
        Some(node)
    })
}

/// The outermost element.
///
/// # Errors
/// `malformed_response` when there is none.
pub(super) fn root(document: &Document<'_>) -> Result<NodeId> {
    document.document_element().ok_or_else(|| Error::malformed("the document has no element"))
}
