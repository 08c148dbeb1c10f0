//! A provider that plays its documents, counts who asks, and can be slow or down.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue};
use serde_json::{Value, json};
use social_auth::clock::Clock;
use social_auth::error::{Error, Reason, Result};
use social_auth::http::{Client, Incoming, Outgoing, Transport};
use social_auth::protocol::oidc::{DocumentSources, ProviderDocuments};

pub const NOW: i64 = 1_767_960_000;
pub const ISSUER: &str = "https://op.example/realm";
pub const DISCOVERY: &str = "https://op.example/realm/.well-known/openid-configuration";
pub const JWKS: &str = "https://op.example/realm/keys";

#[derive(Clone, Default)]
pub struct Provider(Arc<Inner>);

#[derive(Default)]
struct Inner {
    answers: Mutex<HashMap<String, (Incoming, u64)>>,
    delay: AtomicU64,
}

impl Provider {
    /// A provider with these keys and a plain discovery document.
    pub fn with_keys(keys: &[Value]) -> Self {
        let provider = Provider::default();
        provider.serve(DISCOVERY, answer(200, &[], metadata().to_string()));
        provider.serve(JWKS, answer(200, &[], json!({ "keys": keys }).to_string()));
        provider
    }

    pub fn serve(&self, url: &str, incoming: Incoming) {
        let mut answers = self.0.answers.lock().unwrap();
        let asked = answers.get(url).map_or(0, |(_, asked)| *asked);
        answers.insert(url.to_owned(), (incoming, asked));
    }

    pub fn rotate(&self, keys: &[Value]) {
        self.serve(JWKS, answer(200, &[], json!({ "keys": keys }).to_string()));
    }

    pub fn go_down(&self) {
        for url in [DISCOVERY, JWKS] {
            self.serve(url, answer(503, &[], "down".to_owned()));
        }
    }

    pub fn answer_slowly(&self) {
        self.0.delay.store(50, Ordering::Relaxed);
    }

    pub fn asked(&self, url: &str) -> u64 {
        self.0.answers.lock().unwrap().get(url).map_or(0, |(_, asked)| *asked)
    }

    pub fn documents(&self, clock: &Clock) -> ProviderDocuments {
        let sources = DocumentSources { endpoint: Some(ISSUER.into()), ..DocumentSources::default() };
        self.documents_from(clock, sources)
    }

    pub fn documents_from(&self, clock: &Clock, sources: DocumentSources) -> ProviderDocuments {
        ProviderDocuments::new(Client::new(Arc::new(self.clone()), None), clock.clone(), sources)
    }
}

#[async_trait]
impl Transport for Provider {
    async fn send(&self, request: Outgoing) -> Result<Incoming> {
        let delay = self.0.delay.load(Ordering::Relaxed);
        if delay > 0 {
            tokio::time::sleep(Duration::from_millis(delay)).await;
        }
        let mut answers = self.0.answers.lock().unwrap();
        let (incoming, asked) = answers.get_mut(request.url.as_str()).ok_or_else(|| Error::new(Reason::ConnectionFailed))?;
        *asked += 1;
        Ok(incoming.clone())
    }
}

pub fn metadata() -> Value {
    json!({"issuer": ISSUER, "authorization_endpoint": "https://op.example/realm/authorize", "jwks_uri": JWKS})
}

pub fn answer(status: u16, headers: &[(&str, &str)], body: String) -> Incoming {
    let headers: HeaderMap =
        headers.iter().map(|(name, value)| (HeaderName::try_from(*name).unwrap(), HeaderValue::try_from(*value).unwrap())).collect();
    Incoming { status, headers, body: Bytes::from(body) }
}
