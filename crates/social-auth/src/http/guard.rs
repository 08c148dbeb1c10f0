//! Which addresses may be reached when the address comes from a stranger (an OpenID identifier): the
//! public ones. The host is judged as the URL parser reads it, whatever notation it was given in, and
//! once more after the name was resolved, at the connection itself, so that a name that changes its
//! address in between (DNS rebinding) gains nothing.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use url::{Host, Url};

use crate::error::{Error, Reason, Result};
use crate::settings::BackendSettings;

/// Names that never stand for anything public (RFC 6761, RFC 6762, RFC 8375, and what ICANN reserved).
const LOCAL_NAMES: &[&str] = &["localhost", "local", "localdomain", "internal", "intranet", "lan", "home", "corp", "home.arpa"];

/// Judges addresses that strangers name.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct Guard {
    /// Whether addresses of this machine are allowed, at any port: for development.
    pub allow_loopback: bool,
    /// Ports besides 80 and 443.
    pub ports: Vec<u16>,
}

impl Guard {
    /// Reads `OPENID_ALLOW_LOOPBACK` and `OPENID_PORTS`.
    ///
    /// # Errors
    /// `invalid_setting`.
    pub fn from_settings(settings: &BackendSettings<'_>) -> Result<Self> {
        let port = |text: String| text.parse().map_err(|_| settings.invalid("OPENID_PORTS", "must be a list of port numbers"));
        Ok(Guard {
            allow_loopback: settings.boolean("OPENID_ALLOW_LOOPBACK", false)?,
            ports: settings.list("OPENID_PORTS")?.unwrap_or_default().into_iter().map(port).collect::<Result<_>>()?,
        })
    }

    /// Refuses a URL that may not be reached, as far as it can be told without resolving its name.
    ///
    /// # Errors
    /// `invalid_parameter`, telling which rule it breaks.
    pub fn check(&self, url: &Url) -> Result<()> {
        if !matches!(url.scheme(), "http" | "https") {
            return Err(refused("only http:// and https:// addresses are reached"));
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(refused("an address with a user name or password in it is not reached"));
        }
        let (ip, is_local_name) = match url.host() {
            Some(Host::Ipv4(ip)) => (Some(IpAddr::V4(ip)), false),
            Some(Host::Ipv6(ip)) => (Some(IpAddr::V6(ip)), false),
            Some(Host::Domain(name)) => (None, self.check_name(name)?),
            None => return Err(refused("the address has no host")),
        };
        if ip.is_some_and(|ip| !self.allows(ip)) {
            return Err(refused("the address is not a public one"));
        }
        let on_this_machine = self.allow_loopback && (is_local_name || ip.is_some_and(is_loopback));
        let port = url.port_or_known_default().unwrap_or_default();
        if on_this_machine || matches!(port, 80 | 443) || self.ports.contains(&port) {
            return Ok(());
        }
        Err(refused("only ports 80 and 443 are reached; OPENID_PORTS allows others"))
    }

    /// Answers whether the name is one of this machine.
    fn check_name(&self, name: &str) -> Result<bool> {
        let name = name.trim_end_matches('.').to_ascii_lowercase();
        let below = |top: &str| name == top || name.strip_suffix(top).is_some_and(|rest| rest.ends_with('.'));
        if self.allow_loopback && below("localhost") {
            return Ok(true);
        }
        if !name.contains('.') || LOCAL_NAMES.iter().any(|top| below(top)) {
            return Err(refused("the host's name is not a public one"));
        }
        Ok(false)
    }

    /// Whether a connection to this address is allowed.
    #[must_use]
    pub fn allows(&self, ip: IpAddr) -> bool {
        is_public(ip) || self.allow_loopback && is_loopback(ip)
    }
}

/// Resolves names to allowed addresses only.
pub(super) struct GuardedResolver(pub Guard);

impl Resolve for GuardedResolver {
    fn resolve(&self, name: Name) -> Resolving {
        let guard = self.0.clone();
        Box::pin(async move {
            let found: Vec<SocketAddr> = tokio::net::lookup_host((name.as_str(), 0)).await?.collect();
            let allowed: Vec<SocketAddr> = found.into_iter().filter(|address| guard.allows(address.ip())).collect();
            if allowed.is_empty() {
                return Err("the name has no public address".into());
            }
            Ok(Box::new(allowed.into_iter()) as Addrs)
        })
    }
}

fn refused(why: &str) -> Error {
    Error::new(Reason::InvalidParameter).parameter("openid_identifier").detail(why)
}

fn is_loopback(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => ip.is_loopback(),
        IpAddr::V6(ip) => ip.is_loopback() || ip.to_ipv4_mapped().is_some_and(|ip| ip.is_loopback()),
    }
}

fn is_public(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => is_public_v4(ip),
        IpAddr::V6(ip) => is_public_v6(ip),
    }
}

/// The IANA special-purpose registry: what is not globally reachable.
fn is_public_v4(ip: Ipv4Addr) -> bool {
    let [a, b, c, _] = ip.octets();
    let special = matches!(
        (a, b, c),
        (0 | 10 | 127 | 224..=255, _, _)
            | (100, 64..=127, _)
            | (169, 254, _)
            | (172, 16..=31, _)
            | (192, 0, 0 | 2)
            | (192, 31, 196)
            | (192, 52, 193)
            | (192, 88, 99)
            | (192, 168, _)
            | (192, 175, 48)
            | (198, 18..=19, _)
            | (198, 51, 100)
            | (203, 0, 113)
    );
    !special
}

/// Only global unicast, 2000::/3, without the parts of it that are special or carry an IPv4 address.
fn is_public_v6(ip: Ipv6Addr) -> bool {
    let [first, second, ..] = ip.segments();
    let special = first == 0x2001 && (second < 0x0200 || second == 0x0db8) // Teredo, ORCHID, benchmarks, documentation
        || first == 0x2002 // 6to4: leads to whatever IPv4 address stands in it
        || first == 0x3ffe // 6bone, given back
        || (first == 0x3fff && second < 0x1000) // documentation (RFC 9637)
        || (first == 0x2620 && second == 0x004f); // AS112
    (0x2000..=0x3fff).contains(&first) && !special
}
