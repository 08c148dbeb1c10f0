//! What becomes of our sessions when a session at a provider has ended.
//!
//! Sessions in our own storage, and tokens of ours, are removed. An application's own sessions are not ours to
//! find: a note is kept that [`SocialAuth::active_user`] looks for when such a session is used next.

use serde_json::{Map, Value};

use crate::clock::Clock;
use crate::error::Result;
use crate::identity::Fields;
use crate::seal::{random_token, sha256_base64url};
use crate::social_auth::SocialAuth;
use crate::storage::{OriginKey, SessionOrigin, StorageError, StoredSession};

/// The value of a note that says when.
const ENDED_AT: &str = "ended_at";

/// Unix milliseconds: a person may sign in again in the same second.
pub(crate) fn milliseconds(clock: &Clock) -> i64 {
    i64::try_from(clock.date_time().unix_timestamp_nanos() / 1_000_000).unwrap_or(i64::MAX)
}

/// Ends all sessions of this origin. Answers those of ours.
///
/// # Errors
/// `storage_failed`.
pub(crate) async fn end(social: &SocialAuth, origin: &OriginKey) -> Result<Vec<StoredSession>> {
    note(social, origin).await?;
    Ok(social.social().delete_sessions_from(origin, social.clock().now()).await?)
}

/// Whether a session of this origin has ended.
///
/// # Errors
/// `storage_failed`.
pub(crate) async fn has_ended(social: &SocialAuth, origin: &SessionOrigin) -> Result<bool> {
    let keys = origin.keys();
    for key in [keys.session, keys.subject].into_iter().flatten() {
        let note = social.social().session(&note_key(&key), social.clock().now()).await?;
        let ended_at = note.and_then(|note| note.data.get(ENDED_AT)?.as_i64());
        if ended_at.is_some_and(|ended_at| origin.since <= ended_at) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// A note stands among the sessions, under a key that no cookie has: a cookie's value is shorter.
fn note_key(origin: &OriginKey) -> String {
    sha256_base64url(&format!("ended {}", origin.as_str()))
}

/// Whoever uses a session within `SESSION_COOKIE_AGE` finds the note; one that is not used so long is over.
async fn note(social: &SocialAuth, origin: &OriginKey) -> Result<()> {
    let now = social.clock().now();
    let note = StoredSession {
        key_hash: note_key(origin),
        public_id: random_token(9),
        user_id: None,
        data: Fields(Map::from_iter([(ENDED_AT.to_owned(), Value::from(milliseconds(social.clock())))])),
        created_at: now,
        last_seen_at: now,
        expires_at: now.saturating_add(social.flow_settings().session_cookie_age),
        user_agent: String::new(),
        ip_address: String::new(),
    };
    match social.social().create_session(&note).await {
        Err(StorageError::Conflict(_)) => Ok(social.social().update_session(&note).await?),
        outcome => Ok(outcome?),
    }
}
