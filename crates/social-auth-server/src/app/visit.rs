//! A request in the library's terms, with the visitor's session.

use std::convert::Infallible;
use std::net::SocketAddr;

use axum::body::{Body, to_bytes};
use axum::extract::{ConnectInfo, FromRequest, Request as HttpRequest};
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use social_auth::error::{Error, Reason, Result};
use social_auth::session::Session as _;
use social_auth::web::{CookieSession, Reply, Request};

use super::App;
use super::not_found;

/// One request and who makes it.
pub(super) struct Visit {
    pub(super) app: App,
    pub(super) request: Request,
    pub(super) session: CookieSession,
}

impl Visit {
    async fn begin(app: &App, request: HttpRequest) -> Result<Self, Response> {
        let (parts, body) = request.into_parts();
        let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|peer| peer.0.ip());
        let peer = app.social().client_address(peer, &parts.headers);
        let body = to_bytes(body, Request::MAX_BODY).await.map_err(|_| StatusCode::PAYLOAD_TOO_LARGE.into_response())?;
        let bare = || Request::new(parts.method.clone(), parts.uri.clone(), parts.headers.clone(), &[], peer);
        let request = Request::new(parts.method.clone(), parts.uri.clone(), parts.headers.clone(), &body, peer);
        let request = match (request, bare()) {
            (Ok(request), _) => request,
            (Err(error), Ok(bare)) => return Err(answer(app.social().error_reply(&error, &bare))),
            (Err(_), Err(_)) => return Err(StatusCode::BAD_REQUEST.into_response()),
        };
        match CookieSession::load(app.social(), &request).await {
            Ok(session) => Ok(Visit { app: app.clone(), request, session }),
            Err(error) => Err(answer(app.social().error_reply(&error, &request))),
        }
    }

    /// Keeps the session and answers.
    pub(super) async fn end(mut self, outcome: Result<Reply>) -> Response {
        let outcome = match outcome {
            Ok(reply) => self.session.commit().await.map(|cookies| cookies.into_iter().fold(reply, Reply::cookie)),
            Err(error) => Err(error),
        };
        answer(outcome.unwrap_or_else(|error| self.app.social().error_reply(&error, &self.request)))
    }

    /// A token for this page's forms, and the cookie that goes with it if the browser has none yet.
    pub(super) fn csrf(&self) -> Result<(super::pages::Csrf, Option<cookie::Cookie<'static>>)> {
        let (token, cookie) = self.app.social().csrf_token(&self.request)?;
        Ok((super::pages::Csrf::new(token), cookie))
    }

    /// Refuses what was not posted by a page of ours.
    pub(super) fn require_own_page(&self) -> Result<()> {
        self.app.social().require_own_page(&self.request)
    }

    /// The user, for pages that are about one.
    pub(super) fn user(&self) -> Result<social_auth::storage::User> {
        self.session.user().cloned().ok_or_else(|| Error::new(Reason::LoginRequired))
    }
}

impl FromRequest<App> for Visit {
    type Rejection = Response;

    async fn from_request(request: HttpRequest, app: &App) -> Result<Self, Response> {
        Visit::begin(app, request).await
    }
}

/// The library's own addresses; a page that says so where there is nothing.
pub(super) async fn journey_or_not_found(mut visit: Visit) -> Result<Response, Infallible> {
    let social = visit.app.social().clone();
    let reply = social.respond(&visit.request, &mut visit.session).await;
    let outcome = reply.map_or_else(|| not_found::page(&visit), Ok);
    Ok(visit.end(outcome).await)
}

fn answer(reply: Reply) -> Response {
    reply.into_http().map(Body::from)
}
