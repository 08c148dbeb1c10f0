//! Settings in, ready backends out.

mod build;
mod instances;
mod problems;
mod site;

use std::collections::HashMap;
use std::sync::Arc;

use serde_json::Value;

pub use problems::BuildError;

use crate::backend::Backend;
use crate::clock::Clock;
use crate::error::Error;
use crate::event::{Event, PendingUpdate, UpdateHook};
use crate::http::Transport;
use crate::mail::{MailTemplates, Mailer};
use crate::pipeline::{Disconnection, Pipeline};
use crate::settings::{Origin, Settings};
use crate::social_auth::ErrorHandler;
use crate::storage::{SocialStorage, UserStorage};
use crate::web::{Reply, Request};

/// Makes a [`SocialAuth`](crate::SocialAuth). Nothing is checked before [`build`](Builder::build), which tells of every
/// problem at once.
#[derive(Default)]
pub struct Builder {
    settings: Settings,
    users: Option<Arc<dyn UserStorage>>,
    social: Option<Arc<dyn SocialStorage>>,
    pipeline: Option<Pipeline>,
    pipelines: HashMap<String, Pipeline>,
    disconnect_pipeline: Option<Pipeline<Disconnection>>,
    own_backends: Vec<Arc<dyn Backend>>,
    listeners: Vec<Arc<dyn Fn(&Event) + Send + Sync>>,
    update_hooks: Vec<UpdateHook>,
    error_handler: Option<ErrorHandler>,
    transport: Option<Arc<dyn Transport>>,
    mailer: Option<Arc<dyn Mailer>>,
    mail_templates: Option<MailTemplates>,
    clock: Clock,
}

impl Builder {
    /// Takes all settings from elsewhere, such as a file; settings made so far are dropped.
    #[must_use]
    pub fn settings(mut self, settings: Settings) -> Self {
        self.settings = settings;
        self
    }

    /// Makes one setting by its flat name, such as `SOCIAL_AUTH_LOGIN_REDIRECT_URL`.
    #[must_use]
    pub fn set(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.settings.set(name, value);
        self
    }

    /// Where browsers reach this application: `https://example.com`, without a path.
    #[must_use]
    pub fn public_url(self, url: &str) -> Self {
        self.set("public_url", url)
    }

    /// The path below which the routes are mounted; `/` unless said otherwise.
    #[must_use]
    pub fn mount(self, path: &str) -> Self {
        self.set("mount", path)
    }

    /// Seals sign-in attempts; at least 32 random bytes, the same on all replicas.
    #[must_use]
    pub fn secret_key(self, key: &str) -> Self {
        self.set("secret_key", key)
    }

    /// Adds a backend under its provider's name, with `KEY`, `SECRET` and other settings.
    #[must_use]
    pub fn backend<V: Into<Value>>(self, provider: &str, settings: impl IntoIterator<Item = (&'static str, V)>) -> Self {
        self.backend_as(provider, provider, settings)
    }

    /// Adds a backend under a name of its own: a second application at one provider.
    #[must_use]
    pub fn backend_as<V: Into<Value>>(mut self, name: &str, provider: &str, settings: impl IntoIterator<Item = (&'static str, V)>) -> Self {
        self.settings.enable(name, provider, Origin::Code);
        for (setting, value) in settings {
            self.settings.set(&crate::settings::setting_name(&[name, setting]), value);
        }
        self
    }

    /// Adds a backend of the application's own making.
    #[must_use]
    pub fn own_backend(mut self, backend: Arc<dyn Backend>) -> Self {
        self.own_backends.push(backend);
        self
    }

    /// Keeps users and everything else in this storage.
    #[must_use]
    pub fn storage<S: UserStorage + SocialStorage>(mut self, storage: S) -> Self {
        let storage = Arc::new(storage);
        self.users = Some(storage.clone());
        self.social = Some(storage);
        self
    }

    /// Keeps users elsewhere: in a table of the application's own.
    #[must_use]
    pub fn users(mut self, users: Arc<dyn UserStorage>) -> Self {
        self.users = Some(users);
        self
    }

    /// Keeps associations and everything else of ours here.
    #[must_use]
    pub fn social(mut self, social: Arc<dyn SocialStorage>) -> Self {
        self.social = Some(social);
        self
    }

    /// The authentication pipeline of all backends; a `PIPELINE` setting comes before it.
    #[must_use]
    pub fn pipeline(mut self, pipeline: Pipeline) -> Self {
        self.pipeline = Some(pipeline);
        self
    }

    /// The authentication pipeline of one backend.
    #[must_use]
    pub fn pipeline_for(mut self, backend: &str, pipeline: Pipeline) -> Self {
        self.pipelines.insert(backend.to_owned(), pipeline);
        self
    }

    /// The disconnection pipeline of all backends; a `DISCONNECT_PIPELINE` setting comes before it.
    #[must_use]
    pub fn disconnect_pipeline(mut self, pipeline: Pipeline<Disconnection>) -> Self {
        self.disconnect_pipeline = Some(pipeline);
        self
    }

    /// Tells the application of users made, accounts connected, sign-ins that failed and so on. Called on the
    /// way, so it must not block: hand the event on to a channel or task for anything slow.
    #[must_use]
    pub fn on_event(mut self, listener: impl Fn(&Event) + Send + Sync + 'static) -> Self {
        self.listeners.push(Arc::new(listener));
        self
    }

    /// Lets the application have its say before a sign-in changes the fields of a user (`pre_update`): what it
    /// takes out of [`PendingUpdate::changes`] stays as it is, what it puts in is written too. Called at every
    /// sign-in whose pipeline has `user_details`, also when nothing is to be changed.
    ///
    /// ```
    /// # use social_auth::SocialAuth;
    /// let builder = SocialAuth::builder().before_update(|update| {
    ///     if update.user.is_active && update.backend == "github" {
    ///         update.changes.remove("first_name");
    ///     }
    /// });
    /// ```
    #[must_use]
    pub fn before_update(mut self, hook: impl Fn(&mut PendingUpdate<'_>) + Send + Sync + 'static) -> Self {
        self.update_hooks.push(Arc::new(hook));
        self
    }

    /// Answers errors of the browser's journeys in the application's own way, before `RAISE_EXCEPTIONS`,
    /// `LOGIN_ERROR_URL` and our pages; `None` leaves one to them. Token sign-in answers Problem Details always.
    ///
    /// ```
    /// use social_auth::{Reason, SocialAuth, web::Reply};
    /// let builder = SocialAuth::builder().on_error(|error, _request| match error.reason() {
    ///     Reason::AuthorizationDeclined => Some(Reply::redirect("/maybe-later")),
    ///     _ => None,
    /// });
    /// ```
    #[must_use]
    pub fn on_error(mut self, handler: impl Fn(&Error, &Request) -> Option<Reply> + Send + Sync + 'static) -> Self {
        self.error_handler = Some(Arc::new(handler));
        self
    }

    /// Sends letters by this; `EMAIL_HOST` and the settings beside it do not count then.
    #[must_use]
    pub fn mailer(mut self, mailer: impl Mailer) -> Self {
        self.mailer = Some(Arc::new(mailer));
        self
    }

    /// Writes letters by these templates; `EMAIL_TEMPLATES` does not count then.
    #[must_use]
    pub fn mail_templates(mut self, templates: MailTemplates) -> Self {
        self.mail_templates = Some(templates);
        self
    }

    /// Sends requests by other means than the network: to replay recorded traffic.
    #[must_use]
    pub fn transport(mut self, transport: Arc<dyn Transport>) -> Self {
        self.transport = Some(transport);
        self
    }

    /// Tells the time by another clock.
    #[must_use]
    pub fn clock(mut self, clock: Clock) -> Self {
        self.clock = clock;
        self
    }
}
