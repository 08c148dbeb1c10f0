//! How requests leave: the settings `PROXIES`, `VERIFY_SSL`, `CA_BUNDLE`, `TLS_CLIENT_CERTIFICATE`,
//! `TLS_CLIENT_KEY`, `REQUESTS_TIMEOUT`, `USER_AGENT`.

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use super::Guard;
use crate::error::Result;
use crate::secret::Secret;
use crate::settings::BackendSettings;

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
    /// What requests prove themselves with to the server (mutual TLS).
    pub identity: Option<TlsIdentity>,
    /// Proxy URLs by scheme: `http`, `https` or `all`.
    pub proxies: BTreeMap<String, String>,
    /// Set where strangers name the addresses: only public ones are reached then, and never by a proxy,
    /// which would resolve names itself.
    pub guard: Option<Guard>,
}

impl Default for ClientOptions {
    fn default() -> Self {
        ClientOptions {
            timeout: Duration::from_secs(10),
            connect_timeout: Duration::from_secs(5),
            max_body: 1024 * 1024,
            verify_tls: true,
            ca_bundle: None,
            identity: None,
            proxies: BTreeMap::new(),
            guard: None,
        }
    }
}

impl ClientOptions {
    /// Reads `REQUESTS_TIMEOUT` (or `URLOPEN_TIMEOUT`, its former name), `PROXIES`, `VERIFY_SSL` and
    /// `CA_BUNDLE` as one backend sees them.
    ///
    /// # Errors
    /// `invalid_setting` for a value of a wrong type, or a proxy that is for an unknown scheme or no URL.
    pub fn from_settings(settings: &BackendSettings<'_>) -> Result<Self> {
        let default = ClientOptions::default();
        let timeout = match settings.seconds("REQUESTS_TIMEOUT")? {
            Some(timeout) => timeout,
            None => settings.seconds("URLOPEN_TIMEOUT")?.unwrap_or(default.timeout),
        };
        Ok(ClientOptions {
            timeout,
            connect_timeout: default.connect_timeout.min(timeout),
            max_body: default.max_body,
            verify_tls: settings.boolean("VERIFY_SSL", default.verify_tls)?,
            ca_bundle: settings.text("CA_BUNDLE")?.map(PathBuf::from),
            identity: identity(settings)?,
            proxies: proxies(settings)?,
            guard: None,
        })
    }
}

impl ClientOptions {
    /// The same for addresses that strangers name: guarded, without proxies, without a certificate of ours,
    /// and for short answers.
    #[must_use]
    pub fn guarded(self, guard: Guard) -> Self {
        ClientOptions { guard: Some(guard), proxies: BTreeMap::new(), identity: None, max_body: self.max_body.min(512 * 1024), ..self }
    }
}

/// A certificate with its private key, in PEM. `Debug` shows neither.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TlsIdentity(String);

impl TlsIdentity {
    /// The certificate, those that it was issued by, and its private key, in PEM.
    #[must_use]
    pub fn new(certificate: &str, key: &Secret) -> Self {
        TlsIdentity(format!("{}\n{}", certificate.trim(), key.expose().trim()))
    }

    /// The text, for rustls.
    pub(super) fn pem(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

impl fmt::Debug for TlsIdentity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

fn identity(settings: &BackendSettings<'_>) -> Result<Option<TlsIdentity>> {
    let (certificate, key) = (settings.text("TLS_CLIENT_CERTIFICATE")?, settings.secret("TLS_CLIENT_KEY")?);
    match (certificate, key) {
        (Some(certificate), key) => Ok(Some(TlsIdentity::new(certificate, &key.unwrap_or_default()))),
        (None, Some(_)) => Err(settings.missing("TLS_CLIENT_CERTIFICATE", "TLS_CLIENT_KEY is of no use without it.")),
        (None, None) => Ok(None),
    }
}

/// The URLs may hold passwords: a message never quotes them.
fn proxies(settings: &BackendSettings<'_>) -> Result<BTreeMap<String, String>> {
    let proxies: BTreeMap<String, String> = settings.pairs("PROXIES")?.into_iter().collect();
    for (scheme, url) in &proxies {
        if !["http", "https", "all"].contains(&scheme.as_str()) {
            return Err(settings.invalid("PROXIES", &format!("has \"{scheme}\", which is no scheme: use http, https or all")));
        }
        if !url::Url::parse(url).is_ok_and(|url| url.has_host()) {
            return Err(settings.invalid("PROXIES", &format!("has no URL for \"{scheme}\": write http://host:port or socks5://host:port")));
        }
    }
    Ok(proxies)
}
