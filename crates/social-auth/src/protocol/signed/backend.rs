//! The backend of signed callbacks: a description with settings applied, as the flows use it.

use async_trait::async_trait;
use serde_json::{Map, Value};

use super::config::{Config, ProofConfig, text_at};
use super::departure;
use super::description::Signed;
use crate::attempt::Attempt;
use crate::backend::{Backend, BackendInfo, Callback, Delivery, Departure, TokenCredentials};
use crate::clock::Clock;
use crate::error::{Error, Reason, Result, Stage};
use crate::http::{Client, Outgoing};
use crate::identity::{Fields, Identity, Tokens};
use crate::protocol::arguments::{REDIRECT_STATE, with_state};
use crate::protocol::oauth2::{answer_error, stated_error};
use crate::protocol::oidc::Bindings;
use crate::protocol::profile::{self, CallContext, Reading};
use crate::seal::sha256_base64url;
use crate::secret::{Secret, constant_time_eq};
use crate::settings::BackendSettings;
use crate::storage::Association;
use crate::web::Params;

/// A provider whose callback carries its own proof, ready for use.
pub struct SignedBackend {
    provider: &'static Signed,
    config: Config,
    http: Client,
    clock: Clock,
}

/// Fields that are proven, and what of them is spent by using them.
struct Proven {
    fields: Map<String, Value>,
    tokens: Tokens,
    spent: Option<(String, i64)>,
}

impl SignedBackend {
    /// Applies the settings of the instance to the description.
    ///
    /// # Errors
    /// `missing_setting` or `invalid_setting`, stage `start`.
    pub fn new(provider: &'static Signed, instance: &str, settings: &BackendSettings<'_>, http: Client, clock: Clock) -> Result<Self> {
        let config = Config::resolve(provider, instance, settings, &http, &clock)?;
        Ok(SignedBackend { provider, config, http, clock })
    }

    /// Checks the proof; `attempt` is that of the callback, if a session of ours began it.
    async fn prove(&self, attempt: Option<&Attempt>, callback: &Callback) -> Result<Proven> {
        if let Some(code) = callback.params.get("error").filter(|code| !code.is_empty()) {
            let stated = stated_error(&serde_json::json!({"error": code}), Stage::Callback, None);
            return Err(stated.unwrap_or_else(|| Error::missing_parameter("error")));
        }
        let nonce = attempt.and_then(|attempt| attempt.nonce.as_deref());
        let param = |name: &str| callback.params.get(name).filter(|text| !text.is_empty()).ok_or_else(|| Error::missing_parameter(name));
        match &self.config.proof {
            ProofConfig::Mac(mac) => {
                let proven = mac.verify(callback, nonce, self.clock.now())?;
                let spent = proven.expires_at.filter(|_| mac.nonce.is_empty()).map(|until| (sha256_base64url(&proven.signature), until));
                Ok(Proven { fields: proven.fields, tokens: Tokens::default(), spent })
            }
            ProofConfig::IdToken { parameter, relying_party, .. } => {
                let token = Secret::from(param(parameter)?);
                let tokens = Tokens { id_token: Some(token.clone()), ..Tokens::default() };
                let claims = relying_party.identify(&tokens, &Bindings { nonce, ..Bindings::default() }).await?.claims;
                let until = claims.get("exp").and_then(Value::as_i64).unwrap_or_default().saturating_add(600);
                let signed = token.expose().rsplit_once('.').map_or("", |(signed, _)| signed);
                let spent = Some((sha256_base64url(signed), until));
                Ok(Proven { fields: claims, tokens, spent })
            }
            ProofConfig::Token(parameter) => {
                let fields = Map::from_iter([((*parameter).to_owned(), Value::from(param(parameter)?))]);
                Ok(Proven { fields, tokens: Tokens::default(), spent: None })
            }
            ProofConfig::Attempt => {
                let fields = callback.params.iter().map(|(name, value)| (name.to_owned(), Value::from(value))).collect();
                Ok(Proven { fields, tokens: Tokens::default(), spent: None })
            }
        }
    }

    async fn identity(&self, proven: Proven) -> Result<Identity> {
        let signed = Value::Object(proven.fields.clone());
        let fields = self.profile(proven.fields.clone()).await?;
        self.profile_is_of_the_signed(&signed, &fields)?;
        let reading = Reading { settings: &self.config.hook_settings, answer: self.provider.hooks.answer, details: None };
        let mut identity = profile::read(&self.config.identity, &reading, fields, proven.tokens, self.clock.now())?;
        if self.config.keeps_all {
            for (name, value) in proven.fields {
                identity.extra_data.0.entry(name).or_insert(value);
            }
        }
        Ok(identity)
    }

    async fn profile(&self, fields: Map<String, Value>) -> Result<Map<String, Value>> {
        let config = &self.config;
        if config.calls.is_empty() {
            return Ok(fields);
        }
        let known = fields.clone();
        let sign = |request: Outgoing| match self.provider.hooks.sign {
            Some(sign) => sign(&config.hook_settings, &known, request),
            None => Ok(request),
        };
        let context = CallContext {
            http: &self.http,
            settings: &config.hook_settings,
            scope: &[],
            access_token: "",
            variables: &[],
            sign: Some(&sign),
            proving: None,
        };
        let mut answer = Value::Object(fields);
        for call in &config.calls {
            call.make(&context, &mut answer).await?;
        }
        match answer {
            Value::Object(fields) => Ok(fields),
            _ => Err(Error::malformed("the answer is no object")),
        }
    }

    /// Advisory: a launch of one person with the profile of another (social-core 5.1.1 to 6.2).
    fn profile_is_of_the_signed(&self, signed: &Value, fields: &Map<String, Value>) -> Result<()> {
        let Some((signed_field, profile_field)) = &self.config.profile_of else { return Ok(()) };
        let (signed_name, profile_name) = self.provider.profile_of;
        match (text_at(signed_field, signed), text_at(profile_field, &Value::Object(fields.clone()))) {
            (Some(signed), Some(fetched)) if constant_time_eq(signed.as_bytes(), fetched.as_bytes()) => Ok(()),
            (None, _) => Err(Error::missing_claim(signed_name)),
            (Some(_), None) => Err(Error::missing_claim(profile_name)),
            _ => Err(Error::invalid_claim(profile_name).detail("the profile is another person's than who was signed")),
        }
        .map_err(|error| error.stage(Stage::UserInfo))
    }

    /// The provider's script has put one value into a cookie of this site and into the form: no other site can.
    fn ran_on_our_page(&self, callback: &Callback) -> bool {
        let ProofConfig::IdToken { double_submit, .. } = &self.config.proof else { return false };
        let value = |params: &Params| params.get(double_submit).filter(|text| !text.is_empty()).map(str::to_owned);
        match (value(&callback.cookies), value(&callback.params)) {
            (Some(cookie), Some(sent)) => constant_time_eq(cookie.as_bytes(), sent.as_bytes()),
            _ => false,
        }
    }
}

#[async_trait]
impl Backend for SignedBackend {
    fn info(&self) -> &BackendInfo {
        &self.config.info
    }

    async fn begin(&self, attempt: &mut Attempt, _: &Params) -> Result<Departure> {
        attempt.redirect_uri = with_state(&attempt.redirect_uri, &attempt.state);
        departure::departure(&self.config, attempt)
    }

    fn state_of<'a>(&self, callback: &'a Params) -> Option<&'a str> {
        callback.get(REDIRECT_STATE).or_else(|| callback.get("state"))
    }

    async fn complete(&self, attempt: &Attempt, callback: &Callback) -> Result<Identity> {
        let proven = self.prove(Some(attempt), callback).await.map_err(|error| error.stage_if_unknown(Stage::Callback))?;
        self.identity(proven).await.map_err(|error| error.stage_if_unknown(Stage::UserInfo))
    }

    fn takes_launches(&self, callback: &Params) -> bool {
        self.config.launches && self.state_of(callback).is_none_or(str::is_empty)
    }

    fn framed_by(&self) -> &[&'static str] {
        self.config.framed_by
    }

    async fn delivery(&self, attempt: Option<&Attempt>, callback: &Callback) -> Result<Option<Delivery>> {
        if attempt.is_some() && matches!(self.config.proof, ProofConfig::Token(_) | ProofConfig::Attempt) {
            return Ok(None);
        }
        let proven = self.prove(attempt, callback).await.map_err(|error| error.stage_if_unknown(Stage::Callback))?;
        let fields = Value::Object(proven.fields.clone());
        let who = ["name", "first_name", "username", "email"].iter().find_map(|name| fields.get(name)?.as_str().map(str::to_owned));
        let who = who.or_else(|| text_at(&self.config.uid, &fields));
        let (key, expires_at) = proven.spent.unzip();
        Ok(Some(Delivery {
            key,
            expires_at: expires_at.unwrap_or_default(),
            who,
            from_our_page: self.ran_on_our_page(callback),
            next: None,
        }))
    }

    async fn complete_launch(&self, callback: &Callback) -> Result<Identity> {
        let proven = self.prove(None, callback).await.map_err(|error| error.stage_if_unknown(Stage::Callback))?;
        self.identity(proven).await.map_err(|error| error.stage_if_unknown(Stage::UserInfo))
    }

    async fn complete_with_token(&self, credentials: &TokenCredentials) -> Result<Identity> {
        let (ProofConfig::IdToken { relying_party, .. }, Some(id_token)) = (&self.config.proof, &credentials.id_token) else {
            return Err(self.unsupported("sign-in with such a token"));
        };
        let tokens = Tokens { id_token: Some(id_token.clone()), ..Tokens::default() };
        let fields = relying_party.identify_alone(&tokens, credentials.nonce.as_deref()).await?.claims;
        self.identity(Proven { fields, tokens, spent: None }).await
    }

    /// RFC 6749, section 6, for those providers of this family that give out refresh tokens.
    async fn refresh(&self, association: &Association) -> Result<Fields> {
        if self.provider.refresh_url.is_empty() {
            return Err(self.unsupported("refreshing tokens"));
        }
        let missing = || Error::new(Reason::ReauthenticationRequired).stage(Stage::Refresh).detail("there is no refresh token");
        let stored = association.extra_data.text("refresh_token").ok_or_else(missing)?;
        let settings = &self.config.hook_settings;
        let fields = [
            ("grant_type", "refresh_token"),
            ("refresh_token", stored),
            ("client_id", settings.client_id.as_str()),
            ("client_secret", settings.secret.expose()),
        ];
        let request = Outgoing::post_form(self.provider.refresh_url, &fields)?.header("accept", "application/json");
        let answer = self.http.send(request).await.map_err(|error| error.stage(Stage::Refresh))?;
        if !answer.is_success() {
            return Err(answer_error(&answer, Stage::Refresh));
        }
        match answer.json().map_err(|error| error.stage(Stage::Refresh))? {
            Value::Object(fields) if fields.get("access_token").is_some_and(Value::is_string) => Ok(Fields(fields)),
            _ => Err(Error::missing_claim("access_token").stage(Stage::Refresh)),
        }
    }

    async fn check(&self) -> Result<Vec<String>> {
        match &self.config.proof {
            ProofConfig::IdToken { relying_party, .. } => relying_party.check().await,
            _ => Ok(Vec::new()),
        }
    }
}
