//! What the userinfo endpoint answers (OpenID Connect Core 1.0, section 5.3).

use serde_json::{Map, Value};

use crate::error::{Error, Result, Stage};
use crate::http::Incoming;
use crate::jose::{Claims, Jws, KeySet, Keys, USER_INFO};
use crate::protocol::oidc::IdTokenRules;
use crate::protocol::oidc::id_token::{already_valid, audience_is_us, not_expired};
use crate::secret::constant_time_eq;

/// What userinfo must satisfy.
#[derive(Clone, Copy)]
pub struct UserInfoRules<'r> {
    /// The `sub` of the id token. `None` only where there is no id token.
    pub subject: Option<&'r str>,
    /// Whether the answer must be signed, because the client is registered so
    /// (`userinfo_signed_response_alg`).
    pub signed: bool,
    /// Issuer, audiences, algorithms, secret, leeway and time: for a signed answer.
    pub token: IdTokenRules<'r>,
}

/// Reads userinfo, plain or signed, and checks that it is about the person of the id token.
///
/// # Errors
/// Stage `user_info`: what [`Incoming::require_success`] says; `malformed_response`; `missing_claim` or
/// `invalid_claim` for `sub`; for a signed answer also `invalid_signature`, `response_expired`,
/// `response_not_yet_valid` and `invalid_claim` for `iss` or `aud`.
pub fn read_user_info(answer: &Incoming, rules: &UserInfoRules<'_>, keys: &KeySet) -> Result<Map<String, Value>> {
    checked_claims(answer, rules, keys).map_err(|error| error.stage(Stage::UserInfo))
}

fn checked_claims(answer: &Incoming, rules: &UserInfoRules<'_>, keys: &KeySet) -> Result<Map<String, Value>> {
    answer.require_success()?;
    let claims = match signed_text(answer)? {
        Some(token) => signed_claims(token, &rules.token, keys)?,
        None if rules.signed => {
            return Err(Error::malformed("the userinfo is not signed, as it should be for this client (userinfo_signed_response_alg)"));
        }
        None => match answer.json()? {
            Value::Object(claims) => claims,
            _ => return Err(Error::malformed("the userinfo is no JSON object")),
        },
    };
    subject_is_of_the_id_token(&claims, rules.subject)?;
    Ok(claims)
}

/// The token of a signed answer; `None` when it is a plain one.
pub(super) fn signed_text(answer: &Incoming) -> Result<Option<&str>> {
    let media_type = answer.header("content-type").and_then(|header| header.split(';').next()).unwrap_or_default();
    if media_type.trim().eq_ignore_ascii_case("application/jwt") { answer.text().map(|text| Some(text.trim())) } else { Ok(None) }
}

// Section 5.3.2: a signed answer should have `iss` and `aud`; where it has, they must be right.
fn signed_claims(token: &str, rules: &IdTokenRules<'_>, keys: &KeySet) -> Result<Map<String, Value>> {
    let verified = Jws::parse(token, USER_INFO)?.verify(&Keys { public: keys, secret: rules.secret }, rules.algorithms)?;
    let claims = Claims::parse(&verified.payload)?;
    if let Some(issuer) = claims.text("iss")
        && !rules.issuer.matches(issuer)
    {
        return Err(
            Error::invalid_claim("iss").detail(format!("the userinfo is signed by \"{issuer}\", which is not the id token's issuer"))
        );
    }
    if claims.get("aud").is_some() {
        audience_is_us(&claims, rules)?;
    }
    if claims.get("exp").is_some() {
        not_expired(&claims, rules)?;
    }
    already_valid(&claims, rules)?;
    Ok(claims.into_map())
}

// Section 5.3.2: without it, an access token of somebody else could bring in a foreign profile.
fn subject_is_of_the_id_token(claims: &Map<String, Value>, expected: Option<&str>) -> Result<()> {
    let subject = match claims.get("sub") {
        None | Some(Value::Null) => return Err(Error::missing_claim("sub").detail("the userinfo does not say whom it is about")),
        Some(Value::String(subject)) if !subject.is_empty() => subject,
        Some(_) => return Err(Error::invalid_claim("sub").detail("it must be a text that is not empty")),
    };
    match expected {
        Some(expected) if !constant_time_eq(expected.as_bytes(), subject.as_bytes()) => {
            Err(Error::invalid_claim("sub").detail("the userinfo is about somebody else than the id token"))
        }
        _ => Ok(()),
    }
}
