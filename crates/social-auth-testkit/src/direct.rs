//! Tokens without a login, for tests that begin where a login has ended.

use std::fmt;
use std::sync::Arc;

use crate::client::Client;
use crate::consent::Login;
use crate::error::Error;
use crate::oauth2::{Dialect, Grant, Issued};
use crate::oidc;
use crate::provider::DevProvider;
use crate::random;

/// What a token response would have brought.
#[derive(Clone)]
pub struct Tokens {
    /// For `/userinfo` and `/oauth2/user`.
    pub access_token: String,
    /// For the client that the tokens were made for, unless it has no refresh tokens.
    pub refresh_token: Option<String>,
    /// The signed ID token.
    pub id_token: String,
}

impl fmt::Debug for Tokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Tokens([redacted])")
    }
}

impl DevProvider {
    /// Makes tokens as if a person had signed in at a client with the scopes `openid`, `profile`
    /// and `email`: what a mobile application sends to the server. `nonce` as it asked for.
    ///
    /// # Errors
    /// [`Error::UnknownClient`], [`Error::Crypto`].
    pub fn issue_tokens(&self, client_id: &str, person: &str, nonce: Option<&str>) -> Result<Tokens, Error> {
        let shared = self.shared();
        let client = self.registered(client_id)?;
        let now = shared.clock.now();
        let grant = Arc::new(Grant {
            id: random::token()?,
            dialect: Dialect::OpenId,
            client_id: client.id.clone(),
            login: Login::now(now, shared.people.choose(person)?)?,
            scope: "openid profile email".to_owned(),
            nonce: nonce.map(str::to_owned),
        });
        let Issued { access_token, refresh_token } = shared.grants.issue(&grant, &client, &grant.scope, client.refresh_tokens, now)?;
        let id_token = oidc::id_token(shared, &client, &grant, &access_token)?;
        Ok(Tokens { access_token, refresh_token, id_token })
    }

    /// Makes the logout token that the provider would post to a client's
    /// [`backchannel_logout_uri`](Client::backchannel_logout_uri), for a `sub`, a `sid` or both
    /// (Back-Channel Logout section 2.4). Edits of ID tokens apply to it too.
    ///
    /// # Errors
    /// [`Error::UnknownClient`], [`Error::Crypto`].
    pub fn logout_token(&self, client_id: &str, subject: Option<&str>, session: Option<&str>) -> Result<String, Error> {
        oidc::logout_token(self.shared(), &*self.registered(client_id)?, subject, session)
    }

    fn registered(&self, client_id: &str) -> Result<Arc<Client>, Error> {
        self.shared().clients.get(client_id).ok_or_else(|| Error::UnknownClient { id: client_id.to_owned() })
    }
}
