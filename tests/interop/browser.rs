//! As much of a browser as a sign-in needs: cookies with their domain, path and `SameSite`, redirects, forms,
//! and `Sec-Fetch-Site`.

use cookie_store::CookieStore;
use http::{Method, StatusCode, header};
use scraper::{Html, Selector};
use url::{Host, Url};

/// A browser with its cookies.
pub(crate) struct Browser {
    http: reqwest::Client,
    cookies: CookieStore,
    /// An address at whose beginning it stops rather than go there.
    pub(crate) stop_before: Option<String>,
}

/// What the browser shows.
#[derive(Debug)]
pub(crate) struct Page {
    pub(crate) url: Url,
    /// None where the browser stopped before.
    pub(crate) status: Option<StatusCode>,
    pub(crate) text: String,
}

/// A form of a page.
#[derive(Debug, Clone)]
pub(crate) struct Form {
    pub(crate) action: Url,
    pub(crate) method: Method,
    pub(crate) fields: Vec<(String, String)>,
}

impl Browser {
    pub(crate) fn new() -> Self {
        let http = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).no_proxy().build().unwrap();
        Browser { http, cookies: CookieStore::default(), stop_before: None }
    }

    /// Types an address.
    pub(crate) async fn open(&mut self, address: &str) -> Page {
        self.go(Method::GET, address.parse().unwrap(), None, None).await
    }

    /// Submits a form of a page, with these fields filled in.
    pub(crate) async fn submit(&mut self, page: &Page, mut form: Form, filled: &[(&str, &str)]) -> Page {
        for (name, value) in filled {
            form.fields.retain(|(field, _)| field != name);
            form.fields.push(((*name).to_owned(), (*value).to_owned()));
        }
        let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(&form.fields).finish();
        self.go(form.method, form.action, Some(body), Some(page.url.clone())).await
    }

    async fn go(&mut self, mut method: Method, mut url: Url, mut body: Option<String>, from: Option<Url>) -> Page {
        let mut visited = Vec::new();
        for _ in 0..20 {
            if self.stop_before.as_deref().is_some_and(|prefix| url.as_str().starts_with(prefix)) {
                return Page { url, status: None, text: String::new() };
            }
            visited.push(url.clone());
            let cross_site = from.as_ref().is_some_and(|from| visited.iter().any(|url| site(url) != site(from)));
            let mut request = self.http.request(method.clone(), url.clone()).header("sec-fetch-site", fetch_site(from.as_ref(), &visited));
            request = request.header(header::ACCEPT, "text/html").header(header::COOKIE, self.cookies_for(&url, &method, cross_site));
            if let (Some(body), Some(from)) = (body.clone().filter(|_| method == Method::POST), &from) {
                request = request.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded").body(body);
                request = request.header(header::ORIGIN, from.origin().ascii_serialization());
            }
            let answer = request.send().await.unwrap();
            for line in answer.headers().get_all(header::SET_COOKIE) {
                self.cookies.parse(line.to_str().unwrap(), &url).unwrap();
            }
            let status = answer.status();
            let location = answer.headers().get(header::LOCATION).map(|location| location.to_str().unwrap().to_owned());
            match location {
                Some(location) if status.is_redirection() => {
                    url = url.join(&location).unwrap();
                    if matches!(status, StatusCode::SEE_OTHER | StatusCode::FOUND) {
                        (method, body) = (Method::GET, None);
                    }
                }
                _ => return Page { url, status: Some(status), text: answer.text().await.unwrap() },
            }
        }
        panic!("redirects without end: {visited:?}");
    }

    /// `SameSite=Lax`, which is also the default, keeps cookies out of a POST from another site.
    fn cookies_for(&self, url: &Url, method: &Method, cross_site: bool) -> String {
        let may_go = |cookie: &&cookie_store::Cookie<'_>| {
            let same_site = cookie.same_site().map(|policy| policy.to_string());
            !cross_site
                || match same_site.as_deref() {
                    Some("None") => true,
                    Some("Strict") => false,
                    _ => *method == Method::GET,
                }
        };
        let cookies = self.cookies.matches(url).into_iter().filter(may_go);
        cookies.map(|cookie| format!("{}={}", cookie.name(), cookie.value())).collect::<Vec<_>>().join("; ")
    }
}

impl Page {
    /// What a person can read.
    pub(crate) fn words(&self) -> String {
        let main = Selector::parse("main").unwrap();
        let document = Html::parse_document(&self.text);
        let words: Vec<_> = document.select(&main).flat_map(|main| main.text()).flat_map(str::split_whitespace).collect();
        if words.is_empty() { self.text.clone() } else { words.join(" ") }
    }

    /// The page's first form.
    pub(crate) fn form(&self) -> Option<Form> {
        let (form, input) = (Selector::parse("form").unwrap(), Selector::parse("input[name]").unwrap());
        let document = Html::parse_document(&self.text);
        let form = document.select(&form).next()?;
        let attribute = |name: &str| form.value().attr(name).unwrap_or_default();
        let field = |input: scraper::ElementRef<'_>| {
            let value = |name: &str| input.value().attr(name).unwrap_or_default().to_owned();
            (value("name"), value("value"))
        };
        Some(Form {
            action: self.url.join(attribute("action")).unwrap(),
            method: if attribute("method").eq_ignore_ascii_case("post") { Method::POST } else { Method::GET },
            fields: form.select(&input).map(field).collect(),
        })
    }
}

impl Form {
    pub(crate) fn field(&self, name: &str) -> Option<&str> {
        self.fields.iter().find(|(field, _)| field == name).map(|(_, value)| value.as_str())
    }
}

/// Scheme and host: names below loopback have no registrable domain.
fn site(url: &Url) -> (String, Option<Host<String>>) {
    (url.scheme().to_owned(), url.host().map(|host| host.to_owned()))
}

/// Fetch Metadata, section 2.3: the worst of all addresses on the way.
fn fetch_site(from: Option<&Url>, visited: &[Url]) -> &'static str {
    let Some(from) = from else { return "none" };
    if visited.iter().all(|url| url.origin() == from.origin()) {
        "same-origin"
    } else if visited.iter().all(|url| site(url) == site(from)) {
        "same-site"
    } else {
        "cross-site"
    }
}
