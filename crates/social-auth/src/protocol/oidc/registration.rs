//! A client registers itself (RFC 7591; OpenID Connect Dynamic Client Registration 1.0).

use serde_json::{Map, Value, json};
use url::Url;

use crate::error::{Error, Result};
use crate::http::{Client, Outgoing, is_loopback};
use crate::protocol::oauth2::answer_error;
use crate::secret::Secret;
use crate::settings::BackendSettings;

/// Settings that say something of the client: their names in lower case are those of client metadata.
const DESCRIBING: [&str; 11] = [
    "TOKEN_ENDPOINT_AUTH_SIGNING_ALG",
    "REQUEST_OBJECT_SIGNING_ALG",
    "ID_TOKEN_ENCRYPTED_RESPONSE_ALG",
    "ID_TOKEN_ENCRYPTED_RESPONSE_ENC",
    "USERINFO_SIGNED_RESPONSE_ALG",
    "USERINFO_ENCRYPTED_RESPONSE_ALG",
    "USERINFO_ENCRYPTED_RESPONSE_ENC",
    "AUTHORIZATION_SIGNED_RESPONSE_ALG",
    "AUTHORIZATION_ENCRYPTED_RESPONSE_ALG",
    "AUTHORIZATION_ENCRYPTED_RESPONSE_ENC",
    "TOKEN_ENDPOINT_AUTH_METHOD",
];

/// The same, of settings that are on or off.
const SWITCHES: [&str; 2] = ["REQUIRE_PUSHED_AUTHORIZATION_REQUESTS", "DPOP_BOUND_ACCESS_TOKENS"];

/// What a provider may well change: who is told of it sees it, and no sign-in depends on it.
const NEGOTIABLE: [&str; 4] = ["client_name", "default_acr_values", "grant_types", "application_type"];

/// Where a provider finds this client.
#[derive(Debug, Clone)]
pub struct ClientAddresses {
    /// Where the browser comes back to.
    pub redirect_uri: String,
    /// Where the client's public keys are.
    pub jwks_uri: String,
    /// Where the provider tells of logouts.
    pub backchannel_logout_uri: String,
    /// What the provider shows in a frame when a session ends.
    pub frontchannel_logout_uri: String,
    /// Where the browser comes back to after signing out at the provider.
    pub post_logout_redirect_uri: String,
}

/// What a provider answers to a registration.
#[derive(Debug, Clone)]
pub struct Registered {
    /// The client id: `KEY`.
    pub client_id: String,
    /// The client secret: `SECRET`; none for a client with keys or a certificate.
    pub client_secret: Option<Secret>,
    /// When the secret expires, in Unix seconds; `None` for never.
    pub client_secret_expires_at: Option<i64>,
    /// Where the registration can be read, changed and deleted (RFC 7592).
    pub registration_client_uri: Option<String>,
    /// What the provider wants to see there.
    pub registration_access_token: Option<Secret>,
}

/// What a client tells of itself, as far as the settings know.
pub(super) struct Registration {
    endpoint: Option<String>,
    initial_access_token: Option<Secret>,
    metadata: Map<String, Value>,
    has_keys: bool,
}

impl Registration {
    /// Reads `REGISTRATION_ENDPOINT`, `INITIAL_ACCESS_TOKEN` and whatever describes the client.
    ///
    /// # Errors
    /// `invalid_setting`, stage `start`.
    pub(super) fn resolve(settings: &BackendSettings<'_>) -> Result<Self> {
        let mut metadata = Map::new();
        for name in DESCRIBING {
            if let Some(value) = settings.text(name)? {
                metadata.insert(name.to_ascii_lowercase(), value.into());
            }
        }
        for name in SWITCHES {
            if settings.value(name).is_some() {
                metadata.insert(name.to_ascii_lowercase(), settings.boolean(name, false)?.into());
            }
        }
        if let Some(title) = settings.text("TITLE")? {
            metadata.insert("client_name".to_owned(), title.into());
        }
        if let Some(values) = settings.list("ACR_VALUES")? {
            metadata.insert("default_acr_values".to_owned(), json!(values));
        }
        let has_keys = settings.value("PRIVATE_KEYS").is_some();
        if has_keys && settings.value("SECRET").is_none() {
            metadata.entry("token_endpoint_auth_method").or_insert_with(|| "private_key_jwt".into());
        }
        if let Some(algorithm) = settings.list("JWT_ALGORITHMS")?.and_then(|algorithms| algorithms.into_iter().next()) {
            metadata.insert("id_token_signed_response_alg".to_owned(), algorithm.into());
        }
        let response_type = settings.text("RESPONSE_TYPE")?.unwrap_or("code");
        let mut grants = vec!["authorization_code"];
        grants.extend(response_type.contains("id_token").then_some("implicit"));
        let scope = settings.list("SCOPE")?.unwrap_or_default();
        grants.extend(scope.iter().any(|scope| scope == "offline_access").then_some("refresh_token"));
        metadata.insert("response_types".to_owned(), json!([response_type]));
        metadata.insert("grant_types".to_owned(), json!(grants));
        if settings.value("TLS_CLIENT_CERTIFICATE").is_some() {
            metadata.insert("tls_client_certificate_bound_access_tokens".to_owned(), true.into());
        }
        Ok(Registration {
            endpoint: settings.text("REGISTRATION_ENDPOINT")?.map(str::to_owned),
            initial_access_token: settings.secret("INITIAL_ACCESS_TOKEN")?,
            metadata,
            has_keys,
        })
    }

    /// Registers the client.
    ///
    /// # Errors
    /// `unsupported_feature` where there is no endpoint; what the provider answers.
    pub(super) async fn register(&self, http: &Client, published: Option<&str>, addresses: &ClientAddresses) -> Result<Registered> {
        let none = || {
            Error::new(crate::Reason::UnsupportedFeature)
                .detail("the provider's metadata names no registration_endpoint: register the client at the provider by hand")
        };
        let endpoint = self.endpoint.as_deref().or(published).ok_or_else(none)?;
        let asked = self.metadata_at(addresses);
        let mut request = Outgoing::new(http::Method::POST, endpoint)?.json(&asked).header("accept", "application/json");
        if let Some(token) = &self.initial_access_token {
            request = request.bearer(token.expose());
        }
        let answer = http.send(request).await?;
        if !answer.is_success() {
            return Err(explained(answer_error(&answer, crate::error::Stage::Start), &answer.json().unwrap_or_default()));
        }
        let answer = answer.json()?;
        nothing_was_changed(&asked, &answer)?;
        let text = |name: &str| answer.get(name).and_then(Value::as_str).filter(|text| !text.is_empty());
        Ok(Registered {
            client_id: text("client_id").ok_or_else(|| Error::missing_claim("client_id"))?.to_owned(),
            client_secret: text("client_secret").map(Secret::from),
            client_secret_expires_at: answer.get("client_secret_expires_at").and_then(Value::as_i64).filter(|at| *at != 0),
            registration_client_uri: text("registration_client_uri").map(str::to_owned),
            registration_access_token: text("registration_access_token").map(Secret::from),
        })
    }

    fn metadata_at(&self, addresses: &ClientAddresses) -> Value {
        let mut metadata = self.metadata.clone();
        let mut add = |name: &str, value: Value| metadata.insert(name.to_owned(), value);
        add("redirect_uris", json!([addresses.redirect_uri]));
        // Section 2: a web client's addresses are https; those on this machine are a native one's.
        let local = Url::parse(&addresses.redirect_uri).is_ok_and(|url| is_loopback(&url));
        add("application_type", if local { "native" } else { "web" }.into());
        if self.has_keys {
            add("jwks_uri", addresses.jwks_uri.clone().into());
        }
        add("post_logout_redirect_uris", json!([addresses.post_logout_redirect_uri]));
        add("frontchannel_logout_uri", addresses.frontchannel_logout_uri.clone().into());
        add("frontchannel_logout_session_required", true.into());
        if !local {
            add("backchannel_logout_uri", addresses.backchannel_logout_uri.clone().into());
            add("backchannel_logout_session_required", true.into());
        }
        Value::Object(metadata)
    }
}

/// RFC 7591, section 3.2.1: a provider may register something else than it was asked for. A redirect URI that is not ours,
/// above all, is where it would send codes.
///
/// # Errors
/// `invalid_claim`, naming the member.
fn nothing_was_changed(asked: &Value, answer: &Value) -> Result<()> {
    let wanted = asked.as_object().into_iter().flatten().filter(|(name, _)| !NEGOTIABLE.contains(&name.as_str()));
    let differs = |name: &String, value: &Value| answer.get(name).is_some_and(|answered| !answered.is_null() && answered != value);
    match wanted.into_iter().find(|(name, value)| differs(name, value)) {
        None => Ok(()),
        Some((name, value)) => Err(Error::invalid_claim(name).stage(crate::error::Stage::Start).detail(format!(
            "the provider registered another {name} than {value}: delete the registration there, and use none of what it answered"
        ))),
    }
}

/// RFC 7591, section 3.2.2: the provider says which member it does not like.
fn explained(error: Error, answer: &Value) -> Error {
    match answer.get("error_description").and_then(Value::as_str) {
        Some(why) => error.detail(format!("the provider explains: {why}")),
        None => error,
    }
}
