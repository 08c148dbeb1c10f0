//! Takes over the provider's identifier of the person.

use async_trait::async_trait;

use super::super::{Context, Outcome, Step};
use crate::error::Result;

/// `social_uid`: the identifier, which the backend has checked to be there and of a proper form.
pub(super) struct SocialUid;

#[async_trait]
impl Step for SocialUid {
    async fn run(&self, context: &mut Context) -> Result<Outcome> {
        context.uid = Some(context.identity().uid.clone());
        Ok(Outcome::Continue)
    }
}
