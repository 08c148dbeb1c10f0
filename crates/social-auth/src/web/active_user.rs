//! Whether the user whom a session names may still be signed in.

use crate::error::Result;
use crate::flow::{LAST_LOGIN_BACKEND, has_ended};
use crate::session::Session;
use crate::social_auth::SocialAuth;
use crate::storage::{SessionOrigin, User, UserId};

impl SocialAuth {
    /// Who is signed in, in a session that the application lends: nobody when the user was deleted or
    /// switched off meanwhile, or the provider has ended the session that it began with. An adapter asks before it lends the session to
    /// [`respond`](SocialAuth::respond), and signs out where this is nobody.
    /// [`CookieSession`](super::CookieSession) has asked when it is loaded.
    ///
    /// # Errors
    /// `storage_failed`.
    pub async fn active_user(&self, session: &mut dyn Session) -> Result<Option<User>> {
        let Some(id) = session.user_id() else { return Ok(None) };
        let origin = session.get(SessionOrigin::KEY).as_ref().and_then(SessionOrigin::from_value);
        if let Some(origin) = origin
            && has_ended(self, &origin).await?
        {
            return Ok(None);
        }
        let backend = session.get(LAST_LOGIN_BACKEND);
        find(self, &id, backend.as_ref().and_then(|name| name.as_str())).await
    }
}

/// The user, if active, or if `ALLOW_INACTIVE_USERS_LOGIN` is set for the site or for the backend that the
/// session began with.
pub(super) async fn find(social: &SocialAuth, id: &UserId, backend: Option<&str>) -> Result<Option<User>> {
    let instance = backend.and_then(|name| social.instance(name).ok());
    let admits_all =
        social.flow_settings().allow_inactive_users_login || instance.is_some_and(|instance| instance.flow.allow_inactive_users_login);
    Ok(social.users().user(id).await?.filter(|user| user.is_active || admits_all))
}
