//! What time it is: the system's clock, or one that a test sets.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use time::OffsetDateTime;

/// A source of the current time, in whole Unix seconds.
#[derive(Debug, Clone, Default)]
pub struct Clock(Option<Arc<AtomicI64>>);

impl Clock {
    /// The system's clock.
    #[must_use]
    pub fn system() -> Self {
        Clock(None)
    }

    /// A clock that stands still at `unix_seconds` until [`set`](Clock::set): for tests and replays.
    #[must_use]
    pub fn fixed(unix_seconds: i64) -> Self {
        Clock(Some(Arc::new(AtomicI64::new(unix_seconds))))
    }

    /// Now, in Unix seconds.
    #[must_use]
    pub fn now(&self) -> i64 {
        match &self.0 {
            Some(fixed) => fixed.load(Ordering::Relaxed),
            None => OffsetDateTime::now_utc().unix_timestamp(),
        }
    }

    /// Now, as a date and time in UTC.
    #[must_use]
    pub fn date_time(&self) -> OffsetDateTime {
        match &self.0 {
            Some(_) => OffsetDateTime::from_unix_timestamp(self.now()).unwrap_or(OffsetDateTime::UNIX_EPOCH),
            None => OffsetDateTime::now_utc(),
        }
    }

    /// Moves a fixed clock; the system's clock stays as it is.
    pub fn set(&self, unix_seconds: i64) {
        if let Some(fixed) = &self.0 {
            fixed.store(unix_seconds, Ordering::Relaxed);
        }
    }
}
