//! Addresses made of parts.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use url::form_urlencoded;

/// What is not unreserved (RFC 3986, section 2.3).
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// What a value in a query cannot hold; slashes stay readable.
const IN_QUERY: &AsciiSet = &RESERVED.remove(b'/');

/// The address with a slash at its end; "" stays "".
///
/// ```
/// assert_eq!(social_auth::redirect::append_slash("https://example.com/app"), "https://example.com/app/");
/// ```
#[must_use]
pub fn append_slash(url: &str) -> String {
    if url.is_empty() || url.ends_with('/') { url.to_owned() } else { format!("{url}/") }
}

/// The address of a path under `base`, which is ours. An absolute address stays as it is.
///
/// A path that begins with a name gets a slash in front: without one, `.evil.example` would become part
/// of our host's name.
///
/// ```
/// use social_auth::redirect::build_absolute_uri;
/// assert_eq!(build_absolute_uri("https://example.com/app/", "/x"), "https://example.com/app/x");
/// assert_eq!(build_absolute_uri("https://example.com", "x"), "https://example.com/x");
/// ```
#[must_use]
pub fn build_absolute_uri(base: &str, path: &str) -> String {
    if path.starts_with("http://") || path.starts_with("https://") {
        return path.to_owned();
    }
    match (base.strip_suffix('/'), path.chars().next()) {
        (_, None) => base.to_owned(),
        (Some(stem), Some('/')) => format!("{stem}{path}"),
        (Some(_), Some(_)) | (None, Some('/' | '?' | '#')) => format!("{base}{path}"),
        (None, Some(_)) => format!("{base}/{path}"),
    }
}

/// [`build_absolute_uri`], told as `https` whatever `base` says, if so wished (`REDIRECT_IS_HTTPS`).
#[must_use]
pub fn absolute_uri(base: &str, path: &str, redirect_is_https: bool) -> String {
    let url = build_absolute_uri(base, path);
    match url.strip_prefix("http://") {
        Some(rest) if redirect_is_https => format!("https://{rest}"),
        _ => url,
    }
}

/// The address with these query parameters, in place of those of the same name that it has. The query is
/// written anew: of a repeated name the first value stays, and empty values are dropped. Without
/// parameters the address stays as it is.
///
/// ```
/// use social_auth::redirect::url_add_parameters;
/// assert_eq!(url_add_parameters("/p?x=1#top", &[("next", "/a b")]), "/p?x=1&next=%2Fa+b#top");
/// ```
#[must_use]
pub fn url_add_parameters<K: AsRef<str>, V: AsRef<str>>(url: &str, parameters: &[(K, V)]) -> String {
    if parameters.is_empty() {
        return url.to_owned();
    }
    let (address, fragment) = url.find('#').map_or((url, ""), |at| url.split_at(at));
    let (address, query) = address.split_once('?').unwrap_or((address, ""));
    let mut pairs: Vec<(String, String)> = Vec::new();
    for (name, value) in form_urlencoded::parse(query.as_bytes()).into_owned() {
        if !value.is_empty() && pairs.iter().all(|(known, _)| *known != name) {
            pairs.push((name, value));
        }
    }
    for (name, value) in parameters {
        let value = value.as_ref().to_owned();
        match pairs.iter_mut().find(|(known, _)| known == name.as_ref()) {
            Some(pair) => pair.1 = value,
            None => pairs.push((name.as_ref().to_owned(), value)),
        }
    }
    let query: Vec<String> = pairs.iter().map(|(name, value)| format!("{}={}", encoded(name), encoded(value))).collect();
    format!("{address}?{}{fragment}", query.join("&"))
}

/// The address with one parameter at its end; what it has stays as written.
pub(super) fn with_parameter(url: &str, name: &str, value: &str) -> String {
    let (address, fragment) = url.find('#').map_or((url, ""), |at| url.split_at(at));
    let separator = if address.contains('?') { '&' } else { '?' };
    format!("{address}{separator}{name}={}{fragment}", utf8_percent_encode(value, IN_QUERY))
}

/// As `application/x-www-form-urlencoded` has it: a space becomes "+".
fn encoded(text: &str) -> String {
    utf8_percent_encode(text, RESERVED).to_string().replace("%20", "+")
}
