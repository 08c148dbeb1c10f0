//! Id tokens: each rule of OpenID Connect Core 1.0 is a function that is named after it.

use crate::error::{Error, Reason, Result, Stage};
use crate::jose::{Algorithm, Claims, HmacKey, ID_TOKEN, Jws, KeySet, Keys};
use crate::protocol::oidc::IssuerRule;
use crate::secret::constant_time_eq;

/// How old an id token may be when it comes in, in seconds, unless `ID_TOKEN_MAX_AGE` says otherwise.
pub const DEFAULT_TOKEN_MAX_AGE: i64 = 600;

/// How far the provider's clock may be off, in seconds, unless `JWT_LEEWAY` says otherwise.
pub const DEFAULT_LEEWAY: i64 = 1;

/// OpenID Connect Core 1.0, section 2: `sub` is at most this many ASCII characters.
const MAX_SUBJECT: usize = 255;

/// What an id token must satisfy. It holds secrets (nonce, code, access token) and has no `Debug`.
#[derive(Clone, Copy)]
pub struct IdTokenRules<'r> {
    /// Who may have issued it.
    pub issuer: &'r IssuerRule,
    /// The client ids that are us: the client's own, and those of our other clients (a mobile app's)
    /// whose tokens are welcome too. One of them must be in `aud`, and `azp` must be one of them.
    pub audiences: &'r [String],
    /// What else may be in `aud`.
    pub further_audiences: FurtherAudiences<'r>,
    /// The nonce of the attempt, which the token must repeat. `None` only where none was sent: at a
    /// refresh, or for a client that got the token by itself.
    pub nonce: Option<&'r str>,
    /// The access token that came along, for `at_hash`.
    pub access_token: Option<&'r str>,
    /// The code that came along (hybrid flow), for `c_hash`.
    pub code: Option<&'r str>,
    /// The algorithms that this client accepts (`JWT_ALGORITHMS`).
    pub algorithms: &'r [Algorithm],
    /// The client secret as a key, where `algorithms` has one of HMAC.
    pub secret: Option<&'r HmacKey>,
    /// How long ago the person may have authenticated, in seconds: the `max_age` that was requested.
    pub max_age: Option<i64>,
    /// How old the token may be, in seconds.
    pub token_max_age: i64,
    /// How far the clocks may differ, in seconds.
    pub leeway: i64,
    /// Now, in Unix seconds.
    pub now: i64,
}

/// Audiences of a token besides us (OpenID Connect Core 1.0, section 3.1.3.7 (3)).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FurtherAudiences<'r> {
    /// Only these are trusted. With an empty list, a token for anybody else besides us is refused: the
    /// letter of the specification.
    Only(&'r [String]),
    /// Whichever the provider adds, since the token must say that it was issued to us (`azp`): what
    /// Python Social Auth does. A resource server of the list could then replay the token to us, which
    /// the nonce of an attempt prevents; so not for tokens that a client got by itself.
    AnyWhenIssuedToUs,
}

impl<'r> IdTokenRules<'r> {
    /// The rules for a token of this issuer for this client, with the defaults for everything else.
    #[must_use]
    pub fn new(issuer: &'r IssuerRule, audiences: &'r [String], now: i64) -> Self {
        IdTokenRules {
            issuer,
            audiences,
            further_audiences: FurtherAudiences::Only(&[]),
            nonce: None,
            access_token: None,
            code: None,
            algorithms: Algorithm::ASYMMETRIC,
            secret: None,
            max_age: None,
            token_max_age: DEFAULT_TOKEN_MAX_AGE,
            leeway: DEFAULT_LEEWAY,
            now,
        }
    }

    fn is_us(&self, audience: &str) -> bool {
        self.audiences.iter().any(|ours| ours == audience)
    }

    fn latest_now(&self) -> i64 {
        self.now.saturating_add(self.leeway.max(0))
    }

    fn earliest_now(&self) -> i64 {
        self.now.saturating_sub(self.leeway.max(0))
    }
}

/// Verifies an id token and answers what it states (OpenID Connect Core 1.0, section 3.1.3.7).
///
/// # Errors
/// Stage `token_validation`: `malformed_response`, `invalid_signature`, `missing_claim`, `invalid_claim`,
/// `response_expired`, `response_not_yet_valid` or `nonce_mismatch`.
pub fn verify_id_token(token: &str, rules: &IdTokenRules<'_>, keys: &KeySet) -> Result<Claims> {
    verified_claims(token, rules, keys).map_err(|error| error.stage_if_unknown(Stage::TokenValidation))
}

fn verified_claims(token: &str, rules: &IdTokenRules<'_>, keys: &KeySet) -> Result<Claims> {
    let jws = Jws::parse(token, ID_TOKEN)?;
    let verified = jws.verify(&Keys { public: keys, secret: rules.secret }, rules.algorithms)?;
    let claims = Claims::parse(&verified.payload)?;
    is_no_event(&claims)?;
    rules.issuer.issuer_is_believed(&claims, verified.key_issuer)?;
    audience_is_us(&claims, rules)?;
    authorized_party_is_us(&claims, rules)?;
    further_audiences_are_trusted(&claims, rules)?;
    not_expired(&claims, rules)?;
    already_valid(&claims, rules)?;
    issued_recently(&claims, rules)?;
    nonce_is_ours(&claims, rules)?;
    hash_matches("at_hash", &claims, rules.access_token, jws.header().algorithm)?;
    hash_matches("c_hash", &claims, rules.code, jws.header().algorithm)?;
    authenticated_recently(&claims, rules)?;
    subject_is_sound(&claims)?;
    Ok(claims)
}

// RFC 8417, section 4.5: a logout token says of the same person, by the same issuer, for the same client, that they left.
fn is_no_event(claims: &Claims) -> Result<()> {
    match claims.get("events") {
        None => Ok(()),
        Some(_) => Err(Error::invalid_claim("events").detail("the token tells of an event, such as a logout: it is no id token")),
    }
}

// Section 3.1.3.7 (3).
pub(super) fn audience_is_us(claims: &Claims, rules: &IdTokenRules<'_>) -> Result<()> {
    if claims.get("aud").is_none() {
        return Err(Error::missing_claim("aud"));
    }
    // An empty client id would match an empty audience.
    if claims.audiences().any(|audience| !audience.is_empty() && rules.is_us(audience)) {
        return Ok(());
    }
    let audiences: Vec<_> = claims.audiences().take(5).collect();
    Err(Error::invalid_claim("aud").detail(format!(
        "the token is for \"{}\", this client is \"{}\" (setting KEY)",
        audiences.join("\", \""),
        rules.audiences.join("\", \"")
    )))
}

// Section 3.1.3.7 (4, 5): with several audiences the token must say whom it was issued to.
fn authorized_party_is_us(claims: &Claims, rules: &IdTokenRules<'_>) -> Result<()> {
    match claims.text("azp") {
        Some(party) if rules.is_us(party) => Ok(()),
        Some(party) => Err(Error::invalid_claim("azp").detail(format!("the token was issued to \"{party}\", which is not this client"))),
        None if claims.audiences().nth(1).is_some() => {
            Err(Error::invalid_claim("azp").detail("the token has several audiences and does not say which one it was issued to"))
        }
        None => Ok(()),
    }
}

// Section 3.1.3.7 (3).
fn further_audiences_are_trusted(claims: &Claims, rules: &IdTokenRules<'_>) -> Result<()> {
    let FurtherAudiences::Only(trusted) = rules.further_audiences else { return Ok(()) };
    match claims.audiences().find(|audience| !rules.is_us(audience) && !trusted.iter().any(|one| one == audience)) {
        None => Ok(()),
        Some(other) => {
            Err(Error::invalid_claim("aud").detail(format!("the token is also for \"{other}\", which this client does not trust")))
        }
    }
}

// Section 3.1.3.7 (9); RFC 7519, section 4.1.4: "on or after" that moment it has expired.
pub(super) fn not_expired(claims: &Claims, rules: &IdTokenRules<'_>) -> Result<()> {
    let expiry = claims.require_time("exp")?;
    if rules.earliest_now() < expiry {
        return Ok(());
    }
    Err(Error::new(Reason::ResponseExpired).detail(format!("the token expired {} seconds ago{CLOCKS}", rules.now.saturating_sub(expiry))))
}

// RFC 7519, section 4.1.5.
pub(super) fn already_valid(claims: &Claims, rules: &IdTokenRules<'_>) -> Result<()> {
    match claims.time("nbf") {
        Some(start) if start > rules.latest_now() => Err(not_yet(start, rules)),
        _ => Ok(()),
    }
}

// Section 3.1.3.7 (10); section 2 makes `iat` mandatory.
pub(super) fn issued_recently(claims: &Claims, rules: &IdTokenRules<'_>) -> Result<()> {
    let issued = claims.require_time("iat")?;
    if issued > rules.latest_now() {
        return Err(not_yet(issued, rules).claim("iat"));
    }
    let age = rules.now.saturating_sub(issued);
    if age <= rules.token_max_age.saturating_add(rules.leeway.max(0)) {
        return Ok(());
    }
    Err(Error::new(Reason::ResponseExpired)
        .claim("iat")
        .detail(format!("the token is {age} seconds old, at most {} are accepted (setting ID_TOKEN_MAX_AGE){CLOCKS}", rules.token_max_age)))
}

const CLOCKS: &str = "; check that the clocks of this server and of the provider are right";

fn not_yet(start: i64, rules: &IdTokenRules<'_>) -> Error {
    let wait = start.saturating_sub(rules.now);
    Error::new(Reason::ResponseNotYetValid).detail(format!("the token becomes valid in {wait} seconds{CLOCKS}"))
}

// Section 3.1.3.7 (11). The nonce ties the token to the browser, as a password would.
fn nonce_is_ours(claims: &Claims, rules: &IdTokenRules<'_>) -> Result<()> {
    let Some(expected) = rules.nonce else { return Ok(()) };
    let repeated = claims.text("nonce").unwrap_or_default();
    if !expected.is_empty() && constant_time_eq(expected.as_bytes(), repeated.as_bytes()) {
        return Ok(());
    }
    let detail = if repeated.is_empty() { "the token has no nonce" } else { "the token repeats another nonce" };
    Err(Error::new(Reason::NonceMismatch).detail(detail))
}

// Sections 3.1.3.8 and 3.3.2.10. Both are optional in the code flow.
fn hash_matches(claim: &str, claims: &Claims, hashed: Option<&str>, algorithm: Algorithm) -> Result<()> {
    let (Some(stated), Some(hashed)) = (claims.text(claim), hashed) else { return Ok(()) };
    if constant_time_eq(algorithm.half_hash(hashed).as_bytes(), stated.as_bytes()) {
        return Ok(());
    }
    Err(Error::invalid_claim(claim).detail("the token belongs to another access token or code than the one that came along"))
}

// Section 3.1.3.7 (13).
fn authenticated_recently(claims: &Claims, rules: &IdTokenRules<'_>) -> Result<()> {
    let Some(max_age) = rules.max_age else { return Ok(()) };
    let authenticated = claims.require_time("auth_time")?;
    if authenticated > rules.latest_now() {
        return Err(not_yet(authenticated, rules).claim("auth_time"));
    }
    let ago = rules.now.saturating_sub(authenticated);
    if ago <= max_age.saturating_add(rules.leeway.max(0)) {
        return Ok(());
    }
    Err(Error::new(Reason::ResponseExpired)
        .claim("auth_time")
        .detail(format!("the person authenticated {ago} seconds ago, at most {max_age} are accepted")))
}

// Section 2.
pub(super) fn subject_is_sound(claims: &Claims) -> Result<()> {
    let subject = claims.require_text("sub")?;
    if !subject.is_empty() && subject.len() <= MAX_SUBJECT && subject.bytes().all(|octet| octet == b' ' || octet.is_ascii_graphic()) {
        return Ok(());
    }
    Err(Error::invalid_claim("sub").detail(format!("it must be 1 to {MAX_SUBJECT} printable ASCII characters")))
}
