//! The OAuth 2.0 backend: a description with settings applied, as the flows use it.

use std::borrow::Cow;
use std::sync::Arc;

use async_trait::async_trait;
use serde_json::{Map, Value};

use super::ask::Ask;
use super::authorize;
use super::config::Config;
use super::description::OAuth2;
use super::dpop::{DpopKey, Nonces, Proving};
use super::provider_error;
use super::{identity, token};
use crate::attempt::Attempt;
use crate::backend::{
    Backend, BackendInfo, Callback, Departure, DeviceAnswer, DeviceCode, EndSession, EndedSession, LogoutNotice, TokenCredentials,
};
use crate::clock::Clock;
use crate::error::{Error, Reason, Result, Source, Stage};
use crate::http::Client;
use crate::identity::{Fields, Identity, Tokens};
use crate::protocol::arguments::REDIRECT_STATE;
use crate::protocol::oidc::{Bindings, ClientAddresses, Metadata, RefreshContext, Registered, RelyingParty, SignedAccessTokens};
use crate::protocol::profile::CallContext;
use crate::secret::Secret;
use crate::settings::BackendSettings;
use crate::storage::Association;
use crate::web::Params;

/// The parameter in which a signed answer stands (JARM, section 2.3).
const RESPONSE: &str = "response";

/// Kept where a provider wants to see at a refresh what was sent at the sign-in.
const REDIRECT_URI: &str = "redirect_uri";

/// An OAuth 2.0 or OpenID Connect provider, ready for use.
pub struct OAuth2Backend {
    pub(super) config: Config,
    openid: Option<RelyingParty>,
    signed_access_tokens: Option<SignedAccessTokens>,
    pub(super) http: Client,
    pub(super) clock: Clock,
    pub(super) nonces: Nonces,
}

/// A code and what it is exchanged with.
struct Exchange<'a> {
    code: &'a str,
    redirect_uri: &'a str,
    verifier: Option<&'a str>,
    callback: &'a Params,
    key: Option<&'a DpopKey>,
}

impl OAuth2Backend {
    /// Applies the settings of the instance to the description.
    ///
    /// # Errors
    /// `missing_setting` or `invalid_setting`, stage `start`.
    pub fn new(provider: &'static OAuth2, instance: &str, settings: &BackendSettings<'_>, http: Client, clock: Clock) -> Result<Self> {
        let config = Config::resolve(provider, instance, settings)?;
        let openid = match &provider.openid {
            Some(openid) => Some(RelyingParty::new(openid, settings, &config.hook_settings, http.clone(), clock.clone())?),
            None => None,
        };
        let signed_access_tokens = match provider.signed_access_token {
            true => Some(SignedAccessTokens::new(settings, &config.hook_settings, clock.clone())?),
            false => None,
        };
        Ok(OAuth2Backend { config, openid, signed_access_tokens, http, clock, nonces: Nonces::default() })
    }

    pub(super) async fn metadata(&self) -> Result<Option<Arc<Metadata>>> {
        match &self.openid {
            Some(openid) => openid.metadata().await,
            None => Ok(None),
        }
    }

    /// What a provider says of a refresh token that is no good, in its own words.
    fn refused_refresh(&self, error: Error) -> Error {
        let code = error.facts().provider_code.filter(|code| self.config.refresh_refused.contains(code));
        match code {
            Some(code) => {
                Error::new(Reason::ReauthenticationRequired).from_source(Source::ProviderResponse).stage(Stage::Refresh).provider_code(code)
            }
            None => error,
        }
    }

    /// An endpoint's address with the names filled in that come with the request.
    fn placed<'u>(&self, url: &'u str, request: &Params) -> Result<Cow<'u, str>> {
        let Some(hook) = self.config.hooks.places.filter(|_| crate::template::is_template(url)) else { return Ok(Cow::Borrowed(url)) };
        let places = hook(&self.config.hook_settings, request)?;
        let place = |name: &str| places.iter().find(|(known, _)| *known == name).map(|(_, place)| place.clone());
        crate::template::fill(url, &place).map(Cow::Owned)
    }

    /// Exchanges the code for the token endpoint's answer.
    async fn exchange(&self, exchange: &Exchange<'_>) -> Result<Map<String, Value>> {
        let config = &self.config;
        let mut fields = vec![
            ("grant_type".to_owned(), "authorization_code".to_owned()),
            ("code".to_owned(), exchange.code.to_owned()),
            ("redirect_uri".to_owned(), exchange.redirect_uri.to_owned()),
        ];
        if let Some(verifier) = exchange.verifier {
            fields.push(("code_verifier".to_owned(), verifier.to_owned()));
        }
        fields.extend(config.token_params.iter().cloned());
        fields.extend(config.token_repeats.iter().filter_map(|name| Some(((*name).to_owned(), exchange.callback.get(name)?.to_owned()))));
        fields.retain(|(name, value)| !value.is_empty() && !config.token_without.contains(&name.as_str()));
        let url = self.placed(&config.token_url, exchange.callback)?;
        let ask = Ask { url: &url, request: config.token_request, fields, key: exchange.key, stage: Stage::TokenExchange };
        let answer = self.ask(ask).await?;
        if self.openid.is_some() && answer.get("id_token").is_none_or(Value::is_null) {
            return Err(Error::missing_claim("id_token").stage(Stage::TokenExchange));
        }
        Ok(answer)
    }

    /// Completes the token endpoint's answer: the id token and userinfo, the profile calls, the identity.
    pub(super) async fn identify(&self, mut answer: Map<String, Value>, tokens: Tokens, bindings: &Bindings<'_>) -> Result<Identity> {
        let told = match &self.openid {
            Some(openid) => Some(openid.identify(&tokens, bindings).await?),
            None => None,
        };
        answer.extend(told.as_ref().map(|told| told.claims.clone()).unwrap_or_default());
        let mut identity = self.profile(answer, tokens, bindings.proving).await?;
        if let Some(told) = told {
            identity.extra_data.0.insert(RefreshContext::FIELD.to_owned(), told.context);
            identity.provider_session = told.session;
        }
        if let Some(proving) = bindings.proving {
            identity.extra_data.0.insert(DpopKey::FIELD.to_owned(), Value::from(proving.key.to_text()?.expose()));
        }
        Ok(identity)
    }

    /// Makes the profile calls and reads the identity.
    async fn profile(&self, mut answer: Map<String, Value>, tokens: Tokens, proving: Option<Proving<'_>>) -> Result<Identity> {
        if let (Some(signed), Some(token)) = (&self.signed_access_tokens, &tokens.access_token) {
            answer.extend(signed.verify(token)?);
        }
        let subject = answer.get("sub").filter(|_| self.openid.is_some()).cloned();
        let access_token = tokens.access_token.as_ref().map_or("", Secret::expose);
        let variables = self.config.hooks.variables.map(|hook| hook(&self.config.hook_settings, access_token)).unwrap_or_default();
        let context = CallContext {
            http: &self.http,
            settings: &self.config.hook_settings,
            scope: &self.config.scope,
            access_token,
            variables: &variables,
            sign: None,
            proving,
        };
        let mut answer = Value::Object(answer);
        for call in &self.config.calls {
            call.make(&context, &mut answer).await?;
        }
        let Value::Object(answer) = answer else { return Err(Error::malformed("the answer is no object")) };
        if subject.is_some() && subject.as_ref() != answer.get("sub") {
            return Err(Error::invalid_claim("sub").stage(Stage::UserInfo).detail("the profile is another person's than the id token"));
        }
        identity::read(&self.config, answer, tokens, self.clock.now())
    }

    /// RFC 9207, section 2.4: an answer that names another issuer than the one asked is a mix-up. In the hybrid
    /// flow the id token that comes along names the issuer, and is verified.
    fn issuer_is_the_expected_one(&self, attempt: &Attempt, metadata: Option<&Metadata>, params: &Params) -> Result<()> {
        let promised = metadata.is_some_and(|metadata| metadata.authorization_response_iss_parameter_supported);
        let required = promised && !(self.config.is_hybrid() && params.get("id_token").is_some());
        match (&attempt.issuer, params.get("iss")) {
            (Some(_), None) if required => Err(Error::missing_parameter("iss")
                .stage(Stage::Callback)
                .detail("the provider's metadata says that its answers carry iss (RFC 9207)")),
            (Some(expected), Some(found)) if expected != found => Err(Error::invalid_claim("iss")
                .stage(Stage::Callback)
                .detail(format!("the callback is from issuer \"{found}\", expected \"{expected}\""))),
            _ => Ok(()),
        }
    }

    fn stored_token<'a>(&self, association: &'a Association) -> Result<&'a str> {
        let kept = association.extra_data.text("refresh_token").or_else(|| {
            // Facebook has no refresh tokens: a live access token is swapped for a longer one.
            association.extra_data.text("access_token").filter(|_| self.config.hooks.refresh_params.is_some())
        });
        kept.ok_or_else(|| Error::new(Reason::ReauthenticationRequired).stage(Stage::Refresh).detail("no refresh token is stored"))
    }
}

#[async_trait]
impl Backend for OAuth2Backend {
    fn info(&self) -> &BackendInfo {
        &self.config.info
    }

    async fn begin(&self, attempt: &mut Attempt, request: &Params) -> Result<Departure> {
        let metadata = self.metadata().await?;
        let published = metadata.as_deref().and_then(|metadata| metadata.authorization_endpoint.as_deref()).unwrap_or_default();
        let configured = self.config.authorization_url.as_str();
        let endpoint = self.placed(if configured.is_empty() { published } else { configured }, request)?;
        let further = self.openid.as_ref().map(|openid| openid.prepare(attempt, metadata.as_deref())).unwrap_or_default();
        let mut params = authorize::parameters(&self.config, further, attempt, request);
        if self.config.dpop {
            let key = DpopKey::generate()?;
            params.push(("dpop_jkt".to_owned(), key.thumbprint()));
            attempt.protocol.insert(DpopKey::FIELD.to_owned(), Value::from(key.to_text()?.expose()));
        }
        let params = self.signed(params, &endpoint, metadata.as_deref())?;
        let params = self.pushed(params, metadata.as_deref()).await?;
        authorize::address(&endpoint, &params).map(Departure::Redirect)
    }

    async fn open(&self, callback: Callback) -> Result<Callback> {
        let Some(openid) = self.openid.as_ref().filter(|_| self.config.answers_are_signed()) else { return Ok(callback) };
        match callback.params.get(RESPONSE) {
            Some(response) => Ok(Callback { params: openid.open_answer(response).await?, ..callback }),
            // A provider that cannot do as it was asked may say so in the clear; that signs nobody in.
            None if callback.params.get("error").is_some() && callback.params.get("code").is_none() => Ok(callback),
            None => {
                Err(Error::missing_parameter(RESPONSE).stage(Stage::Callback).detail("the answer is not signed, as RESPONSE_MODE asks for"))
            }
        }
    }

    fn state_of<'a>(&self, callback: &'a Params) -> Option<&'a str> {
        let signed = || callback.get(RESPONSE).filter(|_| self.config.answers_are_signed());
        callback.get("state").or_else(|| callback.get(REDIRECT_STATE).filter(|_| self.config.redirect_state)).or_else(signed)
    }

    async fn complete(&self, attempt: &Attempt, callback: &Callback) -> Result<Identity> {
        let params = &callback.params;
        let metadata = self.metadata().await?;
        self.issuer_is_the_expected_one(attempt, metadata.as_deref(), params)?;
        refuse_stated_error(params)?;
        let code =
            params.get("code").filter(|code| !code.is_empty()).ok_or_else(|| Error::missing_parameter("code").stage(Stage::Callback))?;
        if let Some(check) = self.config.hooks.check_callback {
            check(&self.config.hook_settings, params).map_err(|error| error.stage_if_unknown(Stage::Callback))?;
        }
        let nonce = attempt.nonce.as_deref();
        let front = match self.openid.as_ref().filter(|_| self.config.is_hybrid()) {
            Some(openid) => {
                let token = params.get("id_token").ok_or_else(|| Error::missing_parameter("id_token").stage(Stage::Callback))?;
                Some(openid.front_channel(token, nonce, code).await?)
            }
            None => None,
        };
        let key = attempt.protocol.get(DpopKey::FIELD).and_then(Value::as_str).map(DpopKey::from_text).transpose()?;
        let exchange = Exchange {
            code,
            redirect_uri: &attempt.redirect_uri,
            verifier: attempt.pkce_verifier.as_deref(),
            callback: params,
            key: key.as_ref(),
        };
        let mut answer = self.exchange(&exchange).await?;
        if self.config.identity.keeps(REDIRECT_URI) {
            answer.insert(REDIRECT_URI.to_owned(), Value::from(attempt.redirect_uri.clone()));
        }
        let tokens = token::tokens(&answer).map_err(|error| error.stage(Stage::TokenExchange))?;
        if let Some(hook) = self.config.hooks.callback {
            hook(&self.config.hook_settings, params, &mut answer).map_err(|error| error.stage_if_unknown(Stage::Callback))?;
        }
        let proving = key.as_ref().map(|key| self.proving(key));
        self.identify(answer, tokens, &Bindings { nonce, front: front.as_ref(), proving }).await
    }

    async fn complete_with_token(&self, credentials: &TokenCredentials) -> Result<Identity> {
        if let Some(code) = &credentials.code {
            let key = self.config.dpop.then(DpopKey::generate).transpose()?;
            let exchange = Exchange {
                code: code.expose(),
                redirect_uri: credentials.redirect_uri.as_deref().unwrap_or_default(),
                verifier: credentials.code_verifier.as_ref().map(Secret::expose),
                callback: &Params::default(),
                key: key.as_ref(),
            };
            let answer = self.exchange(&exchange).await?;
            let tokens = token::tokens(&answer).map_err(|error| error.stage(Stage::TokenExchange))?;
            let proving = key.as_ref().map(|key| self.proving(key));
            return self.identify(answer, tokens, &Bindings { nonce: credentials.nonce.as_deref(), front: None, proving }).await;
        }
        if let (Some(openid), Some(id_token)) = (&self.openid, &credentials.id_token) {
            let tokens = Tokens { id_token: Some(id_token.clone()), access_token: credentials.access_token.clone(), ..Tokens::default() };
            let told = openid.identify_alone(&tokens, credentials.nonce.as_deref()).await?;
            let mut answer = told.claims;
            answer.insert("id_token".to_owned(), Value::from(id_token.expose()));
            let mut identity = identity::read(&self.config, answer, tokens, self.clock.now())?;
            identity.extra_data.0.insert(RefreshContext::FIELD.to_owned(), told.context);
            identity.provider_session = told.session;
            return Ok(identity);
        }
        let access_token =
            credentials.access_token.clone().ok_or_else(|| Error::missing_parameter("access_token").stage(Stage::Callback))?;
        let endpoint = self.token_endpoint(&self.config.token_url, self.config.token_request).await?;
        let published = self.metadata().await?.and_then(|metadata| metadata.introspection_endpoint.clone());
        self.config.audience_check.check(&self.config, &self.http, &endpoint, published.as_deref(), &access_token).await?;
        let mut answer = Map::from_iter([("access_token".to_owned(), Value::from(access_token.expose()))]);
        if let Some(openid) = &self.openid {
            answer.extend(openid.userinfo_alone(&access_token).await?);
        }
        self.profile(answer, Tokens { access_token: Some(access_token), ..Tokens::default() }, None).await
    }

    async fn begin_device(&self) -> Result<DeviceCode> {
        self.ask_for_device_code().await
    }

    async fn complete_device(&self, device_code: &Secret) -> Result<DeviceAnswer> {
        self.ask_for_device_token(device_code).await
    }

    async fn refresh(&self, association: &Association) -> Result<Fields> {
        let stored = self.stored_token(association)?;
        let mut fields = match self.config.hooks.refresh_params {
            Some(hook) => hook(&self.config.hook_settings, stored),
            None => vec![("grant_type".to_owned(), "refresh_token".to_owned()), ("refresh_token".to_owned(), stored.to_owned())],
        };
        let repeats = self.config.token_repeats.iter();
        fields.extend(repeats.filter_map(|name| Some(((*name).to_owned(), association.extra_data.text(name)?.to_owned()))));
        let stored_texts = association.extra_data.0.iter().filter_map(|(name, value)| Some((name.as_str(), value.as_str()?)));
        if let Some(hook) = self.config.hooks.refresh {
            hook(&association.extra_data, &mut fields).map_err(|error| error.stage_if_unknown(Stage::Refresh))?;
        }
        let url = self.placed(&self.config.refresh_url, &stored_texts.collect())?;
        // Whoever signed in before tokens were bound gets a key now.
        let key = match DpopKey::of(association)? {
            None if self.config.dpop => Some(DpopKey::generate()?),
            key => key,
        };
        let request = self.config.refresh_request;
        let answer = self.ask(Ask { url: &url, request, fields, key: key.as_ref(), stage: Stage::Refresh }).await;
        let answer = answer.map_err(|error| self.refused_refresh(error))?;
        let tokens = token::tokens(&answer).map_err(|error| error.stage(Stage::Refresh))?;
        let mut fresh = identity::refreshed_data(&self.config, answer, &tokens, self.clock.now());
        if let Some(openid) = &self.openid
            && let Some(context) = openid.check_refreshed(&tokens, &association.extra_data).await?
        {
            fresh.0.insert(RefreshContext::FIELD.to_owned(), context);
        }
        if let Some(key) = &key {
            fresh.0.insert(DpopKey::FIELD.to_owned(), Value::from(key.to_text()?.expose()));
        }
        Ok(fresh)
    }

    fn is_the_same_person(&self, association: &Association, identity: &Identity) -> Result<()> {
        let Some((field, kept)) = self.config.owner else { return Ok(()) };
        let same = association.extra_data.text(kept).is_none_or(|owner| Some(owner) == identity.response.text(field));
        if same { Ok(()) } else { Err(Error::new(Reason::IdentityInUse).claim(field)) }
    }

    async fn revoke(&self, token: &Secret, uid: &str) -> Result<bool> {
        self.revoke_token(token, uid).await
    }

    async fn end_session(&self, ending: &EndSession<'_>) -> Result<Option<Departure>> {
        match &self.openid {
            Some(openid) => Ok(openid.end_session_url(&self.config.key, ending).await?.map(Departure::Redirect)),
            None => Ok(None),
        }
    }

    async fn session_ended(&self, notice: &LogoutNotice<'_>) -> Result<EndedSession> {
        match &self.openid {
            Some(openid) => openid.session_ended(notice).await,
            None => Err(self.unsupported("being told of a logout")),
        }
    }

    fn token_ends_with(&self, association: &Association, ended: &EndedSession) -> bool {
        let Some(openid) = &self.openid else { return false };
        let granted = association.extra_data.text("scope").map(|scope| scope.split_whitespace().collect());
        let asked_for = || self.config.scope.iter().map(String::as_str).collect::<Vec<_>>();
        openid.token_ends_with(association, &granted.unwrap_or_else(asked_for), ended)
    }

    async fn register(&self, addresses: &ClientAddresses) -> Result<Registered> {
        match &self.openid {
            Some(openid) => openid.register(addresses).await.map_err(|error| error.backend(&self.config.info.name)),
            None => Err(self.unsupported("the registration of clients")),
        }
    }

    fn client_jwks(&self) -> Option<Value> {
        let decrypts = self.openid.as_ref().is_some_and(RelyingParty::decrypts);
        self.config.keys.published(decrypts)
    }

    async fn check(&self) -> Result<Vec<String>> {
        match &self.openid {
            Some(openid) => openid.check().await.map_err(|error| error.backend(&self.config.info.name)),
            None => Ok(Vec::new()),
        }
    }
}

/// RFC 6749, section 4.1.2.1, and `denied` as older providers say it.
fn refuse_stated_error(params: &Params) -> Result<()> {
    if params.get("denied").is_some() {
        return Err(Error::new(Reason::AuthorizationDeclined).stage(Stage::Callback));
    }
    let Some(code) = params.get("error") else { return Ok(()) };
    let data = Value::Object(Map::from_iter([("error".to_owned(), Value::from(code))]));
    let error =
        provider_error::stated_error(&data, Stage::Callback, None).unwrap_or_else(|| Error::new(Reason::HttpError).stage(Stage::Callback));
    Err(match params.get("error_description") {
        Some(description) if error.explanation().is_none() => error.detail(format!("the provider explains: {description}")),
        _ => error,
    })
}
