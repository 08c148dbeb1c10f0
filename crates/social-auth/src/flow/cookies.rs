//! The cookies of attempts: one each, so that many tabs work; the oldest go when there are too many.

use cookie::{Cookie, time::Duration};

use crate::attempt::{Attempt, COOKIE_PREFIX};
use crate::error::Result;
use crate::social_auth::SocialAuth;
use crate::web::{Reach, Request, full_name, own_cookie};

/// How many attempts a browser may have under way. Ten cookies of a kilobyte fit the header limits of
/// common servers (8 KiB) only just, so fewer.
const MOST_ATTEMPTS: usize = 6;

/// Cookies outlive their attempt by this many seconds, so that a late callback can be told from a
/// callback of another browser.
const GRACE: i64 = 3600;

/// What stands in an attempt's cookie once it was used.
const USED: &str = "used";

/// What the browser has for a state.
pub(super) enum Found {
    /// The attempt.
    Attempt(Box<Attempt>),
    /// The attempt was used.
    Used,
    /// A cookie that we cannot open: sealed with a key that is gone, or not ours.
    Unreadable,
    /// Attempts, but none for this state.
    Others,
    /// No attempt at all.
    Nothing,
}

/// Looks for the attempt that belongs to a state.
pub(super) fn find(social: &SocialAuth, request: &Request, state: &str) -> Found {
    let name = full_name(social, Reach::Mount, &Attempt::cookie_name(state));
    match request.cookie(&name) {
        Some(value) if value == USED => Found::Used,
        Some(value) => Attempt::open(&social.0.sealer, &value).map_or(Found::Unreadable, |attempt| Found::Attempt(Box::new(attempt))),
        None if has_any(social, request) => Found::Others,
        None => Found::Nothing,
    }
}

/// Whether the browser has any attempt under way or behind it.
pub(super) fn has_any(social: &SocialAuth, request: &Request) -> bool {
    let prefix = full_name(social, Reach::Mount, COOKIE_PREFIX);
    request.cookies().any(|cookie| cookie.name().starts_with(&prefix))
}

/// The only open attempt of a backend, for protocols that carry no state.
pub(super) fn only_one(social: &SocialAuth, request: &Request, backend: &str) -> Option<Attempt> {
    let now = social.clock().now();
    let mut open = attempts(social, request)
        .filter_map(|(_, attempt)| attempt)
        .filter(|attempt| attempt.backend == backend && attempt.expires_at > now);
    let first = open.next()?;
    open.next().is_none().then_some(first)
}

/// The open attempt of a backend that was begun last.
pub(super) fn newest(social: &SocialAuth, request: &Request, backend: &str) -> Option<Attempt> {
    let now = social.clock().now();
    let open = attempts(social, request).filter_map(|(_, attempt)| attempt);
    open.filter(|attempt| attempt.backend == backend && attempt.expires_at > now).max_by_key(|attempt| attempt.issued_at)
}

/// The cookie that holds an attempt, and the removal of the oldest ones where there are too many.
///
/// # Errors
/// As [`Attempt::seal`].
pub(super) fn keep(social: &SocialAuth, request: &Request, attempt: &Attempt) -> Result<Vec<Cookie<'static>>> {
    let lifetime = attempt.expires_at - attempt.issued_at;
    let sealed = attempt.seal(&social.0.sealer)?;
    let mut cookies = vec![own_cookie(social, Reach::Mount, &Attempt::cookie_name(&attempt.state), sealed, lifetime + GRACE)];
    let mut known: Vec<_> =
        attempts(social, request).map(|(name, attempt)| (attempt.map_or(0, |attempt| attempt.issued_at), name)).collect();
    known.sort_unstable();
    let surplus = (known.len() + 1).saturating_sub(MOST_ATTEMPTS);
    cookies.extend(known.into_iter().take(surplus).map(|(_, name)| removal(social, name)));
    Ok(cookies)
}

/// Marks an attempt's cookie as used.
pub(super) fn spent(social: &SocialAuth, attempt: &Attempt) -> Cookie<'static> {
    own_cookie(social, Reach::Mount, &Attempt::cookie_name(&attempt.state), USED.to_owned(), GRACE)
}

fn attempts(social: &SocialAuth, request: &Request) -> impl Iterator<Item = (String, Option<Attempt>)> {
    let prefix = full_name(social, Reach::Mount, COOKIE_PREFIX);
    let ours = request.cookies().filter(move |cookie| cookie.name().starts_with(&prefix));
    ours.map(|cookie| (cookie.name().to_owned(), Attempt::open(&social.0.sealer, cookie.value())))
}

fn removal(social: &SocialAuth, name: String) -> Cookie<'static> {
    Cookie::build((name, "")).path(social.mount().to_owned()).secure(social.is_https()).max_age(Duration::ZERO).build()
}
