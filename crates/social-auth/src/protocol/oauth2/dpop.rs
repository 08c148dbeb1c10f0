//! DPoP (RFC 9449): each token is bound to a key, and whoever uses it proves that he holds the key.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Mutex, PoisonError};

use serde_json::{Map, Value, json};
use url::Url;

use crate::clock::Clock;
use crate::error::{Error, Reason, Result};
use crate::http::{Client, Incoming, Outgoing};
use crate::jose::{Algorithm, PrivateKey};
use crate::seal::{random_token, sha256_base64url};
use crate::secret::Secret;
use crate::storage::Association;

/// The error by which a server asks for a nonce of its own (sections 8 and 9).
const USE_NONCE: &str = "use_dpop_nonce";

/// How many servers' nonces are remembered; a backend talks to one or two.
const MAX_SERVERS: usize = 32;

/// The key that the tokens of an association are bound to.
///
/// It is made at sign-in and kept with the association, encrypted where tokens are. An application that calls
/// the provider's API with such a token proves that it has the key:
///
/// ```
/// # use social_auth::protocol::oauth2::DpopKey;
/// # fn headers(association: &social_auth::storage::Association, access_token: &social_auth::Secret, now: i64)
/// # -> social_auth::Result<()> {
/// let url = "https://api.example.com/me".parse().expect("a constant");
/// if let Some(key) = DpopKey::of(association)? {
///     let proof = key.proof("GET", &url, Some(access_token), None, now)?;
///     // GET /me
///     // Authorization: DPoP <access_token>
///     // DPoP: <proof>
/// }
/// # Ok(())
/// # }
/// ```
pub struct DpopKey(PrivateKey);

impl DpopKey {
    /// The field of the extra data that it is kept in.
    pub const FIELD: &'static str = "dpop_key";

    /// A new key.
    ///
    /// # Errors
    /// `unknown_error` when the system has no random numbers.
    pub(super) fn generate() -> Result<Self> {
        PrivateKey::generate().map(DpopKey)
    }

    /// The key of an association; `None` where its tokens are bound to none.
    ///
    /// # Errors
    /// `reauthentication_required` when what is kept there is no key.
    pub fn of(association: &Association) -> Result<Option<Self>> {
        association.extra_data.text(Self::FIELD).map(Self::from_text).transpose()
    }

    /// Reads [`to_text`](DpopKey::to_text) back.
    pub(super) fn from_text(text: &str) -> Result<Self> {
        let unreadable = || Error::new(Reason::ReauthenticationRequired).detail("the key that the tokens are bound to cannot be read");
        PrivateKey::from_text(text).map(DpopKey).ok_or_else(unreadable)
    }

    /// For the attempt and the extra data.
    pub(super) fn to_text(&self) -> Result<Secret> {
        self.0.to_text()
    }

    /// `dpop_jkt` (section 10): the code is bound to the key as well.
    pub(super) fn thumbprint(&self) -> String {
        self.0.thumbprint()
    }

    /// A proof for one request (section 4.2). `nonce` is what the server gave in its last `DPoP-Nonce`.
    ///
    /// # Errors
    /// `unknown_error` when the key cannot sign.
    pub fn proof(&self, method: &str, url: &Url, access_token: Option<&Secret>, nonce: Option<&str>, now: i64) -> Result<Secret> {
        let mut target = url.clone();
        target.set_query(None);
        target.set_fragment(None);
        let mut claims = json!({"jti": random_token(16), "htm": method, "htu": target.as_str(), "iat": now});
        if let Some(access_token) = access_token {
            claims["ath"] = sha256_base64url(access_token.expose()).into();
        }
        if let Some(nonce) = nonce {
            claims["nonce"] = nonce.into();
        }
        let header = Map::from_iter([("typ".to_owned(), Value::from("dpop+jwt")), ("jwk".to_owned(), self.0.bare_public_jwk())]);
        self.0.sign(Algorithm::ES256, &header, &claims)
    }
}

impl fmt::Debug for DpopKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DpopKey([redacted])")
    }
}

/// The nonces that servers gave last, by their origin. They are no secrets.
#[derive(Default)]
pub(crate) struct Nonces(Mutex<HashMap<String, String>>);

impl Nonces {
    fn last_of(&self, url: &Url) -> Option<String> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(&url.origin().ascii_serialization()).cloned()
    }

    /// Takes in the nonce of an answer. Whether there was one.
    fn learn(&self, url: &Url, answer: &Incoming) -> bool {
        let Some(nonce) = answer.header("dpop-nonce").filter(|nonce| !nonce.is_empty() && nonce.len() <= 1024) else { return false };
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let origin = url.origin().ascii_serialization();
        if known.len() >= MAX_SERVERS && !known.contains_key(&origin) {
            known.clear();
        }
        known.insert(origin, nonce.to_owned());
        true
    }
}

/// Proves possession of a key in the requests of one journey.
#[derive(Clone, Copy)]
pub(crate) struct Proving<'a> {
    pub(super) key: &'a DpopKey,
    pub(super) nonces: &'a Nonces,
    pub(super) clock: &'a Clock,
}

impl Proving<'_> {
    /// Sends a request to the authorization server. Where that asks for a nonce, the error's provider code says
    /// so; whoever asked makes the request anew, since a client assertion in it works once.
    pub(super) async fn ask(&self, http: &Client, request: Outgoing) -> Result<Incoming> {
        let url = request.url.clone();
        let answer = http.send(self.with_proof(request, None)?).await?;
        self.nonces.learn(&url, &answer);
        Ok(answer)
    }

    /// Sends a request for a protected resource with the access token; once more where the server asks for a
    /// nonce (section 9).
    ///
    /// # Errors
    /// As [`Client::send`].
    pub(crate) async fn send(&self, http: &Client, request: Outgoing, access_token: &Secret) -> Result<Incoming> {
        let request = request.authorization("DPoP", access_token.expose());
        let answer = http.send(self.with_proof(request.clone(), Some(access_token))?).await?;
        let fresh = self.nonces.learn(&request.url, &answer);
        let asks = answer.status == 401 && answer.header("www-authenticate").is_some_and(|header| header.contains(USE_NONCE));
        if !(fresh && asks) {
            return Ok(answer);
        }
        let answer = http.send(self.with_proof(request.clone(), Some(access_token))?).await?;
        self.nonces.learn(&request.url, &answer);
        Ok(answer)
    }

    fn with_proof(&self, request: Outgoing, access_token: Option<&Secret>) -> Result<Outgoing> {
        let nonce = self.nonces.last_of(&request.url);
        let proof = self.key.proof(request.method.as_str(), &request.url, access_token, nonce.as_deref(), self.clock.now())?;
        Ok(request.header("dpop", proof.expose()))
    }
}

/// Whether an error of the authorization server asks for its nonce (section 8).
pub(super) fn asks_for_nonce(error: &Error) -> bool {
    error.facts().provider_code == Some(USE_NONCE)
}
