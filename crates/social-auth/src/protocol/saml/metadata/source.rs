//! Where metadata of identity providers come from, and how long they are kept.

use std::path::PathBuf;
use std::sync::Arc;

use super::super::engine::{SignatureEngine, Trusted, Weakness};
use super::super::idp::Party;
use super::theirs::{self, Known, Reading, Wanted};
use crate::clock::Clock;
use crate::error::{Error, Reason, Result};
use crate::http::{Client, Outgoing};
use crate::protocol::cached::{Cached, DEFAULT_LIFETIME, Fetched, MIN_LIFETIME};

/// Where metadata stand.
#[derive(Debug, Clone)]
pub(in super::super) enum Place {
    Url(String),
    File(PathBuf),
}

/// Metadata, fetched when they are needed and again when they are old: after `cacheDuration`, a day at most, and files
/// after a minute. When that fails the old ones stay in use, until their `validUntil`.
pub(in super::super) struct Source {
    place: Place,
    how: Arc<How>,
    http: Client,
    clock: Clock,
    cached: Cached<Known>,
}

struct How {
    wanted: Wanted,
    signed_by: Option<Trusted>,
    weakness: Weakness,
}

impl How {
    fn read(&self, text: &str, now: i64) -> Result<Known> {
        let signed_by = self.signed_by.as_ref().map(|trusted| trusted as &dyn SignatureEngine);
        theirs::read(text, &Reading { signed_by, wanted: &self.wanted, weakness: self.weakness, now })
    }
}

impl Source {
    /// Metadata at this place. A file is read at once, so that what is wrong with it is told at start.
    ///
    /// # Errors
    /// What is wrong with the file.
    pub(in super::super) fn new(
        place: Place,
        wanted: Wanted,
        (signed_by, weakness): (Option<Trusted>, Weakness),
        http: &Client,
        clock: &Clock,
    ) -> Result<Self> {
        let how = How { wanted, signed_by, weakness };
        if let Place::File(path) = &place {
            how.read(&std::fs::read_to_string(path).map_err(|error| unreadable(path, &error))?, clock.now())?;
        }
        let cached = Cached::new("SAML metadata", clock.clone());
        Ok(Source { place, how: Arc::new(how), http: http.clone(), clock: clock.clone(), cached })
    }

    /// The metadata, if they are still valid.
    ///
    /// # Errors
    /// Whatever keeps them from being fetched or read, unless old ones are at hand; `response_expired`.
    pub(in super::super) async fn get(&self) -> Result<Arc<Known>> {
        let known = self.cached.get(|| self.fetch()).await?;
        if known.valid_until.is_some_and(|until| until <= self.clock.now()) {
            return Err(Error::new(Reason::ResponseExpired)
                .claim("validUntil")
                .detail("the metadata are too old, and newer ones cannot be had"));
        }
        Ok(known)
    }

    /// Metadata that are newer than those this identity provider is from.
    pub(in super::super) async fn newer(&self, old: &Arc<Party>) -> Option<Arc<Known>> {
        let current = self.get().await.ok()?;
        if current.named(&old.entity_id).is_some_and(|party| !Arc::ptr_eq(&party, old)) {
            return Some(current);
        }
        self.cached.newer(&current, || self.fetch()).await
    }

    async fn fetch(&self) -> Result<Fetched<Known>> {
        let (text, longest) = match &self.place {
            Place::Url(url) => {
                let answer =
                    self.http.send(Outgoing::get(url)?.header("accept", "application/samlmetadata+xml, application/xml, text/xml")).await?;
                answer.require_success()?;
                (answer.text()?.to_owned(), DEFAULT_LIFETIME)
            }
            Place::File(path) => (tokio::fs::read_to_string(path).await.map_err(|error| unreadable(path, &error))?, MIN_LIFETIME),
        };
        let (how, now) = (self.how.clone(), self.clock.now());
        // A federation's take seconds to read.
        let read = tokio::task::spawn_blocking(move || how.read(&text, now)).await;
        let known = read.map_err(|_| Error::new(Reason::UnknownError).detail("reading the metadata was broken off"))??;
        let left = known.valid_until.map_or(longest, |until| until.saturating_sub(now));
        let lifetime = known.cache_for.unwrap_or(longest).clamp(MIN_LIFETIME, longest).min(left);
        Ok(Fetched { document: known, lifetime })
    }
}

fn unreadable(path: &std::path::Path, error: &std::io::Error) -> Error {
    Error::invalid_setting("metadata_file", format!("{} cannot be read: {error}", path.display()))
}
