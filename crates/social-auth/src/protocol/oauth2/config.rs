//! A provider's description with the settings applied: everything that a request needs, ready.

use super::assertion::Assertion;
use super::audience::AudienceCheck;
use super::client::{ClientKeys, method};
use super::description::{ClientAuth, Hooks, OAuth2, Pkce, RevokeToken, TokenRequest};
use crate::backend::BackendInfo;
use crate::error::{Result, Stage};
use crate::protocol::profile::{
    About, Described, HookSettings, IdentityConfig, ResolvedCall, calls, declared, fill_pairs, info, parse, scope, selector, setting_value,
    url,
};
use crate::secret::Secret;
use crate::select::Selector;
use crate::settings::BackendSettings;
use crate::template;

/// What one backend instance goes by.
pub(super) struct Config {
    pub info: BackendInfo,
    pub key: String,
    pub secret: Secret,
    pub authorization_url: String,
    pub token_url: String,
    pub refresh_url: String,
    /// Empty: the metadata's.
    pub device_url: String,
    pub revoke: Option<RevokeConfig>,
    pub token_request: TokenRequest,
    pub refresh_request: TokenRequest,
    pub token_headers: Vec<(String, String)>,
    pub token_without: &'static [&'static str],
    pub names: &'static [(&'static str, &'static str)],
    pub refresh_refused: &'static [&'static str],
    pub redirect_without_slash: bool,
    pub client_auth: ClientAuth,
    pub assertion: Option<Assertion>,
    pub keys: ClientKeys,
    /// Whether the settings say how the client authenticates, so that metadata has no say.
    pub client_auth_is_set: bool,
    pub scope: Vec<String>,
    pub scope_separator: &'static str,
    pub scope_parameter: &'static str,
    pub response_type: String,
    pub response_mode: String,
    /// Whether authorization requests are pushed (RFC 9126); `None`: where the metadata requires it.
    pub pushes: Option<bool>,
    pub push_url: String,
    /// Whether tokens are bound to a key (RFC 9449).
    pub dpop: bool,
    pub challenge: Option<Challenge>,
    pub redirect_state: bool,
    pub authorize_params: Vec<(String, String)>,
    pub authorize_repeats: &'static [&'static str],
    pub extra_arguments: Vec<(String, String)>,
    pub override_allowlist: Vec<String>,
    pub token_params: Vec<(String, String)>,
    pub token_root: Selector,
    pub access_token: Selector,
    pub token_repeats: &'static [&'static str],
    /// The field that tells when an account has passed to another person, and the name it is kept under.
    pub owner: Option<(&'static str, &'static str)>,
    pub calls: Vec<ResolvedCall>,
    pub identity: IdentityConfig,
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

impl Config {
    /// What this provider calls a parameter of RFC 6749.
    pub fn own_name<'n>(&self, name: &'n str) -> &'n str {
        self.names.iter().find(|(known, _)| *known == name).map_or(name, |(_, own)| own)
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
        let assertion = Assertion::of(settings, &declared)?;
        let client_auth = if assertion.is_some() { ClientAuth::Assertion } else { method(provider, settings)? };
        if secret.is_none() && client_auth.needs_secret() && provider.hooks.client_secret.is_none() {
            return Err(settings.missing("SECRET", &hint));
        }
        let keys = ClientKeys::resolve(client_auth, secret.as_ref(), settings)?;
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
        let url = |name: &str, default: &'static str| match provider.hooks.places {
            // Names in it are filled in when they are known.
            Some(_) => Ok(settings.text(name)?.unwrap_or(default).to_owned()),
            None => url(settings, &hook_settings, name, default),
        };
        let token_url = url("ACCESS_TOKEN_URL", provider.token_url)?;
        let refresh_url = url("REFRESH_TOKEN_URL", provider.refresh_url)?;
        let pairs = |list: &[(&str, &str)]| fill_pairs(list, &hook_settings);
        let token_request = token_request(provider, settings)?;
        let response = Response::resolve(provider, &hook_settings.scope, settings)?;
        Ok(Config {
            info: info(&about(provider), instance, settings)?,
            authorization_url: url("AUTHORIZATION_URL", provider.authorization_url)?,
            refresh_url: if refresh_url.is_empty() { token_url.clone() } else { refresh_url },
            token_url,
            device_url: url("DEVICE_AUTHORIZATION_URL", provider.device_authorization_url)?,
            revoke: revoke(provider, settings, &hook_settings)?,
            token_request,
            refresh_request: provider.refresh_request.unwrap_or(token_request),
            token_headers: pairs(provider.token_headers)?,
            token_without: provider.token_without,
            names: provider.names,
            refresh_refused: provider.refresh_refused,
            redirect_without_slash: provider.redirect_without_slash,
            client_auth,
            assertion,
            keys,
            client_auth_is_set: settings.text("TOKEN_ENDPOINT_AUTH_METHOD")?.is_some(),
            scope: hook_settings.scope.clone(),
            scope_separator: provider.scope_separator,
            scope_parameter: provider.scope_parameter,
            response_type: response.kind,
            response_mode: response.mode,
            pushes: settings
                .value("REQUIRE_PUSHED_AUTHORIZATION_REQUESTS")
                .map(|_| settings.boolean("REQUIRE_PUSHED_AUTHORIZATION_REQUESTS", false))
                .transpose()?,
            push_url: url("PUSHED_AUTHORIZATION_REQUEST_ENDPOINT", "")?,
            dpop: settings.boolean("DPOP_BOUND_ACCESS_TOKENS", false)?,
            challenge: challenge(provider.pkce, settings)?,
            redirect_state: settings.boolean("REDIRECT_STATE", provider.redirect_state)?,
            authorize_params: pairs(provider.authorize_params)?,
            authorize_repeats: provider.authorize_repeats,
            extra_arguments: settings.pairs("AUTH_EXTRA_ARGUMENTS")?,
            override_allowlist: settings.list("AUTH_EXTRA_ARGUMENTS_OVERRIDE_ALLOWLIST")?.unwrap_or_default(),
            token_params: pairs(provider.token_params)?,
            token_root: selector(settings, "TOKEN_ROOT", provider.token_root)?,
            access_token: parse(settings, "TOKEN_ROOT", provider.access_token)?,
            token_repeats: provider.token_repeats,
            owner: provider.extra_data.iter().find(|kept| kept.field == provider.owner).map(|kept| (kept.field, kept.name)),
            calls: calls(provider.profile, settings, &hook_settings)?,
            identity: IdentityConfig::resolve(&described(provider), settings)?,
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
    // A signed token names its audience, which is checked with the signature.
    if provider.signed_access_token || settings.boolean("ALLOW_UNCHECKED_ACCESS_TOKENS", false)? {
        return Ok(AudienceCheck::Unchecked);
    }
    match (settings.text("INTROSPECTION_URL")?, provider.token_check) {
        (None, Some(check)) => {
            Ok(AudienceCheck::Provider(check, parse(settings, "audience", check.audience)?, parse(settings, "audience", check.valid)?))
        }
        (url, _) => Ok(AudienceCheck::Introspection(url.map(str::to_owned))),
    }
}

fn about(provider: &OAuth2) -> About {
    About {
        name: provider.name,
        title: provider.title,
        icon: provider.icon,
        protocol: provider.protocol(),
        association_only: provider.association_only,
        uid: provider.uid,
    }
}

fn described(provider: &OAuth2) -> Described {
    Described {
        uid: provider.uid,
        uid_switches: provider.uid_switches,
        details: provider.details,
        groups: provider.groups,
        extra_data: provider.extra_data,
    }
}

/// What the provider answers by way of the browser, and how.
struct Response {
    kind: String,
    mode: String,
}

impl Response {
    fn resolve(provider: &OAuth2, scope: &[String], settings: &BackendSettings<'_>) -> Result<Self> {
        let kind = settings.text("RESPONSE_TYPE")?.unwrap_or(provider.response_type);
        let mode = settings.text("RESPONSE_MODE")?.map(str::to_ascii_lowercase);
        let hybrid = kind == HYBRID;
        if hybrid && provider.openid.is_none() {
            return Err(settings.invalid("RESPONSE_TYPE", "asks for an id token, which only OpenID Connect has"));
        }
        let mode = match mode.as_deref() {
            Some("query" | "jwt" | "query.jwt") if hybrid => {
                return Err(settings.invalid(
                    "RESPONSE_MODE",
                    "must be form_post or form_post.jwt with \"code id_token\": an id token is nothing for an address",
                ));
            }
            Some(mode) if is_signed(mode) && provider.openid.is_none() => {
                return Err(settings.invalid(
                    "RESPONSE_MODE",
                    "asks for signed answers, for which only OpenID Connect has the keys: use the protocol oidc",
                ));
            }
            Some(mode @ ("query" | "form_post" | "jwt" | "query.jwt" | "form_post.jwt")) => mode,
            Some(_) => return Err(settings.invalid("RESPONSE_MODE", "must be query, form_post, jwt, query.jwt or form_post.jwt")),
            None if hybrid => "form_post",
            None if scope.is_empty() => "",
            None => provider.response_mode,
        };
        Ok(Response { kind: kind.to_owned(), mode: mode.to_owned() })
    }
}

/// `response_type` of the hybrid flow (OpenID Connect Core 1.0, section 3.3) that we speak.
const HYBRID: &str = "code id_token";

/// Whether answers of this mode are JWTs (JARM, section 2.3).
fn is_signed(response_mode: &str) -> bool {
    response_mode == "jwt" || response_mode.ends_with(".jwt")
}

impl Config {
    /// Whether the browser brings an id token besides the code.
    pub fn is_hybrid(&self) -> bool {
        self.response_type == HYBRID
    }

    /// Whether the browser brings the answer as a JWT.
    pub fn answers_are_signed(&self) -> bool {
        is_signed(&self.response_mode)
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

fn challenge(pkce: Pkce, settings: &BackendSettings<'_>) -> Result<Option<Challenge>> {
    if !settings.boolean("USE_PKCE", !matches!(pkce, Pkce::Breaks(_)))? {
        return match pkce {
            Pkce::Required => Err(settings.invalid("USE_PKCE", "cannot be off: this provider insists on PKCE")),
            _ => Ok(None),
        };
    }
    let plain = match settings.text("PKCE_CODE_CHALLENGE_METHOD")?.map(str::to_ascii_lowercase).as_deref() {
        None | Some("s256") => false,
        Some("plain") if pkce == Pkce::Required => {
            return Err(settings.invalid("PKCE_CODE_CHALLENGE_METHOD", "must be S256: this provider takes nothing else"));
        }
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
