//! The routes of all journeys.

use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use http::StatusCode;
use social_auth::SocialAuth;
use social_auth::error::{Error, Result};
use social_auth::web::{Reply, Request};

use crate::request::{read, respond_with};
use crate::sessions::Sessions;

/// All of [`SocialAuth::routes`] below the mount, with and without the last slash. To be merged into the
/// application's router.
///
/// # Panics
/// axum panics at start when the application has one of these addresses itself: set `MOUNT` then.
pub fn routes<S: Clone + Send + Sync + 'static>(social: SocialAuth) -> Router<S> {
    let mut router = Router::new();
    for route in SocialAuth::routes() {
        for slash in ["", "/"] {
            router = router.route(&format!("{}{route}{slash}", social.mount()), get(answer).post(answer));
        }
    }
    router.with_state(social)
}

async fn answer(State(social): State<SocialAuth>, request: http::Request<Body>) -> Response {
    let (parts, body) = request.into_parts();
    let sessions = Sessions::of(&parts.extensions);
    let request = match read(&social, &parts, body).await {
        Ok(request) => request,
        Err(reply) => return respond_with(reply),
    };
    match journey(&social, &sessions, &request, &parts.extensions).await {
        Ok(Some(reply)) => respond_with(reply),
        Ok(None) => StatusCode::NOT_FOUND.into_response(),
        Err(error) => respond_with(social.error_reply(&error, &request)),
    }
}

async fn journey(
    social: &SocialAuth,
    sessions: &Sessions,
    request: &Request,
    extensions: &http::Extensions,
) -> Result<Option<Reply>, Error> {
    let mut session = sessions.load(social, request, extensions).await?;
    let Some(mut reply) = social.respond(request, session.as_mut()).await else { return Ok(None) };
    reply.cookies.extend(session.commit().await?);
    Ok(Some(reply))
}
