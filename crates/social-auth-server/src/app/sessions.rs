//! Signing other browsers out.

use axum::extract::Path;
use axum::response::Response;
use social_auth::error::{Error, Reason, Result};
use social_auth::web::Reply;

use super::account;
use super::visit::Visit;

/// `POST /account/sessions/<id>/`: one browser.
pub(super) async fn revoke(Path(id): Path<String>, visit: Visit) -> Response {
    let outcome = revoke_one(&visit, &id).await;
    visit.end(outcome).await
}

/// `POST /account/sessions/others/`: all but this one.
pub(super) async fn revoke_others(visit: Visit) -> Response {
    let outcome = revoke_all_others(&visit).await;
    visit.end(outcome).await
}

async fn revoke_one(visit: &Visit, id: &str) -> Result<Reply> {
    visit.require_own_page()?;
    let (social, user) = (visit.app.social(), visit.user()?);
    let own = social.social().sessions_of(&user.id, social.clock().now()).await?;
    let chosen = own.into_iter().find(|session| session.public_id == id);
    let gone = || Error::new(Reason::InvalidParameter).parameter("session").detail("there is no such session");
    social.social().delete_session(&chosen.ok_or_else(gone)?.key_hash).await?;
    tracing::info!(user = user.id.as_str(), "a session was revoked");
    Ok(Reply::redirect(account::with_message(&visit.app, "signed-out")))
}

async fn revoke_all_others(visit: &Visit) -> Result<Reply> {
    visit.require_own_page()?;
    let (social, user) = (visit.app.social(), visit.user()?);
    let current = visit.session.stored().map(|session| session.key_hash.as_str());
    let count = social.social().delete_sessions_of(&user.id, current).await?;
    tracing::info!(user = user.id.as_str(), count, "all other sessions were revoked");
    Ok(Reply::redirect(account::with_message(&visit.app, "others-signed-out")))
}
