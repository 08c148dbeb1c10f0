//! Disconnect: the disconnection pipeline runs for the signed-in user, when a page of ours posts it.

use http::Method;

use super::{csrf, where_to};
use crate::error::{Error, Reason, Result, Stage};

use crate::pipeline::{Disconnection, Ended};
use crate::redirect::Destinations;
use crate::session::Session;
use crate::social_auth::SocialAuth;
use crate::storage::{AssociationId, UserId};
use crate::web::{Params, Reply, Request};

pub(crate) async fn disconnect(
    social: &SocialAuth,
    name: &str,
    association: Option<AssociationId>,
    request: &Request,
    session: &mut dyn Session,
) -> Result<Reply> {
    if request.method != Method::POST {
        return Err(Error::new(Reason::InvalidParameter).parameter("method").detail("disconnecting needs a POST").stage(Stage::Disconnect));
    }
    csrf::require_own_page(social, request)?;
    let user = session.user_id().ok_or_else(nobody)?;
    let mut context = begin(social, name, &user, association, request).await?;
    // A backend that is no longer set up can still be disconnected; only nothing is revoked then.
    let instance = social.instance(name).ok();
    let pipeline = instance.map_or(&social.0.disconnection, |instance| &instance.disconnection);
    match pipeline.run(&mut context, 0).await.map_err(|error| error.stage_if_unknown(Stage::Disconnect))? {
        Ended::Stopped(reply) | Ended::Paused { reply, .. } => return Ok(reply),
        Ended::Finished => {}
    }
    tracing::info!(backend = name, user = context.user.id.as_str(), count = context.removed.len(), "disconnected");
    let flow = instance.map_or(&social.0.flow, |instance| &instance.flow);
    let url = Destinations::new(flow, social.public_url()).after_disconnect(request.param(where_to::NEXT));
    Ok(Reply::redirect(url.unwrap_or_else(|| "/".to_owned())))
}

async fn begin(
    social: &SocialAuth,
    name: &str,
    user: &UserId,
    association: Option<AssociationId>,
    request: &Request,
) -> Result<Disconnection> {
    let params: Params = request.form.iter().chain(request.query.iter()).collect();
    Ok(Disconnection {
        backend_name: name.to_owned(),
        backend: social.instance(name).ok().map(|instance| instance.backend.clone()),
        user: social.users().user(user).await?.ok_or_else(nobody)?,
        association,
        revokes_tokens: social.settings().of_backend(name).boolean("REVOKE_TOKENS_ON_DISCONNECT", false)?,
        params,
        users: social.users().clone(),
        social: social.social().clone(),
        clock: social.clock().clone(),
        events: social.0.events.clone(),
        entries: Vec::new(),
        removed: Vec::new(),
        must_keep_one: false,
        values: serde_json::Map::new(),
    })
}

fn nobody() -> Error {
    Error::new(Reason::LoginRequired).detail("nobody is signed in").stage(Stage::Disconnect)
}
