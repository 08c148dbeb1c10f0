//! Refresh: fresh tokens for a stored association.

use crate::error::{Result, Stage};
use crate::identity::Fields;
use crate::social_auth::SocialAuth;
use crate::storage::Association;

pub(crate) async fn refresh(social: &SocialAuth, association: &Association) -> Result<Fields> {
    let backend = social.backend(&association.provider)?;
    let fresh =
        backend.refresh(association).await.map_err(|error| error.stage_if_unknown(Stage::Refresh).backend(&association.provider))?;
    let mut merged = association.extra_data.clone();
    merged.merge(fresh);
    social.social().update_extra_data(association.id, &merged, social.clock().date_time(), None).await?;
    Ok(merged)
}
