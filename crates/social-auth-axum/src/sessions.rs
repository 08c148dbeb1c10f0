//! Whose sessions are used: our own, or the application's.

use std::sync::Arc;

use async_trait::async_trait;
use http::Extensions;
use social_auth::session::Session;
use social_auth::storage::User;
use social_auth::web::{CookieSession, Request};
use social_auth::{Result, SocialAuth};

/// Lends the application's own sessions, such as those of tower-sessions.
///
/// Hand it to the router as an extension: `.layer(Extension(Sessions::lent(MySessions)))`, inside the layer
/// that loads the sessions.
#[async_trait]
pub trait SessionSource: Send + Sync + 'static {
    /// The session of the browser that made the request. `extensions` are what layers left with it.
    ///
    /// # Errors
    /// `storage_failed` when it cannot be loaded.
    async fn session(&self, social: &SocialAuth, request: &Request, extensions: &Extensions) -> Result<Box<dyn Session>>;
}

/// Whose sessions are used, as an extension of the request. Without one they are [`CookieSession`]s.
#[derive(Clone, Default)]
pub struct Sessions(Option<Arc<dyn SessionSource>>);

impl Sessions {
    /// The application's own.
    #[must_use]
    pub fn lent(source: impl SessionSource) -> Self {
        Sessions(Some(Arc::new(source)))
    }

    pub(crate) fn of(extensions: &Extensions) -> Self {
        extensions.get::<Sessions>().cloned().unwrap_or_default()
    }

    pub(crate) async fn load(&self, social: &SocialAuth, request: &Request, extensions: &Extensions) -> Result<Box<dyn Session>> {
        match &self.0 {
            Some(source) => {
                let mut session = source.session(social, request, extensions).await?;
                if session.user_id().is_some() && social.active_user(session.as_mut()).await?.is_none() {
                    session.sign_out().await?;
                }
                Ok(session)
            }
            None => Ok(Box::new(CookieSession::load(social, request).await?)),
        }
    }

    /// Who is signed in. Users who are gone or switched off are not.
    pub(crate) async fn user(&self, social: &SocialAuth, request: &Request, extensions: &Extensions) -> Result<Option<User>> {
        let Some(source) = &self.0 else { return of_cookie(social, request).await };
        let mut session = source.session(social, request, extensions).await?;
        social.active_user(session.as_mut()).await
    }
}

async fn of_cookie(social: &SocialAuth, request: &Request) -> Result<Option<User>> {
    let mut session = CookieSession::load(social, request).await?;
    let user = session.user().cloned();
    // Only notes that the session is in use, and so sets no cookie; a page need not fail for that.
    if let Err(error) = session.commit().await {
        tracing::warn!(%error, "the use of a session could not be noted");
    }
    Ok(user)
}
