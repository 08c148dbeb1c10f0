//! Refresh: fresh tokens for a stored association, one refresh at a time however many ask, in however
//! many processes. Whoever comes second gets what the first one got.

use std::time::Duration;

use serde_json::Value;

use crate::backend::Backend;
use crate::error::{Error, Reason, Result, Stage};
use crate::expiry;
use crate::identity::Fields;
use crate::secret::Secret;
use crate::social_auth::SocialAuth;
use crate::storage::{Association, StorageError};

/// The member of the extra data by which one process tells the others that it is refreshing: until when,
/// in Unix seconds. A process that dies leaves one that runs out.
const LEASE: &str = "_refreshing_until";

/// What shows that somebody else got fresh tokens.
const TOKEN_FIELDS: [&str; 6] = ["access_token", "refresh_token", "auth_time", "expires_in", "expires", "expires_on"];

/// Longer than any request to a provider may take, in seconds.
const LEASE_SECONDS: i64 = 30;

/// How long to wait before looking again whether another process is done.
const PAUSE: Duration = Duration::from_millis(50);

/// An access token that is good now: the stored one, or a fresh one if that has expired.
pub(crate) async fn access_token(social: &SocialAuth, association: &Association) -> Result<Secret> {
    let expired =
        expiry::is_expired(&association.extra_data, social.clock().now()).map_err(|error| error.backend(&association.provider))?;
    let data = if expired { refresh(social, association).await? } else { association.extra_data.clone() };
    let token = data.text("access_token").map(Secret::from);
    token.ok_or_else(|| Error::new(Reason::ReauthenticationRequired).backend(&association.provider).detail("no access token is stored"))
}

/// Gets fresh tokens, or those that somebody else got meanwhile, and answers the extra data as stored.
pub(crate) async fn refresh(social: &SocialAuth, seen: &Association) -> Result<Fields> {
    let backend = social.backend(&seen.provider)?;
    let deadline = tokio::time::Instant::now() + Duration::from_secs(LEASE_SECONDS.unsigned_abs());
    let fail = |error: Error| error.stage_if_unknown(Stage::Refresh).backend(&seen.provider);
    loop {
        let stored = reload(social, seen).await.map_err(fail)?;
        if TOKEN_FIELDS.iter().any(|field| stored.extra_data.get(field) != seen.extra_data.get(field)) {
            return Ok(without_lease(stored.extra_data));
        }
        if !lease_is_live(&stored.extra_data, social.clock().now()) && take_lease(social, &stored).await.map_err(fail)? {
            return refresh_as_holder(social, backend.as_ref(), &stored).await.map_err(fail);
        }
        if tokio::time::Instant::now() >= deadline {
            return Err(fail(
                Error::new(Reason::Timeout).detail("another process is refreshing this association and does not come to an end"),
            ));
        }
        tokio::time::sleep(PAUSE).await;
    }
}

async fn refresh_as_holder(social: &SocialAuth, backend: &dyn Backend, stored: &Association) -> Result<Fields> {
    let outcome = backend.refresh(stored).await;
    // A sign-in may have written meanwhile: what is kept is its data with our tokens on top.
    let mut data = without_lease(reload(social, stored).await?.extra_data);
    if let Ok(fresh) = &outcome {
        data.merge(fresh.clone());
    }
    social.social().update_extra_data(stored.id, &data, social.clock().date_time(), None).await?;
    outcome.map(|_| data)
}

/// Marks the association as being refreshed, unless somebody else was quicker.
async fn take_lease(social: &SocialAuth, stored: &Association) -> Result<bool> {
    let mut data = stored.extra_data.clone();
    data.0.insert(LEASE.to_owned(), Value::from(social.clock().now() + LEASE_SECONDS));
    Ok(social.social().update_extra_data(stored.id, &data, social.clock().date_time(), Some(stored.modified)).await?)
}

fn lease_is_live(data: &Fields, now: i64) -> bool {
    data.get(LEASE).and_then(Value::as_i64).is_some_and(|until| until > now && until <= now + LEASE_SECONDS)
}

fn without_lease(mut data: Fields) -> Fields {
    data.0.shift_remove(LEASE);
    data
}

async fn reload(social: &SocialAuth, association: &Association) -> Result<Association> {
    let stored = social.social().association_by_id(association.id).await?;
    stored.ok_or_else(|| StorageError::NotFound("association").into())
}
