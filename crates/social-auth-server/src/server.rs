//! Serving until a signal says stop: running requests are finished, then the database is closed.

use std::hash::{BuildHasher as _, RandomState};
use std::time::Duration;

use social_auth::SocialAuth;
use social_auth_sqlx::SqlxStorage;
use tokio::net::TcpListener;
use tokio::sync::watch;

use crate::app::App;
use crate::connections;
use crate::failure::Failure;

/// How long running requests may take after the signal.
const FAREWELL: Duration = Duration::from_secs(10);
/// When the start is over.
const QUIET: Duration = Duration::from_secs(1);
/// How often expired rows are removed; the first time at the start.
const CLEANUP_EVERY: Duration = Duration::from_secs(15 * 60);
/// By how much longer a pause may be, so that replicas that start together do not clean up together.
const CLEANUP_JITTER: Duration = Duration::from_secs(5 * 60);

/// The address that a listener can be reached at on this machine.
pub(crate) fn url_of(listener: &TcpListener) -> Result<String, Failure> {
    let address = listener.local_addr().map_err(|source| Failure::System { what: "the address listened on is unknown", source })?;
    Ok(format!("http://{address}"))
}

/// Serves until SIGTERM or SIGINT. A request may take `read_timeout` to arrive.
///
/// # Errors
/// When signals cannot be had.
pub(crate) async fn run(listener: TcpListener, app: App, storage: SqlxStorage, read_timeout: Duration) -> Result<(), Failure> {
    let mut signals = Signals::new()?;
    let (stop, stopped) = watch::channel(false);
    let cleanup = tokio::spawn(clean_up(app.social().clone()));
    tokio::spawn(collect_entropy());
    let served = tokio::spawn(connections::serve(listener, app.router(), read_timeout, until_stopped(stopped)));
    signals.wait().await;
    tracing::info!("stopping: running requests are finished first");
    let _ = stop.send(true);
    if tokio::time::timeout(FAREWELL, served).await.is_err() {
        tracing::warn!(seconds = FAREWELL.as_secs(), "requests were still running and are broken off");
    }
    cleanup.abort();
    storage.close().await;
    tracing::info!("stopped");
    Ok(())
}

async fn until_stopped(mut stopped: watch::Receiver<bool>) {
    // A sender that is gone says the same.
    let _ = stopped.wait_for(|stopped| *stopped).await;
}

/// The cryptography library collects entropy for tens of milliseconds before its first random byte: while
/// nobody waits, and not in the first sign-in.
async fn collect_entropy() {
    tokio::time::sleep(QUIET).await;
    if tokio::task::spawn_blocking(|| aws_lc_rs::rand::fill(&mut [0])).await.is_ok_and(|filled| filled.is_err()) {
        tracing::error!("there are no random numbers: sign-ins will fail");
    }
}

/// Up to [`CLEANUP_JITTER`]. The keys of hash maps are random enough for that.
fn jitter() -> Duration {
    let share = u32::try_from(RandomState::new().hash_one(0_u8) % 1000).unwrap_or_default();
    CLEANUP_JITTER * share / 1000
}

/// Removes what expired, again and again.
async fn clean_up(social: SocialAuth) {
    loop {
        match social.social().clear_expired(social.clock().now()).await {
            Ok(0) => {}
            Ok(rows) => tracing::info!(rows, "expired rows removed"),
            Err(error) => tracing::warn!(%error, "expired rows could not be removed"),
        }
        tokio::time::sleep(CLEANUP_EVERY + jitter()).await;
    }
}

/// The signals that end the program.
#[cfg(unix)]
struct Signals {
    terminate: tokio::signal::unix::Signal,
    interrupt: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Signals {
    fn new() -> Result<Self, Failure> {
        use tokio::signal::unix::{SignalKind, signal};
        let listen = |kind| signal(kind).map_err(|source| Failure::System { what: "signals cannot be received", source });
        Ok(Signals { terminate: listen(SignalKind::terminate())?, interrupt: listen(SignalKind::interrupt())? })
    }

    async fn wait(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}

#[cfg(not(unix))]
struct Signals;

#[cfg(not(unix))]
impl Signals {
    fn new() -> Result<Self, Failure> {
        Ok(Signals)
    }

    async fn wait(&mut self) {
        let _ = tokio::signal::ctrl_c().await;
    }
}
