//! Whole logins against the release binary, over loopback, beside a handler written by hand that does the
//! same requests. See `benches/README.md`.

mod figures;
mod logins;
mod subject;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;
use std::{env, fs};

use clap::Parser;
use social_auth_testkit::DevProvider;

use figures::{BARE, Figures, print};
use logins::Journey;
use subject::Program;

type Failure = Box<dyn std::error::Error + Send + Sync>;

/// Measures whole logins. Everything stays on this machine.
#[derive(Parser)]
struct Arguments {
    /// The programs to measure: a folder with `social-auth` and `social-auth-load-baseline`.
    #[arg(long)]
    binaries: Option<PathBuf>,
    /// Sign-ins a round.
    #[arg(long, default_value_t = 2000)]
    logins: usize,
    /// Begins a round.
    #[arg(long, default_value_t = 20_000)]
    begins: usize,
    /// Rounds; the median of each figure counts, and the least processor time.
    #[arg(long, default_value_t = 5)]
    rounds: usize,
    /// Browsers at once.
    #[arg(long, default_value_t = 8)]
    visitors: usize,
    /// Starts to measure.
    #[arg(long, default_value_t = 11)]
    starts: usize,
}

const RETURNING: Journey = Journey { backend: "dev-oidc", strangers: false };
const RETURNING_OAUTH2: Journey = Journey { backend: "dev-oauth2", strangers: false };
const RETURNING_BARE: Journey = Journey { backend: "dev-bare", strangers: false };
const NEW: Journey = Journey { backend: "dev-oidc", strangers: true };

fn main() -> Result<(), Failure> {
    let arguments = Arguments::parse();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(run(&arguments))
}

async fn run(arguments: &Arguments) -> Result<(), Failure> {
    let folder = tempfile::tempdir()?;
    let idp = DevProvider::start().await?;
    let several_cores = std::thread::available_parallelism()?.get() > 1;
    if several_cores {
        stay_on_core(1)?;
    }
    let core = several_cores.then_some(0);
    let binaries = match &arguments.binaries {
        Some(folder) => folder.clone(),
        None => env::current_exe()?.parent().ok_or("this program is nowhere")?.to_owned(),
    };
    if cfg!(debug_assertions) {
        eprintln!("warning: built without optimisations, so the figures say little");
    }
    let ours = ours(&binaries, folder.path(), &idp, core)?;
    let baseline = by_hand(&binaries, &idp, core);
    let mut rounds = Vec::new();
    for round in 1..=arguments.rounds {
        eprintln!("round {round} of {}", arguments.rounds);
        let ours = measure(&ours, folder.path(), &idp, &[RETURNING, RETURNING_OAUTH2, NEW], arguments).await?;
        let by_hand = [RETURNING, RETURNING_OAUTH2, RETURNING_BARE];
        rounds.push((ours, measure(&baseline, folder.path(), &idp, &by_hand, arguments).await?));
    }
    let empty = cold_starts(&ours, folder.path(), arguments.starts, true)?;
    let ours = cold_starts(&ours, folder.path(), arguments.starts, false)?;
    let baseline = cold_starts(&baseline, folder.path(), arguments.starts, false)?;
    print(&rounds, &[("on its database", ours), ("on an empty database", empty), ("by hand", baseline)], core.is_some());
    Ok(())
}

/// The server, with both kinds of backends.
fn ours(binaries: &Path, folder: &Path, idp: &DevProvider, core: Option<usize>) -> Result<Program, Failure> {
    let url = idp.url().trim_end_matches('/').to_owned();
    let (issuer, key, secret) = (idp.issuer(), idp.client_id(), idp.client_secret());
    let settings = format!(
        r#"
        [backends.dev-oidc]
        provider = "oidc"
        key = "{key}"
        secret = "{secret}"
        oidc_endpoint = "{issuer}"

        [backends.dev-oauth2]
        provider = "oauth2"
        key = "{key}"
        secret = "{secret}"
        authorization_url = "{url}/oauth2/authorize"
        access_token_url = "{url}/oauth2/token"
        user_url = "{url}/oauth2/user"
        username_key = "login"
        email_key = "email"
        "#
    );
    fs::write(folder.join("social-auth.toml"), settings)?;
    let arguments = |address: SocketAddr| {
        ["serve", "--config", "social-auth.toml", "--database-url", "sqlite://load.db", "--listen", &address.to_string()]
            .map(str::to_owned)
            .to_vec()
    };
    Ok(Program { name: "social-auth", path: binaries.join("social-auth"), arguments: Box::new(arguments), core })
}

/// The handler written by hand, on the database that the server made.
fn by_hand(binaries: &Path, idp: &DevProvider, core: Option<usize>) -> Program {
    let (issuer, key, secret) = (idp.issuer(), idp.client_id().to_owned(), idp.client_secret().to_owned());
    let arguments = move |address: SocketAddr| {
        let listen = address.to_string();
        let flags = ["--listen", &listen, "--database", "load.db", "--issuer", &issuer, "--client-id", &key, "--client-secret", &secret];
        flags.map(str::to_owned).to_vec()
    };
    Program { name: "by hand", path: binaries.join("social-auth-load-baseline"), arguments: Box::new(arguments), core }
}

/// One round against one program.
async fn measure(
    program: &Program,
    folder: &Path,
    idp: &DevProvider,
    journeys: &[Journey],
    arguments: &Arguments,
) -> Result<Figures, Failure> {
    let subject = program.start(folder)?;
    tokio::time::sleep(Duration::from_secs(1)).await;
    let mut figures = Figures::default();
    figures.idle = subject.memory()?.0;
    // Fills caches and pools, and makes the regulars known.
    for journey in journeys.iter().filter(|journey| !journey.strangers) {
        logins::sign_in(subject.address, idp, *journey, 10 * arguments.visitors, arguments.visitors).await?;
    }
    let before = subject.cpu()?;
    let times = logins::begin(subject.address, idp, RETURNING, arguments.begins, arguments.visitors).await?;
    figures.add("begin", &times, subject.cpu()? - before);
    for journey in journeys {
        let before = subject.cpu()?;
        let times = logins::sign_in(subject.address, idp, *journey, arguments.logins, arguments.visitors).await?;
        let name = match (journey.strangers, journey.backend) {
            (true, _) => "first login, OpenID Connect",
            (false, "dev-oauth2") => "returning login, OAuth 2.0",
            (false, "dev-bare") => BARE,
            (false, _) => "returning login, OpenID Connect",
        };
        figures.add(name, &times, subject.cpu()? - before);
    }
    (figures.loaded, figures.peak) = subject.memory()?;
    Ok(figures)
}

/// How long each start took until the first 200.
fn cold_starts(program: &Program, folder: &Path, count: usize, empty: bool) -> Result<Vec<Duration>, Failure> {
    let mut starts = Vec::with_capacity(count);
    for _ in 0..count {
        let fresh = tempfile::tempdir()?;
        let settings = folder.join("social-auth.toml");
        fs::copy(&settings, fresh.path().join("social-auth.toml"))?;
        let folder = if empty { fresh.path() } else { folder };
        starts.push(program.start(folder)?.cold_start);
    }
    starts.sort_unstable();
    Ok(starts)
}

/// Leaves the other cores to the program under load.
fn stay_on_core(core: usize) -> Result<(), Failure> {
    let (core, process) = (core.to_string(), std::process::id().to_string());
    let output = std::process::Command::new("taskset").args(["-acp", &core, &process]).output()?;
    if output.status.success() { Ok(()) } else { Err(String::from_utf8_lossy(&output.stderr).into_owned().into()) }
}
