//! The API for programs.

use axum::response::Response;
use http::StatusCode;
use serde_json::{Value, json};
use social_auth::error::Result;
use social_auth::storage::Association;
use social_auth::web::Reply;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::visit::Visit;

/// `GET /api/me`: who is signed in, and what is connected. Never a token.
pub(super) async fn me(visit: Visit) -> Response {
    let outcome = describe(&visit).await;
    visit.end(outcome).await
}

async fn describe(visit: &Visit) -> Result<Reply> {
    let Some(user) = visit.session.user() else { return Ok(Reply::json(StatusCode::OK, json!({ "user": null }))) };
    let associations = visit.app.social().social().associations_of(&user.id).await?;
    let associations: Vec<Value> = associations.iter().map(association).collect();
    Ok(Reply::json(StatusCode::OK, json!({ "user": user, "associations": associations })))
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
