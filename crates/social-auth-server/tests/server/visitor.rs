//! A browser without pictures: keeps cookies, says where its requests come from, follows no redirect by
//! itself.

use std::collections::BTreeMap;
use std::sync::Mutex;

use reqwest::header::{ACCEPT, COOKIE, HeaderMap, LOCATION, SET_COOKIE, USER_AGENT};
use reqwest::{Client, RequestBuilder, StatusCode};
use serde_json::Value;
use social_auth_testkit::{Callback, DevProvider};

const FIREFOX: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";

pub(crate) struct Visitor {
    http: Client,
    site: String,
    user_agent: &'static str,
    forwarded_for: Option<&'static str>,
    cookies: Mutex<BTreeMap<String, String>>,
}

pub(crate) struct Page {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

impl Page {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// Where it sends the browser; fails when it does not.
    pub(crate) fn location(&self) -> &str {
        assert_eq!(self.status, 303, "{}", self.body);
        self.header(LOCATION.as_str())
    }

    /// The token of its forms.
    pub(crate) fn token(&self) -> String {
        let (_, rest) = self.body.split_once("name=\"csrfmiddlewaretoken\" value=\"").expect("a form with a token");
        rest.split_once('"').unwrap().0.to_owned()
    }

    #[track_caller]
    pub(crate) fn shows(&self, text: &str) {
        assert!(self.body.contains(text), "no \"{text}\" in: {}", self.body);
    }

    #[track_caller]
    pub(crate) fn shows_no(&self, text: &str) {
        assert!(!self.body.contains(text), "\"{text}\" in: {}", self.body);
    }
}

impl Visitor {
    pub(crate) fn new(site: &str) -> Self {
        Self::with(site, FIREFOX)
    }

    pub(crate) fn with(site: &str, user_agent: &'static str) -> Self {
        let http = Client::builder().redirect(reqwest::redirect::Policy::none()).no_proxy().build().unwrap();
        Visitor { http, site: site.to_owned(), user_agent, forwarded_for: None, cookies: Mutex::default() }
    }

    /// The same, as if it came through a proxy.
    pub(crate) fn behind(mut self, address: &'static str) -> Self {
        self.forwarded_for = Some(address);
        self
    }

    /// A page, from the address bar.
    pub(crate) async fn get(&self, path: &str) -> Page {
        self.send(self.http.get(self.url(path)).header("sec-fetch-site", "none")).await
    }

    /// A form of one of our pages.
    pub(crate) async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Page {
        let body = form(fields);
        let request = self.http.post(self.url(path)).header("sec-fetch-site", "same-origin");
        self.send(request.header("content-type", "application/x-www-form-urlencoded").body(body)).await
    }

    /// A form that arrives from another site's page.
    pub(crate) async fn post_from_elsewhere(&self, path: &str, fields: &[(&str, &str)]) -> Page {
        let request = self.http.post(self.url(path)).header("sec-fetch-site", "cross-site");
        self.send(request.header("content-type", "application/x-www-form-urlencoded").body(form(fields))).await
    }

    /// Who the API says that we are.
    pub(crate) async fn me(&self) -> Value {
        let page = self.send(self.http.get(self.url("/api/me")).header(ACCEPT, "application/json")).await;
        assert_eq!((page.status.as_u16(), page.header("content-type")), (200, "application/json"));
        serde_json::from_str(&page.body).unwrap()
    }

    /// Presses a button; answers where the provider's page is.
    pub(crate) async fn begin(&self, backend: &str, next: Option<&str>) -> String {
        let page = self.get(if self.me().await["user"].is_null() { "/login/" } else { "/account/" }).await;
        let token = page.token();
        let mut fields = vec![("csrfmiddlewaretoken", token.as_str())];
        fields.extend(next.map(|next| ("next", next)));
        self.post(&format!("/login/{backend}/"), &fields).await.location().to_owned()
    }

    /// Comes back from the provider.
    pub(crate) async fn come_back(&self, callback: &Callback) -> Page {
        self.send(self.http.get(callback.url.as_str()).header("sec-fetch-site", "cross-site")).await
    }

    /// Signs in, or connects, from the button to the answer of the callback.
    pub(crate) async fn sign_in(&self, idp: &DevProvider, backend: &str, person: &str) -> Page {
        let url = self.begin(backend, None).await;
        self.come_back(&idp.approve(&url, person).await.unwrap()).await
    }

    /// A form on the account page.
    pub(crate) async fn on_account_page(&self, action: &str) -> Page {
        let token = self.get("/account/").await.token();
        self.post(action, &[("csrfmiddlewaretoken", &token)]).await
    }

    fn url(&self, path: &str) -> String {
        format!("{}{path}", self.site)
    }

    async fn send(&self, request: RequestBuilder) -> Page {
        let cookies: Vec<String> = self.cookies.lock().unwrap().iter().map(|(name, value)| format!("{name}={value}")).collect();
        let request = if cookies.is_empty() { request } else { request.header(COOKIE, cookies.join("; ")) };
        let request = match self.forwarded_for {
            Some(address) => request.header("x-forwarded-for", address),
            None => request,
        };
        let answer = request.header(USER_AGENT, self.user_agent).send().await.unwrap();
        let (status, headers) = (answer.status(), answer.headers().clone());
        for cookie in headers.get_all(SET_COOKIE) {
            let (pair, attributes) = cookie.to_str().unwrap().split_once(';').unwrap_or_default();
            let (name, value) = pair.split_once('=').unwrap();
            let mut cookies = self.cookies.lock().unwrap();
            if attributes.contains("Max-Age=0") {
                cookies.remove(name);
            } else {
                cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        // As a browser reads it: our templates write every slash in a value as a reference.
        Page { status, headers, body: answer.text().await.unwrap().replace("&#x2f;", "/") }
    }
}

fn form(fields: &[(&str, &str)]) -> String {
    url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish()
}
