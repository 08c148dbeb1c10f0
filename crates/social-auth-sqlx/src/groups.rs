//! Which groups a user is a member of, in Django's `auth_group` and `auth_user_groups`, or what a user model of the
//! project's own has in its place.

use social_auth::storage::{StorageError, StorageResult, UserId};

use crate::SqlxStorage;
use crate::database::{Arg, Write};
use crate::layout::integer;
use crate::limits::{self, present};

const MAKE: &str = "INSERT INTO auth_group (name) SELECT $1 WHERE NOT EXISTS (SELECT 1 FROM auth_group WHERE name = $1)";
const JOIN: &str = "INSERT INTO {memberships} ({member}, group_id) SELECT $1, auth_group.id FROM auth_group WHERE name = $2 \
    AND NOT EXISTS (SELECT 1 FROM {memberships} WHERE {member} = $1 AND group_id = auth_group.id)";
const LEAVE: &str = "DELETE FROM {memberships} WHERE {member} = $1 AND group_id IN (SELECT id FROM auth_group WHERE name = $2)";

impl SqlxStorage {
    pub(crate) async fn group_names(&self, id: &UserId) -> StorageResult<Vec<String>> {
        let Some(id) = integer(id).filter(|_| self.layout().groups_here) else { return Ok(Vec::new()) };
        let sql = "SELECT auth_group.name FROM auth_group JOIN {memberships} AS membership ON membership.group_id = auth_group.id \
                   WHERE membership.{member} = $1 ORDER BY auth_group.name";
        self.database.rows(sql, &[id.into()]).await?.into_iter().map(|mut row| row.text("name")).collect()
    }

    /// Groups that are missing are made; a name that does not fit its column is nobody's group.
    pub(crate) async fn replace_groups(&self, user: &UserId, groups: &[String], managed: Option<&[String]>) -> StorageResult<()> {
        let id = integer(user).ok_or(StorageError::NotFound("user"))?;
        if !self.layout().groups_here {
            return Err(StorageError::Schema("the users of this database have no groups".into()));
        }
        let now_in = self.group_names(user).await?;
        let (fitting, unfit): (Vec<_>, Vec<_>) = groups.iter().partition(|name| present(limits::GROUP, name).is_ok());
        if !unfit.is_empty() {
            tracing::warn!(count = unfit.len(), "the provider names groups that are too long or empty: left out");
        }
        let joined: Vec<[Arg<'_>; 2]> =
            fitting.iter().filter(|name| !now_in.contains(name)).map(|name| [id.into(), name.as_str().into()]).collect();
        let made: Vec<[Arg<'_>; 1]> = joined.iter().map(|[_, name]| [*name]).collect();
        let stays = |name: &String| groups.contains(name) || managed.is_some_and(|managed| !managed.contains(name));
        let left: Vec<[Arg<'_>; 2]> = now_in.iter().filter(|name| !stays(name)).map(|name| [id.into(), name.as_str().into()]).collect();
        let steps: Vec<Write<'_>> = made
            .iter()
            .map(|args| Write { sql: MAKE, args })
            .chain(joined.iter().map(|args| Write { sql: JOIN, args }))
            .chain(left.iter().map(|args| Write { sql: LEAVE, args }))
            .collect();
        if steps.is_empty() {
            return Ok(());
        }
        match self.database.write_all(&steps).await {
            Ok(_) => Ok(()),
            Err((_, StorageError::NotFound(_))) => Err(StorageError::NotFound("user")),
            Err((_, error)) => Err(error),
        }
    }
}
