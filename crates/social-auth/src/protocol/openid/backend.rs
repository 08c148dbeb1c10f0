//! The OpenID backend: a description with settings applied, as the flows use it.

use std::sync::Arc;

use async_trait::async_trait;
use serde_json::{Map, Value};
use url::Url;

use super::ask::{self, STATE};
use super::association::{Asking, Association, Associations};
use super::config::Config;
use super::description::{Identifier, OpenId};
use super::discovery::{Discovery, Service};
use super::extension;
use super::identifier::{normalized, of_username, without_fragment};
use super::signed::{Answer, key_values};
use super::verify::{self, Claim, Expected};
use crate::attempt::Attempt;
use crate::backend::{Backend, BackendInfo, Callback, Departure};
use crate::clock::Clock;
use crate::error::{Error, Reason, Result, Stage};
use crate::form::{Field, Form};
use crate::http::{Client, Outgoing};
use crate::identity::{Identity, Tokens};
use crate::protocol::profile::{self, CallContext, Reading};
use crate::settings::BackendSettings;
use crate::storage::SocialStorage;
use crate::web::Params;

/// Where an attempt keeps the service that it asked.
const SERVICE: &str = "service";
/// Where an attempt keeps the association that it asked with.
const ASSOCIATION: &str = "association";

/// An OpenID provider, or any of them, ready for use.
pub struct OpenIdBackend {
    provider: &'static OpenId,
    config: Config,
    associations: Associations,
    http: Client,
    clock: Clock,
}

impl OpenIdBackend {
    /// Applies the settings of the instance to the description.
    ///
    /// # Errors
    /// `missing_setting` or `invalid_setting`, stage `start`.
    pub fn new(provider: &'static OpenId, instance: &str, settings: &BackendSettings<'_>, http: Client, clock: Clock) -> Result<Self> {
        let config = Config::resolve(provider, instance, settings)?;
        Ok(OpenIdBackend { provider, config, associations: Associations::default(), http, clock })
    }

    fn discovery(&self) -> Discovery<'_> {
        Discovery { http: &self.http, guard: &self.config.guard }
    }

    /// Where discovery begins for this request.
    fn identifier(&self, request: &Params) -> Result<Url> {
        let entered =
            |name: &'static str| request.get(name).filter(|text| !text.trim().is_empty()).ok_or_else(|| Error::missing_parameter(name));
        if let Some(address) = &self.config.fixed_identifier {
            return normalized(address);
        }
        match self.provider.identifier {
            Identifier::Asked(parameter) => normalized(entered(parameter)?),
            Identifier::Fixed(address) => normalized(address),
            Identifier::Username { parameter, address } => of_username(parameter, address, entered(parameter)?),
        }
    }

    /// The service to ask.
    async fn service(&self, identifier: &Url) -> Result<Service> {
        let found = self.discovery().services(identifier).await?;
        let wanted = |service: &Service| match self.provider.identifier {
            Identifier::Asked(_) if self.config.fixed_identifier.is_none() => true,
            // Of a provider that we chose ourselves, nobody on the way may choose the endpoint.
            Identifier::Asked(_) | Identifier::Fixed(_) | Identifier::Username { .. } => {
                service.endpoint.starts_with("https://") || self.config.guard.allow_loopback
            }
        };
        let no_service = || Error::malformed("the provider announces no https:// endpoint");
        found.into_iter().find(wanted).ok_or_else(no_service)
    }

    /// Section 11.2: an identifier that was not discovered yet must name this provider itself.
    async fn provider_vouches(&self, claim: &Claim, asked: &Service) -> Result<()> {
        if claim.is_discovered {
            return Ok(());
        }
        if matches!(self.provider.identifier, Identifier::Username { .. }) {
            return Err(Error::invalid_claim("claimed_id").detail("the provider answers about somebody else"));
        }
        let found = match self.discovery().services(&without_fragment(claim.claimed_id.clone())).await {
            Ok(found) => found,
            Err(error) if error.reason() == Reason::InvalidParameter => {
                return Err(Error::invalid_claim("claimed_id").detail("no provider can be found behind the identifier").caused_by(error));
            }
            Err(error) => return Err(error),
        };
        if found.iter().any(|service| verify::vouches(service, claim, asked)) {
            return Ok(());
        }
        Err(Error::invalid_claim("claimed_id").detail("the identifier belongs to another provider than the one that answered"))
    }

    /// Section 11.4: by the association if the answer is signed with it, else by asking the provider.
    async fn signature_is_right(&self, answer: &Answer<'_>, attempt: &Attempt, service: &Service) -> Result<()> {
        let stored = attempt.protocol.get(ASSOCIATION).cloned().and_then(|value| serde_json::from_value::<Association>(value).ok());
        if answer.raw("sig").is_none_or(str::is_empty) {
            return Err(Error::missing_claim("sig"));
        }
        let handle = answer.raw("assoc_handle");
        let right = match stored.filter(|association| Some(association.handle.as_str()) == handle) {
            Some(association) => association.verifies(answer)?,
            None => self.provider_confirms(answer, service).await?,
        };
        if right { Ok(()) } else { Err(Error::new(Reason::InvalidSignature).detail("the provider does not confirm its signature")) }
    }

    async fn provider_confirms(&self, answer: &Answer<'_>, service: &Service) -> Result<bool> {
        answer.signed_text()?;
        let request = Outgoing::post_form(&service.endpoint, &answer.for_check())?;
        self.config.guard.check(&request.url)?;
        let said = self.http.send(request).await?;
        said.require_success()?;
        let said = key_values(said.text()?);
        let is_valid = said.get("is_valid") == Some("true");
        if let Some(handle) = said.get("invalidate_handle").filter(|_| is_valid) {
            self.associations.forget(&service.endpoint, handle).await;
        }
        Ok(is_valid)
    }

    /// What the verified answer says, and the profile calls, made an identity.
    async fn identity(&self, answer: &Answer<'_>, claim: &Claim) -> Result<Identity> {
        let config = &self.config;
        let mut fields = answer.fields();
        let (registration, exchange) = config.readable();
        fields.extend(extension::attributes(answer, registration, exchange));
        let kept = extension::attributes(answer, &config.kept_registration, &config.kept_attributes);
        fields.insert("identity_url".to_owned(), Value::from(claim.claimed_id.as_str()));
        if let Some(hook) = self.provider.hooks.verified {
            hook(&config.hook_settings, &mut fields)?;
        }
        let fields = self.profile(fields).await?;
        let reading = Reading { settings: &config.hook_settings, answer: None, details: Some(self.provider.hooks.details) };
        let mut identity = profile::read(&config.identity, &reading, fields, Tokens::default(), self.clock.now())?;
        identity.extra_data.0.extend(kept);
        Ok(identity)
    }

    async fn profile(&self, fields: Map<String, Value>) -> Result<Map<String, Value>> {
        let context = CallContext {
            http: &self.http,
            settings: &self.config.hook_settings,
            scope: &[],
            access_token: "",
            variables: &[],
            sign: None,
            proving: None,
        };
        let mut answer = Value::Object(fields);
        for call in &self.config.calls {
            call.make(&context, &mut answer).await?;
        }
        match answer {
            Value::Object(fields) => Ok(fields),
            _ => Err(Error::malformed("the answer is no object")),
        }
    }
}

#[async_trait]
impl Backend for OpenIdBackend {
    fn info(&self) -> &BackendInfo {
        &self.config.info
    }

    fn lend(&self, storage: &Arc<dyn SocialStorage>) {
        self.associations.shelf.put_up(storage);
    }

    fn question(&self, request: &Params) -> Option<Form> {
        let title = format!("Sign in with {}", self.config.info.title);
        let (name, label, hint) = match self.provider.identifier {
            Identifier::Asked(name) if self.config.fixed_identifier.is_none() => {
                (name, "Your OpenID", "An address, such as https://example.com/me")
            }
            Identifier::Username { parameter, .. } => (parameter, "Your user name there", ""),
            Identifier::Asked(_) | Identifier::Fixed(_) => return None,
        };
        let is_told = request.get(name).is_some_and(|text| !text.trim().is_empty());
        (!is_told).then(|| Form::new(title).field(Field::username(name, label).hint(hint)))
    }

    async fn begin(&self, attempt: &mut Attempt, request: &Params) -> Result<Departure> {
        let service = self.service(&self.identifier(request)?).await?;
        let asking = Asking { http: &self.http, guard: &self.config.guard, now: self.clock.now() };
        let association = if self.provider.associates { self.associations.with(&asking, &service).await } else { None };
        attempt.redirect_uri = ask::return_to(&attempt.redirect_uri, &attempt.state)?;
        attempt.protocol.insert(SERVICE.to_owned(), serde_json::to_value(&service).unwrap_or_default());
        if let Some(association) = &association {
            attempt.protocol.insert(ASSOCIATION.to_owned(), serde_json::to_value(association).unwrap_or_default());
        }
        ask::departure(&self.config, &service, association.as_ref(), &attempt.redirect_uri)
    }

    /// The state stands in `return_to`, whose parameters come back with the answer.
    fn state_of<'a>(&self, callback: &'a Params) -> Option<&'a str> {
        callback.get(STATE)
    }

    async fn complete(&self, attempt: &Attempt, callback: &Callback) -> Result<Identity> {
        let at = |stage: Stage| move |error: Error| error.stage_if_unknown(stage);
        let answer = Answer::read(&callback.params).map_err(at(Stage::Callback))?;
        verify::mode_is_positive(&answer).map_err(at(Stage::Callback))?;
        let service: Service = attempt
            .protocol
            .get(SERVICE)
            .cloned()
            .and_then(|value| serde_json::from_value(value).ok())
            .ok_or_else(|| Error::new(Reason::SessionContextMissing).detail("the attempt does not say which provider was asked"))?;
        let now = self.clock.now();
        let expected = Expected { service: &service, return_to: &attempt.redirect_uri, now };
        let claim = verify::claim(&answer, &expected).map_err(at(Stage::Callback))?;
        self.provider_vouches(&claim, &service).await.map_err(at(Stage::Callback))?;
        self.signature_is_right(&answer, attempt, &service).await.map_err(at(Stage::Callback))?;
        extension::auth_is_fresh(&answer, self.config.pape.as_ref(), now).map_err(at(Stage::Callback))?;
        self.identity(&answer, &claim).await.map_err(at(Stage::UserInfo))
    }

    async fn check(&self) -> Result<Vec<String>> {
        let fixed = self.config.fixed_identifier.as_deref();
        let Some(address) = fixed.or(if let Identifier::Fixed(address) = self.provider.identifier { Some(address) } else { None }) else {
            return Ok(Vec::new());
        };
        let service = self.service(&normalized(address)?).await?;
        Ok(vec![format!("{address} names the endpoint {}", service.endpoint)])
    }
}
