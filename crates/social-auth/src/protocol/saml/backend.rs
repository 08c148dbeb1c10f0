//! The SAML backend, as the flows use it.

use std::sync::Arc;

use async_trait::async_trait;
use serde::Deserialize;
use serde_json::{Value, json};

use super::assertion::{Assertion, Expected};
use super::attributes;
use super::config::Config;
use super::idp::{Endpoint, Entry, Member, Surroundings};
use super::logout::{self, Arrived, Remembered, Sender};
use super::message;
use super::request::{self, Question};
use super::response::{self, Checks};
use super::{Saml, metadata};
use crate::attempt::Attempt;
use crate::backend::{
    Backend, BackendInfo, Callback, Delivery, Departure, EndSession, LogoutMessage, LogoutReceived, ProviderEndsSessions, ServiceAddresses,
};
use crate::clock::Clock;
use crate::error::{Error, Reason, Result, Stage};
use crate::http::Client;
use crate::identity::{Identity, UserDetails};
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
    /// Applies the settings of the instance. Metadata of identity providers in files are read, those at URLs when they
    /// are needed first.
    ///
    /// # Errors
    /// `missing_setting` or `invalid_setting`, stage `start`.
    pub fn new(provider: &Saml, instance: &str, settings: &BackendSettings<'_>, http: Client, clock: Clock) -> Result<Self> {
        let surroundings = Surroundings { http, clock: clock.clone() };
        let config = Config::resolve(settings, &surroundings).map_err(|error| error.stage_if_unknown(Stage::Start))?;
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

    /// The entry that was asked for; where there is only one, nobody has to ask.
    fn entry(&self, wanted: Option<&str>) -> Result<&Arc<Entry>> {
        match (wanted, self.config.entries.as_slice()) {
            (None, [only]) => Ok(only),
            (None, _) => Err(Error::missing_parameter("idp")),
            (Some(name), all) => all.iter().find(|entry| entry.name == name).ok_or_else(|| {
                Error::new(Reason::InvalidParameter).parameter("idp").detail("ENABLED_IDPS has no identity provider of this name")
            }),
        }
    }

    /// The identity provider of this entity id among those that may begin a sign-in, or all of them.
    async fn by_issuer(&self, issuer: &str, may_begin: bool) -> Option<Member> {
        for entry in self.config.entries.iter().filter(|entry| !may_begin || entry.rules.allow_idp_initiated) {
            if let Ok(member) = entry.member(Some(issuer)).await {
                return Some(member);
            }
        }
        None
    }

    /// Checks an answer; once more with newer keys where the identity provider may have changed them.
    async fn checked(&self, text: &str, member: Member, expected: ExpectedHere<'_>) -> Result<(Member, Assertion)> {
        match self.check(text, &member, expected) {
            Err(error) if error.reason() == Reason::InvalidSignature => match member.entry.renewed(&member).await {
                Some(newer) => self.check(text, &newer, expected).map(|assertion| (newer, assertion)),
                None => Err(error),
            },
            outcome => outcome.map(|assertion| (member, assertion)),
        }
    }

    fn expected<'a>(&'a self, member: &'a Member, here: ExpectedHere<'a>) -> Expected<'a> {
        let security = &self.config.security;
        let context = security.authn_context.as_ref().filter(|context| context.insist && context.comparison == "exact");
        Expected {
            issuer: &member.party.entity_id,
            audience: &self.config.entity_id,
            recipient: here.recipient,
            request: here.request,
            authn_context: context.map(|context| context.classes.as_slice()),
            repeated_attributes: security.repeated_attributes,
            now: self.clock.now(),
            leeway: self.config.leeway,
        }
    }

    /// How logout is spoken of with an identity provider.
    fn logout_at<'a>(&'a self, member: &'a Member) -> Result<(Sender<'a>, &'a Endpoint)> {
        let endpoint = member.party.logout.as_ref();
        let endpoint = endpoint.ok_or_else(|| self.unsupported("single logout with this identity provider, which has no slo_url"))?;
        let key =
            self.config.key().ok_or_else(|| self.unsupported("single logout without SP_PRIVATE_KEY, since its messages are signed"))?;
        Ok((Sender { entity_id: &self.config.entity_id, key, now: self.clock.now() }, endpoint))
    }

    fn check(&self, text: &str, member: &Member, expected: ExpectedHere<'_>) -> Result<Assertion> {
        let security = &self.config.security;
        let checks = Checks {
            trusted: member.party.keys()?,
            own: self.config.key(),
            wants: security.wants,
            expected: self.expected(member, expected),
        };
        let assertion = response::check(text, &checks)?;
        if security.want_name_id && assertion.subject.name_id.is_none() {
            return Err(Error::missing_claim("NameID"));
        }
        if security.want_attributes && assertion.attributes.is_empty() {
            return Err(Error::missing_claim("AttributeStatement"));
        }
        Ok(assertion)
    }

    fn identity(&self, member: &Member, assertion: Assertion) -> Result<Identity> {
        let identity = attributes::identity(member, assertion, &self.config.kept, self.clock.now());
        identity.map_err(|error| error.stage_if_unknown(Stage::Callback))
    }

    /// An answer that nobody asked for (Profiles 4.1.5). Which identity provider it is from is read before it is checked,
    /// to know by whose keys.
    async fn unsolicited(&self, callback: &Callback) -> Result<(Member, Assertion)> {
        let text = answer(callback)?;
        let issuer = response::issuer(&text)?;
        let member = self.by_issuer(&issuer, true).await.ok_or_else(|| {
            let why = "this identity provider may not begin a sign-in: allow_idp_initiated is not set for it";
            Error::new(Reason::SessionContextMissing).detail(why)
        })?;
        let expected = ExpectedHere { recipient: &callback.url, request: None };
        self.checked(&text, member, expected).await.map_err(|error| error.stage_if_unknown(Stage::Callback))
    }
}

/// What an answer must say besides who sent it to whom.
#[derive(Clone, Copy)]
struct ExpectedHere<'a> {
    recipient: &'a str,
    request: Option<&'a str>,
}

/// The XML of the answer. It comes by POST (Profiles 4.1.2): in an address it would stand in logs.
fn answer(callback: &Callback) -> Result<String> {
    let parameter = callback.params.get("SAMLResponse").ok_or_else(|| Error::missing_parameter("SAMLResponse"))?;
    if !callback.posted {
        return Err(Error::new(Reason::InvalidParameter).parameter("SAMLResponse").detail("an answer must be posted"));
    }
    message::posted(parameter)
}

#[async_trait]
impl Backend for SamlBackend {
    fn info(&self) -> &BackendInfo {
        &self.info
    }

    async fn begin(&self, attempt: &mut Attempt, request: &Params) -> Result<Departure> {
        let member = self.entry(request.get("idp"))?.member(request.get("entityID")).await?;
        let id = format!("_{}", random_token(24));
        let question = Question { id: &id, relay_state: &attempt.state, callback: &attempt.redirect_uri, now: self.clock.now() };
        let departure = request::departure(&self.config, &member, &question)?;
        attempt.protocol.insert("idp".into(), json!(member.entry.name));
        attempt.protocol.insert("request".into(), json!(id));
        attempt.issuer = Some(member.party.entity_id.clone());
        Ok(departure)
    }

    fn state_of<'a>(&self, callback: &'a Params) -> Option<&'a str> {
        callback.get("RelayState")
    }

    async fn complete(&self, attempt: &Attempt, callback: &Callback) -> Result<Identity> {
        let text = answer(callback)?;
        let kept = |name: &str| attempt.protocol.get(name).and_then(Value::as_str);
        let (Some(idp), Some(issuer), Some(request)) = (kept("idp"), attempt.issuer.as_deref(), kept("request")) else {
            return Err(Error::new(Reason::SessionContextMissing).detail("the attempt knows of no SAML request"));
        };
        let member = self.entry(Some(idp))?.member(Some(issuer)).await?;
        let expected = ExpectedHere { recipient: &attempt.redirect_uri, request: Some(request) };
        let checked = self.checked(&text, member, expected).await.map_err(|error| error.stage_if_unknown(Stage::Callback));
        let (member, assertion) = checked?;
        self.identity(&member, assertion)
    }

    fn takes_launches(&self, callback: &Params) -> bool {
        callback.get("SAMLResponse").is_some() && self.config.entries.iter().any(|entry| entry.rules.allow_idp_initiated)
    }

    /// An answer to a request of ours is good once because the request is.
    async fn delivery(&self, attempt: Option<&Attempt>, callback: &Callback) -> Result<Option<Delivery>> {
        if attempt.is_some() {
            return Ok(None);
        }
        let (member, assertion) = self.unsolicited(callback).await?;
        let key = format!("{} {}", member.party.entity_id, assertion.id);
        let expires_at = assertion.valid_until.saturating_add(self.config.leeway);
        let Identity { uid, details: UserDetails { fullname, username, email, .. }, .. } = self.identity(&member, assertion)?;
        let who = fullname.or(username).or(email.map(|email| email.address)).unwrap_or_else(|| uid.to_string());
        let next = callback.params.get("RelayState").map(str::to_owned);
        Ok(Some(Delivery { key: Some(key), expires_at, who: Some(who), from_our_page: false, next }))
    }

    async fn complete_launch(&self, callback: &Callback) -> Result<Identity> {
        let (member, assertion) = self.unsolicited(callback).await?;
        self.identity(&member, assertion)
    }

    async fn end_session(&self, ending: &EndSession<'_>) -> Result<Option<Departure>> {
        let Ok(whom) = Remembered::deserialize(&ending.session.memo) else { return Ok(None) };
        let member = self.entry(Some(&whom.idp))?.member(Some(&whom.issuer)).await?;
        if member.party.logout.is_none() || self.config.key().is_none() {
            return Ok(None);
        }
        let (sender, endpoint) = self.logout_at(&member)?;
        logout::ask(&sender, endpoint, &whom, Some(ending.state)).map(Some)
    }

    async fn receive_logout(&self, message: &LogoutMessage<'_>) -> Result<LogoutReceived> {
        let arrived = Arrived::read(message.posted, |name| message.form.get(name).map(str::to_owned), message.query)?;
        let unknown = || Error::invalid_claim("Issuer").detail("no identity provider of this entity id is known");
        let member = self.by_issuer(&response::issuer(&arrived.text)?, false).await.ok_or_else(unknown)?;
        let expected = self.expected(&member, ExpectedHere { recipient: &message.url, request: None });
        let relay_state = arrived.relay_state(|name| message.form.get(name).map(str::to_owned))?;
        if !arrived.is_request() {
            logout::answer(&arrived, member.party.keys()?, &expected)?;
            return Ok(LogoutReceived::Answered { state: relay_state });
        }
        let wanted = logout::request(&arrived, member.party.keys()?, self.config.key(), &expected)?;
        let (sender, endpoint) = self.logout_at(&member)?;
        Ok(LogoutReceived::Requested(ProviderEndsSessions {
            subject: member.scoped(&wanted.name_id),
            sessions: wanted.sessions.iter().map(|session| member.scoped(session)).collect(),
            once: format!("{} {}", member.party.entity_id, wanted.id),
            expires_at: wanted.valid_until.saturating_add(self.config.leeway),
            answer: logout::confirm(&sender, endpoint, &wanted.id, relay_state.as_deref())?,
        }))
    }

    fn service_metadata(&self, addresses: &ServiceAddresses) -> Result<Option<String>> {
        metadata::ours(&self.config, addresses).map(Some)
    }

    async fn check(&self) -> Result<Vec<String>> {
        let mut lines = Vec::new();
        for entry in &self.config.entries {
            lines.push(entry.describe().await?);
        }
        Ok(lines)
    }
}
