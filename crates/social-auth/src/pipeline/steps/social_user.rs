//! Finds the user that an identifier is connected to.

use async_trait::async_trait;
use serde_json::Value;

use super::super::{Context, Outcome, Step};
use crate::error::{Error, Reason, Result};
use crate::identity::Fields;
use crate::storage::{Association, StorageError};

/// `social_user`: looks the association up, under former identifiers too, and refuses one that belongs
/// to somebody else than the person who is signed in.
pub(super) struct SocialUser;

#[async_trait]
impl Step for SocialUser {
    async fn run(&self, context: &mut Context) -> Result<Outcome> {
        if context.backend_info().association_only && context.current_user().is_none() {
            return Err(super::association_only());
        }
        let (uid, id_key) = (super::uid_of(context), context.identity().id_key.clone());
        let Some(mut association) = find(context, uid.as_str(), &id_key).await? else { return Ok(Outcome::Continue) };
        if context.user.as_ref().is_some_and(|user| user.id != association.user_id) {
            return Err(Error::new(Reason::IdentityInUse));
        }
        context.backend().is_the_same_person(&association, context.identity())?;
        if association.uid != uid.as_str() || association.id_key != id_key {
            match context.social().update_uid(association.id, uid.as_str(), &id_key).await {
                Ok(()) => (association.uid, association.id_key) = (uid.as_str().to_owned(), id_key),
                Err(StorageError::Conflict(_) | StorageError::NotFound(_)) => return Ok(Outcome::Restart),
                Err(error) => return Err(error.into()),
            }
        }
        if context.user.is_none() {
            let user = context.users().user(&association.user_id).await?;
            context.user = Some(user.ok_or(StorageError::NotFound("user of the association"))?);
        }
        context.association = Some(association);
        Ok(Outcome::Continue)
    }
}

/// The association of this identifier, or the one under a former identifier that provably is the same
/// person's.
async fn find(context: &Context, uid: &str, id_key: &str) -> Result<Option<Association>> {
    let provider = &context.backend_info().name;
    let current = context.social().association(provider, uid).await?;
    // Tables from before the column `id_key` do not say which identifier a row holds. Where the provider
    // never had another one, it can only be this.
    let only_this = !context.backend_info().had_other_identifiers;
    if current.as_ref().is_some_and(|association| association.id_key == id_key || association.id_key.is_empty() && only_this) {
        return Ok(current);
    }
    let mut matches: Vec<Association> = current.into_iter().collect();
    for (key, former) in &context.identity().legacy_uids {
        if (key.as_str(), former.as_str()) == (id_key, uid) {
            continue;
        }
        if let Some(found) = context.social().association(provider, former).await?
            && (found.id_key.is_empty() || found.id_key == *key)
            && matches.iter().all(|known| known.id != found.id)
        {
            matches.push(found);
        }
    }
    if matches.len() > 1 {
        return Err(conflict("several associations match this identifier and former ones; keep one of them"));
    }
    let Some(association) = matches.pop() else { return Ok(None) };
    check_evidence(&association.extra_data, id_key, uid, context.settings().allow_unverified_legacy_uid_migration)?;
    Ok(Some(association))
}

/// A former identifier may have passed to another person (an address, a name). So the association must
/// have kept the present identifier in its extra data, or the owner of the site must say that there is
/// no such danger.
fn check_evidence(extra_data: &Fields, id_key: &str, uid: &str, unverified_allowed: bool) -> Result<()> {
    let same = match extra_data.0.get(id_key) {
        Some(Value::String(text)) => text == uid,
        Some(Value::Number(number)) => number.to_string() == uid,
        Some(_) => false,
        None if unverified_allowed => {
            tracing::warn!("an association moves to a new identifier without evidence that it is the same person's");
            true
        }
        None => {
            return Err(conflict(
                "the association was stored under a former identifier and nothing in its extra data proves whose it is; \
                 let the person connect it while signed in, or set ALLOW_UNVERIFIED_LEGACY_UID_MIGRATION",
            ));
        }
    };
    if same { Ok(()) } else { Err(conflict("the extra data of the association names another identifier than the provider does")) }
}

fn conflict(detail: &str) -> Error {
    Error::new(Reason::IdentifierMigrationConflict).detail(detail)
}
