//! What clients sign: assertions of who they are (RFC 7523) and proofs that they hold a key (DPoP, RFC 9449).

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use aws_lc_rs::digest;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::HeaderMap;
use jsonwebtoken::jwk::{Jwk, JwkSet, ThumbprintHash};
use jsonwebtoken::{Algorithm, DecodingKey, Validation, dangerous};
use serde_json::{Map, Value};

use crate::client::{Client, ClientAuth};
use crate::oauth2::Refusal;
use crate::params::Params;
use crate::provider::Shared;

const JWT_BEARER: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
const ALGORITHMS: [Algorithm; 4] = [Algorithm::RS256, Algorithm::PS256, Algorithm::ES256, Algorithm::EdDSA];
/// Seconds that a proof may be old, or young.
const PROOF_SECONDS: i64 = 300;

/// Names of statements (`jti`) that were seen, and until when they count.
#[derive(Default)]
pub(crate) struct Seen(Mutex<HashMap<String, i64>>);

impl Seen {
    /// Whether this is the first time.
    fn first(&self, name: String, until: i64, now: i64) -> bool {
        let mut seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        seen.retain(|_, until| *until >= now);
        seen.insert(name, until).is_none()
    }
}

fn verified(token: &str, key: &Jwk) -> Option<Map<String, Value>> {
    let algorithm = jsonwebtoken::decode_header(token).ok()?.alg;
    if !ALGORITHMS.contains(&algorithm) {
        return None;
    }
    let mut validation = Validation::new(algorithm);
    validation.required_spec_claims.clear();
    validation.validate_exp = false;
    validation.validate_aud = false;
    Some(jsonwebtoken::decode(token, &DecodingKey::from_jwk(key).ok()?, &validation).ok()?.claims)
}

/// The client of a request with a `client_assertion` (`private_key_jwt`, OpenID Connect Core section 9).
pub(super) fn client_by_assertion(shared: &Shared, params: &Params, assertion: &str) -> Result<Arc<Client>, Refusal> {
    let refuse = |why: &str| Refusal::invalid_client(why);
    if params.first("client_assertion_type") != Some(JWT_BEARER) {
        return Err(refuse("client_assertion_type must be that of a JWT"));
    }
    let unproven: Map<String, Value> =
        dangerous::insecure_decode_claims(assertion).map_err(|_| refuse("the client assertion is no JWT"))?;
    let id = unproven.get("sub").and_then(Value::as_str).unwrap_or_default();
    let client = shared.clients.get(id).ok_or_else(|| refuse("no client is registered with the assertion's sub"))?;
    if !client.auth_methods.contains(&ClientAuth::PrivateKeyJwt) {
        return Err(refuse("the client is not registered for private_key_jwt"));
    }
    let keys: Option<JwkSet> = client.jwks.clone().and_then(|jwks| serde_json::from_value(jwks).ok());
    let keys = keys.map(|set| set.keys).unwrap_or_default();
    let claims = keys.iter().find_map(|key| verified(assertion, key));
    let claims = claims.ok_or_else(|| refuse("none of the client's keys signed the assertion"))?;
    let text = |name: &str| claims.get(name).and_then(Value::as_str).unwrap_or_default();
    let url = &shared.url;
    let known = [url.clone(), format!("{url}/oauth2"), format!("{url}/token"), format!("{url}/oauth2/token")];
    let (now, exp) = (shared.clock.now(), claims.get("exp").and_then(Value::as_i64).unwrap_or_default());
    if text("iss") != id || params.first("client_id").is_some_and(|posted| posted != id) {
        Err(refuse("iss, sub and client_id of the assertion must be the client"))
    } else if !known.iter().any(|known| known == text("aud")) {
        Err(refuse("aud of the assertion must be the issuer or the token endpoint"))
    } else if exp <= now {
        Err(refuse("the assertion has expired"))
    } else if text("jti").is_empty() || !shared.seen.first(format!("assertion:{id}:{}", text("jti")), exp, now) {
        Err(refuse("the assertion was used already, or has no jti"))
    } else {
        Ok(client)
    }
}

/// Verifies the proof of a request, if it has one; answers the thumbprint of its key.
pub(super) fn proof_key(
    shared: &Shared,
    headers: &HeaderMap,
    places: &[String],
    nonce: &str,
    access_token: Option<&str>,
) -> Result<Option<String>, &'static str> {
    const BAD: &str = "invalid_dpop_proof";
    let Some(proof) = headers.get("dpop") else { return Ok(None) };
    let proof = proof.to_str().map_err(|_| BAD)?;
    let header = jsonwebtoken::decode_header(proof).map_err(|_| BAD)?;
    let key = header.jwk.filter(|_| header.typ.as_deref() == Some("dpop+jwt")).ok_or(BAD)?;
    let claims = verified(proof, &key).ok_or(BAD)?;
    let text = |name: &str| claims.get(name).and_then(Value::as_str).unwrap_or_default();
    let (now, iat) = (shared.clock.now(), claims.get("iat").and_then(Value::as_i64).unwrap_or_default());
    let ath = access_token.map(|token| URL_SAFE_NO_PAD.encode(digest::digest(&digest::SHA256, token.as_bytes())));
    let fits = ["GET", "POST"].contains(&text("htm"))
        && places.iter().any(|place| place == text("htu"))
        && (now - iat).abs() <= PROOF_SECONDS
        && ath.is_none_or(|ath| ath == text("ath"));
    if !fits {
        return Err(BAD);
    }
    if text("nonce") != nonce {
        return Err("use_dpop_nonce");
    }
    let thumbprint = key.thumbprint(ThumbprintHash::SHA256).map_err(|_| BAD)?;
    if text("jti").is_empty() || !shared.seen.first(format!("proof:{}", text("jti")), now + 2 * PROOF_SECONDS, now) {
        return Err(BAD);
    }
    Ok(Some(thumbprint))
}
