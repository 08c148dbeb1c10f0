//! Disconnect: associations of the signed-in user are removed, never the last way in.

use http::Method;

use super::{csrf, where_to};
use crate::error::{Error, Reason, Result, Stage};

use crate::redirect::Destinations;
use crate::secret::Secret;
use crate::session::Session;
use crate::social_auth::{Instance, SocialAuth};
use crate::storage::{Association, AssociationId, UserId};
use crate::web::{Reply, Request};

pub(crate) async fn disconnect(
    social: &SocialAuth,
    name: &str,
    id: Option<AssociationId>,
    request: &Request,
    session: &mut dyn Session,
) -> Result<Reply> {
    if request.method != Method::POST {
        return Err(Error::new(Reason::InvalidParameter).parameter("method").detail("disconnecting needs a POST").stage(Stage::Disconnect));
    }
    csrf::require_own_page(social, request)?;
    let user = session.user_id().ok_or_else(|| Error::new(Reason::UserMismatch).detail("nobody is signed in").stage(Stage::Disconnect))?;
    let all = social.social().associations_of(&user).await?;
    let chosen: Vec<Association> =
        all.iter().filter(|association| association.provider == name && id.is_none_or(|id| association.id == id)).cloned().collect();
    // Nothing to remove is no error: people click twice.
    if !chosen.is_empty() {
        allowed_to_disconnect(social, &user, all.len() - chosen.len()).await?;
    }
    // A backend that is no longer set up can still be disconnected; only nothing is revoked then.
    let instance = social.instance(name).ok();
    for association in &chosen {
        if let Some(instance) = instance {
            revoke(social, instance, association).await;
        }
        social.social().delete_association(association.id).await?;
    }
    tracing::info!(backend = name, user = user.as_str(), count = chosen.len(), "disconnected");
    let flow = instance.map_or(&social.0.flow, |instance| &instance.flow);
    let url = Destinations::new(flow, social.public_url()).after_disconnect(request.param(where_to::NEXT));
    Ok(Reply::redirect(url.unwrap_or_else(|| "/".to_owned())))
}

async fn allowed_to_disconnect(social: &SocialAuth, user: &UserId, left: usize) -> Result<()> {
    if left > 0 || social.users().has_usable_password(user).await? {
        return Ok(());
    }
    Err(Error::new(Reason::DisconnectDisallowed).stage(Stage::Disconnect))
}

/// `REVOKE_TOKENS_ON_DISCONNECT`: what the provider says to it keeps nobody from disconnecting.
async fn revoke(social: &SocialAuth, instance: &Instance, association: &Association) {
    let name = &instance.backend.info().name;
    let wanted = social.settings().of_backend(name).boolean("REVOKE_TOKENS_ON_DISCONNECT", false).unwrap_or_default();
    let Some(token) = association.extra_data.text("access_token").filter(|_| wanted) else { return };
    if let Err(error) = instance.backend.revoke(&Secret::from(token), &association.uid).await {
        tracing::warn!(backend = name, %error, "the provider did not revoke the token");
    }
}
