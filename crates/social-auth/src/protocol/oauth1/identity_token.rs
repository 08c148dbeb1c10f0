//! An identity as a token signed with the client's secret, asked for by a signed request: MediaWiki's
//! `Special:OAuth/identify`. <https://www.mediawiki.org/wiki/OAuth/For_Developers#Identifying_the_user>

use serde_json::{Map, Value};
use url::Url;

use super::request::Signer;
use crate::error::{Error, Reason, Result};
use crate::jose::{Algorithm, Claims, HmacKey, ID_TOKEN, Jws, KeySet, Keys};
use crate::secret::constant_time_eq;

/// How far the provider's clock may be off, in seconds.
const LEEWAY: i64 = 10;

/// What such a token must say.
pub(super) struct Expected<'a> {
    /// Where it was asked for.
    pub url: &'a str,
    /// For whom, and whose secret signs it.
    pub signer: &'a Signer,
    /// The nonce of the request that asked.
    pub nonce: &'a str,
    /// Unix seconds.
    pub now: i64,
}

/// Verifies the token and answers its claims.
///
/// # Errors
/// `invalid_signature`, `invalid_claim`, `missing_claim`, `nonce_mismatch`, `response_expired` or
/// `response_not_yet_valid`; `invalid_setting` when the secret is too short to rely on.
pub(super) fn verify(token: &str, expected: &Expected<'_>) -> Result<Map<String, Value>> {
    let key = HmacKey::from_client_secret(&expected.signer.secret)?;
    let none = KeySet::default();
    let keys = Keys { secret: Some(&key), ..Keys::public(&none) };
    let verified = Jws::parse(token.trim(), ID_TOKEN)?.verify(&keys, &[Algorithm::HS256])?;
    let claims = Claims::parse(&with_textual_subject(&verified.payload)?)?;
    issuer_is_the_wiki_that_was_asked(&claims, expected)?;
    if !claims.audiences().any(|audience| audience == expected.signer.key) {
        return Err(Error::invalid_claim("aud").detail("the token is for another client"));
    }
    if claims.require_time("exp")? <= expected.now - LEEWAY {
        return Err(Error::new(Reason::ResponseExpired).claim("exp"));
    }
    if claims.require_time("iat")? > expected.now + LEEWAY {
        return Err(Error::new(Reason::ResponseNotYetValid).claim("iat"));
    }
    if !constant_time_eq(claims.require_text("nonce")?.as_bytes(), expected.nonce.as_bytes()) {
        return Err(Error::new(Reason::NonceMismatch).claim("nonce"));
    }
    Ok(claims.into_map())
}

/// MediaWiki's subjects are numbers, where RFC 7519 (section 4.1.2) has texts.
fn with_textual_subject(payload: &[u8]) -> Result<Vec<u8>> {
    let mut claims: Map<String, Value> =
        serde_json::from_slice(payload).map_err(|_| Error::malformed("the identity token holds no JSON object"))?;
    if let Some(Value::Number(subject)) = claims.get("sub") {
        let subject = subject.to_string();
        claims.insert("sub".to_owned(), Value::String(subject));
    }
    Ok(Value::Object(claims).to_string().into_bytes())
}

/// Wikis name themselves without the path of their scripts, so the host has to do.
fn issuer_is_the_wiki_that_was_asked(claims: &Claims, expected: &Expected<'_>) -> Result<()> {
    let authority = |url: &str| Url::parse(url).ok().and_then(|url| Some((url.host_str()?.to_owned(), url.port_or_known_default())));
    let issuer = claims.require_text("iss")?;
    if authority(issuer).is_none() || authority(issuer) != authority(expected.url) {
        return Err(Error::invalid_claim("iss").detail("the token is from another wiki than the one that was asked"));
    }
    Ok(())
}
