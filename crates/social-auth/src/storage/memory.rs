//! Everything in memory: for tests and first steps. It forgets when the process ends, so the server
//! never uses it.

mod merge;
mod social;
mod users;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Mutex, MutexGuard, PoisonError};

use time::OffsetDateTime;

use super::{Association, AssociationId, Code, MergeRecord, OpenIdAssociation, Partial, StorageScope, StoredSession, User, UserId};
use crate::password::PasswordHash;

/// Keeps everything in memory, behind one lock: every call is atomic.
///
/// It serves as [`UserStorage`](super::UserStorage), as [`SocialStorage`](super::SocialStorage), or as both.
#[derive(Default)]
pub struct MemoryStorage {
    scope: StorageScope,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    last_user_id: i64,
    last_association_id: AssociationId,
    users: BTreeMap<i64, User>,
    passwords: BTreeMap<i64, PasswordHash>,
    /// Who has proved to own which address, in lower case.
    verified_emails: BTreeSet<(i64, String)>,
    associations: BTreeMap<AssociationId, Association>,
    /// (namespace, key) → Unix seconds.
    claims: HashMap<(String, String), i64>,
    partials: HashMap<String, Partial>,
    codes: Vec<Code>,
    openid_associations: Vec<OpenIdAssociation>,
    sessions: HashMap<String, StoredSession>,
    merges: Vec<MergeRecord>,
}

impl MemoryStorage {
    /// An empty storage.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Makes as if the user had a password, so that [`has_usable_password`](super::UserStorage::has_usable_password)
    /// says yes.
    pub fn mark_password_usable(&self, id: &UserId) {
        if let Some(id) = number(id) {
            self.state().passwords.insert(id, PasswordHash::new("unknown$".to_owned()));
        }
    }

    /// Makes as if the user had proved to own the address, so that
    /// [`has_verified_email`](super::UserStorage::has_verified_email) says yes.
    pub fn mark_email_verified(&self, id: &UserId, email: &str) {
        if let Some(id) = number(id) {
            self.state().verified_emails.insert((id, email.to_ascii_lowercase()));
        }
    }

    /// A call that panicked cannot have left a half-written state: every change is one insertion or
    /// comes after all checks. So a poisoned lock is as good as any.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl std::fmt::Debug for MemoryStorage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("MemoryStorage").finish_non_exhaustive()
    }
}

/// The key of a user, if the id is one of ours: "007" is not 7.
fn number(id: &UserId) -> Option<i64> {
    id.as_str().parse().ok().filter(|number: &i64| number.to_string() == id.as_str())
}

/// Databases keep microseconds, and what is compared later must be what was kept.
fn microseconds(at: OffsetDateTime) -> OffsetDateTime {
    at.replace_microsecond(at.microsecond()).unwrap_or(at)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

    use super::super::{NewUser, StorageError, UserStorage};
    use super::*;

    #[tokio::test]
    async fn an_id_with_leading_zeros_is_nobody() {
        let storage = MemoryStorage::new();
        let user = storage.create_user(&NewUser { username: "ada".into(), ..NewUser::default() }).await.unwrap();
        assert_eq!(user.id.as_str(), "1");
        assert!(storage.user(&UserId::new("01")).await.unwrap().is_none());
        let missing = storage.record_login(&UserId::new("+1"), OffsetDateTime::UNIX_EPOCH).await;
        assert!(matches!(missing, Err(StorageError::NotFound("user"))), "{missing:?}");
    }

    #[tokio::test]
    async fn a_password_is_usable_only_when_marked_so() {
        let storage = MemoryStorage::new();
        let user = storage.create_user(&NewUser { username: "ada".into(), ..NewUser::default() }).await.unwrap();
        assert!(!storage.has_usable_password(&user.id).await.unwrap());
        storage.mark_password_usable(&user.id);
        assert!(storage.has_usable_password(&user.id).await.unwrap());
    }

    #[test]
    fn times_are_cut_to_microseconds() {
        let at = OffsetDateTime::from_unix_timestamp_nanos(1_700_000_000_123_456_789).unwrap();
        assert_eq!(microseconds(at).unix_timestamp_nanos(), 1_700_000_000_123_456_000);
    }
}
