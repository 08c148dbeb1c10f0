//! Where there is nothing.

use axum::response::Response;
use http::StatusCode;
use serde_json::json;
use social_auth::error::Result;
use social_auth::web::{Reply, ReplyBody};

use super::visit::Visit;

/// A page that says so, or a problem for programs.
pub(super) async fn answer(visit: Visit) -> Response {
    let outcome = page(&visit);
    visit.end(outcome).await
}

fn page(visit: &Visit) -> Result<Reply> {
    if visit.request.wants_json() || visit.request.uri.path().starts_with(&visit.app.path("api/")) {
        let problem = json!({ "type": "about:blank", "title": "There is nothing at this address.", "status": 404 });
        return Ok(Reply::new(StatusCode::NOT_FOUND, ReplyBody::Problem(problem)));
    }
    let home = visit.app.path("");
    let text = "There is nothing at this address. Perhaps it was mistyped, or the page has gone.";
    visit.app.pages().message(StatusCode::NOT_FOUND, "Page not found", text, (&home, "To the front page"))
}
