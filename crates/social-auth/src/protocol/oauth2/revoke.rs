//! Revocation of tokens.

use percent_encoding::utf8_percent_encode;

use super::backend::OAuth2Backend;
use super::description::RevokeToken;
use super::{provider_error, token};
use crate::error::{Result, Stage};
use crate::http::Outgoing;
use crate::secret::Secret;

impl OAuth2Backend {
    /// Ends a token where the provider has an address for that (RFC 7009): whether it has.
    pub(super) async fn revoke_token(&self, token: &Secret, uid: &str) -> Result<bool> {
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
                let form = token::form_at(request.url.as_str(), &self.config, &endpoint, &[(name, token.expose())])?;
                Outgoing { method: request.method, ..form }
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
}
