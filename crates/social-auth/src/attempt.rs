//! One sign-in attempt: everything that begin must remember until complete. It is made at begin, sealed
//! into a cookie of its own, opened and compared at complete, and claimed once. No storage holds it.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::error::{Error, Reason, Result};
use crate::seal::{Sealer, random_token, sha256_base64url};
use crate::secret::constant_time_eq;
use crate::storage::UserId;

const PURPOSE: &str = "attempt";

/// The beginning of every attempt cookie's name; the rest is a digest of the state.
pub const COOKIE_PREFIX: &str = "social_auth_attempt_";

/// How long a person has to come back, in seconds, unless `STATE_LIFETIME` says otherwise.
pub const DEFAULT_LIFETIME: i64 = 900;

/// One sign-in attempt. Its `Debug` shows no secret.
#[derive(Clone, Serialize, Deserialize)]
pub struct Attempt {
    /// The backend instance's name.
    #[serde(rename = "b")]
    pub backend: String,
    /// What the provider must give back unchanged.
    #[serde(rename = "s")]
    pub state: String,
    /// OpenID Connect: what the id token must repeat.
    #[serde(rename = "n", default, skip_serializing_if = "Option::is_none")]
    pub nonce: Option<String>,
    /// PKCE (RFC 7636).
    #[serde(rename = "v", default, skip_serializing_if = "Option::is_none")]
    pub pkce_verifier: Option<String>,
    /// Exactly what the provider was told.
    #[serde(rename = "r")]
    pub redirect_uri: String,
    /// Where the person wanted to go; checked already.
    #[serde(rename = "x", default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
    /// Who was signed in when it began.
    #[serde(rename = "u", default, skip_serializing_if = "Option::is_none")]
    pub user: Option<UserId>,
    /// Which issuer must answer (RFC 9207).
    #[serde(rename = "i", default, skip_serializing_if = "Option::is_none")]
    pub issuer: Option<String>,
    /// Unix seconds.
    #[serde(rename = "t")]
    pub issued_at: i64,
    /// Unix seconds.
    #[serde(rename = "e")]
    pub expires_at: i64,
    /// `FIELDS_STORED_IN_SESSION`, for the pipeline.
    #[serde(rename = "f", default, skip_serializing_if = "Map::is_empty")]
    pub fields: Map<String, Value>,
    /// What the protocol needs besides, such as an OAuth 1.0a request token.
    #[serde(rename = "p", default, skip_serializing_if = "Map::is_empty")]
    pub protocol: Map<String, Value>,
}

impl Attempt {
    /// A new attempt with a random state.
    #[must_use]
    pub fn new(backend: &str, redirect_uri: &str, now: i64, lifetime: i64) -> Self {
        Attempt {
            backend: backend.to_owned(),
            state: random_token(32),
            nonce: None,
            pkce_verifier: None,
            redirect_uri: redirect_uri.to_owned(),
            next: None,
            user: None,
            issuer: None,
            issued_at: now,
            expires_at: now.saturating_add(lifetime),
            fields: Map::new(),
            protocol: Map::new(),
        }
    }

    /// The name of the cookie for an attempt of this state.
    #[must_use]
    pub fn cookie_name(state: &str) -> String {
        let digest = sha256_base64url(state);
        format!("{COOKIE_PREFIX}{}", digest.get(..16).unwrap_or(&digest))
    }

    /// The cookie's value.
    ///
    /// # Errors
    /// `unknown_error` when sealing fails; `invalid_parameter` when the attempt is too long for a cookie.
    pub fn seal(&self, sealer: &Sealer) -> Result<String> {
        let sealed = sealer.seal(PURPOSE, self)?;
        if sealed.len() > 3800 {
            return Err(Error::new(Reason::InvalidParameter).parameter("next").detail("the sign-in carries more than a cookie can hold"));
        }
        Ok(sealed)
    }

    /// Opens a cookie's value; `None` when it is not one of ours.
    #[must_use]
    pub fn open(sealer: &Sealer, sealed: &str) -> Option<Self> {
        sealer.open(PURPOSE, sealed)
    }

    /// Checks that the callback belongs to this attempt; each way to fail has its own reason.
    ///
    /// # Errors
    /// `state_mismatch`, `backend_mismatch`, `attempt_expired` or `user_mismatch`.
    pub fn check(&self, state: &str, backend: &str, user: Option<&UserId>, now: i64) -> Result<()> {
        if !constant_time_eq(self.state.as_bytes(), state.as_bytes()) {
            return Err(Error::new(Reason::StateMismatch));
        }
        if self.backend != backend {
            return Err(Error::new(Reason::BackendMismatch).detail(format!("the attempt was begun with \"{}\"", self.backend)));
        }
        if now >= self.expires_at {
            let late = now - self.expires_at;
            return Err(Error::new(Reason::AttemptExpired)
                .detail(format!("the attempt expired {late} seconds ago; STATE_LIFETIME sets how long it lives")));
        }
        // An attempt that nobody owned signs in and never connects, whoever signed in meanwhile in
        // another tab; one that connects an account ends with the person who began it.
        if self.user.is_some() && self.user.as_ref() != user {
            return Err(Error::new(Reason::UserMismatch));
        }
        Ok(())
    }

    /// What to claim so that this attempt is used only once.
    #[must_use]
    pub fn claim_key(&self) -> String {
        sha256_base64url(&self.state)
    }
}

impl std::fmt::Debug for Attempt {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Attempt").field("backend", &self.backend).field("issued_at", &self.issued_at).finish_non_exhaustive()
    }
}
