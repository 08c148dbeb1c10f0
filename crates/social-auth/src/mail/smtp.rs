//! Letters over SMTP (RFC 5321), as a mail server takes them in from programs (RFC 6409).

use std::path::PathBuf;
use std::time::Duration;

use async_trait::async_trait;
use lettre::message::{Mailbox as Named, MultiPart};
use lettre::transport::smtp::Error as SmtpError;
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Certificate, Tls, TlsParameters};
use lettre::transport::smtp::extension::ClientId;
use lettre::{Address, AsyncSmtpTransport, AsyncTransport as _, Message, Tokio1Executor};

use super::{Mail, Mailer};
use crate::email::Mailbox;
use crate::error::{Error, Reason, Result};
use crate::secret::Secret;

/// How the connection to the mail server is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Protection {
    /// TLS from the first byte (`EMAIL_USE_SSL`): port 465.
    Tls,
    /// `STARTTLS`, and no letter without it (`EMAIL_USE_TLS`): port 587.
    StartTls,
    /// None: for a mail server on the same machine.
    None,
}

impl Protection {
    /// The port that goes with it unless another one is set.
    #[must_use]
    pub fn port(self) -> u16 {
        match self {
            Protection::Tls => 465,
            Protection::StartTls => 587,
            Protection::None => 25,
        }
    }
}

/// A mail server, and how it is spoken with.
///
/// ```
/// use social_auth::mail::{Protection, SmtpMailer, SmtpServer};
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), social_auth::Error> {
/// let server = SmtpServer::new("mail.example.com", Protection::StartTls).password("no-reply", "hunter2".into());
/// let mailer = SmtpMailer::new(&server, "Example <no-reply@example.com>")?;
/// # let _ = social_auth::SocialAuth::builder().mailer(mailer);
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct SmtpServer {
    host: String,
    port: u16,
    protection: Protection,
    credentials: Option<(String, Secret)>,
    timeout: Duration,
    ca_bundle: Option<PathBuf>,
}

impl SmtpServer {
    /// The server at `host`, on the usual port.
    #[must_use]
    pub fn new(host: &str, protection: Protection) -> Self {
        SmtpServer {
            host: host.to_owned(),
            port: protection.port(),
            protection,
            credentials: None,
            timeout: Duration::from_secs(10),
            ca_bundle: None,
        }
    }

    /// On another port.
    #[must_use]
    pub fn port(mut self, port: u16) -> Self {
        self.port = port;
        self
    }

    /// Signs in there. Without protection there is none for the password either.
    #[must_use]
    pub fn password(mut self, user: &str, password: Secret) -> Self {
        self.credentials = Some((user.to_owned(), password));
        self
    }

    /// How long it may take; 10 seconds unless said otherwise.
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// A PEM file of further authorities to trust.
    #[must_use]
    pub fn ca_bundle(mut self, path: impl Into<PathBuf>) -> Self {
        self.ca_bundle = Some(path.into());
        self
    }
}

/// A mailer over SMTP: one connection a letter, over rustls.
#[derive(Debug)]
pub struct SmtpMailer {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Named,
    timeout: Duration,
    place: String,
}

impl SmtpMailer {
    /// A mailer over this server, from this sender: `ann@example.com` or `Ann <ann@example.com>`.
    ///
    /// # Errors
    /// `invalid_setting` for a sender that is no address, and for authorities that cannot be read.
    pub fn new(server: &SmtpServer, from: &str) -> Result<Self> {
        let from = sender(from)?;
        let mut builder = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(&server.host)
            .port(server.port)
            .timeout(Some(server.timeout))
            .hello_name(ClientId::Domain(from.email.domain().to_owned()))
            .tls(tls(server)?);
        if let Some((user, password)) = &server.credentials {
            builder = builder.credentials(Credentials::new(user.clone(), password.expose().to_owned()));
        }
        let place = format!("{}:{}", server.host, server.port);
        Ok(SmtpMailer { transport: builder.build(), from, timeout: server.timeout, place })
    }

    fn failed(&self, error: SmtpError) -> Error {
        let hint = match error.status() {
            Some(_) => "the mail server refused the letter",
            None if error.is_tls() => "no protected connection to the mail server could be made",
            None => "the mail server could not be reached or spoken with",
        };
        Error::new(Reason::MailFailed).detail(format!("{hint} ({}): {error}", self.place)).caused_by(error)
    }

    fn too_slow(&self) -> Error {
        let seconds = self.timeout.as_secs_f32();
        Error::new(Reason::MailFailed)
            .detail(format!("the mail server ({}) took longer than {seconds} seconds (EMAIL_TIMEOUT)", self.place))
    }
}

#[async_trait]
impl Mailer for SmtpMailer {
    async fn send(&self, mail: &Mail) -> Result<()> {
        let message = Message::builder()
            .from(self.from.clone())
            .to(Named::new(None, recipient(&mail.to)?))
            .subject(&mail.subject)
            .message_id(None)
            .multipart(MultiPart::alternative_plain_html(mail.text.clone(), mail.html.clone()))
            .map_err(|error| Error::new(Reason::MailFailed).detail(format!("the letter cannot be written: {error}")))?;
        // The transport's own timeout is for each of its steps.
        let sent = tokio::time::timeout(self.timeout, self.transport.send(message)).await;
        sent.map_err(|_| self.too_slow())?.map(|_| ()).map_err(|error| self.failed(error))
    }

    async fn check(&self) -> Result<String> {
        let tested = tokio::time::timeout(self.timeout, self.transport.test_connection()).await;
        match tested.map_err(|_| self.too_slow())?.map_err(|error| self.failed(error))? {
            true => Ok(format!("the mail server at {} answers", self.place)),
            false => Err(Error::new(Reason::MailFailed).detail(format!("the mail server at {} does not answer NOOP", self.place))),
        }
    }
}

fn tls(server: &SmtpServer) -> Result<Tls> {
    if server.protection == Protection::None {
        return Ok(Tls::None);
    }
    let mut parameters = TlsParameters::builder(server.host.clone());
    if let Some(path) = &server.ca_bundle {
        let unreadable = |why: String| Error::invalid_setting("CA_BUNDLE", format!("{}: {why}", path.display()));
        let pem = std::fs::read(path).map_err(|error| unreadable(error.to_string()))?;
        parameters = parameters.add_root_certificate(Certificate::from_pem(&pem).map_err(|error| unreadable(error.to_string()))?);
    }
    let parameters = parameters.build().map_err(|error| {
        Error::invalid_setting("EMAIL_HOST", format!("no TLS can be had for \"{}\": {error}", server.host)).caused_by(error)
    })?;
    Ok(match server.protection {
        Protection::Tls => Tls::Wrapper(parameters),
        _ => Tls::Required(parameters),
    })
}

fn sender(from: &str) -> Result<Named> {
    from.parse().map_err(|error| {
        let example = "write no-reply@example.com, or \"Example <no-reply@example.com>\"";
        Error::invalid_setting("DEFAULT_FROM_EMAIL", format!("\"{from}\" is no sender ({error}): {example}"))
    })
}

/// One mailbox exactly; its domain in the form that every mail server knows (RFC 5891).
fn recipient(address: &str) -> Result<Address> {
    let malformed = || Error::new(Reason::InvalidParameter).parameter("email").detail("not one mailbox exactly");
    let mailbox = Mailbox::parse(address).ok_or_else(malformed)?;
    let domain = match url::Host::parse(mailbox.domain) {
        Ok(url::Host::Domain(domain)) => domain,
        _ => mailbox.domain.to_owned(),
    };
    Address::new(mailbox.local, domain).map_err(|_| malformed())
}
