//! What a provider publishes, kept and used: its metadata and its keys.

use std::sync::Arc;

use serde_json::{Map, Value};

use crate::clock::Clock;
use crate::error::{Error, Reason, Result, Stage};
use crate::http::{Client, Incoming};
use crate::jose::{AUTHORIZATION_RESPONSE, Claims, ID_TOKEN, Jws, KeySet, LOGOUT_TOKEN, TokenUse, USER_INFO};
use crate::protocol::cached::{Cached, Fetched, lifetime};
use crate::protocol::oidc::logout_token::{LogoutToken, verify_logout_token};
use crate::protocol::oidc::user_info::{UserInfoRules, read_user_info, signed_text};
use crate::protocol::oidc::{IdTokenRules, Metadata, discovery, verify_authorization_response, verify_id_token};

/// Where a provider publishes its documents.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DocumentSources {
    /// `OIDC_ENDPOINT`: the issuer, below which the discovery document is. `None` for a provider that has
    /// none.
    pub endpoint: Option<String>,
    /// Which issuer the metadata must name.
    pub issuer: ExpectedIssuer,
    /// `JWKS_URI`: where the keys are, if not where the metadata says.
    pub jwks_uri: Option<String>,
    /// Whether requests are made with a certificate, for which the provider may have other addresses (RFC 8705,
    /// section 5).
    pub mutual_tls: bool,
}

/// Which issuer a provider's metadata must name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum ExpectedIssuer {
    /// The endpoint itself (OpenID Connect Discovery 1.0, section 4.3).
    #[default]
    Endpoint,
    /// This one: `ID_TOKEN_ISSUER`.
    Named(String),
    /// Whichever it names: for a provider whose address is ours to know and whose issuer is another,
    /// such as Microsoft's tenants.
    AsPublished,
}

/// A provider's metadata and keys, fetched when they are first needed and kept for up to 24 hours; shared
/// by all sign-ins of a backend. When the provider cannot be reached the old ones stay in use.
pub struct ProviderDocuments {
    client: Client,
    sources: DocumentSources,
    metadata: Cached<Metadata>,
    keys: Cached<KeySet>,
}

impl ProviderDocuments {
    /// Documents from these places. Nothing is fetched yet.
    #[must_use]
    pub fn new(client: Client, clock: Clock, sources: DocumentSources) -> Self {
        let (metadata, keys) = (Cached::new("provider metadata", clock.clone()), Cached::new("provider keys", clock));
        ProviderDocuments { client, sources, metadata, keys }
    }

    /// The metadata.
    ///
    /// # Errors
    /// `invalid_setting` for `OIDC_ENDPOINT` or `ID_TOKEN_ISSUER`; whatever keeps the document from being
    /// fetched or read, unless an old one is at hand.
    pub async fn metadata(&self) -> Result<Arc<Metadata>> {
        let missing = || Error::new(Reason::MissingSetting).parameter("OIDC_ENDPOINT").detail("this provider has no discovery document");
        let endpoint = self.sources.endpoint.as_deref().ok_or_else(missing)?;
        self.metadata.get(|| discovery::fetch(&self.client, endpoint, &self.sources)).await
    }

    /// The keys.
    ///
    /// # Errors
    /// As [`metadata`](ProviderDocuments::metadata); `missing_claim` when it does not say where they are.
    pub async fn keys(&self) -> Result<Arc<KeySet>> {
        self.keys.get(|| self.fetch_keys()).await
    }

    /// Keys that were fetched after `known`, for a token whose key `known` lacks. Asks the provider at
    /// most once in [`REFETCH_COOL_DOWN`](super::REFETCH_COOL_DOWN) seconds.
    pub async fn newer_keys(&self, known: &Arc<KeySet>) -> Option<Arc<KeySet>> {
        self.keys.newer(known, || self.fetch_keys()).await
    }

    /// Verifies an id token with the provider's keys; see [`verify_id_token`].
    ///
    /// # Errors
    /// As [`verify_id_token`] and [`keys`](ProviderDocuments::keys).
    pub async fn verify_id_token(&self, token: &str, rules: &IdTokenRules<'_>) -> Result<Claims> {
        let outcome = self.with_keys(token, ID_TOKEN, |keys| verify_id_token(token, rules, keys)).await;
        outcome.map_err(|error| error.stage_if_unknown(Stage::TokenValidation))
    }

    /// Verifies a logout token with the provider's keys; see [`verify_logout_token`].
    ///
    /// # Errors
    /// As [`verify_logout_token`] and [`keys`](ProviderDocuments::keys).
    pub async fn verify_logout_token(&self, token: &str, rules: &IdTokenRules<'_>) -> Result<LogoutToken> {
        let outcome = self.with_keys(token, LOGOUT_TOKEN, |keys| verify_logout_token(token, rules, keys)).await;
        outcome.map_err(|error| error.stage_if_unknown(Stage::TokenValidation))
    }

    /// Verifies an authorization response with the provider's keys; see [`verify_authorization_response`].
    ///
    /// # Errors
    /// As [`verify_authorization_response`] and [`keys`](ProviderDocuments::keys).
    pub async fn verify_authorization_response(&self, token: &str, rules: &IdTokenRules<'_>) -> Result<Claims> {
        let verify = |keys: &KeySet| verify_authorization_response(token, rules, keys);
        let outcome = self.with_keys(token, AUTHORIZATION_RESPONSE, verify).await;
        outcome.map_err(|error| error.stage_if_unknown(Stage::Callback))
    }

    /// Reads what the userinfo endpoint answered, with the provider's keys where it is signed; see
    /// [`read_user_info`].
    ///
    /// # Errors
    /// As [`read_user_info`] and [`keys`](ProviderDocuments::keys).
    pub async fn read_user_info(&self, answer: &Incoming, rules: &UserInfoRules<'_>) -> Result<Map<String, Value>> {
        let outcome = match signed_text(answer) {
            Ok(Some(token)) => self.with_keys(token, USER_INFO, |keys| read_user_info(answer, rules, keys)).await,
            Ok(None) => read_user_info(answer, rules, &KeySet::default()),
            Err(error) => Err(error),
        };
        outcome.map_err(|error| error.stage_if_unknown(Stage::UserInfo))
    }

    /// Verifies with the keys at hand and, when a newer key may be needed, once more with newer ones.
    async fn with_keys<T>(&self, token: &str, token_use: TokenUse, verify: impl Fn(&KeySet) -> Result<T>) -> Result<T> {
        let jws = Jws::parse(token, token_use)?;
        if jws.header().algorithm.is_symmetric() {
            return verify(&KeySet::default());
        }
        let keys = self.keys().await?;
        match verify(&keys) {
            Err(error) if error.reason() == Reason::InvalidSignature && jws.may_need_newer_keys(&keys) => {
                match self.newer_keys(&keys).await {
                    Some(newer) => verify(&newer),
                    None => Err(error),
                }
            }
            outcome => outcome,
        }
    }

    async fn fetch_keys(&self) -> Result<Fetched<KeySet>> {
        let url = match &self.sources.jwks_uri {
            Some(url) => url.clone(),
            None => {
                let published = self.metadata().await?.jwks_uri.clone();
                published.ok_or_else(|| {
                    Error::missing_claim("jwks_uri").detail("the discovery document does not say where the keys are; set JWKS_URI")
                })?
            }
        };
        let (answer, value) = discovery::read(&self.client, "the key set", &url).await?;
        Ok(Fetched { document: KeySet::parse(&value)?, lifetime: lifetime(&answer) })
    }
}

impl std::fmt::Debug for ProviderDocuments {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ProviderDocuments").field("sources", &self.sources).finish_non_exhaustive()
    }
}
