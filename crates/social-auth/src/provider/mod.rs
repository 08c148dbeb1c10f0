//! Every provider we know, one file each. This is the index.

mod apple_id;
mod azuread_oauth2;
mod azuread_oauth2_v2;
mod azuread_tenant;
mod bitbucket_oauth2;
mod discord;
mod facebook;
mod generic;
mod gitea;
mod github;
mod github_enterprise;
mod github_org;
mod github_team;
mod gitlab;
mod google_oauth2;
mod google_openidconnect;
mod index;
mod keycloak;
mod linkedin_oauth2;
mod linkedin_openidconnect;
mod slack;
mod twitter_oauth2;

use std::sync::Arc;

use crate::backend::Backend;
use crate::clock::Clock;
use crate::error::Result;
use crate::http::Client;
use crate::protocol::oauth2::{OAuth2, OAuth2Backend};
use crate::settings::{BackendSettings, SettingDecl};

pub use index::Providers;

/// A provider: what it states about itself, by protocol.
#[derive(Clone, Copy)]
pub enum Provider {
    /// OAuth 2.0 or OpenID Connect.
    OAuth2(&'static OAuth2),
}

/// All providers. `social-auth backends` lists them.
pub static ALL: &[Provider] = &[
    Provider::OAuth2(&apple_id::APPLE_ID),
    Provider::OAuth2(&azuread_oauth2::AZUREAD_OAUTH2),
    Provider::OAuth2(&azuread_oauth2_v2::AZUREAD_OAUTH2_V2),
    Provider::OAuth2(&azuread_tenant::AZUREAD_TENANT_OAUTH2),
    Provider::OAuth2(&azuread_tenant::AZUREAD_V2_TENANT_OAUTH2),
    Provider::OAuth2(&bitbucket_oauth2::BITBUCKET_OAUTH2),
    Provider::OAuth2(&discord::DISCORD),
    Provider::OAuth2(&facebook::FACEBOOK),
    Provider::OAuth2(&gitea::GITEA),
    Provider::OAuth2(&github::GITHUB),
    Provider::OAuth2(&github_enterprise::GITHUB_ENTERPRISE),
    Provider::OAuth2(&github_enterprise::GITHUB_ENTERPRISE_ORG),
    Provider::OAuth2(&github_enterprise::GITHUB_ENTERPRISE_TEAM),
    Provider::OAuth2(&github_org::GITHUB_ORG),
    Provider::OAuth2(&github_team::GITHUB_TEAM),
    Provider::OAuth2(&gitlab::GITLAB),
    Provider::OAuth2(&google_oauth2::GOOGLE_OAUTH2),
    Provider::OAuth2(&google_openidconnect::GOOGLE_OPENIDCONNECT),
    Provider::OAuth2(&keycloak::KEYCLOAK),
    Provider::OAuth2(&linkedin_oauth2::LINKEDIN_OAUTH2),
    Provider::OAuth2(&linkedin_openidconnect::LINKEDIN_OPENIDCONNECT),
    Provider::OAuth2(&generic::OAUTH2),
    Provider::OAuth2(&generic::OIDC),
    Provider::OAuth2(&slack::SLACK),
    Provider::OAuth2(&twitter_oauth2::TWITTER_OAUTH2),
];

/// The provider of this name.
#[must_use]
pub fn find(name: &str) -> Option<Provider> {
    ALL.iter().copied().find(|provider| provider.name() == name)
}

/// The provider that Python Social Auth has under this dotted class path.
#[must_use]
pub fn find_by_class_path(path: &str) -> Option<Provider> {
    ALL.iter().copied().find(|provider| provider.class_paths().contains(&path))
}

impl Provider {
    /// The name in URLs and settings.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Provider::OAuth2(provider) => provider.name,
        }
    }

    /// What a button says.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Provider::OAuth2(provider) => provider.title,
        }
    }

    /// `oauth2`, `oidc`, …
    #[must_use]
    pub fn protocol(self) -> &'static str {
        match self {
            Provider::OAuth2(provider) => provider.protocol(),
        }
    }

    /// Where the provider documents its sign-in.
    #[must_use]
    pub fn docs(self) -> &'static str {
        match self {
            Provider::OAuth2(provider) => provider.docs,
        }
    }

    /// The settings that it has of its own.
    #[must_use]
    pub fn settings(self) -> &'static [SettingDecl] {
        match self {
            Provider::OAuth2(provider) => provider.settings,
        }
    }

    /// The setting that holds the client id.
    #[must_use]
    pub fn client_id_setting(self) -> &'static str {
        match self {
            Provider::OAuth2(provider) => provider.client_id_setting,
        }
    }

    /// Dotted class paths of Python Social Auth.
    #[must_use]
    pub fn class_paths(self) -> &'static [&'static str] {
        match self {
            Provider::OAuth2(provider) => provider.class_paths,
        }
    }

    /// A backend instance of this provider with its settings applied.
    ///
    /// # Errors
    /// `missing_setting` or `invalid_setting`, stage `start`.
    pub fn backend(self, instance: &str, settings: &BackendSettings<'_>, http: Client, clock: Clock) -> Result<Arc<dyn Backend>> {
        match self {
            Provider::OAuth2(provider) => Ok(Arc::new(OAuth2Backend::new(provider, instance, settings, http, clock)?)),
        }
    }
}
