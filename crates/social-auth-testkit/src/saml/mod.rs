//! SAML 2.0, as an identity provider: metadata, sign-on by Redirect and POST, sign-on that begins here, single
//! logout both ways. Sections are those of SAML 2.0's Core, Bindings, Profiles and Metadata.
//!
//! Messages are written and read by code of its own, not by the library's, so that neither can be wrong
//! unnoticed; signatures and encryption are `bergshamra`'s.

mod answer;
mod documents;
mod key;
mod logout;
mod message;
mod service;
mod sign_on;

use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};

use axum::Router;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use http::{StatusCode, header};
use serde_json::json;

pub use key::SamlCredential;
pub use service::{SamlEncrypted, SamlSigned, ServiceProvider};

pub(crate) use key::SamlKey;

use crate::error::Error;
use crate::page::Reader;
use crate::provider::{DevProvider, Shared};
use documents::Documents;
use message::Binding;

const SIGN_ON: &str = "/saml/sso";
const LOGOUT: &str = "/saml/slo";

type EditFn = Arc<dyn Fn(&mut String) + Send + Sync>;

/// What the room keeps.
pub(crate) struct Room {
    pub(crate) services: service::Services,
    pub(crate) sessions: logout::Sessions,
    documents: Documents,
    edit: RwLock<Option<EditFn>>,
}

impl fmt::Debug for Room {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Room").finish_non_exhaustive()
    }
}

impl Room {
    pub(crate) fn new() -> Result<Self, Error> {
        let documents = Documents::compile()?;
        Ok(Self { services: service::Services::default(), sessions: logout::Sessions::default(), documents, edit: RwLock::default() })
    }

    pub(crate) fn heal(&self) {
        self.set_edit(None);
    }

    fn set_edit(&self, edit: Option<EditFn>) {
        *self.edit.write().unwrap_or_else(PoisonError::into_inner) = edit;
    }

    fn edited(&self, mut assertion: String) -> String {
        let edit = self.edit.read().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some(edit) = edit {
            edit(&mut assertion);
        }
        assertion
    }
}

pub(crate) fn routes() -> Router<Arc<Shared>> {
    Router::new()
        .route("/saml/metadata", get(metadata))
        .route(SIGN_ON, get(sign_on::by_query).post(sign_on::by_form))
        .route("/saml/initiate", get(sign_on::initiate))
        .route(LOGOUT, get(logout::by_query).post(logout::by_form))
        .route("/saml/logout", get(logout::begun_here))
}

impl DevProvider {
    /// Where a service provider finds the SAML metadata. It is the entity id, too.
    #[must_use]
    pub fn saml_metadata_url(&self) -> String {
        entity_id(self.shared())
    }

    /// Registers a SAML service provider, or replaces the one with the same entity id.
    pub fn register_service_provider(&self, service: ServiceProvider) {
        self.shared().saml.services.put(service);
    }

    /// The address of a sign-on that begins here and that nobody asked for (Profiles 4.1.5): whoever
    /// opens it chooses a person, and is sent to the service provider with this `RelayState`.
    #[must_use]
    pub fn saml_initiate_url(&self, entity_id: &str, relay_state: Option<&str>) -> String {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        query.append_pair("sp", entity_id).extend_pairs(relay_state.map(|state| ("RelayState", state)));
        format!("{}/saml/initiate?{}", self.url(), query.finish())
    }

    /// The address that ends a browser's session here and at all its service providers.
    #[must_use]
    pub fn saml_logout_url(&self) -> String {
        format!("{}/saml/logout", self.url())
    }

    /// Changes every assertion before it is signed, until [`Self::heal`]: another audience, an old
    /// `NotOnOrAfter`.
    pub fn edit_assertions(&self, edit: impl Fn(&mut String) + Send + Sync + 'static) {
        self.shared().saml.set_edit(Some(Arc::new(edit)));
    }
}

fn entity_id(shared: &Shared) -> String {
    format!("{}/saml/metadata", shared.url)
}

async fn metadata(State(shared): State<Arc<Shared>>) -> Response {
    let certificates: Vec<_> = shared.keys.saml_keys().iter().map(|key| key.certificate.clone()).collect();
    let written = shared.saml.documents.write(
        "metadata.xml",
        json!({
            "entity_id": entity_id(&shared), "certificates": certificates, "formats": answer::FORMATS,
            "bindings": Binding::ALL.map(Binding::uri),
            "sign_on": format!("{}{SIGN_ON}", shared.url), "logout": format!("{}{LOGOUT}", shared.url)}),
    );
    match written {
        Ok(text) => ([(header::CONTENT_TYPE, "application/samlmetadata+xml")], text).into_response(),
        Err(error) => crate::consent::unavailable(&shared, Reader::Program, &error),
    }
}

/// The page for a message that cannot be answered.
fn refuse(shared: &Shared, reader: Reader, why: &str) -> Response {
    shared.pages.message(reader, StatusCode::BAD_REQUEST, "This SAML message cannot be answered", why)
}

/// The response, or the page for a provider that cannot go on.
fn or_unavailable(shared: &Shared, reader: Reader, outcome: Result<Response, Error>) -> Response {
    outcome.unwrap_or_else(|error| crate::consent::unavailable(shared, reader, &error))
}
