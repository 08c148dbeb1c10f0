//! Single logout by way of the browser: a provider ends the sessions that began with it, or answers a logout that
//! began here.

use http::{Method, header};

use super::complete::RETURNED;
use super::{begin, ended_sessions, logout, pages};
use crate::backend::{LogoutMessage, LogoutReceived, ProviderEndsSessions};
use crate::error::{Error, Reason, Result, Stage};
use crate::seal::sha256_base64url;
use crate::session::Session;
use crate::social_auth::{Instance, SocialAuth};
use crate::storage::{OriginKey, SessionOrigin};
use crate::web::{Fetch, Reply, Request};

/// The namespace of requests to end sessions.
const CLAIMS: &str = "social-auth:logout";

/// The address of a backend's messages of single logout, below the mount.
pub(super) fn path(backend: &str) -> String {
    format!("saml/logout/{backend}/")
}

pub(crate) async fn single_logout(social: &SocialAuth, name: &str, request: &Request, session: &mut dyn Session) -> Result<Reply> {
    let instance = social.instance(name)?;
    if lacks_lax_cookies(social, request) {
        return pages::return_page(request);
    }
    let message = LogoutMessage {
        form: request.form.clone(),
        query: request.uri.query().unwrap_or_default(),
        url: social.url(&path(name)),
        posted: request.method == Method::POST,
    };
    let received = instance.backend.receive_logout(&message).await;
    match received.map_err(|error| error.stage_if_unknown(Stage::Callback).backend(name))? {
        LogoutReceived::Requested(wanted) => {
            end(social, instance, &wanted, session).await?;
            begin::depart(wanted.answer)
        }
        LogoutReceived::Answered { state } => Ok(logout::returned(social, state.as_deref().unwrap_or_default())),
    }
}

/// A `POST` from the provider's site comes without our `SameSite=Lax` cookies: a page of ours posts it on. In a frame
/// there are none either way.
fn lacks_lax_cookies(social: &SocialAuth, request: &Request) -> bool {
    let framed = request.headers.get(header::HeaderName::from_static("sec-fetch-dest")).is_some_and(|dest| dest == "iframe");
    request.method == Method::POST
        && request.form.get(RETURNED).is_none()
        && request.fetch_site(social.public_url()) != Fetch::SameOrigin
        && !framed
}

/// Ends the sessions, wherever they are, and this browser's if it is one of them.
async fn end(social: &SocialAuth, instance: &Instance, wanted: &ProviderEndsSessions, session: &mut dyn Session) -> Result<()> {
    let backend = &instance.backend.info().name;
    let once = sha256_base64url(&format!("{backend} {}", wanted.once));
    if !social.social().claim(CLAIMS, &once, wanted.expires_at).await? {
        return Err(Error::new(Reason::AttemptUsed).stage(Stage::Disconnect).detail("the provider's request was used already"));
    }
    let mut keys: Vec<_> = wanted.sessions.iter().map(|id| OriginKey::session(backend, id)).collect();
    if keys.is_empty() {
        keys.push(OriginKey::subject(backend, &wanted.subject));
    }
    let mut ended = 0;
    for key in &keys {
        ended += ended_sessions::end(social, key).await?.len();
    }
    let own = session.get(SessionOrigin::KEY).as_ref().and_then(SessionOrigin::from_value).map(|origin| origin.keys());
    if own.is_some_and(|own| own.session.into_iter().chain(own.subject).any(|key| keys.contains(&key))) {
        session.sign_out().await?;
    }
    tracing::info!(backend, sessions = ended, "signed out by the provider");
    Ok(())
}
