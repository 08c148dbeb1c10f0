//! Keeps tokens and profile fields with the association.

use async_trait::async_trait;

use super::super::{Context, Outcome, Step};
use crate::error::{Error, Reason, Result};
use crate::storage::{Association, modified_after};

/// `load_extra_data`: merges what the provider gave into the association's extra data. Null never
/// overwrites a value, nothing is written when nothing changed, and what another sign-in wrote meanwhile
/// is not lost.
pub(super) struct LoadExtraData;

#[async_trait]
impl Step for LoadExtraData {
    async fn run(&self, context: &mut Context) -> Result<Outcome> {
        /// In each round one of those who write at the same time gets through, so this many of them do.
        const TRIES: usize = 64;
        let Some(mut association) = known_or_stored(context).await? else { return Ok(Outcome::Continue) };
        for _ in 0..TRIES {
            let mut merged = association.extra_data.clone();
            merged.merge(context.identity().extra_data.clone());
            if merged == association.extra_data {
                context.association = Some(association);
                return Ok(Outcome::Continue);
            }
            let now = context.clock().date_time();
            if context.social().update_extra_data(association.id, &merged, now, Some(association.modified)).await? {
                (association.extra_data, association.modified) = (merged, modified_after(association.modified, now));
                context.association = Some(association);
                return Ok(Outcome::Continue);
            }
            let Some(stored) = context.social().association_by_id(association.id).await? else { return Ok(Outcome::Restart) };
            association = stored;
        }
        Err(Error::new(Reason::StorageFailed).detail(format!("the association was changed by others {TRIES} times in a row")))
    }
}

/// The association of this run; a pipeline without `social_user` still has one in the storage.
async fn known_or_stored(context: &Context) -> Result<Option<Association>> {
    if context.association.is_some() {
        return Ok(context.association.clone());
    }
    let found = context.social().association(&context.backend_info().name, super::uid_of(context).as_str()).await?;
    let owner = context.user.as_ref().map(|user| &user.id);
    Ok(found.filter(|association| owner == Some(&association.user_id)))
}
