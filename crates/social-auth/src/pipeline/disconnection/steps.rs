//! The built-in steps of a disconnection.

use std::sync::Arc;

use async_trait::async_trait;

use super::Disconnection;
use crate::error::{Error, Reason, Result, Stage};
use crate::pipeline::{Outcome, Step};
use crate::secret::Secret;
use crate::storage::{Association, NewAssociation, StorageError};

/// The built-in step of this name.
pub(super) fn built_in(name: &str) -> Option<Arc<dyn Step<Disconnection>>> {
    Some(match name {
        "allowed_to_disconnect" => Arc::new(AllowedToDisconnect),
        "get_entries" => Arc::new(GetEntries),
        "revoke_tokens" => Arc::new(RevokeTokens),
        "disconnect" => Arc::new(Disconnect),
        _ => return None,
    })
}

/// `allowed_to_disconnect`: the last way in stays.
struct AllowedToDisconnect;

#[async_trait]
impl Step<Disconnection> for AllowedToDisconnect {
    async fn run(&self, context: &mut Disconnection) -> Result<Outcome> {
        let all = context.social.associations_of(&context.user.id).await?;
        let leaving = all.iter().filter(|association| context.means(association)).count();
        // Nothing to remove is no error: people click twice.
        if leaving == 0 || context.users.has_usable_password(&context.user.id).await? {
            return Ok(Outcome::Continue);
        }
        if leaving == all.len() {
            return Err(last_way_in());
        }
        context.must_keep_one = true;
        Ok(Outcome::Continue)
    }
}

/// `get_entries`: looks up what is meant.
struct GetEntries;

#[async_trait]
impl Step<Disconnection> for GetEntries {
    async fn run(&self, context: &mut Disconnection) -> Result<Outcome> {
        let all = context.social.associations_of(&context.user.id).await?;
        context.entries = all.into_iter().filter(|association| context.means(association)).collect();
        Ok(Outcome::Continue)
    }
}

/// `revoke_tokens`: tells the provider, if `REVOKE_TOKENS_ON_DISCONNECT` says so. What it answers keeps
/// nobody from disconnecting.
struct RevokeTokens;

#[async_trait]
impl Step<Disconnection> for RevokeTokens {
    async fn run(&self, context: &mut Disconnection) -> Result<Outcome> {
        let Some(backend) = context.backend.as_ref().filter(|_| context.revokes_tokens) else { return Ok(Outcome::Continue) };
        for entry in &context.entries {
            let Some(token) = entry.extra_data.text("access_token") else { continue };
            if let Err(error) = backend.revoke(&Secret::from(token), &entry.uid).await {
                tracing::warn!(backend = context.backend_name, %error, "the provider did not revoke the token");
            }
        }
        Ok(Outcome::Continue)
    }
}

/// `disconnect`: removes the associations.
struct Disconnect;

#[async_trait]
impl Step<Disconnection> for Disconnect {
    async fn run(&self, context: &mut Disconnection) -> Result<Outcome> {
        for entry in std::mem::take(&mut context.entries) {
            if context.social.delete_association(entry.id).await? {
                context.removed.push(entry);
            }
        }
        if context.must_keep_one && context.social.associations_of(&context.user.id).await?.is_empty() {
            put_back(context).await?;
            return Err(last_way_in());
        }
        context.removed.iter().for_each(|entry| context.events.association_removed(entry));
        Ok(Outcome::Continue)
    }
}

/// Two requests that each remove one of the last two associations have both been allowed to. Whoever then
/// finds none left puts its own back, so that at least one is there in the end.
async fn put_back(context: &mut Disconnection) -> Result<()> {
    for Association { provider, uid, id_key, user_id, extra_data, created, .. } in std::mem::take(&mut context.removed) {
        let association = NewAssociation { provider, uid, id_key, user_id, extra_data, created };
        match context.social.create_association(&association).await {
            Ok(_) | Err(StorageError::Conflict(_)) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
}

fn last_way_in() -> Error {
    Error::new(Reason::DisconnectDisallowed).stage(Stage::Disconnect)
}
