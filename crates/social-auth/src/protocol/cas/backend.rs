//! The CAS backend: a description with settings applied, as the flows use it.

use async_trait::async_trait;
use serde_json::{Map, Value};
use url::Url;

use super::config::{Config, Version};
use super::description::Cas;
use super::{answer, logout};
use crate::attempt::Attempt;
use crate::backend::{Backend, BackendInfo, Callback, Departure, EndSession};
use crate::clock::Clock;
use crate::error::{Error, Reason, Result, Stage};
use crate::http::{Client, Outgoing};
use crate::identity::{Identity, Tokens};
use crate::protocol::arguments::{REDIRECT_STATE, with_state};
use crate::protocol::profile::{self, Reading};
use crate::settings::BackendSettings;
use crate::web::Params;

/// The longest ticket that is sent on: clients must take 32 characters and should take 256 (section 3.1.1).
const MAX_TICKET: usize = 512;

/// A CAS server, ready for use.
pub struct CasBackend {
    config: Config,
    http: Client,
    clock: Clock,
}

impl CasBackend {
    /// Applies the settings of the instance to the description.
    ///
    /// # Errors
    /// `missing_setting` or `invalid_setting`, stage `start`.
    pub fn new(provider: &'static Cas, instance: &str, settings: &BackendSettings<'_>, http: Client, clock: Clock) -> Result<Self> {
        Ok(CasBackend { config: Config::resolve(provider, instance, settings)?, http, clock })
    }

    /// What the server says of the ticket, for the service that the attempt began with (section 2.5.1).
    async fn validate(&self, ticket: &str, service: &str) -> Result<Map<String, Value>> {
        let mut query = vec![("service", service), ("ticket", ticket)];
        if self.config.renew {
            query.push(("renew", "true"));
        }
        let said = self.http.send(Outgoing::get(&self.config.validate_url)?.query(&query)).await?;
        said.require_success()?;
        match self.config.version {
            Version::One => answer::plain(said.text()?),
            Version::Two | Version::Three => answer::xml(said.text()?),
        }
    }

    /// Section 2.5.7: a server that tells whether a password was given says so truly.
    fn renewed_where_asked(&self, said: &Map<String, Value>) -> Result<()> {
        let told = said.get("attributes").and_then(|attributes| attributes.get("isFromNewLogin")).and_then(Value::as_str);
        if self.config.renew && told.is_some_and(|told| !told.eq_ignore_ascii_case("true")) {
            return Err(Error::invalid_claim("isFromNewLogin").detail("RENEW is on, and the server has asked for no password"));
        }
        Ok(())
    }
}

#[async_trait]
impl Backend for CasBackend {
    fn info(&self) -> &BackendInfo {
        &self.config.info
    }

    async fn begin(&self, attempt: &mut Attempt, _: &Params) -> Result<Departure> {
        attempt.redirect_uri = with_state(&attempt.redirect_uri, &attempt.state);
        let mut url = Url::parse(&self.config.login_url)
            .map_err(|_| Error::invalid_setting("LOGIN_PAGE_URL", "must be an address such as https://cas.example.edu/cas/login"))?;
        let switches = [(self.config.renew, ("renew", "true")), (self.config.gateway, ("gateway", "true"))];
        url.query_pairs_mut().append_pair("service", &attempt.redirect_uri);
        for (_, (name, value)) in switches.iter().filter(|(on, _)| *on) {
            url.query_pairs_mut().append_pair(name, value);
        }
        if self.config.answers_by_post {
            url.query_pairs_mut().append_pair("method", "POST");
        }
        Ok(Departure::Redirect(url.into()))
    }

    fn state_of<'a>(&self, callback: &'a Params) -> Option<&'a str> {
        callback.get(REDIRECT_STATE)
    }

    async fn complete(&self, attempt: &Attempt, callback: &Callback) -> Result<Identity> {
        let ticket = match callback.params.get("ticket").filter(|ticket| !ticket.is_empty()) {
            Some(ticket) => ticket,
            None if self.config.gateway => return Err(nobody_there()),
            None => return Err(Error::missing_parameter("ticket").stage(Stage::Callback)),
        };
        if !is_service_ticket(ticket) {
            let why = "a service ticket begins with ST-; tickets of proxies are refused";
            return Err(Error::new(Reason::InvalidParameter).parameter("ticket").detail(why).stage(Stage::Callback));
        }
        let said = self.validate(ticket, &attempt.redirect_uri).await.map_err(|error| error.stage_if_unknown(Stage::TokenExchange))?;
        self.renewed_where_asked(&said).map_err(|error| error.stage(Stage::TokenValidation))?;
        let reading = Reading { settings: &self.config.hook_settings, answer: None, details: None };
        let mut identity = profile::read(&self.config.identity, &reading, said, Tokens::default(), self.clock.now())
            .map_err(|error| error.stage_if_unknown(Stage::UserInfo))?;
        identity.provider_session.id = Some(ticket.to_owned());
        Ok(identity)
    }

    /// Single logout (section 2.3.3): posted by the server to the address that it has the ticket for.
    fn ended_by_ticket(&self, form: &Params) -> Option<String> {
        form.get("logoutRequest").and_then(logout::ended_ticket)
    }

    /// Section 2.3.
    async fn end_session(&self, ending: &EndSession<'_>) -> Result<Option<Departure>> {
        let Ok(mut url) = Url::parse(&self.config.logout_url) else { return Ok(None) };
        url.query_pairs_mut().append_pair("service", ending.return_to);
        Ok(Some(Departure::Redirect(url.into())))
    }

    async fn check(&self) -> Result<Vec<String>> {
        let answer = self.http.send(Outgoing::get(&self.config.login_url)?).await?;
        answer.require_success()?;
        Ok(vec![format!("{} answers", self.config.login_url)])
    }
}

/// With `gateway`, the server sends whoever has no session there back without a ticket (section 2.1.1).
fn nobody_there() -> Error {
    Error::new(Reason::AuthorizationDeclined).stage(Stage::Callback).detail("GATEWAY is on, and the server knows nobody in this browser")
}

/// Section 3.1.1: service tickets begin with `ST-`; proxy tickets with `PT-`.
pub(super) fn is_service_ticket(ticket: &str) -> bool {
    let rest = ticket.strip_prefix("ST-").unwrap_or_default();
    !rest.is_empty() && ticket.len() <= MAX_TICKET && rest.bytes().all(|byte| byte.is_ascii_graphic())
}
