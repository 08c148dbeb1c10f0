//! Whose word counts about where a request comes from: `TRUSTED_PROXIES`.

use std::net::{IpAddr, SocketAddr};

use http::HeaderMap;
use ipnet::IpNet;

use crate::error::Result;
use crate::settings::BackendSettings;

const FORWARDED_FOR: &str = "x-forwarded-for";

/// The proxies whose `X-Forwarded-For` is believed; none unless the settings name some. Host and scheme
/// are never taken from a header: `PUBLIC_URL` says them.
#[derive(Debug, Clone, Default)]
pub(crate) struct TrustedProxies(Vec<IpNet>);

impl TrustedProxies {
    /// Reads `TRUSTED_PROXIES`: addresses and networks such as `127.0.0.1` and `10.0.0.0/8`.
    ///
    /// # Errors
    /// `invalid_setting` for anything else.
    pub(crate) fn resolve(settings: &BackendSettings<'_>) -> Result<Self> {
        let network = |text: &String| {
            let network = text.parse::<IpNet>().or_else(|_| text.parse::<IpAddr>().map(IpNet::from));
            network.map_err(|_| settings.invalid("TRUSTED_PROXIES", "must list addresses or networks, such as 127.0.0.1 or 10.0.0.0/8"))
        };
        settings.list("TRUSTED_PROXIES")?.unwrap_or_default().iter().map(network).collect::<Result<_>>().map(TrustedProxies)
    }

    /// The address of the client: the last one that no trusted proxy vouches for being a proxy.
    pub(crate) fn client(&self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        let values = headers.get_all(FORWARDED_FOR).iter().rev().filter_map(|value| value.to_str().ok());
        let mut client = peer.to_canonical();
        for hop in values.flat_map(|value| value.rsplit(',')) {
            if !self.0.iter().any(|network| network.contains(&client)) {
                break;
            }
            let Some(address) = address(hop.trim()) else { break };
            client = address.to_canonical();
        }
        client
    }
}

/// An address, with or without a port: some proxies add one.
fn address(text: &str) -> Option<IpAddr> {
    let bare = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')).unwrap_or(text);
    bare.parse().ok().or_else(|| text.parse::<SocketAddr>().ok().map(|address| address.ip()))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

    use super::*;
    use crate::settings::Settings;

    fn client(trusted: &str, peer: &str, headers: &[&str]) -> String {
        let mut settings = Settings::new();
        settings.set("TRUSTED_PROXIES", trusted);
        let mut map = HeaderMap::new();
        for value in headers {
            map.append(FORWARDED_FOR, value.parse().unwrap());
        }
        TrustedProxies::resolve(&settings.of_site()).unwrap().client(peer.parse().unwrap(), &map).to_string()
    }

    #[test]
    fn a_forwarded_header_from_a_stranger_is_not_believed() {
        assert_eq!(client("", "203.0.113.9", &["198.51.100.1"]), "203.0.113.9");
        assert_eq!(client("10.0.0.0/8", "203.0.113.9", &["198.51.100.1"]), "203.0.113.9");
    }

    #[test]
    fn what_the_client_wrote_before_the_proxy_is_not_believed() {
        assert_eq!(client("10.0.0.1", "10.0.0.1", &["198.51.100.1, 203.0.113.9"]), "203.0.113.9");
        assert_eq!(client("10.0.0.0/8", "10.0.0.1", &["198.51.100.1", "203.0.113.9, 10.0.0.2"]), "203.0.113.9");
        assert_eq!(client("10.0.0.1", "10.0.0.1", &["198.51.100.1, nonsense"]), "10.0.0.1");
    }

    #[test]
    fn addresses_with_ports_and_mapped_addresses_are_the_same_addresses() {
        assert_eq!(client("10.0.0.1", "::ffff:10.0.0.1", &["203.0.113.9:4711"]), "203.0.113.9");
        assert_eq!(client("::1", "::1", &["[2001:db8::1]:4711"]), "2001:db8::1");
        assert_eq!(client("::1", "::1", &["[2001:db8::1]"]), "2001:db8::1");
    }

    #[test]
    fn a_proxy_that_is_no_address_is_an_error() {
        let mut settings = Settings::new();
        settings.set("TRUSTED_PROXIES", "proxy.internal");
        let error = TrustedProxies::resolve(&settings.of_site()).unwrap_err();
        assert!(error.to_string().contains("10.0.0.0/8"), "{error}");
    }
}
