//! Metadata of identity providers: one of them, or a whole federation's.

use std::collections::HashMap;
use std::sync::Arc;

use uppsala::{Document, NodeId};

use super::super::engine::{SignatureEngine, Weakness};
use super::super::gate::{self, Verified};
use super::super::idp::{Binding, Endpoint, Party, is_web_address};
use super::super::xml::{self, DSIG, METADATA, PROTOCOL};
use super::super::{Saml, assertion, xml::attribute};
use super::duration;
use crate::error::{Error, Reason, Result};

/// Which of the identity providers that are described is wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in super::super) enum Wanted {
    /// There must be one.
    Only,
    /// That of this entity id.
    Named(String),
    /// All.
    All,
}

/// What metadata are read with.
#[derive(Clone, Copy)]
pub(in super::super) struct Reading<'a> {
    /// Whose signature it must bear, if it must bear one.
    pub(in super::super) signed_by: Option<&'a dyn SignatureEngine>,
    /// What is wanted of it.
    pub(in super::super) wanted: &'a Wanted,
    /// Which weak keys the identity providers may have.
    pub(in super::super) weakness: Weakness,
    /// Unix seconds.
    pub(in super::super) now: i64,
}

/// Metadata that were read.
pub(in super::super) struct Known {
    parties: HashMap<String, Arc<Party>>,
    /// Until when they may be used, in Unix seconds.
    pub(super) valid_until: Option<i64>,
    /// For how many seconds they need not be fetched again.
    pub(super) cache_for: Option<i64>,
}

impl Known {
    /// The identity provider of this entity id.
    pub(in super::super) fn named(&self, entity: &str) -> Option<Arc<Party>> {
        self.parties.get(entity).cloned()
    }

    /// The one that there is.
    ///
    /// # Errors
    /// `malformed_response` when there are more or less; that was found when they were read.
    pub(in super::super) fn only(&self) -> Result<Arc<Party>> {
        let mut all = self.parties.values();
        all.next()
            .cloned()
            .filter(|_| all.next().is_none())
            .ok_or_else(|| Error::malformed("the metadata describe not one identity provider"))
    }

    /// How many there are.
    pub(in super::super) fn len(&self) -> usize {
        self.parties.len()
    }
}

/// Reads metadata.
///
/// # Errors
/// `malformed_response`; `invalid_signature` when it is not signed as it must be; `response_expired` when it is too old.
pub(in super::super) fn read(text: &str, reading: &Reading<'_>) -> Result<Known> {
    let document = xml::parse_up_to(text.trim_start_matches('\u{feff}'), Saml::LONGEST_METADATA)?;
    let root = xml::root(&document)?;
    if let Some(engine) = reading.signed_by {
        let root = gate::metadata(&document, engine.weakness())?;
        let source = text.trim_start_matches('\u{feff}');
        if !Verified::of(&document, source, engine)?.covers(&document, root)? {
            return Err(Error::new(Reason::InvalidSignature).detail("the metadata are not signed, and metadata_cert is set"));
        }
    }
    let mut known = Known { parties: HashMap::new(), valid_until: None, cache_for: None };
    if !xml::is(&document, root, METADATA, "EntityDescriptor") && !xml::is(&document, root, METADATA, "EntitiesDescriptor") {
        return Err(Error::malformed("the document is no SAML metadata"));
    }
    entities(&document, root, reading, &mut known)?;
    match (known.parties.len(), reading.wanted) {
        (0, Wanted::Named(entity)) => Err(Error::malformed(format!("the metadata describe no identity provider {entity}"))),
        (0, _) => Err(Error::malformed("the metadata describe no identity provider with a key and an address that can be used")),
        (2.., Wanted::Only) => {
            Err(Error::malformed("the metadata describe several identity providers: set entity_id, or federation = true"))
        }
        _ => Ok(known),
    }
}

/// Metadata 2.3.1: `<EntitiesDescriptor>` may stand in one another.
fn entities(document: &Document<'_>, node: NodeId, reading: &Reading<'_>, known: &mut Known) -> Result<()> {
    let mut waiting = vec![node];
    while let Some(node) = waiting.pop() {
        let is_whole = document.document_element() == Some(node);
        match freshness(document, node, reading.now) {
            Err(error) if is_whole => return Err(error),
            Err(_) => continue,
            Ok((valid_until, cache_for)) => {
                known.valid_until = sooner(known.valid_until, valid_until.filter(|_| is_whole || *reading.wanted != Wanted::All));
                known.cache_for = sooner(known.cache_for, cache_for);
            }
        }
        if xml::is(document, node, METADATA, "EntitiesDescriptor") {
            let nested = xml::elements(document, node);
            waiting.extend(nested.into_iter().filter(|node| {
                xml::is(document, *node, METADATA, "EntitiesDescriptor") || xml::is(document, *node, METADATA, "EntityDescriptor")
            }));
        } else if let Some(party) = party(document, node, reading)? {
            known.parties.insert(party.entity_id.clone(), Arc::new(party));
        }
    }
    Ok(())
}

fn sooner(one: Option<i64>, other: Option<i64>) -> Option<i64> {
    one.into_iter().chain(other).min()
}

/// `validUntil` and `cacheDuration` (Metadata 2.3.1, 2.3.2, 2.4.1).
fn freshness(document: &Document<'_>, node: NodeId, now: i64) -> Result<(Option<i64>, Option<i64>)> {
    let valid_until = assertion::instant(document, node, "validUntil")?;
    if valid_until.is_some_and(|until| until <= now) {
        return Err(Error::new(Reason::ResponseExpired).claim("validUntil").detail("the metadata are too old"));
    }
    let cache_for = attribute(document, node, "cacheDuration").and_then(duration::seconds);
    Ok((valid_until, cache_for))
}

/// An identity provider, unless the entity is none, or one that is not wanted or cannot be used.
fn party(document: &Document<'_>, entity: NodeId, reading: &Reading<'_>) -> Result<Option<Party>> {
    let entity_id = attribute(document, entity, "entityID").ok_or_else(|| Error::missing_claim("entityID"))?;
    if matches!(reading.wanted, Wanted::Named(wanted) if wanted != entity_id) {
        return Ok(None);
    }
    let speaks_saml2 = |node: &NodeId| {
        let protocols = attribute(document, *node, "protocolSupportEnumeration").unwrap_or_default();
        protocols.split_ascii_whitespace().any(|protocol| protocol == PROTOCOL)
    };
    let Some(role) = xml::children(document, entity, METADATA, "IDPSSODescriptor").into_iter().find(speaks_saml2) else { return Ok(None) };
    if let Err(error) = freshness(document, role, reading.now) {
        return if *reading.wanted == Wanted::All { Ok(None) } else { Err(error) };
    }
    let Some(sign_on) = endpoint(document, role, "SingleSignOnService") else { return Ok(None) };
    let logout = endpoint(document, role, "SingleLogoutService");
    let party = Party::described(entity_id.to_owned(), (sign_on, logout), certificates(document, role), reading.weakness);
    // Thousands of keys are not tried out to find the few that are unusable; their own sign-ins tell.
    if *reading.wanted != Wanted::All {
        party.keys()?;
    }
    Ok(Some(party))
}

/// The keys that sign: those that are not for encryption only.
fn certificates(document: &Document<'_>, role: NodeId) -> Vec<String> {
    let keys = xml::children(document, role, METADATA, "KeyDescriptor").into_iter();
    keys.filter(|key| matches!(attribute(document, *key, "use"), None | Some("signing")))
        .flat_map(|key| xml::descendants(document, key).collect::<Vec<_>>())
        .filter(|node| xml::is(document, *node, DSIG, "X509Certificate"))
        .filter_map(|node| xml::text(document, node).ok())
        .collect()
}

/// Where messages of a kind go: by Redirect where that is offered, else by POST.
fn endpoint(document: &Document<'_>, role: NodeId, name: &str) -> Option<Endpoint> {
    let offered = xml::children(document, role, METADATA, name);
    [Binding::Redirect, Binding::Post].into_iter().find_map(|binding| {
        let by = offered.iter().find(|node| attribute(document, **node, "Binding") == Some(binding.uri()))?;
        let address = |name| attribute(document, *by, name).filter(|text| is_web_address(text)).map(str::to_owned);
        Some(Endpoint { url: address("Location")?, answers: address("ResponseLocation"), binding })
    })
}
