//! Associations (section 8), and answers for relying parties that have none (section 11.4.2).

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use aws_lc_rs::{digest, hmac, rand};
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::StatusCode;
use num_bigint::BigUint;

use super::message::{Message, key_values};
use super::{NS, direct_error};
use crate::error::Error;
use crate::provider::Shared;
use crate::random;

/// Seconds that an association lives.
const LIFETIME: i64 = 3600;
/// Associations and nonces that are remembered at most, of each sort.
const CAPACITY: usize = 10_000;
/// The modulus of appendix B.
const MODULUS: &[u8] = b"DCF93A0B883972EC0E19989AC5A2CE310E1D37717E8D9571BB7623731866E61EF75A2E27898B057F9891C2E27A639C3F29B60814581CD3B2CA3986D2683705577D45C2E7E52DC81C7A171876E5CEA74B1448BFDFAF18828EFD2519F14E45E3826634AF1949E5B535CC829A483B8A76223E5D490A257F05BDFF16F2FB22C583AB";

/// A hash, and what it is called as an association and as a way to exchange keys.
#[derive(Clone, Copy)]
struct Kind {
    association: &'static str,
    session: &'static str,
    hmac: &'static hmac::Algorithm,
    digest: &'static digest::Algorithm,
}

const KINDS: [Kind; 2] = [
    Kind { association: "HMAC-SHA256", session: "DH-SHA256", hmac: &hmac::HMAC_SHA256, digest: &digest::SHA256 },
    Kind {
        association: "HMAC-SHA1",
        session: "DH-SHA1",
        hmac: &hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY,
        digest: &digest::SHA1_FOR_LEGACY_USE_ONLY,
    },
];

struct Association {
    kind: Kind,
    key: Vec<u8>,
    expires: i64,
    /// Known to us alone: we are asked about what it signs.
    private: bool,
}

#[derive(Default)]
struct Shelves {
    associations: HashMap<String, Association>,
    /// Nonces that are still to be asked about, and until when.
    nonces: HashMap<String, i64>,
}

/// The associations of one provider.
#[derive(Default)]
pub(crate) struct Books(Mutex<Shelves>);

impl Books {
    fn open(&self) -> MutexGuard<'_, Shelves> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn put(&self, kind: Kind, private: bool, now: i64) -> Result<(String, Vec<u8>), Error> {
        let mut key = vec![0; kind.digest.output_len()];
        rand::fill(&mut key).map_err(|_| Error::Crypto { what: "a key" })?;
        let handle = random::token()?;
        let mut shelves = self.open();
        shelves.associations.retain(|_, association| association.expires > now);
        if shelves.associations.len() >= CAPACITY {
            shelves.associations.clear();
        }
        shelves.associations.insert(handle.clone(), Association { kind, key: key.clone(), expires: now + LIFETIME, private });
        Ok((handle, key))
    }

    /// Signs an answer with the association that the relying party named, or with one of our own.
    pub(super) fn sign(&self, answer: &mut Message, handle: Option<&str>, now: i64) -> Result<(), Error> {
        let known = |handle: &&str| self.open().associations.get(*handle).is_some_and(|known| !known.private && known.expires > now);
        let handle = match handle.filter(known) {
            Some(handle) => handle.to_owned(),
            None => {
                if let Some(handle) = handle {
                    answer.set("invalidate_handle", handle);
                }
                let [kind, _] = KINDS;
                let (handle, _) = self.put(kind, true, now)?;
                let nonce = answer.get("response_nonce").unwrap_or_default().to_owned();
                let mut shelves = self.open();
                shelves.nonces.retain(|_, until| *until > now);
                shelves.nonces.insert(nonce, now + LIFETIME);
                handle
            }
        };
        answer.set("assoc_handle", handle.as_str());
        answer.set("signed", answer.to_sign());
        let text = answer.get("signed").and_then(|signed| answer.signed_text(signed)).unwrap_or_default();
        let shelves = self.open();
        let association = shelves.associations.get(&handle).ok_or(Error::Crypto { what: "an association" })?;
        let tag = hmac::sign(&hmac::Key::new(*association.kind.hmac, &association.key), text.as_bytes());
        answer.set("sig", STANDARD.encode(tag));
        Ok(())
    }

    /// Whether an answer is one of ours that a key of ours signed, asked about for the first time.
    fn confirms(&self, answer: &Message, now: i64) -> bool {
        let mut shelves = self.open();
        let handle = answer.get("assoc_handle").unwrap_or_default();
        let Some(association) = shelves.associations.get(handle).filter(|known| known.private && known.expires > now) else { return false };
        let Some(text) = answer.get("signed").and_then(|signed| answer.signed_text(signed)) else { return false };
        let given = STANDARD.decode(answer.get("sig").unwrap_or_default()).unwrap_or_default();
        let key = hmac::Key::new(*association.kind.hmac, &association.key);
        let right = hmac::verify(&key, text.as_bytes(), &given).is_ok();
        right && shelves.nonces.remove(answer.get("response_nonce").unwrap_or_default()).is_some()
    }
}

/// Section 8: by Diffie-Hellman; keys in the clear would need TLS, which there is none of here.
pub(super) fn associate(shared: &Shared, request: &Message) -> Response {
    let wanted = (request.get("assoc_type"), request.get("session_type"));
    let Some(kind) = KINDS.into_iter().find(|kind| wanted == (Some(kind.association), Some(kind.session))) else {
        let [best, _] = KINDS;
        let fields = [
            ("ns", NS),
            ("error", "no such association"),
            ("error_code", "unsupported-type"),
            ("assoc_type", best.association),
            ("session_type", best.session),
        ];
        return (StatusCode::BAD_REQUEST, key_values(&fields)).into_response();
    };
    let number = |name: &str| request.get(name).map(|text| STANDARD.decode(text).map(|bytes| BigUint::from_bytes_be(&bytes)));
    let (Some(Ok(theirs)), None, None) = (number("dh_consumer_public"), number("dh_modulus"), number("dh_gen")) else {
        return direct_error("openid.dh_consumer_public is missing or is no number; other groups than the usual one are not spoken here");
    };
    match agree(shared, kind, &theirs) {
        Ok(response) => response,
        Err(error) => (StatusCode::INTERNAL_SERVER_ERROR, key_values(&[("ns", NS), ("error", &error.to_string())])).into_response(),
    }
}

fn agree(shared: &Shared, kind: Kind, theirs: &BigUint) -> Result<Response, Error> {
    let modulus = BigUint::parse_bytes(MODULUS, 16).unwrap_or_default();
    let mut secret = [0; 96];
    rand::fill(&mut secret).map_err(|_| Error::Crypto { what: "a secret" })?;
    let secret = BigUint::from_bytes_be(&secret);
    let ours = BigUint::from(2_u32).modpow(&secret, &modulus);
    let (handle, key) = shared.openid.put(kind, false, shared.clock.now())?;
    let mask = digest::digest(kind.digest, &signed_bytes(&theirs.modpow(&secret, &modulus)));
    let hidden: Vec<u8> = key.iter().zip(mask.as_ref()).map(|(key, mask)| key ^ mask).collect();
    let fields = [
        ("ns", NS),
        ("assoc_handle", handle.as_str()),
        ("assoc_type", kind.association),
        ("session_type", kind.session),
        ("expires_in", &LIFETIME.to_string()),
        ("dh_server_public", &STANDARD.encode(signed_bytes(&ours))),
        ("enc_mac_key", &STANDARD.encode(hidden)),
    ];
    Ok(key_values(&fields).into_response())
}

/// Section 4.2: no number looks negative.
fn signed_bytes(number: &BigUint) -> Vec<u8> {
    let bytes = number.to_bytes_be();
    if bytes.first().is_some_and(|first| first & 0x80 != 0) { [&[0], bytes.as_slice()].concat() } else { bytes }
}

/// Section 11.4.2.
pub(super) fn check_authentication(shared: &Shared, answer: &Message) -> Response {
    let is_valid = shared.openid.confirms(answer, shared.clock.now());
    let mut fields = vec![("ns", NS), ("is_valid", if is_valid { "true" } else { "false" })];
    // Section 11.4.2.2.
    fields.extend(answer.get("invalidate_handle").filter(|_| is_valid).map(|handle| ("invalidate_handle", handle)));
    key_values(&fields).into_response()
}
