//! Where the application stands, and the keys it seals with.

use serde_json::Value;
use url::Url;

use crate::error::Result;
use crate::secret::Secret;
use crate::settings::Settings;

/// `PUBLIC_URL`: https, or http on loopback; an origin without a path.
pub(super) fn public_url(settings: &Settings) -> Result<String> {
    let site = settings.of_site();
    let text = site.required(
        "PUBLIC_URL",
        "It is where browsers reach this application, such as https://example.com, and makes the callback addresses.",
    )?;
    let url = Url::parse(text).map_err(|_| site.invalid("PUBLIC_URL", "must be an address such as https://example.com"))?;
    let loopback = crate::http::is_loopback(&url);
    if !(url.scheme() == "https" || url.scheme() == "http" && (loopback || site.boolean("ALLOW_INSECURE_PUBLIC_URL", false)?)) {
        return Err(site.invalid(
            "PUBLIC_URL",
            "must begin with https:// unless it is on this machine (http://localhost:…): passwords and codes would travel in the clear",
        ));
    }
    if url.path() != "/" || url.query().is_some() || url.fragment().is_some() {
        return Err(site.invalid("PUBLIC_URL", "must have no path; set MOUNT for the path below which the routes stand"));
    }
    Ok(url.origin().ascii_serialization())
}

pub(super) fn secret_keys(settings: &Settings) -> Result<Vec<Secret>> {
    let site = settings.of_site();
    match site.value("SECRET_KEY") {
        Some(Value::Array(_)) => Ok(site.list("SECRET_KEY")?.unwrap_or_default().into_iter().map(Secret::new).collect()),
        _ => Ok(site.secret("SECRET_KEY")?.into_iter().collect()),
    }
}

/// `/`, or `/auth/`: with a slash at both ends.
pub(super) fn normal_mount(text: &str) -> String {
    match text.trim_matches('/') {
        "" => "/".to_owned(),
        inner => format!("/{inner}/"),
    }
}
