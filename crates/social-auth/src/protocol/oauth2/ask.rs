//! Requests to the token endpoint.

use serde_json::{Map, Value};

use super::backend::OAuth2Backend;
use super::description::{ClientAuth, TokenRequest};
use super::dpop::{DpopKey, Proving, asks_for_nonce};
use super::token::{self, TokenEndpoint};
use crate::error::{Error, Result, Stage};
use crate::protocol::oidc::Metadata;

/// A request to the token endpoint, before the client has proven itself.
pub(super) struct Ask<'a> {
    pub(super) url: &'a str,
    pub(super) request: TokenRequest,
    pub(super) fields: Vec<(String, String)>,
    pub(super) key: Option<&'a DpopKey>,
    pub(super) stage: Stage,
}

impl OAuth2Backend {
    pub(super) async fn token_endpoint(&self, configured: &str, request: TokenRequest) -> Result<TokenEndpoint<'static>> {
        let metadata = self.metadata().await?;
        let published = metadata.as_deref().and_then(|metadata| metadata.token_endpoint.clone());
        let url = Some(configured.to_owned()).filter(|url| !url.is_empty()).or(published);
        let url = url.ok_or_else(|| {
            Error::missing_claim("token_endpoint").detail("the discovery document names no token endpoint; ACCESS_TOKEN_URL can")
        })?;
        let client_auth = self.client_auth(metadata.as_deref());
        let secret = match (&self.config.assertion, self.config.hooks.client_secret) {
            (Some(assertion), _) => assertion.read().await?,
            (None, Some(make)) => make(&self.config.hook_settings, self.clock.now())?,
            (None, None) if matches!(client_auth, ClientAuth::PrivateKeyJwt | ClientAuth::SecretJwt) => {
                let audience = metadata.as_deref().map_or(url.as_str(), |metadata| &metadata.issuer);
                self.config.keys.assertion(&self.config.key, audience, self.clock.now())?
            }
            (None, None) => self.config.secret.clone(),
        };
        Ok(TokenEndpoint { url: url.into(), request, client_auth, secret, proving: None })
    }

    pub(super) fn proving<'a>(&'a self, key: &'a DpopKey) -> Proving<'a> {
        Proving { key, nonces: &self.nonces, clock: &self.clock }
    }

    /// Asks the token endpoint; once more where it wants a nonce in the proof (RFC 9449, section 8).
    pub(super) async fn ask(&self, ask: Ask<'_>) -> Result<Map<String, Value>> {
        let mut has_nonce = ask.key.is_none();
        loop {
            // A client assertion is good once, so the endpoint is made ready each time.
            let endpoint = self.token_endpoint(ask.url, ask.request).await.map_err(|error| error.stage_if_unknown(ask.stage))?;
            let endpoint = TokenEndpoint { proving: ask.key.map(|key| self.proving(key)), ..endpoint };
            let outcome = token::ask(&self.config, &self.http, &endpoint, ask.fields.clone(), ask.stage).await;
            match outcome {
                Err(error) if !has_nonce && asks_for_nonce(&error) => has_nonce = true,
                Ok(answer) if ask.key.is_some() => return token::is_bound(answer).map_err(|error| error.stage(ask.stage)),
                outcome => return outcome,
            }
        }
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
}
