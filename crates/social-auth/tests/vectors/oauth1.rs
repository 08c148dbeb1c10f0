//! OAuth 1.0a signatures (RFC 5849, section 3.4): the recorded one shows which secrets were used, ours must
//! be right with the same.

use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Map, Value};

const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// What is signed.
pub struct Signed<'a> {
    pub method: &'a str,
    /// Without its query.
    pub url: &'a str,
    /// Query, form and header together.
    pub params: Vec<(String, String)>,
}

impl<'a> Signed<'a> {
    pub fn new(method: &'a str, url: &'a str, parts: &[&Map<String, Value>]) -> Self {
        let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let pairs = parts.iter().flat_map(|part| part.iter()).flat_map(|(name, value)| match value {
            Value::Array(items) => items.iter().map(|item| (name.clone(), text(item))).collect(),
            other => vec![(name.clone(), text(other))],
        });
        Signed { method, url, params: pairs.filter(|(name, _)| name != "oauth_signature" && name != "realm").collect() }
    }

    /// HMAC-SHA1 of the base string.
    pub fn signature(&self, consumer_secret: &str, token_secret: &str) -> String {
        let encode = |text: &str| utf8_percent_encode(text, RESERVED).to_string();
        let mut pairs: Vec<_> = self.params.iter().map(|(name, value)| (encode(name), encode(value))).collect();
        pairs.sort();
        let joined = pairs.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("&");
        let base = format!("{}&{}&{}", self.method, encode(self.url), encode(&joined));
        let key = format!("{}&{}", encode(consumer_secret), encode(token_secret));
        let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, key.as_bytes());
        STANDARD.encode(hmac::sign(&key, base.as_bytes()))
    }
}
