//! How many letters are sent: so many an hour to one mailbox, and so many for one visitor. Counted in the
//! storage, so that replicas count together.

use std::net::IpAddr;

use crate::email::Mailbox;
use crate::error::{Error, Reason, Result, Source};
use crate::seal::sha256_base64url;
use crate::storage::SocialStorage;

const CLAIMS: &str = "social-auth:mail";
const HOUR: i64 = 3600;

/// Takes one of the `most` places of this hour.
///
/// # Errors
/// `rate_limited`, with the seconds until the next hour.
pub(crate) async fn take_slot(social: &dyn SocialStorage, key: &str, most: u32, now: i64) -> Result<()> {
    let end = (now.div_euclid(HOUR) + 1) * HOUR;
    let key = sha256_base64url(key);
    for slot in 0..most {
        if social.claim(CLAIMS, &format!("{key}:{end}:{slot}"), end).await? {
            return Ok(());
        }
    }
    let wait = u64::try_from(end - now).unwrap_or_default();
    let detail = format!("{most} letters were sent within an hour");
    Err(Error::new(Reason::RateLimited).from_source(Source::LocalPolicy).detail(detail).retry_after(wait))
}

/// One key for all spellings of a mailbox: no letter case, no tag after a plus sign, one form of the domain.
pub(crate) fn address_key(address: &str) -> String {
    let lower = address.to_lowercase();
    let Some(Mailbox { local, domain }) = Mailbox::parse(&lower) else { return format!("address {lower}") };
    let local = local.split_once('+').map_or(local, |(local, _)| local);
    let domain = url::Host::parse(domain).map_or_else(|_| domain.to_owned(), |host| host.to_string());
    format!("address {local}@{domain}")
}

/// One key for all addresses that one visitor may have: a whole network of IPv6, and the same for IPv4 in
/// either spelling.
pub(crate) fn visitor_key(client: IpAddr) -> String {
    match client.to_canonical() {
        IpAddr::V4(address) => format!("visitor {address}"),
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            format!("visitor {a:x}:{b:x}:{c:x}:{d:x}/64")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{address_key, visitor_key};

    #[test]
    fn every_spelling_of_a_mailbox_or_a_visitor_has_one_key() {
        for spelling in ["ANN@example.com", "ann+1@example.com", "Ann+x+y@EXAMPLE.com"] {
            assert_eq!(address_key(spelling), address_key("ann@example.com"), "{spelling}");
        }
        assert_eq!(address_key("ann@bücher.example"), address_key("ann@xn--bcher-kva.example"));
        assert_ne!(address_key("ann@example.com"), address_key("bob@example.com"));
        let key = |address: &str| visitor_key(address.parse().unwrap_or_else(|_| panic!("{address} is an address")));
        assert_eq!(key("::ffff:192.0.2.1"), key("192.0.2.1"));
        assert_eq!(key("2001:db8::1"), key("2001:db8:0:0:ffff::2"));
        assert_ne!(key("2001:db8::1"), key("2001:db8:0:1::1"));
    }
}
