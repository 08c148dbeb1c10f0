//! Where the provider refuses to run: off loopback, and in production.
//!
//! Anybody who reaches it can sign in as anybody, so both rules have no switch.

use std::net::{IpAddr, SocketAddr};

use url::{Host, Url};

use crate::error::Error;

/// Environment variables that tell in which environment a program runs.
const ENVIRONMENT_VARIABLES: [&str; 2] = ["SOCIAL_AUTH_ENV", "RUST_ENV"];

/// Refuses when a variable says production; `lookup` reads the environment.
pub(crate) fn refuse_production(lookup: impl Fn(&str) -> Option<String>) -> Result<(), Error> {
    for variable in ENVIRONMENT_VARIABLES {
        let value = lookup(variable).unwrap_or_default();
        let value = value.trim();
        if value.eq_ignore_ascii_case("production") || value.eq_ignore_ascii_case("prod") {
            return Err(Error::Production { because: format!("{variable}={value}") });
        }
    }
    Ok(())
}

/// Refuses an address that other machines could reach.
pub(crate) fn require_loopback(address: SocketAddr) -> Result<(), Error> {
    if is_loopback(address.ip()) {
        return Ok(());
    }
    Err(Error::NotLoopback { place: address.to_string() })
}

/// Refuses a public URL whose host is not this machine.
pub(crate) fn require_loopback_url(url: &Url) -> Result<(), Error> {
    if !matches!(url.scheme(), "http" | "https") {
        return Err(Error::UnusableUrl { url: url.clone() });
    }
    match url.host() {
        None => Err(Error::UnusableUrl { url: url.clone() }),
        Some(host) if is_loopback_host(&host) => Ok(()),
        Some(host) => Err(Error::NotLoopback { place: host.to_string() }),
    }
}

/// Whether a redirect or public URL names this machine. RFC 6761 section 6.3 keeps `localhost`
/// and the names below it for loopback.
pub(crate) fn is_loopback_host(host: &Host<&str>) -> bool {
    match host {
        Host::Domain(name) => {
            let name = name.trim_end_matches('.');
            name.eq_ignore_ascii_case("localhost") || name.to_ascii_lowercase().ends_with(".localhost")
        }
        Host::Ipv4(ip) => ip.is_loopback(),
        Host::Ipv6(ip) => is_loopback(IpAddr::V6(*ip)),
    }
}

/// Whether a `Host` header names this machine: a web page that rebinds its own name to
/// 127.0.0.1 must not reach the provider.
pub(crate) fn is_loopback_authority(authority: &str) -> bool {
    Url::parse(&format!("http://{authority}/")).ok().is_some_and(|url| url.host().is_some_and(|host| is_loopback_host(&host)))
}

fn is_loopback(ip: IpAddr) -> bool {
    ip.to_canonical().is_loopback()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    #[test]
    fn production_is_recognised_in_every_spelling() {
        for (variable, value) in
            [("SOCIAL_AUTH_ENV", "production"), ("SOCIAL_AUTH_ENV", " Production "), ("RUST_ENV", "production"), ("RUST_ENV", "PROD")]
        {
            let outcome = refuse_production(|name| (name == variable).then(|| value.to_owned()));
            assert_eq!(outcome.unwrap_err().code(), "dev_provider_in_production", "{value}");
        }
        for value in ["", "development", "test", "staging"] {
            assert!(refuse_production(|_| Some(value.to_owned())).is_ok(), "{value}");
        }
    }

    #[test]
    fn only_loopback_addresses_pass() {
        for address in ["127.0.0.1:0", "127.8.9.1:80", "[::1]:0", "[::ffff:127.0.0.1]:0"] {
            assert!(require_loopback(address.parse().unwrap()).is_ok(), "{address}");
        }
        for address in ["0.0.0.0:0", "[::]:0", "10.0.0.1:80", "192.0.2.1:1", "[::ffff:10.0.0.1]:1"] {
            let refused = require_loopback(address.parse().unwrap()).unwrap_err();
            assert_eq!(refused.code(), "dev_provider_not_loopback", "{address}");
        }
    }

    #[test]
    fn only_loopback_names_pass() {
        for authority in ["localhost", "localhost:80", "app.localhost:1", "127.0.0.1", "[::1]:9"] {
            assert!(is_loopback_authority(authority), "{authority}");
        }
        for authority in ["", "example.com", "localhost.example.com", "notlocalhost", "10.0.0.1"] {
            assert!(!is_loopback_authority(authority), "{authority}");
        }
    }
}
