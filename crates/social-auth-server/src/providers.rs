//! What checking the settings needs to know of the providers that there are.

use std::collections::HashMap;

use social_auth::provider::{self, Provider};
use social_auth::settings::{Kind, ProviderIndex, SettingDecl, names};

/// The index of [`provider::ALL`].
pub(crate) struct Providers(HashMap<&'static str, Vec<SettingDecl>>);

impl Providers {
    pub(crate) fn new() -> Self {
        Providers(provider::ALL.iter().map(|provider| (provider.name(), declared(*provider))).collect())
    }
}

fn declared(provider: Provider) -> Vec<SettingDecl> {
    provider.settings().iter().map(|decl| SettingDecl::new(decl.name, kind(decl.name), decl.doc)).collect()
}

/// The kind that a setting of this name has elsewhere, or that its name says.
fn kind(name: &str) -> Kind {
    match names::find(name) {
        Some((_, decl)) => decl.kind,
        None if name.ends_with("_URL") || name.ends_with("_ENDPOINT") => Kind::Url,
        None if name == "DETAILS" => Kind::Table,
        None => Kind::Text,
    }
}

impl ProviderIndex for Providers {
    fn names(&self) -> Vec<&str> {
        provider::ALL.iter().map(|provider| provider.name()).collect()
    }

    fn settings(&self, provider: &str) -> Option<&[SettingDecl]> {
        self.0.get(provider).map(Vec::as_slice)
    }

    fn protocol(&self, provider: &str) -> Option<&str> {
        provider::find(provider).map(Provider::protocol)
    }

    fn by_class_path(&self, path: &str) -> Option<&str> {
        provider::find_by_class_path(path).map(Provider::name)
    }
}
