//! A browser, as far as these tests need one: it keeps cookies and says where a request comes from.

use std::collections::BTreeMap;

use axum::Router;
use reqwest::{Client, Method, Response, redirect::Policy};
use social_auth_testkit::DevProvider;

pub struct Visitor {
    http: Client,
    site: String,
    cookies: BTreeMap<String, String>,
}

pub struct Page {
    pub status: u16,
    pub location: String,
    pub html: String,
}

impl Visitor {
    /// Opens an application that was just started.
    pub async fn of(make: impl FnOnce(&str) -> Router) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let site = format!("http://{}", listener.local_addr().unwrap());
        let app = make(&site);
        tokio::spawn(async move { axum::serve(listener, app).await });
        let http = Client::builder().redirect(Policy::none()).no_proxy().build().unwrap();
        Visitor { http, site, cookies: BTreeMap::new() }
    }

    pub async fn get(&mut self, address: &str) -> Page {
        self.send(Method::GET, address, "none", String::new()).await
    }

    /// Fills in the form of a page.
    pub async fn answer(&mut self, page: &Page, fields: &[(&str, &str)]) -> Page {
        let hidden = page.html.split("<input type=\"hidden\" name=\"").skip(1).map(|text| {
            let (name, rest) = text.split_once("\" value=\"").unwrap();
            (name, rest.split_once('"').unwrap().0)
        });
        let form: String = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(hidden.chain(fields.iter().copied())).finish();
        let (_, action) = page.html.split_once("action=\"").unwrap();
        // What stands in an attribute is escaped.
        let action = action.split_once('"').unwrap().0.replace("&#x2f;", "/");
        self.send(Method::POST, &action, "same-origin", form).await
    }

    /// Signs in at the provider, and comes back.
    pub async fn sign_in(&mut self, provider: &DevProvider, person: &str) -> Page {
        let away = self.get("/login/oidc/").await;
        let callback = provider.approve(&away.location, person).await.unwrap();
        self.get(callback.url.as_ref()).await
    }

    pub fn forget_everything(&mut self) {
        self.cookies.clear();
    }

    async fn send(&mut self, method: Method, address: &str, site: &str, form: String) -> Page {
        let address = if address.starts_with('/') { format!("{}{address}", self.site) } else { address.to_owned() };
        let cookies: Vec<_> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let request = self.http.request(method, address).header("sec-fetch-site", site).header("cookie", cookies.join("; "));
        let response = request.header("content-type", "application/x-www-form-urlencoded").body(form).send().await.unwrap();
        self.keep(&response);
        let location = response.headers().get("location").map(|value| value.to_str().unwrap().to_owned()).unwrap_or_default();
        Page { status: response.status().as_u16(), location, html: response.text().await.unwrap() }
    }

    fn keep(&mut self, response: &Response) {
        for cookie in response.headers().get_all("set-cookie") {
            let (name, rest) = cookie.to_str().unwrap().split_once('=').unwrap();
            self.cookies.insert(name.to_owned(), rest.split(';').next().unwrap().to_owned());
        }
    }
}
