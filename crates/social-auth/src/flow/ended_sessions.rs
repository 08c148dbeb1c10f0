//! What becomes of our sessions when a session at a provider has ended.
//!
//! Sessions in our own storage, and tokens of ours, are removed. An application's own sessions are not ours to
//! find: a note is kept that [`SocialAuth::active_user`] looks for when such a session is used next.

use serde_json::{Map, Value};

use crate::backend::EndedSession;
use crate::clock::Clock;
use crate::error::Result;
use crate::identity::Fields;
use crate::seal::{random_token, sha256_base64url};
use crate::social_auth::SocialAuth;
use crate::storage::{Association, OriginKey, SessionOrigin, StorageError, StoredSession};

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

/// Removes the refresh tokens that were for the session only (Back-Channel Logout 1.0, section 2.7): which those are,
/// the backend tells. The provider has no use for them any more; whoever steals them shall have none either.
///
/// # Errors
/// `storage_failed`.
pub(crate) async fn forget_refresh_tokens(social: &SocialAuth, name: &str, ended: &EndedSession, gone: &[StoredSession]) -> Result<()> {
    let backend = social.backend(name)?;
    for mut association in associations_of(social, name, ended, gone).await? {
        // Somebody may be refreshing it: then the fresh one is looked at too.
        while backend.token_ends_with(&association, ended) {
            let mut data = association.extra_data.clone();
            data.0.shift_remove("refresh_token");
            let now = social.clock().date_time();
            if social.social().update_extra_data(association.id, &data, now, Some(association.modified)).await? {
                break;
            }
            let Some(stored) = social.social().association_by_id(association.id).await? else { break };
            association = stored;
        }
    }
    Ok(())
}

/// The associations of whoever's session ended: of the person that the provider names, and of those who were signed in.
async fn associations_of(social: &SocialAuth, name: &str, ended: &EndedSession, gone: &[StoredSession]) -> Result<Vec<Association>> {
    let mut found = Vec::new();
    if let Some(subject) = &ended.subject {
        found.extend(social.social().association(name, subject).await?);
    }
    for user in gone.iter().filter_map(|session| session.user_id.as_ref()) {
        let own = social.social().associations_of(user).await?;
        found.extend(own.into_iter().filter(|association| association.provider == name));
    }
    found.sort_by_key(|association| association.id);
    found.dedup_by_key(|association| association.id);
    Ok(found)
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
