//! A signature's rules with the settings applied.

use zeroize::Zeroizing;

use super::description::{Algorithm, Encoding, Fields, Key, Mac, Text};
use super::mac::{labelled, sha256};
use crate::error::Result;
use crate::protocol::profile::HookSettings;
use crate::secret::Secret;
use crate::settings::BackendSettings;
use crate::template;

/// The longest that a signature may be good for, in seconds: a day.
const LONGEST: i64 = 86_400;

/// The rules of one backend instance.
pub(super) struct MacConfig {
    pub source: Source,
    pub text: Wording,
    pub signature: String,
    pub encoding: Encoding,
    pub algorithm: Algorithm,
    pub key: Zeroizing<Vec<u8>>,
    pub time: String,
    pub expires: String,
    pub max_age: i64,
    pub nonce: String,
}

/// Where the fields are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Source {
    /// All parameters whose names begin so.
    Parameters(String),
    Payload(String),
    SignedRequest(String),
    Cookie(String),
}

/// What was signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Wording {
    Lines,
    Query,
    Payload,
    Values(Vec<Part>, String),
    Run(Vec<String>),
}

/// A part of what was signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Part {
    /// The value of this field.
    Field(String),
    /// This text, which is ours whatever was delivered.
    Fixed(String),
}

impl MacConfig {
    /// Applies settings.
    ///
    /// # Errors
    /// `missing_setting` without a secret, or where nothing would keep an old signature from being used
    /// again; `invalid_setting`.
    pub(super) fn resolve(mac: &Mac, settings: &BackendSettings<'_>, hooks: &HookSettings) -> Result<Self> {
        let text = |name: &str, default: &str| Ok::<_, crate::Error>(settings.text(name)?.unwrap_or(default).to_owned());
        let encoding = match settings.text("SIGNATURE_ENCODING")?.map(str::to_ascii_lowercase).as_deref() {
            None => mac.encoding,
            Some("hex") => Encoding::Hex,
            Some("base64") => Encoding::Base64,
            Some("base64url") => Encoding::Base64Url,
            Some(_) => return Err(settings.invalid("SIGNATURE_ENCODING", "must be hex, base64 or base64url")),
        };
        let config = MacConfig {
            source: source(mac, settings, hooks)?,
            text: wording(mac, settings, hooks)?,
            signature: text("SIGNATURE_PARAMETER", mac.signature)?,
            encoding,
            algorithm: algorithm(mac, settings)?,
            key: key(mac, settings)?,
            time: text("SIGNATURE_TIME_FIELD", mac.time)?,
            expires: text("SIGNATURE_EXPIRES_FIELD", mac.expires)?,
            max_age: settings.integer("SIGNATURE_MAX_AGE")?.unwrap_or(mac.max_age),
            nonce: text("NONCE_FIELD", mac.nonce)?,
        };
        if !(1..=LONGEST).contains(&config.max_age) {
            return Err(settings.invalid("SIGNATURE_MAX_AGE", "must be between 1 and 86400 seconds"));
        }
        if config.text == Wording::Payload && matches!(config.source, Source::Parameters(_) | Source::Cookie(_)) {
            return Err(settings.invalid("SIGNED_TEXT", "can be payload only where PAYLOAD_PARAMETER names one"));
        }
        Ok(config)
    }

    /// Whether a signature says when it was made, or belongs to one attempt.
    pub(super) fn cannot_be_old(&self) -> bool {
        !(self.time.is_empty() && self.expires.is_empty() && self.nonce.is_empty())
    }
}

fn source(mac: &Mac, settings: &BackendSettings<'_>, hooks: &HookSettings) -> Result<Source> {
    if let Some(parameter) = settings.text("PAYLOAD_PARAMETER")? {
        return Ok(Source::Payload(parameter.to_owned()));
    }
    Ok(match mac.fields {
        Fields::Parameters => Source::Parameters(settings.text("SIGNED_PREFIX")?.unwrap_or_default().to_owned()),
        Fields::Prefixed(prefix) => Source::Parameters(prefix.to_owned()),
        Fields::Payload(parameter) => Source::Payload(parameter.to_owned()),
        Fields::SignedRequest(parameter) => Source::SignedRequest(parameter.to_owned()),
        Fields::Cookie(name) => Source::Cookie(filled(name, hooks)?),
    })
}

fn wording(mac: &Mac, settings: &BackendSettings<'_>, hooks: &HookSettings) -> Result<Wording> {
    let own = settings.text("SIGNED_TEXT")?.map(str::to_ascii_lowercase);
    match own.as_deref() {
        Some("lines") => return Ok(Wording::Lines),
        Some("query") => return Ok(Wording::Query),
        Some("payload") => return Ok(Wording::Payload),
        Some("values") => return values(settings),
        Some(_) => return Err(settings.invalid("SIGNED_TEXT", "must be lines, query, payload or values")),
        None if settings.text("PAYLOAD_PARAMETER")?.is_some() => return Ok(Wording::Payload),
        None => {}
    }
    Ok(match mac.text {
        Text::Lines => Wording::Lines,
        Text::Query => Wording::Query,
        Text::Payload => Wording::Payload,
        Text::Values(names, separator) => {
            let part = |name: &&str| match name.starts_with('{') {
                true => filled(name, hooks).map(Part::Fixed),
                false => Ok(Part::Field((*name).to_owned())),
            };
            Wording::Values(names.iter().map(part).collect::<Result<_>>()?, separator.to_owned())
        }
        Text::Run(names) => Wording::Run(names.iter().map(|name| (*name).to_owned()).collect()),
    })
}

/// Values in order, set apart by one character that none of them may have: with none or with several, two
/// sets of fields could have one text.
fn values(settings: &BackendSettings<'_>) -> Result<Wording> {
    let names = settings.list("SIGNED_FIELDS")?.unwrap_or_default();
    if names.is_empty() {
        return Err(settings.missing("SIGNED_FIELDS", "It names the fields whose values are signed, in their order."));
    }
    let separator = settings.text("SIGNED_SEPARATOR")?.unwrap_or("\n");
    if separator.chars().count() != 1 {
        return Err(settings.invalid("SIGNED_SEPARATOR", "must be one character: without it, one field's end could be another's beginning"));
    }
    Ok(Wording::Values(names.into_iter().map(Part::Field).collect(), separator.to_owned()))
}

fn algorithm(mac: &Mac, settings: &BackendSettings<'_>) -> Result<Algorithm> {
    Ok(match settings.text("SIGNATURE_ALGORITHM")?.map(str::to_ascii_lowercase).as_deref() {
        None => mac.algorithm,
        Some("hmac-sha256") => Algorithm::HmacSha256,
        Some("hmac-sha384") => Algorithm::HmacSha384,
        Some("hmac-sha512") => Algorithm::HmacSha512,
        Some("hmac-sha1") => Algorithm::HmacSha1,
        Some(_) => return Err(settings.invalid("SIGNATURE_ALGORITHM", "must be hmac-sha256, hmac-sha384, hmac-sha512 or hmac-sha1")),
    })
}

fn key(mac: &Mac, settings: &BackendSettings<'_>) -> Result<Zeroizing<Vec<u8>>> {
    let (Key::Plain(name) | Key::Sha256(name) | Key::Labelled(_, name)) = mac.key;
    let secret: Secret = settings
        .secret(name)?
        .ok_or_else(|| settings.missing(name, "It is the secret that the provider signs with; the provider shows it."))?;
    let bytes = secret.expose().as_bytes();
    let derived = match (settings.text("SIGNATURE_KEY")?.map(str::to_ascii_lowercase).as_deref(), mac.key) {
        (Some("sha256"), _) | (None, Key::Sha256(_)) => sha256(bytes),
        (None, Key::Labelled(label, _)) => labelled(label, bytes),
        (Some("plain"), _) | (None, Key::Plain(_)) => bytes.to_vec(),
        (Some("labelled"), _) => {
            let label = settings.required("SIGNATURE_KEY_LABEL", "It is the key by which the secret becomes the signing key.")?;
            labelled(label, bytes)
        }
        (Some(_), _) => return Err(settings.invalid("SIGNATURE_KEY", "must be plain, sha256 or labelled")),
    };
    Ok(Zeroizing::new(derived))
}

fn filled(text: &str, hooks: &HookSettings) -> Result<String> {
    template::fill(text, &|name| match name {
        "key" => Some(hooks.client_id.clone()),
        name => hooks.text(&name.to_uppercase()).map(str::to_owned),
    })
}
