//! The one place that decides where a browser may be sent, and what our own addresses look like.
//!
//! `next` and the like come from outside. [`sanitize`] lets through only what every browser takes to a
//! host that the site's owner named: a table of hostile strings and a comparison with the WHATWG URL
//! parser, which browsers follow, are in its tests. [`Destinations`] applies it with the settings.

mod build;
mod destination;

pub use build::{absolute_uri, append_slash, build_absolute_uri, url_add_parameters};
pub use destination::{AfterLogin, Destinations};

/// Schemes that run or show what the address itself says. No setting allows them.
const NEVER: &[&str] = &["javascript", "vbscript", "data", "file", "filesystem", "blob", "about", "view-source"];

/// The address unchanged if a browser may be sent there, else `None`.
///
/// It may be relative, or on one of `allowed_hosts` (written as in the address: with the port unless it
/// is the scheme's own) with `http` or `https` where `allowed_schemes` has them, or a redirect of a native
/// application ([`is_private_use_redirect`]). Our own host is one of `allowed_hosts`; with none, nothing
/// is allowed.
///
/// ```
/// use social_auth::redirect::sanitize;
/// let (hosts, schemes) = (["example.com"], ["https"]);
/// assert_eq!(sanitize("/profile?tab=1", &hosts, &schemes), Some("/profile?tab=1"));
/// assert_eq!(sanitize("https://example.com/", &hosts, &schemes), Some("https://example.com/"));
/// assert_eq!(sanitize("https://example.com@evil.example/", &hosts, &schemes), None);
/// assert_eq!(sanitize(r"/\evil.example", &hosts, &schemes), None);
/// ```
#[must_use]
pub fn sanitize<'a, H: AsRef<str>, S: AsRef<str>>(url: &'a str, allowed_hosts: &[H], allowed_schemes: &[S]) -> Option<&'a str> {
    if url.is_empty() || allowed_hosts.is_empty() || url.chars().any(is_treacherous) {
        return None;
    }
    // Browsers ignore spaces in front.
    let trimmed = url.trim_start_matches(' ');
    let known_host = |rest: &str| authority_of(rest).is_some_and(|host| allowed_hosts.iter().any(|allowed| allowed.as_ref() == host));
    let allowed = match scheme_of(trimmed) {
        Some((scheme, rest)) if is_web(scheme) => known_host(rest) && has(allowed_schemes, scheme),
        // What no parser can read leads nowhere, or to wherever a laxer one thinks.
        Some(_) => is_private_use_redirect(trimmed, allowed_schemes) && url::Url::parse(trimmed).is_ok(),
        None if trimmed.starts_with("//") => known_host(trimmed),
        None => true,
    };
    allowed.then_some(url)
}

/// Whether it is an address rather than a name: a path from the root, `http://`, `https://`, or a redirect
/// of a native application. Says nothing of whether a browser may be sent there.
#[must_use]
pub fn is_url<S: AsRef<str>>(value: &str, allowed_schemes: &[S]) -> bool {
    ["/", "http://", "https://"].iter().any(|start| value.starts_with(start)) || is_private_use_redirect(value, allowed_schemes)
}

/// Whether it is an address of a scheme of a native application's own (RFC 8252, section 7.1) that
/// `allowed_schemes` names.
#[must_use]
pub fn is_private_use_redirect<S: AsRef<str>>(value: &str, allowed_schemes: &[S]) -> bool {
    scheme_of(value).is_some_and(|(scheme, _)| !is_web(scheme) && !has(NEVER, scheme) && has(allowed_schemes, scheme))
}

/// The first of the candidates that is an address.
#[must_use]
pub fn first_url<'a, S: AsRef<str>>(candidates: &[Option<&'a str>], allowed_schemes: &[S]) -> Option<&'a str> {
    candidates.iter().flatten().copied().find(|candidate| is_url(candidate, allowed_schemes))
}

/// Characters that parsers drop, hide or take for others: controls, invisible formatting and text
/// direction (Unicode category Cf), and the backslash, which browsers take for a slash.
fn is_treacherous(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\\' | '\u{ad}' | '\u{600}'..='\u{605}' | '\u{61c}' | '\u{6dd}' | '\u{70f}' | '\u{890}'..='\u{891}' | '\u{8e2}'
            | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}'
            | '\u{fff9}'..='\u{fffb}' | '\u{110bd}' | '\u{110cd}' | '\u{13430}'..='\u{1343f}' | '\u{1bca0}'..='\u{1bca3}'
            | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}

/// The scheme and what follows its colon (RFC 3986, section 3.1).
fn scheme_of(url: &str) -> Option<(&str, &str)> {
    let (scheme, rest) = url.split_once(':')?;
    let mut chars = scheme.chars();
    let valid = chars.next()?.is_ascii_alphabetic() && chars.all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.'));
    valid.then_some((scheme, rest))
}

/// What stands between `//` and the next delimiter. Browsers skip further slashes there, and would take
/// what follows for the host: so it must not be empty.
fn authority_of(rest: &str) -> Option<&str> {
    let authority = rest.strip_prefix("//")?.split(['/', '?', '#']).next()?;
    (!authority.is_empty()).then_some(authority)
}

fn is_web(scheme: &str) -> bool {
    has(&["http", "https"], scheme)
}

fn has<S: AsRef<str>>(schemes: &[S], scheme: &str) -> bool {
    schemes.iter().any(|known| known.as_ref().eq_ignore_ascii_case(scheme))
}
