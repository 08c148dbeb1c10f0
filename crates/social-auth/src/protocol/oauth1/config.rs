//! A provider's description with the settings applied: everything that a request needs, ready.

use http::Method;

use super::description::{AskedBy, Confirms, Hooks, OAuth1, Repeats, TokenSecret};
use super::request::{Placement, Signer};
use super::signature::SignatureMethod;
use crate::backend::BackendInfo;
use crate::error::Result;
use crate::protocol::profile::{
    About, Described, HookSettings, IdentityConfig, ResolvedCall, calls, declared, fill_pairs, fill_url, info, scope, url,
};
use crate::secret::Secret;
use crate::settings::BackendSettings;

/// What one backend instance goes by.
pub(super) struct Config {
    pub info: BackendInfo,
    pub signer: Signer,
    pub request_token: Endpoint,
    pub request_arguments: Vec<(String, String)>,
    pub asked_by: AskedBy,
    pub authorization_url: String,
    pub access_token: Endpoint,
    pub repeats: Repeats,
    /// What is sent as `oauth_callback` in place of our callback address.
    pub callback: Option<String>,
    pub confirms_callback: Confirms,
    pub redirect_state: bool,
    pub redirect_parameter: &'static str,
    pub token_secret: TokenSecret,
    /// The scopes as one text.
    pub scope: String,
    pub scope_to_authorize: bool,
    pub authorize_params: Vec<(String, String)>,
    pub extra_arguments: Vec<(String, String)>,
    pub override_allowlist: Vec<String>,
    /// Empty where the provider has none.
    pub identity_token_url: String,
    pub calls: Vec<ResolvedCall>,
    pub identity: IdentityConfig,
    pub hooks: Hooks,
    pub hook_settings: HookSettings,
}

/// Where tokens come from.
pub(super) struct Endpoint {
    pub url: String,
    pub method: Method,
}

impl Config {
    /// Applies settings to a description.
    ///
    /// # Errors
    /// `missing_setting` or `invalid_setting`, stage `start`.
    pub fn resolve(provider: &'static OAuth1, instance: &str, settings: &BackendSettings<'_>) -> Result<Self> {
        let method_of_signature = signature_method(provider, settings)?;
        let (key, secret) = client(provider, settings, method_of_signature)?;
        let hook_settings = HookSettings {
            backend: instance.to_owned(),
            client_id: key.clone(),
            secret: secret.clone(),
            scope: scope(provider.scope, settings)?,
            declared: declared(provider.settings, settings)?,
        };
        let url = |name: &str, default: &str| url(settings, &hook_settings, name, default);
        let callback = Some(provider.callback_setting).filter(|name| !name.is_empty());
        Ok(Config {
            info: info(&about(provider), instance, settings)?,
            signer: Signer {
                key,
                secret,
                method: method_of_signature,
                placement: placement(provider, settings)?,
                #[cfg(feature = "oauth1-rsa")]
                rsa_key: signs_with_key(method_of_signature).then(|| super::RsaKey::from_settings(settings)).transpose()?,
            },
            request_token: Endpoint {
                url: url("REQUEST_TOKEN_URL", provider.request_token_url)?,
                method: method(settings, "REQUEST_TOKEN_METHOD", provider.request_token_method)?,
            },
            request_arguments: settings.pairs("REQUEST_TOKEN_EXTRA_ARGUMENTS")?,
            asked_by: provider.asked_by,
            authorization_url: url("AUTHORIZATION_URL", provider.authorization_url)?,
            access_token: Endpoint {
                url: url("ACCESS_TOKEN_URL", provider.access_token_url)?,
                method: method(settings, "ACCESS_TOKEN_METHOD", provider.access_token_method)?,
            },
            repeats: provider.repeats,
            callback: callback.and_then(|name| hook_settings.text(name)).map(str::to_owned),
            confirms_callback: provider.confirms_callback,
            redirect_state: provider.asked_by == AskedBy::Browser || settings.boolean("REDIRECT_STATE", provider.redirect_state)?,
            redirect_parameter: provider.redirect_parameter,
            token_secret: provider.token_secret,
            scope: hook_settings.scope.join(provider.scope_separator),
            scope_to_authorize: provider.scope_to_authorize,
            authorize_params: fill_pairs(provider.authorize_params, &hook_settings)?,
            extra_arguments: settings.pairs("AUTH_EXTRA_ARGUMENTS")?,
            override_allowlist: settings.list("AUTH_EXTRA_ARGUMENTS_OVERRIDE_ALLOWLIST")?.unwrap_or_default(),
            identity_token_url: fill_url(provider.identity_token_url, &hook_settings)?,
            calls: calls(provider.profile, settings, &hook_settings)?,
            identity: IdentityConfig::resolve(&described(provider), settings)?,
            hooks: provider.hooks,
            hook_settings,
        })
    }
}

/// `KEY` and `SECRET`; no secret is shared by who signs with a key.
fn client(provider: &OAuth1, settings: &BackendSettings<'_>, method: SignatureMethod) -> Result<(String, Secret)> {
    let hint = if provider.docs.is_empty() { String::new() } else { format!("Get one at {}", provider.docs) };
    let (key, secret) = (settings.text("KEY")?, settings.secret("SECRET")?);
    let nobody = Some(provider.anonymous).filter(|name| !name.is_empty());
    if let (None, None, Some(name)) = (key, &secret, nobody) {
        return Ok((name.to_owned(), Secret::from(name)));
    }
    let key = key.ok_or_else(|| settings.missing("KEY", &hint))?;
    if signs_with_key(method) {
        return Ok((key.to_owned(), secret.unwrap_or_default()));
    }
    Ok((key.to_owned(), secret.ok_or_else(|| settings.missing("SECRET", &hint))?))
}

fn signs_with_key(method: SignatureMethod) -> bool {
    #[cfg(feature = "oauth1-rsa")]
    let with_key = method == SignatureMethod::RsaSha1;
    #[cfg(not(feature = "oauth1-rsa"))]
    let with_key = {
        _ = method;
        false
    };
    with_key
}

fn method(settings: &BackendSettings<'_>, name: &str, default: &str) -> Result<Method> {
    match settings.text(name)?.unwrap_or(default).to_ascii_uppercase().as_str() {
        "GET" => Ok(Method::GET),
        "POST" => Ok(Method::POST),
        _ => Err(settings.invalid(name, "must be GET or POST")),
    }
}

fn signature_method(provider: &OAuth1, settings: &BackendSettings<'_>) -> Result<SignatureMethod> {
    let Some(name) = settings.text("SIGNATURE_METHOD")? else { return Ok(provider.signature_method) };
    let known = || {
        let names: Vec<_> = SignatureMethod::ALL.iter().map(|method| method.name()).collect();
        let feature = if cfg!(feature = "oauth1-rsa") { "" } else { "; RSA-SHA1 needs the cargo feature oauth1-rsa" };
        settings.invalid("SIGNATURE_METHOD", &format!("must be one of {}{feature}", names.join(", ")))
    };
    SignatureMethod::named(name).ok_or_else(known)
}

fn placement(provider: &OAuth1, settings: &BackendSettings<'_>) -> Result<Placement> {
    let Some(name) = settings.text("SIGNATURE_TYPE")? else { return Ok(provider.placement) };
    Placement::named(name).ok_or_else(|| settings.invalid("SIGNATURE_TYPE", &format!("must be one of {}", Placement::NAMES.join(", "))))
}

fn about(provider: &OAuth1) -> About {
    About {
        name: provider.name,
        title: provider.title,
        icon: provider.icon,
        protocol: OAuth1::PROTOCOL,
        association_only: provider.association_only,
        uid: provider.uid,
    }
}

fn described(provider: &OAuth1) -> Described {
    Described {
        uid: provider.uid,
        uid_switches: provider.uid_switches,
        details: provider.details,
        groups: "",
        extra_data: provider.extra_data,
    }
}
