//! What an adapter lends us of the application's session.

use std::collections::HashMap;

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

/// A session that nothing keeps: for tests of an application's own pipeline, and for commands without a browser.
///
/// ```
/// use http::{HeaderMap, Method, Uri};
/// use social_auth::SocialAuth;
/// use social_auth::session::MemorySession;
/// use social_auth::storage::MemoryStorage;
/// use social_auth::web::Request;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let social = SocialAuth::builder()
///     .public_url("https://site.example")
///     .secret_key("a key of at least thirty-two random characters")
///     .storage(MemoryStorage::new())
///     .backend("github", [("KEY", "id"), ("SECRET", "secret")])
///     .build()?;
/// let mut session = MemorySession::default();
/// let request = Request::new(Method::GET, Uri::from_static("/login/github/"), HeaderMap::new(), b"", None)?;
/// let reply = social.respond(&request, &mut session).await.expect("an address of ours");
/// assert!(reply.status.is_success(), "a page with one button: nobody knows where the link stood");
/// assert_eq!(session.user, None);
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, Default)]
pub struct MemorySession {
    /// Who is signed in.
    pub user: Option<UserId>,
    /// How long the last sign-in wants to last.
    pub lifetime: Option<SessionLifetime>,
    /// What is kept.
    pub values: HashMap<String, Value>,
}

#[async_trait]
impl Session for MemorySession {
    fn user_id(&self) -> Option<UserId> {
        self.user.clone()
    }

    fn get(&self, key: &str) -> Option<Value> {
        self.values.get(key).cloned()
    }

    fn set(&mut self, key: &str, value: Value) {
        self.values.insert(key.to_owned(), value);
    }

    fn remove(&mut self, key: &str) {
        self.values.remove(key);
    }

    async fn sign_in(&mut self, user: &User, lifetime: SessionLifetime) -> Result<()> {
        if self.user.as_ref().is_some_and(|id| *id != user.id) {
            self.values.clear();
        }
        (self.user, self.lifetime) = (Some(user.id.clone()), Some(lifetime));
        Ok(())
    }

    async fn sign_out(&mut self) -> Result<()> {
        *self = MemorySession::default();
        Ok(())
    }
}
