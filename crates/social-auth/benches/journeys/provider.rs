//! A provider in this process: it answers at once, and its tokens are signed beforehand.

use std::collections::HashMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use async_trait::async_trait;
use bytes::Bytes;
use http::HeaderMap;
use serde_json::{Value, json};
use social_auth::Result;
use social_auth::clock::Clock;
use social_auth::http::{Incoming, Outgoing, Transport};
use social_auth::jose::Algorithm;
use url::{Url, form_urlencoded};

use crate::signing;

pub(crate) const ISSUER: &str = "https://op.example";
pub(crate) const CLIENT: &str = "a-key";

/// What waits to be asked for: token answers by code, profiles by access token.
#[derive(Default)]
pub(crate) struct Provider {
    answers: Mutex<HashMap<String, Bytes>>,
    made: AtomicU64,
}

impl Provider {
    /// Lets a person in; answers the query of the callback.
    pub(crate) fn approve(&self, request: &Url, person: &str) -> String {
        let asked: HashMap<_, _> = request.query_pairs().collect();
        let number = self.made.fetch_add(1, Ordering::Relaxed);
        let (code, access_token) = (format!("code-{number}"), format!("access-token-{number}"));
        let email = format!("{person}@example.com");
        let mut answer =
            json!({ "access_token": access_token, "token_type": "Bearer", "expires_in": 3600, "refresh_token": "a-refresh-token" });
        if let Some(nonce) = asked.get("nonce") {
            let now = Clock::default().now();
            let claims = json!({ "iss": ISSUER, "sub": person, "aud": CLIENT, "exp": now + 300, "iat": now, "nonce": nonce });
            answer["id_token"] = Value::from(signing::token(Algorithm::ES256, &claims));
        }
        let profile = json!({ "sub": person, "preferred_username": person, "email": email, "email_verified": true, "name": "A Person" });
        let mut answers = self.answers.lock().unwrap();
        answers.insert(code.clone(), answer.to_string().into());
        answers.insert(access_token, profile.to_string().into());
        form_urlencoded::Serializer::new(String::new())
            .extend_pairs([("code", code.as_str()), ("state", &asked["state"]), ("iss", ISSUER)])
            .finish()
    }

    fn take(&self, key: &str) -> Bytes {
        self.answers.lock().unwrap().remove(key).expect("an answer")
    }
}

#[async_trait]
impl Transport for Provider {
    async fn send(&self, request: Outgoing) -> Result<Incoming> {
        let body = match request.url.path() {
            "/.well-known/openid-configuration" => metadata().to_string().into(),
            "/jwks" => json!({ "keys": [signing::P256.jwk("p256")] }).to_string().into(),
            "/token" => {
                let code = form_urlencoded::parse(&request.body).find(|(name, _)| name == "code");
                self.take(&code.expect("a code").1)
            }
            "/userinfo" => {
                let credentials = request.headers["authorization"].to_str().unwrap();
                self.take(credentials.strip_prefix("Bearer ").unwrap())
            }
            other => panic!("nothing is at {other}"),
        };
        let headers = HeaderMap::from_iter([(http::header::CONTENT_TYPE, "application/json".parse().unwrap())]);
        Ok(Incoming { status: 200, headers, body })
    }
}

fn metadata() -> Value {
    json!({
        "issuer": ISSUER,
        "authorization_endpoint": "https://op.example/authorize",
        "token_endpoint": "https://op.example/token",
        "userinfo_endpoint": "https://op.example/userinfo",
        "jwks_uri": "https://op.example/jwks",
        "response_types_supported": ["code"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["ES256"],
        "authorization_response_iss_parameter_supported": true
    })
}
