//! Signed tokens: JWTs of the profile for access tokens (RFC 9068), for services that verify them by
//! themselves. Here each is looked up besides, so that it can be revoked.

use serde_json::{Value, json};

use crate::error::{Error, Result, Stage};
use crate::jose::{API_TOKEN, Algorithm, Claims, Jws, KeySet, Keys, SigningKey};
use crate::seal::{derived_seed, sha256_base64url};
use crate::secret::Secret;
use crate::settings::BackendSettings;
use crate::storage::UserId;

/// The keys and what every token states.
pub(crate) struct SignedTokens {
    issued: bool,
    issuer: String,
    audience: String,
    /// The one that signs, and its id.
    key: SigningKey,
    kid: String,
    jwks: Value,
    keys: KeySet,
}

/// What a token states of itself.
pub(super) struct Statement<'s> {
    pub(super) user: &'s UserId,
    pub(super) backend: &'s str,
    pub(super) jti: &'s str,
    pub(super) sid: &'s str,
    pub(super) now: i64,
    pub(super) expires_in: i64,
}

impl SignedTokens {
    /// Reads `API_TOKEN_FORMAT`, `API_TOKEN_AUDIENCE` and `API_TOKEN_SIGNING_KEY`. Without the latter the keys
    /// are made from the `SECRET_KEY`s, so that replicas have the same and rotate them together.
    ///
    /// # Errors
    /// `invalid_setting`.
    pub(crate) fn resolve(site: &BackendSettings<'_>, public_url: &str, secrets: &[Secret]) -> Result<Self> {
        let issued = match site.text("API_TOKEN_FORMAT")? {
            None | Some("opaque") => false,
            Some("jwt") => true,
            Some(_) => return Err(site.invalid("API_TOKEN_FORMAT", "must be opaque or jwt")),
        };
        let own = match site.value("API_TOKEN_SIGNING_KEY") {
            Some(Value::Array(_)) => site.list("API_TOKEN_SIGNING_KEY")?.unwrap_or_default().into_iter().map(Secret::new).collect(),
            _ => site.secret("API_TOKEN_SIGNING_KEY")?.into_iter().collect::<Vec<_>>(),
        };
        let mut keys = if own.is_empty() {
            let made = |secret: &Secret| derived_seed(secret, "api token v1").and_then(|seed| SigningKey::from_seed(&seed));
            secrets.iter().map(made).collect::<Result<Vec<_>>>()?
        } else {
            let read =
                |secret: &Secret| SigningKey::from_pem_in("API_TOKEN_SIGNING_KEY", secret).map_err(|error| error.stage(Stage::Start));
            own.iter().map(read).collect::<Result<Vec<_>>>()?
        };
        let public: Vec<Value> = keys.iter().map(SigningKey::public_jwk).collect();
        let kid = public.first().and_then(|jwk| jwk["kid"].as_str()).unwrap_or_default().to_owned();
        let jwks = json!({ "keys": public });
        if keys.is_empty() {
            return Err(Error::invalid_setting("API_TOKEN_SIGNING_KEY", "there is neither such a key nor a SECRET_KEY"));
        }
        Ok(SignedTokens {
            issued,
            issuer: public_url.to_owned(),
            audience: site.text("API_TOKEN_AUDIENCE")?.unwrap_or(public_url).to_owned(),
            key: keys.swap_remove(0),
            kid,
            keys: KeySet::parse(&jwks)?,
            jwks,
        })
    }

    /// Whether new tokens are signed ones. Those that were given out are good in any case.
    pub(super) fn are_issued(&self) -> bool {
        self.issued
    }

    pub(super) fn jwks(&self) -> &Value {
        &self.jwks
    }

    /// RFC 9068, section 2.2.
    pub(super) fn sign(&self, statement: &Statement<'_>) -> Result<Secret> {
        let Statement { user, backend, jti, sid, now, expires_in } = *statement;
        let claims = json!({
            "iss": self.issuer, "aud": self.audience, "sub": user.as_str(), "client_id": backend,
            "iat": now, "exp": now.saturating_add(expires_in), "jti": jti, "sid": sid,
        });
        self.key.sign_as("at+jwt", &self.kid, &claims)
    }

    /// The `jti` and `sub` of a token that we signed, for this audience, and at `now` in time.
    pub(super) fn verify(&self, token: &str, now: Option<i64>) -> Option<(String, String)> {
        let jws = Jws::parse(token, API_TOKEN).ok()?;
        let payload = jws.verify(&Keys::public(&self.keys), &[Algorithm::ES256, Algorithm::EdDSA]).ok()?.payload;
        let claims = Claims::parse(&payload).ok()?;
        let is_ours = claims.text("iss") == Some(&self.issuer) && claims.text("aud") == Some(&self.audience);
        let expires = claims.get("exp").and_then(Value::as_i64)?;
        let in_time = now.is_none_or(|now| now < expires);
        (is_ours && in_time).then_some(())?;
        Some((claims.text("jti")?.to_owned(), claims.text("sub")?.to_owned()))
    }
}

/// The row of a signed token. Its `jti` is in the token for all to read, so it opens nothing by itself: no
/// cookie and no opaque token has this form.
pub(super) fn key_hash(jti: &str) -> String {
    sha256_base64url(&format!("jwt:{jti}"))
}

/// Three parts of base64url, of which the first is an object.
pub(super) fn has_the_form(token: &str) -> bool {
    token.starts_with("eyJ") && token.split('.').count() == 3
}
