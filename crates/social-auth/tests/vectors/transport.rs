//! The transport that plays the recorded exchanges.

use std::sync::{Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderMap, HeaderName, HeaderValue};
use serde_json::Value;
use social_auth::error::{Error, Reason, Result};
use social_auth::http::{Incoming, Outgoing, Transport};
use url::Url;

use crate::bindings::Bindings;
use crate::difference::{Difference, What};
use crate::metadata::Metadata;
use crate::request::{self, Matcher, Sent};
use crate::tokens::Tokens;
use crate::wire::{Exchange, RecordedFailure, RecordedResponse};

/// Plays the exchanges of one step after the other and notes what differs.
pub struct Replay(Mutex<State>);

pub struct State {
    pub bindings: Bindings,
    pub tokens: Tokens<'static>,
    pub differences: Vec<Difference>,
    /// The forms and queries of requests that carried a PKCE verifier.
    pub verifiers: Vec<String>,
    step: usize,
    exchanges: &'static [Exchange],
    played: Vec<bool>,
    pub metadata: Metadata,
    /// The client's secrets and the token secrets that the provider gave, for OAuth 1.0a signatures.
    secrets: Vec<(String, String)>,
}

impl Replay {
    pub fn new(bindings: Bindings, tokens: Tokens<'static>, metadata: Metadata, client_secret: String) -> Self {
        Replay(Mutex::new(State {
            bindings,
            tokens,
            differences: Vec::new(),
            verifiers: Vec::new(),
            step: 0,
            exchanges: &[],
            played: Vec::new(),
            metadata,
            secrets: [client_secret, "anonymous".to_owned()].map(|client| (client, String::new())).to_vec(),
        }))
    }

    pub fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Transport for Replay {
    async fn send(&self, request: Outgoing) -> Result<Incoming> {
        self.state().answer(&request)
    }
}

impl State {
    /// Begins a step.
    pub fn enter(&mut self, step: usize, exchanges: &'static [Exchange]) {
        self.step = step;
        self.exchanges = exchanges;
        self.played = exchanges.iter().map(|exchange| self.metadata.serves(&exchange.request)).collect();
    }

    /// Ends a step: notes what was not asked for.
    pub fn leave(&mut self) {
        for (exchange, played) in self.exchanges.iter().zip(&self.played) {
            if !played {
                let text = Value::from(format!("{} {}", exchange.request.method, exchange.request.url));
                self.differences.push(Difference::new(self.step, What::Exchange, Some(text), None));
            }
        }
    }

    pub fn matcher(&mut self) -> Matcher<'_, 'static> {
        Matcher { bindings: &mut self.bindings, tokens: &mut self.tokens }
    }

    fn answer(&mut self, request: &Outgoing) -> Result<Incoming> {
        let sent = Sent::new(request);
        let fails = self.choose(&sent).is_some_and(|index| self.exchanges[index].response.is_none());
        if let Some(response) = self.metadata.answer(self.step, &sent).filter(|_| !fails) {
            let response = response.clone();
            return self.play(&response);
        }
        let Some(index) = self.choose(&sent) else {
            let text = Value::from(format!("{} {}", sent.method, sent.url));
            self.differences.push(Difference::new(self.step, What::Exchange, None, Some(text)));
            return Err(Error::new(Reason::ConnectionFailed).detail("the recording has no such request"));
        };
        if self.played.iter().take(index).any(|played| !played) {
            let text = Value::from(format!("{} {}", sent.method, sent.url));
            self.differences.push(Difference::new(self.step, What::Order, None, Some(text)));
        }
        if let Some(played) = self.played.get_mut(index) {
            *played = true;
        }
        let exchange = &self.exchanges[index];
        let (step, verifier) = (self.step, sent.form().unwrap_or(&sent.query).get("code_verifier").and_then(Value::as_str));
        self.verifiers.extend(verifier.map(str::to_owned));
        let found = request::compare(step, &exchange.request, &sent, &mut self.matcher());
        self.differences.extend(found);
        self.differences.extend(request::compare_signature(step, &exchange.request, &sent, &self.secrets));
        match &exchange.response {
            Some(response) => self.play(response).map(|answer| self.with_subject(&sent, answer)),
            None => Err(Error::new(exchange.error.as_ref().map_or(Reason::ConnectionFailed, RecordedFailure::reason))),
        }
    }

    /// The next exchange with this address, best with this method too.
    fn choose(&mut self, sent: &Sent) -> Option<usize> {
        let bindings = &self.bindings;
        let same_address = |exchange: &Exchange| {
            let recorded = bindings.fill(&exchange.request.url);
            Url::parse(&recorded).is_ok_and(|recorded| recorded.as_str() == sent.url)
        };
        let open: Vec<usize> =
            (0..self.exchanges.len()).filter(|index| !self.played[*index] && same_address(&self.exchanges[*index])).collect();
        open.iter().find(|index| self.exchanges[**index].request.method == sent.method).or(open.first()).copied()
    }

    /// We refuse userinfo that does not say whom it is about: then the id token's subject is put in.
    fn with_subject(&mut self, sent: &Sent, mut answer: Incoming) -> Incoming {
        let Some(subject) = self.tokens.subject().filter(|_| self.metadata.is_userinfo(&sent.url)) else { return answer };
        if let Ok(Value::Object(mut members)) = answer.json()
            && !members.contains_key("sub")
        {
            members.insert("sub".to_owned(), Value::from(subject.clone()));
            answer.body = Value::Object(members).to_string().into();
            self.differences.push(Difference::new(self.step, What::Consistency("subject".to_owned()), None, Some(Value::from(subject))));
        }
        answer
    }

    fn play(&mut self, response: &RecordedResponse) -> Result<Incoming> {
        let body = match &response.body {
            Value::Object(binary) => {
                let text = binary.get("$base64").and_then(Value::as_str).unwrap_or_default();
                STANDARD.decode(text).unwrap_or_default()
            }
            body => {
                let text = self.bindings.fill(body.as_str().unwrap_or_default());
                let text = self.tokens.fill(&text, &self.bindings).map_err(|why| {
                    self.differences.push(Difference::new(self.step, What::Consistency(why.clone()), None, None));
                    Error::new(Reason::ConnectionFailed).detail(why)
                })?;
                if let Some(token) = request::pairs(text.as_bytes()).get("oauth_token_secret").and_then(Value::as_str) {
                    let clients: Vec<_> = self.secrets.iter().map(|(client, _)| client.clone()).collect();
                    self.secrets.extend(clients.into_iter().map(|client| (client, token.to_owned())));
                }
                text.into_bytes()
            }
        };
        let header =
            |(name, value): (&String, &Value)| Some((HeaderName::try_from(name).ok()?, HeaderValue::try_from(value.as_str()?).ok()?));
        let headers: HeaderMap = response.headers.iter().filter_map(header).collect();
        Ok(Incoming { status: response.status, headers, body: body.into() })
    }
}
