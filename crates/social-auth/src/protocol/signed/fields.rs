//! The fields that a signature is over, and the text that was signed: one text for one set of fields, or the
//! fields are refused.

use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use serde_json::{Map, Value};

use super::mac_config::{MacConfig, Part, Source, Wording};
use crate::backend::Callback;
use crate::error::{Error, Reason, Result};
use crate::protocol::arguments::REDIRECT_STATE;

/// The parameter with our state, which nobody signed. It is checked with the attempt.
const STATE: &str = "state";

const ANY_PADDING: GeneralPurposeConfig = GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
const BASE64: GeneralPurpose = GeneralPurpose::new(&alphabet::STANDARD, ANY_PADDING);
const BASE64URL: GeneralPurpose = GeneralPurpose::new(&alphabet::URL_SAFE, ANY_PADDING);

/// What was delivered, before anybody knows whether it is true.
pub(super) struct Delivered {
    /// The fields.
    pub fields: Map<String, Value>,
    /// What was signed.
    pub text: String,
    /// The signature as delivered.
    pub signature: String,
}

impl Delivered {
    /// Reads what a callback carries.
    ///
    /// # Errors
    /// `missing_parameter`, `invalid_parameter`, `invalid_signature` where the signature is missing from a
    /// payload, `malformed_response`.
    pub(super) fn read(config: &MacConfig, callback: &Callback) -> Result<Self> {
        match &config.source {
            Source::Parameters(prefix) => parameters(config, prefix, callback),
            Source::Payload(parameter) => payload(config, parameter, callback),
            Source::SignedRequest(parameter) => signed_request(parameter, callback),
            Source::Cookie(name) => cookie(config, name, callback),
        }
    }
}

fn parameters(config: &MacConfig, prefix: &str, callback: &Callback) -> Result<Delivered> {
    let signature = callback.params.get(&config.signature).filter(|text| !text.is_empty());
    let signature = signature.ok_or_else(|| Error::missing_parameter(config.signature.clone()))?.to_owned();
    let is_ours = |name: &str| name == STATE || name == REDIRECT_STATE;
    let pairs = callback.params.iter().filter(|(name, _)| *name != config.signature && !is_ours(name) && name.starts_with(prefix));
    let fields = unique(pairs)?;
    Ok(Delivered { text: wording(&config.text, &fields)?, fields, signature })
}

fn payload(config: &MacConfig, parameter: &str, callback: &Callback) -> Result<Delivered> {
    let text = callback.params.get(parameter).filter(|text| !text.is_empty()).ok_or_else(|| Error::missing_parameter(parameter))?;
    let signature = callback.params.get(&config.signature).unwrap_or_default().to_owned();
    let decoded = BASE64.decode(text).unwrap_or_default();
    let pairs: Vec<_> = url::form_urlencoded::parse(&decoded).into_owned().collect();
    let fields = unique(pairs.iter().map(|(name, value)| (name.as_str(), value.as_str())))?;
    Ok(Delivered { fields, text: text.to_owned(), signature })
}

fn signed_request(parameter: &str, callback: &Callback) -> Result<Delivered> {
    let whole = callback.params.get(parameter).filter(|text| !text.is_empty()).ok_or_else(|| Error::missing_parameter(parameter))?;
    let malformed = || Error::new(Reason::InvalidParameter).parameter(parameter).detail("expected signature.payload, both in base64url");
    let (signature, text) = whole.split_once('.').ok_or_else(malformed)?;
    let decoded = BASE64URL.decode(text).map_err(|_| malformed())?;
    // A name that stands there twice is read by some as the first and by some as the last.
    let fields = crate::jose::unique_object(&decoded).map_err(|_| malformed())?;
    Ok(Delivered { fields, text: text.to_owned(), signature: signature.trim_end_matches('=').to_owned() })
}

fn cookie(config: &MacConfig, name: &str, callback: &Callback) -> Result<Delivered> {
    let missing = || Error::new(Reason::SessionContextMissing).detail(format!("the browser sent no cookie {name}"));
    let value = callback.cookies.get(name).filter(|value| !value.is_empty()).ok_or_else(missing)?;
    let pairs: Vec<_> = url::form_urlencoded::parse(value.as_bytes()).into_owned().collect();
    let mut fields = unique(pairs.iter().map(|(name, value)| (name.as_str(), value.as_str())))?;
    let signature = match fields.remove(&config.signature) {
        Some(Value::String(signature)) => signature,
        _ => return Err(Error::new(Reason::InvalidSignature).detail(format!("the cookie {name} is not signed"))),
    };
    Ok(Delivered { text: wording(&config.text, &fields)?, fields, signature })
}

/// No field twice, not even with one value.
fn unique<'p>(pairs: impl Iterator<Item = (&'p str, &'p str)>) -> Result<Map<String, Value>> {
    let mut fields = Map::new();
    for (name, value) in pairs {
        if fields.insert(name.to_owned(), Value::from(value)).is_some() {
            return Err(Error::new(Reason::InvalidParameter).parameter(name).detail("the field was given twice"));
        }
    }
    Ok(fields)
}

/// The text that was signed. Two sets of fields never have one text.
pub(super) fn wording(text: &Wording, fields: &Map<String, Value>) -> Result<String> {
    let value = |name: &str| fields.get(name).and_then(Value::as_str).ok_or_else(|| Error::missing_parameter(name));
    match text {
        Wording::Lines => {
            let mut lines = Vec::with_capacity(fields.len());
            for (name, value) in texts(fields) {
                refuse(name, name, |c| c == '=' || c.is_control())?;
                refuse(name, value, |c| c == '\n' || c == '\r')?;
                lines.push((name, value));
            }
            lines.sort_unstable();
            Ok(lines.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("\n"))
        }
        Wording::Query => {
            let mut pairs: Vec<_> = texts(fields).collect();
            pairs.sort_unstable();
            Ok(url::form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish())
        }
        Wording::Values(names, separator) => {
            let mut values = Vec::with_capacity(names.len());
            for part in names {
                let (name, value) = match part {
                    Part::Field(name) => (name.as_str(), value(name)?),
                    Part::Fixed(text) => ("", text.as_str()),
                };
                if !separator.is_empty() && value.contains(separator.as_str()) || value.contains('\0') {
                    return Err(set_apart(name));
                }
                values.push(value);
            }
            Ok(values.join(separator))
        }
        Wording::Run(names) => {
            let mut run = String::new();
            for name in names {
                let value = value(name)?;
                refuse(name, value, |c| !c.is_ascii_alphanumeric())?;
                run.push_str(&format!("{name}={value}"));
            }
            Ok(run)
        }
        Wording::Payload => Err(Error::invalid_setting("SIGNED_TEXT", "the payload is signed as it is delivered")),
    }
}

fn texts(fields: &Map<String, Value>) -> impl Iterator<Item = (&str, &str)> {
    fields.iter().filter_map(|(name, value)| Some((name.as_str(), value.as_str()?)))
}

fn refuse(name: &str, text: &str, bad: impl Fn(char) -> bool) -> Result<()> {
    if text.chars().any(bad) { Err(set_apart(name)) } else { Ok(()) }
}

/// <https://github.com/python-social-auth/social-core/releases/tag/6.2.0>: a line feed in a name became a
/// further field.
fn set_apart(name: &str) -> Error {
    Error::new(Reason::InvalidParameter).parameter(name).detail("the field has a character that would set fields apart in what is signed")
}
