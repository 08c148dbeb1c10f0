//! SHA-1 and small keys: refused, unless the identity provider's entry allows them. The documents were signed by
//! `xmlsec1`.

use super::answer::*;
use crate::protocol::saml::engine::{Trusted, Weakness};
use crate::protocol::saml::response::{self, Checks, Wants};

const SMALL: &str = include_str!("keys/small.crt");

/// The document, the certificate, and what the entry must allow.
const DOCUMENTS: &[(&str, &str, Weakness)] = &[
    (include_str!("documents/sha1.xml"), IDP_CERTIFICATE, Weakness { sha1: true, small_keys: false }),
    (include_str!("documents/sha1-digest.xml"), IDP_CERTIFICATE, Weakness { sha1: true, small_keys: false }),
    (include_str!("documents/small.xml"), SMALL, Weakness { sha1: false, small_keys: true }),
    (include_str!("documents/small-sha1.xml"), SMALL, Weakness { sha1: true, small_keys: true }),
];

fn is_taken(document: &str, certificate: &str, weakness: Weakness) -> bool {
    let Ok(trusted) = Trusted::new(&[certificate.to_owned()], weakness) else { return false };
    let checks = Checks { trusted: &trusted, own: None, wants: Wants::default(), expected: expected() };
    response::check(document, &checks).is_ok()
}

#[test]
fn weak_signatures_are_taken_only_where_both_weaknesses_are_allowed() {
    for (document, certificate, needed) in DOCUMENTS {
        for sha1 in [false, true] {
            for small_keys in [false, true] {
                let enough = (sha1 || !needed.sha1) && (small_keys || !needed.small_keys);
                let taken = is_taken(document, certificate, Weakness { sha1, small_keys });
                assert_eq!(taken, enough, "{needed:?} with sha1 {sha1}, small_keys {small_keys}");
            }
        }
    }
}

#[test]
fn a_weak_signature_is_still_a_signature() {
    for (document, certificate, needed) in DOCUMENTS {
        assert!(!is_taken(&document.replace("alice", "admin"), certificate, *needed));
    }
}

#[test]
fn a_small_key_is_told_of_at_start() {
    let error = Trusted::new(&[SMALL.to_owned()], Weakness::default()).err().unwrap();
    assert!(error.to_string().contains("allow_small_keys"), "{error}");
}
