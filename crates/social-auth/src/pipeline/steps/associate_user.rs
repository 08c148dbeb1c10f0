//! Connects the identifier to the user.

use async_trait::async_trait;

use super::super::{Context, Outcome, Step};
use crate::error::Result;
use crate::storage::StorageError;

/// `associate_user`: connects the identifier to the user, unless it is so already. If somebody was
/// quicker, the pipeline begins again and `social_user` decides whose it is.
pub(super) struct AssociateUser;

#[async_trait]
impl Step for AssociateUser {
    async fn run(&self, context: &mut Context) -> Result<Outcome> {
        let (Some(user), None) = (&context.user, &context.association) else { return Ok(Outcome::Continue) };
        let association = super::new_association(context, user.id.clone());
        match context.social().create_association(&association).await {
            Ok(association) => {
                context.events().association_made(&association);
                context.association = Some(association);
                context.new_association = true;
                Ok(Outcome::Continue)
            }
            Err(StorageError::Conflict(_)) => Ok(Outcome::Restart),
            Err(error) => Err(error.into()),
        }
    }
}
