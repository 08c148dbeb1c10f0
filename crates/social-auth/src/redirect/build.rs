//! Addresses made of parts.

/// The address with a slash at its end; "" stays "".
///
/// ```
/// assert_eq!(social_auth::redirect::append_slash("https://example.com/app"), "https://example.com/app/");
/// ```
#[must_use]
pub fn append_slash(url: &str) -> String {
    if url.is_empty() || url.ends_with('/') { url.to_owned() } else { format!("{url}/") }
}
