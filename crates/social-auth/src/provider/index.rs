//! The index as settings are checked against it.

use super::{ALL, Retired, find, find_by_class_path, retired};
use crate::settings::{ProviderIndex, SettingDecl};

/// All providers that there are.
#[derive(Debug, Clone, Copy, Default)]
pub struct Providers;

impl ProviderIndex for Providers {
    fn names(&self) -> Vec<&str> {
        ALL.iter().map(|provider| provider.name()).collect()
    }

    fn settings(&self, provider: &str) -> Option<&[SettingDecl]> {
        find(provider).map(|provider| provider.settings())
    }

    fn protocol(&self, provider: &str) -> Option<&str> {
        find(provider).map(|provider| provider.protocol())
    }

    fn client_id_setting(&self, provider: &str) -> &'static str {
        find(provider).map_or("KEY", |provider| provider.client_id_setting())
    }

    fn backend_name<'p>(&'p self, provider: &'p str) -> &'p str {
        find(provider).map_or(provider, |provider| provider.backend_name())
    }

    fn by_class_path(&self, path: &str) -> Option<&str> {
        find_by_class_path(path).map(|provider| provider.name())
    }

    fn retired(&self, name: &str) -> Option<String> {
        retired(name).map(Retired::sentence)
    }
}
