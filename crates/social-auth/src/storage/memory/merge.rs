//! Merging users in [`MemoryStorage`](super::MemoryStorage): all checks, then all changes, under one lock.

use time::OffsetDateTime;

use super::super::{
    AssociationId, Leftover, MergeConflict, MergeRecord, MergeReport, MergeUsers, MovedAssociation, StorageError, StorageResult, UserId,
    modified_after,
};
use super::{State, microseconds, number};

impl State {
    pub(super) fn move_associations(&mut self, from: &UserId, into: &UserId, now: OffsetDateTime) -> Vec<AssociationId> {
        let mut moved = Vec::new();
        for association in self.associations.values_mut().filter(|association| association.user_id == *from) {
            association.user_id = into.clone();
            association.modified = modified_after(association.modified, now);
            moved.push(association.id);
        }
        moved
    }

    pub(super) fn merge(&mut self, merge: &MergeUsers) -> StorageResult<MergeReport> {
        let user = |id: &UserId| number(id).and_then(|id| self.users.get(&id));
        let (into, from) = (user(&merge.into), user(&merge.from));
        merge.check(into, from)?;
        let (Some(into), Some(from)) = (into, from) else { return Err(StorageError::NotFound("user")) };
        let mut report = MergeReport::of(merge, (into, &self.brief(&into.id)), (from, &self.brief(&from.id)));
        let ends = |session: &super::StoredSession| session.user_id.as_ref() == Some(&merge.from);
        report.sessions_ended = self.sessions.values().filter(|session| ends(session)).count() as u64;
        let Some(key) = number(&merge.from) else { return Err(StorageError::NotFound("user")) };
        if self.passwords.contains_key(&key) {
            report.conflicts.push(MergeConflict::Password);
        }
        if merge.dry_run {
            return Ok(report);
        }
        self.move_associations(&merge.from, &merge.into, merge.at);
        self.sessions.retain(|_, session| !ends(session));
        match merge.leftover {
            Leftover::Deactivate => {
                if let Some(user) = self.users.get_mut(&key) {
                    user.is_active = false;
                }
            }
            Leftover::Delete => {
                self.users.remove(&key);
                self.passwords.remove(&key);
                self.verified_emails.retain(|(id, _)| *id != key);
            }
        }
        self.merges.push(MergeRecord { at: microseconds(merge.at), report: report.clone() });
        Ok(report)
    }

    fn brief(&self, user: &UserId) -> Vec<MovedAssociation> {
        let own = self.associations.values().filter(|association| association.user_id == *user);
        own.map(|one| MovedAssociation { id: one.id, provider: one.provider.clone(), uid: one.uid.clone() }).collect()
    }
}
