//! The SAML backend, as the flows use it.

use async_trait::async_trait;
use serde_json::{Value, json};

use super::assertion::Expected;
use super::attributes;
use super::config::Config;
use super::engine::PrivateKeyEngine;
use super::idp::IdentityProvider;
use super::request::{self, Question};
use super::response::{self, Checks};
use super::{Saml, metadata};
use crate::attempt::Attempt;
use crate::backend::{Backend, BackendInfo, Callback, Departure};
use crate::clock::Clock;
use crate::error::{Error, Reason, Result, Stage};
use crate::identity::Identity;
use crate::seal::random_token;
use crate::settings::BackendSettings;
use crate::web::Params;

/// A SAML 2.0 service provider with its identity providers, ready for use.
pub struct SamlBackend {
    info: BackendInfo,
    config: Config,
    clock: Clock,
}

impl SamlBackend {
    /// Applies the settings of the instance.
    ///
    /// # Errors
    /// `missing_setting` or `invalid_setting`, stage `start`.
    pub fn new(provider: &Saml, instance: &str, settings: &BackendSettings<'_>, clock: Clock) -> Result<Self> {
        let config = Config::resolve(settings).map_err(|error| error.stage_if_unknown(Stage::Start))?;
        let info = BackendInfo {
            name: instance.to_owned(),
            provider: provider.name.to_owned(),
            title: settings.text("TITLE")?.unwrap_or(provider.title).to_owned(),
            icon: provider.name.to_owned(),
            protocol: Saml::PROTOCOL,
            association_only: false,
            requires_email_validation: false,
            had_other_identifiers: false,
        };
        Ok(SamlBackend { info, config, clock })
    }

    /// The identity provider that was asked for; where there is only one, nobody has to ask.
    fn chosen(&self, wanted: Option<&str>) -> Result<&IdentityProvider> {
        match (wanted, self.config.idps.as_slice()) {
            (None, [only]) => Ok(only),
            (None, _) => Err(Error::missing_parameter("idp")),
            (Some(name), all) => all.iter().find(|idp| idp.name == name).ok_or_else(|| {
                Error::new(Reason::InvalidParameter).parameter("idp").detail("ENABLED_IDPS has no identity provider of this name")
            }),
        }
    }
}

#[async_trait]
impl Backend for SamlBackend {
    fn info(&self) -> &BackendInfo {
        &self.info
    }

    async fn begin(&self, attempt: &mut Attempt, request: &Params) -> Result<Departure> {
        let idp = self.chosen(request.get("idp"))?;
        let id = format!("_{}", random_token(24));
        let question = Question { id: &id, relay_state: &attempt.state, callback: &attempt.redirect_uri, now: self.clock.now() };
        let departure = request::departure(&self.config, idp, &question)?;
        attempt.protocol.insert("idp".into(), json!(idp.name));
        attempt.protocol.insert("request".into(), json!(id));
        Ok(departure)
    }

    fn state_of<'a>(&self, callback: &'a Params) -> Option<&'a str> {
        callback.get("RelayState")
    }

    async fn complete(&self, attempt: &Attempt, callback: &Callback) -> Result<Identity> {
        let parameter = callback.params.get("SAMLResponse").ok_or_else(|| Error::missing_parameter("SAMLResponse"))?;
        let kept = |name: &str| attempt.protocol.get(name).and_then(Value::as_str);
        let (Some(idp), Some(request)) = (kept("idp"), kept("request")) else {
            return Err(Error::new(Reason::SessionContextMissing).detail("the attempt knows of no SAML request"));
        };
        let idp = self.chosen(Some(idp))?;
        let now = self.clock.now();
        let checks = Checks {
            trusted: idp.keys.as_ref(),
            own: self.config.key.as_ref().map(|key| key as &dyn PrivateKeyEngine),
            wants: self.config.wants,
            expected: Expected {
                issuer: &idp.entity_id,
                audience: &self.config.entity_id,
                recipient: &attempt.redirect_uri,
                request,
                now,
                leeway: self.config.leeway,
            },
        };
        response::decode(parameter)
            .and_then(|text| response::check(&text, &checks))
            .and_then(|assertion| attributes::identity(idp, assertion, now))
            .map_err(|error| error.stage_if_unknown(Stage::TokenValidation))
    }

    fn service_metadata(&self, callback_url: &str) -> Result<Option<String>> {
        metadata::ours(&self.config, callback_url).map(Some)
    }

    async fn check(&self) -> Result<Vec<String>> {
        Ok(self.config.idps.iter().map(|idp| format!("identity provider \"{}\": {} at {}", idp.name, idp.entity_id, idp.url)).collect())
    }
}
