//! Tokens of ours for clients without cookies: opaque or signed, revocable, expiring. Kept like sessions, under
//! a hash, and told from them by their form: a cookie is never taken for a token, nor a token for a cookie.

mod signed;

use serde_json::Value;

pub(crate) use signed::SignedTokens;

use crate::error::Result;
use crate::identity::Fields;
use crate::seal::{random_token, sha256_base64url};
use crate::secret::Secret;
use crate::social_auth::SocialAuth;
use crate::storage::{SessionOrigin, StoredSession, User};
use crate::web::Request;

/// What every opaque token begins with, so that leak scanners and people know it.
const PREFIX: &str = "sat_";

/// The member of a row's data that says with which backend the token was got.
const BACKEND: &str = "backend";

/// A token of ours as it is handed out, once.
#[derive(Debug)]
pub struct ApiToken {
    /// The token.
    pub token: Secret,
    /// Seconds from now.
    pub expires_in: i64,
}

impl SocialAuth {
    /// Makes a token for a user (`API_TOKEN_FORMAT`, `API_TOKEN_LIFETIME`).
    ///
    /// # Errors
    /// `storage_failed`.
    pub async fn issue_api_token(&self, user: &User, backend: &str, request: &Request) -> Result<ApiToken> {
        let data = Fields([(BACKEND.to_owned(), Value::from(backend))].into_iter().collect());
        self.keep_api_token(user, data, request).await
    }

    /// As [`issue_api_token`](Self::issue_api_token), for a token that ends with the session at the provider.
    pub(crate) async fn issue_api_token_from(&self, user: &User, origin: &SessionOrigin, request: &Request) -> Result<ApiToken> {
        let data = [(BACKEND.to_owned(), Value::from(origin.backend.as_str())), (SessionOrigin::KEY.to_owned(), origin.to_value())];
        self.keep_api_token(user, Fields(data.into_iter().collect()), request).await
    }

    async fn keep_api_token(&self, user: &User, data: Fields, request: &Request) -> Result<ApiToken> {
        let (now, expires_in) = (self.clock().now(), self.flow_settings().api_token_lifetime);
        let signed = &self.0.signed_tokens;
        let (id, public_id) = (random_token(32), random_token(9));
        let (token, key_hash) = if signed.are_issued() {
            let backend = data.text(BACKEND).unwrap_or_default();
            let statement = signed::Statement { user: &user.id, backend, jti: &id, sid: &public_id, now, expires_in };
            (signed.sign(&statement)?, signed::key_hash(&id))
        } else {
            let token = Secret::new(format!("{PREFIX}{id}"));
            let key_hash = sha256_base64url(token.expose());
            (token, key_hash)
        };
        let row = StoredSession {
            key_hash,
            public_id,
            user_id: Some(user.id.clone()),
            data,
            created_at: now,
            last_seen_at: now,
            expires_at: now.saturating_add(expires_in),
            user_agent: request.header(http::header::USER_AGENT).unwrap_or_default().chars().take(255).collect(),
            ip_address: request.peer.map(|peer| peer.to_string()).unwrap_or_default(),
        };
        self.social().create_session(&row).await?;
        Ok(ApiToken { token, expires_in })
    }

    /// The user whose token the request carries (`Authorization: Bearer …`, RFC 6750 section 2.1). `None`
    /// without one, with an unknown, expired or revoked one, and for a user who was switched off.
    ///
    /// # Errors
    /// `storage_failed`.
    pub async fn bearer_user(&self, request: &Request) -> Result<Option<User>> {
        let now = self.clock().now();
        let Some(named) = bearer(request).and_then(|token| self.named(token, Some(now))) else { return Ok(None) };
        let Some(row) = self.social().session(&named.key_hash, now).await? else { return Ok(None) };
        let Some(id) = &row.user_id else { return Ok(None) };
        if named.subject.is_some_and(|subject| subject != id.as_str()) {
            return Ok(None);
        }
        let user = self.users().user(id).await?;
        Ok(user.filter(|user| user.is_active || self.flow_settings().allow_inactive_users_login))
    }

    /// Revokes the token that the request carries. Answers whether there was one.
    ///
    /// # Errors
    /// `storage_failed`.
    pub async fn revoke_api_token(&self, request: &Request) -> Result<bool> {
        match bearer(request) {
            Some(token) => self.revoke_token_of_ours(token).await,
            None => Ok(false),
        }
    }

    /// Revokes a token of ours, whoever has it. Answers whether it was one (RFC 7009 has a client told nothing
    /// else than that it is of no use any more).
    ///
    /// # Errors
    /// `storage_failed`.
    pub async fn revoke_token_of_ours(&self, token: &str) -> Result<bool> {
        match self.named(token, None) {
            Some(named) => Ok(self.social().delete_session(&named.key_hash).await?),
            None => Ok(false),
        }
    }

    /// The keys that signed tokens of ours are verified with (RFC 7517), as `.well-known/jwks.json` tells them.
    #[must_use]
    pub fn jwks(&self) -> &Value {
        self.0.signed_tokens.jwks()
    }

    /// The row that a token means, if it has the form of ours and, where it is signed, a good signature; at
    /// `now` also that it is in time.
    fn named(&self, token: &str, now: Option<i64>) -> Option<Named> {
        if token.starts_with(PREFIX) {
            return Some(Named { key_hash: sha256_base64url(token), subject: None });
        }
        let (jti, subject) = self.0.signed_tokens.verify(token, now)?;
        Some(Named { key_hash: signed::key_hash(&jti), subject: Some(subject) })
    }
}

/// What a token says without the storage.
struct Named {
    key_hash: String,
    /// Whose it is, where it says so itself.
    subject: Option<String>,
}

/// A token that may be one of ours.
pub(crate) fn bearer(request: &Request) -> Option<&str> {
    let (scheme, token) = request.header(http::header::AUTHORIZATION)?.split_once(' ')?;
    (scheme.eq_ignore_ascii_case("bearer") && (token.starts_with(PREFIX) || signed::has_the_form(token))).then_some(token)
}
