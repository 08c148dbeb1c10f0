//! Signed requests (RFC 5849, sections 3.1 to 3.3 and 3.5).

use url::form_urlencoded;

use super::base_string::{base_string, encode};
use super::signature::SignatureMethod;
use crate::clock::Clock;
use crate::error::{Error, Result};
use crate::http::Outgoing;
use crate::http::is_loopback;
use crate::seal::random_token;
use crate::secret::Secret;

const FORM: &str = "application/x-www-form-urlencoded";

/// Where the protocol parameters stand (section 3.5).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Placement {
    /// In `Authorization: OAuth`: what the RFC prefers.
    Header,
    /// In the query.
    Query,
    /// In the form of a `POST`; in the query of a request that can have none.
    Body,
}

impl Placement {
    /// The names that [`Placement::named`] knows: those of Python's oauthlib.
    pub const NAMES: &'static [&'static str] = &["AUTH_HEADER", "QUERY", "BODY"];

    /// The placement of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        match name.to_ascii_uppercase().as_str() {
            "AUTH_HEADER" => Some(Placement::Header),
            "QUERY" => Some(Placement::Query),
            "BODY" => Some(Placement::Body),
            _ => None,
        }
    }
}

/// The client that signs, and how.
#[derive(Debug, Clone)]
pub struct Signer {
    /// `oauth_consumer_key`.
    pub key: String,
    /// The client's secret.
    pub secret: Secret,
    /// How it signs.
    pub method: SignatureMethod,
    /// Where its parameters stand.
    pub placement: Placement,
    /// Its key, for `RSA-SHA1`.
    #[cfg(feature = "oauth1-rsa")]
    pub rsa_key: Option<super::RsaKey>,
}

/// What a request carries besides the client's own parameters. `Debug` shows no secret.
#[derive(Debug, Clone, Default)]
pub struct Carried<'a> {
    /// A request token or access token, and its secret.
    pub token: Option<(&'a str, &'a Secret)>,
    /// `oauth_callback`.
    pub callback: Option<&'a str>,
    /// `oauth_verifier`.
    pub verifier: Option<&'a str>,
}

/// What no two requests share (section 3.3).
#[derive(Debug, Clone)]
pub struct Stamp {
    /// `oauth_nonce`.
    pub nonce: String,
    /// `oauth_timestamp`, in Unix seconds.
    pub timestamp: i64,
}

impl Stamp {
    /// A random nonce, now.
    #[must_use]
    pub fn new(clock: &Clock) -> Self {
        Stamp { nonce: random_token(16), timestamp: clock.now() }
    }
}

impl Signer {
    /// Signs a request as it stands: nothing may be added to it afterwards.
    ///
    /// # Errors
    /// `invalid_setting` when the secrets themselves would leave without TLS (section 3.4.4), or when there is no key for
    /// `RSA-SHA1`.
    pub fn sign(&self, request: Outgoing, carried: &Carried<'_>, stamp: &Stamp) -> Result<Outgoing> {
        if self.method == SignatureMethod::Plaintext && request.url.scheme() != "https" && !is_loopback(&request.url) {
            let why = "PLAINTEXT sends the secrets themselves, so the provider's addresses must begin with https://";
            return Err(Error::invalid_setting("SIGNATURE_METHOD", why));
        }
        let mut protocol = self.parameters(carried, stamp);
        let form = form_of(&request);
        let mut signed = protocol.clone();
        signed.extend(form.iter().flatten().cloned());
        let base = base_string(&request.method, &request.url, &signed);
        let none = Secret::default();
        let token_secret = carried.token.map_or(&none, |(_, secret)| secret);
        let signature = match self.method.sign(&base, &self.secret, token_secret) {
            Some(signature) => signature,
            None => self.sign_with_key(&base)?,
        };
        protocol.push(("oauth_signature".to_owned(), signature));
        Ok(match (self.placement, form) {
            (Placement::Header, _) => request.authorization("OAuth", &header(&protocol)),
            (Placement::Body, Some(form)) => request.form(&form.into_iter().chain(protocol).collect::<Vec<_>>()),
            (Placement::Query | Placement::Body, _) => request.query(&protocol),
        })
    }

    #[cfg(feature = "oauth1-rsa")]
    fn sign_with_key(&self, base_string: &str) -> Result<String> {
        self.rsa_key.as_ref().ok_or_else(no_key)?.sign(base_string)
    }

    #[cfg(not(feature = "oauth1-rsa"))]
    fn sign_with_key(&self, _base_string: &str) -> Result<String> {
        Err(no_key())
    }

    fn parameters(&self, carried: &Carried<'_>, stamp: &Stamp) -> Vec<(String, String)> {
        let timestamp = stamp.timestamp.to_string();
        let all = [
            ("oauth_nonce", Some(stamp.nonce.as_str())),
            ("oauth_timestamp", Some(timestamp.as_str())),
            ("oauth_version", Some("1.0")),
            ("oauth_signature_method", Some(self.method.name())),
            ("oauth_consumer_key", Some(self.key.as_str())),
            ("oauth_token", carried.token.map(|(token, _)| token)),
            ("oauth_callback", carried.callback),
            ("oauth_verifier", carried.verifier),
        ];
        all.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?.to_owned()))).collect()
    }
}

fn no_key() -> Error {
    Error::invalid_setting("PRIVATE_KEYS", "has no RSA key, with which RSA-SHA1 signs")
}

/// Section 3.5.1.
fn header(protocol: &[(String, String)]) -> String {
    protocol.iter().map(|(name, value)| format!("{}=\"{}\"", encode(name), encode(value))).collect::<Vec<_>>().join(", ")
}

/// The form in the body, to which parameters can be added; `None` where there is none and can be none.
fn form_of(request: &Outgoing) -> Option<Vec<(String, String)>> {
    let kind = request.headers.get(http::header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    match kind {
        Some(kind) => kind.starts_with(FORM).then(|| form_urlencoded::parse(&request.body).into_owned().collect()),
        None => (request.method == http::Method::POST && request.body.is_empty()).then(Vec::new),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn signer(method: SignatureMethod, placement: Placement) -> Signer {
        Signer {
            key: "dpf43f3p2l4k3l03".to_owned(),
            secret: "kd94hf93k423kf44".into(),
            method,
            placement,
            #[cfg(feature = "oauth1-rsa")]
            rsa_key: None,
        }
    }

    fn stamp(nonce: &str, timestamp: i64) -> Stamp {
        Stamp { nonce: nonce.to_owned(), timestamp }
    }

    #[test]
    fn a_photo_is_asked_for_as_in_oauth_core() {
        // OAuth Core 1.0a, appendix A.5.
        let request = Outgoing::get("http://photos.example.net/photos?file=vacation.jpg&size=original").unwrap();
        let token = Secret::from("pfkkdhi9sl3r4s00");
        let carried = Carried { token: Some(("nnch734d00sl2jdk", &token)), ..Carried::default() };
        let signed = signer(SignatureMethod::HmacSha1, Placement::Header)
            .sign(request, &carried, &stamp("kllo9940pd9333jh", 1_191_242_096))
            .unwrap();
        let header = signed.headers.get("authorization").unwrap();
        assert!(header.is_sensitive());
        let header = header.to_str().unwrap();
        assert!(header.starts_with("OAuth oauth_nonce=\"kllo9940pd9333jh\", "), "{header}");
        assert!(header.ends_with("oauth_signature=\"tR3%2BTy81lMeYAr%2FFid0kMTYa%2FWM%3D\""), "{header}");
        assert_eq!(signed.url.query(), Some("file=vacation.jpg&size=original"));
    }

    #[test]
    fn parameters_stand_where_the_settings_want_them() {
        let carried = Carried { callback: Some("https://example.com/complete/x/?a=b c"), ..Carried::default() };
        let (post, form) = ("https://provider.example/token", [("x_auth", "1 2")]);
        let signed = |placement, request| signer(SignatureMethod::HmacSha256, placement).sign(request, &carried, &stamp("n", 1)).unwrap();
        let in_body = signed(Placement::Body, Outgoing::post_form(post, &form).unwrap());
        let body = std::str::from_utf8(&in_body.body).unwrap();
        assert!(body.starts_with("x_auth=1+2&oauth_nonce=n&") && body.contains("&oauth_signature="), "{body}");
        assert_eq!(in_body.url.query(), None);
        let in_empty_body = signed(Placement::Body, Outgoing::new(http::Method::POST, post).unwrap());
        assert!(in_empty_body.body.starts_with(b"oauth_nonce=n&"));
        let in_query = signed(Placement::Query, Outgoing::get("https://provider.example/me?a=b").unwrap());
        assert!(in_query.url.query().unwrap().starts_with("a=b&oauth_nonce=n&"));
        let without_body = signed(Placement::Body, Outgoing::get(post).unwrap());
        assert!(without_body.body.is_empty() && without_body.url.query().unwrap().contains("oauth_signature="));
        for request in [in_body, in_empty_body, in_query, without_body] {
            assert!(!request.headers.contains_key("authorization"));
        }
    }

    #[test]
    fn the_signature_is_over_the_form_too() {
        let sign = |value| {
            let request = Outgoing::post_form("https://provider.example/", &[("a", value)]).unwrap();
            let signed = signer(SignatureMethod::HmacSha1, Placement::Header).sign(request, &Carried::default(), &stamp("n", 1)).unwrap();
            signed.headers.get("authorization").cloned()
        };
        assert_ne!(sign("b"), sign("c"));
    }

    #[test]
    fn plaintext_secrets_leave_over_tls_only() {
        let signer = signer(SignatureMethod::Plaintext, Placement::Header);
        for (url, leaves) in [("http://provider.example/", false), ("https://provider.example/", true), ("http://127.0.0.1:1/", true)] {
            let signed = signer.sign(Outgoing::get(url).unwrap(), &Carried::default(), &stamp("n", 1));
            assert_eq!(signed.is_ok(), leaves, "{url}");
        }
    }

    #[test]
    fn no_two_requests_share_a_nonce() {
        assert_ne!(Stamp::new(&Clock::default()).nonce, Stamp::new(&Clock::default()).nonce);
    }
}
