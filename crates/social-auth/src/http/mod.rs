//! The one way out: every request to a provider goes through [`Client`], with a timeout, a size limit, no
//! redirects, and nothing of it in a log but method, host and status.

mod guard;
mod options;
mod outgoing;
mod transport;

use std::sync::Arc;

use async_trait::async_trait;
use url::Url;

pub use guard::Guard;
pub use options::{ClientOptions, TlsIdentity};
pub use outgoing::{Incoming, Outgoing};
pub use transport::ReqwestTransport;

use crate::error::Result;

/// Carries one request to a provider and the answer back.
///
/// [`ReqwestTransport`] is the real one. Tests put their own in to replay recorded traffic.
#[async_trait]
pub trait Transport: Send + Sync + 'static {
    /// Sends the request; never follows a redirect.
    ///
    /// # Errors
    /// `connection_failed`, `timeout`, `tls_error`, or `malformed_response` when the body is too long.
    async fn send(&self, request: Outgoing) -> Result<Incoming>;
}

/// A client for one backend: its transport and its `User-Agent`.
#[derive(Clone)]
pub struct Client {
    transport: Arc<dyn Transport>,
    user_agent: Option<Arc<str>>,
}

impl Client {
    /// A client over this transport that sends this `User-Agent`, if any.
    pub fn new(transport: Arc<dyn Transport>, user_agent: Option<&str>) -> Self {
        Client { transport, user_agent: user_agent.map(Arc::from) }
    }

    /// Sends the request.
    ///
    /// # Errors
    /// As [`Transport::send`].
    pub async fn send(&self, mut request: Outgoing) -> Result<Incoming> {
        if let Some(user_agent) = &self.user_agent {
            request = request.header_if_absent("user-agent", user_agent);
        }
        let (method, host) = (request.method.clone(), request.url.host_str().unwrap_or_default().to_owned());
        let answer = self.transport.send(request).await;
        match &answer {
            Ok(incoming) => tracing::debug!(%method, host, status = incoming.status, bytes = incoming.body.len(), "provider answered"),
            Err(error) => tracing::debug!(%method, host, %error, "provider request failed"),
        }
        answer
    }
}

/// Whether the address is on this machine.
pub(crate) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(url::Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}
