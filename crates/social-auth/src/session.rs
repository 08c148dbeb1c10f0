//! What an adapter lends us of the application's session.

use async_trait::async_trait;
use cookie::Cookie;
use serde_json::Value;

use crate::error::Result;
use crate::storage::{User, UserId};

/// How long a session may last, as far as the sign-in says. The default leaves it to the application.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct SessionLifetime {
    /// Seconds after which it ends, whoever uses it (`SESSION_EXPIRATION`, `MAX_SESSION_LENGTH`).
    pub seconds: Option<i64>,
    /// Whether it ends when the browser is closed: nobody asked to be remembered (`REMEMBER_SESSION_NAME`).
    pub ends_with_browser: bool,
}

/// The session of the browser that made the request.
///
/// An adapter implements this over its framework's sessions, or uses
/// [`CookieSession`](crate::web::CookieSession), which keeps sessions in our own storage.
#[async_trait]
pub trait Session: Send {
    /// Who is signed in, if anyone. Users who were deleted or switched off must not count: see
    /// [`SocialAuth::active_user`](crate::SocialAuth::active_user).
    fn user_id(&self) -> Option<UserId>;

    /// A value kept earlier.
    fn get(&self, key: &str) -> Option<Value>;

    /// Keeps a value.
    fn set(&mut self, key: &str, value: Value);

    /// Forgets a value.
    fn remove(&mut self, key: &str);

    /// Signs the user in. The session gets a new id (session fixation: CVE-2022-25896) and keeps its
    /// values only if nobody or the same user was signed in before.
    ///
    /// # Errors
    /// `storage_failed` when the session cannot be kept.
    async fn sign_in(&mut self, user: &User, lifetime: SessionLifetime) -> Result<()>;

    /// Signs out: the session's id and all its values are gone.
    ///
    /// # Errors
    /// `storage_failed` when the session cannot be removed.
    async fn sign_out(&mut self) -> Result<()>;

    /// Keeps what changed. The adapter calls it once, when the answer is ready, and sets the cookies that
    /// this gives. A session that its framework keeps by itself leaves this method alone.
    ///
    /// # Errors
    /// `storage_failed` when the session cannot be kept.
    async fn commit(&mut self) -> Result<Vec<Cookie<'static>>> {
        Ok(Vec::new())
    }
}
