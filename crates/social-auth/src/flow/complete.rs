//! Complete: the attempt is opened, checked and claimed once; the protocol turns the callback into an
//! identity; the pipeline turns the identity into a signed-in user.

use cookie::Cookie;
use http::{Method, StatusCode};

use super::cookies::{self, Found};
use super::run::{self, Journey, Sent};
use super::{asked, launch, pages, resume};
use crate::attempt::Attempt;
use crate::backend::{Backend, Callback};
use crate::error::{Error, Reason, Result, Stage};
use crate::pipeline::Context;
use crate::session::Session;
use crate::social_auth::{Instance, SocialAuth};
use crate::storage::{OriginKey, UserId};
use crate::web::{Fetch, Reply, ReplyBody, Request};

/// The namespace of attempts among the claims.
const CLAIMS: &str = "social-auth:attempt";

/// The field by which our own return page marks what it posts on.
pub(super) const RETURNED: &str = "social_auth_returned";

/// How a callback ended, and the cookie that marks its attempt as used, if it had one.
pub(crate) struct Completed {
    pub(crate) outcome: Result<Reply>,
    pub(crate) spent: Option<Cookie<'static>>,
}

impl Completed {
    fn before_attempt(outcome: Result<Reply>) -> Self {
        Completed { outcome, spent: None }
    }
}

pub(crate) async fn complete(social: &SocialAuth, name: &str, request: &Request, session: &mut dyn Session) -> Completed {
    let completed = try_to_complete(social, name, request, session).await;
    if let Err(error) = &completed.outcome {
        social.0.events.login_failed(name, error);
    }
    completed
}

async fn try_to_complete(social: &SocialAuth, name: &str, request: &Request, session: &mut dyn Session) -> Completed {
    let instance = match social.instance(name) {
        Ok(instance) => instance,
        Err(error) => return Completed::before_attempt(Err(error)),
    };
    let found = find(social, instance, request, session).await;
    let (attempt, callback) = match found.map_err(|error| error.stage_if_unknown(Stage::Callback).backend(name)) {
        Ok(Way::Attempt(attempt, callback)) => (attempt, callback),
        Ok(Way::Answered(reply)) => return Completed::before_attempt(Ok(reply)),
        Err(error) => return Completed::before_attempt(Err(error)),
    };
    let spent = cookies::spent(social, &attempt);
    let outcome = finish(social, instance, &attempt, &callback, session).await.map_err(|error| error.backend(name));
    if let Err(error) = &outcome
        && let Some(page) = asked::again(social, instance, request, &attempt, error).await
    {
        social.0.events.login_failed(name, error);
        return Completed { outcome: page, spent: Some(spent) };
    }
    Completed { outcome, spent: Some(spent) }
}

/// What a request at the callback address is.
enum Way {
    /// The answer to an attempt, which was checked and claimed.
    Attempt(Box<Attempt>, Box<Callback>),
    /// Something else, and this is what it gets.
    Answered(Reply),
}

async fn find(social: &SocialAuth, instance: &Instance, request: &Request, session: &mut dyn Session) -> Result<Way> {
    let backend = &instance.backend;
    if launch::is_framed(instance, request) {
        return launch::way_out(instance, request).map(Way::Answered);
    }
    if let Some(ended) = backend.ended_by_ticket(&request.form) {
        return end_session(social, instance, &ended).await.map(Way::Answered);
    }
    if backend.claim().is_none() && lacks_lax_cookies(social, request) {
        return pages::return_page(request).map(Way::Answered);
    }
    if let Some(token) = resume::token(social, instance, request, session).await? {
        let outcome = resume::resume(social, instance, &token, request, session).await;
        return outcome.map(Way::Answered).map_err(|error| error.stage_if_unknown(Stage::Pipeline));
    }
    if backend.claim().is_some() {
        asked::require_own_form(social, request)?;
    }
    let callback = Callback::new(request, social.callback_url(&backend.info().name))?;
    if launch::is_launch(social, instance, request, &callback) {
        return launch::launch(social, instance, request, &callback, session).await.map(Way::Answered);
    }
    let callback = backend.open(callback).await?;
    let attempt = find_attempt(social, instance, request, &callback, session.user_id().as_ref()).await?;
    Ok(Way::Attempt(Box::new(attempt), Box::new(callback)))
}

/// The provider has ended a session of its own: those that began with it end here too.
async fn end_session(social: &SocialAuth, instance: &Instance, ended: &str) -> Result<Reply> {
    let name = &instance.backend.info().name;
    let sessions = social.social().delete_sessions_from(&OriginKey::session(name, ended), social.clock().now()).await?.len();
    tracing::info!(backend = name, sessions, "the provider ended a session");
    Ok(Reply::new(StatusCode::OK, ReplyBody::Empty))
}

/// A `POST` from the provider's site comes without our `SameSite=Lax` cookies: a page of ours posts it on.
fn lacks_lax_cookies(social: &SocialAuth, request: &Request) -> bool {
    request.method == Method::POST
        && request.form.get(RETURNED).is_none()
        && request.fetch_site(social.public_url()) != Fetch::SameOrigin
        && !cookies::has_any(social, request)
}

/// The attempt that the callback belongs to, checked and claimed.
async fn find_attempt(
    social: &SocialAuth,
    instance: &Instance,
    request: &Request,
    callback: &Callback,
    signed_in: Option<&UserId>,
) -> Result<Attempt> {
    let backend = &instance.backend;
    let attempt = match backend.state_of(&callback.params).filter(|state| !state.is_empty()) {
        Some(state) => {
            let attempt = with_state(social, request, state)?;
            attempt.check(state, &backend.info().name, signed_in, social.clock().now())?;
            attempt
        }
        None => without_state(social, backend.as_ref(), request, signed_in)?,
    };
    if !social.social().claim(CLAIMS, &attempt.claim_key(), attempt.expires_at).await? {
        return Err(Error::new(Reason::AttemptUsed));
    }
    Ok(attempt)
}

fn with_state(social: &SocialAuth, request: &Request, state: &str) -> Result<Attempt> {
    match cookies::find(social, request, state) {
        Found::Attempt(attempt) => Ok(*attempt),
        Found::Used => Err(Error::new(Reason::AttemptUsed).detail("this browser has used the attempt already")),
        Found::Unreadable => Err(Error::new(Reason::SessionContextMissing)
            .detail("the attempt's cookie cannot be opened; was SECRET_KEY changed without keeping the old one?")),
        Found::Others => Err(Error::new(Reason::StateMismatch).detail("this browser has begun sign-ins, but not this one")),
        Found::Nothing => Err(Error::new(Reason::SessionContextMissing)
            .detail("the browser sent no attempt cookie: it began elsewhere, took too long, or blocks cookies")),
    }
}

fn without_state(social: &SocialAuth, backend: &dyn Backend, request: &Request, signed_in: Option<&UserId>) -> Result<Attempt> {
    if !backend.stateless() {
        return Err(Error::missing_parameter("state"));
    }
    // A form of the site's own is no answer that could be mixed up with another: the attempt says where to go on.
    let attempt = match backend.claim() {
        Some(_) => cookies::newest(social, request, &backend.info().name),
        None => cookies::only_one(social, request, &backend.info().name),
    };
    let attempt = attempt.ok_or_else(|| {
        Error::new(Reason::SessionContextMissing)
            .detail("this provider returns no state, and the browser has not exactly one sign-in with it under way")
    })?;
    attempt.check(&attempt.state, &backend.info().name, signed_in, social.clock().now())?;
    Ok(attempt)
}

async fn finish(
    social: &SocialAuth,
    instance: &Instance,
    attempt: &Attempt,
    callback: &Callback,
    session: &mut dyn Session,
) -> Result<Reply> {
    let identity = instance.backend.complete(attempt, callback).await?;
    if let Some(delivery) = instance.backend.delivery(Some(attempt), callback).await? {
        launch::spend(social, instance, &delivery).await?;
    }
    let journey = Journey::of(attempt);
    let parts = journey.parts(social, instance, identity, Sent::of(callback)).await?;
    run::run(social, instance, &journey, Context::new(parts).at_a_browser(None), 0, session).await
}
