//! Associations: `social_auth_usersocialauth`.

use social_auth::identity::Fields;
use social_auth::storage::{
    Association, AssociationId, NewAssociation, NewUser, StorageError, StorageResult, User, UserId, modified_after,
};
use time::OffsetDateTime;

use crate::SqlxStorage;
use crate::database::{Arg, Named as _, Write};
use crate::datetime;
use crate::layout::Layout;
use crate::limits::{self, fit, present};
use crate::row::Cell;
use crate::social_rows::{Associations, association, associations_where};
use crate::users::{INSERT_USER, NewRow};

const BY_UID: Associations = associations_where!("provider = $1 AND uid = $2");
const BY_ID: Associations = associations_where!("id = $1");
const BY_USER: Associations = associations_where!("user_id = $1 ORDER BY id");

const AFTER: Associations = associations_where!("id > $1 ORDER BY id LIMIT $2");

const INSERT: Associations = Associations {
    with_id_key: "INSERT INTO social_auth_usersocialauth (user_id, provider, uid, extra_data, created, modified, id_key) \
                  VALUES ($1, $2, $3, $4, $5, $5, $6)",
    without: "INSERT INTO social_auth_usersocialauth (user_id, provider, uid, extra_data, created, modified) \
              VALUES ($1, $2, $3, $4, $5, $5)",
};
const MOVE: Associations = Associations {
    with_id_key: "UPDATE social_auth_usersocialauth SET uid = $2, id_key = $3 WHERE id = $1",
    without: "UPDATE social_auth_usersocialauth SET uid = $2 WHERE id = $1",
};
const REPLACE_EXTRA_DATA: &str = "UPDATE social_auth_usersocialauth SET extra_data = $3, modified = $4 WHERE id = $1 AND modified = $2";

impl SqlxStorage {
    pub(crate) async fn find(&self, provider: &str, uid: &str) -> StorageResult<Option<Association>> {
        let rows = self.database.rows(BY_UID.on(self.layout()), &[provider.into(), uid.into()]).await?;
        for row in rows {
            let found = association(row)?;
            // A database may compare more generously than byte by byte: CVE-2024-32879.
            if found.provider == provider && found.uid == uid {
                return Ok(Some(found));
            }
        }
        Ok(None)
    }

    pub(crate) async fn find_by_id(&self, id: AssociationId) -> StorageResult<Option<Association>> {
        let rows = self.database.rows(BY_ID.on(self.layout()), &[id.into()]).await?;
        rows.into_iter().next().map(association).transpose()
    }

    pub(crate) async fn all_of(&self, user: &UserId) -> StorageResult<Vec<Association>> {
        let layout = self.layout();
        let Some(user) = layout.user_id(user) else { return Ok(Vec::new()) };
        self.database.rows(BY_USER.on(layout), &[user]).await?.into_iter().map(association).collect()
    }

    pub(crate) async fn all_after(&self, after: AssociationId, limit: u32) -> StorageResult<Vec<Association>> {
        let rows = self.database.rows(AFTER.on(self.layout()), &[after.into(), i64::from(limit).into()]).await?;
        rows.into_iter().map(association).collect()
    }

    pub(crate) async fn connect_uid(&self, new: &NewAssociation) -> StorageResult<Association> {
        let layout = self.layout();
        check(new)?;
        let user = layout.user_id(&new.user_id).ok_or(StorageError::NotFound("user"))?;
        let written = self.database.write(INSERT.on(layout), &args(user, new)).await;
        match written.taken("uid") {
            Ok(written) => Ok(inserted(written.id, new, new.user_id.clone(), layout)),
            Err(StorageError::NotFound(_)) => Err(StorageError::NotFound("user")),
            Err(error) => Err(error),
        }
    }

    /// User and association in one transaction.
    pub(crate) async fn create_both(&self, user: &NewUser, new: &NewAssociation) -> StorageResult<(User, Association)> {
        let layout = self.layout();
        check(new)?;
        let user = NewRow::of(user)?;
        let steps = [Write { sql: INSERT_USER, args: &user.args() }, Write { sql: INSERT.on(layout), args: &args(Arg::Inserted, new) }];
        let written = self.database.write_all(&steps).await;
        let written = written.map_err(|(step, error)| error.taken(if step == 0 { "username" } else { "uid" }))?;
        let [made, connected] = written.as_slice() else {
            return Err(StorageError::Database("it answered to fewer statements than there were".into()));
        };
        let user = user.inserted(*made);
        let association = inserted(connected.id, new, user.id.clone(), layout);
        Ok((user, association))
    }

    pub(crate) async fn replace_extra_data(
        &self,
        id: AssociationId,
        extra_data: &Fields,
        now: OffsetDateTime,
        seen: Option<OffsetDateTime>,
    ) -> StorageResult<bool> {
        if let Some(seen) = seen {
            let args = [id.into(), Arg::Time(seen), Arg::Json(&extra_data.0), Arg::Time(modified_after(seen, now))];
            if self.database.write(REPLACE_EXTRA_DATA, &args).await?.rows > 0 {
                return Ok(true);
            }
        }
        // Somebody was quicker, or nobody was and the same time is written in another way, or any state
        // of the row will do: look.
        loop {
            let rows = self.database.rows("SELECT modified FROM social_auth_usersocialauth WHERE id = $1", &[id.into()]).await?;
            let Some(mut row) = rows.into_iter().next() else { return Ok(false) };
            let stored = row.cell("modified")?;
            let modified = match &stored {
                Cell::Text(text) => datetime::parse(text),
                _ => None,
            };
            if seen.is_some() && modified != seen {
                return Ok(false);
            }
            let later = modified.map_or(now, |modified| modified_after(modified, now));
            let args = [id.into(), Arg::Same(&stored), Arg::Json(&extra_data.0), Arg::Time(later)];
            if self.database.write(REPLACE_EXTRA_DATA, &args).await?.rows > 0 {
                return Ok(true);
            }
        }
    }

    pub(crate) async fn move_uid(&self, id: AssociationId, uid: &str, id_key: &str) -> StorageResult<()> {
        present(limits::UID, uid)?;
        fit(&[(limits::ID_KEY, id_key)])?;
        let written = self.database.write(MOVE.on(self.layout()), &[id.into(), uid.into(), id_key.into()]).await.taken("uid")?;
        if written.rows == 0 { Err(StorageError::NotFound("association")) } else { Ok(()) }
    }
}

fn check(new: &NewAssociation) -> StorageResult<()> {
    present(limits::PROVIDER, &new.provider)?;
    present(limits::UID, &new.uid)?;
    fit(&[(limits::ID_KEY, &new.id_key), (limits::USER_ID, new.user_id.as_str())])
}

/// For [`INSERT`]; a table without `id_key` takes all but the last.
fn args<'a>(user: Arg<'a>, new: &'a NewAssociation) -> [Arg<'a>; 6] {
    [
        user,
        new.provider.as_str().into(),
        new.uid.as_str().into(),
        Arg::Json(&new.extra_data.0),
        Arg::Time(new.created),
        new.id_key.as_str().into(),
    ]
}

/// The association as the row now has it.
fn inserted(id: AssociationId, new: &NewAssociation, user_id: UserId, layout: Layout) -> Association {
    let created = new.created.replace_microsecond(new.created.microsecond()).unwrap_or(new.created);
    Association {
        id,
        provider: new.provider.clone(),
        uid: new.uid.clone(),
        id_key: if layout.id_key { new.id_key.clone() } else { String::new() },
        user_id,
        extra_data: new.extra_data.clone(),
        created,
        modified: created,
    }
}
