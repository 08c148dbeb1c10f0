//! Where a browser goes next: the redirect settings applied with the rules of [`crate::redirect`].

use url::Url;

use crate::settings::FlowSettings;

/// The parameter that says where a person wants to go afterwards.
pub(crate) const NEXT: &str = "next";

/// What decides where a person goes after signing in.
pub(crate) struct AfterLogin<'a> {
    pub(crate) next: Option<&'a str>,
    pub(crate) is_new: bool,
    pub(crate) new_association: bool,
    pub(crate) inactive: bool,
}

/// The address if the settings let a browser be sent there.
pub(crate) fn allowed<'a>(flow: &FlowSettings, public_url: &str, wanted: &'a str) -> Option<&'a str> {
    if !flow.sanitize_redirects {
        return Some(wanted);
    }
    let base = Url::parse(public_url).ok()?;
    let target = base.join(wanted).ok()?;
    let plain = !wanted.chars().any(|c| c.is_control() || c == '\\' || c.is_whitespace());
    let known = target.origin() == base.origin() || flow.allowed_redirect_hosts.iter().any(|host| Some(host.as_str()) == target.host_str());
    let scheme = flow.allowed_redirect_schemes.iter().any(|scheme| scheme == target.scheme());
    (plain && known && scheme && (wanted.starts_with('/') || wanted.contains("://"))).then_some(wanted)
}

/// Where a person goes after signing in. Never fails: in doubt, the front page.
pub(crate) fn after_login(flow: &FlowSettings, after: &AfterLogin<'_>) -> String {
    let usual = flow.login_redirect_url.as_deref().unwrap_or("/");
    let (special, keeps_next) = if after.inactive {
        (flow.inactive_user_url.as_deref(), true)
    } else if after.is_new {
        (flow.new_user_redirect_url.as_deref(), true)
    } else if after.new_association {
        (flow.new_association_redirect_url.as_deref(), false)
    } else {
        (None, false)
    };
    match (special, after.next) {
        (Some(special), Some(next)) if keeps_next => with_parameters(special, &[(NEXT, next)]),
        (Some(special), None) => special.to_owned(),
        (_, Some(next)) => next.to_owned(),
        (None, None) => usual.to_owned(),
    }
}

/// An address with further query parameters.
pub(crate) fn with_parameters(url: &str, params: &[(&str, &str)]) -> String {
    let (address, fragment) = url.split_once('#').map_or((url, None), |(address, fragment)| (address, Some(fragment)));
    let query =
        url::form_urlencoded::Serializer::new(String::new()).extend_pairs(params.iter().filter(|(_, value)| !value.is_empty())).finish();
    let separator = if address.contains('?') { '&' } else { '?' };
    let fragment = fragment.map(|fragment| format!("#{fragment}")).unwrap_or_default();
    format!("{address}{separator}{query}{fragment}")
}

/// The address with `https` in the place of `http` (`REDIRECT_IS_HTTPS`).
pub(crate) fn with_https(url: &str) -> String {
    url.strip_prefix("http://").map_or_else(|| url.to_owned(), |rest| format!("https://{rest}"))
}

/// Whether the address is on this machine.
pub(crate) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(url::Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}
