//! A request from a browser or client.

use std::fmt;
use std::net::IpAddr;

use http::header::{CONTENT_TYPE, COOKIE, HOST, HeaderMap, ORIGIN, REFERER};
use http::{Method, Uri};
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::Value;

use crate::error::{Error, Reason, Result};

const FORM: &str = "application/x-www-form-urlencoded";
const JSON: &str = "application/json";

/// A `Content-Type` without its parameters (RFC 9110, section 8.3.1).
fn media_type(content_type: &str) -> &str {
    content_type.split(';').next().unwrap_or_default().trim()
}

/// A request, with its cookies and parameters read.
pub struct Request {
    /// The method.
    pub method: Method,
    /// The path and query as sent.
    pub uri: Uri,
    /// The headers.
    pub headers: HeaderMap,
    /// The address of the other end of the connection, or what a trusted proxy says of it.
    pub peer: Option<IpAddr>,
    /// Query parameters.
    pub query: Params,
    /// Fields of a form or JSON body.
    pub form: Params,
}

impl Request {
    /// The longest body that is read, in bytes: SAML responses are the longest we know.
    pub const MAX_BODY: usize = 512 * 1024;

    /// Reads a request. The body counts only if it is a form or a JSON object.
    ///
    /// # Errors
    /// `invalid_parameter` when the body is too long, or is announced as JSON and is none.
    pub fn new(method: Method, uri: Uri, headers: HeaderMap, body: &[u8], peer: Option<IpAddr>) -> Result<Self> {
        if body.len() > Self::MAX_BODY {
            return Err(Error::new(Reason::InvalidParameter).parameter("body").detail("the request is too long"));
        }
        let query = Params::from_urlencoded(uri.query().unwrap_or_default().as_bytes());
        let kind = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let form = if media_type(kind).eq_ignore_ascii_case(FORM) {
            Params::from_urlencoded(body)
        } else if media_type(kind).eq_ignore_ascii_case(JSON) {
            Params::from_json(body)?
        } else {
            Params::default()
        };
        Ok(Request { method, uri, headers, peer, query, form })
    }

    /// Whether bodies of this `Content-Type` are read.
    #[must_use]
    pub fn reads(content_type: &str) -> bool {
        [FORM, JSON].iter().any(|known| media_type(content_type).eq_ignore_ascii_case(known))
    }

    /// A header's text.
    #[must_use]
    pub fn header(&self, name: impl http::header::AsHeaderName) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// A parameter of the form, or else of the query.
    #[must_use]
    pub fn param(&self, name: &str) -> Option<&str> {
        self.form.get(name).or_else(|| self.query.get(name))
    }

    /// Every cookie, in order.
    pub fn cookies(&self) -> impl Iterator<Item = cookie::Cookie<'_>> {
        let headers = self.headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok());
        headers.flat_map(cookie::Cookie::split_parse).filter_map(std::result::Result::ok)
    }

    /// The value of a cookie.
    #[must_use]
    pub fn cookie(&self, name: &str) -> Option<String> {
        self.cookies().find(|cookie| cookie.name() == name).map(|cookie| cookie.value().to_owned())
    }

    /// Whether the client wants JSON rather than a page.
    #[must_use]
    pub fn wants_json(&self) -> bool {
        let accept = self.header(http::header::ACCEPT).unwrap_or_default();
        accept.contains("application/json") && !accept.contains("text/html")
    }

    /// Whether a person will read the answer: browsers ask for pages by name.
    #[must_use]
    pub fn wants_html(&self) -> bool {
        self.header(http::header::ACCEPT).is_some_and(|accept| accept.contains("text/html"))
    }

    /// Where the browser says that the request comes from: `Sec-Fetch-Site`, or else `Origin` or
    /// `Referer` compared with `own_origin` (such as `https://example.com`) and the `Host`.
    #[must_use]
    pub fn fetch_site(&self, own_origin: &str) -> Fetch {
        match self.header("sec-fetch-site") {
            Some("same-origin") => return Fetch::SameOrigin,
            Some("none") => return Fetch::AddressBar,
            Some(_) => return Fetch::OtherSite,
            None => {}
        }
        let Some(from) = self.header(ORIGIN).or_else(|| self.header(REFERER)) else { return Fetch::Unknown };
        let origin = |url: &str| url::Url::parse(url).ok().map(|url| url.origin().ascii_serialization());
        match (origin(from), origin(own_origin)) {
            (Some(from), Some(own)) if from == own => Fetch::SameOrigin,
            _ => Fetch::OtherSite,
        }
    }

    /// The `Host` header.
    #[must_use]
    pub fn host(&self) -> Option<&str> {
        self.header(HOST)
    }
}

/// Where a request comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fetch {
    /// A page of ours.
    SameOrigin,
    /// The address bar, a bookmark, another program.
    AddressBar,
    /// Another site, be it a subdomain.
    OtherSite,
    /// The client does not say.
    Unknown,
}

/// Names and values in the order sent. `Debug` shows the names only.
#[derive(Clone, Default, PartialEq)]
pub struct Params(Vec<(String, String)>);

impl Params {
    /// Reads `application/x-www-form-urlencoded` text.
    #[must_use]
    pub fn from_urlencoded(text: &[u8]) -> Self {
        Params(url::form_urlencoded::parse(text).into_owned().collect())
    }

    /// Reads the text, number and boolean members of a JSON object; objects stay as their JSON text. A member that
    /// stands there twice stays so, for [`ambiguous`](Params::ambiguous).
    ///
    /// # Errors
    /// `invalid_parameter` when it is no JSON object, or a member is an array: a parameter has one value.
    pub fn from_json(text: &[u8]) -> Result<Self> {
        let Ok(Members(members)) = serde_json::from_slice(text) else {
            return Err(Error::new(Reason::InvalidParameter).parameter("body").detail("expected a JSON object"));
        };
        let mut params = Params::default();
        for (name, value) in members {
            match value {
                Value::Null => {}
                Value::String(text) => params.push(name, text),
                Value::Array(_) => {
                    return Err(Error::new(Reason::InvalidParameter).parameter(name).detail("expected one value, not an array"));
                }
                other => params.push(name, other.to_string()),
            }
        }
        Ok(params)
    }

    /// The first value of this name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// All pairs, in order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// Adds a pair.
    pub fn push(&mut self, name: impl Into<String>, value: impl Into<String>) {
        self.0.push((name.into(), value.into()));
    }

    /// A name that stands here with two different values (RFC 6749, section 3.1 forbids any repetition).
    #[must_use]
    pub fn ambiguous(&self) -> Option<&str> {
        self.0.iter().find(|(name, value)| self.get(name) != Some(value)).map(|(name, _)| name.as_str())
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// The members of a JSON object as they stand there, repetitions included.
struct Members(Vec<(String, Value)>);

impl<'de> Deserialize<'de> for Members {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        struct InOrder;
        impl<'de> Visitor<'de> for InOrder {
            type Value = Members;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a JSON object")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> std::result::Result<Members, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(Members(members))
            }
        }
        deserializer.deserialize_map(InOrder)
    }
}

impl<K: Into<String>, V: Into<String>> FromIterator<(K, V)> for Params {
    fn from_iter<T: IntoIterator<Item = (K, V)>>(pairs: T) -> Self {
        Params(pairs.into_iter().map(|(name, value)| (name.into(), value.into())).collect())
    }
}

impl fmt::Debug for Params {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.iter().map(|(name, _)| name)).finish()
    }
}

impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {:?} {:?}", self.method, self.uri.path(), self.query, self.form)
    }
}
