//! Signing in without a browser: what a browser and a person would do, over real HTTP.

use std::fmt;
use std::sync::{Mutex, PoisonError};

use http::{StatusCode, header};
use reqwest::redirect::Policy;
use serde_json::Value;
use url::{Url, form_urlencoded};

use crate::error::Error;
use crate::provider::DevProvider;

/// Where the provider sends the browser at the end of a login.
#[derive(Clone)]
pub struct Callback {
    /// The `Location` of the redirect, or the target of the form.
    pub url: Url,
    /// The fields of the form when the response mode is `form_post`.
    pub form: Option<Vec<(String, String)>>,
}

impl Callback {
    /// A parameter of the response, `code` for example.
    #[must_use]
    pub fn param(&self, name: &str) -> Option<String> {
        let fields = match &self.form {
            Some(form) => form.clone(),
            None => self.url.query_pairs().into_owned().collect(),
        };
        fields.into_iter().find(|(key, _)| key == name).map(|(_, value)| value)
    }
}

/// Without the query and the form's values, which carry the code.
impl fmt::Debug for Callback {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut url = self.url.clone();
        url.set_query(None);
        f.debug_struct("Callback").field("url", &url.as_str()).field("is_form", &self.form.is_some()).finish_non_exhaustive()
    }
}

/// A browser that keeps its session at the provider, for `prompt=none` and logout.
pub struct Browser {
    http: reqwest::Client,
    provider: String,
    cookie: Mutex<Option<String>>,
}

impl fmt::Debug for Browser {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Browser").field("provider", &self.provider).finish_non_exhaustive()
    }
}

enum Answer {
    Done(Callback),
    Asked { action: String, transaction: String },
}

impl DevProvider {
    /// A browser that nobody has signed in with yet.
    ///
    /// # Errors
    /// [`Error::Http`] when no HTTP client can be made.
    pub fn browser(&self) -> Result<Browser, Error> {
        let http = reqwest::Client::builder().redirect(Policy::none()).no_proxy().build()?;
        Ok(Browser { http, provider: self.url().to_owned(), cookie: Mutex::default() })
    }

    /// Follows an authorization URL in a fresh browser and signs in as a person: a key
    /// (`alice`), [`NEW_PERSON`](crate::NEW_PERSON), or any name or e-mail address.
    ///
    /// A request that the provider refuses by redirect is a [`Callback`] too.
    ///
    /// # Errors
    /// As [`Browser::approve`].
    pub async fn approve(&self, authorize_url: &str, person: &str) -> Result<Callback, Error> {
        self.browser()?.approve(authorize_url, person).await
    }

    /// Follows an authorization URL in a fresh browser and declines.
    ///
    /// # Errors
    /// As [`Browser::approve`].
    pub async fn decline(&self, authorize_url: &str) -> Result<Callback, Error> {
        self.browser()?.decline(authorize_url).await
    }
}

impl Browser {
    /// Follows an authorization URL and signs in as a person.
    ///
    /// # Errors
    /// [`Error::ForeignUrl`] for a URL elsewhere, [`Error::Refused`] when the provider shows an
    /// error page, [`Error::Http`] and [`Error::Unexpected`] when it does not answer as it should.
    pub async fn approve(&self, authorize_url: &str, person: &str) -> Result<Callback, Error> {
        self.decide(authorize_url, ("person", person)).await
    }

    /// Submits a form that an application's page posts to the provider (SAML's POST binding), and signs in as a
    /// person.
    ///
    /// # Errors
    /// As [`Self::approve`].
    pub async fn approve_form(&self, action: &str, fields: &[(String, String)], person: &str) -> Result<Callback, Error> {
        match self.submit(action, fields).await? {
            Answer::Done(callback) => Ok(callback),
            Answer::Asked { action, transaction } => self.answer(&action, &transaction, ("person", person)).await,
        }
    }

    /// Submits a form that needs no decision: a logout by SAML's POST binding.
    ///
    /// # Errors
    /// As [`Self::visit`].
    pub async fn visit_form(&self, action: &str, fields: &[(String, String)]) -> Result<Callback, Error> {
        match self.submit(action, fields).await? {
            Answer::Done(callback) => Ok(callback),
            Answer::Asked { .. } => Err(unexpected("the provider wants to ask a person")),
        }
    }

    /// Follows an authorization URL and declines.
    ///
    /// # Errors
    /// As [`Self::approve`].
    pub async fn decline(&self, authorize_url: &str) -> Result<Callback, Error> {
        self.decide(authorize_url, ("decision", "decline")).await
    }

    /// Opens a URL that needs no decision: an authorization URL with `prompt=none`, a logout.
    ///
    /// # Errors
    /// As [`Self::approve`]; [`Error::Unexpected`] when a person is asked.
    pub async fn visit(&self, url: &str) -> Result<Callback, Error> {
        match self.open(url).await? {
            Answer::Done(callback) => Ok(callback),
            Answer::Asked { .. } => Err(unexpected("the provider wants to ask a person")),
        }
    }

    async fn decide(&self, url: &str, decision: (&str, &str)) -> Result<Callback, Error> {
        match self.open(url).await? {
            Answer::Done(callback) => Ok(callback),
            Answer::Asked { action, transaction } => self.answer(&action, &transaction, decision).await,
        }
    }

    async fn answer(&self, action: &str, transaction: &str, decision: (&str, &str)) -> Result<Callback, Error> {
        let action = Url::parse(&self.provider).and_then(|base| base.join(action));
        let action = action.map_err(|_| unexpected("the page has an unusable form action"))?;
        match self.post(action.as_str(), &[("transaction", transaction), decision]).await? {
            Answer::Done(callback) => Ok(callback),
            Answer::Asked { .. } => Err(unexpected("the provider asks again")),
        }
    }

    async fn submit(&self, action: &str, fields: &[(String, String)]) -> Result<Answer, Error> {
        self.require_own(action)?;
        let fields: Vec<_> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        self.post(action, &fields).await
    }

    async fn post(&self, action: &str, fields: &[(&str, &str)]) -> Result<Answer, Error> {
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        self.send(self.http.post(action).header(header::CONTENT_TYPE, "application/x-www-form-urlencoded").body(body)).await
    }

    fn require_own(&self, url: &str) -> Result<(), Error> {
        let rest = url.strip_prefix(&self.provider);
        if rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '?'])) {
            return Ok(());
        }
        Err(Error::ForeignUrl { url: url.into(), provider: self.provider.clone() })
    }

    async fn open(&self, url: &str) -> Result<Answer, Error> {
        self.require_own(url)?;
        self.send(self.http.get(url)).await
    }

    async fn send(&self, mut request: reqwest::RequestBuilder) -> Result<Answer, Error> {
        request = request.header(header::ACCEPT, "application/json");
        let cookie = self.cookie.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some(cookie) = cookie {
            request = request.header(header::COOKIE, cookie);
        }
        let response = request.send().await?;
        let text = |name| response.headers().get(name).and_then(|value| value.to_str().ok());
        if let Some(pair) = text(header::SET_COOKIE).and_then(|line| line.split(';').next()) {
            *self.cookie.lock().unwrap_or_else(PoisonError::into_inner) = Some(pair.to_owned());
        }
        if response.status() == StatusCode::SEE_OTHER {
            let location = text(header::LOCATION).unwrap_or_default();
            let url = Url::parse(location).map_err(|_| unexpected("the redirect leads nowhere"))?;
            return Ok(Answer::Done(Callback { url, form: None }));
        }
        let status = response.status();
        let body = response.bytes().await?;
        let json = serde_json::from_slice::<Value>(&body).unwrap_or_default();
        read_page(status, &json)
    }
}

/// Reads what the pages say to a program.
fn read_page(status: StatusCode, json: &Value) -> Result<Answer, Error> {
    let text = |path: &str| json.pointer(path).and_then(Value::as_str).map(str::to_owned);
    if let (Some(action), Some(transaction)) = (text("/consent/action"), text("/consent/transaction")) {
        return Ok(Answer::Asked { action, transaction });
    }
    if let (Some(action), Some(fields)) = (text("/form_post/action"), json.pointer("/form_post/fields")) {
        let url = Url::parse(&action).map_err(|_| unexpected("the form leads nowhere"))?;
        let form = serde_json::from_value(fields.clone()).map_err(|_| unexpected("the form has unreadable fields"))?;
        return Ok(Answer::Done(Callback { url, form: Some(form) }));
    }
    let explanation = text("/message/text").or_else(|| text("/error_description"));
    Err(Error::Refused { status: status.as_u16(), explanation: explanation.unwrap_or_else(|| "no page of the provider".to_owned()) })
}

fn unexpected(explanation: &str) -> Error {
    Error::Unexpected { explanation: explanation.to_owned() }
}
