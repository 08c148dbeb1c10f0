//! What an answer must hold before anybody believes it (section 11), but for its signature.

use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use url::Url;

use super::NS_2_0;
use super::discovery::{Service, Version};
use super::identifier::without_fragment;
use super::signed::Answer;
use crate::error::{Error, Reason, Result};

/// Seconds by which the provider's clock may differ from ours, and an answer may take to arrive.
pub(super) const CLOCK_SKEW: i64 = 300;

/// The longest nonce (section 10.1).
const MAX_NONCE: usize = 255;

/// What the attempt knows of the answer that it waits for.
pub(super) struct Expected<'a> {
    pub service: &'a Service,
    pub return_to: &'a str,
    pub now: i64,
}

/// Whom the answer is about.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Claim {
    /// The claimed identifier, with its fragment.
    pub claimed_id: Url,
    /// Whether it was discovered when the attempt began, so that nobody needs to look again.
    pub is_discovered: bool,
    /// What the provider knows the person by.
    pub local_id: String,
}

/// The mode says what the answer is (sections 10.1 and 10.2).
///
/// # Errors
/// `authorization_declined`, `unknown_error` where the provider wants to ask first or failed.
pub(super) fn mode_is_positive(answer: &Answer<'_>) -> Result<()> {
    match answer.raw("mode") {
        // OpenID 1.1 says so, in immediate mode, by an address in a positive answer.
        Some("id_res") if answer.raw("user_setup_url").is_some() => Err(setup_needed()),
        Some("id_res") => Ok(()),
        Some("cancel") => Err(Error::new(Reason::AuthorizationDeclined)),
        Some("setup_needed") => Err(setup_needed()),
        Some("error") => {
            let said = answer.raw("error").unwrap_or("no reason");
            Err(Error::new(Reason::UnknownError).provider_code("error").detail(format!("the provider says: {said}")))
        }
        Some(_) => Err(Error::invalid_claim("mode").detail("the answer's openid.mode is none that an answer can have")),
        None => Err(Error::missing_parameter("openid.mode")),
    }
}

fn setup_needed() -> Error {
    Error::new(Reason::UnknownError)
        .provider_code("setup_needed")
        .detail("the provider has to ask the person first, which OPENID_IMMEDIATE forbids")
}

/// Checks everything that needs nobody else.
///
/// # Errors
/// `missing_claim` or `invalid_claim` for the field; `response_expired`, `response_not_yet_valid`.
pub(super) fn claim(answer: &Answer<'_>, expected: &Expected<'_>) -> Result<Claim> {
    return_to_is_ours(answer, expected.return_to)?;
    match expected.service.version {
        Version::V2 => claim_of_2_0(answer, expected),
        Version::V1 => claim_of_1_1(answer, expected),
    }
}

/// Section 11.1. Our state stands in it, so this ties the answer to the attempt.
fn return_to_is_ours(answer: &Answer<'_>, expected: &str) -> Result<()> {
    if answer.require("return_to")? != expected {
        return Err(Error::invalid_claim("return_to").detail("the answer is for another address or another attempt"));
    }
    Ok(())
}

fn claim_of_2_0(answer: &Answer<'_>, expected: &Expected<'_>) -> Result<Claim> {
    let service = expected.service;
    if answer.raw("ns") != Some(NS_2_0) {
        return Err(Error::invalid_claim("ns").detail("the provider announced OpenID 2.0 and answers in another version"));
    }
    if answer.require("op_endpoint")? != service.endpoint {
        return Err(Error::invalid_claim("op_endpoint").detail("the answer is from another provider than the one that was asked"));
    }
    nonce_is_recent(answer.require("response_nonce")?, expected.now)?;
    answer.require("assoc_handle")?;
    let claimed_id =
        Url::parse(answer.require("claimed_id")?).map_err(|_| Error::invalid_claim("claimed_id").detail("it is no address"))?;
    let local_id = answer.require("identity")?.to_owned();
    let asked = without_fragment(claimed_id.clone());
    let is_discovered = service.claimed_id.as_deref().is_some_and(|known| is_same(known, asked.as_str()));
    if is_discovered && !service.local().is_some_and(|known| is_same(known, &local_id)) {
        return Err(Error::invalid_claim("identity").detail("the provider answers about somebody else"));
    }
    Ok(Claim { claimed_id, is_discovered, local_id })
}

/// OpenID 1.1 (section 4.2.1): the claimed identifier is the one that we asked about.
fn claim_of_1_1(answer: &Answer<'_>, expected: &Expected<'_>) -> Result<Claim> {
    let identity = answer.require("identity")?.to_owned();
    let service = expected.service;
    if !service.local().is_some_and(|known| is_same(known, &identity)) {
        return Err(Error::invalid_claim("identity").detail("the provider answers about somebody else"));
    }
    let claimed = service.claimed_id.as_deref().and_then(|claimed| Url::parse(claimed).ok());
    let claimed_id = claimed.ok_or_else(|| Error::missing_claim("claimed_id"))?;
    Ok(Claim { claimed_id, is_discovered: true, local_id: identity })
}

/// Whether a discovered service vouches for a claim (section 11.2).
pub(super) fn vouches(found: &Service, claim: &Claim, asked: &Service) -> bool {
    let claimed = without_fragment(claim.claimed_id.clone());
    found.endpoint == asked.endpoint
        && found.version == asked.version
        && found.claimed_id.as_deref().is_some_and(|known| is_same(known, claimed.as_str()))
        && found.local().is_some_and(|known| is_same(known, &claim.local_id))
}

/// The same address, whether with its path written out or not.
fn is_same(one: &str, other: &str) -> bool {
    let parsed = |text: &str| Url::parse(text).ok();
    one == other || parsed(one).is_some_and(|one| Some(one) == parsed(other))
}

/// Section 11.3. A nonce is used once because its attempt is.
fn nonce_is_recent(nonce: &str, now: i64) -> Result<()> {
    let unreadable = || Error::invalid_claim("response_nonce").detail("it does not begin with a time such as 2005-05-15T17:11:51Z");
    let at = nonce.get(..20).filter(|_| nonce.len() <= MAX_NONCE).and_then(unix_time).ok_or_else(unreadable)?;
    if now.saturating_sub(at) > CLOCK_SKEW {
        return Err(Error::new(Reason::ResponseExpired).claim("response_nonce"));
    }
    if at.saturating_sub(now) > CLOCK_SKEW {
        return Err(Error::new(Reason::ResponseNotYetValid).claim("response_nonce"));
    }
    Ok(())
}

/// A time in UTC as OpenID writes it, in Unix seconds.
pub(super) fn unix_time(text: &str) -> Option<i64> {
    text.ends_with('Z').then(|| OffsetDateTime::parse(text, &Rfc3339).ok())?.map(OffsetDateTime::unix_timestamp)
}
