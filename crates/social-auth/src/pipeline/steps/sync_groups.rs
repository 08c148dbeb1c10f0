//! Brings the user's groups up to date with the provider's.

use async_trait::async_trait;

use super::super::{Context, Outcome, Step};
use crate::error::Result;

/// `sync_groups`: hands the groups that the provider states to [`UserStorage::set_groups`]. Where the
/// backend reads no groups, nothing is changed: that nobody said anything is not that there are none.
///
/// [`UserStorage::set_groups`]: crate::storage::UserStorage::set_groups
pub(super) struct SyncGroups;

#[async_trait]
impl Step for SyncGroups {
    async fn run(&self, context: &mut Context) -> Result<Outcome> {
        if let (Some(user), Some(groups)) = (&context.user, &context.identity().groups) {
            context.users().set_groups(&user.id, groups).await?;
        }
        Ok(Outcome::Continue)
    }
}
