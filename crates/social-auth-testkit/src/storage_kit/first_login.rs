//! Checks of the first sign-in: user and association, both or neither.

use std::sync::Arc;

use async_trait::async_trait;
use social_auth::storage::{Association, NewUser, StorageError, StorageResult, User, UserChanges, UserId, UserStorage};
use time::OffsetDateTime;

use super::{Both, make_user, new_association, new_user, race};

pub(super) async fn user_and_association_are_made_together(storage: Arc<dyn Both>) {
    let bystander = make_user(&storage, "kit-bob").await;
    let user = NewUser { email: Some("kit@example.org".into()), ..new_user("kit-ada") };
    // Whose it is says the user that is made, not the id in here.
    let association = new_association(&bystander.id, "kit", "1");
    let (user, association) = storage.create_user_with_association(storage.as_ref(), &user, &association).await.unwrap();
    assert_eq!((user.username.as_str(), user.email.as_deref()), ("kit-ada", Some("kit@example.org")));
    assert_eq!(association.user_id, user.id);
    assert_eq!(storage.user(&user.id).await.unwrap(), Some(user.clone()));
    assert_eq!(storage.association("kit", "1").await.unwrap(), Some(association.clone()));
    assert_eq!(storage.associations_of(&user.id).await.unwrap(), [association]);
    assert!(!storage.has_usable_password(&user.id).await.unwrap());
}

pub(super) async fn a_taken_uid_leaves_no_user_behind(storage: Arc<dyn Both>) {
    let ada = make_user(&storage, "kit-ada").await;
    let kept = storage.create_association(&new_association(&ada.id, "kit", "1")).await.unwrap();
    let association = new_association(&ada.id, "kit", "1");
    let outcome = storage.create_user_with_association(storage.as_ref(), &new_user("kit-eve"), &association).await;
    assert!(matches!(outcome, Err(StorageError::Conflict("uid"))), "{outcome:?}");
    assert!(!storage.username_exists("kit-eve").await.unwrap());
    assert_eq!(storage.association("kit", "1").await.unwrap(), Some(kept));
}

pub(super) async fn a_taken_user_name_leaves_no_association_behind(storage: Arc<dyn Both>) {
    let ada = make_user(&storage, "kit-ada").await;
    let association = new_association(&ada.id, "kit", "1");
    let outcome = storage.create_user_with_association(storage.as_ref(), &new_user("kit-ada"), &association).await;
    assert!(matches!(outcome, Err(StorageError::Conflict("username"))), "{outcome:?}");
    assert_eq!(storage.association("kit", "1").await.unwrap(), None);
    assert!(storage.associations_of(&ada.id).await.unwrap().is_empty());
}

pub(super) async fn parallel_first_logins_make_one_user(storage: Arc<dyn Both>) {
    let outcomes = race(|number| {
        let storage = Arc::clone(&storage);
        async move { first_login(&storage, storage.as_ref(), number).await }
    })
    .await;
    one_user_and_no_orphans(&storage, outcomes).await;
}

pub(super) async fn parallel_first_logins_with_users_elsewhere_make_one_user(storage: Arc<dyn Both>) {
    let outcomes = race(|number| {
        let storage = Arc::clone(&storage);
        async move {
            let users = Elsewhere(Arc::clone(&storage));
            first_login(&storage, &users, number).await
        }
    })
    .await;
    one_user_and_no_orphans(&storage, outcomes).await;
}

async fn first_login(storage: &Arc<dyn Both>, users: &dyn UserStorage, number: usize) -> StorageResult<(User, Association)> {
    let association = new_association(&UserId::new(0), "kit", "1");
    storage.create_user_with_association(users, &new_user(&format!("kit-{number}")), &association).await
}

async fn one_user_and_no_orphans(storage: &Arc<dyn Both>, outcomes: Vec<StorageResult<(User, Association)>>) {
    let mut winners = Vec::new();
    for (number, outcome) in outcomes.into_iter().enumerate() {
        match outcome {
            Ok(made) => winners.push(made),
            Err(error) => {
                assert!(matches!(error, StorageError::Conflict("uid")), "{error:?}");
                assert!(!storage.username_exists(&format!("kit-{number}")).await.unwrap(), "kit-{number} is an orphan");
            }
        }
    }
    let [(user, association)] = winners.as_slice() else { panic_with(winners.len()) };
    assert_eq!(storage.user(&user.id).await.unwrap().as_ref(), Some(user));
    assert_eq!(storage.associations_of(&user.id).await.unwrap(), std::slice::from_ref(association));
}

#[allow(clippy::panic, reason = "a kit for tests: a panic is its report")]
fn panic_with(winners: usize) -> ! {
    panic!("{winners} callers made a user for one uid")
}

/// Users that have nothing to do with the storage, as far as that can know.
pub(super) struct Elsewhere(pub(super) Arc<dyn Both>);

#[async_trait]
impl UserStorage for Elsewhere {
    async fn user(&self, id: &UserId) -> StorageResult<Option<User>> {
        self.0.user(id).await
    }
    async fn username_exists(&self, username: &str) -> StorageResult<bool> {
        self.0.username_exists(username).await
    }
    async fn users_by_email(&self, email: &str) -> StorageResult<Vec<User>> {
        self.0.users_by_email(email).await
    }
    async fn create_user(&self, user: &NewUser) -> StorageResult<User> {
        self.0.create_user(user).await
    }
    async fn update_user(&self, id: &UserId, changes: &UserChanges) -> StorageResult<()> {
        self.0.update_user(id, changes).await
    }
    async fn delete_user(&self, id: &UserId) -> StorageResult<()> {
        self.0.delete_user(id).await
    }
    async fn record_login(&self, id: &UserId, at: OffsetDateTime) -> StorageResult<()> {
        self.0.record_login(id, at).await
    }
    async fn has_usable_password(&self, id: &UserId) -> StorageResult<bool> {
        self.0.has_usable_password(id).await
    }
}
