//! Shows where a pipeline stands, for those who write one.

use async_trait::async_trait;

use super::super::{Context, Outcome, Step};
use crate::error::Result;

/// `debug`: logs which fields are there. Values stay out of the log: they are people's, or secrets.
pub(super) struct Debug;

#[async_trait]
impl Step for Debug {
    async fn run(&self, context: &mut Context) -> Result<Outcome> {
        tracing::debug!(
            backend = context.backend_info().name,
            response = ?context.identity().response,
            extra_data = ?context.identity().extra_data,
            values = ?context.values.keys().collect::<Vec<_>>(),
            user = context.user.as_ref().map(|user| user.id.as_str()),
            associated = context.association.is_some(),
            new = context.is_new(),
            "pipeline"
        );
        Ok(Outcome::Continue)
    }
}
