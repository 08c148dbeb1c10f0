//! The real transport: reqwest on rustls.

use std::error::Error as _;

use async_trait::async_trait;
use bytes::BytesMut;

use super::{ClientOptions, Incoming, Outgoing, Transport};
use crate::error::{Error, Reason, Result};

/// Sends requests with reqwest: pooled connections, HTTP/1.1 and HTTP/2, no redirects, no cookies.
pub struct ReqwestTransport {
    client: reqwest::Client,
    max_body: usize,
}

impl ReqwestTransport {
    /// A transport with these options.
    ///
    /// # Errors
    /// `invalid_setting` when the CA bundle cannot be read or a proxy URL is none.
    pub fn new(options: &ClientOptions) -> Result<Self> {
        let mut builder = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .timeout(options.timeout)
            .connect_timeout(options.connect_timeout)
            .pool_idle_timeout(std::time::Duration::from_secs(60))
            .no_proxy()
            .tls_danger_accept_invalid_certs(!options.verify_tls);
        if let Some(path) = &options.ca_bundle {
            let unreadable = |why: String| Error::invalid_setting("CA_BUNDLE", format!("{}: {why}", path.display()));
            let pem = std::fs::read(path).map_err(|error| unreadable(error.to_string()))?;
            let certificates = reqwest::Certificate::from_pem_bundle(&pem).map_err(|error| unreadable(error.to_string()))?;
            builder = builder.tls_certs_merge(certificates);
        }
        for (scheme, url) in &options.proxies {
            let proxy = match scheme.as_str() {
                "http" => reqwest::Proxy::http(url),
                "https" => reqwest::Proxy::https(url),
                "all" => reqwest::Proxy::all(url),
                other => return Err(Error::invalid_setting("PROXIES", format!("\"{other}\" is no scheme; use http, https or all"))),
            };
            let proxy = proxy.map_err(|_| Error::invalid_setting("PROXIES", format!("the URL for \"{scheme}\" is not one")))?;
            builder = builder.proxy(proxy);
        }
        let client = builder
            .build()
            .map_err(|error| Error::new(Reason::InvalidSetting).detail("the HTTP client could not be made").caused_by(error))?;
        Ok(ReqwestTransport { client, max_body: options.max_body })
    }
}

#[async_trait]
impl Transport for ReqwestTransport {
    async fn send(&self, request: Outgoing) -> Result<Incoming> {
        let Outgoing { method, url, headers, body } = request;
        let mut answer = self.client.request(method, url).headers(headers).body(body).send().await.map_err(network_error)?;
        let too_long = || Error::malformed(format!("the answer is longer than {} bytes", self.max_body));
        if answer.content_length().is_some_and(|length| length > self.max_body as u64) {
            return Err(too_long());
        }
        let mut body = BytesMut::new();
        while let Some(chunk) = answer.chunk().await.map_err(network_error)? {
            if body.len() + chunk.len() > self.max_body {
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
