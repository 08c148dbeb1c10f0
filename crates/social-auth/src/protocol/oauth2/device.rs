//! The device authorization grant (RFC 8628): a sign-in by a program that has no browser, with the help of
//! one that is somewhere else.

use serde_json::{Map, Value};

use super::ask::Ask;
use super::backend::OAuth2Backend;
use super::description::TokenRequest;
use super::dpop::DpopKey;
use super::token;
use crate::backend::{DeviceAnswer, DeviceCode};
use crate::error::{Error, Reason, Result, Stage};
use crate::protocol::oidc::Bindings;
use crate::secret::Secret;

const GRANT_TYPE: &str = "urn:ietf:params:oauth:grant-type:device_code";

/// Seconds between two questions where the provider names none (section 3.2).
const DEFAULT_INTERVAL: i64 = 5;

/// Codes for people are short; whatever is longer than this is none (section 6.1).
const MAX_USER_CODE: usize = 64;

impl OAuth2Backend {
    /// Asks for a code (section 3.1).
    ///
    /// # Errors
    /// `unsupported_feature` where no endpoint is known; what the provider states or is at fault of.
    pub(super) async fn ask_for_device_code(&self) -> Result<DeviceCode> {
        let published = self.metadata().await?.and_then(|metadata| metadata.device_authorization_endpoint.clone());
        let configured = Some(self.config.device_url.clone()).filter(|url| !url.is_empty());
        let url = configured.or(published).ok_or_else(|| {
            Error::new(Reason::UnsupportedFeature)
                .stage(Stage::Begin)
                .detail("this provider has no device authorization endpoint; DEVICE_AUTHORIZATION_URL can name one")
        })?;
        let mut endpoint = self.token_endpoint(&self.config.token_url, TokenRequest::PostForm).await?;
        endpoint.url = url.into();
        let mut fields = Vec::new();
        if !self.config.scope.is_empty() {
            fields.push((self.config.scope_parameter.to_owned(), self.config.scope.join(self.config.scope_separator)));
        }
        let answer = token::ask(&self.config, &self.http, &endpoint, fields, Stage::Begin).await?;
        device_code(&answer, self.clock.now()).map_err(|error| error.stage(Stage::Begin))
    }

    /// Asks whether the person has decided (sections 3.4 and 3.5).
    ///
    /// # Errors
    /// `authorization_declined`; `attempt_expired` when the person took too long; as a sign-in does.
    pub(super) async fn ask_for_device_token(&self, code: &Secret) -> Result<DeviceAnswer> {
        let fields = vec![("grant_type".to_owned(), GRANT_TYPE.to_owned()), ("device_code".to_owned(), code.expose().to_owned())];
        // The tokens are bound to the key of the question that they answer.
        let key = if self.config.dpop { Some(DpopKey::generate()?) } else { None };
        let ask =
            Ask { url: &self.config.token_url, request: self.config.token_request, fields, key: key.as_ref(), stage: Stage::TokenExchange };
        let answer = match self.ask(ask).await {
            Ok(answer) => answer,
            Err(error) => return not_yet(error),
        };
        let tokens = token::tokens(&answer).map_err(|error| error.stage(Stage::TokenExchange))?;
        // No nonce goes with this grant; the id token came straight from the token endpoint.
        let bindings = Bindings { nonce: None, front: None, proving: key.as_ref().map(|key| self.proving(key)) };
        self.identify(answer, tokens, &bindings).await.map(|identity| DeviceAnswer::Done(Box::new(identity)))
    }
}

/// Section 3.5: what is no error of the sign-in but of its pace.
fn not_yet(error: Error) -> Result<DeviceAnswer> {
    match (error.facts().provider_code, error.reason()) {
        (Some("authorization_pending"), _) => Ok(DeviceAnswer::Pending),
        // "The client MUST unilaterally reduce their polling frequency" also on a connection timeout.
        (Some("slow_down"), _) | (None, Reason::Timeout | Reason::ConnectionFailed | Reason::Unavailable) => Ok(DeviceAnswer::SlowDown),
        (Some("expired_token"), _) => Err(Error::new(Reason::AttemptExpired).stage(Stage::TokenExchange).provider_code("expired_token")),
        _ => Err(error),
    }
}

fn device_code(answer: &Map<String, Value>, now: i64) -> Result<DeviceCode> {
    let text = |name: &str| answer.get(name).and_then(Value::as_str).filter(|text| !text.is_empty());
    let required = |name: &str| text(name).ok_or_else(|| Error::missing_claim(name));
    let whole = |name: &str| answer.get(name).and_then(Value::as_i64).filter(|seconds| *seconds > 0);
    let user_code = required("user_code")?;
    // It is shown in a terminal, where other characters could do more than be shown.
    if user_code.len() > MAX_USER_CODE || !user_code.bytes().all(|octet| octet == b' ' || octet.is_ascii_graphic()) {
        return Err(Error::invalid_claim("user_code").detail("it must be short and of printable ASCII characters"));
    }
    // Google named the member otherwise before the RFC was done.
    let address = text("verification_uri").or_else(|| text("verification_url")).ok_or_else(|| Error::missing_claim("verification_uri"))?;
    Ok(DeviceCode {
        device_code: Secret::from(required("device_code")?),
        user_code: user_code.to_owned(),
        verification_uri: web_address("verification_uri", address)?,
        verification_uri_complete: text("verification_uri_complete")
            .map(|address| web_address("verification_uri_complete", address))
            .transpose()?,
        expires_at: now.saturating_add(whole("expires_in").ok_or_else(|| Error::missing_claim("expires_in"))?),
        interval: whole("interval").unwrap_or(DEFAULT_INTERVAL),
    })
}

/// A person opens it, perhaps by a click in the terminal.
fn web_address(name: &str, address: &str) -> Result<String> {
    let url = url::Url::parse(address).ok().filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
    url.map(String::from).ok_or_else(|| Error::invalid_claim(name).detail("it must be an http(s) address"))
}
