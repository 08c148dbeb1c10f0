//! Checks of users.

use std::sync::Arc;

use serde_json::{Value, json};
use social_auth::password::PasswordHash;
use social_auth::storage::{NewUser, StorageError, UserChanges, UserId};
use time::OffsetDateTime;

use super::{Both, NOW, make_user, new_association, new_user};

pub(super) async fn a_new_user_is_read_back_as_made(storage: Arc<dyn Both>) {
    let new = NewUser {
        username: "kit-Zoë Ünï 名前 🙂".into(),
        email: Some("kit-Zoë@example.org".into()),
        first_name: Some("Zoë \"' -- \\ %_".into()),
        last_name: Some(String::new()),
        ..NewUser::default()
    };
    let before = OffsetDateTime::now_utc() - time::Duration::SECOND;
    let made = storage.create_user(&new).await.unwrap();
    assert_eq!((&made.username, &made.email, &made.first_name), (&new.username, &new.email, &new.first_name));
    assert_eq!(made.last_name, None, "an empty name is absent");
    assert!(made.is_active && made.last_login.is_none());
    assert!(made.date_joined.unwrap() > before && made.date_joined.unwrap() <= OffsetDateTime::now_utc());
    assert_eq!(storage.user(&made.id).await.unwrap(), Some(made.clone()));
    assert!(!storage.has_usable_password(&made.id).await.unwrap(), "nobody knows a password of a new user");
}

pub(super) async fn a_user_is_found_by_exactly_the_name(storage: Arc<dyn Both>) {
    let made = make_user(&storage, "kit-Ada").await;
    assert_eq!(storage.user_by_username("kit-Ada").await.unwrap(), Some(made));
    for other in ["kit-ada", "kit-Ada ", "kit-Ad", "kit-Ád", "kit%", "", "kit-Ada\0"] {
        assert_eq!(storage.user_by_username(other).await.unwrap(), None, "{other:?}");
    }
}

pub(super) async fn a_password_is_replaced_only_if_it_still_is_the_one_that_was_seen(storage: Arc<dyn Both>) {
    let hash = |text: &str| PasswordHash::from_stored(&format!("argon2$argon2id$v=19$m=8,t=1,p=1$c2FsdA${text}")).unwrap();
    let (one, two, three) = (hash("one"), hash("two"), hash("three"));
    let made = make_user(&storage, "kit-ada").await;
    let bystander = make_user(&storage, "kit-bob").await;
    assert_eq!(storage.password(&made.id).await.unwrap(), None, "nobody knows a password of a new user");
    assert!(!storage.set_password(&made.id, &one, Some(&two)).await.unwrap(), "there is none to be replaced");
    assert!(storage.set_password(&made.id, &one, None).await.unwrap());
    assert!(storage.has_usable_password(&made.id).await.unwrap());
    assert_eq!(storage.password(&made.id).await.unwrap(), Some(one.clone()));
    assert!(!storage.set_password(&made.id, &three, None).await.unwrap(), "a password is never overwritten unseen");
    assert!(storage.set_password(&made.id, &two, Some(&one)).await.unwrap());
    assert!(!storage.set_password(&made.id, &three, Some(&one)).await.unwrap());
    assert_eq!(storage.password(&made.id).await.unwrap(), Some(two));
    assert!(!storage.has_usable_password(&bystander.id).await.unwrap());
    let nobody = storage.set_password(&UserId::new("987654321"), &one, None).await;
    assert!(matches!(nobody, Err(StorageError::NotFound("user"))), "{nobody:?}");
}

pub(super) async fn a_password_is_taken_from_one_user(storage: Arc<dyn Both>) {
    let hash = PasswordHash::from_stored("argon2$argon2id$v=19$m=8,t=1,p=1$c2FsdA$aGFzaA").unwrap();
    let (ada, bob) = (make_user(&storage, "kit-ada").await, make_user(&storage, "kit-bob").await);
    for user in [&ada, &bob] {
        assert!(storage.set_password(&user.id, &hash, None).await.unwrap());
    }
    // What is gone is not taken away a second time.
    for _ in 0..2 {
        storage.remove_password(&ada.id).await.unwrap();
        assert_eq!(storage.password(&ada.id).await.unwrap(), None);
        assert!(!storage.has_usable_password(&ada.id).await.unwrap());
    }
    assert_eq!(storage.password(&bob.id).await.unwrap(), Some(hash.clone()), "another user's stays");
    assert!(!storage.set_password(&ada.id, &hash, Some(&hash)).await.unwrap(), "it is not there to be replaced");
    assert!(storage.set_password(&ada.id, &hash, None).await.unwrap(), "a new one can be chosen");
    let nobody = storage.remove_password(&UserId::new("987654321")).await;
    assert!(matches!(nobody, Err(StorageError::NotFound("user"))), "{nobody:?}");
}

pub(super) async fn a_new_user_has_the_password_that_was_chosen(storage: Arc<dyn Both>) {
    let password = PasswordHash::from_stored("argon2$argon2id$v=19$m=8,t=1,p=1$c2FsdA$aGFzaA");
    let new = NewUser { password: password.clone(), ..new_user("kit-ada") };
    let (ada, _) =
        storage.create_user_with_association(storage.as_ref(), &new, &new_association(&UserId::new(0), "kit", "1")).await.unwrap();
    assert_eq!(storage.password(&ada.id).await.unwrap(), password);
    let eve = storage.create_user(&NewUser { password: password.clone(), ..new_user("kit-eve") }).await.unwrap();
    assert_eq!(storage.password(&eve.id).await.unwrap(), password);
}

/// CVE-2025-61783.
pub(super) async fn conflict_on_create_never_returns_existing_user(storage: Arc<dyn Both>) {
    let first = make_user(&storage, "kit-ada").await;
    let second = NewUser { email: Some("kit-other@example.org".into()), ..new_user("kit-ada") };
    let outcome = storage.create_user(&second).await;
    assert!(matches!(outcome, Err(StorageError::Conflict("username"))), "{outcome:?}");
    assert_eq!(storage.user(&first.id).await.unwrap(), Some(first));
    let empty = storage.create_user(&new_user("")).await;
    assert!(matches!(empty, Err(StorageError::Invalid { .. })), "{empty:?}");
}

pub(super) async fn user_names_are_told_apart_exactly(storage: Arc<dyn Both>) {
    make_user(&storage, "kit-Ada").await;
    assert!(storage.username_exists("kit-Ada").await.unwrap());
    for other in ["kit-ada", "kit-Ada ", "kit-Ad", "kit-Ád", "kit%", "", "kit-Ada\0"] {
        assert!(!storage.username_exists(other).await.unwrap(), "{other:?}");
    }
}

pub(super) async fn users_are_found_by_address_without_regard_to_ascii_case(storage: Arc<dyn Both>) {
    let with = |username: &str, email: &str| NewUser { email: Some(email.to_owned()), ..new_user(username) };
    let one = storage.create_user(&with("kit-1", "Kit-É@Example.org")).await.unwrap();
    let two = storage.create_user(&with("kit-2", "kit-É@example.ORG")).await.unwrap();
    storage.create_user(&with("kit-3", "kit-é@example.org")).await.unwrap();
    storage.create_user(&with("kit-4", "kit-É@example.orgs")).await.unwrap();
    make_user(&storage, "kit-5").await;
    let found: Vec<_> = storage.users_by_email("KIT-É@example.org").await.unwrap().into_iter().map(|user| user.id).collect();
    assert_eq!(found, [one.id, two.id]);
    assert!(storage.users_by_email("").await.unwrap().is_empty(), "who has no address does not have the empty one");
    assert!(storage.users_by_email("kit-%@example.org").await.unwrap().is_empty());
}

fn changes(value: Value) -> UserChanges {
    UserChanges(value.as_object().cloned().unwrap())
}

pub(super) async fn a_change_changes_what_it_names_and_nothing_else(storage: Arc<dyn Both>) {
    let new = NewUser { email: Some("kit@example.org".into()), first_name: Some("Ada".into()), ..new_user("kit-ada") };
    let made = storage.create_user(&new).await.unwrap();
    let bystander = make_user(&storage, "kit-bob").await;
    storage.update_user(&made.id, &changes(json!({"last_name": "Løvelace"}))).await.unwrap();
    let mut expected = made.clone();
    expected.last_name = Some("Løvelace".into());
    assert_eq!(storage.user(&made.id).await.unwrap(), Some(expected.clone()));

    let all = json!({"username": "kit-eve", "email": null, "first_name": "", "is_active": false});
    storage.update_user(&made.id, &changes(all)).await.unwrap();
    expected.username = "kit-eve".into();
    (expected.email, expected.first_name, expected.is_active) = (None, None, false);
    assert_eq!(storage.user(&made.id).await.unwrap(), Some(expected));
    assert_eq!(storage.user(&bystander.id).await.unwrap(), Some(bystander));
    storage.update_user(&made.id, &UserChanges::default()).await.unwrap();
}

pub(super) async fn a_change_that_cannot_be_made_changes_nothing(storage: Arc<dyn Both>) {
    let made = make_user(&storage, "kit-ada").await;
    make_user(&storage, "kit-bob").await;
    let taken = storage.update_user(&made.id, &changes(json!({"first_name": "Bob", "username": "kit-bob"}))).await;
    assert!(matches!(taken, Err(StorageError::Conflict("username"))), "{taken:?}");
    for wrong in [json!({"first_name": "A", "email": 7}), json!({"first_name": "A", "is_active": "yes"}), json!({"username": null})] {
        let outcome = storage.update_user(&made.id, &changes(wrong.clone())).await;
        assert!(matches!(outcome, Err(StorageError::Invalid { .. })), "{wrong}: {outcome:?}");
    }
    assert_eq!(storage.user(&made.id).await.unwrap(), Some(made.clone()));
    storage.delete_user(&made.id).await.unwrap();
    let gone = storage.update_user(&made.id, &changes(json!({"first_name": "A"}))).await;
    assert!(matches!(gone, Err(StorageError::NotFound("user"))), "{gone:?}");
}

pub(super) async fn a_sign_in_is_noted(storage: Arc<dyn Both>) {
    let made = make_user(&storage, "kit-ada").await;
    storage.record_login(&made.id, NOW).await.unwrap();
    assert_eq!(storage.user(&made.id).await.unwrap().unwrap().last_login, Some(NOW));
    storage.delete_user(&made.id).await.unwrap();
    let gone = storage.record_login(&made.id, NOW).await;
    assert!(matches!(gone, Err(StorageError::NotFound("user"))), "{gone:?}");
}

pub(super) async fn a_user_is_taken_back_only_while_without_association(storage: Arc<dyn Both>) {
    let made = make_user(&storage, "kit-ada").await;
    let association = storage.create_association(&new_association(&made.id, "kit", "1")).await.unwrap();
    let refused = storage.delete_user(&made.id).await;
    assert!(matches!(refused, Err(StorageError::Conflict(_))), "{refused:?}");
    assert!(storage.user(&made.id).await.unwrap().is_some());
    assert!(storage.delete_association(association.id).await.unwrap());
    storage.delete_user(&made.id).await.unwrap();
    assert_eq!(storage.user(&made.id).await.unwrap(), None);
    assert!(!storage.username_exists("kit-ada").await.unwrap());
    let again = storage.delete_user(&made.id).await;
    assert!(matches!(again, Err(StorageError::NotFound("user"))), "{again:?}");
}

pub(super) async fn an_id_of_another_form_is_nobody(storage: Arc<dyn Both>) {
    let made = make_user(&storage, "kit-ada").await;
    storage.create_association(&new_association(&made.id, "kit", "1")).await.unwrap();
    let id = made.id.as_str();
    for other in [format!("0{id}"), format!("{id} "), format!(" {id}"), format!("+{id}"), format!("{id}.0"), format!("{id}' OR 1=1 --")]
        .into_iter()
        .chain(["".to_owned(), "x".to_owned(), "99999999999999999999999999".to_owned(), "NULL".to_owned()])
    {
        let other = UserId::new(other);
        assert_eq!(storage.user(&other).await.unwrap(), None, "{other:?}");
        assert!(storage.associations_of(&other).await.unwrap().is_empty(), "{other:?}");
        assert!(!storage.has_usable_password(&other).await.unwrap(), "{other:?}");
        let outcome = storage.delete_user(&other).await;
        assert!(matches!(outcome, Err(StorageError::NotFound("user"))), "{other:?}: {outcome:?}");
    }
}

/// A storage that keeps no such notes answers no, which is always safe.
pub(super) async fn a_verified_address_is_one_users_and_one_address(storage: Arc<dyn Both>) {
    let new = |name: &str| NewUser { email: Some(format!("{name}@example.org")), ..new_user(name) };
    let ada = storage.create_user(&new("kit-ada")).await.unwrap();
    let bob = storage.create_user(&new("kit-bob")).await.unwrap();
    assert!(!storage.has_verified_email(&ada.id, "kit-ada@example.org").await.unwrap(), "nobody has seen proof");
    for _ in 0..2 {
        storage.record_verified_email(&ada.id, "Kit-Ada@Example.org", NOW).await.unwrap();
    }
    let kept = storage.has_verified_email(&ada.id, "kit-ada@example.org").await.unwrap();
    assert_eq!(storage.has_verified_email(&ada.id, "KIT-ADA@EXAMPLE.ORG").await.unwrap(), kept, "without regard to ASCII case");
    assert!(!storage.has_verified_email(&bob.id, "kit-ada@example.org").await.unwrap(), "it is nobody else's");
    // An address that the user writes into the profile is not proved by an older one.
    storage.update_user(&ada.id, &changes(json!({"email": "kit-bob@example.org"}))).await.unwrap();
    assert!(!storage.has_verified_email(&ada.id, "kit-bob@example.org").await.unwrap());
}

/// A storage without groups says so.
pub(super) async fn memberships_are_replaced_and_those_of_others_stay(storage: Arc<dyn Both>) {
    let (ada, bob) = (make_user(&storage, "kit-ada").await, make_user(&storage, "kit-bob").await);
    let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
    match storage.set_groups(&ada.id, &names(&["kit-b", "kit-a", "kit-a"]), None).await {
        Err(StorageError::Invalid { what: "groups", .. }) => return,
        outcome => outcome.unwrap(),
    }
    let of = async |user: &UserId| storage.groups_of(user).await.unwrap();
    assert_eq!(of(&ada.id).await, names(&["kit-a", "kit-b"]));
    assert!(of(&bob.id).await.is_empty());
    storage.set_groups(&bob.id, &names(&["kit-a"]), None).await.unwrap();
    storage.set_groups(&ada.id, &names(&["kit-B"]), None).await.unwrap();
    assert_eq!((of(&ada.id).await, of(&bob.id).await), (names(&["kit-B"]), names(&["kit-a"])));
    // Only those that are managed come and go.
    let managed = names(&["kit-c", "kit-d"]);
    storage.set_groups(&ada.id, &names(&["kit-c"]), Some(&managed)).await.unwrap();
    assert_eq!(of(&ada.id).await, names(&["kit-B", "kit-c"]));
    storage.set_groups(&ada.id, &[], Some(&managed)).await.unwrap();
    assert_eq!(of(&ada.id).await, names(&["kit-B"]));
    storage.set_groups(&ada.id, &[], None).await.unwrap();
    assert!(of(&ada.id).await.is_empty());
    let nobody = storage.set_groups(&UserId::new("kit-nobody"), &names(&["kit-a"]), None).await;
    assert!(matches!(nobody, Err(StorageError::NotFound("user"))), "{nobody:?}");
}
