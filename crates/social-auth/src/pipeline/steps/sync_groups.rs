//! Brings the user's groups up to date with the provider's.

use std::collections::BTreeSet;

use async_trait::async_trait;

use super::super::{Context, Outcome, Step};
use crate::error::Result;

/// `sync_groups`: hands the groups that the provider states to [`UserStorage::set_groups`], by `GROUPS_MAP` if
/// there is one: then only groups that it names are ever given or taken away. Where the backend reads no
/// groups, nothing is changed: that nobody said anything is not that there are none.
///
/// [`UserStorage::set_groups`]: crate::storage::UserStorage::set_groups
pub(super) struct SyncGroups;

#[async_trait]
impl Step for SyncGroups {
    async fn run(&self, context: &mut Context) -> Result<Outcome> {
        let (Some(user), Some(stated)) = (&context.user, &context.identity().groups) else { return Ok(Outcome::Continue) };
        let Some(map) = &context.settings().groups_map else {
            context.users().set_groups(&user.id, stated, None).await?;
            return Ok(Outcome::Continue);
        };
        let groups: BTreeSet<&String> = stated.iter().filter_map(|group| map.get(group)).collect();
        let managed: BTreeSet<&String> = map.values().collect();
        let names = |set: BTreeSet<&String>| set.into_iter().cloned().collect::<Vec<_>>();
        context.users().set_groups(&user.id, &names(groups), Some(&names(managed))).await?;
        Ok(Outcome::Continue)
    }
}
