//! Logout: our session ends, and the provider's where that is wanted. A `GET` shows a page with one button, so
//! that no other site can do it.

use http::Method;
use serde::{Deserialize, Serialize};

use super::{csrf, pages, where_to};
use crate::backend::{Departure, EndSession};
use crate::error::Result;
use crate::session::Session;
use crate::social_auth::{Instance, SocialAuth};
use crate::storage::{Association, SessionOrigin, UserId};
use crate::web::{Reply, Request};

/// The form field by which a person asks to be signed out at the provider too.
const AT_PROVIDER: &str = "at_provider";

const PURPOSE: &str = "logout";

/// How long a provider may take to ask the person, in seconds.
const PATIENCE: i64 = 3600;

/// What the provider repeats as `state` when it sends the browser back.
#[derive(Serialize, Deserialize)]
struct Return {
    next: Option<String>,
    expires_at: i64,
}

pub(crate) async fn logout(social: &SocialAuth, request: &Request, session: &mut dyn Session) -> Result<Reply> {
    if request.method != Method::POST {
        return ask_first(social, request);
    }
    csrf::require_own_page(social, request)?;
    let user = session.user_id();
    let origin = session.get(SessionOrigin::KEY).as_ref().and_then(SessionOrigin::from_value);
    session.sign_out().await?;
    let next = request.param(where_to::NEXT).and_then(|next| where_to::allowed(social.flow_settings(), social.public_url(), next));
    if let (Some(user), Some(origin)) = (user, origin)
        && let Some(reply) = at_provider(social, request, &user, &origin, next).await?
    {
        return Ok(reply);
    }
    Ok(home(social, next))
}

/// `GET /logout/complete/`: the provider sends the browser back (RP-Initiated Logout 1.0, section 3).
pub(crate) fn after_provider(social: &SocialAuth, request: &Request) -> Reply {
    returned(social, request.query.get("state").unwrap_or_default())
}

/// Where the person goes who comes back from the provider with this state.
pub(super) fn returned(social: &SocialAuth, state: &str) -> Reply {
    let returned = social.0.sealer.open::<Return>(PURPOSE, state).filter(|returned| returned.expires_at > social.clock().now());
    let next = returned.and_then(|returned| returned.next);
    // What was allowed before it was sealed may have been forbidden since.
    home(social, next.as_deref().and_then(|next| where_to::allowed(social.flow_settings(), social.public_url(), next)))
}

fn home(social: &SocialAuth, next: Option<&str>) -> Reply {
    let flow = social.flow_settings();
    Reply::redirect(next.or(flow.logout_redirect_url.as_deref()).or(flow.login_url.as_deref()).unwrap_or("/"))
}

/// Sends the browser on to the provider, if it is to be signed out there and the provider has a place for that.
async fn at_provider(
    social: &SocialAuth,
    request: &Request,
    user: &UserId,
    origin: &SessionOrigin,
    next: Option<&str>,
) -> Result<Option<Reply>> {
    let Ok(instance) = social.instance(&origin.backend) else { return Ok(None) };
    let asked = request.form.get(AT_PROVIDER).map(|answer| !matches!(answer, "" | "0" | "false"));
    if !asked.unwrap_or(instance.flow.logout_at_provider) {
        return Ok(None);
    }
    let departure = match departure(social, instance, user, origin, next).await {
        Ok(departure) => departure,
        Err(error) => {
            // Our own session has ended, and that must not look like a failure.
            tracing::warn!(backend = origin.backend, %error, "the person stays signed in at the provider");
            None
        }
    };
    match departure {
        Some(Departure::Redirect(url)) => Ok(Some(Reply::redirect(url))),
        Some(Departure::Post { action, fields }) => pages::post_onward(&action, &fields).map(Some),
        Some(Departure::Ask { .. } | Departure::Widget(_)) | None => Ok(None),
    }
}

async fn departure(
    social: &SocialAuth,
    instance: &Instance,
    user: &UserId,
    origin: &SessionOrigin,
    next: Option<&str>,
) -> Result<Option<Departure>> {
    let returned = Return { next: next.map(str::to_owned), expires_at: social.clock().now().saturating_add(PATIENCE) };
    let state = social.0.sealer.seal(PURPOSE, &returned)?;
    let own = social.url("logout/complete/");
    let association = association(social, user, origin).await?;
    let ending = EndSession {
        session: &origin.session,
        association: association.as_ref(),
        return_to: instance.flow.post_logout_redirect_uri.as_deref().unwrap_or(&own),
        state: &state,
    };
    instance.backend.end_session(&ending).await
}

/// The association that the session began with: among several of one backend the one of this subject.
async fn association(social: &SocialAuth, user: &UserId, origin: &SessionOrigin) -> Result<Option<Association>> {
    let mut own = social.social().associations_of(user).await?;
    own.retain(|association| association.provider == origin.backend);
    let of_subject = own.iter().position(|association| Some(&association.uid) == origin.session.subject.as_ref()).unwrap_or(0);
    Ok((of_subject < own.len()).then(|| own.swap_remove(of_subject)))
}

fn ask_first(social: &SocialAuth, request: &Request) -> Result<Reply> {
    let (token, cookie) = csrf::csrf_token(social, request)?;
    let mut fields = vec![(csrf::FIELD.to_owned(), token)];
    let kept = [where_to::NEXT, AT_PROVIDER].into_iter();
    fields.extend(kept.filter_map(|name| Some((name.to_owned(), request.param(name)?.to_owned()))));
    let mut reply = pages::sign_out_button(&format!("{}logout/", social.mount()), &fields)?;
    reply.cookies.extend(cookie);
    Ok(reply)
}
