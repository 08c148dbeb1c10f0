//! What a message must look like before its signatures are checked, so that what is verified and what is
//! read can only be the same element (signature wrapping), the engine never opens anything but the
//! document (it would follow a reference to a file), and no transform hides a part.

mod signature;

use uppsala::{Document, NodeId};

use super::algorithm;
use super::engine::{Covered, SignatureEngine, Weakness};
use super::xml::{self, ASSERTION, DSIG, METADATA, PROTOCOL, XENC};
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
pub(super) fn envelope(document: &Document<'_>, weakness: Weakness) -> Result<Envelope> {
    let response = root(document, PROTOCOL, "Response")?;
    let census = Census::of(document);
    if census.assertions + census.encrypted_assertions > 1 || census.responses > 1 {
        return Err(Error::malformed("there is more than one assertion or response in the answer"));
    }
    let plain = xml::children(document, response, ASSERTION, "Assertion");
    let encrypted = xml::children(document, response, ASSERTION, "EncryptedAssertion");
    let (content, assertion) = match (plain.as_slice(), encrypted.as_slice()) {
        ([assertion], []) => (Content::Plain(*assertion), Some(*assertion)),
        ([], [encrypted]) => {
            encryption(document, *encrypted, &census)?;
            (Content::Encrypted(*encrypted), None)
        }
        _ => return Err(Error::malformed("there is no assertion directly in the response")),
    };
    signatures(document, &census, &[Some(response), assertion], weakness)?;
    Ok(Envelope { response, content })
}

/// The answer after its assertion was decrypted in place.
///
/// # Errors
/// As [`envelope`].
pub(super) fn decrypted(document: &Document<'_>, weakness: Weakness) -> Result<(NodeId, NodeId)> {
    let response = root(document, PROTOCOL, "Response")?;
    let census = Census::of(document);
    if census.assertions != 1 || census.encrypted_assertions != 1 || census.responses != 1 {
        return Err(Error::malformed("the encrypted assertion is not one <saml:Assertion>"));
    }
    let holder = xml::required(document, response, ASSERTION, "EncryptedAssertion")?;
    let assertion = xml::required(document, holder, ASSERTION, "Assertion")?;
    signatures(document, &census, &[Some(response), Some(assertion)], weakness)?;
    Ok((response, assertion))
}

/// A protocol message of this name, which may be signed as a whole.
///
/// # Errors
/// As [`envelope`].
pub(super) fn message(document: &Document<'_>, name: &str, weakness: Weakness) -> Result<NodeId> {
    let message = root(document, PROTOCOL, name)?;
    signatures(document, &Census::of(document), &[Some(message)], weakness)?;
    Ok(message)
}

/// Metadata, in which there may be signatures of parts besides that of the whole: each over its parent.
///
/// # Errors
/// As [`envelope`].
pub(super) fn metadata(document: &Document<'_>, weakness: Weakness) -> Result<NodeId> {
    let root = xml::root(document)?;
    let described = ["EntityDescriptor", "EntitiesDescriptor"];
    if !described.iter().any(|name| xml::is(document, root, METADATA, name)) {
        return Err(Error::malformed("the outermost element is neither <md:EntityDescriptor> nor <md:EntitiesDescriptor>"));
    }
    for node in Census::of(document).signatures {
        let owner = document.parent(node).filter(|_| xml::is(document, node, DSIG, "Signature"));
        signature::shape(document, owner.unwrap_or(root), node, weakness)?;
    }
    Ok(root)
}

/// An identifier that is encrypted, and nothing else in the document is.
///
/// # Errors
/// As [`envelope`].
pub(super) fn encrypted_id(document: &Document<'_>, holder: NodeId) -> Result<()> {
    encryption(document, holder, &Census::of(document))
}

fn root(document: &Document<'_>, namespace: &str, name: &str) -> Result<NodeId> {
    let root = xml::root(document)?;
    if xml::is(document, root, namespace, name) {
        Ok(root)
    } else {
        Err(Error::malformed(format!("the outermost element is not <{name}>")))
    }
}

/// How often there is what may be there once.
#[derive(Default)]
struct Census {
    responses: usize,
    assertions: usize,
    encrypted_assertions: usize,
    encrypted_data: usize,
    encrypted_keys: usize,
    signatures: Vec<NodeId>,
}

impl Census {
    fn of(document: &Document<'_>) -> Self {
        let mut census = Census::default();
        for node in xml::descendants(document, document.root()) {
            let Some(element) = document.element(node) else { continue };
            let Some(namespace) = element.name.namespace_uri.as_deref() else { continue };
            match (namespace, element.name.local_name.as_ref()) {
                (PROTOCOL, "Response") => census.responses += 1,
                (ASSERTION, "Assertion") => census.assertions += 1,
                (ASSERTION, "EncryptedAssertion") => census.encrypted_assertions += 1,
                (XENC, "EncryptedData") => census.encrypted_data += 1,
                (XENC, "EncryptedKey") => census.encrypted_keys += 1,
                (DSIG, "Signature") => census.signatures.push(node),
                _ => {}
            }
        }
        census
    }
}

/// Every signature that there is belongs to one of these, and each has one at most.
fn signatures(document: &Document<'_>, census: &Census, owners: &[Option<NodeId>], weakness: Weakness) -> Result<()> {
    let mut allowed = Vec::new();
    for owner in owners.iter().copied().flatten() {
        if let Some(node) = xml::child(document, owner, DSIG, "Signature")? {
            signature::shape(document, owner, node, weakness)?;
            allowed.push(node);
        }
    }
    if census.signatures.iter().all(|node| allowed.contains(node)) {
        return Ok(());
    }
    Err(Error::malformed("there is a signature elsewhere than directly in the message or the assertion"))
}

/// One `<EncryptedData>`, its key by RSA-OAEP, nothing to be fetched from anywhere.
fn encryption(document: &Document<'_>, encrypted: NodeId, census: &Census) -> Result<()> {
    let data = xml::required(document, encrypted, XENC, "EncryptedData")?;
    if census.encrypted_data != 1 || census.encrypted_keys != 1 {
        return Err(Error::malformed("an answer may have one <EncryptedData> and one <EncryptedKey>"));
    }
    let mut key = None;
    for node in xml::descendants(document, encrypted) {
        if xml::is(document, node, XENC, "CipherReference") {
            return Err(Error::malformed("what is encrypted points to another place"));
        }
        if xml::is(document, node, XENC, "EncryptedKey") {
            key = Some(node);
        }
    }
    let key = key.ok_or_else(|| Error::missing_claim("EncryptedKey"))?;
    for (node, allowed) in [(data, algorithm::CIPHERS), (key, algorithm::KEY_TRANSPORTS)] {
        let method = xml::required(document, node, XENC, "EncryptionMethod")?;
        if !xml::attribute(document, method, "Algorithm").is_some_and(|name| allowed.contains(&name)) {
            return Err(Error::malformed("it is encrypted by an algorithm that is not allowed: AES by CBC or GCM, with RSA-OAEP"));
        }
    }
    Ok(())
}

/// The good signatures of a document.
pub(super) struct Verified(Vec<Covered>);

impl Verified {
    /// Checks all signatures of a document that this gate let through. `source` is its text.
    ///
    /// # Errors
    /// `invalid_signature` when the document as a whole cannot be judged.
    pub(super) fn of(document: &Document<'_>, source: &str, engine: &dyn SignatureEngine) -> Result<Self> {
        let any = xml::descendants(document, document.root()).any(|node| xml::is(document, node, DSIG, "Signature"));
        Ok(Verified(if any { engine.verify(document, source)? } else { Vec::new() }))
    }

    /// Whether this element bears a good signature of its own.
    ///
    /// # Errors
    /// `invalid_signature` when it bears one that is not good.
    pub(super) fn covers(&self, document: &Document<'_>, owner: NodeId) -> Result<bool> {
        let Some(signature) = xml::child(document, owner, DSIG, "Signature")? else { return Ok(false) };
        if self.0.contains(&Covered { signature, target: owner }) {
            return Ok(true);
        }
        Err(Error::new(Reason::InvalidSignature).detail("the signature does not fit the message and the identity provider's certificate"))
    }
}
