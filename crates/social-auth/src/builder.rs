//! Settings in, ready backends out.

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::sync::Arc;

use serde_json::Value;
use url::Url;

use crate::api_token::SignedTokens;
use crate::backend::Backend;
use crate::clock::Clock;
use crate::error::{Error, Reason, Result, Stage};
use crate::event::{Event, Events, PendingUpdate, UpdateHook};
use crate::http::{Client, ClientOptions, ReqwestTransport, Transport};
use crate::mail::{self, MailTemplates, Mailer, Mailroom};
use crate::password::Passwords;
use crate::pipeline::{Disconnection, Pipeline, steps};
use crate::provider;
use crate::rate::RateLimits;
use crate::seal::Sealer;
use crate::secret::Secret;
use crate::settings::{AccountMerge, BackendEntry, BackendSettings, FlowSettings, Origin, Settings, Severity};
use crate::social_auth::{ErrorHandler, Inner, Instance, SocialAuth};
use crate::storage::{SealedStorage, SocialStorage, UserStorage};
use crate::web::{Reply, Request, TrustedProxies};

/// Makes a [`SocialAuth`]. Nothing is checked before [`build`](Builder::build), which tells of every
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

/// Everything that keeps a [`SocialAuth`] from being built.
#[derive(Debug)]
pub struct BuildError(pub Vec<Error>);

impl fmt::Display for BuildError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, error) in self.0.iter().enumerate() {
            if index > 0 {
                f.write_str("\n")?;
            }
            write!(f, "{error}")?;
        }
        Ok(())
    }
}

impl std::error::Error for BuildError {}

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

    /// Checks everything and makes the backends.
    ///
    /// # Errors
    /// Every problem found, each with the place and what would be right.
    pub fn build(mut self) -> Result<SocialAuth, BuildError> {
        let mut problems = Problems::default();
        for backend in &self.own_backends {
            self.settings.declare_own(&backend.info().name);
        }
        problems.of_settings(&mut self.settings);
        let site = self.settings.of_site();
        let public_url = problems.take(public_url(&self.settings));
        let mount = problems.take(site.text("MOUNT").map(|text| normal_mount(text.unwrap_or("/"))));
        let keys = secret_keys(&self.settings).and_then(|keys| Ok((Sealer::new(&keys)?, keys)));
        let keys = problems.take(keys.map_err(|error| error.stage(Stage::Start)));
        let sealing = keys.and_then(|(sealer, keys)| {
            let signed = SignedTokens::resolve(&site, public_url.as_deref().unwrap_or_default(), &keys);
            Some((sealer, problems.take(signed)?))
        });
        let flow = problems.take(FlowSettings::resolve(&site));
        let proxies = problems.take(TrustedProxies::resolve(&site));
        let limits = problems.take(RateLimits::resolve(&site));
        let passwords = problems.take(Passwords::resolve(&site));
        let missing =
            || Error::new(Reason::MissingSetting).stage(Stage::Start).detail("no storage was given: call .storage(…) on the builder");
        let users = problems.take(self.users.clone().ok_or_else(missing));
        let social = problems.take(self.social.clone().ok_or_else(missing));
        let encrypt = problems.take(site.boolean("ENCRYPT_TOKENS", false)).unwrap_or_default();
        let disconnection = problems.take(self.disconnect_pipeline_of(&site));
        let mailroom = problems.take(self.mailroom(public_url.as_deref()));
        let instances = self.instances(mailroom.as_ref(), &mut problems);
        let gates = limits.zip(passwords);
        match (public_url, mount, sealing, flow, proxies, gates, users.zip(social), disconnection.zip(mailroom)) {
            (
                Some(public_url),
                Some(mount),
                Some((sealer, signed_tokens)),
                Some(flow),
                Some(proxies),
                Some((limits, passwords)),
                Some((users, social)),
                Some((disconnection, mailroom)),
            ) if problems.0.is_empty() => {
                let (order, instances) = instances;
                let sealer = Arc::new(sealer);
                let sealed = encrypt.then(|| Arc::new(SealedStorage::new(social.clone(), sealer.clone())));
                let social = sealed.clone().map_or(social, |sealed| sealed as Arc<dyn SocialStorage>);
                instances.values().for_each(|instance| instance.backend.lend(&social));
                Ok(SocialAuth(Arc::new(Inner {
                    public_url,
                    mount,
                    sealer,
                    signed_tokens,
                    flow: Arc::new(flow),
                    proxies,
                    limits,
                    passwords,
                    users,
                    social,
                    sealed,
                    instances,
                    order,
                    disconnection,
                    events: Events::new(self.listeners, self.update_hooks),
                    error_handler: self.error_handler,
                    mailroom: Arc::new(mailroom),
                    clock: self.clock,
                    settings: self.settings,
                })))
            }
            _ => Err(BuildError(problems.0)),
        }
    }

    fn instances(&self, mailroom: Option<&Mailroom>, problems: &mut Problems) -> (Vec<String>, HashMap<String, Instance>) {
        let (mut order, mut instances) = (Vec::new(), HashMap::new());
        let mut transports = Transports { fixed: self.transport.clone(), made: BTreeMap::new() };
        for entry in self.settings.backends() {
            let Some(backend) = problems.take(self.make(entry, &mut transports)) else { continue };
            self.add(&entry.name, backend, &mut order, &mut instances, problems);
        }
        for backend in &self.own_backends {
            let name = backend.info().name.clone();
            self.add(&name, backend.clone(), &mut order, &mut instances, problems);
        }
        if let Some(mailroom) = mailroom {
            // Without the step, an address that people state is proved by other means.
            let by_other_means = |instance: &&Instance| {
                let settings = self.settings.of_backend(&instance.backend.info().name);
                let asked_for = instance.flow.email.force_validation || settings.value("REQUIRES_EMAIL_VALIDATION").is_some();
                instance.backend.claim().is_some() && !asked_for && !instance.pipeline.contains("mail_validation")
            };
            let backends: Vec<_> = instances
                .values()
                .filter(|instance| !by_other_means(instance))
                .map(|instance| (instance.backend.info(), &*instance.flow, &instance.pipeline))
                .collect();
            problems.0.extend(steps::problems_of_mail_validation(&backends, mailroom).into_iter().map(|error| error.stage(Stage::Start)));
        }
        (order, instances)
    }

    /// What sends letters: what the application gave, or else what the settings say.
    fn mailroom(&self, public_url: Option<&str>) -> Result<Mailroom> {
        let site = self.settings.of_site();
        let mailer = match &self.mailer {
            Some(mailer) => Some(mailer.clone()),
            None => mail::mailer_of(&site)?,
        };
        let templates = match &self.mail_templates {
            Some(templates) => templates.clone(),
            None => mail::templates_of(&site)?,
        };
        let name = public_url.and_then(|url| url.split_once("://")).map_or("", |(_, host)| host);
        Ok(Mailroom::new(name, mailer, templates))
    }

    fn add(
        &self,
        name: &str,
        backend: Arc<dyn Backend>,
        order: &mut Vec<String>,
        instances: &mut HashMap<String, Instance>,
        problems: &mut Problems,
    ) {
        let settings = self.settings.of_backend(name);
        let flow = problems.take(FlowSettings::resolve(&settings));
        let pipeline = flow.as_ref().and_then(|flow| problems.take(self.pipeline_of(backend.as_ref(), flow)));
        let disconnection = problems.take(self.disconnect_pipeline_of(&settings));
        let (Some(flow), Some(pipeline), Some(disconnection)) = (flow, pipeline, disconnection) else { return };
        problems.take(pipeline.require_proof(backend.as_ref(), &flow, &settings));
        let instance = Instance { backend, flow: Arc::new(flow), pipeline, disconnection };
        if instances.insert(name.to_owned(), instance).is_some() {
            problems.0.push(
                Error::invalid_setting(
                    "backends",
                    format!("there are two backends named \"{name}\"; give one another name, with provider = \"…\""),
                )
                .stage(Stage::Start),
            );
        } else {
            order.push(name.to_owned());
        }
    }

    fn make(&self, entry: &BackendEntry, transports: &mut Transports) -> Result<Arc<dyn Backend>> {
        let settings = self.settings.of_backend(&entry.name);
        let provider = provider::find(&entry.provider).ok_or_else(|| unknown_provider(entry))?;
        let options = provider.client_options(&settings)?;
        let user_agent = settings.text("USER_AGENT")?.unwrap_or(concat!("social-auth/", env!("CARGO_PKG_VERSION")));
        let http = Client::new(transports.get(&options)?, Some(user_agent));
        provider.backend(&entry.name, &settings, http, self.clock.clone())
    }

    /// The pipeline that the program or the settings chose, or else the backend's default.
    fn pipeline_of(&self, backend: &dyn Backend, flow: &FlowSettings) -> Result<Pipeline> {
        let pipeline = self.own_pipeline_of(&backend.info().name)?.unwrap_or_else(|| Pipeline::default_of(backend, flow));
        let merges = flow.account_merge != AccountMerge::Refuse;
        match steps::built_in("merge_users") {
            // The step that would refuse otherwise comes right after it.
            Some(step) if merges && !pipeline.contains("merge_users") && pipeline.contains("social_user") => {
                pipeline.insert("social_user", 0, "merge_users", step)
            }
            _ => Ok(pipeline),
        }
    }

    fn own_pipeline_of(&self, backend: &str) -> Result<Option<Pipeline>> {
        if let Some(pipeline) = self.pipelines.get(backend) {
            return Ok(Some(pipeline.clone()));
        }
        match self.settings.of_backend(backend).list("PIPELINE")? {
            Some(names) => Pipeline::from_names(&names).map(Some).map_err(|error| error.stage(Stage::Start)),
            None => Ok(self.pipeline.clone()),
        }
    }

    fn disconnect_pipeline_of(&self, settings: &BackendSettings<'_>) -> Result<Pipeline<Disconnection>> {
        match settings.list("DISCONNECT_PIPELINE")? {
            Some(names) => Pipeline::from_names(&names).map_err(|error| error.stage(Stage::Start)),
            None => Ok(self.disconnect_pipeline.clone().unwrap_or_else(Pipeline::disconnection)),
        }
    }
}

/// Transports by options: backends with the same options share connections.
struct Transports {
    fixed: Option<Arc<dyn Transport>>,
    made: BTreeMap<ClientOptions, Arc<dyn Transport>>,
}

impl Transports {
    fn get(&mut self, options: &ClientOptions) -> Result<Arc<dyn Transport>> {
        if let Some(transport) = self.fixed.as_ref().or_else(|| self.made.get(options)) {
            return Ok(transport.clone());
        }
        let transport: Arc<dyn Transport> = Arc::new(ReqwestTransport::new(options)?);
        self.made.insert(options.clone(), transport.clone());
        Ok(transport)
    }
}

#[derive(Default)]
struct Problems(Vec<Error>);

impl Problems {
    /// What the strict check tells: warnings into the log, errors to the caller.
    fn of_settings(&mut self, settings: &mut Settings) {
        let found = match settings.check(&provider::Providers) {
            Ok(warnings) => warnings,
            Err(problems) => problems.all().to_vec(),
        };
        for problem in found {
            match problem.severity() {
                Severity::Warning => tracing::warn!("{}", problem.in_one_line()),
                Severity::Error => self.0.push(problem.into()),
            }
        }
    }

    /// Whether this was told by the strict check, which knows the place.
    fn told(&self, error: &Error) -> bool {
        let new = error.facts();
        let again = |old: &Error| {
            let old_facts = old.facts();
            let same_place = old_facts.backend.is_none() || old_facts.backend == new.backend;
            old.reason() == error.reason() && old_facts.parameter == new.parameter && same_place
        };
        matches!(error.reason(), Reason::InvalidSetting | Reason::BackendMissing) && self.0.iter().any(again)
    }

    fn take<T>(&mut self, result: Result<T>) -> Option<T> {
        match result {
            Ok(value) => Some(value),
            Err(error) if self.told(&error) => None,
            Err(error) => {
                self.0.push(error);
                None
            }
        }
    }
}

/// `PUBLIC_URL`: https, or http on loopback; an origin without a path.
fn public_url(settings: &Settings) -> Result<String> {
    let site = settings.of_site();
    let text = site.required(
        "PUBLIC_URL",
        "It is where browsers reach this application, such as https://example.com, and makes the callback addresses.",
    )?;
    let url = Url::parse(text).map_err(|_| site.invalid("PUBLIC_URL", "must be an address such as https://example.com"))?;
    let loopback = crate::http::is_loopback(&url);
    if !(url.scheme() == "https" || url.scheme() == "http" && (loopback || site.boolean("ALLOW_INSECURE_PUBLIC_URL", false)?)) {
        return Err(site.invalid(
            "PUBLIC_URL",
            "must begin with https:// unless it is on this machine (http://localhost:…): passwords and codes would travel in the clear",
        ));
    }
    if url.path() != "/" || url.query().is_some() || url.fragment().is_some() {
        return Err(site.invalid("PUBLIC_URL", "must have no path; set MOUNT for the path below which the routes stand"));
    }
    Ok(url.origin().ascii_serialization())
}

fn secret_keys(settings: &Settings) -> Result<Vec<Secret>> {
    let site = settings.of_site();
    match site.value("SECRET_KEY") {
        Some(Value::Array(_)) => Ok(site.list("SECRET_KEY")?.unwrap_or_default().into_iter().map(Secret::new).collect()),
        _ => Ok(site.secret("SECRET_KEY")?.into_iter().collect()),
    }
}

/// `/`, or `/auth/`: with a slash at both ends.
fn normal_mount(text: &str) -> String {
    match text.trim_matches('/') {
        "" => "/".to_owned(),
        inner => format!("/{inner}/"),
    }
}

fn unknown_provider(entry: &BackendEntry) -> Error {
    let near = provider::ALL.iter().map(|known| (strsim::damerau_levenshtein(known.name(), &entry.provider), known.name())).min();
    let hint = near.map(|(_, name)| format!(" Did you mean \"{name}\"?")).unwrap_or_default();
    Error::new(Reason::BackendMissing)
        .stage(Stage::Start)
        .backend(&entry.name)
        .detail(format!("there is no provider \"{}\" ({}).{hint} `social-auth backends` lists them all", entry.provider, entry.origin))
}
