//! Where a browser may be sent, compared with the WHATWG URL parser that browsers follow.

use url::Url;

use crate::redirect::sanitize;

const HOSTS: &[&str] = &["example.com", "app.example.com:8443"];
const SCHEMES: &[&str] = &["http", "https", "com.example.app"];

/// An address that somebody wants to be sent to.
pub fn redirect(data: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(data) else { return false };
    let Some(taken) = sanitize(text, HOSTS, SCHEMES) else { return false };
    assert_eq!(taken, text);
    for page in ["https://example.com/login/github/", "http://example.com/a/b?c#d", "https://app.example.com:8443/"] {
        // What browsers cannot read leads nowhere.
        let Ok(target) = Url::parse(page).unwrap().join(text) else { continue };
        let port = target.port().map(|port| format!(":{port}")).unwrap_or_default();
        let host = format!("{}{port}", target.host_str().unwrap_or_default());
        let is_web = matches!(target.scheme(), "http" | "https");
        assert!(!is_web || HOSTS.contains(&host.as_str()), "{text:?} on {page} leads to {target}");
        assert!(is_web || target.scheme() == "com.example.app", "{text:?} on {page} leads to {target}");
        assert!(target.username().is_empty() && target.password().is_none() || !is_web, "{text:?} on {page} leads to {target}");
    }
    true
}
