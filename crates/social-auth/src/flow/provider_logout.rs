//! A provider tells that a session there has ended: by a request of its own (back-channel), or by loading an
//! address of ours in a frame of its page (front-channel).
//!
//! The former never comes with our cookies and the latter hardly ever, so all sessions that began with that session
//! end, in whichever browser.

use http::{Method, StatusCode};
use serde_json::json;

use super::{ended_sessions, failure};
use crate::backend::{EndedSession, LogoutNotice};
use crate::error::{Error, Reason, Result, Stage};
use crate::event::Event;
use crate::session::Session;
use crate::social_auth::SocialAuth;
use crate::storage::{OriginKey, SessionOrigin};
use crate::web::{Reply, ReplyBody, Request};

/// The namespace of logout tokens among the claims.
const CLAIMS: &str = "social-auth:logout";

/// A page of any provider may show the empty answer in a frame: there is nothing on it to be clicked.
const IN_A_FRAME: &str = "default-src 'none'; frame-ancestors *";

/// `POST /logout/backchannel/<backend>/` (Back-Channel Logout 1.0, sections 2.5 to 2.8).
pub(crate) async fn back_channel(social: &SocialAuth, name: &str, request: &Request) -> Reply {
    let outcome = match (&request.method, request.form.get("logout_token")) {
        (&Method::POST, Some(token)) if request.query.get("logout_token").is_none() => {
            ended(social, name, LogoutNotice::Token(token)).await
        }
        (&Method::POST, _) => Err(Error::missing_parameter("logout_token")),
        _ => return Reply::new(StatusCode::METHOD_NOT_ALLOWED, ReplyBody::Empty),
    };
    match outcome {
        Ok(()) => Reply::new(StatusCode::OK, ReplyBody::Empty),
        Err(error) => {
            failure::log(&error);
            let mut reply = Reply::json(status(&error), json!({ "error": "invalid_request", "error_description": error.to_string() }));
            reply.error = Some(error);
            reply
        }
    }
}

/// `GET /logout/frontchannel/<backend>/?iss=…&sid=…` (Front-Channel Logout 1.0, sections 2 and 3).
pub(crate) async fn front_channel(social: &SocialAuth, name: &str, request: &Request, session: &mut dyn Session) -> Reply {
    if request.method != Method::GET {
        return Reply::new(StatusCode::METHOD_NOT_ALLOWED, ReplyBody::Empty);
    }
    let param = |name: &str| request.query.get(name).filter(|text| !text.is_empty());
    let here = session.get(SessionOrigin::KEY).as_ref().and_then(SessionOrigin::from_value).filter(|origin| origin.backend == name);
    let outcome = match (param("iss"), param("sid"), here) {
        (Some(issuer), Some(sid), _) => ended(social, name, LogoutNotice::Frame { issuer, session: sid }).await,
        (None, None, Some(here)) if is_in_a_frame_of_this_site(request) => sign_out(social, name, &here, session).await,
        _ => Err(Error::missing_parameter("sid")
            .detail("register the client with frontchannel_logout_session_required, so that iss and sid come along")),
    };
    let status = outcome.as_ref().map_or_else(status, |()| StatusCode::OK);
    let mut reply = Reply::html(status, "", IN_A_FRAME);
    if let Err(error) = outcome {
        failure::log(&error);
        reply.error = Some(error);
    }
    reply
}

/// Whether nobody but a page of this very site, such as a provider at a sister domain, can have loaded it: other
/// sites, and links, must sign nobody out.
fn is_in_a_frame_of_this_site(request: &Request) -> bool {
    request.header("sec-fetch-dest") == Some("iframe") && matches!(request.header("sec-fetch-site"), Some("same-origin" | "same-site"))
}

/// Ends the session whose cookie came along, and those that share its session at the provider.
async fn sign_out(social: &SocialAuth, name: &str, here: &SessionOrigin, session: &mut dyn Session) -> Result<()> {
    session.sign_out().await?;
    let Some(id) = here.session.id.clone() else { return Ok(()) };
    end_all(social, name, &EndedSession { session: Some(id), subject: here.session.subject.clone(), once: None }).await
}

/// Section 2.8: whatever is wrong is a 400; but a name that we do not have is no address of ours.
fn status(error: &Error) -> StatusCode {
    if error.reason() == Reason::BackendMissing { StatusCode::NOT_FOUND } else { StatusCode::BAD_REQUEST }
}

async fn ended(social: &SocialAuth, name: &str, notice: LogoutNotice<'_>) -> Result<()> {
    let outcome = honour(social, name, notice).await;
    outcome.map_err(|error| error.stage_if_unknown(Stage::Callback).backend(name))
}

async fn honour(social: &SocialAuth, name: &str, notice: LogoutNotice<'_>) -> Result<()> {
    let ended = social.instance(name)?.backend.session_ended(&notice).await?;
    if let Some((id, expires_at)) = &ended.once
        && !social.social().claim(CLAIMS, &format!("{name} {id}"), *expires_at).await?
    {
        return Err(Error::new(Reason::AttemptUsed).detail("the logout token was used already"));
    }
    end_all(social, name, &ended).await
}

/// Ends the session that is named, or all of the person.
///
/// # Errors
/// `storage_failed`.
async fn end_all(social: &SocialAuth, name: &str, ended: &EndedSession) -> Result<()> {
    let key = match (&ended.session, &ended.subject) {
        (Some(session), _) => OriginKey::session(name, session),
        (None, Some(subject)) => OriginKey::subject(name, subject),
        (None, None) => return Ok(()),
    };
    let gone = ended_sessions::end(social, &key).await?;
    ended_sessions::forget_refresh_tokens(social, name, ended, &gone).await?;
    tracing::info!(backend = name, sessions = gone.len(), whole_person = ended.session.is_none(), "the provider ended a session");
    let mut users: Vec<_> = gone.into_iter().filter_map(|session| session.user_id).collect();
    users.sort_by(|one, other| one.as_str().cmp(other.as_str()));
    users.dedup();
    social.0.events.tell(|| Event::SessionEnded {
        backend: name.to_owned(),
        session: ended.session.clone(),
        subject: ended.subject.clone(),
        users,
    });
    Ok(())
}
