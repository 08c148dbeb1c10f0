//! How messages come in: by form (Bindings 3.5) or in the address (Bindings 3.4), with sizes capped before
//! decoding, before inflating and while inflating.

use std::io::Read;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use flate2::read::DeflateDecoder;

use super::engine::SignatureEngine;
use super::xml;
use crate::error::{Error, Reason, Result};

/// The XML of a parameter of the POST binding.
///
/// # Errors
/// `malformed_response` when it is too long, before or after decoding, or is not base64 of UTF-8.
pub(super) fn posted(parameter: &str) -> Result<String> {
    String::from_utf8(decoded(parameter)?).map_err(|_| Error::malformed("the SAML message is not UTF-8"))
}

/// The XML of a parameter of the Redirect binding.
///
/// # Errors
/// `malformed_response` when it is too long at any stage, or is not what it should be.
pub(super) fn redirected(parameter: &str) -> Result<String> {
    let compressed = decoded(parameter)?;
    let mut text = String::new();
    let longest = xml::MAX_LENGTH as u64;
    let read = DeflateDecoder::new(compressed.as_slice()).take(longest + 1).read_to_string(&mut text);
    read.map_err(|_| Error::malformed("the SAML message is not deflated UTF-8"))?;
    if text.len() > xml::MAX_LENGTH {
        return Err(Error::malformed("the SAML message is too long when it is inflated"));
    }
    Ok(text)
}

fn decoded(parameter: &str) -> Result<Vec<u8>> {
    if parameter.len() > xml::MAX_LENGTH * 3 / 2 {
        return Err(Error::malformed("the SAML message is too long"));
    }
    let compact: String = parameter.split_ascii_whitespace().collect();
    STANDARD.decode(compact).map_err(|_| Error::malformed("the SAML message is not base64"))
}

/// Checks the signature of a message that came in the address (Bindings 3.4.4.1). It is made over the parameters as
/// they were sent, escaped in whatever way, in this order.
///
/// # Errors
/// `invalid_signature` when there is none, or one that is not good; `invalid_parameter` when a parameter is there twice.
pub(super) fn query_is_signed(query: &str, message: &str, engine: &dyn SignatureEngine) -> Result<()> {
    let unsigned = |what: &str| Error::new(Reason::InvalidSignature).detail(format!("the message {what}"));
    let part = |name: &str| raw(query, name);
    let (Some(sent), Some(algorithm), Some(signature)) = (part(message)?, part("SigAlg")?, part("Signature")?) else {
        return Err(unsigned("is not signed"));
    };
    let mut text = format!("{message}={sent}");
    if let Some(relay_state) = part("RelayState")? {
        text.push_str("&RelayState=");
        text.push_str(relay_state);
    }
    text.push_str("&SigAlg=");
    text.push_str(algorithm);
    let compact: String = unescaped(signature).split_ascii_whitespace().collect();
    let bytes = STANDARD.decode(compact).map_err(|_| unsigned("has a signature that is not base64"))?;
    if engine.verifies_text(&unescaped(algorithm), text.as_bytes(), &bytes) {
        return Ok(());
    }
    Err(unsigned(
        "has a signature that does not fit it and the identity provider's certificate, or is made by an algorithm that is not allowed",
    ))
}

/// A parameter of the query: the same text that its signature is checked over.
///
/// # Errors
/// `invalid_parameter` when it is there twice.
pub(super) fn parameter(query: &str, name: &str) -> Result<Option<String>> {
    Ok(raw(query, name)?.map(unescaped))
}

/// A parameter's value as it was sent.
fn raw<'q>(query: &'q str, name: &str) -> Result<Option<&'q str>> {
    let mut values = query.split('&').filter_map(|pair| pair.split_once('=')).filter(|(key, _)| *key == name).map(|(_, value)| value);
    match (values.next(), values.next()) {
        (value, None) => Ok(value),
        _ => Err(Error::new(Reason::InvalidParameter).parameter(name).detail("the parameter was given twice")),
    }
}

fn unescaped(value: &str) -> String {
    url::form_urlencoded::parse(format!("v={value}").as_bytes()).next().map(|(_, value)| value.into_owned()).unwrap_or_default()
}
