//! Signing in on a device without a browser (RFC 8628): a code is shown, the person approves it in a browser
//! elsewhere, the same pipeline runs as for any other sign-in.

use std::net::IpAddr;
use std::time::Duration;

use http::{HeaderMap, Method};

use super::run::{self, Journey, RunEnd, Sent};
use crate::api_token::ApiToken;
use crate::backend::{DeviceAnswer, DeviceCode};
use crate::error::{Error, Reason, Result, Stage};
use crate::pipeline::Context;
use crate::rate::AccountKey;
use crate::session::MemorySession;
use crate::social_auth::SocialAuth;
use crate::storage::{User, UserId};
use crate::web::{Params, Request};

/// The namespace of device codes among the claims.
const CLAIMS: &str = "social-auth:device";

/// By how many seconds "slow down" makes the interval longer (RFC 8628, section 3.5).
const SLOWER: i64 = 5;

/// A sign-in on a device, begun and not yet approved.
///
/// Only who holds this can complete it: the device code in it is a secret that is never shown. It is bound to
/// the backend and to whom it was begun for.
#[must_use = "ask with `SocialAuth::poll_device` whether the person has approved it"]
pub struct DeviceSignIn {
    backend: String,
    user: Option<UserId>,
    code: DeviceCode,
}

/// Whether the person has approved.
#[derive(Debug)]
pub enum DevicePoll {
    /// Not yet: ask again after this time, and not before.
    Pending(Duration),
    /// The person signed in.
    SignedIn(Box<DeviceUser>),
}

/// Who signed in on a device.
#[derive(Debug)]
pub struct DeviceUser {
    /// The user.
    pub user: User,
    /// Whether this sign-in made the user.
    pub is_new: bool,
    /// Whether this sign-in connected the identity.
    pub new_association: bool,
    /// A token of ours for the program on the device.
    pub token: ApiToken,
}

impl DeviceSignIn {
    /// What the person types in.
    #[must_use]
    pub fn user_code(&self) -> &str {
        &self.code.user_code
    }

    /// Where the person types it in.
    #[must_use]
    pub fn verification_uri(&self) -> &str {
        &self.code.verification_uri
    }

    /// The same address with the code in it, for a link or a QR code. Show the code beside it all the same, so
    /// that the person can see that it is this device's (RFC 8628, section 3.3.1).
    #[must_use]
    pub fn verification_uri_complete(&self) -> Option<&str> {
        self.code.verification_uri_complete.as_deref()
    }

    /// When it is too late, in Unix seconds.
    #[must_use]
    pub fn expires_at(&self) -> i64 {
        self.code.expires_at
    }

    /// How long to wait before the next question.
    #[must_use]
    pub fn interval(&self) -> Duration {
        Duration::from_secs(u64::try_from(self.code.interval).unwrap_or_default())
    }
}

/// Without the device code.
impl std::fmt::Debug for DeviceSignIn {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("DeviceSignIn").field("backend", &self.backend).field("expires_at", &self.code.expires_at).finish_non_exhaustive()
    }
}

/// For whom a sign-in on a device is begun.
#[derive(Debug, Clone, Copy, Default)]
pub struct DeviceFor<'a> {
    /// The user that the identity will be connected to, and nobody else.
    pub user: Option<&'a UserId>,
    /// The address of the client that asks for it, where a server does it for others.
    pub client: Option<IpAddr>,
}

pub(crate) async fn begin_device(social: &SocialAuth, name: &str, whom: DeviceFor<'_>) -> Result<DeviceSignIn> {
    let instance = social.instance(name)?;
    within_limits(social, name, whom).map_err(|error| error.stage(Stage::Begin).backend(name))?;
    let user = whom.user;
    let code = instance.backend.begin_device().await;
    let code = code.map_err(|error| error.stage_if_unknown(Stage::Begin).backend(name));
    let code = code.inspect_err(|error| social.0.events.login_failed(name, error))?;
    Ok(DeviceSignIn { backend: name.to_owned(), user: user.cloned(), code })
}

/// `RATE_LIMITS`, by the client's address and by the user; where neither is known, all such sign-ins with the backend
/// count together.
fn within_limits(social: &SocialAuth, name: &str, whom: DeviceFor<'_>) -> Result<()> {
    let limits = &social.0.limits;
    limits.device.check_address(whom.client)?;
    match (whom.user, whom.client) {
        (Some(user), _) => limits.device_for.check(&AccountKey::of_user(user)),
        (None, Some(_)) => Ok(()),
        (None, None) => limits.device_for.check(&AccountKey::of_name(name)),
    }
}

pub(crate) async fn poll_device(social: &SocialAuth, sign_in: &mut DeviceSignIn) -> Result<DevicePoll> {
    let name = sign_in.backend.clone();
    let outcome = poll(social, sign_in).await.map_err(|error| error.stage_if_unknown(Stage::TokenExchange).backend(&name));
    outcome.inspect_err(|error| social.0.events.login_failed(&name, error))
}

async fn poll(social: &SocialAuth, sign_in: &mut DeviceSignIn) -> Result<DevicePoll> {
    if sign_in.code.expires_at <= social.clock().now() {
        return Err(Error::new(Reason::AttemptExpired).detail("the person did not approve the code in time"));
    }
    let instance = social.instance(&sign_in.backend)?;
    let identity = match instance.backend.complete_device(&sign_in.code.device_code).await? {
        DeviceAnswer::Pending => return Ok(DevicePoll::Pending(sign_in.interval())),
        DeviceAnswer::SlowDown => {
            sign_in.code.interval = sign_in.code.interval.saturating_add(SLOWER);
            return Ok(DevicePoll::Pending(sign_in.interval()));
        }
        DeviceAnswer::Done(identity) => *identity,
    };
    // A provider that lets a code be spent twice must not make two sign-ins of it.
    if !social.social().claim(CLAIMS, sign_in.code.device_code.expose(), sign_in.code.expires_at).await? {
        return Err(Error::new(Reason::AttemptUsed));
    }
    let journey = Journey { user: sign_in.user.clone(), ..Journey::default() };
    let sent = Sent { params: Params::default(), client: None };
    let parts = journey.parts(social, instance, identity, sent).await?;
    let context = match run::pipeline(social, instance, &journey, Context::new(parts), 0, &mut MemorySession::default()).await? {
        RunEnd::Finished(context) => context,
        RunEnd::Reply(_) | RunEnd::Paused { .. } => {
            return Err(Error::new(Reason::AuthenticationDisallowed)
                .stage(Stage::Pipeline)
                .detail("a step of the pipeline wants to ask the person something, which needs a sign-in in a browser"));
        }
    };
    signed_in(social, &context).await.map(|user| DevicePoll::SignedIn(Box::new(user)))
}

async fn signed_in(social: &SocialAuth, context: &Context) -> Result<DeviceUser> {
    let user = run::user_of(social, context)?;
    if !user.is_active && !context.settings().allow_inactive_users_login {
        return Err(Error::new(Reason::UserInactive).stage(Stage::Pipeline));
    }
    social.users().record_login(&user.id, social.clock().date_time()).await?;
    let backend = &context.backend_info().name;
    let request = Request::new(Method::POST, http::Uri::from_static("/"), HeaderMap::new(), b"", None)?;
    let token = match run::origin(context) {
        Some(origin) => social.issue_api_token_from(user, &origin, &request).await?,
        None => social.issue_api_token(user, backend, &request).await?,
    };
    tracing::info!(backend, user = user.id.as_str(), new_user = context.created_user, "signed in on a device");
    run::tell_of_login(social, context, user);
    Ok(DeviceUser { user: user.clone(), is_new: context.created_user, new_association: context.new_association, token })
}
