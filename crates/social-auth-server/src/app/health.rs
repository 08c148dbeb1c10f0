//! `/healthz`: for whoever watches over the server.

use std::time::Duration;

use axum::Json;
use axum::extract::State;
use http::StatusCode;
use serde_json::{Value, json};

use super::App;

/// A database that takes longer is as good as gone.
const PATIENCE: Duration = Duration::from_secs(3);

/// 200 while the database answers, else 503.
pub(super) async fn check(State(app): State<App>) -> (StatusCode, Json<Value>) {
    match tokio::time::timeout(PATIENCE, app.social().social().ping()).await {
        Ok(Ok(())) => (StatusCode::OK, Json(json!({ "status": "ok" }))),
        Ok(Err(error)) => unavailable(&error.to_string()),
        Err(_) => unavailable("it does not answer in time"),
    }
}

/// The reason is for the log: anybody may ask.
fn unavailable(why: &str) -> (StatusCode, Json<Value>) {
    tracing::error!(why, "the database fails");
    (StatusCode::SERVICE_UNAVAILABLE, Json(json!({ "status": "unavailable", "what": "database" })))
}
