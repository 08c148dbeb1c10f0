//! What a provider states about itself, whatever its protocol.

use std::sync::Arc;

use super::{Retired, retired};
use crate::backend::Backend;
use crate::clock::Clock;
use crate::error::Result;
use crate::http::{Client, ClientOptions, Guard};
use crate::protocol::cas::{Cas, CasBackend};
use crate::protocol::form::{FormBackend, OwnForm};
use crate::protocol::oauth1::{OAuth1, OAuth1Backend};
use crate::protocol::oauth2::{OAuth2, OAuth2Backend};
use crate::protocol::openid::{OpenId, OpenIdBackend};
#[cfg(feature = "saml")]
use crate::protocol::saml::{Saml, SamlBackend};
use crate::protocol::signed::{Signed, SignedBackend};
use crate::settings::{BackendSettings, SettingDecl};

/// A provider: what it states about itself, by protocol.
#[derive(Clone, Copy)]
pub enum Provider {
    /// A form of this site.
    Form(&'static OwnForm),
    /// OAuth 1.0a.
    OAuth1(&'static OAuth1),
    /// OAuth 2.0 or OpenID Connect.
    OAuth2(&'static OAuth2),
    /// OpenID 2.0 or 1.1.
    OpenId(&'static OpenId),
    /// SAML 2.0.
    #[cfg(feature = "saml")]
    Saml(&'static Saml),
    /// CAS by ticket.
    Cas(&'static Cas),
    /// A callback that carries its own proof.
    Signed(&'static Signed),
}

/// What every description states.
struct Common {
    name: &'static str,
    title: &'static str,
    docs: &'static str,
    class_paths: &'static [&'static str],
    settings: &'static [SettingDecl],
    client_id_setting: &'static str,
}

macro_rules! common {
    ($provider:ident, $settings:expr, $client_id_setting:expr) => {
        Common {
            name: $provider.name,
            title: $provider.title,
            docs: $provider.docs,
            class_paths: $provider.class_paths,
            settings: $settings,
            client_id_setting: $client_id_setting,
        }
    };
}

impl Provider {
    fn common(self) -> Common {
        match self {
            Provider::Form(provider) => common!(provider, &[], "KEY"),
            Provider::OAuth1(provider) => common!(provider, provider.settings, "KEY"),
            Provider::OAuth2(provider) => common!(provider, provider.settings, provider.client_id_setting),
            Provider::OpenId(provider) => common!(provider, provider.settings, "KEY"),
            #[cfg(feature = "saml")]
            Provider::Saml(provider) => common!(provider, &[], "SP_ENTITY_ID"),
            Provider::Cas(provider) => common!(provider, provider.settings, "KEY"),
            Provider::Signed(provider) => {
                let named = provider.client_id_setting;
                common!(provider, provider.settings, if named.is_empty() { "KEY" } else { named })
            }
        }
    }

    /// The name in URLs and settings.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.common().name
    }

    /// The name that backends of this provider had in Python Social Auth. Where classes of one name were
    /// several providers, it is not that of the provider.
    #[must_use]
    pub fn backend_name(self) -> &'static str {
        match self {
            Provider::OAuth1(provider) if !provider.known_as.is_empty() => provider.known_as,
            Provider::OAuth2(provider) if !provider.known_as.is_empty() => provider.known_as,
            Provider::OAuth1(provider) if !provider.known_as.is_empty() => provider.known_as,
            other => other.name(),
        }
    }

    /// What a button says.
    #[must_use]
    pub fn title(self) -> &'static str {
        self.common().title
    }

    /// Whether its sign-in was closed, or given up by Python Social Auth: then what happened and what serves instead.
    #[must_use]
    pub fn retired(self) -> Option<&'static Retired> {
        retired(self.name())
    }

    /// `oauth1`, `oauth2`, `oidc`, …
    #[must_use]
    pub fn protocol(self) -> &'static str {
        match self {
            Provider::Form(_) => OwnForm::PROTOCOL,
            Provider::OAuth1(_) => OAuth1::PROTOCOL,
            Provider::OAuth2(provider) => provider.protocol(),
            Provider::OpenId(_) => OpenId::PROTOCOL,
            #[cfg(feature = "saml")]
            Provider::Saml(_) => Saml::PROTOCOL,
            Provider::Cas(_) => Cas::PROTOCOL,
            Provider::Signed(_) => Signed::PROTOCOL,
        }
    }

    /// Where the provider documents its sign-in.
    #[must_use]
    pub fn docs(self) -> &'static str {
        self.common().docs
    }

    /// The settings that it has of its own.
    #[must_use]
    pub fn settings(self) -> &'static [SettingDecl] {
        self.common().settings
    }

    /// The setting that holds the client id.
    #[must_use]
    pub fn client_id_setting(self) -> &'static str {
        self.common().client_id_setting
    }

    /// Dotted class paths of Python Social Auth.
    #[must_use]
    pub fn class_paths(self) -> &'static [&'static str] {
        self.common().class_paths
    }

    /// How its requests leave: guarded where people name the addresses.
    ///
    /// # Errors
    /// `invalid_setting`, stage `start`.
    pub fn client_options(self, settings: &BackendSettings<'_>) -> Result<ClientOptions> {
        let options = ClientOptions::from_settings(settings)?;
        match self {
            Provider::OpenId(_) => Ok(options.guarded(Guard::from_settings(settings)?)),
            // The metadata of a federation are long.
            #[cfg(feature = "saml")]
            Provider::Saml(_) => Ok(ClientOptions { max_body: Saml::LONGEST_METADATA, ..options }),
            _ => Ok(options),
        }
    }

    /// A backend instance of this provider with its settings applied.
    ///
    /// # Errors
    /// `missing_setting` or `invalid_setting`, stage `start`.
    pub fn backend(self, instance: &str, settings: &BackendSettings<'_>, http: Client, clock: Clock) -> Result<Arc<dyn Backend>> {
        match self {
            Provider::Form(provider) => Ok(Arc::new(FormBackend::new(provider, instance, settings, clock)?)),
            Provider::OAuth1(provider) => Ok(Arc::new(OAuth1Backend::new(provider, instance, settings, http, clock)?)),
            Provider::OAuth2(provider) => Ok(Arc::new(OAuth2Backend::new(provider, instance, settings, http, clock)?)),
            Provider::OpenId(provider) => Ok(Arc::new(OpenIdBackend::new(provider, instance, settings, http, clock)?)),
            Provider::Cas(provider) => Ok(Arc::new(CasBackend::new(provider, instance, settings, http, clock)?)),
            Provider::Signed(provider) => Ok(Arc::new(SignedBackend::new(provider, instance, settings, http, clock)?)),
            #[cfg(feature = "saml")]
            Provider::Saml(provider) => Ok(Arc::new(SamlBackend::new(provider, instance, settings, http, clock)?)),
        }
    }
}
