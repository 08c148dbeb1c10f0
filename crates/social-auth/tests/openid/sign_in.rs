//! A site with OpenID, and a person who signs in there.

use std::sync::Arc;

use html5gum::{Token, Tokenizer};
use serde_json::{Map, Value};
use social_auth::SocialAuth;
use social_auth::clock::Clock;
use social_auth::error::Result;
use social_auth::flow::BeginOptions;
use social_auth::settings::{Origin, Settings};
use social_auth::storage::{MemoryStorage, SocialStorage, User, UserId};
use social_auth::web::{Reply, ReplyBody};

use crate::browser::Browser;
use crate::provider::{ENDPOINT, Fields, Provider, Wire, sign};

/// 2026-01-09T12:00:00Z.
pub const NOW: i64 = 1_767_960_000;
pub const NONCE: &str = "2026-01-09T12:00:00Zabc";
pub const ME: &str = "https://me.example.com/";

pub struct Site {
    pub social: SocialAuth,
    pub storage: Arc<MemoryStorage>,
    pub browser: Browser,
}

impl Site {
    pub fn new(provider: &Arc<Provider>, backend: &str) -> Self {
        let storage = Arc::new(MemoryStorage::new());
        let mut settings = Settings::new();
        settings.enable(backend, backend, Origin::Code);
        let social = SocialAuth::builder()
            .settings(settings)
            .public_url("https://site.example")
            .set("RAISE_EXCEPTIONS", true)
            .secret_key("a key for tests, of at least thirty-two characters")
            .users(storage.clone())
            .social(storage.clone())
            .clock(Clock::fixed(NOW))
            .transport(Arc::new(Wire(provider.clone())))
            .build()
            .unwrap();
        Site { social, storage, browser: Browser::default() }
    }

    /// Begins, and answers what the provider gets.
    pub async fn begin(&mut self, backend: &str, params: &[(&str, &str)]) -> Result<Fields> {
        let params: Map<String, Value> = params.iter().map(|(name, value)| ((*name).to_owned(), Value::from(*value))).collect();
        let request = self.browser.get(&self.social.url(&format!("login/{backend}/")), &params)?;
        let options = BeginOptions { confirmed: true, ..BeginOptions::default() };
        let reply = self.social.begin_with(backend, &request, &mut self.browser.session, &options).await?;
        self.browser.keep(&reply);
        Ok(sent(&reply))
    }

    pub async fn complete(&mut self, backend: &str, answer: &Fields) -> Result<Reply> {
        // The answer comes to return_to, whose own parameters come along.
        let return_to = answer.iter().find(|(name, _)| name == "openid.return_to").map_or("", |(_, value)| value);
        let state = return_to.rsplit_once("redirect_state=").map(|(_, state)| ("redirect_state".to_owned(), state.to_owned()));
        let params = answer.iter().cloned().chain(state).map(|(name, value)| (name, Value::from(value))).collect();
        let request = self.browser.get(&self.social.callback_url(backend), &params)?;
        let reply = self.social.complete(backend, &request, &mut self.browser.session).await?;
        self.browser.keep(&reply);
        Ok(reply)
    }

    /// Who signed in.
    pub async fn uid(&self) -> Option<String> {
        self.storage.associations_of(&UserId::new(1)).await.unwrap().first().map(|association| association.uid.clone())
    }

    pub async fn user(&self) -> Option<User> {
        use social_auth::storage::UserStorage;
        self.storage.user(&UserId::new(1)).await.unwrap()
    }
}

/// The fields of the form, or the parameters of the address, that the browser goes off with.
fn sent(reply: &Reply) -> Fields {
    if let Some(location) = reply.location() {
        return url::Url::parse(location).unwrap().query_pairs().into_owned().collect();
    }
    let ReplyBody::Html { html, .. } = &reply.body else { panic!("neither redirect nor page") };
    let inputs = Tokenizer::new(html.as_str()).filter_map(|token| match token {
        Ok(Token::StartTag(tag)) if &**tag.name == b"input" => {
            let text = |name: &[u8]| tag.attributes.get(name).map(|value| String::from_utf8_lossy(value).into_owned());
            Some((text(b"name")?, text(b"value")?))
        }
        _ => None,
    });
    inputs.collect()
}

/// What a provider answers that says yes, not signed yet.
pub fn positive(request: &Fields, claimed: &str, local: &str) -> Fields {
    let of = |name: &str| request.iter().find(|(found, _)| found == name).map(|(_, value)| value.clone());
    let handle = of("openid.assoc_handle").unwrap_or_else(|| "private".to_owned());
    let return_to = of("openid.return_to").unwrap();
    [
        ("openid.ns", "http://specs.openid.net/auth/2.0"),
        ("openid.mode", "id_res"),
        ("openid.op_endpoint", ENDPOINT),
        ("openid.claimed_id", claimed),
        ("openid.identity", local),
        ("openid.return_to", &return_to),
        ("openid.response_nonce", NONCE),
        ("openid.assoc_handle", &handle),
        ("openid.ns.ax", "http://openid.net/srv/ax/1.0"),
        ("openid.ax.mode", "fetch_response"),
        ("openid.ax.type.mail", "http://axschema.org/contact/email"),
        ("openid.ax.value.mail", "me@example.com"),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .to_vec()
}

/// Begins for [`ME`] and answers with a good answer that `change` changed, signed before or after.
pub async fn try_answer(site: &mut Site, sign_before: bool, change: impl FnOnce(&mut Fields)) -> Result<Reply> {
    let request = site.begin("openid", &[("openid_identifier", ME)]).await?;
    let mut answer = positive(&request, ME, ME);
    if sign_before {
        sign(&mut answer);
    }
    change(&mut answer);
    if !sign_before {
        sign(&mut answer);
    }
    site.complete("openid", &answer).await
}
