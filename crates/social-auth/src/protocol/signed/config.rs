//! A provider's description with the settings applied.

use serde_json::Value;

use super::description::{Departs, Launches, Proof, Signed};
use super::mac_config::MacConfig;
use crate::backend::BackendInfo;
use crate::clock::Clock;
use crate::error::Result;
use crate::http::Client;
use crate::protocol::oidc::RelyingParty;
use crate::protocol::profile::{About, Described, HookSettings, IdentityConfig, ResolvedCall, calls, declared, info};
use crate::select::Selector;
use crate::settings::BackendSettings;

/// What one backend instance goes by.
pub(super) struct Config {
    pub info: BackendInfo,
    pub proof: ProofConfig,
    pub departs: DepartsConfig,
    pub launches: bool,
    pub framed_by: &'static [&'static str],
    pub calls: Vec<ResolvedCall>,
    /// The signed field and the profile's that must be the same.
    pub profile_of: Option<(Selector, Selector)>,
    /// Where the identifier stands.
    pub uid: Selector,
    pub identity: IdentityConfig,
    pub keeps_all: bool,
    pub hook_settings: HookSettings,
}

/// What proves a callback.
pub(super) enum ProofConfig {
    Mac(Box<MacConfig>),
    IdToken { parameter: &'static str, double_submit: &'static str, relying_party: Box<RelyingParty> },
    Token(&'static str),
    Attempt,
}

/// How a sign-in begins: the description's way, or the address that the settings name.
pub(super) enum DepartsConfig {
    Described(&'static Departs),
    Redirect { url: String, return_parameter: String },
    SignedRequest { url: String, return_parameter: String },
}

impl Config {
    /// Applies settings to a description.
    ///
    /// # Errors
    /// `missing_setting` or `invalid_setting`, stage `start`.
    pub fn resolve(
        provider: &'static Signed,
        instance: &str,
        settings: &BackendSettings<'_>,
        http: &Client,
        clock: &Clock,
    ) -> Result<Self> {
        let hook_settings = hook_settings(provider, instance, settings)?;
        let (launches, framed_by) = match provider.launches {
            Launches::Never => (settings.boolean("ALLOW_LAUNCHES", false)?, [].as_slice()),
            Launches::Confirmed { framed_by } => (settings.boolean("ALLOW_LAUNCHES", true)?, framed_by),
        };
        let proof = proof(provider, settings, &hook_settings, http, clock)?;
        if let ProofConfig::Mac(mac) = &proof
            && !mac.cannot_be_old()
            && provider.profile_of.1.is_empty()
        {
            let why = "It is the field that says when it was signed; without it (or NONCE_FIELD) an old signature would be good for ever.";
            return Err(settings.missing("SIGNATURE_TIME_FIELD", why));
        }
        let described = Described {
            uid: provider.uid,
            uid_switches: &[],
            details: provider.details,
            groups: provider.groups,
            extra_data: provider.extra_data,
        };
        Ok(Config {
            info: info(&about(provider), instance, settings)?,
            departs: departs(provider, settings, &proof)?,
            proof,
            launches,
            framed_by: if launches { framed_by } else { &[] },
            calls: calls(provider.profile, settings, &hook_settings)?,
            profile_of: profile_of(provider),
            uid: uid(provider),
            identity: IdentityConfig::resolve(&described, settings)?,
            keeps_all: provider.keeps_all,
            hook_settings,
        })
    }
}

fn hook_settings(provider: &Signed, instance: &str, settings: &BackendSettings<'_>) -> Result<HookSettings> {
    let client_id = match provider.client_id_setting {
        "" => settings.text("KEY")?.unwrap_or_default(),
        name => settings.required(name, &format!("The provider knows this site by it; see {}.", provider.docs))?,
    };
    let declared = declared(provider.settings, settings)?;
    Ok(HookSettings {
        backend: instance.to_owned(),
        client_id: client_id.to_owned(),
        secret: settings.secret("SECRET")?.unwrap_or_default(),
        scope: Vec::new(),
        declared,
    })
}

fn proof(
    provider: &'static Signed,
    settings: &BackendSettings<'_>,
    hooks: &HookSettings,
    http: &Client,
    clock: &Clock,
) -> Result<ProofConfig> {
    Ok(match &provider.proof {
        Proof::Mac(mac) => ProofConfig::Mac(Box::new(MacConfig::resolve(mac, settings, hooks)?)),
        Proof::IdToken { parameter, double_submit, openid } => {
            let relying_party = Box::new(RelyingParty::new(openid, settings, hooks, http.clone(), clock.clone())?);
            ProofConfig::IdToken { parameter, double_submit, relying_party }
        }
        Proof::Token(parameter) => ProofConfig::Token(parameter),
        Proof::Attempt => ProofConfig::Attempt,
    })
}

fn departs(provider: &'static Signed, settings: &BackendSettings<'_>, proof: &ProofConfig) -> Result<DepartsConfig> {
    let Some(url) = settings.text("AUTHORIZATION_URL")? else { return Ok(DepartsConfig::Described(&provider.departure)) };
    let return_parameter = settings.text("RETURN_PARAMETER")?.unwrap_or("return_to").to_owned();
    Ok(match proof {
        ProofConfig::Mac(mac) if !mac.nonce.is_empty() => DepartsConfig::SignedRequest { url: url.to_owned(), return_parameter },
        _ => DepartsConfig::Redirect { url: url.to_owned(), return_parameter },
    })
}

fn profile_of(provider: &Signed) -> Option<(Selector, Selector)> {
    let (signed, profile) = provider.profile_of;
    if profile.is_empty() { None } else { Some((Selector::parse(signed).ok()?, Selector::parse(profile).ok()?)) }
}

fn uid(provider: &Signed) -> Selector {
    use super::UidField::{Joined, Stable, StableOnce};
    let (Stable(text) | StableOnce(text, _) | Joined(_, text)) = provider.uid;
    Selector::parse(text).unwrap_or_default()
}

fn about(provider: &Signed) -> About {
    About {
        name: provider.name,
        title: provider.title,
        icon: provider.icon,
        protocol: Signed::PROTOCOL,
        association_only: provider.association_only,
        uid: provider.uid,
    }
}

/// A field as text, for comparison.
pub(super) fn text_at(selector: &Selector, fields: &Value) -> Option<String> {
    selector.text(fields).filter(|text| !text.is_empty())
}
