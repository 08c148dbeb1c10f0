//! A provider's description with the settings applied: everything that a request needs, ready.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::audience::AudienceCheck;
use super::description::{ClientAuth, HookSettings, Hooks, OAuth2, Pkce, RevokeToken, TokenRequest, UidField, Verified};
use super::profile::ResolvedCall;
use crate::backend::BackendInfo;
use crate::error::{Error, Reason, Result, Stage};
use crate::secret::Secret;
use crate::select::Selector;
use crate::settings::{BackendSettings, SettingDecl};
use crate::template;

/// What one backend instance goes by.
pub(super) struct Config {
    pub info: BackendInfo,
    pub key: String,
    pub secret: Secret,
    pub authorization_url: String,
    pub token_url: String,
    pub refresh_url: String,
    pub revoke: Option<RevokeConfig>,
    pub token_request: TokenRequest,
    pub refresh_request: TokenRequest,
    pub token_headers: Vec<(String, String)>,
    pub token_without: &'static [&'static str],
    pub names: &'static [(&'static str, &'static str)],
    pub client_auth: ClientAuth,
    /// Whether the settings say how the client authenticates, so that metadata has no say.
    pub client_auth_is_set: bool,
    pub scope: Vec<String>,
    pub scope_separator: &'static str,
    pub scope_parameter: &'static str,
    pub response_type: &'static str,
    pub response_mode: &'static str,
    pub challenge: Option<Challenge>,
    pub redirect_state: bool,
    pub authorize_params: Vec<(String, String)>,
    pub extra_arguments: Vec<(String, String)>,
    pub override_allowlist: Vec<String>,
    pub token_params: Vec<(String, String)>,
    pub token_root: Selector,
    pub calls: Vec<ResolvedCall>,
    pub uid: UidConfig,
    pub details: DetailsConfig,
    pub groups: Selector,
    /// Whether an answer without groups means that there are none, and not that nobody told.
    pub groups_missing_as_empty: bool,
    pub extra_data: Vec<KeptField>,
    pub keep_everything: bool,
    pub audience_check: AudienceCheck,
    pub further_audiences: Vec<String>,
    pub hooks: Hooks,
    pub hook_settings: HookSettings,
}

/// How the PKCE challenge is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Challenge {
    pub plain: bool,
    pub verifier_length: usize,
}

pub(super) struct RevokeConfig {
    pub method: http::Method,
    pub url: String,
    pub token: RevokeToken,
}

pub(super) struct UidConfig {
    pub selector: Selector,
    pub id_key: String,
    pub legacy: Vec<(String, Selector)>,
}

pub(super) struct DetailsConfig {
    pub username: Selector,
    pub email: Selector,
    pub email_verified: VerifiedConfig,
    pub fullname: Selector,
    pub first_name: Selector,
    pub last_name: Selector,
    pub extra: Vec<(&'static str, Selector)>,
}

pub(super) enum VerifiedConfig {
    Never,
    Always,
    When(Selector),
}

/// A field of the answer and the name it is kept under.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct KeptField {
    pub field: String,
    pub selector: Selector,
    pub name: String,
    pub only_if_present: bool,
}

impl Config {
    /// What this provider calls a parameter of RFC 6749.
    pub fn own_name<'n>(&self, name: &'n str) -> &'n str {
        self.names.iter().find(|(known, _)| *known == name).map_or(name, |(_, own)| own)
    }
}

impl KeptField {
    fn new(field: &str, name: &str, only_if_present: bool) -> Self {
        // A claim's name may be no selector, such as a URL: it is looked up as it stands.
        let selector = Selector::parse(field).unwrap_or_default();
        KeptField { field: field.to_owned(), selector, name: name.to_owned(), only_if_present }
    }
}

impl Config {
    /// Applies settings to a description.
    ///
    /// # Errors
    /// `missing_setting` or `invalid_setting`, stage `start`.
    pub fn resolve(provider: &'static OAuth2, instance: &str, settings: &BackendSettings<'_>) -> Result<Self> {
        let declared = declared(provider.settings, settings)?;
        let hint = if provider.docs.is_empty() { String::new() } else { format!("Get one at {}", provider.docs) };
        let key = settings.required(provider.client_id_setting, &hint)?.to_owned();
        let secret = settings.secret("SECRET")?;
        let client_auth = client_auth(provider, settings)?;
        if secret.is_none() && client_auth != ClientAuth::None && provider.hooks.client_secret.is_none() {
            return Err(settings.missing("SECRET", &hint));
        }
        let mut hook_settings = HookSettings {
            backend: instance.to_owned(),
            client_id: key.clone(),
            secret: secret.clone().unwrap_or_default(),
            scope: scope(provider.scope, settings)?,
            declared,
        };
        if let Some(complete) = provider.hooks.scope {
            let mut scope = std::mem::take(&mut hook_settings.scope);
            complete(&hook_settings, &mut scope);
            hook_settings.scope = scope;
        }
        if let Some(check) = provider.hooks.check_settings {
            check(&hook_settings).map_err(|error| error.stage_if_unknown(Stage::Start).backend(instance))?;
        }
        let url = |name: &str, default: &str| url(settings, &hook_settings, name, default);
        let token_url = url("ACCESS_TOKEN_URL", provider.token_url)?;
        let refresh_url = url("REFRESH_TOKEN_URL", provider.refresh_url)?;
        let pairs = |list: &[(&str, &str)]| fill_pairs(list, &hook_settings);
        let token_request = token_request(provider, settings)?;
        Ok(Config {
            info: info(provider, instance, settings)?,
            authorization_url: url("AUTHORIZATION_URL", provider.authorization_url)?,
            refresh_url: if refresh_url.is_empty() { token_url.clone() } else { refresh_url },
            token_url,
            revoke: revoke(provider, settings, &hook_settings)?,
            token_request,
            refresh_request: provider.refresh_request.unwrap_or(token_request),
            token_headers: pairs(provider.token_headers)?,
            token_without: provider.token_without,
            names: provider.names,
            client_auth,
            client_auth_is_set: settings.text("TOKEN_ENDPOINT_AUTH_METHOD")?.is_some(),
            scope: hook_settings.scope.clone(),
            scope_separator: provider.scope_separator,
            scope_parameter: provider.scope_parameter,
            response_type: provider.response_type,
            response_mode: provider.response_mode,
            challenge: challenge(provider.pkce, settings)?,
            redirect_state: settings.boolean("REDIRECT_STATE", provider.redirect_state)?,
            authorize_params: pairs(provider.authorize_params)?,
            extra_arguments: settings.pairs("AUTH_EXTRA_ARGUMENTS")?,
            override_allowlist: settings.list("AUTH_EXTRA_ARGUMENTS_OVERRIDE_ALLOWLIST")?.unwrap_or_default(),
            token_params: pairs(provider.token_params)?,
            token_root: selector(settings, "TOKEN_ROOT", provider.token_root)?,
            calls: calls(provider, settings, &hook_settings)?,
            uid: uid(provider, settings)?,
            details: details(provider, settings)?,
            groups: selector(settings, "GROUPS_KEY", provider.groups)?,
            groups_missing_as_empty: settings.boolean("GROUPS_MISSING_AS_EMPTY", settings.text("GROUPS_KEY")?.is_some())?,
            extra_data: extra_data(provider, settings)?,
            keep_everything: settings.boolean("GET_ALL_EXTRA_DATA", false)?,
            audience_check: audience_check(provider, settings)?,
            further_audiences: settings.list("ACCEPTED_AUDIENCES")?.unwrap_or_default(),
            hooks: provider.hooks,
            key,
            secret: secret.unwrap_or_default(),
            hook_settings,
        })
    }
}

impl Config {
    /// The client ids that tokens may be issued to.
    pub(super) fn accepted_audiences(&self) -> impl Iterator<Item = &str> {
        std::iter::once(self.key.as_str()).chain(self.further_audiences.iter().map(String::as_str))
    }
}

fn audience_check(provider: &OAuth2, settings: &BackendSettings<'_>) -> Result<AudienceCheck> {
    if settings.boolean("ALLOW_UNCHECKED_ACCESS_TOKENS", false)? {
        return Ok(AudienceCheck::Unchecked);
    }
    match (settings.text("INTROSPECTION_URL")?, provider.token_check) {
        (None, Some(check)) => Ok(AudienceCheck::Provider(check, parse(settings, "audience", check.audience)?)),
        (url, _) => Ok(AudienceCheck::Introspection(url.map(str::to_owned))),
    }
}

fn info(provider: &OAuth2, instance: &str, settings: &BackendSettings<'_>) -> Result<BackendInfo> {
    let title = settings.text("TITLE")?.unwrap_or(provider.title);
    Ok(BackendInfo {
        name: instance.to_owned(),
        provider: provider.name.to_owned(),
        title: if title.is_empty() { instance.to_owned() } else { title.to_owned() },
        icon: if provider.icon.is_empty() { provider.name.to_owned() } else { provider.icon.to_owned() },
        protocol: provider.protocol(),
        association_only: settings.boolean("ASSOCIATION_ONLY", provider.association_only)?,
        requires_email_validation: settings.boolean("REQUIRES_EMAIL_VALIDATION", false)?,
        had_other_identifiers: matches!(provider.uid, UidField::StableOnce(..))
            || settings.list("LEGACY_ID_KEYS")?.is_some_and(|keys| !keys.is_empty()),
    })
}

fn declared(declarations: &[SettingDecl], settings: &BackendSettings<'_>) -> Result<Map<String, Value>> {
    let mut declared = Map::new();
    for declaration in declarations {
        let made = settings.value(declaration.name).filter(|value| value.as_str() != Some(""));
        match (made, declaration.default) {
            (Some(value), _) => declared.insert(declaration.name.to_owned(), value.clone()),
            (None, Some(default)) => declared.insert(declaration.name.to_owned(), Value::from(default)),
            (None, None) if declaration.required => return Err(settings.missing(declaration.name, declaration.doc)),
            (None, None) => None,
        };
    }
    Ok(declared)
}

/// `{name}` in URLs and parameters: a declared setting in lower case, without a slash at its end.
pub(super) fn setting_value(settings: &HookSettings, name: &str) -> Option<String> {
    match name {
        "key" => return Some(settings.client_id.clone()),
        "secret" => return Some(settings.secret.expose().to_owned()),
        _ => {}
    }
    match settings.declared.get(&name.to_uppercase())? {
        Value::String(text) => Some(text.trim_end_matches('/').to_owned()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

fn url(settings: &BackendSettings<'_>, hooks: &HookSettings, name: &str, default: &str) -> Result<String> {
    let text = settings.text(name)?.unwrap_or(default);
    let filled = fill_url(text, hooks)?;
    if filled.is_empty() || filled.starts_with("https://") || filled.starts_with("http://") {
        Ok(filled)
    } else {
        Err(settings.invalid(name, &format!("gives \"{filled}\", which is no https:// address")))
    }
}

/// A declared URL with the settings filled in; "" stays "".
///
/// # Errors
/// `missing_setting` naming a setting that it needs.
pub(crate) fn fill_url(url: &str, hooks: &HookSettings) -> Result<String> {
    template::fill(url, &|variable| setting_value(hooks, variable)).map_err(|error| error.stage(Stage::Start).backend(&hooks.backend))
}

/// Parameters with the settings filled in. One that needs a setting that is not made is left out.
fn fill_pairs(pairs: &[(&str, &str)], hooks: &HookSettings) -> Result<Vec<(String, String)>> {
    let filled = |text: &str| template::fill(text, &|name| setting_value(hooks, name));
    pairs
        .iter()
        .filter_map(|(name, value)| match filled(value) {
            Ok(value) => Some(Ok(((*name).to_owned(), value))),
            Err(error) if error.reason() == Reason::MissingSetting => None,
            Err(error) => Some(Err(error)),
        })
        .collect()
}

fn client_auth(provider: &OAuth2, settings: &BackendSettings<'_>) -> Result<ClientAuth> {
    match settings.text("TOKEN_ENDPOINT_AUTH_METHOD")? {
        None => Ok(provider.client_auth),
        Some("client_secret_basic") => Ok(ClientAuth::Basic),
        Some("client_secret_post") => Ok(ClientAuth::Post),
        Some("none") => Ok(ClientAuth::None),
        Some(_) => Err(settings.invalid("TOKEN_ENDPOINT_AUTH_METHOD", "must be client_secret_basic, client_secret_post or none")),
    }
}

fn token_request(provider: &OAuth2, settings: &BackendSettings<'_>) -> Result<TokenRequest> {
    let method = settings.text("ACCESS_TOKEN_METHOD")?.map(str::to_ascii_uppercase);
    let payload = settings.text("ACCESS_TOKEN_PAYLOAD")?.map(str::to_ascii_lowercase);
    match (method.as_deref(), payload.as_deref()) {
        (None, None) => Ok(provider.token_request),
        (Some("GET"), _) => Ok(TokenRequest::Get),
        (None | Some("POST"), Some("json")) => Ok(TokenRequest::PostJson),
        (None | Some("POST"), Some("query")) => Ok(TokenRequest::PostQuery),
        (None | Some("POST"), None | Some("form")) => Ok(TokenRequest::PostForm),
        (None | Some("POST"), _) => Err(settings.invalid("ACCESS_TOKEN_PAYLOAD", "must be form, json or query")),
        _ => Err(settings.invalid("ACCESS_TOKEN_METHOD", "must be GET or POST")),
    }
}

/// `SCOPE` and the provider's own scopes behind it, unless `IGNORE_DEFAULT_SCOPE`.
pub(super) fn scope(default: &[&str], settings: &BackendSettings<'_>) -> Result<Vec<String>> {
    let mut scope = settings.list("SCOPE")?.unwrap_or_default();
    if !settings.boolean("IGNORE_DEFAULT_SCOPE", false)? {
        let missing: Vec<_> =
            default.iter().filter(|name| !scope.iter().any(|chosen| chosen == *name)).map(|name| (*name).to_owned()).collect();
        scope.extend(missing);
    }
    Ok(scope)
}

fn challenge(pkce: Pkce, settings: &BackendSettings<'_>) -> Result<Option<Challenge>> {
    if !settings.boolean("USE_PKCE", pkce == Pkce::S256)? {
        return Ok(None);
    }
    let plain = match settings.text("PKCE_CODE_CHALLENGE_METHOD")?.map(str::to_ascii_lowercase).as_deref() {
        None | Some("s256") => false,
        Some("plain") => true,
        Some(_) => return Err(settings.invalid("PKCE_CODE_CHALLENGE_METHOD", "must be S256 or plain")),
    };
    let verifier_length = match settings.integer("PKCE_CODE_VERIFIER_LENGTH")? {
        None => 64,
        Some(length) => usize::try_from(length)
            .ok()
            .filter(|length| (43..=128).contains(length))
            .ok_or_else(|| settings.invalid("PKCE_CODE_VERIFIER_LENGTH", "must be between 43 and 128 (RFC 7636, section 4.1)"))?,
    };
    Ok(Some(Challenge { plain, verifier_length }))
}

fn revoke(provider: &OAuth2, settings: &BackendSettings<'_>, hooks: &HookSettings) -> Result<Option<RevokeConfig>> {
    let own = settings.text("REVOKE_TOKEN_URL")?;
    let Some(url) = own.or(provider.revoke.map(|revoke| revoke.url)) else { return Ok(None) };
    let (method, token) = provider.revoke.map_or(("POST", RevokeToken::Form("token")), |revoke| (revoke.method, revoke.token));
    let method = settings.text("REVOKE_TOKEN_METHOD")?.unwrap_or(method);
    let keep = |name: &str| matches!(name, "token" | "uid").then(|| format!("{{{name}}}"));
    let url = template::fill(url, &|name| setting_value(hooks, name).or_else(|| keep(name)))?;
    let method = method.to_ascii_uppercase().parse().map_err(|_| settings.invalid("REVOKE_TOKEN_METHOD", "must be GET, POST or DELETE"))?;
    Ok(Some(RevokeConfig { method, url, token }))
}

fn calls(provider: &OAuth2, settings: &BackendSettings<'_>, hooks: &HookSettings) -> Result<Vec<ResolvedCall>> {
    let own = settings.text("USER_URL")?;
    if let (Some(url), true) = (own, provider.profile.is_empty()) {
        return Ok(vec![ResolvedCall::resolve(&super::description::Call::GET, Some(url), settings.text("USER_ROOT")?, hooks)?]);
    }
    let override_of = |index: usize| if index == 0 { own } else { None };
    let mut calls = (provider.profile.iter().enumerate())
        .map(|(index, call)| ResolvedCall::resolve(call, override_of(index), None, hooks))
        .collect::<Result<Vec<_>>>()?;
    if let Some(first) = calls.first_mut() {
        first.query.extend(settings.pairs("PROFILE_EXTRA_PARAMS")?);
    }
    Ok(calls)
}

fn uid(provider: &OAuth2, settings: &BackendSettings<'_>) -> Result<UidConfig> {
    let last_member = |text: &str| text.rsplit('.').next().unwrap_or(text).trim_matches('\'').to_owned();
    let (text, id_key, former): (&str, String, &[&str]) = match provider.uid {
        UidField::Stable(text) => (text, last_member(text), &[]),
        UidField::StableOnce(text, former) => (text, last_member(text), former),
        UidField::Joined(id_key, template) => (template, id_key.to_owned(), &[]),
    };
    let mut own = settings.text("ID_KEY")?;
    for (switch, selector) in provider.uid_switches {
        if own.is_none() && settings.boolean(switch, false)? {
            own = Some(selector);
        }
    }
    let legacy = settings.list("LEGACY_ID_KEYS")?.unwrap_or_else(|| former.iter().map(|name| (*name).to_owned()).collect());
    let legacy = legacy.into_iter().map(|name| Ok((name.clone(), parse(settings, "LEGACY_ID_KEYS", &name)?))).collect::<Result<_>>()?;
    Ok(UidConfig { selector: parse(settings, "ID_KEY", own.unwrap_or(text))?, id_key: own.map_or(id_key, last_member), legacy })
}

fn details(provider: &OAuth2, settings: &BackendSettings<'_>) -> Result<DetailsConfig> {
    let own: BTreeMap<_, _> = settings.pairs("DETAILS")?.into_iter().collect();
    let field = |name: &str, setting: &str, default: &str| {
        let text = settings.text(setting)?.or(own.get(name).map(String::as_str)).unwrap_or(default);
        parse(settings, "DETAILS", text)
    };
    let fields = &provider.details;
    let email_verified = match (own.get("email_verified").map(String::as_str), fields.email_verified) {
        (Some("always"), _) | (None, Verified::Always) => VerifiedConfig::Always,
        (Some("never"), _) | (None, Verified::Never) => VerifiedConfig::Never,
        (Some(text), _) | (None, Verified::When(text)) => VerifiedConfig::When(parse(settings, "DETAILS", text)?),
    };
    Ok(DetailsConfig {
        username: field("username", "USERNAME_KEY", fields.username)?,
        email: field("email", "EMAIL_KEY", fields.email)?,
        email_verified,
        fullname: field("fullname", "FULLNAME_KEY", fields.fullname)?,
        first_name: field("first_name", "FIRST_NAME_KEY", fields.first_name)?,
        last_name: field("last_name", "LAST_NAME_KEY", fields.last_name)?,
        extra: fields.extra.iter().map(|(name, text)| Ok((*name, parse(settings, "DETAILS", text)?))).collect::<Result<_>>()?,
    })
}

fn extra_data(provider: &OAuth2, settings: &BackendSettings<'_>) -> Result<Vec<KeptField>> {
    let own = |kept: &super::description::Kept| KeptField::new(kept.field, kept.name, kept.only_if_present);
    let mut fields: Vec<_> = provider.extra_data.iter().map(own).collect();
    let items = match settings.value("EXTRA_DATA") {
        None => return Ok(fields),
        Some(Value::Array(items)) => items,
        Some(_) => return Err(settings.invalid("EXTRA_DATA", "must be a list")),
    };
    for item in items {
        fields.push(kept_field(item).ok_or_else(|| {
            settings.invalid("EXTRA_DATA", "has an item that is neither a name nor [name, alias] nor [name, alias, true]")
        })?);
    }
    Ok(fields)
}

/// An item of `EXTRA_DATA`: a name, or a list of name, alias and whether to leave out what is empty.
fn kept_field(item: &Value) -> Option<KeptField> {
    let (field, name, only_if_present) = match item {
        Value::String(name) => (name.as_str(), name.as_str(), false),
        Value::Array(parts) => match parts.as_slice() {
            [field] => (field.as_str()?, field.as_str()?, false),
            [field, name] => (field.as_str()?, name.as_str()?, false),
            [field, name, flag] => (field.as_str()?, name.as_str()?, flag.as_bool().or_else(|| Some(flag.as_i64()? != 0))?),
            _ => return None,
        },
        _ => return None,
    };
    Some(KeptField::new(field, name, only_if_present))
}

fn selector(settings: &BackendSettings<'_>, name: &str, default: &str) -> Result<Selector> {
    parse(settings, name, settings.text(name)?.unwrap_or(default))
}

fn parse(settings: &BackendSettings<'_>, name: &str, text: &str) -> Result<Selector> {
    Selector::parse(text)
        .map_err(|why| Error::invalid_setting(name, why).stage(Stage::Start).backend(settings.backend().unwrap_or_default()))
}
