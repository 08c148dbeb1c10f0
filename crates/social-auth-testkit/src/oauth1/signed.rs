//! Signed requests as a server sees them (RFC 5849, section 3.2).

use std::sync::Arc;

use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_lc_rs::hmac;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderMap, Method, header};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use url::{Url, form_urlencoded};

use super::Problem;
use crate::client::Client;
use crate::provider::Shared;

const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// A request with a client that exists. Nothing of it is to be believed before [`Signed::verify`].
pub(crate) struct Signed {
    pub(crate) client: Arc<Client>,
    method: Method,
    url: String,
    params: Vec<(String, String)>,
}

impl Signed {
    pub(crate) fn read(
        shared: &Shared,
        method: &Method,
        path: &str,
        query: &str,
        headers: &HeaderMap,
        body: &str,
    ) -> Result<Self, Problem> {
        let text = |name| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let mut params: Vec<(String, String)> = form_urlencoded::parse(query.as_bytes()).into_owned().collect();
        if text(header::CONTENT_TYPE).starts_with("application/x-www-form-urlencoded") {
            params.extend(form_urlencoded::parse(body.as_bytes()).into_owned());
        }
        params.extend(in_header(text(header::AUTHORIZATION)));
        let twice = |(at, (name, _)): (usize, &(String, String))| {
            name.starts_with("oauth_") && params.iter().take(at).any(|(earlier, _)| earlier == name)
        };
        if params.iter().enumerate().any(twice) {
            return Err(Problem("parameter_rejected"));
        }
        let key = params.iter().find(|(name, _)| name == "oauth_consumer_key").map(|(_, key)| key.as_str());
        let client = shared.clients.get(key.ok_or(Problem("parameter_absent"))?).ok_or(Problem("consumer_key_unknown"))?;
        Ok(Signed { client, method: method.clone(), url: base_url(&shared.url, path), params })
    }

    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.params.iter().find(|(key, value)| key == name && !value.is_empty()).map(|(_, value)| value.as_str())
    }

    pub(crate) fn require(&self, name: &str) -> Result<&str, Problem> {
        self.get(name).ok_or(Problem("parameter_absent"))
    }

    /// Whether the client and the token's owner signed this, now, and for the first time.
    pub(crate) fn verify(&self, shared: &Shared, token_secret: &str) -> Result<(), Problem> {
        if self.get("oauth_version").is_some_and(|version| version != "1.0") {
            return Err(Problem("version_rejected"));
        }
        let key = format!("{}&{}", encode(self.client.secret.as_deref().unwrap_or_default()), encode(token_secret));
        let right = match self.require("oauth_signature_method")? {
            "HMAC-SHA1" => self.hmac(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, &key),
            "HMAC-SHA256" => self.hmac(hmac::HMAC_SHA256, &key),
            // Secrets may travel as they are only where nobody listens: this provider is on loopback.
            "PLAINTEXT" => key,
            _ => return Err(Problem("signature_method_rejected")),
        };
        if verify_slices_are_equal(right.as_bytes(), self.require("oauth_signature")?.as_bytes()).is_err() {
            return Err(Problem("signature_invalid"));
        }
        let timestamp = self.require("oauth_timestamp")?;
        let seen = [self.client.id.as_str(), self.get("oauth_token").unwrap_or_default(), timestamp, self.require("oauth_nonce")?];
        let timestamp: i64 = timestamp.parse().map_err(|_| Problem("timestamp_refused"))?;
        shared.oauth1.note_nonce(seen.map(encode).join("&"), timestamp, shared.clock.now())
    }

    fn hmac(&self, algorithm: hmac::Algorithm, key: &str) -> String {
        let mut pairs: Vec<(String, String)> =
            self.params.iter().filter(|(name, _)| name != "oauth_signature").map(|(name, value)| (encode(name), encode(value))).collect();
        pairs.sort();
        let mut normalised = String::new();
        for (name, value) in pairs {
            let separator = if normalised.is_empty() { "" } else { "&" };
            normalised.push_str(&format!("{separator}{name}={value}"));
        }
        let base = format!("{}&{}&{}", self.method.as_str(), encode(&self.url), encode(&normalised));
        STANDARD.encode(hmac::sign(&hmac::Key::new(algorithm, key.as_bytes()), base.as_bytes()))
    }
}

fn encode(text: &str) -> String {
    utf8_percent_encode(text, RESERVED).to_string()
}

/// Section 3.4.1.2: a default port is left out.
fn base_url(provider: &str, path: &str) -> String {
    let url = format!("{provider}{path}");
    Url::parse(&url).map_or(url, |url| url.to_string())
}

/// Section 3.5.1; `realm` is no parameter.
fn in_header(authorization: &str) -> Vec<(String, String)> {
    let Some((scheme, rest)) = authorization.split_once(' ') else { return Vec::new() };
    if !scheme.eq_ignore_ascii_case("oauth") {
        return Vec::new();
    }
    let decode = |text: &str| percent_decode_str(text.trim()).decode_utf8_lossy().into_owned();
    let pairs = rest.split(',').filter_map(|part| part.split_once('='));
    pairs
        .map(|(name, value)| (decode(name), decode(value.trim().trim_matches('"'))))
        .filter(|(name, _)| !name.eq_ignore_ascii_case("realm"))
        .collect()
}
