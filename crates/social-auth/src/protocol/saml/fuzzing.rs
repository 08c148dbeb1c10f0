//! What fuzzing runs of SAML: each input by an identity provider's real keys, where nothing may be taken but what it
//! signed, and by keys that find every signature good, so that what stands behind the signatures is reached too.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "panicking is how a target tells what it found")]

use std::sync::LazyLock;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, json};
use uppsala::Document;

use super::assertion::{Assertion, Expected, Subject};
use super::engine::{Covered, OwnKey, PrivateKeyEngine, SignatureEngine, Trusted, Weakness};
use super::logout::{self, Arrived, Ended};
use super::metadata::{Reading, Wanted};
use super::response::{self, Checks, Wants};
use super::xml::{self, DSIG};
use super::{algorithm, message, metadata};
use crate::error::Result;
use crate::secret::Secret;

#[cfg(test)]
pub(crate) use super::tests::seeds::seeds;

pub(super) const ISSUER: &str = "https://idp.test/metadata";
pub(super) const AUDIENCE: &str = "https://site.test/saml/metadata.xml";
pub(super) const RECIPIENT: &str = "https://site.test/complete/saml/";
pub(super) const REQUEST: &str = "_request";
pub(super) const LOGOUT: &str = "https://site.test/saml/logout/saml/";
/// 2026-11-21T04:00:00Z.
pub(super) const NOW: i64 = 1_795_233_600;

pub(super) const IDP_CERTIFICATE: &str = include_str!("tests/keys/idp.crt");
pub(super) const SP_KEY: &str = include_str!("tests/keys/sp.key");

static TRUSTED: LazyLock<Trusted> = LazyLock::new(|| Trusted::new(&[IDP_CERTIFICATE.to_owned()], Weakness::default()).unwrap());

static OWN_KEY: LazyLock<OwnKey> =
    LazyLock::new(|| OwnKey::new(&Secret::new(SP_KEY), &algorithm::SIGNATURES[0], algorithm::DIGESTS[0]).unwrap());

/// What the identity provider's answers must say.
pub(super) fn expected() -> Expected<'static> {
    Expected {
        issuer: ISSUER,
        audience: AUDIENCE,
        recipient: RECIPIENT,
        request: Some(REQUEST),
        authn_context: None,
        repeated_attributes: false,
        now: NOW,
        leeway: 60,
    }
}

/// Finds every signature good, over the element that it stands in.
struct Gullible;

impl SignatureEngine for Gullible {
    fn verify(&self, document: &Document<'_>, _source: &str) -> Result<Vec<Covered>> {
        let signatures = xml::descendants(document, document.root()).filter(|node| xml::is(document, *node, DSIG, "Signature"));
        Ok(signatures.filter_map(|signature| Some(Covered { signature, target: document.parent(signature)? })).collect())
    }

    fn verifies_text(&self, _algorithm: &str, _text: &[u8], _signature: &[u8]) -> bool {
        true
    }

    fn weakness(&self) -> Weakness {
        Weakness { sha1: true, small_keys: true }
    }
}

/// What the identity provider signed in all seeds.
fn signed() -> Assertion {
    let attributes = json!({"urn:oid:0.9.2342.19200300.100.1.1": ["alice"], "groups": ["a", "b"]});
    Assertion {
        id: "_assertion".to_owned(),
        valid_until: NOW + 300 + 60,
        subject: Subject { name_id: Some("alice".to_owned()), ..Subject::default() },
        session_index: Some("s1".to_owned()),
        session_ends: Some(NOW + 8 * 3600),
        attributes: attributes.as_object().cloned().unwrap_or_else(Map::new),
    }
}

/// Reads an answer. Whether it is taken.
pub(crate) fn response(data: &[u8]) -> bool {
    let text = String::from_utf8_lossy(data);
    let check = |trusted: &dyn SignatureEngine| {
        let checks = Checks { trusted, own: Some(&*OWN_KEY as &dyn PrivateKeyEngine), wants: Wants::default(), expected: expected() };
        response::check(&text, &checks)
    };
    let taken = check(&*TRUSTED);
    if let Ok(taken) = &taken {
        assert_eq!(*taken, signed(), "what nobody signed was taken");
    }
    // Opening what is encrypted costs a millisecond, and once is enough.
    if !text.contains("EncryptedData") {
        drop(check(&Gullible));
    }
    drop(response::issuer(&text));
    drop(message::posted(&text));
    drop(message::redirected(&text));
    if text.len() <= xml::MAX_LENGTH {
        assert_eq!(message::posted(&STANDARD.encode(&*text)).ok().as_deref(), Some(&*text), "base64 changed it");
    }
    taken.is_ok()
}

/// Reads a message about signing out: the first byte says by which way it came. Whether it is taken.
pub(crate) fn logout(data: &[u8]) -> bool {
    let Some((way, rest)) = data.split_first() else { return false };
    let text = String::from_utf8_lossy(rest);
    let parameter = if way & 2 == 0 { "SAMLRequest" } else { "SAMLResponse" };
    let posted = way & 1 == 1;
    let encoded = STANDARD.encode(&*text);
    let form = |name: &str| (name == parameter).then(|| encoded.clone());
    let Ok(arrived) = Arrived::read(posted, form, if posted { "" } else { &text }) else { return false };
    let expected = Expected { recipient: LOGOUT, request: None, ..expected() };
    let asked = |keys: &dyn SignatureEngine| logout::request(&arrived, keys, Some(&*OWN_KEY as &dyn PrivateKeyEngine), &expected);
    drop((arrived.relay_state(form), asked(&Gullible), logout::answer(&arrived, &Gullible, &expected)));
    let taken = asked(&*TRUSTED);
    if let Ok(ended) = &taken {
        let sessions = vec!["s1".to_owned()];
        let signed = Ended { id: "_end".to_owned(), valid_until: NOW + 300, name_id: "alice".to_owned(), sessions };
        assert_eq!(*ended, signed, "what nobody signed was taken");
    }
    taken.is_ok() || logout::answer(&arrived, &*TRUSTED, &expected).is_ok()
}

/// Reads metadata: by our settings' certificate, of one identity provider, and of all. Whether it is taken as signed.
pub(crate) fn metadata(data: &[u8]) -> bool {
    let text = String::from_utf8_lossy(data);
    let named = Wanted::Named(ISSUER.to_owned());
    let read = |signed_by, wanted| metadata::read(&text, &Reading { signed_by, wanted, weakness: Weakness::default(), now: NOW });
    for wanted in [&Wanted::Only, &Wanted::All, &named] {
        if let Ok(known) = read(Some(&Gullible), wanted) {
            drop((known.len(), known.only().map(|party| party.keys().is_ok())));
        }
        drop(read(None, wanted));
    }
    let taken = read(Some(&*TRUSTED), &Wanted::All);
    if let Ok(known) = &taken {
        assert_eq!(known.len(), 1, "what nobody signed was taken");
        assert!(known.named(ISSUER).is_some_and(|party| party.sign_on.url == format!("{ISSUER}/redirect")), "what nobody signed was taken");
    }
    taken.is_ok()
}
