//! Signed tokens in the compact form (RFC 7515, section 3.1).

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value};

use super::hmac_key::HmacKey;
use super::jwk::KeySet;
use super::{Algorithm, json, refused};
use crate::error::{Error, Result};

/// The longest token that is looked at, in bytes (CVE-2025-30204, CVE-2025-27144).
pub const MAX_TOKEN_LENGTH: usize = 64 * 1024;

/// What a token is used for, and so which `typ` its header may have (RFC 8725, section 3.11).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TokenUse {
    name: &'static str,
    types: &'static [&'static str],
}

/// An id token: no `typ`, or `JWT`. So an `at+jwt` or `logout+jwt` never passes for one.
pub const ID_TOKEN: TokenUse = TokenUse { name: "id token", types: &["jwt"] };

/// An access token in the form of a JWT (RFC 9068, section 2.1; `JWT` before it).
pub const ACCESS_TOKEN: TokenUse = TokenUse { name: "access token", types: &["jwt", "at+jwt", "application/at+jwt"] };

/// A token of ours for the API (RFC 9068, section 2.1).
pub(crate) const API_TOKEN: TokenUse = TokenUse { name: "token", types: &["at+jwt"] };

/// Signed userinfo (OpenID Connect Core 1.0, section 5.3.2).
pub const USER_INFO: TokenUse = TokenUse { name: "userinfo", types: &["jwt"] };

/// An authorization response in the form of a JWT (JARM, section 2.1).
pub const AUTHORIZATION_RESPONSE: TokenUse = TokenUse { name: "authorization response", types: &["jwt", "oauth-authz-resp+jwt"] };

/// A logout token (OpenID Connect Back-Channel Logout 1.0, section 2.4).
pub const LOGOUT_TOKEN: TokenUse = TokenUse { name: "logout token", types: &["logout+jwt", "jwt"] };

/// What a token's header says. Nothing of it is believed before the signature is verified, and the
/// algorithm not even then: it must be one that the client and the key allow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    /// `alg`.
    pub algorithm: Algorithm,
    /// `kid`, which key to look for.
    pub kid: Option<String>,
}

/// A token that was taken apart and not yet verified: nothing of its payload can be had.
#[derive(Clone)]
pub struct Jws<'t> {
    header: Header,
    message: &'t str,
    payload: &'t str,
    signature: &'t str,
}

/// What a token may be verified with.
#[derive(Debug, Clone, Copy)]
pub struct Keys<'k> {
    /// The provider's published keys.
    pub public: &'k KeySet,
    /// The client secret, where HMAC algorithms are configured.
    pub secret: Option<&'k HmacKey>,
}

impl<'k> Keys<'k> {
    /// Public keys only.
    #[must_use]
    pub fn public(public: &'k KeySet) -> Self {
        Keys { public, secret: None }
    }
}

/// A token whose signature is good.
#[derive(Clone)]
pub struct Verified<'k> {
    /// The payload: the very bytes that were signed.
    pub payload: Vec<u8>,
    /// The `issuer` member of the key, where it has one ([`Key::issuer`](super::Key::issuer)).
    pub key_issuer: Option<&'k str>,
}

impl<'t> Jws<'t> {
    /// Takes a token apart.
    ///
    /// # Errors
    /// `malformed_response` for what is no signed token in the compact form; `invalid_signature` for an
    /// algorithm that we do not verify (`none` above all), another `typ`, or an extension (`crit`).
    pub fn parse(token: &'t str, token_use: TokenUse) -> Result<Self> {
        let what = token_use.name;
        if token.len() > MAX_TOKEN_LENGTH {
            return Err(Error::malformed(format!("the {what} is longer than {MAX_TOKEN_LENGTH} bytes")));
        }
        let (message, signature) = token.rsplit_once('.').ok_or_else(|| not_compact(what, token))?;
        let (header, payload) = message.split_once('.').ok_or_else(|| not_compact(what, token))?;
        if payload.contains('.') {
            return Err(not_compact(what, token));
        }
        let octets = URL_SAFE_NO_PAD.decode(header).map_err(|_| Error::malformed(format!("the {what}'s header is no base64url")))?;
        let members = json::object(&octets, &format!("{what}'s header"))?;
        has_no_extension(&members)?;
        typ_is_of_the_use(&members, token_use)?;
        let header = Header { algorithm: algorithm(&members)?, kid: kid(&members)? };
        Ok(Jws { header, message, payload, signature })
    }

    /// The header.
    #[must_use]
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// Verifies the signature with a key that fits, by an algorithm that both `accepted` (the client's
    /// configuration) and the key allow.
    ///
    /// # Errors
    /// `invalid_signature`; `malformed_response` when what was signed is no base64url.
    pub fn verify<'k>(&self, keys: &Keys<'k>, accepted: &[Algorithm]) -> Result<Verified<'k>> {
        let algorithm = self.header.algorithm;
        if !accepted.contains(&algorithm) {
            let names: Vec<_> = accepted.iter().map(|algorithm| algorithm.name()).collect();
            return Err(refused(format!(
                "the token is signed with {algorithm}, this client accepts {} (setting JWT_ALGORITHMS)",
                names.join(", ")
            )));
        }
        let key_issuer = if algorithm.is_symmetric() { self.verify_with_secret(keys.secret)? } else { self.verify_with_set(keys.public)? };
        let payload = URL_SAFE_NO_PAD.decode(self.payload).map_err(|_| Error::malformed("the token's payload is no base64url"))?;
        Ok(Verified { payload, key_issuer })
    }

    /// Whether newer keys could verify this token where these could not: it names a key that the set
    /// lacks, or none at all.
    #[must_use]
    pub fn may_need_newer_keys(&self, keys: &KeySet) -> bool {
        !self.header.algorithm.is_symmetric() && self.header.kid.as_deref().is_none_or(|kid| !keys.has(kid))
    }

    fn verify_with_secret<'k>(&self, secret: Option<&HmacKey>) -> Result<Option<&'k str>> {
        let secret = secret.ok_or_else(|| refused("the token is signed with HMAC and this client has no secret to verify that with"))?;
        let verified = secret.verifies(self.header.algorithm, self.message.as_bytes(), self.signature);
        if verified { Ok(None) } else { Err(refused("the token's signature is not made with this client's secret")) }
    }

    fn verify_with_set<'k>(&self, keys: &'k KeySet) -> Result<Option<&'k str>> {
        let algorithm = self.header.algorithm;
        let kid = self.header.kid.as_deref();
        let signature = URL_SAFE_NO_PAD.decode(self.signature).map_err(|_| refused("the token's signature is no base64url"))?;
        let mut tried = 0_usize;
        for key in keys.candidates(kid, algorithm) {
            tried += 1;
            if key.verifies(algorithm, self.message.as_bytes(), &signature) {
                return Ok(key.issuer());
            }
        }
        if tried > 0 {
            return Err(refused(format!("the token's {algorithm} signature does not verify ({tried} of the provider's keys tried)")));
        }
        Err(refused(format!(
            "none of the provider's {} keys is for {algorithm}{}",
            keys.keys().len(),
            if kid.is_some() { " and has the name that the token gives (kid)" } else { "" }
        )))
    }
}

impl std::fmt::Debug for Jws<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Jws").field("header", &self.header).finish_non_exhaustive()
    }
}

impl std::fmt::Debug for Verified<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Verified").field("payload", &format_args!("{} bytes", self.payload.len())).finish_non_exhaustive()
    }
}

fn not_compact(what: &str, token: &str) -> Error {
    // RFC 7516, section 3.1: the five parts of an encrypted token (CVE-2023-51774).
    if token.bytes().filter(|octet| *octet == b'.').take(5).count() == 4 {
        return Error::malformed(format!(
            "the {what} is encrypted (JWE) where a signed one (JWS) is expected; turn encryption off for this client at the provider"
        ));
    }
    Error::malformed(format!("the {what} does not have the three parts of a signed token"))
}

// RFC 7515, section 4.1.11: whoever does not understand an extension must refuse. We know none
// (CVE-2025-59420). `enc` and `zip` belong to encryption, and no JWT has `b64` (RFC 7797, section 7).
fn has_no_extension(members: &Map<String, Value>) -> Result<()> {
    match ["crit", "enc", "zip", "b64"].iter().find(|name| members.contains_key(**name)) {
        None => Ok(()),
        Some(name) => Err(refused(format!("the token's header has \"{name}\", which is not supported"))),
    }
}

// RFC 7515, section 4.1.9: media types are compared without regard to case, `application/` may be left out.
fn typ_is_of_the_use(members: &Map<String, Value>, token_use: TokenUse) -> Result<()> {
    let fits = match members.get("typ") {
        None => true,
        Some(Value::String(typ)) => {
            let typ = typ.to_ascii_lowercase();
            let short = typ.strip_prefix("application/").unwrap_or(&typ);
            token_use.types.contains(&short)
        }
        Some(_) => false,
    };
    if fits { Ok(()) } else { Err(refused(format!("the token's typ is not one of the {}'s", token_use.name))) }
}

fn algorithm(members: &Map<String, Value>) -> Result<Algorithm> {
    let name = members.get("alg").and_then(Value::as_str);
    name.and_then(Algorithm::from_name).ok_or_else(|| refused("the token's header names no signature algorithm that we verify (alg)"))
}

fn kid(members: &Map<String, Value>) -> Result<Option<String>> {
    match members.get("kid") {
        None => Ok(None),
        Some(Value::String(kid)) => Ok(Some(kid.clone())),
        Some(_) => Err(Error::malformed("the token's kid is no text")),
    }
}
