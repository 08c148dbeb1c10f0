//! From the command line, the settings file and the environment to settings that a server can start with.

use std::net::{SocketAddr, ToSocketAddrs as _};
use std::path::Path;
use std::time::Duration;

use serde_json::Value;
use social_auth::error::{Error, Reason};
use social_auth::provider::Providers;
use social_auth::seal::random_token;
use social_auth::settings::{Problem, Problems, Settings};
use social_auth::storage::MemoryStorage;
use social_auth::{Builder, SocialAuth};
use social_auth_testkit::Mailbox;

use crate::logging::Logging;

/// The settings file that is read if none is named, and only if it is there.
const DEFAULT_FILE: &str = "social-auth.toml";
const DEFAULT_LISTEN: &str = "127.0.0.1:8080";
const DEFAULT_READ_TIMEOUT: u64 = 30;
const DEFAULT_DATABASE_URL: &str = "sqlite://social-auth.db";

/// Where the server's own pages are; people may set others.
const OWN_PAGES: &[(&str, &str)] = &[
    ("login_url", "login/"),
    ("login_redirect_url", "account/"),
    ("disconnect_redirect_url", "account/"),
    ("account_merge_url", "account/"),
];

/// Settings that were checked.
pub(crate) struct Config {
    /// All settings.
    pub(crate) settings: Settings,
    /// What somebody should look at.
    pub(crate) warnings: Vec<Problem>,
    /// Where to listen, in the order to try.
    pub(crate) listen: Vec<SocketAddr>,
    /// How long a request may take to arrive.
    pub(crate) read_timeout: Duration,
    /// The database.
    pub(crate) database_url: String,
    /// What is logged.
    pub(crate) logging: Logging,
    mailbox: Option<Mailbox>,
}

/// What the command line says.
#[derive(Default)]
pub(crate) struct Arguments<'a> {
    pub(crate) file: Option<&'a Path>,
    pub(crate) listen: Option<&'a str>,
    pub(crate) database_url: Option<&'a str>,
}

impl Config {
    /// Reads and checks the settings of a server. Nothing is written, no network is used.
    ///
    /// # Errors
    /// Everything that is wrong, at once.
    pub(crate) fn load(arguments: &Arguments<'_>) -> Result<Self, Problems> {
        Self::check(read(arguments)?, None)
    }

    /// The same for one who is yet to be registered with the provider of this backend: something stands in for
    /// what the provider will give.
    ///
    /// # Errors
    /// As [`Config::load`]; when there is a `key` already.
    pub(crate) fn load_unregistered(arguments: &Arguments<'_>, backend: &str) -> Result<Self, Problems> {
        let mut settings = read(arguments)?;
        let own = settings.of_backend(backend);
        if own.value("KEY").is_some() {
            let problem = Problem::error(format!("backend \"{backend}\" has a key: it is registered already"));
            return Err(problem.about("KEY").of_backend(backend).help("remove its key and secret to register it anew").into());
        }
        let needs_secret = own.value("SECRET").is_none() && own.value("PRIVATE_KEYS").is_none();
        settings.set_for(backend, "key", "not registered yet");
        if needs_secret {
            settings.set_for(backend, "secret", random_token(32));
        }
        Self::check(settings, None)
    }

    /// Checks settings. With a mailbox, all letters go there.
    ///
    /// # Errors
    /// As [`Config::load`].
    pub(crate) fn check(mut settings: Settings, mailbox: Option<Mailbox>) -> Result<Self, Problems> {
        let mut problems = match settings.check(&Providers) {
            Ok(warnings) => warnings,
            Err(problems) => problems.all().to_vec(),
        };
        own_pages(&mut settings);
        let fine = !problems.iter().any(|problem| problem.severity() == social_auth::settings::Severity::Error);
        // A wrong form was told already; this adds names that mean no address.
        let listen = if fine { collect(&mut problems, listen(&settings)) } else { None };
        let logging = collect(&mut problems, Logging::from_settings(&settings));
        problems.extend(rehearse(&settings, mailbox.as_ref(), listen.as_deref(), fine));
        let warnings = Problems::unless_fine(problems)?;
        let (Some(listen), Some(logging)) = (listen, logging) else { return Err(Problem::error("the settings cannot be used").into()) };
        let database_url = text(&settings, "DATABASE_URL").unwrap_or(DEFAULT_DATABASE_URL).to_owned();
        let read_timeout = settings.of_site().value("READ_TIMEOUT").and_then(seconds).unwrap_or(DEFAULT_READ_TIMEOUT);
        let read_timeout = Duration::from_secs(read_timeout);
        Ok(Config { settings, warnings, listen, read_timeout, database_url, logging, mailbox })
    }

    /// What the settings make, but for the storage.
    pub(crate) fn builder(&self) -> Builder {
        builder(self.settings.clone(), self.mailbox.as_ref())
    }
}

fn builder(settings: Settings, mailbox: Option<&Mailbox>) -> Builder {
    let builder = SocialAuth::builder().settings(settings);
    match mailbox {
        Some(mailbox) => builder.mailer(mailbox.clone()),
        None => builder,
    }
}

/// Puts something in the place of what only a server that serves must have.
pub(crate) fn make_ready(settings: &mut Settings, listen: Option<SocketAddr>) {
    if settings.of_site().value("SECRET_KEY").is_none() {
        settings.set("secret_key", random_token(32));
    }
    if let Some(url) = listen.and_then(|address| local_public_url(settings, address)) {
        settings.set("public_url", url);
    }
}

/// Without a public address, and reached from this machine only: the address listened on.
pub(crate) fn local_public_url(settings: &Settings, address: SocketAddr) -> Option<String> {
    (settings.of_site().value("PUBLIC_URL").is_none() && address.ip().is_loopback()).then(|| format!("http://{address}"))
}

fn read(arguments: &Arguments<'_>) -> Result<Settings, Problems> {
    let default = Path::new(DEFAULT_FILE);
    let file = arguments.file.or_else(|| default.exists().then_some(default));
    let mut settings = match file {
        Some(file) => Settings::from_toml_file(file)?,
        None => Settings::new(),
    };
    settings.merge_process_environment()?;
    for (name, value) in [("listen", arguments.listen), ("database_url", arguments.database_url)] {
        if let Some(value) = value {
            settings.set(name, value);
        }
    }
    Ok(settings)
}

fn own_pages(settings: &mut Settings) {
    let mount = text(settings, "MOUNT").unwrap_or("/").trim_matches('/');
    let mount = if mount.is_empty() { "/".to_owned() } else { format!("/{mount}/") };
    for (name, page) in OWN_PAGES {
        if settings.of_site().value(&name.to_uppercase()).is_none() {
            settings.set(name, format!("{mount}{page}"));
        }
    }
}

fn listen(settings: &Settings) -> Result<Vec<SocketAddr>, Problems> {
    let wanted = text(settings, "LISTEN").unwrap_or(DEFAULT_LISTEN);
    let problem = |why: String| {
        let problem = Problem::error(format!("listen = \"{wanted}\" {why}")).about("LISTEN").help("write 127.0.0.1:8080, for example");
        Problems::from(match settings.of_site().setting("LISTEN") {
            Some(setting) => problem.at(&setting.origin),
            None => problem,
        })
    };
    let addresses: Vec<SocketAddr> =
        wanted.to_socket_addrs().map_err(|error| problem(format!("is no address to listen on: {error}")))?.collect();
    if addresses.is_empty() { Err(problem("is no address of this machine".to_owned())) } else { Ok(addresses) }
}

/// Builds everything once on a storage in memory, so that whatever is wrong is known before a database is
/// touched. Where the check has found errors already, only what is missing is told besides: the rest would
/// be told twice.
fn rehearse(settings: &Settings, mailbox: Option<&Mailbox>, listen: Option<&[SocketAddr]>, fine: bool) -> Vec<Problem> {
    let mut settings = settings.clone();
    make_ready(&mut settings, listen.and_then(<[SocketAddr]>::first).copied());
    let already_told = |error: &Error| !fine && (error.reason() != Reason::MissingSetting || error.facts().parameter == Some("PUBLIC_URL"));
    match builder(settings, mailbox).storage(MemoryStorage::new()).build() {
        Ok(_) => Vec::new(),
        Err(errors) => errors.0.iter().filter(|error| !already_told(error)).map(problem).collect(),
    }
}

fn problem(error: &Error) -> Problem {
    let facts = error.facts();
    let what = error.explanation().unwrap_or_else(|| error.reason().message());
    let problem = match facts.backend {
        Some(backend) => Problem::error(format!("backend \"{backend}\": {what}")).of_backend(backend),
        None => Problem::error(what),
    };
    let problem = problem.because(error.reason());
    match facts.parameter {
        Some(setting) => problem.about(setting),
        None => problem,
    }
}

/// A number, or the text of one as the environment has it.
fn seconds(value: &Value) -> Option<u64> {
    value.as_u64().or_else(|| value.as_str()?.trim().parse().ok())
}

fn text<'a>(settings: &'a Settings, name: &str) -> Option<&'a str> {
    settings.of_site().value(name).and_then(Value::as_str).filter(|text| !text.is_empty())
}

fn collect<T>(problems: &mut Vec<Problem>, result: Result<T, Problems>) -> Option<T> {
    result.map_err(|found| problems.extend_from_slice(found.all())).ok()
}
