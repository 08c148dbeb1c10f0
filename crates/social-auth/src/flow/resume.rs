//! Resume: a paused pipeline goes on at the step that paused it, once, for the person who began.

use http::Method;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::complete::RETURNED;
use super::question::{self, OpenQuestion, Said};
use super::run::{self, Journey, Sent};
use super::{cookies, csrf, pages, where_to};
use crate::error::{Error, Reason, Result};
use crate::pipeline::{Context, PARTIAL_TOKEN, Question, SavedRun};
use crate::redirect::url_add_parameters;
use crate::session::Session;
use crate::social_auth::{Instance, SocialAuth};
use crate::storage::{NewPartial, Partial, UserId};
use crate::web::{Params, Reply, Request};

/// The session key, as in Python Social Auth.
const SESSION_KEY: &str = "partial_pipeline_token";

/// What a partial is sealed for. One that paused an authentication is of no use anywhere else.
const PURPOSE: &str = "partial:authentication";

/// The member of the stored data that holds the sealed text.
const SEALED: &str = "sealed";

/// The form field by which the person says yes to going on.
const CONFIRM: &str = "confirm";

#[derive(Serialize, Deserialize)]
struct Kept {
    journey: Journey,
    run: SavedRun,
    /// Who may go on with it besides who began ([`Context::await_user`]).
    #[serde(default)]
    awaits: Option<UserId>,
    /// What the person is asked.
    #[serde(default)]
    question: Option<Question>,
}

/// The paused run that a request means: the one it names, or else the browser's own of this backend,
/// unless the request is the answer of a provider.
///
/// # Errors
/// `storage_failed`.
pub(super) async fn token(
    social: &SocialAuth,
    instance: &Instance,
    request: &Request,
    session: &mut dyn Session,
) -> Result<Option<String>> {
    // What another site posted, and our own page posted on, is no answer to what a step asked.
    if request.form.get(RETURNED).is_some() {
        return Ok(None);
    }
    if let Some(named) = request.param(PARTIAL_TOKEN) {
        return Ok(Some(named.to_owned()));
    }
    let Some(own) = own_token(session).filter(|_| !is_answer(social, instance, request)) else { return Ok(None) };
    // A form is the answer to a step, if need be to one that is over. An address may be anything: it is no
    // matter of a run that is over, or paused elsewhere.
    if request.method == Method::POST {
        return Ok(Some(own));
    }
    let Some(partial) = social.social().partial(&own).await? else { return Ok(None) };
    let is_here = match open(social, instance, &partial) {
        Ok(_) => true,
        Err(error) => error.reason() == Reason::AttemptExpired,
    };
    Ok(is_here.then_some(own))
}

/// Whether the request is what a provider sends: by the parameters that only providers send or, where a
/// protocol has none of its own, by a sign-in that the browser has under way since.
fn is_answer(social: &SocialAuth, instance: &Instance, request: &Request) -> bool {
    let params: Params = request.form.iter().chain(request.query.iter()).collect();
    let backend = &instance.backend;
    backend.claim().is_some_and(|field| params.get(field).is_some())
        || backend.state_of(&params).is_some()
        || ["code", "error", "denied", "oauth_problem", "SAMLResponse", "ticket"].iter().any(|name| params.get(name).is_some())
        || request.method == Method::GET
            && backend.claim().is_none()
            && backend.stateless()
            && cookies::only_one(social, request, &backend.info().name).is_some()
}

/// Keeps a paused run and notes it in the browser's session.
pub(super) async fn keep(
    social: &SocialAuth,
    instance: &Instance,
    journey: &Journey,
    context: &mut Context,
    step: usize,
    session: &mut dyn Session,
) -> Result<()> {
    let token = context.partial_token().to_owned();
    // The same token again where the run was paused before: a link that was sent stays good.
    let kept = Kept {
        journey: journey.clone(),
        run: SavedRun::of(context),
        awaits: context.awaited_user().cloned(),
        question: context.question().cloned(),
    };
    let sealed = social.0.sealer.seal(PURPOSE, &kept)?;
    let partial = NewPartial {
        token: token.clone(),
        backend: instance.backend.info().name.clone(),
        next_step: u16::try_from(step).map_err(|_| Error::invalid_setting("PIPELINE", "it has too many steps"))?,
        data: Map::from_iter([(SEALED.to_owned(), Value::from(sealed))]),
        timestamp: social.clock().date_time(),
    };
    social.social().create_partial(&partial).await?;
    session.set(SESSION_KEY, token.into());
    Ok(())
}

/// Goes on with a paused run. A link, and any other browser than the one that began, is asked first, so
/// that nobody is signed in by following somebody else's link.
///
/// # Errors
/// `partial_missing` when it was used or never was; `attempt_expired`; `backend_mismatch`; `user_mismatch`.
pub(super) async fn resume(
    social: &SocialAuth,
    instance: &Instance,
    token: &str,
    request: &Request,
    session: &mut dyn Session,
) -> Result<Reply> {
    let partial = social.social().partial(token).await?.ok_or_else(|| Error::new(Reason::PartialMissing))?;
    let mut kept = open(social, instance, &partial)?;
    let is_own = own_token(session).as_deref() == Some(token);
    let signed_in = session.user_id();
    // A link must not connect the account of whoever sent it: only the browser that began goes on as another user.
    let is_awaited = is_own && signed_in.is_some() && kept.awaits == signed_in;
    if kept.journey.user != signed_in && !is_awaited {
        return Err(Error::new(Reason::UserMismatch));
    }
    kept.journey.user = signed_in;
    let mut answer = None;
    if let Some(question) = &kept.question {
        match question::said(social, instance, question, Some(token).filter(|_| is_own), request)? {
            Said::Nothing(page) => return Ok(*page),
            Said::Answer(said) => answer = Some((question.step.clone(), said)),
        }
        let wanted = request.form.get(where_to::NEXT).and_then(|next| where_to::allowed(&instance.flow, social.public_url(), next));
        kept.journey.next = wanted.map(str::to_owned).or(kept.journey.next);
    }
    let by_link = request.method != Method::POST && request.param(PARTIAL_TOKEN).is_some();
    let confirmed = request.form.get(CONFIRM).is_some() && csrf::require_own_page(social, request).is_ok();
    if (by_link || !is_own) && !confirmed {
        return ask_first(social, instance, request, kept.run.account());
    }
    if social.social().take_partial(token).await?.is_none() {
        return Err(Error::new(Reason::PartialMissing));
    }
    session.remove(SESSION_KEY);
    let sent = request
        .form
        .iter()
        .chain(request.query.iter())
        .filter(|(name, _)| ![PARTIAL_TOKEN, CONFIRM, question::ANSWER, csrf::FIELD].contains(name));
    let parts = kept.journey.parts(social, instance, kept.run.identity(), Sent { params: sent.collect(), client: request.peer }).await?;
    let mut context = kept.run.restore(parts, token, is_own).await?.at_a_browser(answer);
    if confirmed || is_of_the_person(social, token, request) {
        context.believe_answers();
    }
    run::run(social, instance, &kept.journey, context, partial.next_step.into(), session).await
}

/// Whether the request to go on with the browser's own run comes from a page of this site, or from one that knows the
/// run: another site's link or form brings the session's cookie too, and would answer in the place of the person.
fn is_of_the_person(social: &SocialAuth, token: &str, request: &Request) -> bool {
    csrf::require_own_page(social, request).is_ok() || request.form.get(PARTIAL_TOKEN) == Some(token)
}

/// Where a person goes on who has just signed in to the account that the browser's own paused run waits for.
///
/// # Errors
/// `storage_failed`.
pub(super) async fn offer(social: &SocialAuth, user: &UserId, session: &mut dyn Session) -> Result<Option<String>> {
    let Some(token) = own_token(session) else { return Ok(None) };
    let Some(partial) = social.social().partial(&token).await? else { return Ok(None) };
    let Ok(instance) = social.instance(&partial.backend) else { return Ok(None) };
    let awaited = open(social, instance, &partial).is_ok_and(|kept| kept.awaits.as_ref() == Some(user));
    let url = social.callback_url(&partial.backend);
    Ok(awaited.then(|| url_add_parameters(&url, &[(PARTIAL_TOKEN, &token)])))
}

/// The question that waits for the person at this browser.
///
/// # Errors
/// `storage_failed`.
pub(crate) async fn open_question(
    social: &SocialAuth,
    partial_token: Option<String>,
    user: Option<UserId>,
) -> Result<Option<OpenQuestion>> {
    let Some(partial_token) = partial_token else { return Ok(None) };
    let Some(partial) = social.social().partial(&partial_token).await? else { return Ok(None) };
    let Ok(instance) = social.instance(&partial.backend) else { return Ok(None) };
    let Ok(kept) = open(social, instance, &partial) else { return Ok(None) };
    let question = kept.question.filter(|question| question.expires_at > social.clock().now());
    let Some(question) = question.filter(|_| kept.journey.user == user) else { return Ok(None) };
    let action = question::action(social, &partial.backend);
    Ok(Some(OpenQuestion { question, backend: partial.backend, action, partial_token }))
}

fn open(social: &SocialAuth, instance: &Instance, partial: &Partial) -> Result<Kept> {
    if partial.backend != instance.backend.info().name {
        return Err(Error::new(Reason::BackendMismatch));
    }
    if social.clock().now() - partial.timestamp.unix_timestamp() >= instance.flow.partial_lifetime {
        return Err(Error::new(Reason::AttemptExpired).detail("the paused sign-in is too old; PARTIAL_LIFETIME sets how long it lives"));
    }
    let sealed = partial.data.get(SEALED).and_then(Value::as_str);
    sealed.and_then(|sealed| social.0.sealer.open(PURPOSE, sealed)).ok_or_else(|| {
        Error::new(Reason::PartialMissing)
            .detail("the paused sign-in cannot be opened: made by another program, or SECRET_KEY was changed without keeping the old one")
    })
}

/// The paused run that the browser's session names.
pub(crate) fn own_token(session: &dyn Session) -> Option<String> {
    session.get(SESSION_KEY).and_then(|value| value.as_str().map(str::to_owned))
}

fn ask_first(social: &SocialAuth, instance: &Instance, request: &Request, account: Option<&str>) -> Result<Reply> {
    let (token, cookie) = csrf::csrf_token(social, request)?;
    let mut fields: Vec<(String, String)> =
        request.query.iter().chain(request.form.iter()).map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
    fields.retain(|(name, _)| name != csrf::FIELD && name != CONFIRM);
    fields.extend([(csrf::FIELD.to_owned(), token), (CONFIRM.to_owned(), "1".to_owned())]);
    let info = instance.backend.info();
    let reply = pages::confirm_resume(request.uri.path(), &fields, &info.title, account)?;
    Ok(reply.cookies(cookie))
}
