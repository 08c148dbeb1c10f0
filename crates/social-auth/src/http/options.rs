//! How requests leave: the settings `PROXIES`, `VERIFY_SSL`, `CA_BUNDLE`, `REQUESTS_TIMEOUT`,
//! `USER_AGENT`.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

/// What a client may do and for how long. Backends with equal options share connections.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ClientOptions {
    /// From the first byte sent to the last byte received.
    pub timeout: Duration,
    /// To get a connection.
    pub connect_timeout: Duration,
    /// The longest answer, in bytes.
    pub max_body: usize,
    /// Whether server certificates are checked.
    pub verify_tls: bool,
    /// A file of further trusted roots, PEM.
    pub ca_bundle: Option<PathBuf>,
    /// Proxy URLs by scheme: `http`, `https` or `all`.
    pub proxies: BTreeMap<String, String>,
}

impl Default for ClientOptions {
    fn default() -> Self {
        ClientOptions {
            timeout: Duration::from_secs(10),
            connect_timeout: Duration::from_secs(5),
            max_body: 1024 * 1024,
            verify_tls: true,
            ca_bundle: None,
            proxies: BTreeMap::new(),
        }
    }
}
