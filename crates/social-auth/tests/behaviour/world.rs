//! A backend, a storage and a context, as the recorded steps found them.

use std::sync::Arc;

use async_trait::async_trait;
use serde_json::{Map, Value};
use social_auth::Result;
use social_auth::attempt::Attempt;
use social_auth::backend::{Backend, BackendInfo, Callback, Departure};
use social_auth::clock::Clock;
use social_auth::identity::{Email, Fields, Identity, ProviderSession, Tokens, Uid, UserDetails};
use social_auth::pipeline::{Context, ContextParts, Outcome, steps};
use social_auth::settings::{FlowSettings, Origin, Setting, Settings};
use social_auth::storage::{MemoryStorage, NewUser, User, UserId, UserStorage};
use social_auth::web::Params;

use crate::case::{Answer, raised};

/// The backend that most files were recorded with.
pub const PLAIN: &str = "plain-backend";

/// The settings of a case, flat as recorded.
pub fn settings(values: &Map<String, Value>) -> Settings {
    let mut settings = Settings::new();
    for (name, value) in values {
        // As they are: here it matters which of SOCIAL_AUTH_X and X is present.
        settings.insert(name, Setting { value: value.clone(), origin: Origin::Code });
    }
    settings
}

/// Runs a future to its end.
pub fn wait<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(future)
}

/// The details of a case. "" is what we call absent, and what is not one of the five is extra.
pub fn details(values: &Map<String, Value>) -> UserDetails {
    let text = |name: &str| values.get(name).and_then(Value::as_str).filter(|text| !text.is_empty()).map(str::to_owned);
    let known = ["username", "email", "fullname", "first_name", "last_name"];
    UserDetails {
        username: text("username"),
        email: text("email").map(|address| Email { address, verified: false }),
        fullname: text("fullname"),
        first_name: text("first_name"),
        last_name: text("last_name"),
        extra: values
            .iter()
            .filter(|(name, _)| !known.contains(&name.as_str()))
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect(),
    }
}

/// An identity with nothing but an identifier.
pub fn identity(uid: &str) -> Identity {
    Identity {
        uid: Uid::from_text("id", uid).unwrap(),
        id_key: "id".to_owned(),
        details: UserDetails::default(),
        response: Fields::default(),
        tokens: Tokens::default(),
        extra_data: Fields::default(),
        groups: None,
        legacy_uids: Vec::new(),
        session_lifetime: None,
        provider_session: ProviderSession::default(),
    }
}

/// What one step is run on.
pub struct World {
    pub storage: Arc<MemoryStorage>,
    pub settings: Settings,
    pub identity: Identity,
    pub current_user: Option<User>,
}

impl World {
    pub fn new(values: &Map<String, Value>) -> Self {
        World { storage: Arc::new(MemoryStorage::new()), settings: settings(values), identity: identity("1"), current_user: None }
    }

    /// Makes a user.
    pub fn user(&self, user: &NewUser) -> User {
        wait(self.storage.create_user(user)).unwrap()
    }

    /// A user as stored now.
    pub fn stored(&self, id: &UserId) -> User {
        wait(self.storage.user(id)).unwrap().unwrap()
    }

    /// The context in which the step runs.
    pub fn context(&self) -> Result<Context> {
        Ok(Context::new(ContextParts {
            backend: plain(PLAIN),
            settings: Arc::new(FlowSettings::resolve(&self.settings.of_backend(PLAIN))?),
            users: self.storage.clone(),
            social: self.storage.clone(),
            clock: Clock::fixed(1_767_960_000),
            identity: self.identity.clone(),
            current_user: self.current_user.clone(),
            session_fields: Map::new(),
            associates: false,
            validates_email: false,
            client: None,
            passwords: social_auth::password::Passwords::default(),
            params: social_auth::web::Params::default(),
            resume_url: String::new(),
            events: social_auth::event::Events::default(),
            mailroom: Arc::default(),
        }))
    }
}

/// Runs a built-in step to its end and answers with what `output` reads off the context.
pub fn run(step: &str, context: Result<Context>, output: impl FnOnce(&Context) -> Value) -> Answer {
    let mut context = context.map_err(raised)?;
    let step = steps::built_in(step).unwrap();
    match wait(step.run(&mut context)).map_err(raised)? {
        Outcome::Continue => Ok(output(&context)),
        other => panic!("a step without anybody else at the database ended with {other:?}"),
    }
}

/// A backend that has a name and does nothing.
pub fn plain(name: &str) -> Arc<dyn Backend> {
    Arc::new(Plain(BackendInfo {
        name: name.to_owned(),
        provider: name.to_owned(),
        title: "Plain".to_owned(),
        icon: String::new(),
        protocol: "oauth2",
        association_only: false,
        requires_email_validation: false,
        had_other_identifiers: true,
    }))
}

struct Plain(BackendInfo);

#[async_trait]
impl Backend for Plain {
    fn info(&self) -> &BackendInfo {
        &self.0
    }
    async fn begin(&self, _: &mut Attempt, _: &Params) -> Result<Departure> {
        Err(self.unsupported("beginning"))
    }
    async fn complete(&self, _: &Attempt, _: &Callback) -> Result<Identity> {
        Err(self.unsupported("completing"))
    }
}
