//! How the client proves itself with more than a secret: signed assertions (RFC 7523, section 2.2; OpenID
//! Connect Core 1.0, section 9), and signed requests (RFC 9101).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value, json};

use super::description::{ClientAuth, OAuth2};
use crate::error::{Result, Stage};
use crate::jose::{Algorithm, HmacKey, PrivateKeys};
use crate::seal::random_token;
use crate::secret::Secret;
use crate::settings::BackendSettings;

/// Seconds that an assertion is good for: long enough for clocks that differ, too short to be of use to others.
const LIFETIME: i64 = 60;

/// The keys of a client and what they are used for.
pub(super) struct ClientKeys {
    keys: PrivateKeys,
    /// The public key of a certificate of our own making, with the certificate.
    certificate: Option<Value>,
    secret: Option<HmacKey>,
    assertion_algorithm: Option<Algorithm>,
    audience: Option<String>,
    request_algorithm: Option<Algorithm>,
}

/// The keys that the settings have.
///
/// # Errors
/// `invalid_setting` for `PRIVATE_KEYS`, stage `start`.
pub(crate) fn private_keys(settings: &BackendSettings<'_>) -> Result<PrivateKeys> {
    PrivateKeys::parse("PRIVATE_KEYS", &settings.secrets("PRIVATE_KEYS")?).map_err(|error| error.stage(Stage::Start))
}

/// The algorithm that a setting names.
///
/// # Errors
/// `invalid_setting` for a name that is none.
pub(crate) fn algorithm(settings: &BackendSettings<'_>, setting: &str) -> Result<Option<Algorithm>> {
    let known = |name: &str| {
        Algorithm::from_name(name).ok_or_else(|| {
            let names: Vec<_> = Algorithm::ALL.iter().map(|algorithm| algorithm.name()).collect();
            settings.invalid(setting, &format!("must be one of {}", names.join(", ")))
        })
    };
    settings.text(setting)?.map(known).transpose()
}

/// How the client authenticates: as the settings say, else by what they have, else the provider's way.
///
/// # Errors
/// `invalid_setting` for a method that there is not.
pub(super) fn method(provider: &OAuth2, settings: &BackendSettings<'_>) -> Result<ClientAuth> {
    let Some(name) = settings.text("TOKEN_ENDPOINT_AUTH_METHOD")? else {
        let only_keys = settings.secret("SECRET")?.is_none() && settings.value("PRIVATE_KEYS").is_some();
        return Ok(if only_keys && provider.client_auth.needs_secret() { ClientAuth::PrivateKeyJwt } else { provider.client_auth });
    };
    Ok(match name {
        "client_secret_basic" => ClientAuth::Basic,
        "client_secret_post" => ClientAuth::Post,
        "client_secret_jwt" => ClientAuth::SecretJwt,
        "private_key_jwt" => ClientAuth::PrivateKeyJwt,
        "tls_client_auth" | "self_signed_tls_client_auth" => ClientAuth::Tls,
        "none" => ClientAuth::None,
        _ => {
            return Err(settings.invalid(
                "TOKEN_ENDPOINT_AUTH_METHOD",
                "must be client_secret_basic, client_secret_post, client_secret_jwt, private_key_jwt, tls_client_auth, \
                 self_signed_tls_client_auth or none",
            ));
        }
    })
}

impl ClientKeys {
    /// Reads the keys and checks that they serve the method.
    ///
    /// # Errors
    /// `missing_setting` or `invalid_setting`, stage `start`.
    pub fn resolve(method: ClientAuth, secret: Option<&Secret>, settings: &BackendSettings<'_>) -> Result<Self> {
        let keys = private_keys(settings)?;
        let assertion_algorithm = algorithm(settings, "TOKEN_ENDPOINT_AUTH_SIGNING_ALG")?;
        let request_algorithm = algorithm(settings, "REQUEST_OBJECT_SIGNING_ALG")?;
        let needs_secret = method == ClientAuth::SecretJwt || request_algorithm.is_some_and(Algorithm::is_symmetric);
        let secret = match secret.filter(|_| needs_secret) {
            Some(secret) => Some(HmacKey::from_client_secret(secret).map_err(|error| error.stage(Stage::Start))?),
            None if needs_secret => return Err(settings.missing("SECRET", "It signs what the client states.")),
            None => None,
        };
        let wrong =
            |setting: &str| settings.invalid(setting, "is no algorithm of this way to authenticate, or PRIVATE_KEYS has no key for it");
        let fits = |algorithm: Option<Algorithm>| keys.signer(algorithm).is_some();
        match (method, assertion_algorithm) {
            (ClientAuth::PrivateKeyJwt, None) if !fits(None) => {
                return Err(settings.missing("PRIVATE_KEYS", "private_key_jwt needs a key that signs, in PEM or as a JWK."));
            }
            (ClientAuth::PrivateKeyJwt, Some(algorithm)) if !fits(Some(algorithm)) => return Err(wrong("TOKEN_ENDPOINT_AUTH_SIGNING_ALG")),
            (ClientAuth::SecretJwt, Some(algorithm)) if !algorithm.is_symmetric() => return Err(wrong("TOKEN_ENDPOINT_AUTH_SIGNING_ALG")),
            (ClientAuth::Tls, _) if settings.value("TLS_CLIENT_CERTIFICATE").is_none() => {
                return Err(settings.missing("TLS_CLIENT_CERTIFICATE", "It is what the client proves itself with in mutual TLS."));
            }
            _ => {}
        }
        if request_algorithm.is_some_and(|algorithm| !algorithm.is_symmetric() && !fits(Some(algorithm))) {
            return Err(wrong("REQUEST_OBJECT_SIGNING_ALG"));
        }
        let audience = settings.text("CLIENT_ASSERTION_AUDIENCE")?.map(str::to_owned);
        let self_signed = settings.text("TOKEN_ENDPOINT_AUTH_METHOD")? == Some("self_signed_tls_client_auth");
        let certificate = if self_signed { Some(certificate(settings)?) } else { None };
        Ok(ClientKeys { keys, certificate, secret, assertion_algorithm, audience, request_algorithm })
    }

    /// The public parts, if there are any; `decrypts` as for [`PrivateKeys::published`].
    pub fn published(&self, decrypts: bool) -> Option<Value> {
        let mut set = self.keys.published(decrypts);
        let listed = set.get_mut("keys").and_then(Value::as_array_mut)?;
        listed.extend(self.certificate.clone());
        if listed.is_empty() { None } else { Some(set) }
    }

    /// Whether requests are signed.
    pub fn signs_requests(&self) -> bool {
        self.request_algorithm.is_some()
    }

    /// `client_assertion`: that it is this client who asks, said to `audience` and good once. The issuer is
    /// the one audience that no other server can have (RFC 7523bis).
    pub fn assertion(&self, client_id: &str, audience: &str, now: i64) -> Result<Secret> {
        let audience = self.audience.as_deref().unwrap_or(audience);
        let claims = json!({
            "iss": client_id, "sub": client_id, "aud": audience, "jti": random_token(16), "iat": now, "exp": now + LIFETIME
        });
        match &self.secret {
            Some(secret) if self.assertion_algorithm.is_none_or(Algorithm::is_symmetric) => {
                secret.sign(self.assertion_algorithm.unwrap_or(Algorithm::HS256), &claims)
            }
            _ => self.keys.sign(self.assertion_algorithm, "JWT", &claims),
        }
    }

    /// `request`: the parameters of an authorization request, signed (RFC 9101, section 4).
    pub fn signed_request(&self, client_id: &str, audience: &str, params: &[(String, String)], now: i64) -> Result<Secret> {
        let mut claims: Map<String, Value> = params.iter().map(|(name, value)| (name.clone(), member(name, value))).collect();
        let own = json!({
            "iss": client_id, "aud": audience, "jti": random_token(16), "iat": now, "nbf": now, "exp": now + LIFETIME
        });
        if let Value::Object(own) = own {
            claims.extend(own);
        }
        let claims = Value::Object(claims);
        match (&self.secret, self.request_algorithm) {
            (Some(secret), Some(algorithm)) if algorithm.is_symmetric() => secret.sign(algorithm, &claims),
            (_, algorithm) => self.keys.sign(algorithm, "oauth-authz-req+jwt", &claims),
        }
    }
}

/// The key of `TLS_CLIENT_CERTIFICATE` as a JWK with `x5c`, by which a provider knows a certificate that nobody
/// else signed (RFC 8705, section 2.2.2).
fn certificate(settings: &BackendSettings<'_>) -> Result<Value> {
    let unreadable =
        || settings.invalid("TLS_CLIENT_CERTIFICATE", "must be a certificate in PEM, its private key with it or in TLS_CLIENT_KEY");
    let text = settings.text("TLS_CLIENT_CERTIFICATE")?.unwrap_or_default();
    let blocks = pem::parse_many(text).map_err(|_| unreadable())?;
    let (certificates, others): (Vec<_>, Vec<_>) = blocks.into_iter().partition(|block| block.tag() == "CERTIFICATE");
    let leaf = certificates.first().ok_or_else(unreadable)?;
    let key = match settings.secret("TLS_CLIENT_KEY")? {
        Some(key) => key,
        None => Secret::new(pem::encode_many(&others)),
    };
    let keys = PrivateKeys::parse("TLS_CLIENT_KEY", &[key]).map_err(|error| error.stage(Stage::Start))?;
    let mut jwk = keys.keys().first().ok_or_else(unreadable)?.public_jwk();
    jwk["use"] = "sig".into();
    jwk["x5c"] = json!([STANDARD.encode(leaf.contents())]);
    Ok(jwk)
}

/// A parameter as a claim: text, but for those that are numbers and JSON (OpenID Connect Core 1.0, section 6.1).
fn member(name: &str, value: &str) -> Value {
    let parsed = match name {
        "max_age" | "claims" => serde_json::from_str(value).ok(),
        _ => None,
    };
    parsed.unwrap_or_else(|| Value::from(value))
}
