//! From an identity to a signed-in user: the pipeline runs, pauses, or ends in a sign-in.

use std::net::IpAddr;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::begin::LAST_LOGIN_BACKEND;
use super::ended_sessions;
use super::resume;
use super::where_to::{self, AfterLogin};
use crate::attempt::Attempt;
use crate::backend::Callback;
use crate::error::{Error, Reason, Result, Stage};
use crate::event::Event;
use crate::expiry;
use crate::identity::Identity;
use crate::pipeline::{Context, ContextParts, Ended};
use crate::session::{Session, SessionLifetime};
use crate::settings::EmailPolicy;
use crate::social_auth::{Instance, SocialAuth};
use crate::storage::{SessionOrigin, User, UserId};
use crate::web::{Params, Reply};

/// What a sign-in knows besides the identity, from begin to its end, across pauses.
#[derive(Clone, Default, Serialize, Deserialize)]
pub(super) struct Journey {
    /// Where the person wants to go.
    pub(super) next: Option<String>,
    /// Who was signed in at begin.
    pub(super) user: Option<UserId>,
    /// `FIELDS_STORED_IN_SESSION`.
    pub(super) fields: Map<String, Value>,
}

/// What came with the request that runs the pipeline now.
pub(super) struct Sent {
    pub(super) params: Params,
    /// The address that it came from, where the adapter knows it.
    pub(super) client: Option<IpAddr>,
}

impl Sent {
    pub(super) fn of(callback: &Callback) -> Self {
        Sent { params: callback.params.clone(), client: callback.client }
    }
}

impl Journey {
    pub(super) fn of(attempt: &Attempt) -> Self {
        Journey { next: attempt.next.clone(), user: attempt.user.clone(), fields: attempt.fields.clone() }
    }

    /// What a run of the pipeline begins with.
    ///
    /// # Errors
    /// `user_mismatch` when the user who began is gone; `storage_failed`.
    pub(super) async fn parts(&self, social: &SocialAuth, instance: &Instance, identity: Identity, sent: Sent) -> Result<ContextParts> {
        let current_user = match &self.user {
            Some(id) => Some(social.users().user(id).await?.ok_or_else(|| Error::new(Reason::UserMismatch))?),
            None => None,
        };
        Ok(ContextParts {
            backend: instance.backend.clone(),
            settings: instance.flow.clone(),
            users: social.users().clone(),
            social: social.social().clone(),
            clock: social.clock().clone(),
            identity,
            current_user,
            session_fields: self.fields.clone(),
            associates: instance.pipeline.contains("associate_user"),
            validates_email: instance.pipeline.validates_email(instance.backend.info(), &instance.flow),
            params: sent.params,
            client: sent.client,
            mailroom: social.0.mailroom.clone(),
            resume_url: social.callback_url(&instance.backend.info().name),
            passwords: social.0.passwords.clone(),
            events: social.0.events.clone(),
        })
    }
}

/// How a run ended for the journey that asked for it.
pub(super) enum RunEnd {
    /// All steps are done.
    Finished(Box<Context>),
    /// A step ended it with this reply.
    Reply(Reply),
    /// A step paused it.
    Paused {
        /// What it shows.
        reply: Reply,
        /// Where it goes on.
        resume_url: String,
    },
}

/// Runs the pipeline from a step on, and signs in.
///
/// # Errors
/// What a step fails with; `user_inactive`; `authentication_disallowed` when no user came out.
pub(super) async fn run(
    social: &SocialAuth,
    instance: &Instance,
    journey: &Journey,
    context: Context,
    first: usize,
    session: &mut dyn Session,
) -> Result<Reply> {
    match pipeline(social, instance, journey, context, first, session).await? {
        RunEnd::Reply(reply) | RunEnd::Paused { reply, .. } => Ok(reply),
        RunEnd::Finished(context) => sign_in(social, instance, journey, &context, session).await,
    }
}

/// Runs the pipeline from a step on; keeps the run if a step pauses it.
///
/// # Errors
/// What a step fails with.
pub(super) async fn pipeline(
    social: &SocialAuth,
    instance: &Instance,
    journey: &Journey,
    mut context: Context,
    first: usize,
    session: &mut dyn Session,
) -> Result<RunEnd> {
    let ended = instance.pipeline.run(&mut context, first).await;
    for (name, value) in context.take_session_changes() {
        match value {
            Some(value) => session.set(&name, value),
            None => session.remove(&name),
        }
    }
    match ended.map_err(|error| error.stage_if_unknown(Stage::Pipeline))? {
        Ended::Finished => Ok(RunEnd::Finished(Box::new(context))),
        Ended::Stopped(reply) => Ok(RunEnd::Reply(reply)),
        Ended::Paused { step, reply } => {
            resume::keep(social, instance, journey, &mut context, step, session).await?;
            Ok(RunEnd::Paused { reply, resume_url: context.resume_url() })
        }
    }
}

async fn sign_in(
    social: &SocialAuth,
    instance: &Instance,
    journey: &Journey,
    context: &Context,
    session: &mut dyn Session,
) -> Result<Reply> {
    let user = user_of(social, context)?;
    let flow = &instance.flow;
    let inactive = !user.is_active && !flow.allow_inactive_users_login;
    if inactive && flow.inactive_user_url.is_none() {
        return Err(Error::new(Reason::UserInactive).stage(Stage::Pipeline));
    }
    note_verified_email(social, context, user).await?;
    if !inactive && journey.user.as_ref() != Some(&user.id) {
        session.sign_in(user, lifetime(journey, context)).await?;
        match origin(context) {
            Some(origin) => session.set(SessionOrigin::KEY, origin.to_value()),
            // Values outlive a second sign-in of the same person.
            None => session.remove(SessionOrigin::KEY),
        }
        social.users().record_login(&user.id, social.clock().date_time()).await?;
    }
    if !inactive {
        session.set(LAST_LOGIN_BACKEND, instance.backend.info().name.clone().into());
    }
    tracing::info!(
        backend = instance.backend.info().name,
        user = user.id.as_str(),
        new_user = context.created_user,
        new_association = context.new_association,
        inactive,
        "signed in"
    );
    if !inactive {
        tell_of_login(social, context, user);
        if let Some(onward) = resume::offer(social, &user.id, session).await? {
            return Ok(Reply::redirect(onward));
        }
    }
    let after =
        AfterLogin { next: journey.next.as_deref(), is_new: context.created_user, new_association: context.new_association, inactive };
    Ok(Reply::redirect(where_to::after_login(flow, social.public_url(), &after)))
}

/// The session at the provider with which ours will end.
pub(super) fn origin(context: &Context) -> Option<SessionOrigin> {
    let session = context.identity().provider_session.clone();
    let since = ended_sessions::milliseconds(context.clock());
    let origin = SessionOrigin { backend: context.backend_info().name.clone(), session, since };
    (origin.session.id.is_some() || origin.session.subject.is_some()).then_some(origin)
}

/// How long the session may last: by the provider's word, by the site's, by the person's.
fn lifetime(journey: &Journey, context: &Context) -> SessionLifetime {
    let flow = context.settings();
    let identity = context.identity();
    // OAuth 1.0a and OpenID have no expiry of their own; providers that state one have it in the extra data.
    let of_token = || expiry::seconds_left(&identity.extra_data, context.clock().now()).ok().flatten().filter(|left| *left > 0);
    let of_provider = flow.session_expiration.then(|| identity.session_lifetime.or_else(of_token)).flatten();
    SessionLifetime {
        seconds: of_provider.into_iter().chain(flow.max_session_length).min(),
        ends_with_browser: flow.remember_session_name.as_deref().is_some_and(|name| {
            let asked = journey.fields.get(name).and_then(Value::as_str).or_else(|| context.param(name));
            !asked.is_some_and(is_yes)
        }),
    }
}

/// Whether the value of a box that may be ticked says yes.
fn is_yes(value: &str) -> bool {
    !["", "0", "false", "no", "off"].contains(&value.trim().to_ascii_lowercase().as_str())
}

/// Who signs in.
///
/// # Errors
/// `authentication_disallowed` when no step found or made a user.
pub(super) fn user_of<'a>(social: &SocialAuth, context: &'a Context) -> Result<&'a User> {
    context.user.as_ref().ok_or_else(|| {
        let backend = context.backend_info().name.clone();
        social.0.events.tell(|| Event::UserNotRegistered { backend, uid: context.identity().uid.as_str().to_owned() });
        let why = "no step of the pipeline found or made a user";
        Error::new(Reason::AuthenticationDisallowed).stage(Stage::Pipeline).detail(why)
    })
}

/// Notes that the user's address is verified, when a provider that we believe vouches for that very address.
/// `associate_by_email` asks for it. Without that policy it is noted when the identity is new only: a
/// returning sign-in costs no statement more.
///
/// # Errors
/// `storage_failed`.
pub(super) async fn note_verified_email(social: &SocialAuth, context: &Context, user: &User) -> Result<()> {
    let vouched = context.details.email.as_ref().filter(|email| email.verified);
    let (Some(vouched), Some(own)) = (vouched, user.email.as_deref()) else { return Ok(()) };
    if !vouched.address.eq_ignore_ascii_case(own) {
        return Ok(());
    }
    let is_first = context.created_user || context.new_association;
    let wanted = context.settings().associate_by_email == EmailPolicy::Verified;
    if is_first || wanted && !social.users().has_verified_email(&user.id, own).await? {
        social.users().record_verified_email(&user.id, own, social.clock().date_time()).await?;
    }
    Ok(())
}

pub(super) fn tell_of_login(social: &SocialAuth, context: &Context, user: &User) {
    social.0.events.tell(|| Event::LoginSucceeded {
        backend: context.backend_info().name.clone(),
        user: user.clone(),
        is_new: context.created_user,
        new_association: context.new_association,
    });
}
