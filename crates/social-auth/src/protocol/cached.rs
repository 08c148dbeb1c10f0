//! A document of a provider, kept: fetched once however many ask for it, fetched again when it is old,
//! kept in use when that fails.

use std::future::Future;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use crate::clock::Clock;
use crate::error::{Error, Result};
use crate::http::Incoming;

/// How long a document is used unless the provider asks for less, in seconds: 24 hours.
pub const DEFAULT_LIFETIME: i64 = 24 * 60 * 60;

/// How long a document is used at least, in seconds, whatever the provider's `Cache-Control` asks for.
pub const MIN_LIFETIME: i64 = 60;

/// How long nothing is fetched again on behalf of a token with an unknown key, in seconds, after it was
/// just done. Else anyone could make us flood a provider with requests for its keys.
pub const REFETCH_COOL_DOWN: i64 = 30;

/// How long an old document is used before the next attempt, in seconds, after the provider could not be
/// reached.
const RETRY_AFTER_FAILURE: i64 = 30;

/// A document, and how long it may be used.
pub(in crate::protocol) struct Fetched<T> {
    pub(in crate::protocol) document: T,
    pub(in crate::protocol) lifetime: i64,
}

pub(in crate::protocol) struct Cached<T> {
    what: &'static str,
    clock: Clock,
    current: RwLock<Option<Entry<T>>>,
    /// How many fetches have ended; tells a caller that waited whether one ended meanwhile.
    ended: AtomicU64,
    fetching: tokio::sync::Mutex<Past>,
}

struct Entry<T> {
    document: Arc<T>,
    stale_at: i64,
}

/// What is known of earlier fetches.
#[derive(Default)]
struct Past {
    refetched_at: Option<i64>,
    failure: Option<Error>,
}

impl<T> Cached<T> {
    pub(in crate::protocol) fn new(what: &'static str, clock: Clock) -> Self {
        Cached { what, clock, current: RwLock::default(), ended: AtomicU64::default(), fetching: tokio::sync::Mutex::default() }
    }

    /// The document. While it is fresh this is a read lock and a counter; while somebody else renews it,
    /// the old one is answered at once; only the first fetch of all is waited for by everybody.
    pub(in crate::protocol) async fn get<F, Fut>(&self, fetch: F) -> Result<Arc<T>>
    where
        F: FnOnce() -> Fut,
        Fut: Future<Output = Result<Fetched<T>>>,
    {
        let ended_before = self.ended.load(Ordering::Acquire);
        let old = match self.look() {
            Some((document, true)) => return Ok(document),
            Some((document, false)) => Some(document),
            None => None,
        };
        let mut past = match (self.fetching.try_lock(), &old) {
            (Ok(past), _) => past,
            (Err(_), Some(old)) => return Ok(Arc::clone(old)),
            (Err(_), None) => self.fetching.lock().await,
        };
        if let Some((document, true)) = self.look() {
            return Ok(document);
        }
        if self.ended.load(Ordering::Acquire) != ended_before
            && let Some(failure) = &past.failure
        {
            return Err(same_as(failure));
        }
        self.fetch(&mut past, fetch).await
    }

    /// A document that was fetched after `known`, for a token whose key `known` does not have. `None`
    /// when there is none, or when one was fetched for that reason a moment ago.
    pub(in crate::protocol) async fn newer<F, Fut>(&self, known: &Arc<T>, fetch: F) -> Option<Arc<T>>
    where
        F: FnOnce() -> Fut,
        Fut: Future<Output = Result<Fetched<T>>>,
    {
        let mut past = self.fetching.lock().await;
        if let Some((document, _)) = self.look()
            && !Arc::ptr_eq(&document, known)
        {
            return Some(document);
        }
        let now = self.clock.now();
        if past.refetched_at.is_some_and(|at| (0..REFETCH_COOL_DOWN).contains(&now.saturating_sub(at))) {
            return None;
        }
        past.refetched_at = Some(now);
        let document = self.fetch(&mut past, fetch).await.ok()?;
        (!Arc::ptr_eq(&document, known)).then_some(document)
    }

    /// The document that is there, and whether it is fresh.
    fn look(&self) -> Option<(Arc<T>, bool)> {
        let current = self.current.read().unwrap_or_else(PoisonError::into_inner);
        let entry = current.as_ref()?;
        Some((Arc::clone(&entry.document), self.clock.now() < entry.stale_at))
    }

    fn keep(&self, document: Arc<T>, lifetime: i64) {
        let stale_at = self.clock.now().saturating_add(lifetime);
        *self.current.write().unwrap_or_else(PoisonError::into_inner) = Some(Entry { document, stale_at });
    }

    async fn fetch<F, Fut>(&self, past: &mut Past, fetch: F) -> Result<Arc<T>>
    where
        F: FnOnce() -> Fut,
        Fut: Future<Output = Result<Fetched<T>>>,
    {
        let outcome = fetch().await;
        self.ended.fetch_add(1, Ordering::AcqRel);
        match (outcome, self.look()) {
            (Ok(Fetched { document, lifetime }), _) => {
                let document = Arc::new(document);
                self.keep(Arc::clone(&document), lifetime);
                past.failure = None;
                Ok(document)
            }
            (Err(error), Some((old, _))) => {
                tracing::warn!(what = self.what, %error, "could not be fetched anew; the old one stays in use");
                self.keep(Arc::clone(&old), RETRY_AFTER_FAILURE);
                Ok(old)
            }
            (Err(error), None) => {
                past.failure = Some(same_as(&error));
                Err(error)
            }
        }
    }
}

/// How long an answer may be used: its `Cache-Control: max-age` (RFC 9111, section 5.2.2.1) where that is
/// shorter than our own lifetime, but no less than [`MIN_LIFETIME`].
pub(in crate::protocol) fn lifetime(answer: &Incoming) -> i64 {
    let asked = answer.header("cache-control").and_then(|header| {
        header.split(',').find_map(|directive| match directive.trim().to_ascii_lowercase().as_str() {
            "no-store" | "no-cache" => Some(0),
            other => other.strip_prefix("max-age=")?.trim_matches('"').parse().ok(),
        })
    });
    asked.unwrap_or(DEFAULT_LIFETIME).clamp(MIN_LIFETIME, DEFAULT_LIFETIME)
}

/// The same error once more, for the others who waited for the fetch that failed.
fn same_as(error: &Error) -> Error {
    let facts = error.facts();
    let mut same = Error::new(error.reason()).from_source(facts.source).stage(facts.stage).recovery_by(facts.recovery);
    if let Some(name) = facts.parameter {
        same = same.parameter(name);
    }
    if let Some(name) = facts.claim {
        same = same.claim(name);
    }
    if let Some(status) = facts.status {
        same = same.status(status);
    }
    if let Some(seconds) = facts.retry_after {
        same = same.retry_after(seconds);
    }
    if let Some(detail) = error.explanation() {
        same = same.detail(detail);
    }
    same
}
