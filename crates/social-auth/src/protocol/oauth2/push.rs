//! Authorization requests that are signed (RFC 9101) or pushed ahead (RFC 9126).

use serde_json::Value;

use super::backend::OAuth2Backend;
use super::description::TokenRequest;
use super::{provider_error, token};
use crate::error::{Error, Result, Stage};
use crate::protocol::oidc::Metadata;

impl OAuth2Backend {
    /// The parameters as one signed request object, where the settings say so (RFC 9101). What must stand
    /// beside it does (section 5; OpenID Connect Core 1.0, section 6.1).
    pub(super) fn signed(
        &self,
        mut params: Vec<(String, String)>,
        endpoint: &str,
        metadata: Option<&Metadata>,
    ) -> Result<Vec<(String, String)>> {
        if !self.config.keys.signs_requests() {
            return Ok(params);
        }
        let audience = metadata.map_or(endpoint, |metadata| &metadata.issuer);
        let request = self.config.keys.signed_request(&self.config.key, audience, &params, self.clock.now())?;
        params.retain(|(name, _)| matches!(name.as_str(), "client_id" | "response_type" | "scope"));
        params.push(("request".to_owned(), request.expose().to_owned()));
        Ok(params)
    }

    /// Sends the parameters ahead, where settings or metadata say so, and answers what stands for them (RFC 9126).
    pub(super) async fn pushed(&self, params: Vec<(String, String)>, metadata: Option<&Metadata>) -> Result<Vec<(String, String)>> {
        let required = metadata.is_some_and(|metadata| metadata.require_pushed_authorization_requests);
        if !self.config.pushes.unwrap_or(required) {
            return Ok(params);
        }
        let published = metadata.and_then(|metadata| metadata.pushed_authorization_request_endpoint.as_deref()).unwrap_or_default();
        let url = if self.config.push_url.is_empty() { published } else { &self.config.push_url };
        if url.is_empty() {
            return Err(Error::invalid_setting(
                "PUSHED_AUTHORIZATION_REQUEST_ENDPOINT",
                "REQUIRE_PUSHED_AUTHORIZATION_REQUESTS is set, and the provider's metadata names no such endpoint",
            ));
        }
        let client = self.token_endpoint(&self.config.token_url, TokenRequest::PostForm).await?;
        let request = token::form_at(url, &self.config, &client, &params)?;
        let answer = self.http.send(request).await?;
        if !answer.is_success() {
            return Err(provider_error::answer_error(&answer, Stage::Begin));
        }
        let answer = answer.json()?;
        let reference = answer.get("request_uri").and_then(Value::as_str).filter(|reference| !reference.is_empty());
        let reference = reference.ok_or_else(|| Error::missing_claim("request_uri"))?;
        Ok(vec![("client_id".to_owned(), self.config.key.clone()), ("request_uri".to_owned(), reference.to_owned())])
    }
}
