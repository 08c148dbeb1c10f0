//! The OAuth 2.0 backend: a description with settings applied, as the flows use it.

use async_trait::async_trait;
use percent_encoding::utf8_percent_encode;
use serde_json::{Map, Value};

use super::authorize::{self, REDIRECT_STATE};
use super::config::Config;
use super::description::{OAuth2, RevokeToken};
use super::profile::CallContext;
use super::provider_error;
use super::{identity, token};
use crate::attempt::Attempt;
use crate::backend::{Backend, BackendInfo, Callback, Departure, TokenCredentials};
use crate::clock::Clock;
use crate::error::{Error, Reason, Result, Stage};
use crate::http::{Client, Outgoing};
use crate::identity::{Fields, Identity, Tokens};
use crate::secret::Secret;
use crate::settings::BackendSettings;
use crate::storage::Association;
use crate::web::Params;

/// An OAuth 2.0 or OpenID Connect provider, ready for use.
pub struct OAuth2Backend {
    config: Config,
    http: Client,
    clock: Clock,
}

impl OAuth2Backend {
    /// Applies the settings of the instance to the description.
    ///
    /// # Errors
    /// `missing_setting` or `invalid_setting`, stage `start`.
    pub fn new(provider: &'static OAuth2, instance: &str, settings: &BackendSettings<'_>, http: Client, clock: Clock) -> Result<Self> {
        Ok(OAuth2Backend { config: Config::resolve(provider, instance, settings)?, http, clock })
    }

    fn secret(&self) -> Result<Secret> {
        match self.config.hooks.client_secret {
            Some(make) => make(&self.config.hook_settings, self.clock.now()),
            None => Ok(self.config.secret.clone()),
        }
    }

    /// Exchanges the code for the token endpoint's answer.
    async fn exchange(&self, code: &str, redirect_uri: &str, verifier: Option<&str>) -> Result<Map<String, Value>> {
        let mut fields = vec![
            ("grant_type".to_owned(), "authorization_code".to_owned()),
            ("code".to_owned(), code.to_owned()),
            ("redirect_uri".to_owned(), redirect_uri.to_owned()),
        ];
        if let Some(verifier) = verifier {
            fields.push(("code_verifier".to_owned(), verifier.to_owned()));
        }
        fields.extend(self.config.token_params.iter().cloned());
        fields.retain(|(_, value)| !value.is_empty());
        token::ask(&self.config, &self.http, &self.config.token_url, &self.secret()?, fields, Stage::TokenExchange).await
    }

    /// Completes the token endpoint's answer by the profile calls and reads the identity.
    async fn identify(&self, answer: Map<String, Value>, tokens: Tokens) -> Result<Identity> {
        let access_token = tokens.access_token.as_ref().map_or("", Secret::expose);
        let variables = self.config.hooks.variables.map(|hook| hook(&self.config.hook_settings, access_token)).unwrap_or_default();
        let context = CallContext {
            http: &self.http,
            settings: &self.config.hook_settings,
            scope: &self.config.scope,
            access_token,
            variables: &variables,
        };
        let mut answer = Value::Object(answer);
        for call in &self.config.calls {
            call.make(&context, &mut answer).await?;
        }
        let Value::Object(answer) = answer else { return Err(Error::malformed("the answer is no object")) };
        identity::read(&self.config, answer, tokens, self.clock.now())
    }
}

#[async_trait]
impl Backend for OAuth2Backend {
    fn info(&self) -> &BackendInfo {
        &self.config.info
    }

    async fn begin(&self, attempt: &mut Attempt, request: &Params) -> Result<Departure> {
        authorize::authorization_url(&self.config, &self.config.authorization_url, attempt, request).map(Departure::Redirect)
    }

    fn state_of<'a>(&self, callback: &'a Params) -> Option<&'a str> {
        callback.get("state").or_else(|| callback.get(REDIRECT_STATE).filter(|_| self.config.redirect_state))
    }

    async fn complete(&self, attempt: &Attempt, callback: &Callback) -> Result<Identity> {
        let params = &callback.params;
        issuer_is_the_expected_one(attempt, params)?;
        refuse_stated_error(params)?;
        let code =
            params.get("code").filter(|code| !code.is_empty()).ok_or_else(|| Error::missing_parameter("code").stage(Stage::Callback))?;
        let mut answer = self.exchange(code, &attempt.redirect_uri, attempt.pkce_verifier.as_deref()).await?;
        let tokens = token::tokens(&answer).map_err(|error| error.stage(Stage::TokenExchange))?;
        if let Some(hook) = self.config.hooks.callback {
            hook(&self.config.hook_settings, params, &mut answer).map_err(|error| error.stage_if_unknown(Stage::Callback))?;
        }
        self.identify(answer, tokens).await
    }

    async fn complete_with_token(&self, credentials: &TokenCredentials) -> Result<Identity> {
        if let Some(code) = &credentials.code {
            let redirect_uri = credentials.redirect_uri.as_deref().unwrap_or_default();
            let answer = self.exchange(code.expose(), redirect_uri, credentials.code_verifier.as_ref().map(Secret::expose)).await?;
            let tokens = token::tokens(&answer).map_err(|error| error.stage(Stage::TokenExchange))?;
            return self.identify(answer, tokens).await;
        }
        let access_token =
            credentials.access_token.clone().ok_or_else(|| Error::missing_parameter("access_token").stage(Stage::Callback))?;
        let answer = Map::from_iter([("access_token".to_owned(), Value::from(access_token.expose()))]);
        self.identify(answer, Tokens { access_token: Some(access_token), ..Tokens::default() }).await
    }

    async fn refresh(&self, association: &Association) -> Result<Fields> {
        let stored = association.extra_data.text("refresh_token").or_else(|| {
            // Facebook has no refresh tokens: a live access token is swapped for a longer one.
            association.extra_data.text("access_token").filter(|_| self.config.hooks.refresh_params.is_some())
        });
        let Some(stored) = stored else {
            return Err(Error::new(Reason::ReauthenticationRequired).stage(Stage::Refresh).detail("no refresh token is stored"));
        };
        let fields = match self.config.hooks.refresh_params {
            Some(hook) => hook(&self.config.hook_settings, stored),
            None => vec![("grant_type".to_owned(), "refresh_token".to_owned()), ("refresh_token".to_owned(), stored.to_owned())],
        };
        let answer = token::ask(&self.config, &self.http, &self.config.refresh_url, &self.secret()?, fields, Stage::Refresh).await?;
        let tokens = token::tokens(&answer).map_err(|error| error.stage(Stage::Refresh))?;
        Ok(identity::refreshed_data(&self.config, answer, &tokens, self.clock.now()))
    }

    async fn revoke(&self, token: &Secret, uid: &str) -> Result<bool> {
        let Some(revoke) = &self.config.revoke else { return Ok(false) };
        let lookup = |name: &str| match name {
            "token" => Some(utf8_percent_encode(token.expose(), token::RESERVED).to_string()),
            "uid" => Some(utf8_percent_encode(uid, token::RESERVED).to_string()),
            _ => None,
        };
        let request = Outgoing::new(revoke.method.clone(), &crate::template::fill(&revoke.url, &lookup)?)?;
        let request = match revoke.token {
            RevokeToken::Query(name) => request.query(&[(name, token.expose())]),
            RevokeToken::Form(name) => token::authenticate(request.form(&[(name, token.expose())]), &self.config.key, &self.secret()?),
            RevokeToken::Bearer => request.bearer(token.expose()),
            RevokeToken::Url => request,
        };
        let answer = self.http.send(request).await.map_err(|error| error.stage(Stage::Disconnect))?;
        if !answer.is_success() {
            return Err(provider_error::answer_error(&answer, Stage::Disconnect));
        }
        Ok(true)
    }

    async fn check(&self) -> Result<Vec<String>> {
        Ok(Vec::new())
    }
}

/// RFC 9207, section 2.4: an answer that names another issuer than the one asked is a mix-up.
fn issuer_is_the_expected_one(attempt: &Attempt, params: &Params) -> Result<()> {
    match (&attempt.issuer, params.get("iss")) {
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
