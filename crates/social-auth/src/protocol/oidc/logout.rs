//! Ending sessions together with the provider: RP-Initiated Logout 1.0, Back-Channel Logout 1.0,
//! Front-Channel Logout 1.0.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use url::Url;

use super::RelyingParty;
use crate::backend::{EndSession, EndedSession, LogoutNotice};
use crate::error::{Error, Result, Stage};
use crate::identity::ProviderSession;
use crate::jose::Claims;
use crate::seal::sha256_base64url;
use crate::secret::Secret;
use crate::storage::Association;

/// The longest id token that goes into an address, in bytes: many servers take no more than 8 KiB in all.
const MAX_HINT: usize = 4 * 1024;

/// The provider's session, and by which of the id tokens that a person gets over time it can be named when
/// it is to end.
pub(super) fn session_of(claims: &Claims, token: &Secret) -> ProviderSession {
    let text = |name: &str| claims.text(name).filter(|text| !text.is_empty()).map(str::to_owned);
    ProviderSession { id: text("sid"), subject: text("sub"), memo: sha256_base64url(token.expose()).into() }
}

impl RelyingParty {
    /// The address that ends the session at the provider (RP-Initiated Logout 1.0, section 2).
    ///
    /// # Errors
    /// When the metadata cannot be had; `invalid_setting` for `END_SESSION_URL`.
    pub(crate) async fn end_session_url(&self, client_id: &str, ending: &EndSession<'_>) -> Result<Option<String>> {
        let published = match &self.end_session_url {
            Some(url) => Some(url.clone()),
            None => self.metadata().await?.and_then(|metadata| metadata.end_session_endpoint.clone()),
        };
        let Some(published) = published else { return Ok(None) };
        let mut url = Url::parse(&published).map_err(|_| Error::invalid_setting("END_SESSION_URL", "it must be an absolute URL"))?;
        let mut params = url.query_pairs_mut();
        if let Some(hint) = hint(ending) {
            params.append_pair("id_token_hint", hint);
        }
        params.append_pair("client_id", client_id);
        params.append_pair("post_logout_redirect_uri", ending.return_to).append_pair("state", ending.state);
        drop(params);
        Ok(Some(url.into()))
    }

    /// Whether to believe that a session at the provider has ended.
    ///
    /// # Errors
    /// Stage `token_validation`: as [`verify_logout_token`](super::verify_logout_token); `invalid_claim` when
    /// the issuer is another.
    pub(crate) async fn session_ended(&self, notice: &LogoutNotice<'_>) -> Result<EndedSession> {
        let rule = self.issuer().await?;
        match *notice {
            LogoutNotice::Token(token) => {
                // Section 2.6 (1): encrypted as id tokens are, and refused where those are and it is not.
                let token = self.envelopes.open("logout token", token, self.envelopes.id_token)?;
                let token = self.documents.verify_logout_token(&token, &self.rules(&rule)).await?;
                Ok(EndedSession { session: token.session, subject: token.subject, once: Some((token.id, token.expires_at)) })
            }
            LogoutNotice::Frame { issuer, .. } if !rule.matches(issuer) => {
                Err(Error::invalid_claim("iss").stage(Stage::TokenValidation).detail("the logout is of another issuer"))
            }
            LogoutNotice::Frame { session, .. } => Ok(EndedSession { session: Some(session.to_owned()), subject: None, once: None }),
        }
    }
}

impl RelyingParty {
    /// Whether the refresh token that is kept with this id token is for the ended session only (Back-Channel Logout 1.0,
    /// section 2.7). `scope` is what was granted.
    pub(crate) fn token_ends_with(&self, association: &Association, scope: &[&str], ended: &EndedSession) -> bool {
        let kept = &association.extra_data;
        if kept.text("refresh_token").is_none() || scope.contains(&"offline_access") {
            return false;
        }
        let claims = kept.text("id_token").and_then(|token| self.stored_claims(token));
        match (&ended.session, claims) {
            (Some(ended), Some(claims)) => claims.text("sid") == Some(ended),
            (Some(_), None) => false,
            (None, Some(claims)) => claims.text("sub") == ended.subject.as_deref(),
            (None, None) => ended.subject.as_ref() == Some(&association.uid),
        }
    }

    /// What an id token says that was verified before it was stored.
    fn stored_claims(&self, token: &str) -> Option<Claims> {
        let token = self.envelopes.open("id token", token, self.envelopes.id_token).ok()?;
        Claims::parse(&URL_SAFE_NO_PAD.decode(token.split('.').nth(1)?).ok()?).ok()
    }
}

/// The id token of this very session, if it is the last one that was stored: a provider does not take the one
/// of another session for a sign that this one may end.
fn hint<'a>(ending: &EndSession<'a>) -> Option<&'a str> {
    let kept = ending.association?.extra_data.text("id_token")?;
    (kept.len() <= MAX_HINT && ending.session.memo == sha256_base64url(kept)).then_some(kept)
}
