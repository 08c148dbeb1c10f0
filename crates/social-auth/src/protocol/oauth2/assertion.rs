//! A client that proves itself by a signed statement instead of a secret (RFC 7523, section 2.2): a
//! workload identity of Microsoft Entra or Kubernetes.

use serde_json::{Map, Value};

use crate::error::{Error, Result, Stage};
use crate::secret::Secret;
use crate::settings::BackendSettings;

/// `client_assertion_type` of a JWT.
pub(super) const JWT_BEARER: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// Where the statement comes from, and what kind it is.
pub(super) struct Assertion {
    pub kind: String,
    source: Source,
}

enum Source {
    Text(Secret),
    /// Read each time, since the platform replaces it.
    File(String),
}

impl Assertion {
    /// Reads `CLIENT_ASSERTION`, `FEDERATED_TOKEN_FILE` and `CLIENT_ASSERTION_TYPE`, where the provider
    /// declares them.
    pub fn of(settings: &BackendSettings<'_>, declared: &Map<String, Value>) -> Result<Option<Self>> {
        let source = if declared.contains_key("CLIENT_ASSERTION") {
            settings.secret("CLIENT_ASSERTION")?.map(Source::Text)
        } else if declared.contains_key("FEDERATED_TOKEN_FILE") {
            settings.text("FEDERATED_TOKEN_FILE")?.map(|path| Source::File(path.to_owned()))
        } else {
            None
        };
        let kind = settings.text("CLIENT_ASSERTION_TYPE")?.unwrap_or(JWT_BEARER).to_owned();
        Ok(source.map(|source| Assertion { kind, source }))
    }

    /// The statement as of now.
    pub async fn read(&self) -> Result<Secret> {
        match &self.source {
            Source::Text(text) => Ok(text.clone()),
            Source::File(path) => {
                let unreadable = |why: String| Error::invalid_setting("FEDERATED_TOKEN_FILE", why).stage(Stage::TokenExchange);
                let text = tokio::fs::read_to_string(path).await.map_err(|error| unreadable(format!("{path} cannot be read: {error}")))?;
                match text.trim() {
                    "" => Err(unreadable(format!("{path} is empty"))),
                    token => Ok(Secret::new(token)),
                }
            }
        }
    }
}
