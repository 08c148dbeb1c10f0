//! The signature base string (RFC 5849, section 3.4.1) and the encoding that it is made with.

use http::Method;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use url::Url;

/// Everything but the unreserved characters of RFC 3986 (RFC 5849, section 3.6).
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Percent-encodes as section 3.6 wants it: a space is `%20`, hexadecimal digits are upper case.
#[must_use]
pub fn encode(text: &str) -> String {
    utf8_percent_encode(text, RESERVED).to_string()
}

/// The text that a request's signature is over.
///
/// `params` are all of section 3.4.1.3.1 but those of the query, decoded: the protocol parameters without
/// `realm` and `oauth_signature`, and the fields of a form in the body.
#[must_use]
pub fn base_string(method: &Method, url: &Url, params: &[(String, String)]) -> String {
    let query = url.query_pairs().map(|(name, value)| (encode(&name), encode(&value)));
    let mut pairs: Vec<_> = query.chain(params.iter().map(|(name, value)| (encode(name), encode(value)))).collect();
    // Section 3.4.1.3.2: by name, then by value, after the encoding.
    pairs.sort_unstable();
    let normalised: Vec<_> = pairs.into_iter().map(|(name, value)| format!("{name}={value}")).collect();
    let method = method.as_str().to_ascii_uppercase();
    [method, encode(&base_uri(url)), encode(&normalised.join("&"))].join("&")
}

/// Section 3.4.1.2: scheme and host in lower case, a default port left out, neither query nor fragment.
fn base_uri(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
    format!("{}://{host}{port}{}", url.scheme(), url.path())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn base(method: Method, url: &str, params: &[(&str, &str)]) -> String {
        let params: Vec<_> = params.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        base_string(&method, &Url::parse(url).unwrap(), &params)
    }

    #[test]
    fn the_base_string_is_that_of_the_rfc() {
        // RFC 5849, section 3.4.1.1: the request of section 3.1 with query, header and form.
        let found = base(
            Method::POST,
            "http://EXAMPLE.COM:80/request?b5=%3D%253D&a3=a&c%40=&a2=r%20b",
            &[
                ("oauth_consumer_key", "9djdj82h48djs9d2"),
                ("oauth_token", "kkk9d7dh3k39sjv7"),
                ("oauth_signature_method", "HMAC-SHA1"),
                ("oauth_timestamp", "137131201"),
                ("oauth_nonce", "7d8f3e4a"),
                ("c2", ""),
                ("a3", "2 q"),
            ],
        );
        assert_eq!(
            found,
            "POST&http%3A%2F%2Fexample.com%2Frequest&a2%3Dr%2520b%26a3%3D2%2520q%26a3%3Da%26b5%3D%253D%25253D%26c%2540%3D%26c2%3D%26\
             oauth_consumer_key%3D9djdj82h48djs9d2%26oauth_nonce%3D7d8f3e4a%26oauth_signature_method%3DHMAC-SHA1%26\
             oauth_timestamp%3D137131201%26oauth_token%3Dkkk9d7dh3k39sjv7"
        );
    }

    #[test]
    fn addresses_are_normalised_as_in_the_rfc() {
        // RFC 5849, section 3.4.1.2.
        for (url, expected) in [
            ("http://EXAMPLE.COM:80/r%20v/X?id=123", "http://example.com/r%20v/X"),
            ("https://www.example.net:8080/?q=1", "https://www.example.net:8080/"),
            ("https://example.com:443/a#part", "https://example.com/a"),
            ("http://example.com", "http://example.com/"),
            ("http://[::1]:8000/a", "http://[::1]:8000/a"),
        ] {
            assert_eq!(base_uri(&Url::parse(url).unwrap()), expected, "{url}");
        }
    }

    #[test]
    fn text_is_encoded_as_in_the_test_cases_of_oauth_net() {
        for (text, expected) in [
            ("abcABC123", "abcABC123"),
            ("-._~", "-._~"),
            ("%", "%25"),
            ("+", "%2B"),
            ("&=*", "%26%3D%2A"),
            ("\n", "%0A"),
            (" ", "%20"),
            ("\u{7f}", "%7F"),
            ("\u{80}", "%C2%80"),
            ("\u{3001}", "%E3%80%81"),
        ] {
            assert_eq!(encode(text), expected, "{text:?}");
        }
    }

    #[test]
    fn parameters_are_sorted_as_in_the_test_cases_of_oauth_net() {
        for (params, expected) in [
            (&[("name", "")][..], "name="),
            (&[("a", "b")], "a=b"),
            (&[("c", "d"), ("a", "b")], "a=b&c=d"),
            (&[("a", "x!y"), ("a", "x y")], "a=x%20y&a=x%21y"),
            (&[("x!y", "a"), ("x", "a")], "x=a&x%21y=a"),
        ] {
            let found = base(Method::GET, "http://example.com/", params);
            assert_eq!(found, format!("GET&http%3A%2F%2Fexample.com%2F&{}", encode(expected)));
        }
    }
}
