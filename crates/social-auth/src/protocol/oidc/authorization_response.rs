//! Authorization responses in the form of a JWT (JARM: JWT Secured Authorization Response Mode for OAuth 2.0).

use serde_json::Value;

use crate::error::{Error, Result, Stage};
use crate::jose::{AUTHORIZATION_RESPONSE, Claims, Jws, KeySet, Keys};
use crate::protocol::oidc::IdTokenRules;
use crate::protocol::oidc::id_token::{already_valid, audience_is_us, not_expired};

/// Verifies an authorization response (section 2.4). Of the rules, those of issuer, audiences, algorithms,
/// secret and time count.
///
/// # Errors
/// Stage `callback`: as [`verify_id_token`](super::verify_id_token).
pub fn verify_authorization_response(token: &str, rules: &IdTokenRules<'_>, keys: &KeySet) -> Result<Claims> {
    verified(token, rules, keys).map_err(|error| error.stage_if_unknown(Stage::Callback))
}

fn verified(token: &str, rules: &IdTokenRules<'_>, keys: &KeySet) -> Result<Claims> {
    let jws = Jws::parse(token, AUTHORIZATION_RESPONSE)?;
    let verified = jws.verify(&Keys { public: keys, secret: rules.secret }, rules.algorithms)?;
    let claims = Claims::parse(&verified.payload)?;
    rules.issuer.issuer_is_believed(&claims, verified.key_issuer)?;
    audience_is_us(&claims, rules)?;
    not_expired(&claims, rules)?;
    already_valid(&claims, rules)?;
    is_an_answer(&claims)?;
    Ok(claims)
}

/// An id token is signed by the same issuer for the same client, and is no answer.
fn is_an_answer(claims: &Claims) -> Result<()> {
    if let Some(name) = ["nonce", "sub", "at_hash", "events"].into_iter().find(|name| claims.get(name).is_some()) {
        return Err(Error::invalid_claim(name).detail("an authorization response has none: this is another kind of token"));
    }
    if ["code", "error"].iter().any(|name| claims.text(name).is_some()) {
        return Ok(());
    }
    Err(Error::missing_claim("code").detail("the authorization response has neither a code nor an error"))
}

/// The parameters in it: what would have been in the address.
pub(super) fn parameters(claims: &Claims) -> impl Iterator<Item = (&str, &str)> {
    let text = |(name, value): (&'_ String, &'_ Value)| -> bool { value.is_string() && !matches!(name.as_str(), "aud") };
    claims.as_map().iter().filter(move |member| text(*member)).filter_map(|(name, value)| Some((name.as_str(), value.as_str()?)))
}
