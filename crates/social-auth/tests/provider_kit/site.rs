//! A site with two instances of one provider.

use std::sync::Arc;

use serde_json::{Map, Value};
use social_auth::SocialAuth;
use social_auth::clock::Clock;
use social_auth::error::Result;
use social_auth::flow::BeginOptions;
use social_auth::protocol::oauth2::{Format, OAuth2, UidField};
use social_auth::provider::Provider;
use social_auth::settings::{Origin, Settings};
use social_auth::storage::{MemoryStorage, SocialStorage, UserId};
use social_auth::web::Reply;
use url::Url;

use crate::browser::Browser;
use crate::imaginary::Imaginary;
use crate::token::{CLIENT_KEY, public_key};

pub const NOW: i64 = 1_767_960_000;
pub const UID: &str = "10042";
pub const CLIENT_ID: &str = "kit-client";
pub const SECRET: &str = "kit-client-secret-that-nobody-may-see";
pub const ACCESS_TOKEN: &str = "kit-access-token-that-nobody-may-see";
pub const CODE: &str = "kit-code-that-nobody-may-see";
pub const TENANT: &str = "9188040d-6c67-4c5b-b112-36a304b66dad";

pub struct Site {
    provider: Provider,
    social: SocialAuth,
    storage: Arc<MemoryStorage>,
    idp: Arc<Imaginary>,
}

/// A sign-in that was begun.
#[derive(Default)]
pub struct Begun {
    /// Where the browser was sent.
    pub address: String,
    pub state: String,
    /// What the provider answers in the place of a code.
    pub error: Option<&'static str>,
}

impl Site {
    /// Sets the provider up from what it declares and nothing else.
    ///
    /// # Errors
    /// What is missing.
    pub fn new(provider: Provider) -> Result<Self, String> {
        let storage = Arc::new(MemoryStorage::new());
        let idp = Arc::new(Imaginary::new(provider, UID));
        let mut settings = Settings::new();
        for instance in ["one", "other"] {
            settings.enable(instance, provider.name(), Origin::Code);
            for (name, value) in values(provider) {
                settings.set_for(instance, &name, value);
            }
        }
        let social = SocialAuth::builder()
            .settings(settings)
            .public_url("https://site.example")
            .set("RAISE_EXCEPTIONS", true)
            .secret_key("a key for the provider kit, of thirty-two characters at least")
            .users(storage.clone())
            .social(storage.clone())
            .clock(Clock::fixed(NOW))
            .transport(idp.clone())
            .build()
            .map_err(|error| error.to_string())?;
        Ok(Site { provider, social, storage, idp })
    }

    /// Whether the service is closed: some that are never had TLS.
    pub fn is_retired(&self) -> bool {
        self.provider.retired().is_some()
    }

    pub fn oauth2(&self) -> Option<&'static OAuth2> {
        oauth2(self.provider)
    }

    /// Whether the identifier is made of more than what stands in one field.
    pub fn composes_identifiers(&self) -> bool {
        // Salesforce's is an address, and the kit makes one of whatever it is given.
        let is_joined = oauth2(self.provider).is_some_and(|description| matches!(description.uid, UidField::Joined(..)));
        is_joined || self.provider.name().starts_with("salesforce")
    }

    /// Whether the imaginary provider can answer all that this provider is asked.
    pub fn tells_who_it_is(&self) -> bool {
        match self.provider {
            // Its callback is signed in a way that is its own.
            Provider::OAuth2(description) => description.hooks.check_callback.is_none(),
            Provider::OAuth1(description) => {
                let (UidField::Stable(uid) | UidField::StableOnce(uid, _) | UidField::Joined(_, uid)) = description.uid;
                description.identity_token_url.is_empty() && (!description.profile.is_empty() || uid.starts_with("access_token."))
            }
            #[allow(unreachable_patterns, reason = "further protocols answer to kits of their own")]
            _ => false,
        }
    }

    /// Whether there is nothing but texts in its answers.
    pub fn answers_in_text(&self) -> bool {
        matches!(self.provider, Provider::OAuth1(description) if description.profile.iter().all(|call| call.format != Format::Json))
    }

    pub fn callback_url(&self, instance: &str) -> String {
        self.social.callback_url(instance)
    }

    pub fn give_uid(&self, uid: Option<Value>) {
        self.idp.give_uid(uid);
    }

    pub fn lie(&self, claims: Value) {
        self.idp.lie(claims);
    }

    pub async fn begin(&self, instance: &str, browser: &mut Browser) -> Result<Begun> {
        let request = browser.get(&self.social.url(&format!("login/{instance}/")), &Map::from_iter(places()))?;
        let options = BeginOptions { confirmed: true, ..BeginOptions::default() };
        let reply = self.social.begin_with(instance, &request, &mut browser.session, &options).await?;
        browser.keep(&reply);
        let address = reply.location().unwrap_or_default().to_owned();
        let url = Url::parse(&address).unwrap_or_else(|error| panic!("{address}: {error}"));
        let param = |name: &str| url.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned());
        self.idp.repeat_nonce(param("nonce"));
        // OAuth 1.0a has no state but the request token.
        Ok(Begun { state: param("state").or(param("oauth_token")).unwrap_or_default(), address, error: None })
    }

    pub async fn complete(&self, instance: &str, begun: &Begun, browser: &mut Browser) -> Result<Reply> {
        let request = browser.get(&self.callback_url(instance), &self.callback(begun))?;
        let reply = self.social.complete(instance, &request, &mut browser.session).await?;
        browser.keep(&reply);
        Ok(reply)
    }

    /// What the provider lets the browser bring back.
    fn callback(&self, begun: &Begun) -> Map<String, Value> {
        let params = match self.provider {
            Provider::OAuth1(_) => {
                let answer = begun.error.map_or(("oauth_verifier", CODE), |_| ("denied", begun.state.as_str()));
                let address = Url::parse(&begun.address).ok();
                let redirect_state = address.and_then(|url| {
                    let (_, state) = url.query()?.split_once("redirect_state%3D")?;
                    Some(state.split('&').next().unwrap_or_default().to_owned())
                });
                let redirect_state = redirect_state.unwrap_or_else(|| begun.state.clone());
                let token = Some(begun.state.clone()).filter(|token| !token.is_empty()).unwrap_or_else(|| ACCESS_TOKEN.to_owned());
                vec![("oauth_token", token), ("redirect_state", redirect_state), (answer.0, answer.1.to_owned())]
            }
            _ => {
                let answer = begun.error.map_or(("code", CODE), |error| ("error", error));
                vec![("state", begun.state.clone()), (answer.0, answer.1.to_owned())]
            }
        };
        params.into_iter().map(|(name, value)| (name.to_owned(), Value::from(value))).chain(places()).collect()
    }

    pub async fn uid_of_the_only_association(&self) -> String {
        let associations = self.storage.associations_of(&UserId::new(1)).await.unwrap();
        assert_eq!(associations.len(), 1);
        associations[0].uid.clone()
    }

    pub async fn associations(&self) -> usize {
        self.storage.associations_of(&UserId::new(1)).await.unwrap().len()
    }
}

/// What tells some providers where their endpoints are.
fn places() -> [(String, Value); 2] {
    [("shop", "kit.myshopify.com"), ("domain_prefix", "kit")].map(|(name, value)| (name.to_owned(), Value::from(value)))
}

fn oauth2(provider: Provider) -> Option<&'static OAuth2> {
    match provider {
        Provider::OAuth2(description) => Some(description),
        // Other protocols answer to their own kits beside the checks that hold for all.
        _ => None,
    }
}

/// A value for every setting without which the provider cannot work.
fn values(provider: Provider) -> Vec<(String, String)> {
    let makes_secret = oauth2(provider).is_some_and(|description| description.hooks.client_secret.is_some());
    let secret = if makes_secret { CLIENT_KEY.clone() } else { SECRET.to_owned() };
    let mut values = vec![("SECRET".to_owned(), secret)];
    for setting in provider.settings().iter().filter(|setting| setting.required && setting.default.is_none()) {
        let is_address = ["URL", "ENDPOINT", "DOMAIN", "ORIGIN"].iter().any(|end| setting.name.ends_with(end));
        let value = match setting.name {
            "PUBLIC_KEY" => public_key(),
            "POLICY" => "b2c_1_kit".to_owned(),
            _ if is_address => "https://idp.example".to_owned(),
            _ => "text".to_owned(),
        };
        if setting.name != "SECRET" {
            values.push((setting.name.to_owned(), value));
        }
    }
    values.retain(|(name, _)| name != provider.client_id_setting());
    values.push((provider.client_id_setting().to_owned(), CLIENT_ID.to_owned()));
    values
}
