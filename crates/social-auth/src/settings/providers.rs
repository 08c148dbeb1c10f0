//! What checking needs to know of the providers that there are.

use super::SettingDecl;

/// The providers that a backend can be an instance of.
pub trait ProviderIndex {
    /// The names of all providers.
    fn names(&self) -> Vec<&str>;

    /// The settings that this provider reads besides those of every backend; `None` if there is no such
    /// provider.
    fn settings(&self, provider: &str) -> Option<&[SettingDecl]>;

    /// The protocol that this provider speaks: `oauth2`, `oidc`, …; `None` if unknown, which lets all pass.
    fn protocol(&self, _provider: &str) -> Option<&str> {
        None
    }

    /// The name that the client id has as a setting of this provider.
    fn client_id_setting(&self, _provider: &str) -> &'static str {
        "KEY"
    }

    /// The name that a backend of this provider has where it is listed by its class path.
    fn backend_name<'p>(&'p self, provider: &'p str) -> &'p str {
        provider
    }

    /// The provider of this Python class path (`social_core.backends.github.GithubOAuth2`).
    fn by_class_path(&self, _path: &str) -> Option<&str> {
        None
    }

    /// What became of a service of this name or class path, and what serves instead: a sentence; `None` where it is
    /// in service, as far as is known.
    fn retired(&self, _name: &str) -> Option<String> {
        None
    }
}
