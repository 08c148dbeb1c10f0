//! Tokens of ours for clients without cookies: opaque, revocable, expiring. Kept like sessions, under a
//! hash, and told from them by their form: a cookie is never taken for a token, nor a token for a cookie.

use serde_json::Value;

use crate::error::Result;
use crate::identity::Fields;
use crate::seal::{random_token, sha256_base64url};
use crate::secret::Secret;
use crate::social_auth::SocialAuth;
use crate::storage::{SessionOrigin, StoredSession, User};
use crate::web::Request;

/// What every token begins with, so that leak scanners and people know it.
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
    /// Makes a token for a user (`API_TOKEN_LIFETIME` seconds).
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
        let token = format!("{PREFIX}{}", random_token(32));
        let (now, expires_in) = (self.clock().now(), self.flow_settings().api_token_lifetime);
        let row = StoredSession {
            key_hash: sha256_base64url(&token),
            public_id: random_token(9),
            user_id: Some(user.id.clone()),
            data,
            created_at: now,
            last_seen_at: now,
            expires_at: now.saturating_add(expires_in),
            user_agent: request.header(http::header::USER_AGENT).unwrap_or_default().chars().take(255).collect(),
            ip_address: request.peer.map(|peer| peer.to_string()).unwrap_or_default(),
        };
        self.social().create_session(&row).await?;
        Ok(ApiToken { token: Secret::new(token), expires_in })
    }

    /// The user whose token the request carries (`Authorization: Bearer …`, RFC 6750 section 2.1). `None`
    /// without one, with an unknown, expired or revoked one, and for a user who was switched off.
    ///
    /// # Errors
    /// `storage_failed`.
    pub async fn bearer_user(&self, request: &Request) -> Result<Option<User>> {
        let Some(token) = bearer(request) else { return Ok(None) };
        let Some(row) = self.social().session(&sha256_base64url(token), self.clock().now()).await? else { return Ok(None) };
        let Some(id) = &row.user_id else { return Ok(None) };
        let user = self.users().user(id).await?;
        Ok(user.filter(|user| user.is_active || self.flow_settings().allow_inactive_users_login))
    }

    /// Revokes the token that the request carries. Answers whether there was one.
    ///
    /// # Errors
    /// `storage_failed`.
    pub async fn revoke_api_token(&self, request: &Request) -> Result<bool> {
        match bearer(request) {
            Some(token) => Ok(self.social().delete_session(&sha256_base64url(token)).await?),
            None => Ok(false),
        }
    }
}

/// Whether the request carries a token of ours.
pub(crate) fn bearer(request: &Request) -> Option<&str> {
    let (scheme, token) = request.header(http::header::AUTHORIZATION)?.split_once(' ')?;
    (scheme.eq_ignore_ascii_case("bearer") && token.starts_with(PREFIX)).then_some(token)
}
