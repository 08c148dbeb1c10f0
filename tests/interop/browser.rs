//! As much of a browser as a sign-in needs: cookies with their domain, path and `SameSite`, redirects, forms,
//! and `Sec-Fetch-Site`.

use cookie_store::CookieStore;
use html5gum::{StartTag, Token, Tokenizer};
use http::{Method, StatusCode, header};
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

    /// Opens an address and submits whatever forms come, up to a page without one. What a form asks for is filled in
    /// from `answers`.
    pub(crate) async fn go_through(&mut self, address: &str, answers: &[(&str, &str)]) -> Page {
        let mut page = self.open(address).await;
        for _ in 0..8 {
            let Some(form) = page.form() else { return page };
            let asked: Vec<_> = answers.iter().copied().filter(|(name, _)| form.field(name).is_some()).collect();
            page = self.submit(&page, form, &asked).await;
        }
        panic!("forms without end: {page:?}");
    }

    /// The same up to the callback, which is not asked for.
    pub(crate) async fn callback_of(&mut self, site: &str, address: &str, answers: &[(&str, &str)]) -> Url {
        self.stop_before = Some(format!("{site}/complete/"));
        let page = self.go_through(address, answers).await;
        self.stop_before = None;
        assert_eq!(page.status, None, "{}", page.text);
        page.url
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
                match self.cookies.parse(line.to_str().unwrap(), &url) {
                    // The removal of a cookie that was never there.
                    Ok(_) | Err(cookie_store::CookieError::Expired) => {}
                    Err(error) => panic!("{line:?}: {error}"),
                }
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
    /// What stands below `<main>`, or everything.
    pub(crate) fn words(&self) -> String {
        let main = self.tokens().skip_while(|token| !starts(token, b"main"));
        let words: Vec<_> = main.filter_map(|token| if let Token::String(text) = token { Some(utf8(&text)) } else { None }).collect();
        if words.is_empty() { self.text.clone() } else { words.join("") }
    }

    /// The page's first form.
    pub(crate) fn form(&self) -> Option<Form> {
        let mut tokens = self.tokens().skip_while(|token| !starts(token, b"form"));
        let Token::StartTag(form) = tokens.next()? else { return None };
        let mut fields = Vec::new();
        for token in tokens.take_while(|token| !matches!(token, Token::EndTag(tag) if **tag.name == *b"form")) {
            if let Token::StartTag(input) = token
                && **input.name == *b"input"
                && let Some(name) = attribute(&input, "name")
            {
                fields.push((name, attribute(&input, "value").unwrap_or_default()));
            }
        }
        let posts = attribute(&form, "method").is_some_and(|method| method.eq_ignore_ascii_case("post"));
        let action = self.url.join(&attribute(&form, "action").unwrap_or_default()).unwrap();
        Some(Form { action, method: if posts { Method::POST } else { Method::GET }, fields })
    }

    fn tokens(&self) -> impl Iterator<Item = Token> {
        Tokenizer::new(&self.text).map(|token| token.unwrap())
    }
}

fn starts(token: &Token, name: &[u8]) -> bool {
    matches!(token, Token::StartTag(tag) if **tag.name == *name)
}

fn attribute(tag: &StartTag<()>, name: &str) -> Option<String> {
    tag.attributes.get(name.as_bytes()).map(|value| utf8(value))
}

fn utf8(text: &[u8]) -> String {
    String::from_utf8_lossy(text).into_owned()
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
