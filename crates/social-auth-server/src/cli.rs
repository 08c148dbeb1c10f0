//! The command line.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

/// Social sign-in as a server of its own.
#[derive(Debug, Parser)]
#[command(name = "social-auth", version, arg_required_else_help = true, after_help = AFTER_HELP)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

const AFTER_HELP: &str = "\
Settings come from a TOML file and from variables of the environment such as SOCIAL_AUTH_GITHUB_KEY.
To look around without any settings: social-auth demo

Exit codes: 0 all is well; 1 something failed while running; 2 the settings (or arguments) are wrong,
or what they name, such as the database, cannot be used.";

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Serve sign-in, with pages and an API.
    Serve(Serve),
    /// Try it: a server with a development identity provider beside it. For development only.
    Demo(Demo),
    /// Check the settings, reach every provider that can be reached, print the callback addresses.
    Check(Configured),
    /// List the providers that there are: name, title, protocol.
    Backends,
    /// Register this application with an OpenID Connect provider (RFC 7591) and print its `key` and `secret`.
    Register(Register),
    /// Make the tables that the database lacks. `serve` does so too.
    Migrate(Migrate),
    /// Remove paused sign-ins, unused e-mail codes and sessions that are over. `serve` does so every
    /// quarter of an hour; this is for databases that no server runs on.
    Clear(Clear),
    /// Sign in without a browser on this machine, by a code that is typed in elsewhere (RFC 8628); prints the
    /// user and a token for `/api/*`.
    Login(Login),
    /// Seal all stored tokens with the first `secret_key`, so that the others may be dropped.
    RotateKeys(Migrate),
}

/// Where the settings are.
#[derive(Debug, Args)]
pub(crate) struct Configured {
    /// The settings file; without it social-auth.toml, if there is one.
    #[arg(long, value_name = "FILE", env = "SOCIAL_AUTH_CONFIG")]
    pub(crate) config: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct Register {
    /// The backend, which has everything in its table but `key` and `secret`.
    pub(crate) backend: String,
    #[command(flatten)]
    pub(crate) configured: Configured,
}

#[derive(Debug, Args)]
pub(crate) struct Serve {
    #[command(flatten)]
    pub(crate) configured: Configured,
    /// Address and port to listen on, in the place of the setting `listen`; port 0 is any free one.
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) listen: Option<String>,
    /// The database, in the place of the setting `database_url`.
    #[arg(long, value_name = "URL")]
    pub(crate) database_url: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct Demo {
    /// Address and port to listen on; on this machine only.
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8000")]
    pub(crate) listen: SocketAddr,
    /// The database; without it one that is gone afterwards.
    #[arg(long, value_name = "URL")]
    pub(crate) database_url: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct Clear {
    #[command(flatten)]
    pub(crate) configured: Configured,
    /// The database, in the place of the setting `database_url`.
    #[arg(long, value_name = "URL")]
    pub(crate) database_url: Option<String>,
    /// Only paused sign-ins (and others that are named).
    #[arg(long)]
    pub(crate) partials: bool,
    /// Only e-mail codes that were never used (and others that are named); used ones prove an address and stay.
    #[arg(long)]
    pub(crate) codes: bool,
    /// Only sessions that are over (and others that are named).
    #[arg(long)]
    pub(crate) sessions: bool,
    /// How long paused sign-ins and unused codes are kept, in days.
    #[arg(long, value_name = "DAYS", default_value_t = 14)]
    pub(crate) age: u16,
}

#[derive(Debug, Args)]
pub(crate) struct Login {
    /// The backend to sign in with; its provider must have a device authorization endpoint.
    pub(crate) backend: String,
    #[command(flatten)]
    pub(crate) configured: Configured,
    /// The database, in the place of the setting `database_url`.
    #[arg(long, value_name = "URL")]
    pub(crate) database_url: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct Migrate {
    #[command(flatten)]
    pub(crate) configured: Configured,
    /// The database, in the place of the setting `database_url`.
    #[arg(long, value_name = "URL")]
    pub(crate) database_url: Option<String>,
}
