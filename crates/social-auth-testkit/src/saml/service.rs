//! The service providers that the provider knows, by their metadata.

use std::collections::HashMap;
use std::sync::{PoisonError, RwLock};
use std::time::Duration;

use roxmltree::{Document, Node};

use super::key::TheirKey;
use super::message::{Binding, Refusal};
use crate::client::is_loopback_uri;
use crate::provider::Shared;

const METADATA: &str = "urn:oasis:names:tc:SAML:2.0:metadata";
const DSIG: &str = "http://www.w3.org/2000/09/xmldsig#";
const PATIENCE: Duration = Duration::from_secs(10);

/// Which parts of an answer the provider signs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SamlSigned {
    /// The response around the assertion.
    Response,
    /// The assertion only.
    Assertion,
    /// Each of them.
    #[default]
    Both,
    /// Neither, which no service provider may take.
    Nothing,
}

/// What the provider encrypts for a service provider, by AES-256-GCM and RSA-OAEP.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SamlEncrypted {
    /// Nothing.
    #[default]
    Nothing,
    /// Who it is.
    NameId,
    /// The whole assertion.
    Assertion,
}

/// A SAML 2.0 service provider that the provider knows.
///
/// One whose entity id is an address on this machine need not be registered: its metadata are
/// looked for there (Metadata 4.1).
#[derive(Clone, Debug)]
pub struct ServiceProvider {
    /// What it calls itself.
    pub entity_id: String,
    /// Which parts of an answer to it are signed.
    pub signed: SamlSigned,
    /// What is encrypted for it.
    pub encrypted: SamlEncrypted,
    metadata: Place,
}

#[derive(Clone, Debug)]
enum Place {
    Here(String),
    At(String),
}

impl ServiceProvider {
    /// A service provider whose metadata stand at this address, which must be on loopback. They are
    /// fetched at each request, so they may change.
    pub fn at(entity_id: impl Into<String>, metadata_url: impl Into<String>) -> Self {
        Self::new(entity_id.into(), Place::At(metadata_url.into()))
    }

    /// A service provider whose metadata are these.
    pub fn described(entity_id: impl Into<String>, metadata: impl Into<String>) -> Self {
        Self::new(entity_id.into(), Place::Here(metadata.into()))
    }

    fn new(entity_id: String, metadata: Place) -> Self {
        Self { entity_id, metadata, signed: SamlSigned::default(), encrypted: SamlEncrypted::default() }
    }

    async fn text(&self) -> Result<String, Refusal> {
        let url = match &self.metadata {
            Place::Here(text) => return Ok(text.clone()),
            Place::At(url) => url,
        };
        if !is_loopback_uri(url) {
            return Err(format!("The metadata of {} are at {url}, which is not on this machine.", self.entity_id));
        }
        let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).no_proxy().timeout(PATIENCE).build();
        let fetched = async { client?.get(url).send().await?.error_for_status()?.text().await };
        fetched.await.map_err(|error: reqwest::Error| format!("The metadata at {url} cannot be had: {error}."))
    }
}

/// What the metadata of a service provider say.
pub(super) struct Service {
    pub(super) registered: ServiceProvider,
    /// What people know it by.
    pub(super) title: String,
    /// Where answers may go, the first one when nothing is asked for.
    pub(super) consumers: Vec<Consumer>,
    /// Where messages of logout go, by Redirect if that is offered.
    pub(super) logout: Option<(Binding, String)>,
    pub(super) signing: Vec<TheirKey>,
    pub(super) encryption: Option<TheirKey>,
    pub(super) signs_requests: bool,
}

/// An `<AssertionConsumerService>` that takes forms.
pub(super) struct Consumer {
    pub(super) url: String,
    pub(super) index: Option<String>,
}

/// The service providers that were registered.
#[derive(Default)]
pub(crate) struct Services(RwLock<HashMap<String, ServiceProvider>>);

impl Services {
    pub(crate) fn put(&self, service: ServiceProvider) {
        self.0.write().unwrap_or_else(PoisonError::into_inner).insert(service.entity_id.clone(), service);
    }

    fn registered(&self, entity_id: &str) -> Option<ServiceProvider> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).get(entity_id).cloned()
    }
}

/// The service provider of this entity id, by what its metadata say now.
pub(super) async fn find(shared: &Shared, entity_id: &str) -> Result<Service, Refusal> {
    let well_known = || is_loopback_uri(entity_id).then(|| ServiceProvider::at(entity_id, entity_id));
    let registered = shared.saml.services.registered(entity_id).or_else(well_known).ok_or_else(|| {
        format!("No service provider {entity_id} is registered, and that is no address on this machine where its metadata could be.")
    })?;
    let text = registered.text().await?;
    describe(&text, registered)
}

fn describe(text: &str, registered: ServiceProvider) -> Result<Service, Refusal> {
    let document = Document::parse(text).map_err(|error| format!("The metadata of {} are no XML: {error}.", registered.entity_id))?;
    let entity = document.root_element();
    if !entity.has_tag_name((METADATA, "EntityDescriptor")) || entity.attribute("entityID") != Some(&registered.entity_id) {
        return Err(format!("The metadata describe another entity than {}.", registered.entity_id));
    }
    let role = entity.children().find(|node| node.has_tag_name((METADATA, "SPSSODescriptor")));
    let role = role.ok_or_else(|| format!("The metadata of {} describe no service provider.", registered.entity_id))?;
    let all = |name: &'static str| role.children().filter(move |node| node.has_tag_name((METADATA, name)));
    let mut consumers: Vec<_> =
        all("AssertionConsumerService").filter(|node| node.attribute("Binding") == Some(Binding::Post.uri())).collect();
    consumers.sort_by_key(|node| node.attribute("isDefault") != Some("true"));
    let logout = Binding::ALL.into_iter().find_map(|binding| {
        let node = all("SingleLogoutService").find(|node| node.attribute("Binding") == Some(binding.uri()))?;
        Some((binding, node.attribute("Location")?.to_owned()))
    });
    let keys = |purpose: &str| {
        let meant = all("KeyDescriptor").filter(|key| key.attribute("use").is_none_or(|meant| meant == purpose));
        meant.flat_map(certificates).filter_map(TheirKey::of).collect::<Vec<_>>()
    };
    let named = |node: &Node<'_, '_>| node.has_tag_name((METADATA, "OrganizationDisplayName"));
    let title = entity.descendants().find(named).and_then(|node| node.text()).unwrap_or(&registered.entity_id).to_owned();
    Ok(Service {
        title,
        consumers: consumers.into_iter().filter_map(consumer).collect(),
        logout,
        signing: keys("signing"),
        encryption: keys("encryption").into_iter().next(),
        signs_requests: role.attribute("AuthnRequestsSigned") == Some("true"),
        registered,
    })
}

fn consumer(node: Node<'_, '_>) -> Option<Consumer> {
    let url = node.attribute("Location").filter(|url| is_loopback_uri(url))?;
    Some(Consumer { url: url.to_owned(), index: node.attribute("index").map(str::to_owned) })
}

fn certificates<'a>(key: Node<'a, '_>) -> Vec<&'a str> {
    key.descendants().filter(|node| node.has_tag_name((DSIG, "X509Certificate"))).filter_map(|node| node.text()).collect()
}
