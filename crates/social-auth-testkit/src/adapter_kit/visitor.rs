//! A small browser: it keeps cookies, sends them where a browser would, and says where a request comes
//! from. It follows no redirect by itself.

use std::collections::BTreeMap;

use cookie::{Cookie, SameSite};
use http::{HeaderMap, Method, StatusCode, header};
use reqwest::redirect::Policy;
use serde_json::Value;
use url::{Url, form_urlencoded};

/// What the site answered.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub text: String,
}

impl Answer {
    /// A header's text; empty without it.
    #[must_use]
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// Where a redirect leads; empty when it is none.
    #[must_use]
    pub fn location(&self) -> &str {
        self.header("location")
    }

    /// The cookies that it sets.
    #[must_use]
    pub fn cookies(&self) -> Vec<Cookie<'static>> {
        let lines = self.headers.get_all(header::SET_COOKIE).iter().filter_map(|value| value.to_str().ok());
        lines.filter_map(|line| Cookie::parse(line.to_owned()).ok()).collect()
    }

    /// The body as JSON; null when it is none.
    #[must_use]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_default()
    }

    /// The code of an error: of Problem Details, or at the end of the page.
    #[must_use]
    pub fn code(&self) -> String {
        let behind = self.text.split("Code: ").nth(1).and_then(|rest| rest.split('<').next());
        self.json()["code"].as_str().or(behind).unwrap_or_default().to_owned()
    }

    /// Where the page's form posts to, and its fields.
    #[must_use]
    pub fn form(&self) -> Option<(String, Vec<(String, String)>)> {
        let form = self.text.split("<form").nth(1)?.split("</form").next()?;
        let fields = form.split("<input").skip(1).filter_map(|input| Some((attribute(input, "name")?, attribute(input, "value")?)));
        Some((attribute(form, "action")?, fields.collect()))
    }
}

fn attribute(tag: &str, name: &str) -> Option<String> {
    let value = tag.split(&format!("{name}=\"")).nth(1)?.split('"').next()?;
    let pairs = [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#x27;", "'"), ("&#x2f;", "/"), ("&#39;", "'"), ("&amp;", "&")];
    Some(pairs.iter().fold(value.to_owned(), |text, (escape, plain)| text.replace(escape, plain)))
}

/// A browser with its cookies. A clone is another window at first and another browser from then on.
#[derive(Clone)]
pub struct Visitor {
    http: reqwest::Client,
    url: String,
    cookies: BTreeMap<String, Cookie<'static>>,
    json: bool,
}

/// Where a request comes from, as `Sec-Fetch-Site` has it.
#[derive(Clone, Copy, PartialEq)]
enum CameFrom {
    AddressBar,
    OwnPage,
    OtherSite,
    Unsaid,
}

impl Visitor {
    pub(super) fn new(url: &str) -> Self {
        let http = reqwest::Client::builder().redirect(Policy::none()).no_proxy().build().expect("a client");
        Visitor { http, url: url.to_owned(), cookies: BTreeMap::new(), json: false }
    }

    /// The same browser, asking for JSON.
    #[must_use]
    pub fn program(mut self) -> Self {
        self.json = true;
        self
    }

    /// Opens a page from the address bar.
    pub async fn visit(&mut self, path: &str) -> Answer {
        self.get(path, CameFrom::AddressBar).await
    }

    /// Opens a page that another site links or redirects to.
    pub async fn follow(&mut self, path: &str) -> Answer {
        self.get(path, CameFrom::OtherSite).await
    }

    /// Opens a page without saying from where, as old browsers do.
    pub async fn open(&mut self, path: &str) -> Answer {
        self.get(path, CameFrom::Unsaid).await
    }

    /// Submits a form of one of the site's own pages.
    pub async fn submit(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        self.post(path, fields, CameFrom::OwnPage).await
    }

    /// Submits a form that another site made: without cookies that are `SameSite`.
    pub async fn submit_from_elsewhere(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        self.post(path, fields, CameFrom::OtherSite).await
    }

    /// Submits a form without saying from where.
    pub async fn submit_from_nowhere(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        self.post(path, fields, CameFrom::Unsaid).await
    }

    /// Presses the button of a page.
    pub async fn press(&mut self, page: &Answer) -> Answer {
        let (action, fields) = page.form().unwrap_or_else(|| panic!("a page with a form: {} {}", page.status, page.text));
        let fields: Vec<_> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        self.submit(&action, &fields).await
    }

    /// The name of the user who is signed in; empty when nobody is.
    pub async fn who(&mut self) -> String {
        let answer = self.visit("/who").await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        answer.text.trim().to_owned()
    }

    /// Sends a request with this method, body and headers, with all cookies.
    pub async fn send(&mut self, method: Method, path: &str, headers: &[(&str, &str)], body: Vec<u8>) -> Answer {
        let mut request = self.request(method, path, CameFrom::Unsaid).body(body);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.receive(request).await
    }

    /// The cookies that the browser has.
    pub fn cookies(&self) -> impl Iterator<Item = &Cookie<'static>> {
        self.cookies.values()
    }

    /// The values of the cookies that are not those of attempts or forms: of the session.
    #[must_use]
    pub fn session(&self) -> BTreeMap<String, String> {
        let kept = |name: &str| !name.contains("social_auth_attempt_") && !name.contains("social_auth_csrf");
        let session = self.cookies.iter().filter(|(name, _)| kept(name));
        session.map(|(name, cookie)| (name.clone(), cookie.value().to_owned())).collect()
    }

    async fn get(&mut self, path: &str, from: CameFrom) -> Answer {
        let request = self.request(Method::GET, path, from);
        self.receive(request).await
    }

    async fn post(&mut self, path: &str, fields: &[(&str, &str)], from: CameFrom) -> Answer {
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let request = self.request(Method::POST, path, from).body(body);
        self.receive(request.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")).await
    }

    fn request(&self, method: Method, path: &str, from: CameFrom) -> reqwest::RequestBuilder {
        let url = Url::parse(&self.url).and_then(|base| base.join(path)).expect("an address");
        assert!(url.as_str().starts_with(&self.url), "{url} leaves the site");
        let lax_only = from == CameFrom::OtherSite && method != Method::GET;
        let sent = self.cookies.values().filter(|cookie| is_below(url.path(), cookie.path().unwrap_or("/")));
        let sent = sent.filter(|cookie| !lax_only || cookie.same_site() == Some(SameSite::None));
        let pairs: Vec<_> = sent.map(|cookie| format!("{}={}", cookie.name(), cookie.value())).collect();
        let accept = if self.json { "application/json" } else { "text/html,application/xhtml+xml,*/*;q=0.8" };
        let mut request = self.http.request(method, url).header(header::ACCEPT, accept);
        if !pairs.is_empty() {
            request = request.header(header::COOKIE, pairs.join("; "));
        }
        match from {
            CameFrom::AddressBar => request.header("sec-fetch-site", "none"),
            CameFrom::OwnPage => request.header("sec-fetch-site", "same-origin").header(header::ORIGIN, &self.url),
            CameFrom::OtherSite => request.header("sec-fetch-site", "cross-site").header(header::ORIGIN, "https://elsewhere.example"),
            CameFrom::Unsaid => request,
        }
    }

    async fn receive(&mut self, request: reqwest::RequestBuilder) -> Answer {
        let response = request.send().await.expect("an answer");
        let (status, headers) = (response.status(), response.headers().clone());
        let body = response.bytes().await.expect("a body");
        let answer = Answer { status, headers, text: String::from_utf8_lossy(&body).into_owned() };
        for cookie in answer.cookies() {
            let gone = cookie.max_age().is_some_and(|age| age.whole_seconds() <= 0);
            if gone {
                self.cookies.remove(cookie.name());
            } else {
                self.cookies.insert(cookie.name().to_owned(), cookie);
            }
        }
        answer
    }
}

/// RFC 6265, section 5.1.4.
fn is_below(path: &str, cookie_path: &str) -> bool {
    path.strip_prefix(cookie_path).is_some_and(|rest| rest.is_empty() || cookie_path.ends_with('/') || rest.starts_with('/'))
}
