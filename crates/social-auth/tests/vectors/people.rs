//! The users of a case. A recording does not tell of the storage that it was made with; where its
//! conclusion is possible with one kind of storage only, that kind is used.

use std::sync::Arc;

use async_trait::async_trait;
use social_auth::storage::{MemoryStorage, NewUser, StorageError, StorageResult, User, UserChanges, UserId, UserStorage};
use time::OffsetDateTime;

use crate::wire::{Case, Expect};

/// Users in memory.
pub struct People {
    storage: Arc<MemoryStorage>,
    /// The recording ends at the page for inactive users: its storage made them so.
    inactive: bool,
    /// The recording ends with an error of the storage itself.
    broken: bool,
}

impl People {
    pub fn new(storage: Arc<MemoryStorage>, case: &Case) -> Self {
        let page = case.settings.get("SOCIAL_AUTH_INACTIVE_USER_URL").and_then(|value| value.as_str());
        let at_page = |expect: &Expect| matches!(expect, Expect::Redirect { base, .. } if Some(base.as_str()) == page);
        People {
            storage,
            inactive: case.steps.iter().any(|step| at_page(&step.expect)),
            broken: case.steps.iter().filter_map(|step| step.expect.error()).any(|error| error.class == "UnknownError"),
        }
    }

    fn seen(&self, user: User) -> User {
        User { is_active: user.is_active && !self.inactive, ..user }
    }
}

#[async_trait]
impl UserStorage for People {
    async fn user(&self, id: &UserId) -> StorageResult<Option<User>> {
        Ok(self.storage.user(id).await?.map(|user| self.seen(user)))
    }

    async fn username_exists(&self, username: &str) -> StorageResult<bool> {
        self.storage.username_exists(username).await
    }

    async fn users_by_email(&self, email: &str) -> StorageResult<Vec<User>> {
        Ok(self.storage.users_by_email(email).await?.into_iter().map(|user| self.seen(user)).collect())
    }

    async fn create_user(&self, user: &NewUser) -> StorageResult<User> {
        if self.broken {
            return Err(StorageError::Database("the recording's storage fails here".into()));
        }
        self.storage.create_user(user).await.map(|user| self.seen(user))
    }

    async fn update_user(&self, id: &UserId, changes: &UserChanges) -> StorageResult<()> {
        self.storage.update_user(id, changes).await
    }

    async fn delete_user(&self, id: &UserId) -> StorageResult<()> {
        self.storage.delete_user(id).await
    }

    async fn record_login(&self, id: &UserId, at: OffsetDateTime) -> StorageResult<()> {
        self.storage.record_login(id, at).await
    }

    async fn has_usable_password(&self, id: &UserId) -> StorageResult<bool> {
        self.storage.has_usable_password(id).await
    }
}
