//! Tokens encrypted at rest: a storage over a storage that seals the token values inside `extra_data`. The
//! column stays a JSON object that anybody can read but for these values.

use std::sync::Arc;

use async_trait::async_trait;
use serde_json::Value;
use time::OffsetDateTime;

use super::{
    Association, AssociationId, Code, Expiring, MergeRecord, MergeReport, MergeUsers, NewAssociation, NewPartial, NewSession, NewUser,
    OpenIdAssociation, OriginKey, Partial, SocialStorage, StorageError, StorageResult, StoredSession, User, UserId, UserStorage,
};
use crate::identity::Fields;
use crate::seal::Sealer;

/// The fields of the extra data that hold tokens, or the key that they are bound to.
pub const TOKEN_FIELDS: [&str; 5] = ["access_token", "refresh_token", "id_token", "access_token_secret", "dpop_key"];

const PURPOSE: &str = "extra_data";

/// What a sealed value begins with; the id of its key follows the version.
const MARK: &str = "sealed:";

/// Seals tokens on the way in and opens them on the way out. Tokens that were stored before, in the
/// clear, are read as they are and sealed when they are written next.
pub struct SealedStorage {
    inner: Arc<dyn SocialStorage>,
    sealer: Arc<Sealer>,
}

impl SealedStorage {
    /// Seals with the first key of `sealer`.
    #[must_use]
    pub fn new(inner: Arc<dyn SocialStorage>, sealer: Arc<Sealer>) -> Self {
        SealedStorage { inner, sealer }
    }

    /// Seals everything with the first key that is not, so that older keys may be dropped. Answers how
    /// many associations were written and how many have a token that none of the keys opens.
    ///
    /// # Errors
    /// What the storage fails with. It may be called again.
    pub async fn rotate(&self, now: OffsetDateTime) -> StorageResult<Rotated> {
        let (mut rotated, mut after) = (Rotated::default(), AssociationId::MIN);
        loop {
            let page = self.inner.associations_after(after, 200).await?;
            let Some(last) = page.last() else { return Ok(rotated) };
            after = last.id;
            for association in page {
                self.rotate_one(association, now, &mut rotated).await?;
            }
        }
    }

    async fn rotate_one(&self, association: Association, now: OffsetDateTime, rotated: &mut Rotated) -> StorageResult<()> {
        let open = self.open(association.extra_data.clone());
        if TOKEN_FIELDS.iter().any(|field| open.text(field).is_some_and(|text| text.starts_with(MARK))) {
            rotated.unreadable += 1;
        }
        let current = format!("{MARK}v1.{}.", self.sealer.current_key_id());
        let is_current = |value: &Value| value.is_null() || value.as_str().is_some_and(|text| text.starts_with(&current));
        if TOKEN_FIELDS.iter().filter_map(|field| association.extra_data.0.get(*field)).all(is_current) {
            return Ok(());
        }
        let sealed = self.seal(&open)?;
        // Somebody who writes at the same moment seals with the first key too.
        if sealed != association.extra_data
            && self.inner.update_extra_data(association.id, &sealed, now, Some(association.modified)).await?
        {
            rotated.written += 1;
        }
        Ok(())
    }

    fn seal(&self, data: &Fields) -> StorageResult<Fields> {
        let mut sealed = data.clone();
        for field in TOKEN_FIELDS {
            let Some(value) = sealed.0.get_mut(field).filter(|value| !value.is_null()) else { continue };
            if !value.as_str().is_some_and(|text| text.starts_with(MARK)) {
                let text = self.sealer.seal(PURPOSE, value).map_err(|error| StorageError::invalid("token", error.to_string()))?;
                *value = Value::String(format!("{MARK}{text}"));
            }
        }
        Ok(sealed)
    }

    /// A value that no key opens stays as it is: nothing is lost, and the provider will not take it.
    fn open(&self, mut data: Fields) -> Fields {
        for field in TOKEN_FIELDS {
            let Some(value) = data.0.get_mut(field) else { continue };
            let Some(sealed) = value.as_str().and_then(|text| text.strip_prefix(MARK)) else { continue };
            match self.sealer.open(PURPOSE, sealed) {
                Some(open) => *value = open,
                None => tracing::warn!(field, "a stored token is sealed with a key that SECRET_KEY no longer has"),
            }
        }
        data
    }

    fn opened(&self, association: Association) -> Association {
        Association { extra_data: self.open(association.extra_data), ..association }
    }

    fn sealed(&self, association: &NewAssociation) -> StorageResult<NewAssociation> {
        Ok(NewAssociation { extra_data: self.seal(&association.extra_data)?, ..association.clone() })
    }
}

/// What [`SealedStorage::rotate`] did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Rotated {
    /// Associations that were written.
    pub written: u64,
    /// Associations with a token that none of the keys opens; left as they are.
    pub unreadable: u64,
}

#[async_trait]
impl SocialStorage for SealedStorage {
    async fn association(&self, provider: &str, uid: &str) -> StorageResult<Option<Association>> {
        Ok(self.inner.association(provider, uid).await?.map(|found| self.opened(found)))
    }
    async fn association_by_id(&self, id: AssociationId) -> StorageResult<Option<Association>> {
        Ok(self.inner.association_by_id(id).await?.map(|found| self.opened(found)))
    }
    async fn associations_of(&self, user: &UserId) -> StorageResult<Vec<Association>> {
        Ok(self.inner.associations_of(user).await?.into_iter().map(|found| self.opened(found)).collect())
    }
    async fn associations_after(&self, after: AssociationId, limit: u32) -> StorageResult<Vec<Association>> {
        Ok(self.inner.associations_after(after, limit).await?.into_iter().map(|found| self.opened(found)).collect())
    }
    async fn create_association(&self, association: &NewAssociation) -> StorageResult<Association> {
        Ok(self.opened(self.inner.create_association(&self.sealed(association)?).await?))
    }
    async fn update_extra_data(
        &self,
        id: AssociationId,
        data: &Fields,
        now: OffsetDateTime,
        seen: Option<OffsetDateTime>,
    ) -> StorageResult<bool> {
        self.inner.update_extra_data(id, &self.seal(data)?, now, seen).await
    }
    async fn create_user_with_association(
        &self,
        users: &dyn UserStorage,
        user: &NewUser,
        association: &NewAssociation,
    ) -> StorageResult<(User, Association)> {
        let (user, association) = self.inner.create_user_with_association(users, user, &self.sealed(association)?).await?;
        Ok((user, self.opened(association)))
    }

    async fn update_uid(&self, id: AssociationId, uid: &str, id_key: &str) -> StorageResult<()> {
        self.inner.update_uid(id, uid, id_key).await
    }
    async fn delete_association(&self, id: AssociationId) -> StorageResult<bool> {
        self.inner.delete_association(id).await
    }
    async fn move_associations(&self, from: &UserId, into: &UserId, now: OffsetDateTime) -> StorageResult<Vec<AssociationId>> {
        self.inner.move_associations(from, into, now).await
    }
    async fn merge_users(&self, users: &dyn UserStorage, merge: &MergeUsers) -> StorageResult<MergeReport> {
        self.inner.merge_users(users, merge).await
    }
    async fn record_merge(&self, record: &MergeRecord) -> StorageResult<()> {
        self.inner.record_merge(record).await
    }
    async fn merges_of(&self, user: &UserId) -> StorageResult<Vec<MergeRecord>> {
        self.inner.merges_of(user).await
    }
    async fn claim(&self, namespace: &str, key: &str, expires_at: i64) -> StorageResult<bool> {
        self.inner.claim(namespace, key, expires_at).await
    }
    async fn clear(&self, what: Expiring, before: i64) -> StorageResult<u64> {
        self.inner.clear(what, before).await
    }
    async fn create_partial(&self, partial: &NewPartial) -> StorageResult<()> {
        self.inner.create_partial(partial).await
    }
    async fn partial(&self, token: &str) -> StorageResult<Option<Partial>> {
        self.inner.partial(token).await
    }
    async fn take_partial(&self, token: &str) -> StorageResult<Option<Partial>> {
        self.inner.take_partial(token).await
    }
    async fn create_code(&self, code: &Code) -> StorageResult<()> {
        self.inner.create_code(code).await
    }
    async fn code(&self, email: &str, code: &str) -> StorageResult<Option<Code>> {
        self.inner.code(email, code).await
    }
    async fn verify_code(&self, email: &str, code: &str) -> StorageResult<bool> {
        self.inner.verify_code(email, code).await
    }
    async fn store_openid_association(&self, association: &OpenIdAssociation) -> StorageResult<()> {
        self.inner.store_openid_association(association).await
    }
    async fn openid_associations(&self, server_url: &str, handle: Option<&str>) -> StorageResult<Vec<OpenIdAssociation>> {
        self.inner.openid_associations(server_url, handle).await
    }
    async fn remove_openid_association(&self, server_url: &str, handle: &str) -> StorageResult<()> {
        self.inner.remove_openid_association(server_url, handle).await
    }
    async fn create_session(&self, session: &NewSession) -> StorageResult<()> {
        self.inner.create_session(session).await
    }
    async fn session(&self, key_hash: &str, now: i64) -> StorageResult<Option<StoredSession>> {
        self.inner.session(key_hash, now).await
    }
    async fn update_session(&self, session: &StoredSession) -> StorageResult<()> {
        self.inner.update_session(session).await
    }
    async fn delete_session(&self, key_hash: &str) -> StorageResult<bool> {
        self.inner.delete_session(key_hash).await
    }
    async fn sessions_of(&self, user: &UserId, now: i64) -> StorageResult<Vec<StoredSession>> {
        self.inner.sessions_of(user, now).await
    }
    async fn delete_sessions_of(&self, user: &UserId, except: Option<&str>) -> StorageResult<u64> {
        self.inner.delete_sessions_of(user, except).await
    }
    async fn delete_sessions_from(&self, origin: &OriginKey, now: i64) -> StorageResult<Vec<StoredSession>> {
        self.inner.delete_sessions_from(origin, now).await
    }
    async fn ping(&self) -> StorageResult<()> {
        self.inner.ping().await
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use serde_json::json;

    use super::*;
    use crate::Secret;
    use crate::storage::MemoryStorage;

    fn fields(value: Value) -> Fields {
        Fields(value.as_object().unwrap().clone())
    }

    fn sealer(keys: &[&str]) -> Arc<Sealer> {
        let keys: Vec<_> = keys.iter().map(|key| Secret::new(key.repeat(32))).collect();
        Arc::new(Sealer::new(&keys).unwrap())
    }

    async fn one(storage: &dyn SocialStorage) -> Association {
        let new = NewAssociation {
            provider: "acme".into(),
            uid: "1".into(),
            id_key: "id".into(),
            user_id: UserId::new(1),
            extra_data: fields(json!({"access_token": "fixture-token", "refresh_token": null, "id": 1})),
            created: OffsetDateTime::UNIX_EPOCH,
        };
        storage.create_association(&new).await.unwrap()
    }

    #[tokio::test]
    async fn tokens_are_sealed_in_the_database_and_open_above_it() {
        let (inner, user) = (Arc::new(MemoryStorage::new()), NewUser { username: "ada".into(), ..NewUser::default() });
        inner.create_user(&user).await.unwrap();
        let storage = SealedStorage::new(inner.clone(), sealer(&["a"]));
        let made = one(&storage).await;
        assert_eq!(made.extra_data.text("access_token"), Some("fixture-token"));
        let below = inner.association("acme", "1").await.unwrap().unwrap().extra_data;
        assert!(below.text("access_token").unwrap().starts_with("sealed:v1."));
        assert!(!serde_json::to_string(&below).unwrap().contains("fixture-token"));
        assert_eq!(below.get("id"), Some(&json!(1)));
    }

    #[tokio::test]
    async fn keys_rotate_and_what_cannot_be_opened_is_left_alone() {
        let (inner, user) = (Arc::new(MemoryStorage::new()), NewUser { username: "ada".into(), ..NewUser::default() });
        inner.create_user(&user).await.unwrap();
        one(inner.as_ref()).await;
        let now = OffsetDateTime::now_utc();
        let first = SealedStorage::new(inner.clone(), sealer(&["a"]));
        assert_eq!(first.rotate(now).await.unwrap(), Rotated { written: 1, unreadable: 0 }, "what was in the clear is sealed");
        let both = SealedStorage::new(inner.clone(), sealer(&["b", "a"]));
        assert_eq!(both.rotate(now).await.unwrap(), Rotated { written: 1, unreadable: 0 });
        assert_eq!(both.rotate(now).await.unwrap(), Rotated::default(), "nothing is left to do");
        let second = SealedStorage::new(inner.clone(), sealer(&["b"]));
        assert_eq!(second.association("acme", "1").await.unwrap().unwrap().extra_data.text("access_token"), Some("fixture-token"));
        let neither = SealedStorage::new(inner.clone(), sealer(&["c"]));
        assert_eq!(neither.rotate(now).await.unwrap(), Rotated { written: 0, unreadable: 1 });
        assert_eq!(second.association("acme", "1").await.unwrap().unwrap().extra_data.text("access_token"), Some("fixture-token"));
    }
}
