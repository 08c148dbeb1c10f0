//! Signed and encrypted tokens: JWS (RFC 7515), JWE (RFC 7516), JWK sets (RFC 7517) and the registered claims
//! of JWT (RFC 7519).
//!
//! The signature code is aws-lc-rs's, for HMAC by way of `jsonwebtoken`. What is here decides *whether* a key may be
//! asked at all: which algorithms, which keys, which kind of token. None of that is taken from the token.
//!
//! ```
//! use social_auth::jose::{Algorithm, ID_TOKEN, Jws, KeySet, Keys};
//! let keys = KeySet::parse(&serde_json::json!({"keys": []}))?;
//! let forged = "eyJhbGciOiJub25lIn0.e30.";
//! let outcome = Jws::parse(forged, ID_TOKEN)
//!     .and_then(|token| token.verify(&Keys::public(&keys), Algorithm::ASYMMETRIC).map(|verified| verified.payload));
//! assert_eq!(outcome.err().map(|error| error.reason().code()), Some("invalid_signature"));
//! # Ok::<(), social_auth::Error>(())
//! ```

mod algorithm;
mod claims;
mod hmac_key;
mod json;
mod jwe;
mod jwk;
mod jws;
mod private_key;
mod private_keys;
mod public_pem;
mod signing;

pub use algorithm::Algorithm;
pub use claims::Claims;
pub(crate) use claims::texts;
pub use hmac_key::{HmacKey, MIN_HMAC_SECRET};
pub use jwe::{ContentEncryption, Encryption, KeyManagement, decrypt, is_encrypted};
pub use jwk::{Key, KeySet, MAX_KEYS};
pub(crate) use jws::API_TOKEN;
pub use jws::{
    ACCESS_TOKEN, AUTHORIZATION_RESPONSE, Header, ID_TOKEN, Jws, Keys, LOGOUT_TOKEN, MAX_TOKEN_LENGTH, TokenUse, USER_INFO, Verified,
};
pub use private_key::PrivateKey;
pub use private_keys::PrivateKeys;
pub use signing::SigningKey;

use crate::error::{Error, Reason};

/// A JSON object whose members are unique at every depth, for what is signed without being a JWS.
///
/// # Errors
/// `malformed_response` when `bytes` are no JSON object or name a member twice.
pub(crate) fn unique_object(bytes: &[u8]) -> Result<serde_json::Map<String, serde_json::Value>, Error> {
    json::object(bytes, "signed object")
}

/// `invalid_signature`: the token's algorithm, key or signature is not one to rely on.
fn refused(detail: impl Into<String>) -> Error {
    Error::new(Reason::InvalidSignature).detail(detail)
}
