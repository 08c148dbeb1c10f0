//! Our own tables: associations (in [`crate::associations`]), and what is spent once or expires.

use async_trait::async_trait;
use social_auth::identity::Fields;
use social_auth::seal::sha256_base64url;
use social_auth::storage::{
    Association, AssociationId, Code, Expiring, MergeRecord, MergeReport, MergeUsers, NewAssociation, NewPartial, NewSession, NewUser,
    OpenIdAssociation, OriginKey, OriginKeys, Partial, SocialStorage, StorageError, StorageResult, StoredSession, User, UserId,
    UserStorage, create_then_connect, merge_elsewhere,
};
use time::OffsetDateTime;

use crate::SqlxStorage;
use crate::database::{Arg, Named as _, Write};
use crate::limits::{self, fit, present};
use crate::row::Row;
use crate::social_rows::{code, openid_association, partial, session, sessions_where};

#[async_trait]
impl SocialStorage for SqlxStorage {
    async fn association(&self, provider: &str, uid: &str) -> StorageResult<Option<Association>> {
        self.find(provider, uid).await
    }

    async fn association_by_id(&self, id: AssociationId) -> StorageResult<Option<Association>> {
        self.find_by_id(id).await
    }

    async fn associations_of(&self, user: &UserId) -> StorageResult<Vec<Association>> {
        self.all_of(user).await
    }

    async fn associations_after(&self, after: AssociationId, limit: u32) -> StorageResult<Vec<Association>> {
        self.all_after(after, limit).await
    }

    async fn create_association(&self, association: &NewAssociation) -> StorageResult<Association> {
        self.connect_uid(association).await
    }

    async fn update_extra_data(
        &self,
        id: AssociationId,
        extra_data: &Fields,
        now: OffsetDateTime,
        seen_modified: Option<OffsetDateTime>,
    ) -> StorageResult<bool> {
        self.replace_extra_data(id, extra_data, now, seen_modified).await
    }

    async fn update_uid(&self, id: AssociationId, uid: &str, id_key: &str) -> StorageResult<()> {
        self.move_uid(id, uid, id_key).await
    }

    async fn delete_association(&self, id: AssociationId) -> StorageResult<bool> {
        let sql = "DELETE FROM social_auth_usersocialauth WHERE id = $1";
        Ok(self.database.write(sql, &[id.into()]).await?.rows > 0)
    }

    async fn create_user_with_association(
        &self,
        users: &dyn UserStorage,
        user: &NewUser,
        association: &NewAssociation,
    ) -> StorageResult<(User, Association)> {
        if users.scope() == Some(&self.scope) {
            self.create_both(user, association).await
        } else {
            create_then_connect(self, users, user, association).await
        }
    }

    async fn move_associations(&self, from: &UserId, into: &UserId, now: OffsetDateTime) -> StorageResult<Vec<AssociationId>> {
        self.hand_over(from, into, now).await
    }

    async fn merge_users(&self, users: &dyn UserStorage, merge: &MergeUsers) -> StorageResult<MergeReport> {
        if users.scope() == Some(&self.scope) { self.merge_both(merge).await } else { merge_elsewhere(self, users, merge).await }
    }

    async fn record_merge(&self, record: &MergeRecord) -> StorageResult<()> {
        self.keep_merge(record).await
    }

    async fn merges_of(&self, user: &UserId) -> StorageResult<Vec<MergeRecord>> {
        self.all_merges_of(user).await
    }

    async fn claim(&self, namespace: &str, key: &str, expires_at: i64) -> StorageResult<bool> {
        fit(&[(limits::NAMESPACE, namespace)])?;
        let sql = "INSERT INTO social_auth_nonce (server_url, timestamp, salt) VALUES ($1, $2, $3)";
        let salt = sha256_base64url(key);
        match self.database.write(sql, &[namespace.into(), expires_at.into(), salt.as_str().into()]).await {
            Ok(_) => Ok(true),
            Err(StorageError::Conflict(_)) => Ok(false),
            Err(error) => Err(error),
        }
    }

    async fn clear(&self, what: Expiring, before: i64) -> StorageResult<u64> {
        let time = Arg::Time(OffsetDateTime::from_unix_timestamp(before).unwrap_or(OffsetDateTime::UNIX_EPOCH));
        let (sql, arg) = match what {
            Expiring::Claims => ("DELETE FROM social_auth_nonce WHERE timestamp < $1", before.into()),
            Expiring::Codes => ("DELETE FROM social_auth_code WHERE timestamp < $1 AND NOT verified", time),
            Expiring::Partials => ("DELETE FROM social_auth_partial WHERE timestamp < $1", time),
            Expiring::OpenIdAssociations => ("DELETE FROM social_auth_association WHERE issued + lifetime < $1", before.into()),
            Expiring::Sessions => ("DELETE FROM social_auth_session WHERE expires_at < $1", before.into()),
        };
        Ok(self.database.write(sql, &[arg]).await?.rows)
    }

    async fn create_partial(&self, partial: &NewPartial) -> StorageResult<()> {
        present(limits::TOKEN, &partial.token)?;
        fit(&[(limits::BACKEND, &partial.backend)])?;
        // Django's index on the token is not a unique one.
        let sql = "INSERT INTO social_auth_partial (token, next_step, backend, timestamp, data) \
                   SELECT $1, $2, $3, $4, $5 WHERE NOT EXISTS (SELECT 1 FROM social_auth_partial WHERE token = $1)";
        let args = [
            partial.token.as_str().into(),
            Arg::Int(partial.next_step.into()),
            partial.backend.as_str().into(),
            Arg::Time(partial.timestamp),
            Arg::Json(&partial.data),
        ];
        if self.database.write(sql, &args).await?.rows == 0 { Err(StorageError::Conflict("token")) } else { Ok(()) }
    }

    async fn partial(&self, token: &str) -> StorageResult<Option<Partial>> {
        Ok(self.partial_row(token).await?.map(|(_, partial)| partial))
    }

    async fn take_partial(&self, token: &str) -> StorageResult<Option<Partial>> {
        let Some((id, partial)) = self.partial_row(token).await? else { return Ok(None) };
        let taken = self.database.write("DELETE FROM social_auth_partial WHERE id = $1", &[id.into()]).await?;
        Ok((taken.rows > 0).then_some(partial))
    }

    async fn create_code(&self, code: &Code) -> StorageResult<()> {
        present(limits::EMAIL, &code.email)?;
        present(limits::CODE, &code.code)?;
        let sql = "INSERT INTO social_auth_code (email, code, verified, timestamp) VALUES ($1, $2, $3, $4)";
        let args = [code.email.as_str().into(), code.code.as_str().into(), Arg::Flag(code.verified), Arg::Time(code.timestamp)];
        self.database.write(sql, &args).await.taken("code").map(|_| ())
    }

    async fn code(&self, email: &str, wanted: &str) -> StorageResult<Option<Code>> {
        let sql = "SELECT email, code, verified, timestamp FROM social_auth_code WHERE email = $1 AND code = $2";
        let found = first(self.database.rows(sql, &[email.into(), wanted.into()]).await?, code)?;
        Ok(found.filter(|found| found.email == email && found.code == wanted))
    }

    async fn verify_code(&self, email: &str, code: &str) -> StorageResult<bool> {
        let sql = "UPDATE social_auth_code SET verified = $3 WHERE email = $1 AND code = $2 AND NOT verified";
        Ok(self.database.write(sql, &[email.into(), code.into(), Arg::Flag(true)]).await?.rows > 0)
    }

    async fn store_openid_association(&self, association: &OpenIdAssociation) -> StorageResult<()> {
        let secret = association.secret.expose();
        fit(&[
            (limits::SERVER_URL, &association.server_url),
            (limits::HANDLE, &association.handle),
            (limits::SECRET, secret),
            (limits::ASSOC_TYPE, &association.assoc_type),
        ])?;
        let key = [association.server_url.as_str().into(), association.handle.as_str().into()];
        let args = [
            association.server_url.as_str().into(),
            association.handle.as_str().into(),
            secret.into(),
            association.issued.into(),
            association.lifetime.into(),
            association.assoc_type.as_str().into(),
        ];
        let insert = "INSERT INTO social_auth_association (server_url, handle, secret, issued, lifetime, assoc_type) \
                      VALUES ($1, $2, $3, $4, $5, $6)";
        let steps = [Write { sql: FORGET_OPENID, args: &key }, Write { sql: insert, args: &args }];
        self.database.write_all(&steps).await.map(|_| ()).map_err(|(_, error)| error.taken("handle"))
    }

    async fn openid_associations(&self, server_url: &str, handle: Option<&str>) -> StorageResult<Vec<OpenIdAssociation>> {
        let sql = "SELECT server_url, handle, secret, issued, lifetime, assoc_type FROM social_auth_association \
                   WHERE server_url = $1 ORDER BY issued DESC, id DESC";
        let rows = self.database.rows(sql, &[server_url.into()]).await?;
        let mut found: Vec<_> = rows.into_iter().map(openid_association).collect::<StorageResult<_>>()?;
        found.retain(|kept| kept.server_url == server_url && handle.is_none_or(|handle| kept.handle == handle));
        Ok(found)
    }

    async fn remove_openid_association(&self, server_url: &str, handle: &str) -> StorageResult<()> {
        self.database.write(FORGET_OPENID, &[server_url.into(), handle.into()]).await.map(|_| ())
    }

    async fn create_session(&self, session: &NewSession) -> StorageResult<()> {
        present(limits::KEY_HASH, &session.key_hash)?;
        present(limits::PUBLIC_ID, &session.public_id)?;
        let sql = "INSERT INTO social_auth_session \
                   (key_hash, user_id, data, last_seen_at, expires_at, user_agent, ip_address, origin_session, origin_subject, \
                   public_id, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";
        let origin = session.origin().map(|origin| origin.keys()).unwrap_or_default();
        let mut args = session_args(session, &origin)?.to_vec();
        args.extend([Arg::Text(&session.public_id), Arg::Int(session.created_at)]);
        self.database.write(sql, &args).await.taken("key_hash").map(|_| ())
    }

    async fn session(&self, key_hash: &str, now: i64) -> StorageResult<Option<StoredSession>> {
        let sql = sessions_where!("key_hash = $1 AND expires_at > $2");
        let found = first(self.database.rows(sql, &[key_hash.into(), now.into()]).await?, session)?;
        Ok(found.filter(|found| found.key_hash == key_hash))
    }

    async fn update_session(&self, session: &StoredSession) -> StorageResult<()> {
        let sql = "UPDATE social_auth_session SET user_id = $2, data = $3, last_seen_at = $4, expires_at = $5, \
                   user_agent = $6, ip_address = $7, origin_session = $8, origin_subject = $9 WHERE key_hash = $1";
        let origin = session.origin().map(|origin| origin.keys()).unwrap_or_default();
        let written = self.database.write(sql, &session_args(session, &origin)?).await?;
        if written.rows == 0 { Err(StorageError::NotFound("session")) } else { Ok(()) }
    }

    async fn delete_session(&self, key_hash: &str) -> StorageResult<bool> {
        let sql = "DELETE FROM social_auth_session WHERE key_hash = $1";
        Ok(self.database.write(sql, &[key_hash.into()]).await?.rows > 0)
    }

    async fn sessions_of(&self, user: &UserId, now: i64) -> StorageResult<Vec<StoredSession>> {
        let sql = sessions_where!("user_id = $1 AND expires_at > $2 ORDER BY last_seen_at DESC");
        self.database.rows(sql, &[user.as_str().into(), now.into()]).await?.into_iter().map(session).collect()
    }

    async fn delete_sessions_of(&self, user: &UserId, except: Option<&str>) -> StorageResult<u64> {
        // No key hash is empty, so without an exception this spares none.
        let sql = "DELETE FROM social_auth_session WHERE user_id = $1 AND key_hash <> $2";
        let args = [user.as_str().into(), except.unwrap_or_default().into()];
        Ok(self.database.write(sql, &args).await?.rows)
    }

    async fn delete_sessions_from(&self, origin: &OriginKey, now: i64) -> StorageResult<Vec<StoredSession>> {
        // A key says whether it is a session's or a person's, so it stands in one of the columns only.
        let sql = sessions_where!("origin_session = $1 OR origin_subject = $1");
        let found = self.database.rows(sql, &[origin.as_str().into()]).await?;
        let mut found: Vec<_> = found.into_iter().map(session).collect::<StorageResult<_>>()?;
        for session in &found {
            self.delete_session(&session.key_hash).await?;
        }
        found.retain(|session| session.expires_at > now);
        Ok(found)
    }

    async fn ping(&self) -> StorageResult<()> {
        for sql in ["SELECT 1 FROM social_auth_usersocialauth WHERE id = 0", "SELECT 1 FROM social_auth_session WHERE key_hash = ''"] {
            self.database.rows(sql, &[]).await?;
        }
        Ok(())
    }
}

const FORGET_OPENID: &str = "DELETE FROM social_auth_association WHERE server_url = $1 AND handle = $2";

impl SqlxStorage {
    async fn partial_row(&self, token: &str) -> StorageResult<Option<(i64, Partial)>> {
        let sql = "SELECT id, next_step, token, backend, data, timestamp FROM social_auth_partial WHERE token = $1 ORDER BY id";
        let rows = self.database.rows(sql, &[token.into()]).await?;
        let found = first(rows, |mut row| Ok((row.int("id")?, partial(row)?)))?;
        Ok(found.filter(|(_, partial)| partial.token == token))
    }
}

fn first<T>(rows: Vec<Row>, read: impl FnOnce(Row) -> StorageResult<T>) -> StorageResult<Option<T>> {
    rows.into_iter().next().map(read).transpose()
}

/// What can be changed in a session, behind its key.
fn session_args<'a>(session: &'a StoredSession, origin: &'a OriginKeys) -> StorageResult<[Arg<'a>; 9]> {
    fit(&[
        (limits::KEY_HASH, &session.key_hash),
        (limits::USER_ID, session.user_id.as_ref().map_or("", UserId::as_str)),
        (limits::PUBLIC_ID, &session.public_id),
        (limits::USER_AGENT, &session.user_agent),
        (limits::IP_ADDRESS, &session.ip_address),
    ])?;
    Ok([
        session.key_hash.as_str().into(),
        session.user_id.as_ref().map(UserId::as_str).into(),
        Arg::Json(&session.data.0),
        session.last_seen_at.into(),
        session.expires_at.into(),
        session.user_agent.as_str().into(),
        session.ip_address.as_str().into(),
        origin.session.as_ref().map(OriginKey::as_str).into(),
        origin.subject.as_ref().map(OriginKey::as_str).into(),
    ])
}
