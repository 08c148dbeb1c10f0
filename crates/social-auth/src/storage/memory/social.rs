//! Our own tables in [`MemoryStorage`].

use async_trait::async_trait;
use time::OffsetDateTime;

use super::super::{
    Association, AssociationId, Code, Expiring, MergeRecord, MergeReport, MergeUsers, NewAssociation, NewPartial, NewSession, NewUser,
    OpenIdAssociation, OriginKey, Partial, SocialStorage, StorageError, StorageResult, StoredSession, User, UserId, UserStorage,
    create_then_connect, merge_elsewhere, modified_after,
};
use super::{MemoryStorage, State, microseconds};
use crate::identity::Fields;

#[async_trait]
impl SocialStorage for MemoryStorage {
    async fn association(&self, provider: &str, uid: &str) -> StorageResult<Option<Association>> {
        Ok(self.state().find(provider, uid).cloned())
    }

    async fn association_by_id(&self, id: AssociationId) -> StorageResult<Option<Association>> {
        Ok(self.state().associations.get(&id).cloned())
    }

    async fn associations_of(&self, user: &UserId) -> StorageResult<Vec<Association>> {
        Ok(self.state().associations.values().filter(|association| association.user_id == *user).cloned().collect())
    }

    async fn associations_after(&self, after: AssociationId, limit: u32) -> StorageResult<Vec<Association>> {
        let state = self.state();
        let mut later: Vec<_> = state.associations.values().filter(|association| association.id > after).cloned().collect();
        later.sort_unstable_by_key(|association| association.id);
        later.truncate(limit as usize);
        Ok(later)
    }

    async fn create_association(&self, association: &NewAssociation) -> StorageResult<Association> {
        let mut state = self.state();
        state.check_new_association(association)?;
        Ok(state.insert_association(association, association.user_id.clone()))
    }

    async fn update_extra_data(
        &self,
        id: AssociationId,
        extra_data: &Fields,
        now: OffsetDateTime,
        seen_modified: Option<OffsetDateTime>,
    ) -> StorageResult<bool> {
        let mut state = self.state();
        let Some(association) = state.associations.get_mut(&id) else { return Ok(false) };
        if seen_modified.is_some_and(|seen| seen != association.modified) {
            return Ok(false);
        }
        association.extra_data = extra_data.clone();
        association.modified = modified_after(association.modified, now);
        Ok(true)
    }

    async fn update_uid(&self, id: AssociationId, uid: &str, id_key: &str) -> StorageResult<()> {
        let mut state = self.state();
        let provider = state.associations.get(&id).map(|association| association.provider.clone());
        let provider = provider.ok_or(StorageError::NotFound("association"))?;
        check_uid(uid)?;
        if state.find(&provider, uid).is_some_and(|other| other.id != id) {
            return Err(StorageError::Conflict("uid"));
        }
        if let Some(association) = state.associations.get_mut(&id) {
            uid.clone_into(&mut association.uid);
            id_key.clone_into(&mut association.id_key);
        }
        Ok(())
    }

    async fn delete_association(&self, id: AssociationId) -> StorageResult<bool> {
        Ok(self.state().associations.remove(&id).is_some())
    }

    async fn create_user_with_association(
        &self,
        users: &dyn UserStorage,
        user: &NewUser,
        association: &NewAssociation,
    ) -> StorageResult<(User, Association)> {
        if users.scope() != Some(&self.scope) {
            return create_then_connect(self, users, user, association).await;
        }
        let mut state = self.state();
        state.check_new_user(user)?;
        state.check_new_association(association)?;
        let user = state.insert_user(user);
        let association = state.insert_association(association, user.id.clone());
        Ok((user, association))
    }

    async fn move_associations(&self, from: &UserId, into: &UserId, now: OffsetDateTime) -> StorageResult<Vec<AssociationId>> {
        Ok(self.state().move_associations(from, into, now))
    }

    async fn merge_users(&self, users: &dyn UserStorage, merge: &MergeUsers) -> StorageResult<MergeReport> {
        if users.scope() != Some(&self.scope) {
            return merge_elsewhere(self, users, merge).await;
        }
        self.state().merge(merge)
    }

    async fn record_merge(&self, record: &MergeRecord) -> StorageResult<()> {
        self.state().merges.push(MergeRecord { at: microseconds(record.at), ..record.clone() });
        Ok(())
    }

    async fn merges_of(&self, user: &UserId) -> StorageResult<Vec<MergeRecord>> {
        let of_user = |record: &&MergeRecord| record.report.into == *user || record.report.from == *user;
        Ok(self.state().merges.iter().filter(of_user).cloned().collect())
    }

    async fn claim(&self, namespace: &str, key: &str, expires_at: i64) -> StorageResult<bool> {
        Ok(self.state().claims.insert((namespace.to_owned(), key.to_owned()), expires_at).is_none())
    }

    async fn clear(&self, what: Expiring, before: i64) -> StorageResult<u64> {
        let mut state = self.state();
        let time = OffsetDateTime::from_unix_timestamp(before).unwrap_or(OffsetDateTime::UNIX_EPOCH);
        let rows = state.expiring();
        match what {
            Expiring::Claims => state.claims.retain(|_, expires_at| *expires_at >= before),
            Expiring::Codes => state.codes.retain(|code| code.verified || code.timestamp >= time),
            Expiring::Partials => state.partials.retain(|_, partial| partial.timestamp >= time),
            Expiring::OpenIdAssociations => {
                state.openid_associations.retain(|association| association.issued.saturating_add(association.lifetime) >= before);
            }
            Expiring::Sessions => state.sessions.retain(|_, session| session.expires_at >= before),
        }
        Ok(u64::try_from(rows - state.expiring()).unwrap_or(u64::MAX))
    }

    async fn create_partial(&self, partial: &NewPartial) -> StorageResult<()> {
        let mut state = self.state();
        if state.partials.contains_key(&partial.token) {
            return Err(StorageError::Conflict("token"));
        }
        let kept = Partial { timestamp: microseconds(partial.timestamp), ..partial.clone() };
        state.partials.insert(partial.token.clone(), kept);
        Ok(())
    }

    async fn partial(&self, token: &str) -> StorageResult<Option<Partial>> {
        Ok(self.state().partials.get(token).cloned())
    }

    async fn take_partial(&self, token: &str) -> StorageResult<Option<Partial>> {
        Ok(self.state().partials.remove(token))
    }

    async fn create_code(&self, code: &Code) -> StorageResult<()> {
        let mut state = self.state();
        if state.codes.iter().any(|other| other.email == code.email && other.code == code.code) {
            return Err(StorageError::Conflict("code"));
        }
        state.codes.push(Code { timestamp: microseconds(code.timestamp), ..code.clone() });
        Ok(())
    }

    async fn code(&self, email: &str, code: &str) -> StorageResult<Option<Code>> {
        Ok(self.state().codes.iter().find(|kept| kept.email == email && kept.code == code).cloned())
    }

    async fn verify_code(&self, email: &str, code: &str) -> StorageResult<bool> {
        let mut state = self.state();
        let unused = state.codes.iter_mut().find(|kept| kept.email == email && kept.code == code && !kept.verified);
        Ok(unused.map(|code| code.verified = true).is_some())
    }

    async fn store_openid_association(&self, association: &OpenIdAssociation) -> StorageResult<()> {
        let mut state = self.state();
        state.openid_associations.retain(|old| old.server_url != association.server_url || old.handle != association.handle);
        state.openid_associations.push(association.clone());
        Ok(())
    }

    async fn openid_associations(&self, server_url: &str, handle: Option<&str>) -> StorageResult<Vec<OpenIdAssociation>> {
        let wanted = |kept: &&OpenIdAssociation| kept.server_url == server_url && handle.is_none_or(|handle| kept.handle == handle);
        let mut found: Vec<_> = self.state().openid_associations.iter().filter(wanted).cloned().collect();
        found.sort_by_key(|association| std::cmp::Reverse(association.issued));
        Ok(found)
    }

    async fn remove_openid_association(&self, server_url: &str, handle: &str) -> StorageResult<()> {
        self.state().openid_associations.retain(|kept| kept.server_url != server_url || kept.handle != handle);
        Ok(())
    }

    async fn create_session(&self, session: &NewSession) -> StorageResult<()> {
        let mut state = self.state();
        if state.sessions.contains_key(&session.key_hash) {
            return Err(StorageError::Conflict("key_hash"));
        }
        state.sessions.insert(session.key_hash.clone(), session.clone());
        Ok(())
    }

    async fn session(&self, key_hash: &str, now: i64) -> StorageResult<Option<StoredSession>> {
        Ok(self.state().sessions.get(key_hash).filter(|session| session.expires_at > now).cloned())
    }

    async fn update_session(&self, session: &StoredSession) -> StorageResult<()> {
        let mut state = self.state();
        let kept = state.sessions.get_mut(&session.key_hash).ok_or(StorageError::NotFound("session"))?;
        let public_id = std::mem::take(&mut kept.public_id);
        *kept = StoredSession { public_id, created_at: kept.created_at, ..session.clone() };
        Ok(())
    }

    async fn delete_session(&self, key_hash: &str) -> StorageResult<bool> {
        Ok(self.state().sessions.remove(key_hash).is_some())
    }

    async fn sessions_of(&self, user: &UserId, now: i64) -> StorageResult<Vec<StoredSession>> {
        let live = |session: &&StoredSession| session.user_id.as_ref() == Some(user) && session.expires_at > now;
        let mut found: Vec<_> = self.state().sessions.values().filter(live).cloned().collect();
        found.sort_by_key(|session| std::cmp::Reverse(session.last_seen_at));
        Ok(found)
    }

    async fn delete_sessions_of(&self, user: &UserId, except: Option<&str>) -> StorageResult<u64> {
        let mut state = self.state();
        let before = state.sessions.len();
        state.sessions.retain(|key_hash, session| session.user_id.as_ref() != Some(user) || except == Some(key_hash));
        Ok(u64::try_from(before - state.sessions.len()).unwrap_or(u64::MAX))
    }

    async fn delete_sessions_from(&self, origin: &OriginKey, now: i64) -> StorageResult<Vec<StoredSession>> {
        let is_from = |session: &StoredSession| {
            let keys = session.origin().map(|origin| origin.keys()).unwrap_or_default();
            keys.session.as_ref() == Some(origin) || keys.subject.as_ref() == Some(origin)
        };
        let mut state = self.state();
        let gone = state.sessions.extract_if(|_, session| is_from(session)).map(|(_, session)| session);
        Ok(gone.filter(|session| session.expires_at > now).collect())
    }

    async fn ping(&self) -> StorageResult<()> {
        Ok(())
    }
}

impl State {
    fn find(&self, provider: &str, uid: &str) -> Option<&Association> {
        self.associations.values().find(|association| association.provider == provider && association.uid == uid)
    }

    fn check_new_association(&self, association: &NewAssociation) -> StorageResult<()> {
        check_uid(&association.uid)?;
        match self.find(&association.provider, &association.uid) {
            Some(_) => Err(StorageError::Conflict("uid")),
            None => Ok(()),
        }
    }

    fn insert_association(&mut self, new: &NewAssociation, user_id: UserId) -> Association {
        self.last_association_id += 1;
        let created = microseconds(new.created);
        let association = Association {
            id: self.last_association_id,
            provider: new.provider.clone(),
            uid: new.uid.clone(),
            id_key: new.id_key.clone(),
            user_id,
            extra_data: new.extra_data.clone(),
            created,
            modified: created,
        };
        self.associations.insert(association.id, association.clone());
        association
    }

    /// How many rows there are that may expire.
    fn expiring(&self) -> usize {
        self.claims.len() + self.codes.len() + self.partials.len() + self.openid_associations.len() + self.sessions.len()
    }
}

fn check_uid(uid: &str) -> StorageResult<()> {
    if uid.is_empty() { Err(StorageError::invalid("uid", "it is empty")) } else { Ok(()) }
}
