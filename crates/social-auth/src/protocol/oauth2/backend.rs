//! The OAuth 2.0 backend: a description with settings applied, as the flows use it.

use std::borrow::Cow;
use std::sync::Arc;

use async_trait::async_trait;
use percent_encoding::utf8_percent_encode;
use serde_json::{Map, Value};

use super::authorize;
use super::config::Config;
use super::description::{ClientAuth, OAuth2, RevokeToken, TokenRequest};
use super::provider_error;
use super::token::TokenEndpoint;
use super::{identity, token};
use crate::attempt::Attempt;
use crate::backend::{Backend, BackendInfo, Callback, Departure, EndSession, EndedSession, LogoutNotice, TokenCredentials};
use crate::clock::Clock;
use crate::error::{Error, Reason, Result, Stage};
use crate::http::{Client, Outgoing};
use crate::identity::{Fields, Identity, Tokens};
use crate::protocol::arguments::REDIRECT_STATE;
use crate::protocol::oidc::{Metadata, RefreshContext, RelyingParty, SignedAccessTokens};
use crate::protocol::profile::CallContext;
use crate::secret::Secret;
use crate::settings::BackendSettings;
use crate::storage::Association;
use crate::web::Params;

/// An OAuth 2.0 or OpenID Connect provider, ready for use.
pub struct OAuth2Backend {
    config: Config,
    openid: Option<RelyingParty>,
    signed_access_tokens: Option<SignedAccessTokens>,
    http: Client,
    clock: Clock,
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
        Ok(OAuth2Backend { config, openid, signed_access_tokens, http, clock })
    }

    async fn metadata(&self) -> Result<Option<Arc<Metadata>>> {
        match &self.openid {
            Some(openid) => openid.metadata().await,
            None => Ok(None),
        }
    }

    async fn token_endpoint(&self, configured: &str, request: TokenRequest) -> Result<TokenEndpoint<'static>> {
        let secret = match (&self.config.assertion, self.config.hooks.client_secret) {
            (Some(assertion), _) => assertion.read().await?,
            (None, Some(make)) => make(&self.config.hook_settings, self.clock.now())?,
            (None, None) => self.config.secret.clone(),
        };
        let metadata = self.metadata().await?;
        let published = metadata.as_deref().and_then(|metadata| metadata.token_endpoint.clone());
        let url = Some(configured.to_owned()).filter(|url| !url.is_empty()).or(published);
        let url = url.ok_or_else(|| {
            Error::missing_claim("token_endpoint").detail("the discovery document names no token endpoint; ACCESS_TOKEN_URL can")
        })?;
        Ok(TokenEndpoint { url: url.into(), request, client_auth: self.client_auth(metadata.as_deref()), secret })
    }

    /// The way that the metadata offers, where neither settings nor description leave no choice
    /// (OpenID Connect Discovery 1.0, section 3).
    fn client_auth(&self, metadata: Option<&Metadata>) -> ClientAuth {
        let offered = metadata.and_then(|metadata| metadata.token_endpoint_auth_methods_supported.as_deref()).unwrap_or_default();
        let has = |name: &str| offered.iter().any(|method| method == name);
        match self.config.client_auth {
            chosen if self.config.client_auth_is_set || offered.is_empty() => chosen,
            ClientAuth::Basic if !has("client_secret_basic") && has("client_secret_post") => ClientAuth::Post,
            ClientAuth::Post if !has("client_secret_post") && has("client_secret_basic") => ClientAuth::Basic,
            chosen => chosen,
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
    async fn exchange(&self, code: &str, redirect_uri: &str, verifier: Option<&str>, callback: &Params) -> Result<Map<String, Value>> {
        let config = &self.config;
        let mut fields = vec![
            ("grant_type".to_owned(), "authorization_code".to_owned()),
            ("code".to_owned(), code.to_owned()),
            ("redirect_uri".to_owned(), redirect_uri.to_owned()),
        ];
        if let Some(verifier) = verifier {
            fields.push(("code_verifier".to_owned(), verifier.to_owned()));
        }
        fields.extend(config.token_params.iter().cloned());
        fields.extend(config.token_repeats.iter().filter_map(|name| Some(((*name).to_owned(), callback.get(name)?.to_owned()))));
        fields.retain(|(name, value)| !value.is_empty() && !config.token_without.contains(&name.as_str()));
        let url = self.placed(&config.token_url, callback)?;
        let endpoint =
            (self.token_endpoint(&url, config.token_request).await).map_err(|error| error.stage_if_unknown(Stage::TokenExchange))?;
        let answer = token::ask(config, &self.http, &endpoint, fields, Stage::TokenExchange).await?;
        if self.openid.is_some() && answer.get("id_token").is_none_or(Value::is_null) {
            return Err(Error::missing_claim("id_token").stage(Stage::TokenExchange));
        }
        Ok(answer)
    }

    /// Completes the token endpoint's answer: the id token and userinfo, the profile calls, the identity.
    async fn identify(&self, mut answer: Map<String, Value>, tokens: Tokens, nonce: Option<&str>) -> Result<Identity> {
        let Some(openid) = &self.openid else { return self.profile(answer, tokens).await };
        let told = openid.identify(&tokens, nonce).await?;
        answer.extend(told.claims);
        let mut identity = self.profile(answer, tokens).await?;
        identity.extra_data.0.insert(RefreshContext::FIELD.to_owned(), told.context);
        identity.provider_session = told.session;
        Ok(identity)
    }

    /// Makes the profile calls and reads the identity.
    async fn profile(&self, mut answer: Map<String, Value>, tokens: Tokens) -> Result<Identity> {
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
        authorize::authorization_url(&self.config, &endpoint, further, attempt, request).map(Departure::Redirect)
    }

    fn state_of<'a>(&self, callback: &'a Params) -> Option<&'a str> {
        callback.get("state").or_else(|| callback.get(REDIRECT_STATE).filter(|_| self.config.redirect_state))
    }

    async fn complete(&self, attempt: &Attempt, callback: &Callback) -> Result<Identity> {
        let params = &callback.params;
        let metadata = self.metadata().await?;
        issuer_is_the_expected_one(attempt, metadata.as_deref(), params)?;
        refuse_stated_error(params)?;
        let code =
            params.get("code").filter(|code| !code.is_empty()).ok_or_else(|| Error::missing_parameter("code").stage(Stage::Callback))?;
        if let Some(check) = self.config.hooks.check_callback {
            check(&self.config.hook_settings, params).map_err(|error| error.stage_if_unknown(Stage::Callback))?;
        }
        let mut answer = self.exchange(code, &attempt.redirect_uri, attempt.pkce_verifier.as_deref(), params).await?;
        let tokens = token::tokens(&answer).map_err(|error| error.stage(Stage::TokenExchange))?;
        if let Some(hook) = self.config.hooks.callback {
            hook(&self.config.hook_settings, params, &mut answer).map_err(|error| error.stage_if_unknown(Stage::Callback))?;
        }
        self.identify(answer, tokens, attempt.nonce.as_deref()).await
    }

    async fn complete_with_token(&self, credentials: &TokenCredentials) -> Result<Identity> {
        if let Some(code) = &credentials.code {
            let redirect_uri = credentials.redirect_uri.as_deref().unwrap_or_default();
            let verifier = credentials.code_verifier.as_ref().map(Secret::expose);
            let answer = self.exchange(code.expose(), redirect_uri, verifier, &Params::default()).await?;
            let tokens = token::tokens(&answer).map_err(|error| error.stage(Stage::TokenExchange))?;
            return self.identify(answer, tokens, credentials.nonce.as_deref()).await;
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
        self.profile(answer, Tokens { access_token: Some(access_token), ..Tokens::default() }).await
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
        let url = self.placed(&self.config.refresh_url, &stored_texts.collect())?;
        let endpoint =
            (self.token_endpoint(&url, self.config.refresh_request).await).map_err(|error| error.stage_if_unknown(Stage::Refresh))?;
        let answer = token::ask(&self.config, &self.http, &endpoint, fields, Stage::Refresh).await?;
        let tokens = token::tokens(&answer).map_err(|error| error.stage(Stage::Refresh))?;
        let mut fresh = identity::refreshed_data(&self.config, answer, &tokens, self.clock.now());
        if let Some(openid) = &self.openid
            && let Some(context) = openid.check_refreshed(&tokens, &association.extra_data).await?
        {
            fresh.0.insert(RefreshContext::FIELD.to_owned(), context);
        }
        Ok(fresh)
    }

    fn is_the_same_person(&self, association: &Association, identity: &Identity) -> Result<()> {
        let Some((field, kept)) = self.config.owner else { return Ok(()) };
        let same = association.extra_data.text(kept).is_none_or(|owner| Some(owner) == identity.response.text(field));
        if same { Ok(()) } else { Err(Error::new(Reason::IdentityInUse).claim(field)) }
    }

    async fn revoke(&self, token: &Secret, uid: &str) -> Result<bool> {
        let published = self.metadata().await?.and_then(|metadata| metadata.revocation_endpoint.clone());
        let (method, url, place) = match (&self.config.revoke, &published) {
            (Some(revoke), _) => (revoke.method.clone(), revoke.url.as_str(), revoke.token),
            (None, Some(url)) => (http::Method::POST, url.as_str(), RevokeToken::Form("token")),
            (None, None) => return Ok(false),
        };
        let encode = |text: &str| Some(utf8_percent_encode(text, token::RESERVED).to_string());
        let lookup = |name: &str| match name {
            "token" => encode(token.expose()),
            "uid" => encode(uid),
            _ => None,
        };
        let request = Outgoing::new(method, &crate::template::fill(url, &lookup)?)?;
        let request = match place {
            RevokeToken::Query(name) => request.query(&[(name, token.expose())]),
            RevokeToken::Form(name) => {
                let endpoint = self.token_endpoint(&self.config.token_url, self.config.token_request).await?;
                token::authenticate(request.form(&[(name, token.expose())]), &self.config.key, &endpoint.secret)
            }
            RevokeToken::Bearer => request.bearer(token.expose()),
            RevokeToken::Url => request,
        };
        let answer = self.http.send(request).await.map_err(|error| error.stage(Stage::Disconnect))?;
        if !answer.is_success() {
            return Err(provider_error::answer_error(&answer, Stage::Disconnect));
        }
        Ok(true)
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

    async fn check(&self) -> Result<Vec<String>> {
        match &self.openid {
            Some(openid) => openid.check().await.map_err(|error| error.backend(&self.config.info.name)),
            None => Ok(Vec::new()),
        }
    }
}

/// RFC 9207, section 2.4: an answer that names another issuer than the one asked is a mix-up.
fn issuer_is_the_expected_one(attempt: &Attempt, metadata: Option<&Metadata>, params: &Params) -> Result<()> {
    let promised = metadata.is_some_and(|metadata| metadata.authorization_response_iss_parameter_supported);
    match (&attempt.issuer, params.get("iss")) {
        (Some(_), None) if promised => Err(Error::missing_parameter("iss")
            .stage(Stage::Callback)
            .detail("the provider's metadata says that its answers carry iss (RFC 9207)")),
        (Some(expected), Some(found)) if expected != found => Err(Error::invalid_claim("iss")
            .stage(Stage::Callback)
            .detail(format!("the callback is from issuer \"{found}\", expected \"{expected}\""))),
        _ => Ok(()),
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
