//! From an identifier to the services that vouch for it (section 7.3): Yadis, then HTML.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use url::Url;

use super::html::Head;
use super::identifier::without_fragment;
use super::xrds;
use crate::error::{Error, Reason, Result};
use crate::http::{Client, Guard, Incoming, Outgoing};

/// As the recordings and most relying parties ask; some providers look at it.
const ACCEPT: &str = "text/html; q=0.3, application/xhtml+xml; q=0.5, application/xrds+xml";
const XRDS_TYPE: &str = "application/xrds+xml";
const MAX_REDIRECTS: usize = 5;
/// For all requests of one discovery together.
const PATIENCE: Duration = Duration::from_secs(20);

/// Which messages a service understands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Version {
    #[serde(rename = "1")]
    V1,
    #[serde(rename = "2")]
    V2,
}

/// A provider, and whom it vouches for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Service {
    /// Where the browser is sent.
    #[serde(rename = "e")]
    pub endpoint: String,
    #[serde(rename = "v")]
    pub version: Version,
    /// Whose service it is; `None`: the person chooses at the provider.
    #[serde(rename = "c", default, skip_serializing_if = "Option::is_none")]
    pub claimed_id: Option<String>,
    /// What the provider knows the person by, if that is another address (delegation).
    #[serde(rename = "l", default, skip_serializing_if = "Option::is_none")]
    pub local_id: Option<String>,
    /// Whether it announces Attribute Exchange.
    #[serde(rename = "a", default)]
    pub exchanges_attributes: bool,
}

impl Service {
    /// What the provider knows the person by.
    pub fn local(&self) -> Option<&str> {
        self.local_id.as_deref().or(self.claimed_id.as_deref())
    }
}

/// Finds services, and reaches only what the guard allows.
pub(super) struct Discovery<'a> {
    pub http: &'a Client,
    pub guard: &'a Guard,
}

impl Discovery<'_> {
    /// The services behind an identifier, most wanted first.
    ///
    /// # Errors
    /// `invalid_parameter` for an address that may not be reached or names no provider; `malformed_response`;
    /// what keeps it from being reached.
    pub async fn services(&self, identifier: &Url) -> Result<Vec<Service>> {
        let found = tokio::time::timeout(PATIENCE, self.find(identifier)).await.map_err(|_| Error::new(Reason::Timeout))??;
        let reachable = |service: &Service| Url::parse(&service.endpoint).is_ok_and(|url| self.guard.check(&url).is_ok());
        let found: Vec<Service> = found.into_iter().filter(reachable).collect();
        if found.is_empty() {
            return Err(Error::new(Reason::InvalidParameter)
                .parameter("openid_identifier")
                .detail("no OpenID provider stands behind this address: neither an XRDS document nor a link in its page names one"));
        }
        Ok(found)
    }

    async fn find(&self, identifier: &Url) -> Result<Vec<Service>> {
        let (url, answer) = self.get(identifier.clone()).await?;
        let claimed = without_fragment(url.clone());
        if is_xrds(&answer) {
            return xrds::services(answer.text()?, claimed.as_str());
        }
        if let Some(location) = answer.header("x-xrds-location") {
            return self.xrds_at(&url, location, &claimed).await;
        }
        // Pages may be in any encoding; addresses are ASCII.
        let page = String::from_utf8_lossy(&answer.body);
        let head = Head::read(&page);
        match &head.xrds_location {
            Some(location) => self.xrds_at(&url, location, &claimed).await,
            None => Ok(head.services(claimed.as_str())),
        }
    }

    async fn xrds_at(&self, base: &Url, location: &str, claimed: &Url) -> Result<Vec<Service>> {
        let location = base.join(location.trim()).map_err(|_| Error::malformed("X-XRDS-Location is no address"))?;
        let (_, answer) = self.get(location).await?;
        xrds::services(answer.text()?, claimed.as_str())
    }

    /// Follows redirects by hand, so that each address is judged; answers where they ended.
    async fn get(&self, mut url: Url) -> Result<(Url, Incoming)> {
        for _ in 0..=MAX_REDIRECTS {
            self.guard.check(&url)?;
            let answer = self.http.send(Outgoing::get(url.as_str())?.header("accept", ACCEPT)).await?;
            if !matches!(answer.status, 301 | 302 | 303 | 307 | 308) {
                answer.require_success()?;
                return Ok((url, answer));
            }
            let location = answer.header("location").ok_or_else(|| Error::malformed("a redirect leads nowhere"))?;
            url = url.join(location).map_err(|_| Error::malformed("a redirect leads to no address"))?;
        }
        Err(Error::malformed(format!("discovery was redirected more than {MAX_REDIRECTS} times")))
    }
}

fn is_xrds(answer: &Incoming) -> bool {
    let kind = answer.header("content-type").unwrap_or_default();
    kind.split(';').next().is_some_and(|kind| kind.trim().eq_ignore_ascii_case(XRDS_TYPE))
}
