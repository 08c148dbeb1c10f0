//! Request tokens and access tokens (RFC 5849, sections 2.1 and 2.3).

use serde_json::{Map, Value};

use super::config::{Config, Endpoint};
use super::description::{Confirms, TokenSecret};
use super::problem;
use super::request::{Carried, Stamp};
use crate::clock::Clock;
use crate::error::{Error, Result, Stage};
use crate::http::{Client, Outgoing};
use crate::secret::Secret;

/// A token and its secret, with everything that came along.
pub(super) struct Token {
    pub token: String,
    /// Empty where the provider's tokens have none.
    pub secret: Secret,
    /// The whole answer, the token and its secret among it.
    pub fields: Map<String, Value>,
}

/// Who asks: the backend's configuration, and its way out.
pub(super) struct Asking<'a> {
    pub config: &'a Config,
    pub http: &'a Client,
    pub clock: &'a Clock,
}

impl Asking<'_> {
    /// Asks for a request token.
    ///
    /// # Errors
    /// What the provider states, or its answer lacks.
    pub async fn request_token(&self, callback: &str) -> Result<Token> {
        let token = self.ask(self.request_for_token(callback)?, Stage::Begin).await?;
        if token.secret.is_empty() {
            return Err(missing("oauth_token_secret", Stage::Begin));
        }
        callback_is_confirmed(&token, self.config.confirms_callback)?;
        Ok(token)
    }

    /// The signed request for a request token.
    ///
    /// # Errors
    /// `invalid_setting` when there is no address, or it may not be asked in this way.
    pub fn request_for_token(&self, callback: &str) -> Result<Outgoing> {
        let mut arguments = self.config.request_arguments.clone();
        if !self.config.scope.is_empty() {
            arguments.retain(|(name, _)| name != "scope");
            arguments.push(("scope".to_owned(), self.config.scope.clone()));
        }
        let carried = Carried { callback: Some(self.config.callback.as_deref().unwrap_or(callback)), ..Carried::default() };
        self.signed(&self.config.request_token, &arguments, &carried).map_err(|error| error.stage(Stage::Begin))
    }

    /// Exchanges an authorized request token for an access token.
    ///
    /// # Errors
    /// What the provider states, or its answer lacks.
    pub async fn access_token(&self, carried: &Carried<'_>) -> Result<Token> {
        let request = self.signed(&self.config.access_token, &[], carried).map_err(|error| error.stage(Stage::TokenExchange))?;
        let token = self.ask(request, Stage::TokenExchange).await?;
        if token.secret.is_empty() && self.config.token_secret == TokenSecret::Given {
            return Err(missing("oauth_token_secret", Stage::TokenExchange));
        }
        Ok(token)
    }

    fn signed(&self, endpoint: &Endpoint, arguments: &[(String, String)], carried: &Carried<'_>) -> Result<Outgoing> {
        let request = Outgoing::new(endpoint.method.clone(), &endpoint.url)?.query(arguments);
        self.config.signer.sign(request, carried, &Stamp::new(self.clock))
    }

    async fn ask(&self, request: Outgoing, stage: Stage) -> Result<Token> {
        let answer = self.http.send(request).await.map_err(|error| error.stage(stage))?;
        Token::read(problem::fields_of(&answer, stage)?).ok_or_else(|| missing("oauth_token", stage))
    }
}

impl Token {
    /// The token among these fields, if there is one. A field that stands there twice counts once.
    pub fn read(pairs: Vec<(String, String)>) -> Option<Self> {
        let mut fields = Map::new();
        for (name, value) in pairs {
            fields.entry(name).or_insert(Value::String(value));
        }
        let text = |name: &str| fields.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        let (token, secret) = (text("oauth_token"), Secret::new(text("oauth_token_secret")));
        (!token.is_empty()).then_some(Token { token, secret, fields })
    }
}

/// RFC 5849, section 2.1: it tells this version from the first, in which anybody could finish a sign-in
/// that somebody else had authorized.
fn callback_is_confirmed(token: &Token, confirms: Confirms) -> Result<()> {
    let confirmed = token.fields.get("oauth_callback_confirmed").and_then(Value::as_str);
    match (confirmed, confirms) {
        (Some("true"), _) | (None, Confirms::No(_)) => Ok(()),
        _ => Err(missing("oauth_callback_confirmed", Stage::Begin).detail("the provider does not say that it speaks OAuth 1.0a")),
    }
}

fn missing(claim: &str, stage: Stage) -> Error {
    Error::missing_claim(claim).stage(stage)
}
