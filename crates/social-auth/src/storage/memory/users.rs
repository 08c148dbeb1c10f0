//! The users of [`MemoryStorage`].

use async_trait::async_trait;
use serde_json::Value;
use time::OffsetDateTime;

use crate::password::PasswordHash;

use super::super::{NewUser, StorageError, StorageResult, StorageScope, User, UserChanges, UserId, UserStorage};
use super::{MemoryStorage, State, microseconds, number};

/// The attribute that holds the groups.
const GROUPS: &str = "groups";

#[async_trait]
impl UserStorage for MemoryStorage {
    fn scope(&self) -> Option<&StorageScope> {
        Some(&self.scope)
    }

    async fn user(&self, id: &UserId) -> StorageResult<Option<User>> {
        Ok(number(id).and_then(|id| self.state().users.get(&id).cloned()))
    }

    async fn username_exists(&self, username: &str) -> StorageResult<bool> {
        Ok(self.state().users.values().any(|user| user.username == username))
    }

    async fn user_by_username(&self, username: &str) -> StorageResult<Option<User>> {
        Ok(self.state().users.values().find(|user| user.username == username).cloned())
    }

    async fn users_by_email(&self, email: &str) -> StorageResult<Vec<User>> {
        let same = |user: &&User| user.email.as_deref().is_some_and(|address| address.eq_ignore_ascii_case(email));
        Ok(self.state().users.values().filter(same).cloned().collect())
    }

    async fn create_user(&self, user: &NewUser) -> StorageResult<User> {
        let mut state = self.state();
        state.check_new_user(user)?;
        Ok(state.insert_user(user))
    }

    async fn update_user(&self, id: &UserId, changes: &UserChanges) -> StorageResult<()> {
        let mut state = self.state();
        let id = number(id).ok_or(StorageError::NotFound("user"))?;
        let mut changed = state.users.get(&id).cloned().ok_or(StorageError::NotFound("user"))?;
        for (name, value) in &changes.0 {
            change(&mut changed, name, value)?;
        }
        if state.users.iter().any(|(other, user)| *other != id && user.username == changed.username) {
            return Err(StorageError::Conflict("username"));
        }
        state.users.insert(id, changed);
        Ok(())
    }

    async fn delete_user(&self, id: &UserId) -> StorageResult<()> {
        let mut state = self.state();
        if state.associations.values().any(|association| association.user_id == *id) {
            return Err(StorageError::Conflict("user_id"));
        }
        let removed = number(id).and_then(|id| {
            state.passwords.remove(&id);
            state.users.remove(&id)
        });
        removed.map(|_| ()).ok_or(StorageError::NotFound("user"))
    }

    async fn record_login(&self, id: &UserId, at: OffsetDateTime) -> StorageResult<()> {
        let mut state = self.state();
        let user = number(id).and_then(|id| state.users.get_mut(&id)).ok_or(StorageError::NotFound("user"))?;
        user.last_login = Some(microseconds(at));
        Ok(())
    }

    async fn has_verified_email(&self, id: &UserId, email: &str) -> StorageResult<bool> {
        Ok(number(id).is_some_and(|id| self.state().verified_emails.contains(&(id, email.to_ascii_lowercase()))))
    }

    async fn record_verified_email(&self, id: &UserId, email: &str, _at: OffsetDateTime) -> StorageResult<()> {
        self.mark_email_verified(id, email);
        Ok(())
    }

    async fn groups_of(&self, id: &UserId) -> StorageResult<Vec<String>> {
        let state = self.state();
        let groups = number(id).and_then(|id| state.users.get(&id)?.attributes.get(GROUPS)?.as_array());
        Ok(groups.into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect())
    }

    /// They become the attribute `groups`.
    async fn set_groups(&self, id: &UserId, groups: &[String], managed: Option<&[String]>) -> StorageResult<()> {
        let mut now_in = self.groups_of(id).await?;
        now_in.retain(|group| managed.is_some_and(|managed| !managed.contains(group)));
        now_in.extend(groups.iter().cloned());
        now_in.sort_unstable();
        now_in.dedup();
        let mut state = self.state();
        let user = number(id).and_then(|id| state.users.get_mut(&id)).ok_or(StorageError::NotFound("user"))?;
        user.attributes.insert(GROUPS.to_owned(), now_in.into());
        Ok(())
    }

    async fn remove_password(&self, id: &UserId) -> StorageResult<()> {
        let mut state = self.state();
        let id = number(id).filter(|id| state.users.contains_key(id)).ok_or(StorageError::NotFound("user"))?;
        state.passwords.remove(&id);
        Ok(())
    }

    async fn password(&self, id: &UserId) -> StorageResult<Option<PasswordHash>> {
        Ok(number(id).and_then(|id| self.state().passwords.get(&id).cloned()))
    }

    async fn set_password(&self, id: &UserId, new: &PasswordHash, replacing: Option<&PasswordHash>) -> StorageResult<bool> {
        let mut state = self.state();
        let id = number(id).filter(|id| state.users.contains_key(id)).ok_or(StorageError::NotFound("user"))?;
        if state.passwords.get(&id) != replacing {
            return Ok(false);
        }
        state.passwords.insert(id, new.clone());
        Ok(true)
    }

    async fn has_usable_password(&self, id: &UserId) -> StorageResult<bool> {
        Ok(number(id).is_some_and(|id| self.state().passwords.contains_key(&id)))
    }
}

impl State {
    pub(super) fn check_new_user(&self, user: &NewUser) -> StorageResult<()> {
        if user.username.is_empty() {
            return Err(StorageError::invalid("username", "it is empty"));
        }
        if self.users.values().any(|other| other.username == user.username) {
            return Err(StorageError::Conflict("username"));
        }
        Ok(())
    }

    pub(super) fn insert_user(&mut self, new: &NewUser) -> User {
        self.last_user_id += 1;
        let made = User {
            id: UserId::new(self.last_user_id),
            username: new.username.clone(),
            email: present(new.email.clone()),
            first_name: present(new.first_name.clone()),
            last_name: present(new.last_name.clone()),
            is_active: true,
            date_joined: Some(microseconds(OffsetDateTime::now_utc())),
            last_login: None,
            attributes: new.attributes.clone(),
        };
        self.users.insert(self.last_user_id, made.clone());
        self.passwords.extend(new.password.clone().map(|password| (self.last_user_id, password)));
        made
    }
}

/// Empty is absent.
fn present(text: Option<String>) -> Option<String> {
    text.filter(|text| !text.is_empty())
}

fn change(user: &mut User, name: &str, value: &Value) -> StorageResult<()> {
    match name {
        "username" => match value.as_str().filter(|name| !name.is_empty()) {
            Some(username) => user.username = username.to_owned(),
            None => return Err(StorageError::invalid("username", "it must be text that is not empty")),
        },
        "email" => user.email = text("email", value)?,
        "first_name" => user.first_name = text("first_name", value)?,
        "last_name" => user.last_name = text("last_name", value)?,
        "is_active" => user.is_active = value.as_bool().ok_or_else(|| StorageError::invalid("is_active", "it must be true or false"))?,
        other => {
            user.attributes.insert(other.to_owned(), value.clone());
        }
    }
    Ok(())
}

fn text(field: &'static str, value: &Value) -> StorageResult<Option<String>> {
    match value {
        Value::Null => Ok(None),
        Value::String(text) => Ok(present(Some(text.clone()))),
        _ => Err(StorageError::invalid(field, "it must be text or null")),
    }
}
