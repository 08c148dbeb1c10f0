//! A small relying party for the tests: makes URLs, calls endpoints, reads answers.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
#![allow(dead_code, reason = "each test file uses another part of it")]

use http::StatusCode;
use reqwest::{Client as Http, Response};
use serde_json::Value;
use social_auth_testkit::{Callback, DevProvider};
use url::{Url, form_urlencoded};

pub(crate) const CALLBACK: &str = "http://127.0.0.1:8000/complete/dev/";
/// RFC 7636 appendix B.
pub(crate) const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
pub(crate) const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

/// A relying party at one of the provider's protocols (`""` or `"/oauth2"`).
pub(crate) struct App<'a> {
    pub(crate) idp: &'a DevProvider,
    pub(crate) prefix: &'static str,
    pub(crate) client_id: String,
    pub(crate) secret: Option<String>,
    pub(crate) http: Http,
}

pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: http::HeaderMap,
    pub(crate) json: Value,
}

impl Answer {
    pub(crate) async fn of(response: Response) -> Self {
        let (status, headers) = (response.status(), response.headers().clone());
        let body = response.bytes().await.unwrap();
        Self { status, headers, json: serde_json::from_slice(&body).unwrap_or_default() }
    }

    pub(crate) fn text(&self, field: &str) -> String {
        self.json[field].as_str().unwrap_or_else(|| panic!("no {field}")).to_owned()
    }

    #[track_caller]
    pub(crate) fn is_error(&self, status: u16, code: &str) {
        assert_eq!((self.status.as_u16(), &self.json["error"]), (status, &code.into()));
    }
}

impl<'a> App<'a> {
    pub(crate) fn oidc(idp: &'a DevProvider) -> Self {
        Self::at(idp, "")
    }

    pub(crate) fn oauth2(idp: &'a DevProvider) -> Self {
        Self::at(idp, "/oauth2")
    }

    fn at(idp: &'a DevProvider, prefix: &'static str) -> Self {
        Self {
            idp,
            prefix,
            client_id: idp.client_id().to_owned(),
            secret: Some(idp.client_secret().to_owned()),
            http: Http::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap(),
        }
    }

    pub(crate) fn client(mut self, id: &str, secret: Option<&str>) -> Self {
        self.client_id = id.to_owned();
        self.secret = secret.map(str::to_owned);
        self
    }

    /// An authorization URL; `more` adds or replaces parameters.
    pub(crate) fn authorize_url(&self, more: &[(&str, &str)]) -> String {
        let standard = [
            ("response_type", "code"),
            ("client_id", self.client_id.as_str()),
            ("redirect_uri", CALLBACK),
            ("scope", "openid profile email"),
            ("state", "the state"),
        ];
        let mut url = Url::parse(&format!("{}{}/authorize", self.idp.url(), self.prefix)).unwrap();
        url.query_pairs_mut().extend_pairs(standard.iter().filter(|(name, _)| !more.iter().any(|(n, _)| n == name))).extend_pairs(more);
        url.into()
    }

    pub(crate) async fn callback(&self, person: &str, more: &[(&str, &str)]) -> Callback {
        self.idp.approve(&self.authorize_url(more), person).await.unwrap()
    }

    pub(crate) async fn code(&self, person: &str, more: &[(&str, &str)]) -> String {
        self.callback(person, more).await.param("code").expect("a code")
    }

    pub(crate) async fn exchange(&self, code: &str, more: &[(&str, &str)]) -> Answer {
        let fields = [("grant_type", "authorization_code"), ("code", code), ("redirect_uri", CALLBACK)];
        self.post("/token", &[&fields[..], more].concat()).await
    }

    pub(crate) async fn refresh(&self, token: &str) -> Answer {
        self.post("/token", &[("grant_type", "refresh_token"), ("refresh_token", token)]).await
    }

    /// Signs a person in and exchanges the code.
    pub(crate) async fn sign_in(&self, person: &str) -> Answer {
        let code = self.code(person, &[]).await;
        let answer = self.exchange(&code, &[]).await;
        assert_eq!(answer.status, 200, "{}", answer.json);
        answer
    }

    /// Posts a form as the client: with `client_secret_post`, or the id alone.
    pub(crate) async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let mut all = vec![("client_id", self.client_id.as_str())];
        all.extend(self.secret.as_deref().map(|secret| ("client_secret", secret)));
        all.extend(fields);
        Answer::of(self.form(path, &all).send().await.unwrap()).await
    }

    pub(crate) fn form(&self, path: &str, fields: &[(&str, &str)]) -> reqwest::RequestBuilder {
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        self.http
            .post(format!("{}{}{path}", self.idp.url(), self.prefix))
            .header("content-type", "application/x-www-form-urlencoded")
            .body(body)
    }

    pub(crate) async fn get(&self, path: &str, bearer: Option<&str>) -> Answer {
        let mut request = self.http.get(format!("{}{path}", self.idp.url()));
        if let Some(token) = bearer {
            request = request.bearer_auth(token);
        }
        Answer::of(request.send().await.unwrap()).await
    }
}
