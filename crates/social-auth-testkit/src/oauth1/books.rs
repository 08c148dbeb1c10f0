//! What was given out: request tokens and access tokens; and the nonces that were seen.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use aws_lc_rs::constant_time::verify_slices_are_equal;

use super::Problem;
use crate::client::Client;
use crate::consent::Login;
use crate::random;

/// Seconds that a request token is good for.
const REQUEST_TOKEN_SECONDS: i64 = 900;
/// Seconds that a timestamp may be off (RFC 5849, section 3.3).
const TIMESTAMP_SECONDS: i64 = 300;
/// Tokens and nonces that are remembered at most, of each sort.
const CAPACITY: usize = 50_000;

struct RequestToken {
    client_id: String,
    secret: String,
    callback: String,
    expires: i64,
    /// Who authorized it, and the verifier that the browser took along.
    authorized: Option<(Login, String)>,
}

struct AccessToken {
    client_id: String,
    secret: String,
    login: Login,
}

/// An access token that was just made.
pub(crate) struct Issued {
    pub(crate) token: String,
    pub(crate) secret: String,
    pub(crate) login: Login,
}

#[derive(Default)]
struct Shelves {
    requests: HashMap<String, RequestToken>,
    access: HashMap<String, AccessToken>,
    /// Nonce with client, token and time, and when it is forgotten.
    nonces: HashMap<String, i64>,
}

/// The books of one provider.
#[derive(Default)]
pub(crate) struct Books(Mutex<Shelves>);

impl Books {
    fn open(&self) -> MutexGuard<'_, Shelves> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes a nonce, unless it was seen or its time is off (RFC 5849, section 3.3).
    pub(crate) fn note_nonce(&self, key: String, timestamp: i64, now: i64) -> Result<(), Problem> {
        if now.abs_diff(timestamp) > TIMESTAMP_SECONDS.unsigned_abs() {
            return Err(Problem("timestamp_refused"));
        }
        let mut shelves = self.open();
        shelves.nonces.retain(|_, until| *until >= now);
        if shelves.nonces.len() >= CAPACITY {
            shelves.nonces.clear();
        }
        let seen = shelves.nonces.insert(key, timestamp + TIMESTAMP_SECONDS).is_some();
        if seen { Err(Problem("nonce_used")) } else { Ok(()) }
    }

    pub(crate) fn issue_request_token(&self, client: &Client, callback: &str, now: i64) -> Result<(String, String), Problem> {
        let (token, secret) = pair()?;
        let mut shelves = self.open();
        shelves.requests.retain(|_, request| request.expires > now);
        if shelves.requests.len() >= CAPACITY {
            shelves.requests.clear();
        }
        let request = RequestToken {
            client_id: client.id.clone(),
            secret: secret.clone(),
            callback: callback.to_owned(),
            expires: now + REQUEST_TOKEN_SECONDS,
            authorized: None,
        };
        shelves.requests.insert(token.clone(), request);
        Ok((token, secret))
    }

    /// The client and the callback of a request token that nobody has decided on yet.
    pub(crate) fn waiting(&self, token: &str, now: i64) -> Option<(String, String)> {
        let shelves = self.open();
        let request = shelves.requests.get(token).filter(|request| request.expires > now && request.authorized.is_none())?;
        Some((request.client_id.clone(), request.callback.clone()))
    }

    /// Notes that a person authorized a request token; answers the verifier.
    pub(crate) fn authorize(&self, token: &str, login: Login) -> Option<String> {
        let verifier = random::token().ok()?;
        self.open().requests.get_mut(token)?.authorized = Some((login, verifier.clone()));
        Some(verifier)
    }

    /// Forgets a request token that a person declined.
    pub(crate) fn decline(&self, token: &str) {
        self.open().requests.remove(token);
    }

    pub(crate) fn request_token_secret(&self, token: &str, client: &Client) -> Option<String> {
        self.open().requests.get(token).filter(|request| request.client_id == client.id).map(|request| request.secret.clone())
    }

    /// Exchanges a request token, once, whatever comes of it (RFC 5849, section 2.3).
    pub(crate) fn exchange(&self, token: &str, verifier: &str, client: &Client, now: i64) -> Result<Issued, Problem> {
        let mut shelves = self.open();
        let request = shelves.requests.remove(token).ok_or(Problem("token_used"))?;
        let (login, right) = request.authorized.ok_or(Problem("permission_unknown"))?;
        if request.expires <= now {
            return Err(Problem("token_expired"));
        }
        if verify_slices_are_equal(right.as_bytes(), verifier.as_bytes()).is_err() {
            return Err(Problem("verifier_invalid"));
        }
        let (token, secret) = pair()?;
        if shelves.access.len() >= CAPACITY {
            shelves.access.clear();
        }
        let access = AccessToken { client_id: client.id.clone(), secret: secret.clone(), login: login.clone() };
        shelves.access.insert(token.clone(), access);
        Ok(Issued { token, secret, login })
    }

    /// The secret of an access token, and whose it is.
    pub(crate) fn access(&self, token: &str, client: &Arc<Client>) -> Option<(String, Login)> {
        let shelves = self.open();
        let access = shelves.access.get(token).filter(|access| access.client_id == client.id)?;
        Some((access.secret.clone(), access.login.clone()))
    }
}

fn pair() -> Result<(String, String), Problem> {
    let token = || random::token().map_err(|_| Problem("temporarily_unavailable"));
    Ok((token()?, token()?))
}
