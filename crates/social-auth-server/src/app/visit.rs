//! A request in the library's terms, with the visitor's session.

use axum::extract::{FromRequest, Request as HttpRequest};
use axum::response::Response;
use minijinja::{Value, context};
use social_auth::error::{Error, Reason, Result};
use social_auth::session::Session as _;
use social_auth::storage::User;
use social_auth::web::{CookieSession, Reply, Request};
use social_auth_axum::{read, respond_with};

use super::App;

/// One request and who makes it.
pub(super) struct Visit {
    pub(super) app: App,
    pub(super) request: Request,
    pub(super) session: CookieSession,
}

impl Visit {
    /// Keeps the session and answers.
    pub(super) async fn end(mut self, outcome: Result<Reply>) -> Response {
        let outcome = match outcome {
            Ok(reply) => self.session.commit().await.map(|cookies| cookies.into_iter().fold(reply, Reply::cookie)),
            Err(error) => Err(error),
        };
        respond_with(outcome.unwrap_or_else(|error| self.app.social().error_reply(&error, &self.request)))
    }

    /// A page with a form: `make` gets the hidden field that proves that a page of ours posted it.
    pub(super) fn with_form(&self, make: impl FnOnce(Value) -> Result<Reply>) -> Result<Reply> {
        let (token, cookie) = self.app.social().csrf_token(&self.request)?;
        let mut reply = make(context! { field => "csrfmiddlewaretoken", token })?;
        reply.cookies.extend(cookie);
        Ok(reply)
    }

    /// Refuses what was not posted by a page of ours.
    pub(super) fn require_own_page(&self) -> Result<()> {
        self.app.social().require_own_page(&self.request)
    }

    /// The user, for what only users may do.
    pub(super) fn user(&self) -> Result<&User> {
        self.session.user().ok_or_else(|| Error::new(Reason::LoginRequired))
    }
}

impl FromRequest<App> for Visit {
    type Rejection = Response;

    async fn from_request(request: HttpRequest, app: &App) -> Result<Self, Response> {
        let (parts, body) = request.into_parts();
        let request = read(app.social(), &parts, body).await.map_err(respond_with)?;
        match CookieSession::load(app.social(), &request).await {
            Ok(session) => Ok(Visit { app: app.clone(), request, session }),
            Err(error) => Err(respond_with(app.social().error_reply(&error, &request))),
        }
    }
}
