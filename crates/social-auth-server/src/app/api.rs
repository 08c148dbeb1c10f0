//! The API for programs.

use axum::response::Response;
use http::StatusCode;
use http::header::AUTHORIZATION;
use serde_json::{Value, json};
use social_auth::error::{Error, Reason, Result, Source};
use social_auth::storage::{Association, User};
use social_auth::web::Reply;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::visit::Visit;

/// `GET /api/me`: who is signed in, and what is connected. Never a token.
pub(super) async fn me(visit: Visit) -> Response {
    let reply = describe(&visit).await.unwrap_or_else(|error| visit.app.social().problem_reply(&error));
    visit.end(Ok(reply)).await
}

async fn describe(visit: &Visit) -> Result<Reply> {
    let Some(user) = user(visit).await? else { return Ok(Reply::json(StatusCode::OK, json!({ "user": null }))) };
    let associations = visit.app.social().social().associations_of(&user.id).await?;
    let associations: Vec<Value> = associations.iter().map(association).collect();
    Ok(Reply::json(StatusCode::OK, json!({ "user": user, "associations": associations })))
}

/// The owner of the token of ours that came along, or else of the session.
async fn user(visit: &Visit) -> Result<Option<User>> {
    if visit.request.header(AUTHORIZATION).is_none() {
        return Ok(visit.session.user().cloned());
    }
    let user = visit.app.social().bearer_user(&visit.request).await?;
    let rejected = || Error::new(Reason::CredentialRejected).detail("the bearer token is unknown, expired or revoked");
    user.map(Some).ok_or_else(|| rejected().from_source(Source::Request))
}

/// `DELETE /api/token`: revokes the token that came along.
pub(super) async fn revoke_token(visit: Visit) -> Response {
    let outcome = visit.app.social().revoke_api_token(&visit.request).await;
    visit.end(outcome.map(|revoked| Reply::json(StatusCode::OK, json!({ "revoked": revoked })))).await
}

/// `POST /api/token/revoke`: revokes the token in the form field `token` (RFC 7009). Whoever has a token may end
/// it, so nothing else is asked for; and a token that is none is answered as one that was.
pub(super) async fn revoke_named_token(visit: Visit) -> Response {
    let outcome = revoke_named(&visit).await.unwrap_or_else(|error| visit.app.social().problem_reply(&error));
    visit.end(Ok(outcome)).await
}

async fn revoke_named(visit: &Visit) -> Result<Reply> {
    let token = visit.request.form.get("token").filter(|token| !token.is_empty());
    let token = token.ok_or_else(|| Error::missing_parameter("token"))?;
    visit.app.social().revoke_token_of_ours(token).await?;
    Ok(Reply::json(StatusCode::OK, json!({})))
}

fn association(association: &Association) -> Value {
    json!({
        "id": association.id,
        "provider": association.provider,
        "uid": association.uid,
        "created": timestamp(association.created),
        "modified": timestamp(association.modified),
    })
}

fn timestamp(at: OffsetDateTime) -> Option<String> {
    at.format(&Rfc3339).ok()
}
