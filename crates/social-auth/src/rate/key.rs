//! What tries are counted by: one key for all spellings of an address, or of an account's name (advisory 58:
//! CVE-2026-45364, CVE-2025-24806).

use std::net::{IpAddr, Ipv6Addr};

use unicode_normalization::UnicodeNormalization;

use crate::email::Mailbox;
use crate::seal::sha256_base64url;
use crate::storage::UserId;

/// What is counted by, as text.
pub(crate) trait Key {
    /// The same for all that counts as one.
    fn text(&self) -> String;
}

/// A mailbox that letters go to: one for all its spellings, with no letter case, no tag after a plus sign, and one form
/// of the domain.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct MailboxKey(String);

impl MailboxKey {
    pub(crate) fn of(address: &str) -> Self {
        let lower = address.to_lowercase();
        let Some(Mailbox { local, domain }) = Mailbox::parse(&lower) else { return MailboxKey(lower) };
        let local = local.split_once('+').map_or(local, |(local, _)| local);
        let domain = url::Host::parse(domain).map_or_else(|_| domain.to_owned(), |host| host.to_string());
        MailboxKey(format!("{local}@{domain}"))
    }
}

impl Key for MailboxKey {
    fn text(&self) -> String {
        self.0.clone()
    }
}

/// A client's address: an IPv4 address, or an IPv6 network of 64 bits, which is what one subscriber has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct AddressKey(IpAddr);

impl AddressKey {
    /// The key of an address. An IPv4 address that is written as IPv6 is the same client.
    #[must_use]
    pub fn of(address: IpAddr) -> Self {
        AddressKey(match address.to_canonical() {
            IpAddr::V6(address) => {
                let [a, b, c, d, ..] = address.segments();
                IpAddr::V6(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
            }
            v4 => v4,
        })
    }

    /// The key of a client whose tries are counted: one on this machine, or whose address nobody knows, would be counted
    /// together with everybody else.
    pub(crate) fn counted(client: Option<IpAddr>) -> Option<Self> {
        client.map(|address| address.to_canonical()).filter(|address| !address.is_loopback()).map(AddressKey::of)
    }
}

impl Key for AddressKey {
    fn text(&self) -> String {
        self.0.to_string()
    }
}

/// An account: the user if there is one, so that it does not matter by which name or address somebody tries;
/// else the name that was stated.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct AccountKey(String);

impl AccountKey {
    /// The key of a user.
    #[must_use]
    pub fn of_user(user: &UserId) -> Self {
        AccountKey(format!("user:{user}"))
    }

    /// The key of a name, or e-mail address, that no user has: without regard to case, compatibility forms and
    /// the space around it.
    #[must_use]
    pub fn of_name(name: &str) -> Self {
        // Lowering may make a letter that composes anew, so both are done until nothing changes.
        let fold = |text: &str| text.nfkc().flat_map(char::to_lowercase).nfkc().collect::<String>();
        let mut folded = fold(name.trim());
        for _ in 0..4 {
            let again = fold(folded.trim());
            if again == folded {
                break;
            }
            folded = again;
        }
        // A digest, so that nobody fills the memory with long names.
        AccountKey(format!("name:{}", sha256_base64url(&folded)))
    }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn rate_key_canonical(bits: u128, host: u64, v4: u32, name in "\\PC{0,40}", spaces in "[ \t]{0,3}") {
            let address = Ipv6Addr::from(bits);
            let neighbour = Ipv6Addr::from((bits & !u128::from(u64::MAX)) | u128::from(host));
            if address.to_ipv4_mapped().is_none() && neighbour.to_ipv4_mapped().is_none() {
                prop_assert_eq!(AddressKey::of(address.into()), AddressKey::of(neighbour.into()), "one /64 is one client");
            }
            let other = Ipv6Addr::from(bits ^ (1 << 64));
            prop_assert_ne!(AddressKey::of(address.into()), AddressKey::of(other.into()), "another /64 is another");

            let plain = Ipv4Addr::from(v4);
            prop_assert_eq!(AddressKey::of(plain.into()), AddressKey::of(plain.to_ipv6_mapped().into()));
            prop_assert_ne!(AddressKey::of(plain.into()), AddressKey::of(Ipv4Addr::from(v4 ^ 1).into()));

            let key = AccountKey::of_name(&name);
            prop_assert_eq!(&key, &AccountKey::of_name(&name.to_lowercase()));
            prop_assert_eq!(&key, &AccountKey::of_name(&format!("{spaces}{name}{spaces}")));
            prop_assert_eq!(&key, &AccountKey::of_name(&name.nfkc().collect::<String>()));
            prop_assert_eq!(&key, &AccountKey::of_name(&name.nfd().collect::<String>()));
            let ascii_upper = name.to_ascii_uppercase();
            prop_assert_eq!(&key, &AccountKey::of_name(&ascii_upper));
        }
    }

    #[test]
    fn every_spelling_of_a_mailbox_has_one_key() {
        for spelling in ["ANN@example.com", "ann+1@example.com", "Ann+x+y@EXAMPLE.com"] {
            assert_eq!(MailboxKey::of(spelling), MailboxKey::of("ann@example.com"), "{spelling}");
        }
        assert_eq!(MailboxKey::of("ann@bücher.example"), MailboxKey::of("ann@xn--bcher-kva.example"));
        assert_ne!(MailboxKey::of("ann@example.com"), MailboxKey::of("bob@example.com"));
    }

    #[test]
    fn a_user_is_no_name() {
        assert_ne!(AccountKey::of_user(&UserId::new("7")), AccountKey::of_name("7"));
        assert_eq!(AccountKey::of_name("Ａda@Example.ORG "), AccountKey::of_name("ada@example.org"));
    }
}
