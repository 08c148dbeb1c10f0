//! Logout tokens: the provider tells us that a session has ended (OpenID Connect Back-Channel Logout 1.0).

use crate::error::{Error, Result, Stage};
use crate::jose::{Claims, Jws, KeySet, Keys, LOGOUT_TOKEN};
use crate::protocol::oidc::IdTokenRules;
use crate::protocol::oidc::id_token::{already_valid, audience_is_us, issued_recently, not_expired, subject_is_sound};

const EVENT: &str = "http://schemas.openid.net/event/backchannel-logout";

/// Whose session ended. At least one of `subject` and `session` is there.
#[derive(Clone, PartialEq, Eq)]
pub struct LogoutToken {
    /// Who issued it.
    pub issuer: String,
    /// `sub`: whose session; without `session`, all sessions of this person.
    pub subject: Option<String>,
    /// `sid`: which session, as the id token named it.
    pub session: Option<String>,
    /// `jti`: to be claimed once, so that the token works once.
    pub id: String,
    /// When it is refused for its age, in Unix seconds: how long the claim must be kept.
    pub expires_at: i64,
}

impl std::fmt::Debug for LogoutToken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("LogoutToken").field("issuer", &self.issuer).finish_non_exhaustive()
    }
}

/// Verifies a logout token (section 2.6). Of the rules, those of issuer, audiences, algorithms, secret and
/// time count. That it works only once is the caller's to see to, by claiming its `id`.
///
/// # Errors
/// Stage `token_validation`: as [`verify_id_token`](super::verify_id_token).
pub fn verify_logout_token(token: &str, rules: &IdTokenRules<'_>, keys: &KeySet) -> Result<LogoutToken> {
    verified(token, rules, keys).map_err(|error| error.stage_if_unknown(Stage::TokenValidation))
}

fn verified(token: &str, rules: &IdTokenRules<'_>, keys: &KeySet) -> Result<LogoutToken> {
    let verified = Jws::parse(token, LOGOUT_TOKEN)?.verify(&Keys { public: keys, secret: rules.secret }, rules.algorithms)?;
    let claims = Claims::parse(&verified.payload)?;
    rules.issuer.issuer_is_believed(&claims, verified.key_issuer)?;
    audience_is_us(&claims, rules)?;
    is_about_a_logout(&claims)?;
    is_no_id_token(&claims)?;
    issued_recently(&claims, rules)?;
    // The final specification requires `exp`, its drafts did not; tokens without it end by their age.
    if claims.get("exp").is_some() {
        not_expired(&claims, rules)?;
    }
    already_valid(&claims, rules)?;
    if claims.get("sub").is_some() {
        subject_is_sound(&claims)?;
    }
    names_a_person_or_a_session(&claims)?;
    let too_old = claims.require_time("iat")?.saturating_add(rules.token_max_age);
    let text = |name: &str| claims.text(name).filter(|text| !text.is_empty()).map(str::to_owned);
    Ok(LogoutToken {
        issuer: claims.require_text("iss")?.to_owned(),
        subject: text("sub"),
        session: text("sid"),
        expires_at: claims.time("exp").map_or(too_old, |expiry| expiry.min(too_old)).saturating_add(rules.leeway.max(0)),
        id: text("jti").ok_or_else(|| Error::missing_claim("jti"))?,
    })
}

// Section 2.6 (5).
fn is_about_a_logout(claims: &Claims) -> Result<()> {
    let events = claims.get("events").ok_or_else(|| Error::missing_claim("events"))?;
    if events.get(EVENT).is_some_and(|event| event.is_object()) {
        return Ok(());
    }
    Err(Error::invalid_claim("events").detail("the token is not about a logout"))
}

// Section 2.6 (6): a nonce is what tells an id token from a logout token.
fn is_no_id_token(claims: &Claims) -> Result<()> {
    match claims.get("nonce") {
        None => Ok(()),
        Some(_) => Err(Error::invalid_claim("nonce").detail("a logout token must not have one")),
    }
}

// Section 2.6 (4).
fn names_a_person_or_a_session(claims: &Claims) -> Result<()> {
    let has = |name: &str| claims.text(name).is_some_and(|text| !text.is_empty());
    if has("sub") || has("sid") {
        Ok(())
    } else {
        Err(Error::missing_claim("sub").detail("the token names neither a person nor a session"))
    }
}
