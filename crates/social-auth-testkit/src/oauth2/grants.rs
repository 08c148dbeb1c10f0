//! What was given out: codes, access tokens, refresh tokens.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::client::Client;
use crate::consent::Login;
use crate::error::Error;
use crate::oauth2::Dialect;
use crate::oauth2::pkce::Challenge;
use crate::random;

/// Seconds that a code is good for.
const CODE_SECONDS: i64 = 60;
/// Codes and tokens that are remembered at most, of each sort.
const CAPACITY: usize = 50_000;

/// One consent: a person let a client in. All tokens that come from it share its fate.
#[derive(Clone)]
pub(crate) struct Grant {
    pub(crate) id: String,
    pub(crate) dialect: Dialect,
    pub(crate) client_id: String,
    pub(crate) login: Login,
    pub(crate) scope: String,
    pub(crate) nonce: Option<String>,
}

impl Grant {
    pub(crate) fn has_scope(&self, name: &str) -> bool {
        contains_scope(&self.scope, name)
    }
}

/// Whether a space-separated list of scopes has one (RFC 6749 section 3.3).
pub(crate) fn contains_scope(scopes: &str, name: &str) -> bool {
    scopes.split_ascii_whitespace().any(|scope| scope == name)
}

/// A code and what it is bound to.
#[derive(Clone)]
pub(crate) struct Code {
    pub(crate) grant: Arc<Grant>,
    /// As the authorization request gave it; the token request must repeat it then.
    pub(crate) redirect_uri: Option<String>,
    pub(crate) challenge: Option<Challenge>,
}

/// An access token's grant, its scope and its end.
#[derive(Clone)]
pub(crate) struct Access {
    pub(crate) grant: Arc<Grant>,
    pub(crate) scope: String,
    pub(crate) issued: i64,
    pub(crate) expires: i64,
    /// The thumbprint of the key that it is bound to.
    pub(crate) jkt: Option<String>,
}

/// What a token request receives.
pub(crate) struct Issued {
    pub(crate) access_token: String,
    pub(crate) refresh_token: Option<String>,
}

/// How presenting a code or refresh token ended.
pub(crate) enum Presented<T> {
    Good(T),
    Unknown,
    Expired,
    /// Presented before; everything that came from it is revoked now.
    Replayed,
}

struct Spendable<T> {
    what: T,
    expires: i64,
    spent: bool,
}

#[derive(Default)]
struct Books {
    codes: HashMap<String, Spendable<Code>>,
    access: HashMap<String, Access>,
    refresh: HashMap<String, Spendable<Arc<Grant>>>,
}

/// The books of everything that was given out.
#[derive(Default)]
pub(crate) struct Grants(Mutex<Books>);

impl Grants {
    fn books(&self) -> MutexGuard<'_, Books> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn issue_code(&self, code: Code, now: i64) -> Result<String, Error> {
        let value = random::token()?;
        let mut books = self.books();
        // A spent code is kept past its end so that its reuse is noticed.
        books.codes.retain(|_, code| code.expires.saturating_add(3600) >= now);
        make_room(&mut books.codes);
        let expires = now.saturating_add(CODE_SECONDS);
        books.codes.insert(value.clone(), Spendable { what: code, expires, spent: false });
        Ok(value)
    }

    /// Spends a code. A second time revokes what the first one brought (RFC 6749 section 4.1.2).
    pub(crate) fn spend_code(&self, value: &str, now: i64) -> Presented<Code> {
        let mut books = self.books();
        let Some(code) = books.codes.get_mut(value) else {
            return Presented::Unknown;
        };
        if std::mem::replace(&mut code.spent, true) {
            let grant = code.what.grant.id.clone();
            books.revoke(&grant);
            return Presented::Replayed;
        }
        if code.expires < now {
            return Presented::Expired;
        }
        Presented::Good(code.what.clone())
    }

    /// Gives out an access token and, where the client has them, a refresh token.
    pub(crate) fn issue(
        &self,
        grant: &Arc<Grant>,
        client: &Client,
        scope: &str,
        with_refresh_token: bool,
        now: i64,
    ) -> Result<Issued, Error> {
        let access_token = random::token()?;
        let refresh_token = with_refresh_token.then(random::token).transpose()?;
        let mut books = self.books();
        books.access.retain(|_, access| access.expires >= now);
        make_room(&mut books.access);
        make_room(&mut books.refresh);
        let access = Access {
            grant: grant.clone(),
            scope: scope.to_owned(),
            issued: now,
            expires: now.saturating_add(i64::from(client.access_token_seconds)),
            jkt: None,
        };
        books.access.insert(access_token.clone(), access);
        if let Some(value) = &refresh_token {
            let token = Spendable { what: grant.clone(), expires: i64::MAX, spent: false };
            books.refresh.insert(value.clone(), token);
        }
        Ok(Issued { access_token, refresh_token })
    }

    /// Binds an access token to a key (RFC 9449 section 6).
    pub(crate) fn bind(&self, access_token: &str, jkt: String) {
        if let Some(access) = self.books().access.get_mut(access_token) {
            access.jkt = Some(jkt);
        }
    }

    /// Presents a refresh token of this client. With rotation it is spent, and presenting it
    /// again revokes its whole family (RFC 9700 section 4.14.2).
    pub(crate) fn use_refresh_token(&self, value: &str, client: &Client) -> Presented<Arc<Grant>> {
        let mut books = self.books();
        let Some(token) = books.refresh.get_mut(value) else {
            return Presented::Unknown;
        };
        if token.what.client_id != client.id {
            return Presented::Unknown;
        }
        if token.spent {
            let grant = token.what.id.clone();
            books.revoke(&grant);
            return Presented::Replayed;
        }
        token.spent = client.rotate_refresh_tokens;
        Presented::Good(token.what.clone())
    }

    pub(crate) fn access(&self, value: &str, now: i64) -> Option<Access> {
        self.books().access.get(value).filter(|access| access.expires >= now).cloned()
    }

    /// The grant of a refresh token that still works.
    pub(crate) fn refresh(&self, value: &str) -> Option<Arc<Grant>> {
        self.books().refresh.get(value).filter(|token| !token.spent).map(|token| token.what.clone())
    }

    /// Revokes one access token, or with a refresh token all that its grant brought (RFC 7009
    /// section 2.1). Tokens of other clients stay.
    pub(crate) fn revoke(&self, value: &str, client: &Client) {
        let mut books = self.books();
        let of_client = |grant: &Grant| grant.client_id == client.id;
        if books.access.get(value).is_some_and(|access| of_client(&access.grant)) {
            books.access.remove(value);
        }
        let family = books.refresh.get(value).map(|token| token.what.clone());
        if let Some(grant) = family.filter(|grant| of_client(grant)) {
            books.revoke(&grant.id);
        }
    }
}

impl Books {
    /// Access tokens go; refresh tokens stay as spent, so that their reuse still is noticed.
    fn revoke(&mut self, grant: &str) {
        self.access.retain(|_, access| access.grant.id != grant);
        let family = self.refresh.values_mut().filter(|token| token.what.id == grant);
        family.for_each(|token| token.spent = true);
    }
}

fn make_room<T>(book: &mut HashMap<String, T>) {
    if book.len() >= CAPACITY {
        book.clear();
    }
}
