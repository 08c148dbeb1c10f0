//! The real transport: reqwest on rustls.

use std::error::Error as _;
use std::sync::Arc;

use async_trait::async_trait;
use bytes::BytesMut;
use tokio::sync::OnceCell;

use super::guard::GuardedResolver;
use super::{ClientOptions, Incoming, Outgoing, Transport};
use crate::error::{Error, Reason, Result};

/// Sends requests with reqwest: pooled connections, HTTP/1.1 and HTTP/2, no redirects, no cookies.
///
/// The client is made at the first request: reading the system's certificates takes tens of milliseconds,
/// which no start should wait for.
pub struct ReqwestTransport {
    client: OnceCell<reqwest::Client>,
    options: ClientOptions,
    certificates: Vec<reqwest::Certificate>,
    identity: Option<reqwest::Identity>,
    proxies: Vec<reqwest::Proxy>,
}

impl ReqwestTransport {
    /// A transport with these options.
    ///
    /// # Errors
    /// `invalid_setting` when the CA bundle cannot be read or a proxy URL is none.
    pub fn new(options: &ClientOptions) -> Result<Self> {
        let transport = ReqwestTransport {
            client: OnceCell::new(),
            options: options.clone(),
            certificates: certificates(options)?,
            identity: identity(options)?,
            proxies: options.proxies.iter().map(|(scheme, url)| proxy(scheme, url)).collect::<Result<_>>()?,
        };
        // Whether certificates of one's own are any good is told at start.
        if !transport.certificates.is_empty() || transport.identity.is_some() {
            transport.make()?;
        }
        Ok(transport)
    }

    async fn client(&self) -> Result<&reqwest::Client> {
        self.client.get_or_try_init(async || self.make()).await
    }

    fn make(&self) -> Result<reqwest::Client> {
        let mut builder = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .timeout(self.options.timeout)
            .connect_timeout(self.options.connect_timeout)
            .pool_idle_timeout(std::time::Duration::from_secs(60))
            .no_proxy()
            .tls_danger_accept_invalid_certs(!self.options.verify_tls);
        if let Some(guard) = &self.options.guard {
            builder = builder.dns_resolver(Arc::new(GuardedResolver(guard.clone())));
        }
        if !self.certificates.is_empty() {
            builder = builder.tls_certs_merge(self.certificates.iter().cloned());
        }
        if let Some(identity) = &self.identity {
            builder = builder.identity(identity.clone());
        }
        for proxy in &self.proxies {
            builder = builder.proxy(proxy.clone());
        }
        builder.build().map_err(|error| Error::new(Reason::InvalidSetting).detail("the HTTP client could not be made").caused_by(error))
    }
}

fn certificates(options: &ClientOptions) -> Result<Vec<reqwest::Certificate>> {
    let Some(path) = &options.ca_bundle else { return Ok(Vec::new()) };
    let unreadable = |why: String| Error::invalid_setting("CA_BUNDLE", format!("{}: {why}", path.display()));
    let pem = std::fs::read(path).map_err(|error| unreadable(error.to_string()))?;
    reqwest::Certificate::from_pem_bundle(&pem).map_err(|error| unreadable(error.to_string()))
}

/// A certificate that does not belong to the key is told when the client is made.
fn identity(options: &ClientOptions) -> Result<Option<reqwest::Identity>> {
    let Some(identity) = &options.identity else { return Ok(None) };
    let unreadable = |_| {
        Error::invalid_setting(
            "TLS_CLIENT_CERTIFICATE",
            "it must be a certificate in PEM, with its private key in TLS_CLIENT_KEY: PKCS #8, RSA or EC, without a password",
        )
    };
    reqwest::Identity::from_pem(identity.pem()).map(Some).map_err(unreadable)
}

fn proxy(scheme: &str, url: &str) -> Result<reqwest::Proxy> {
    let proxy = match scheme {
        "http" => reqwest::Proxy::http(url),
        "https" => reqwest::Proxy::https(url),
        "all" => reqwest::Proxy::all(url),
        other => return Err(Error::invalid_setting("PROXIES", format!("\"{other}\" is no scheme; use http, https or all"))),
    };
    proxy.map_err(|_| Error::invalid_setting("PROXIES", format!("the URL for \"{scheme}\" is not one")))
}

#[async_trait]
impl Transport for ReqwestTransport {
    async fn send(&self, request: Outgoing) -> Result<Incoming> {
        // The resolver never sees a host that is an address already.
        if let Some(guard) = &self.options.guard {
            guard.check(&request.url)?;
        }
        let Outgoing { method, url, headers, body } = request;
        let mut answer = self.client().await?.request(method, url).headers(headers).body(body).send().await.map_err(network_error)?;
        let too_long = || Error::malformed(format!("the answer is longer than {} bytes", self.options.max_body));
        if answer.content_length().is_some_and(|length| length > self.options.max_body as u64) {
            return Err(too_long());
        }
        let mut body = BytesMut::new();
        while let Some(chunk) = answer.chunk().await.map_err(network_error)? {
            if body.len() + chunk.len() > self.options.max_body {
                return Err(too_long());
            }
            body.extend_from_slice(&chunk);
        }
        Ok(Incoming { status: answer.status().as_u16(), headers: std::mem::take(answer.headers_mut()), body: body.freeze() })
    }
}

/// reqwest's error without its URL, which may carry a secret.
fn network_error(error: reqwest::Error) -> Error {
    let error = error.without_url();
    let reason = if error.is_timeout() {
        Reason::Timeout
    } else if is_tls(&error) {
        Reason::TlsError
    } else if error.is_decode() || error.is_body() {
        Reason::MalformedResponse
    } else {
        Reason::ConnectionFailed
    };
    Error::new(reason).caused_by(error)
}

fn is_tls(error: &reqwest::Error) -> bool {
    let mut cause = error.source();
    while let Some(inner) = cause {
        if inner.to_string().contains("certificate") || inner.to_string().contains("TLS") {
            return true;
        }
        cause = inner.source();
    }
    false
}
