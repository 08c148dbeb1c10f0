//! Derives the whole name from its parts, or the parts from the whole.

use async_trait::async_trait;

use super::super::{Context, Outcome, Step};
use crate::error::Result;
use crate::names::Names;

/// `social_names`: completes the names in the details, by `FIRSTLAST_FROM_FULL` and `FULL_FROM_FIRSTLAST`.
pub(super) struct SocialNames;

#[async_trait]
impl Step for SocialNames {
    async fn run(&self, context: &mut Context) -> Result<Outcome> {
        let settings = context.settings().clone();
        let details = &mut context.details;
        let names = Names { fullname: details.fullname.take(), first_name: details.first_name.take(), last_name: details.last_name.take() };
        let names = names.completed(&settings.names);
        (details.fullname, details.first_name, details.last_name) = (names.fullname, names.first_name, names.last_name);
        Ok(Outcome::Continue)
    }
}
