//! Values of the right type that are wrong all the same, or unsafe.

use std::net::{IpAddr, SocketAddr};

use serde_json::Value;
use url::{Host, Url};

use super::problem::Problem;
use super::{Kind, SettingDecl, Settings, Written, kind};
use crate::error::Reason;
use crate::seal::MIN_SECRET_LENGTH;

/// Schemes that run code in the page or read files when a browser is sent there.
const DANGEROUS_SCHEMES: &[&str] = &["javascript", "data", "vbscript", "file", "blob", "about"];

/// What is wrong with a value that has the right type.
pub(super) fn of_value(decl: &SettingDecl, value: &Value, written: &Written) -> Vec<Problem> {
    let error = |what: String, help: &str| vec![Problem::error(format!("{written} {what}")).help(help)];
    let text = value.as_str().unwrap_or_default();
    match decl.name {
        // Together with ALLOW_INSECURE_PUBLIC_URL, below.
        "PUBLIC_URL" => Vec::new(),
        "SECRET_KEY" => secret_keys(value, written),
        "VERIFY_SSL" if kind::switch(value) == Some(false) => {
            let what = format!("{written} is off: anyone on the way can read and change what providers answer");
            vec![Problem::warning(what).help("set CA_BUNDLE to the authority that your provider's certificate is from")]
        }
        "ALLOW_INSECURE_PUBLIC_URL" if kind::switch(value) == Some(true) => {
            let what = format!("{written} is on: over http anyone on the way can take over accounts");
            vec![Problem::warning(what).help("let your proxy or server have a certificate, and take it out")]
        }
        "SANITIZE_REDIRECTS" if kind::switch(value) == Some(false) => {
            let what = format!("{written} is off: a link to this site's sign-in may lead to any other site");
            vec![Problem::warning(what).help("name the hosts that are yours in ALLOWED_REDIRECT_HOSTS instead")]
        }
        "ALLOW_UNVERIFIED_LEGACY_UID_MIGRATION" if kind::switch(value) == Some(true) => {
            let what = format!("{written} is on: who gets hold of a former identifier gets the account");
            vec![Problem::warning(what).help("switch it off when the accounts have moved")]
        }
        "ALLOWED_REDIRECT_SCHEMES" => match words(value).into_iter().find(|scheme| is_dangerous(scheme)) {
            Some(scheme) => error(format!("must not have \"{scheme}\": it runs code or reads files"), "take it out"),
            None => Vec::new(),
        },
        "LOGIN_METHODS" => match words(value).into_iter().find(|method| !["GET", "POST"].contains(&method.to_uppercase().as_str())) {
            Some(method) => error(format!("has \"{method}\""), "use \"GET\" and \"POST\""),
            None => Vec::new(),
        },
        "TRUSTED_PROXIES" => match words(value).into_iter().find(|network| !is_network(network)) {
            Some(network) => error(format!("has \"{network}\", which is no address"), "write 10.0.0.7 or 10.0.0.0/8"),
            None => Vec::new(),
        },
        "LISTEN" if !has_port(text) => {
            error("must be an address and a port".to_owned(), "write 127.0.0.1:8080, or [::]:8080 for every interface")
        }
        "PKCE_CODE_VERIFIER_LENGTH" if value.as_i64().is_some_and(|length| length > 128) => {
            error("must be at most 128".to_owned(), "RFC 7636, section 4.1, allows 43 to 128")
        }
        _ if decl.kind == Kind::Url => unprotected(text, written),
        _ => Vec::new(),
    }
}

/// What is wrong with settings together.
pub(super) fn of_site(settings: &Settings, problems: &mut Vec<Problem>) {
    public_url(settings, problems);
    let site = settings.of_site();
    let Some(listen) = site.setting("LISTEN") else { return };
    let everywhere =
        listen.value.as_str().and_then(|text| text.parse::<SocketAddr>().ok()).is_some_and(|address| !address.ip().is_loopback());
    if everywhere && site.value("PUBLIC_URL").is_none() {
        let what = "LISTEN lets other machines in, and PUBLIC_URL is missing";
        let help = "set public_url to the address that browsers see, for example \"https://login.example.org\"";
        problems.push(Problem::error(what).because(Reason::MissingSetting).about("PUBLIC_URL").at(&listen.origin).help(help));
    }
}

fn public_url(settings: &Settings, problems: &mut Vec<Problem>) {
    let site = settings.of_site();
    let Some(setting) = site.setting("PUBLIC_URL") else { return };
    // What is no URL at all is of a wrong type, and told as such.
    let Some(url) = setting.value.as_str().and_then(|text| Url::parse(text).ok()).filter(Url::has_host) else { return };
    let mut tell = |what: &str, help: String| {
        problems.push(Problem::error(format!("PUBLIC_URL {what}")).about("PUBLIC_URL").at(&setting.origin).help(help));
    };
    let insecure = site.boolean("ALLOW_INSECURE_PUBLIC_URL", false).unwrap_or_default();
    if url.scheme() == "http" && !is_loopback(&url) && !insecure {
        let help = format!("write https://{}, and let your proxy or server have a certificate", url.host_str().unwrap_or_default());
        tell("must be https: over http anyone on the way can take over accounts", help);
    }
    if url.query().is_some() || url.fragment().is_some() || !url.username().is_empty() || url.password().is_some() {
        tell("must be scheme, host and port only", "take out what follows ? or #, and any user name".to_owned());
    } else if url.path() != "/" {
        tell("must have no path", format!("set mount = \"{}\" for the path below which the addresses of sign-in are", url.path()));
    }
}

fn secret_keys(value: &Value, written: &Written) -> Vec<Problem> {
    let keys: Vec<&str> = match value {
        Value::Array(items) => items.iter().filter_map(Value::as_str).collect(),
        Value::String(text) => vec![text.as_str()],
        _ => Vec::new(),
    };
    let help = "make one with `openssl rand -base64 32`";
    if keys.iter().any(|key| key.len() < MIN_SECRET_LENGTH) {
        return vec![Problem::error(format!("{written} is shorter than {MIN_SECRET_LENGTH} characters")).help(help)];
    }
    let guessable = |key: &str| key.chars().all(|c| key.starts_with(c)) || key.to_lowercase().contains("changeme");
    if keys.iter().any(|key| guessable(key)) {
        return vec![Problem::error(format!("{written} can be guessed")).help(help)];
    }
    if keys.iter().any(|key| key.starts_with("django-insecure-")) {
        return vec![Problem::warning(format!("{written} is one that Django made for development")).help(help)];
    }
    Vec::new()
}

/// Tokens and codes go to these addresses.
fn unprotected(text: &str, written: &Written) -> Vec<Problem> {
    match Url::parse(text) {
        Ok(url) if url.scheme() == "http" && !is_loopback(&url) => {
            let what = format!("{written} is http: tokens travel where anyone on the way can read them");
            vec![Problem::warning(what).help("use https")]
        }
        _ => Vec::new(),
    }
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

fn has_port(text: &str) -> bool {
    text.rsplit_once(':').is_some_and(|(host, port)| !host.is_empty() && port.parse::<u16>().is_ok())
}

fn is_dangerous(scheme: &str) -> bool {
    DANGEROUS_SCHEMES.contains(&scheme.trim_end_matches(':').to_lowercase().as_str())
}

fn is_network(text: &str) -> bool {
    let (address, prefix) = text.split_once('/').map_or((text, None), |(address, prefix)| (address, Some(prefix)));
    let Ok(address) = address.parse::<IpAddr>() else { return false };
    let bits = if address.is_ipv4() { 32 } else { 128 };
    prefix.is_none_or(|prefix| prefix.parse::<u8>().is_ok_and(|prefix| prefix <= bits))
}

fn words(value: &Value) -> Vec<&str> {
    match value {
        Value::Array(items) => items.iter().filter_map(Value::as_str).collect(),
        Value::String(text) => text.split(|c: char| c == ',' || c.is_whitespace()).filter(|word| !word.is_empty()).collect(),
        _ => Vec::new(),
    }
}
