//! The OAuth 1.0a backend: a description with settings applied, as the flows use it.

use async_trait::async_trait;
use serde_json::{Map, Value};
use url::Url;

use super::config::Config;
use super::description::{AskedBy, OAuth1, Repeats};
use super::identity_token::{self, Expected};
use super::problem;
use super::request::{Carried, Stamp};
use super::token::{Asking, Token};
use crate::attempt::Attempt;
use crate::backend::{Backend, BackendInfo, Callback, Departure, TokenCredentials};
use crate::clock::Clock;
use crate::error::{Error, Reason, Result, Stage};
use crate::http::{Client, Outgoing};
use crate::identity::{Identity, Tokens};
use crate::protocol::arguments::{REDIRECT_STATE, chosen, last_of_each, with_state};
use crate::protocol::oauth2::answer_error;
use crate::protocol::profile::{self, CallContext, Reading};
use crate::secret::{Secret, constant_time_eq};
use crate::settings::BackendSettings;
use crate::web::Params;

/// Where an attempt keeps its request token.
const REQUEST_TOKEN: &str = "request_token";
const REQUEST_TOKEN_SECRET: &str = "request_token_secret";

/// An OAuth 1.0a provider, ready for use.
pub struct OAuth1Backend {
    config: Config,
    http: Client,
    clock: Clock,
}

impl OAuth1Backend {
    /// Applies the settings of the instance to the description.
    ///
    /// # Errors
    /// `missing_setting` or `invalid_setting`, stage `start`.
    pub fn new(provider: &'static OAuth1, instance: &str, settings: &BackendSettings<'_>, http: Client, clock: Clock) -> Result<Self> {
        Ok(OAuth1Backend { config: Config::resolve(provider, instance, settings)?, http, clock })
    }

    fn asking(&self) -> Asking<'_> {
        Asking { config: &self.config, http: &self.http, clock: &self.clock }
    }

    fn authorization_url(&self, token: &str, attempt: &Attempt, request: &Params) -> Result<String> {
        let config = &self.config;
        let scope = if config.scope_to_authorize { config.scope.as_str() } else { "" };
        let mut ours = vec![("oauth_token", token), (config.redirect_parameter, attempt.redirect_uri.as_str()), ("scope", scope)];
        ours.retain(|(name, value)| !name.is_empty() && !value.is_empty());
        let fixed = config.authorize_params.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        let extra =
            config.extra_arguments.iter().map(|(name, value)| (name.as_str(), chosen(&config.override_allowlist, request, name, value)));
        // Ours win: neither a setting nor the browser may change the token or where it comes back to.
        let further = last_of_each(fixed.chain(extra)).into_iter().filter(|(name, _)| !ours.iter().any(|(known, _)| known == name));
        let mut url = Url::parse(&config.authorization_url)
            .map_err(|_| Error::invalid_setting("AUTHORIZATION_URL", "the backend has no authorization endpoint").stage(Stage::Begin))?;
        let further: Vec<_> = further.collect();
        url.query_pairs_mut().extend_pairs(further).extend_pairs(&ours);
        Ok(url.into())
    }

    /// What the requests carry that follow a callback.
    fn carried<'a>(&self, attempt: &'a Attempt, verifier: &'a str) -> (Carried<'a>, Carried<'a>) {
        let callback = Some(attempt.redirect_uri.as_str());
        let verifier = Some(verifier);
        let none = Carried::default();
        match self.config.repeats {
            Repeats::Never => (Carried { verifier, ..Carried::default() }, none),
            Repeats::ForAccessToken => (Carried { callback, verifier, ..Carried::default() }, none),
            Repeats::Always => (Carried { callback, verifier, ..Carried::default() }, Carried { callback, verifier, ..Carried::default() }),
        }
    }

    /// Asks with an access token who it is.
    async fn identify(&self, token: Token, carried: Carried<'_>) -> Result<Identity> {
        let carried = Carried { token: Some((&token.token, &token.secret)), ..carried };
        let mut answer = Map::from_iter([("access_token".to_owned(), Value::Object(token.fields.clone()))]);
        if !self.config.identity_token_url.is_empty() {
            answer.extend(self.identity_token(&carried).await?);
        }
        let answer = self.profile(answer, &carried).await?;
        let tokens = Tokens {
            access_token: Some(Secret::from(token.token.as_str())),
            token_secret: Some(token.secret.clone()).filter(|secret| !secret.is_empty()),
            ..Tokens::default()
        };
        let reading =
            Reading { settings: &self.config.hook_settings, answer: self.config.hooks.answer, details: self.config.hooks.details };
        let mut identity = profile::read(&self.config.identity, &reading, answer, tokens, self.clock.now())?;
        identity.extra_data.0.insert("access_token".to_owned(), Value::Object(token.fields));
        Ok(identity)
    }

    async fn profile(&self, answer: Map<String, Value>, carried: &Carried<'_>) -> Result<Map<String, Value>> {
        let sign = |request| self.config.signer.sign(request, carried, &Stamp::new(&self.clock));
        let context = CallContext {
            http: &self.http,
            settings: &self.config.hook_settings,
            scope: &self.config.hook_settings.scope,
            access_token: "",
            variables: &[],
            sign: Some(&sign),
            proving: None,
        };
        let mut answer = Value::Object(answer);
        for call in &self.config.calls {
            call.make(&context, &mut answer).await?;
        }
        match answer {
            Value::Object(answer) => Ok(answer),
            _ => Err(Error::malformed("the answer is no object")),
        }
    }

    async fn identity_token(&self, carried: &Carried<'_>) -> Result<Map<String, Value>> {
        let (url, signer, stamp) = (&self.config.identity_token_url, &self.config.signer, Stamp::new(&self.clock));
        let request = signer.sign(Outgoing::new(http::Method::POST, url)?, carried, &stamp)?;
        let answer = self.http.send(request).await.map_err(|error| error.stage(Stage::UserInfo))?;
        if !answer.is_success() {
            return Err(answer_error(&answer, Stage::UserInfo));
        }
        let expected = Expected { url, signer, nonce: &stamp.nonce, now: self.clock.now() };
        identity_token::verify(answer.text()?, &expected).map_err(|error| error.stage(Stage::TokenValidation))
    }
}

#[async_trait]
impl Backend for OAuth1Backend {
    fn info(&self) -> &BackendInfo {
        &self.config.info
    }

    async fn begin(&self, attempt: &mut Attempt, request: &Params) -> Result<Departure> {
        if self.config.redirect_state {
            attempt.redirect_uri = with_state(&attempt.redirect_uri, &attempt.state);
        }
        if self.config.asked_by == AskedBy::Browser {
            let request = self.asking().request_for_token(&attempt.redirect_uri)?;
            return Ok(Departure::Redirect(request.url.into()));
        }
        let token = self.asking().request_token(&attempt.redirect_uri).await?;
        let url = self.authorization_url(&token.token, attempt, request)?;
        if !self.config.redirect_state {
            // The callback brings nothing of ours but the request token: by it the attempt is found again.
            attempt.state.clone_from(&token.token);
        }
        attempt.protocol.insert(REQUEST_TOKEN.to_owned(), Value::String(token.token));
        attempt.protocol.insert(REQUEST_TOKEN_SECRET.to_owned(), Value::from(token.secret.expose()));
        Ok(Departure::Redirect(url))
    }

    fn state_of<'a>(&self, callback: &'a Params) -> Option<&'a str> {
        if self.config.redirect_state {
            return callback.get(REDIRECT_STATE);
        }
        callback.get("oauth_token").or_else(|| callback.get("denied"))
    }

    /// A refusal may name no request token; a callback without one that is no refusal gets nowhere.
    fn stateless(&self) -> bool {
        !self.config.redirect_state
    }

    async fn complete(&self, attempt: &Attempt, callback: &Callback) -> Result<Identity> {
        problem::refuse_stated(&callback.params)?;
        let given = |name: &str| callback.params.get(name).filter(|value| !value.is_empty());
        let (token, secret) = match self.config.asked_by {
            AskedBy::Us => request_token_of(attempt, &callback.params),
            AskedBy::Browser => given("oauth_token")
                .map(|token| (token, Secret::from(given("oauth_token_secret").unwrap_or_default())))
                .ok_or_else(|| Error::missing_parameter("oauth_token")),
        }
        .map_err(|error| error.stage(Stage::Callback))?;
        let verifier = given("oauth_verifier").ok_or_else(|| {
            Error::missing_parameter("oauth_verifier").stage(Stage::Callback).detail("without it anybody could finish this sign-in")
        })?;
        let (for_access_token, for_profile) = self.carried(attempt, verifier);
        let access_token = self.asking().access_token(&Carried { token: Some((token, &secret)), ..for_access_token }).await?;
        self.identify(access_token, for_profile).await
    }

    async fn complete_with_token(&self, credentials: &TokenCredentials) -> Result<Identity> {
        if self.config.calls.is_empty() && self.config.identity_token_url.is_empty() {
            return Err(self.unsupported("sign-in with a token: who it is, is told only where the token is issued"));
        }
        let token = token_of(credentials).ok_or_else(|| {
            Error::missing_parameter("access_token")
                .stage(Stage::Callback)
                .detail("send oauth_token=…&oauth_token_secret=… or an object with both, or access_token and access_token_secret")
        })?;
        self.identify(token, Carried::default()).await.map_err(token_rejected)
    }
}

/// Where key and secret of the client are right, it is the token whose signature a provider refuses.
fn token_rejected(error: Error) -> Error {
    match error.facts().status {
        Some(401) => Error::new(Reason::CredentialRejected)
            .stage(Stage::TokenValidation)
            .detail("the provider does not accept the token, or it is another application's"),
        _ => error,
    }
}

/// The attempt's request token and its secret, if the callback is about it.
fn request_token_of<'a>(attempt: &'a Attempt, callback: &'a Params) -> Result<(&'a str, Secret)> {
    let kept = |name: &str| attempt.protocol.get(name).and_then(Value::as_str);
    let lost = |detail: &str| Error::new(Reason::SessionContextMissing).detail(detail);
    let (Some(token), Some(secret)) = (kept(REQUEST_TOKEN), kept(REQUEST_TOKEN_SECRET)) else {
        return Err(lost("the attempt has no request token"));
    };
    let given = callback.get("oauth_token").filter(|token| !token.is_empty());
    let given = given.ok_or_else(|| lost("the callback names no request token (oauth_token)"))?;
    if !constant_time_eq(given.as_bytes(), token.as_bytes()) {
        return Err(Error::new(Reason::StateMismatch).detail("the callback is about another request token than the one of this attempt"));
    }
    Ok((token, Secret::from(secret)))
}

/// The token that a client hands over: as the provider's answer or an object, or its two parts. What else
/// the client says came with it is not believed.
fn token_of(credentials: &TokenCredentials) -> Option<Token> {
    let text = credentials.access_token.as_ref()?.expose();
    let pairs: Vec<(String, String)> = match serde_json::from_str(text) {
        Ok(Value::Object(members)) => members.into_iter().filter_map(|(name, value)| Some((name, value.as_str()?.to_owned()))).collect(),
        _ if text.contains("oauth_token=") => url::form_urlencoded::parse(text.as_bytes()).into_owned().collect(),
        _ => {
            let secret = credentials.access_token_secret.as_ref().map_or("", Secret::expose);
            vec![("oauth_token".to_owned(), text.to_owned()), ("oauth_token_secret".to_owned(), secret.to_owned())]
        }
    };
    Token::read(pairs.into_iter().filter(|(name, _)| name == "oauth_token" || name == "oauth_token_secret").collect())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_client_may_hand_over_its_token_in_every_form() {
        let bare =
            TokenCredentials { access_token: Some("at".into()), access_token_secret: Some("s&=%".into()), ..TokenCredentials::default() };
        let whole = |text: &str| TokenCredentials { access_token: Some(text.into()), ..TokenCredentials::default() };
        for credentials in [
            bare,
            whole("oauth_token=at&oauth_token_secret=s%26%3D%25&user_id=1"),
            whole(r#"{"oauth_token": "at", "oauth_token_secret": "s&=%", "user_id": 1}"#),
        ] {
            let token = token_of(&credentials).unwrap();
            assert_eq!((token.token.as_str(), token.secret.expose()), ("at", "s&=%"));
            assert_eq!(token.fields.len(), 2, "what the client says of the person is not believed");
        }
        for text in ["", "{}", "oauth_token=", r#"{"oauth_token": 1}"#] {
            assert!(token_of(&whole(text)).is_none(), "{text}");
        }
    }
}
