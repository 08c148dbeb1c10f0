//! The mailer that the settings ask for, under Django's names.

use std::path::Path;
use std::sync::Arc;

use super::{ConsoleMailer, FileMailer, MailTemplates, Mailer};
use crate::error::Result;
use crate::settings::BackendSettings;

/// The letters that the settings ask for.
///
/// # Errors
/// As [`MailTemplates::from_folder`].
pub(crate) fn templates_of(site: &BackendSettings<'_>) -> Result<MailTemplates> {
    match site.text("EMAIL_TEMPLATES")? {
        Some(folder) => MailTemplates::from_folder(Path::new(folder)),
        None => Ok(MailTemplates::default()),
    }
}

/// The mailer that the settings ask for; none where they say nothing of e-mail.
///
/// # Errors
/// `invalid_setting`, `missing_setting`.
pub(crate) fn mailer_of(site: &BackendSettings<'_>) -> Result<Option<Arc<dyn Mailer>>> {
    let wanted = match site.text("EMAIL_BACKEND")? {
        Some(name) => name,
        None if site.text("EMAIL_HOST")?.is_some() => "smtp",
        None => return Ok(None),
    };
    match wanted.strip_prefix("django.core.mail.backends.").and_then(|name| name.strip_suffix(".EmailBackend")).unwrap_or(wanted) {
        "smtp" => smtp(site).map(Some),
        "console" => Ok(Some(Arc::new(ConsoleMailer))),
        "file" | "filebased" => {
            let folder = site.required("EMAIL_FILE_PATH", "It is the folder that letters are written into.")?;
            Ok(Some(Arc::new(FileMailer::new(folder))))
        }
        _ => Err(site.invalid("EMAIL_BACKEND", "must be smtp, console or file; for another, give the builder a mailer")),
    }
}

#[cfg(not(feature = "smtp"))]
fn smtp(site: &BackendSettings<'_>) -> Result<Arc<dyn Mailer>> {
    Err(site.invalid("EMAIL_HOST", "needs the feature \"smtp\" of the crate social-auth, which this program was built without"))
}

#[cfg(feature = "smtp")]
fn smtp(site: &BackendSettings<'_>) -> Result<Arc<dyn Mailer>> {
    use super::{Protection, SmtpMailer, SmtpServer};

    let host = site.required("EMAIL_HOST", "It is the mail server.")?;
    let protection = protection(site, host)?;
    let user = site.text("EMAIL_HOST_USER")?;
    if user.is_some() && protection == Protection::None && !is_this_machine(host) {
        return Err(site.invalid("EMAIL_USE_TLS", "is off: the password of EMAIL_HOST_USER would travel in the clear"));
    }
    let mut server = SmtpServer::new(host, protection);
    match (user, site.secret("EMAIL_HOST_PASSWORD")?) {
        (Some(user), Some(password)) => server = server.password(user, password),
        (Some(_), None) => return Err(site.missing("EMAIL_HOST_PASSWORD", "EMAIL_HOST_USER is set and needs one.")),
        (None, Some(_)) => return Err(site.missing("EMAIL_HOST_USER", "EMAIL_HOST_PASSWORD is set and is somebody's.")),
        (None, None) => {}
    }
    if let Some(port) = site.integer("EMAIL_PORT")? {
        server = server.port(u16::try_from(port).map_err(|_| site.invalid("EMAIL_PORT", "must be a port, 1 to 65535"))?);
    }
    if let Some(timeout) = site.seconds("EMAIL_TIMEOUT")? {
        server = server.timeout(timeout);
    }
    if let Some(path) = site.text("CA_BUNDLE")? {
        server = server.ca_bundle(path);
    }
    match site.text("DEFAULT_FROM_EMAIL")?.or(user.filter(|user| user.contains('@'))) {
        Some(from) => Ok(Arc::new(SmtpMailer::new(&server, from)?)),
        None => Err(site.missing("DEFAULT_FROM_EMAIL", "It is the sender of letters, such as no-reply@example.com.")),
    }
}

/// Unless somebody says otherwise, letters to another machine are protected: they hold links that sign in.
#[cfg(feature = "smtp")]
fn protection(site: &BackendSettings<'_>, host: &str) -> Result<super::Protection> {
    use super::Protection;

    let implicit = site.boolean("EMAIL_USE_SSL", false)?;
    let written = site.setting("EMAIL_USE_TLS").is_some();
    let start_tls = site.boolean("EMAIL_USE_TLS", !implicit && !is_this_machine(host))?;
    match (implicit, start_tls) {
        (true, true) if written => Err(site.invalid("EMAIL_USE_TLS", "and EMAIL_USE_SSL are two ways of the same: set one of them")),
        (true, _) => Ok(Protection::Tls),
        (false, true) => Ok(Protection::StartTls),
        (false, false) => Ok(Protection::None),
    }
}

#[cfg(feature = "smtp")]
fn is_this_machine(host: &str) -> bool {
    host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}
