//! Brings the user's fields up to date with the profile.

use async_trait::async_trait;
use serde_json::{Map, Value};

use super::super::{Context, Outcome, Step};
use crate::error::Result;
use crate::event::{Event, PendingUpdate};
use crate::settings::UserSettings;
use crate::storage::{StorageError, User, UserChanges};

/// Kept unless `NO_DEFAULT_PROTECTED_USER_FIELDS` says otherwise.
const PROTECTED: &[&str] = &["username", "email", "is_active", "is_staff", "is_superuser"];

/// Never a provider's to say, whatever the settings.
const NEVER: &[&str] = &["id", "pk", "password"];

const DETAILS: &[&str] = &["username", "email", "fullname", "first_name", "last_name"];

/// `user_details`: writes those fields that changed and are not protected. What the profile lacks stays, and
/// an account that gets another way in keeps what it has.
pub(super) struct UpdateUserDetails;

#[async_trait]
impl Step for UpdateUserDetails {
    async fn run(&self, context: &mut Context) -> Result<Outcome> {
        let Some(user) = context.user.clone() else { return Ok(Outcome::Continue) };
        let mut changes = changes(&user, context);
        let (backend, details) = (&context.backend_info().name, &context.details);
        context.events().before_update(&mut PendingUpdate { backend, user: &user, details, changes: &mut changes });
        if !changes.is_empty() {
            let backend = context.backend_info().name.clone();
            context.events().tell(|| Event::BeforeUpdate { backend, user: user.clone(), changes: changes.clone() });
        }
        while !changes.is_empty() {
            match context.users().update_user(&user.id, &UserChanges(changes.clone())).await {
                Ok(()) => {
                    context.user = Some(context.users().user(&user.id).await?.ok_or(StorageError::NotFound("user"))?);
                    break;
                }
                // A profile with somebody else's name, or one longer than its column, is no reason to
                // keep the person out: they keep the value they have.
                Err(
                    StorageError::Conflict(field) | StorageError::TooLong { what: field, .. } | StorageError::Invalid { what: field, .. },
                ) if changes.contains_key(field) => {
                    tracing::warn!(field, "the profile has a value that cannot be stored: not taken over");
                    changes.remove(field);
                }
                Err(error) => return Err(error.into()),
            }
        }
        Ok(Outcome::Continue)
    }
}

/// The fields to be written, under their names at the user.
fn changes(user: &User, context: &Context) -> Map<String, Value> {
    let (details, settings) = (&context.details, &context.settings().user);
    // Who connects another way in to an account did not ask for another name: only what is empty is filled.
    let connects = context.new_association && !context.created_user;
    let mut changes = Map::new();
    let extra = details.extra.keys().map(String::as_str).filter(|name| !DETAILS.contains(name));
    for name in DETAILS.iter().copied().chain(extra) {
        let Some(value) = details.get(name).filter(is_present) else { continue };
        let field = settings.mapping.get(name).map_or(name, String::as_str);
        let Some(current) = user.get(field).filter(|_| !is_protected(field, settings)) else { continue };
        let value = match (field, value) {
            ("email", Value::String(address)) => Value::String(super::cased(&address, settings)),
            (_, value) => value,
        };
        let stays = connects || settings.immutable.iter().any(|name| name == field);
        if current != value && !(stays && is_present(&current)) {
            changes.insert(field.to_owned(), value);
        }
    }
    changes
}

fn is_protected(field: &str, settings: &UserSettings) -> bool {
    NEVER.contains(&field)
        || settings.protected.iter().any(|name| name == field)
        || (!settings.no_default_protected && PROTECTED.contains(&field))
}

fn is_present(value: &Value) -> bool {
    !value.is_null() && value.as_str() != Some("")
}
