//! The browser of a case: its cookies, its session, its requests.

use std::collections::BTreeMap;

use http::{HeaderMap, HeaderValue, Method, Uri};
use serde_json::{Map, Value};
use social_auth::error::{Error, Reason, Result};
use social_auth::session::MemorySession;
use social_auth::web::{Reply, Request};
use url::Url;

/// Keeps cookies as a browser does; nobody ever is signed in, as in the recordings.
#[derive(Clone, Default)]
pub struct Browser {
    cookies: BTreeMap<String, String>,
    /// Its session.
    pub session: MemorySession,
}

impl Browser {
    /// A `GET` of this address with these parameters.
    ///
    /// # Errors
    /// When it is no address.
    pub fn get(&self, address: &str, params: &Map<String, Value>) -> Result<Request> {
        let bad = |why: String| Error::new(Reason::InvalidParameter).detail(why);
        let mut url = Url::parse(address).map_err(|error| bad(error.to_string()))?;
        for (name, value) in params {
            match value {
                Value::Null => {}
                Value::String(text) => _ = url.query_pairs_mut().append_pair(name, text),
                Value::Array(items) => {
                    let texts = items.iter().map(|item| item.as_str().map_or_else(|| item.to_string(), str::to_owned));
                    url.query_pairs_mut().extend_pairs(texts.map(|text| (name, text)));
                }
                other => _ = url.query_pairs_mut().append_pair(name, &other.to_string()),
            }
        }
        let uri: Uri = url.as_str().parse().map_err(|error: http::uri::InvalidUri| bad(error.to_string()))?;
        let mut headers = HeaderMap::new();
        let cookies: Vec<_> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        if let (false, Ok(value)) = (cookies.is_empty(), HeaderValue::try_from(cookies.join("; "))) {
            headers.insert(http::header::COOKIE, value);
        }
        Request::new(Method::GET, uri, headers, &[], None)
    }

    /// Takes over the cookies of a reply.
    pub fn keep(&mut self, reply: &Reply) {
        self.session.user = None;
        for cookie in &reply.cookies {
            if cookie.max_age().is_some_and(|age| age.whole_seconds() <= 0) {
                self.cookies.remove(cookie.name());
            } else {
                self.cookies.insert(cookie.name().to_owned(), cookie.value().to_owned());
            }
        }
    }
}
