//! `oidc-provider` from npm.

use crate::install;
use crate::process::Process;

/// A running provider.
pub(crate) struct Peer {
    pub(crate) issuer: String,
    pub(crate) client_secret: String,
    process: Process,
}

impl Peer {
    /// Starts the provider; `None`, and a line that says so, where that cannot be.
    pub(crate) fn start() -> Option<Peer> {
        let process = Process::start(install::node("oidc-provider")?);
        Some(Peer { issuer: process.said("issuer"), client_secret: process.said("client_secret"), process })
    }

    /// From now on it signs with other keys, and publishes no longer the old ones.
    pub(crate) fn rotate_keys(&self) {
        assert_eq!(self.process.tell("rotate")["rotated"], true);
    }

    /// How many requests a path has had so far.
    pub(crate) fn requests(&self, path: &str) -> u64 {
        self.process.tell("requests")[path].as_u64().unwrap_or_default()
    }
}
