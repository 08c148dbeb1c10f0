//! Sessions in our own storage, for applications whose framework has none: [`CookieSession`].

use async_trait::async_trait;
use cookie::Cookie;
use serde_json::Value;

use super::{Reach, Request, active_user, full_name, own_cookie};
use crate::error::Result;
use crate::flow::LAST_LOGIN_BACKEND;
use crate::identity::Fields;
use crate::seal::{random_token, sha256_base64url};
use crate::session::{Session, SessionLifetime};
use crate::social_auth::SocialAuth;
use crate::storage::{StorageError, StoredSession, User, UserId};

const COOKIE: &str = "social_auth_session";

/// The characters of a cookie's value: 32 random bytes in base64url.
const KEY_LENGTH: usize = 43;

/// The row and not the cookie says when a session ends, since it can be prolonged without an answer to
/// the browser. Browsers keep no cookie for more than 400 days (RFC 6265bis, section 5.5).
const COOKIE_MAX_AGE: i64 = 400 * 24 * 3600;

/// Seconds between two notes that a session is in use: no write for each request.
const COARSENESS: i64 = 300;

/// The key of the time (Unix seconds) after which a session is not prolonged, whoever uses it.
const ENDS_AT: &str = "social_auth_session_ends_at";

/// The session of a browser, kept in our own storage under the hash of a random cookie.
///
/// [`load`](CookieSession::load) it, lend it to [`SocialAuth::respond`], then [`commit`](Session::commit)
/// it and set the cookies that this answers. Visitors for whom nothing is kept get neither row nor cookie.
///
/// ```
/// # async fn page(social: social_auth::SocialAuth, request: social_auth::web::Request) -> social_auth::Result<()> {
/// use social_auth::{session::Session as _, web::CookieSession};
/// let mut session = CookieSession::load(&social, &request).await?;
/// if let Some(mut reply) = social.respond(&request, &mut session).await {
///     reply.cookies.extend(session.commit().await?);
/// }
/// # Ok(()) }
/// ```
#[must_use = "what changed is kept by `commit` only"]
pub struct CookieSession {
    social: SocialAuth,
    user_agent: String,
    ip_address: String,
    /// The session as it is now, kept already or not.
    row: Option<StoredSession>,
    user: Option<User>,
    work: Work,
    /// The row in storage whose place a new one takes.
    replaced: Option<String>,
    cookie: Option<Cookie<'static>>,
}

/// What [`Session::commit`] has to do for the row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Work {
    Nothing,
    Create,
    Update,
}

impl CookieSession {
    /// Loads the session that the request's cookie names, if it is there and did not expire. The session
    /// of a user who was deleted or switched off is removed.
    ///
    /// # Errors
    /// `storage_failed`.
    pub async fn load(social: &SocialAuth, request: &Request) -> Result<Self> {
        let mut session = CookieSession {
            social: social.clone(),
            user_agent: request.header(http::header::USER_AGENT).unwrap_or_default().chars().take(255).collect(),
            ip_address: request.peer.map(|peer| peer.to_string()).unwrap_or_default(),
            row: None,
            user: None,
            work: Work::Nothing,
            replaced: None,
            cookie: None,
        };
        // An unknown cookie stays: a removal could overtake the new cookie of a sign-in in another tab.
        let Some(key) = request.cookie(&full_name(social, Reach::Site, COOKIE)).filter(|key| key.len() == KEY_LENGTH) else {
            return Ok(session);
        };
        let Some(row) = social.social().session(&sha256_base64url(&key), social.clock().now()).await? else { return Ok(session) };
        if let Some(id) = &row.user_id {
            session.user = active_user::find(social, id, row.data.text(LAST_LOGIN_BACKEND)).await?;
            if session.user.is_none() {
                social.social().delete_session(&row.key_hash).await?;
                return Ok(session);
            }
        }
        session.row = Some(row);
        Ok(session)
    }

    /// Who is signed in, as read when the session was loaded.
    #[must_use]
    pub fn user(&self) -> Option<&User> {
        self.user.as_ref()
    }

    /// The row, for lists of sessions; `None` while nothing is kept.
    #[must_use]
    pub fn stored(&self) -> Option<&StoredSession> {
        self.row.as_ref()
    }

    /// A session without values under a new random key, and the cookie that goes with it.
    fn renew(&mut self, user_id: Option<UserId>, data: Fields) {
        if let Some(old) = self.row.take().filter(|_| self.work != Work::Create) {
            self.replaced = Some(old.key_hash);
        }
        let now = self.social.clock().now();
        let key = random_token(32);
        self.row = Some(StoredSession {
            key_hash: sha256_base64url(&key),
            public_id: random_token(9),
            user_id,
            expires_at: self.expires_at(&data, now),
            data,
            created_at: now,
            last_seen_at: now,
            user_agent: self.user_agent.clone(),
            ip_address: self.ip_address.clone(),
        });
        self.work = Work::Create;
        self.cookie = Some(own_cookie(&self.social, Reach::Site, COOKIE, key, COOKIE_MAX_AGE));
    }

    fn expires_at(&self, data: &Fields, now: i64) -> i64 {
        let usual = now.saturating_add(self.social.flow_settings().session_cookie_age);
        data.0.get(ENDS_AT).and_then(Value::as_i64).map_or(usual, |end| end.min(usual))
    }

    /// Notes that the session is in use, when the last note is old enough.
    fn touch(&mut self) {
        let now = self.social.clock().now();
        let coarseness = COARSENESS.min(self.social.flow_settings().session_cookie_age / 4);
        let Some(expires_at) = self.row.as_ref().map(|row| self.expires_at(&row.data, now)) else { return };
        let Some(row) = self.row.as_mut().filter(|row| now.saturating_sub(row.last_seen_at) >= coarseness) else { return };
        row.last_seen_at = now;
        row.expires_at = expires_at;
        row.user_agent.clone_from(&self.user_agent);
        row.ip_address.clone_from(&self.ip_address);
        self.work = Work::Update;
    }

    /// Whether there is anything worth a row.
    fn is_worth_keeping(&self) -> bool {
        self.row.as_ref().is_some_and(|row| row.user_id.is_some() || !row.data.0.is_empty())
    }
}

#[async_trait]
impl Session for CookieSession {
    fn user_id(&self) -> Option<UserId> {
        self.row.as_ref().and_then(|row| row.user_id.clone())
    }

    fn get(&self, key: &str) -> Option<Value> {
        self.row.as_ref().and_then(|row| row.data.0.get(key).cloned())
    }

    fn set(&mut self, key: &str, value: Value) {
        if self.row.is_none() {
            self.renew(None, Fields::default());
        }
        let Some(row) = &mut self.row else { return };
        if row.data.0.get(key) != Some(&value) {
            row.data.0.insert(key.to_owned(), value);
            self.work = self.work.and_changed();
        }
    }

    fn remove(&mut self, key: &str) {
        if self.row.as_mut().is_some_and(|row| row.data.0.remove(key).is_some()) {
            self.work = self.work.and_changed();
        }
    }

    async fn sign_in(&mut self, user: &User, lifetime: SessionLifetime) -> Result<()> {
        let same = |row: &StoredSession| row.user_id.as_ref().is_none_or(|id| *id == user.id);
        let mut data = self.row.as_ref().filter(|row| same(row)).map(|row| row.data.clone()).unwrap_or_default();
        data.0.remove(ENDS_AT);
        if let Some(seconds) = lifetime.seconds {
            let end = self.social.clock().now().saturating_add(seconds);
            data.0.insert(ENDS_AT.to_owned(), end.into());
        }
        self.renew(Some(user.id.clone()), data);
        if let Some(cookie) = self.cookie.as_mut().filter(|_| lifetime.ends_with_browser) {
            cookie.set_max_age(None);
        }
        self.user = Some(user.clone());
        Ok(())
    }

    async fn sign_out(&mut self) -> Result<()> {
        let kept = self.row.take().filter(|_| self.work != Work::Create).map(|row| row.key_hash);
        for key_hash in kept.into_iter().chain(self.replaced.take()) {
            self.social.social().delete_session(&key_hash).await?;
        }
        self.user = None;
        self.work = Work::Nothing;
        self.cookie = Some(own_cookie(&self.social, Reach::Site, COOKIE, String::new(), 0));
        Ok(())
    }

    async fn commit(&mut self) -> Result<Vec<Cookie<'static>>> {
        if self.work != Work::Create {
            self.touch();
        }
        let storage = self.social.social().clone();
        let cookie = self.cookie.take();
        match (std::mem::replace(&mut self.work, Work::Nothing), &self.row) {
            (Work::Create, Some(row)) if self.is_worth_keeping() => {
                storage.create_session(row).await?;
                if let Some(old) = self.replaced.take() {
                    storage.delete_session(&old).await?;
                }
            }
            (Work::Create, _) => {
                self.row = None;
                return Ok(Vec::new());
            }
            (Work::Update, Some(row)) => match storage.update_session(row).await {
                // Revoked meanwhile: it is not made again.
                Err(StorageError::NotFound(_)) => {
                    self.row = None;
                    self.user = None;
                }
                outcome => outcome?,
            },
            _ => {}
        }
        Ok(cookie.into_iter().collect())
    }
}

impl Work {
    fn and_changed(self) -> Self {
        if self == Work::Create { Work::Create } else { Work::Update }
    }
}

impl std::fmt::Debug for CookieSession {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("CookieSession").field("user_id", &self.user_id()).field("work", &self.work).finish_non_exhaustive()
    }
}
