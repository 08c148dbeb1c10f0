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

/// Wikis name themselves without the path of their scripts, and some as `http`, so host and port have to do.
fn issuer_is_the_wiki_that_was_asked(claims: &Claims, expected: &Expected<'_>) -> Result<()> {
    let authority = |url: &str| Url::parse(url).ok().and_then(|url| Some((url.host_str()?.to_owned(), url.port())));
    let issuer = claims.require_text("iss")?;
    if authority(issuer).is_none() || authority(issuer) != authority(expected.url) {
        return Err(Error::invalid_claim("iss").detail("the token is from another wiki than the one that was asked"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use aws_lc_rs::hmac;
    use base64::Engine as _;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    use serde_json::json;

    use super::*;
    use crate::protocol::oauth1::{Placement, SignatureMethod};

    const SECRET: &str = "a consumer secret of forty characters ...";
    const NOW: i64 = 1_767_960_000;

    fn outcome(changes: Value, secret: &str) -> Result<Map<String, Value>> {
        let mut claims = json!({
            "iss": "https://meta.wikimedia.org", "aud": "key", "sub": 7, "username": "Ada", "nonce": "n",
            "iat": NOW, "exp": NOW + 100,
        });
        for (name, value) in changes.as_object().unwrap() {
            claims[name] = value.clone();
        }
        let encode = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let message = format!("{}.{}", encode(&json!({"typ": "JWT", "alg": "HS256"})), encode(&claims));
        let signature = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes()), message.as_bytes());
        let token = format!("{message}.{}\n", URL_SAFE_NO_PAD.encode(signature));
        let signer = Signer {
            key: "key".to_owned(),
            secret: SECRET.into(),
            method: SignatureMethod::HmacSha1,
            placement: Placement::Header,
            #[cfg(feature = "oauth1-rsa")]
            rsa_key: None,
        };
        let url = "https://meta.wikimedia.org/w/index.php?title=Special:OAuth/identify";
        verify(&token, &Expected { url, signer: &signer, nonce: "n", now: NOW })
    }

    #[test]
    fn a_good_token_tells_who_it_is() {
        let claims = outcome(json!({}), SECRET).unwrap();
        assert_eq!((&claims["sub"], &claims["username"]), (&json!("7"), &json!("Ada")));
    }

    #[test]
    fn each_thing_that_is_wrong_with_a_token_is_refused() {
        for (changes, reason) in [
            (json!({"iss": "https://evil.example"}), "invalid_claim"),
            (json!({"iss": "https://meta.wikimedia.org:8443"}), "invalid_claim"),
            (json!({"aud": "another-key"}), "invalid_claim"),
            (json!({"nonce": "old"}), "nonce_mismatch"),
            (json!({"exp": NOW - 60}), "response_expired"),
            (json!({"iat": NOW + 60}), "response_not_yet_valid"),
        ] {
            assert_eq!(outcome(changes.clone(), SECRET).unwrap_err().reason().code(), reason, "{changes}");
        }
        assert_eq!(outcome(json!({}), "another secret, of more than thirty-two bytes").unwrap_err().reason().code(), "invalid_signature");
    }
}
