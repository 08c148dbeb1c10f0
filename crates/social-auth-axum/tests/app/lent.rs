//! Sessions of an application's own, as a session crate would have them.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use cookie::{Cookie, SameSite};
use http::Extensions;
use serde_json::Value;
use social_auth::seal::random_token;
use social_auth::session::{Session, SessionLifetime};
use social_auth::storage::{User, UserId};
use social_auth::web::Request;
use social_auth::{Result, SocialAuth};
use social_auth_axum::SessionSource;

const COOKIE: &str = "app_session";

#[derive(Clone, Default)]
struct Kept {
    user: Option<UserId>,
    values: HashMap<String, Value>,
}

/// All sessions, by id.
#[derive(Clone, Default)]
pub(crate) struct AppSessions(Arc<Mutex<HashMap<String, Kept>>>);

struct AppSession {
    all: AppSessions,
    old: Option<String>,
    id: Option<String>,
    kept: Kept,
}

#[async_trait]
impl SessionSource for AppSessions {
    async fn session(&self, _: &SocialAuth, request: &Request, _: &Extensions) -> Result<Box<dyn Session>> {
        let id = request.cookie(COOKIE);
        let kept = id.as_ref().and_then(|id| self.0.lock().unwrap().get(id).cloned());
        let id = id.filter(|_| kept.is_some());
        Ok(Box::new(AppSession { all: self.clone(), old: id.clone(), id, kept: kept.unwrap_or_default() }))
    }
}

#[async_trait]
impl Session for AppSession {
    fn user_id(&self) -> Option<UserId> {
        self.kept.user.clone()
    }

    fn get(&self, key: &str) -> Option<Value> {
        self.kept.values.get(key).cloned()
    }

    fn set(&mut self, key: &str, value: Value) {
        self.id.get_or_insert_with(|| random_token(16));
        self.kept.values.insert(key.to_owned(), value);
    }

    fn remove(&mut self, key: &str) {
        self.kept.values.remove(key);
    }

    async fn sign_in(&mut self, user: &User, _: SessionLifetime) -> Result<()> {
        self.kept = Kept { user: Some(user.id.clone()), values: HashMap::new() };
        self.id = Some(random_token(16));
        Ok(())
    }

    async fn sign_out(&mut self) -> Result<()> {
        (self.kept, self.id) = (Kept::default(), None);
        Ok(())
    }

    async fn commit(&mut self) -> Result<Vec<Cookie<'static>>> {
        let mut all = self.all.0.lock().unwrap();
        if self.id != self.old {
            self.old.take().and_then(|old| all.remove(&old));
        }
        let Some(id) = &self.id else { return Ok(Vec::new()) };
        all.insert(id.clone(), self.kept.clone());
        Ok(vec![Cookie::build((COOKIE, id.clone())).path("/").http_only(true).same_site(SameSite::Lax).build()])
    }
}
