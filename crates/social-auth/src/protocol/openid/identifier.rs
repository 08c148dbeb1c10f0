//! What people enter, made an address (OpenID 2.0, section 7.2).

use url::Url;

use crate::error::{Error, Reason, Result};

/// The longest identifier that is looked at, in characters.
const MAX_LENGTH: usize = 2048;

/// The address that an entered identifier stands for.
///
/// # Errors
/// `invalid_parameter` when it is none, or an XRI, which nobody resolves any more.
pub(super) fn normalized(entered: &str) -> Result<Url> {
    let entered = entered.trim();
    if entered.is_empty() || entered.len() > MAX_LENGTH {
        return Err(refused("enter the address of your OpenID, such as https://example.com/me"));
    }
    if entered.starts_with("xri://") || entered.starts_with(['=', '@', '+', '$', '!', '(']) {
        return Err(refused("an i-name (XRI) cannot be resolved; enter an address"));
    }
    let has_scheme = entered.split_once("://").is_some_and(|(scheme, _)| scheme.chars().all(|c| c.is_ascii_alphanumeric()));
    let text = if has_scheme { entered.to_owned() } else { format!("http://{entered}") };
    let url = Url::parse(&text).map_err(|_| refused("this is no address"))?;
    if !matches!(url.scheme(), "http" | "https") || !url.has_host() {
        return Err(refused("an OpenID begins with https:// or http://"));
    }
    Ok(without_fragment(url))
}

/// The address of a person's page at a provider that has one for each user name.
///
/// # Errors
/// `invalid_parameter` when the name could lead to another host or page.
pub(super) fn of_username(parameter: &str, address: &str, username: &str) -> Result<Url> {
    let username = username.trim().to_ascii_lowercase();
    let plain = username.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'));
    if username.is_empty() || username.len() > 63 || !plain {
        return Err(Error::new(Reason::InvalidParameter).parameter(parameter).detail("a user name has letters, digits, - and _ only"));
    }
    normalized(&address.replace("{username}", &username))
}

/// Fragments tell apart people who had the same address one after the other; they are never asked for.
pub(super) fn without_fragment(mut url: Url) -> Url {
    url.set_fragment(None);
    url
}

fn refused(why: &str) -> Error {
    Error::new(Reason::InvalidParameter).parameter("openid_identifier").detail(why)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn identifiers_become_addresses_as_the_specification_says() {
        for (entered, expected) in [
            ("example.com", "http://example.com/"),
            (" http://example.com ", "http://example.com/"),
            ("https://example.com", "https://example.com/"),
            ("HTTPS://Example.COM/User", "https://example.com/User"),
            ("http://example.com/user/", "http://example.com/user/"),
            ("example.com/user#me", "http://example.com/user"),
            ("http://example.com:80/", "http://example.com/"),
            ("example.com:8080/x", "http://example.com:8080/x"),
            ("example.com/?u=a://b", "http://example.com/?u=a://b"),
        ] {
            assert_eq!(normalized(entered).unwrap().as_str(), expected, "{entered}");
        }
    }

    #[test]
    fn what_is_no_address_is_refused() {
        for entered in ["", "  ", "=name", "@org", "xri://=name", "ftp://example.com", "file:///etc/passwd", "http://", "http://[::1"] {
            assert!(normalized(entered).is_err(), "{entered}");
        }
    }

    #[test]
    fn a_user_name_cannot_lead_elsewhere() {
        let address = "https://{username}.example.com/";
        assert_eq!(of_username("user", address, "Ada_L").unwrap().as_str(), "https://ada_l.example.com/");
        for name in ["", "evil.test/", "evil.test#", "a@b", "a:b", "a.b", "a%2fb", "ä"] {
            assert!(of_username("user", address, name).is_err(), "{name}");
        }
    }
}
