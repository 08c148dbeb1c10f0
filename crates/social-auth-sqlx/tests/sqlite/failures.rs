//! What is said when the database fails, and that nothing is half-written then.

use social_auth::identity::Fields;
use social_auth::storage::{Code, NewAssociation, NewUser, SocialStorage, StorageError, UserId, UserStorage};
use social_auth_sqlx::SqlxStorage;
use time::OffsetDateTime;

use crate::file::File;

async fn migrated(file: &File) -> SqlxStorage {
    let storage = SqlxStorage::connect(&file.url()).await.unwrap();
    storage.migrate().await.unwrap();
    storage
}

fn new_user(username: &str) -> NewUser {
    NewUser { username: username.into(), ..NewUser::default() }
}

fn new_association(provider: &str, uid: &str) -> NewAssociation {
    NewAssociation {
        provider: provider.into(),
        uid: uid.into(),
        id_key: "id".into(),
        user_id: UserId::new(1),
        extra_data: Fields::default(),
        created: OffsetDateTime::UNIX_EPOCH,
    }
}

#[tokio::test]
async fn a_path_that_cannot_be_opened_is_named() {
    let error = SqlxStorage::connect("sqlite:///nowhere/at/all/db.sqlite3").await.unwrap_err();
    assert!(matches!(error, StorageError::Unreachable(_)), "{error:?}");
    assert!(error.to_string().contains("/nowhere/at/all/db.sqlite3") && error.to_string().contains("directory"), "{error}");
}

#[tokio::test]
async fn a_file_that_is_no_database_is_named_and_left_alone() {
    let file = File::missing();
    std::fs::write(file.path(), "Dear diary, today I am not a database. ".repeat(100)).unwrap();
    let error = SqlxStorage::connect(&file.url()).await.unwrap_err();
    assert!(error.to_string().contains("is not a SQLite database"), "{error}");
    assert!(std::fs::read_to_string(file.path()).unwrap().starts_with("Dear diary"));
}

#[tokio::test]
async fn an_address_of_another_kind_is_refused_without_showing_its_password() {
    for url in ["postgres://me:hunter2@db.example/app", "hunter2", "mysql:hunter2"] {
        let error = SqlxStorage::connect(url).await.unwrap_err().to_string();
        assert!(error.contains("sqlite://") && !error.contains("hunter2"), "{error}");
    }
}

#[tokio::test]
async fn a_read_only_database_is_read_and_says_so_when_written() {
    let file = File::missing();
    let storage = migrated(&file).await;
    storage.create_user_with_association(&storage, &new_user("ada"), &new_association("github", "1")).await.unwrap();
    storage.close().await;

    let storage = SqlxStorage::connect(&format!("{}?mode=ro", file.url())).await.unwrap();
    assert!(storage.migrate().await.unwrap().is_empty());
    assert!(storage.association("github", "1").await.unwrap().is_some());
    for error in [
        storage.create_user(&new_user("eve")).await.unwrap_err(),
        storage.claim("state", "a", 2_000_000_000).await.unwrap_err(),
        storage.create_user_with_association(&storage, &new_user("eve"), &new_association("github", "2")).await.unwrap_err(),
    ] {
        assert!(matches!(error, StorageError::ReadOnly(_)), "{error:?}");
    }
    let empty = File::missing();
    empty.run("CREATE TABLE other (id integer)").await;
    let storage = SqlxStorage::connect(&format!("{}?mode=ro", empty.url())).await.unwrap();
    let error = storage.migrate().await.unwrap_err();
    assert!(matches!(error, StorageError::ReadOnly(_)), "{error:?}");
}

#[tokio::test]
async fn broken_extra_data_is_an_error_that_names_the_column_and_changes_nothing() {
    let file = File::missing();
    let storage = migrated(&file).await;
    storage.create_user_with_association(&storage, &new_user("ada"), &new_association("github", "1")).await.unwrap();
    let broken = r#"{"access_token": "hunter2"#;
    file.run(&format!("PRAGMA ignore_check_constraints = 1; UPDATE social_auth_usersocialauth SET extra_data = '{broken}'")).await;
    let error = storage.association("github", "1").await.unwrap_err();
    assert!(matches!(error, StorageError::Corrupt { what: "extra_data", .. }), "{error:?}");
    assert!(!error.to_string().contains("hunter2"), "{error}");
    assert_eq!(file.texts("SELECT extra_data FROM social_auth_usersocialauth").await, [broken]);
}

#[tokio::test]
async fn a_broken_date_is_an_error_that_names_the_column() {
    let file = File::missing();
    let storage = migrated(&file).await;
    let ada = storage.create_user(&new_user("ada")).await.unwrap();
    file.run("UPDATE auth_user SET last_login = 'yesterday'").await;
    let error = storage.user(&ada.id).await.unwrap_err();
    assert!(matches!(error, StorageError::Corrupt { what: "last_login", .. }), "{error:?}");
}

#[tokio::test]
async fn values_that_are_too_long_are_refused_by_name() {
    let storage = migrated(&File::missing()).await;
    let too_long = |error: StorageError| match error {
        StorageError::TooLong { what, limit } => (what, limit),
        other => panic!("{other:?}"),
    };
    assert_eq!(too_long(storage.create_user(&new_user(&"a".repeat(151))).await.unwrap_err()), ("username", 150));
    let provider = storage.create_association(&new_association(&"p".repeat(33), "1")).await.unwrap_err();
    assert_eq!(too_long(provider), ("provider", 32));
    let code = Code { email: "a@b.c".into(), code: "1".repeat(33), verified: false, timestamp: OffsetDateTime::UNIX_EPOCH };
    assert_eq!(too_long(storage.create_code(&code).await.unwrap_err()), ("code", 32));
    assert_eq!(too_long(storage.claim(&"n".repeat(256), "k", 0).await.unwrap_err()), ("namespace", 255));
}

#[tokio::test]
async fn a_first_login_that_fails_midway_leaves_nothing() {
    let file = File::missing();
    let storage = migrated(&file).await;
    file.run("CREATE TRIGGER fail BEFORE INSERT ON social_auth_usersocialauth BEGIN SELECT RAISE(ABORT, 'no'); END").await;
    let outcome = storage.create_user_with_association(&storage, &new_user("ada"), &new_association("github", "1")).await;
    assert!(outcome.is_err());
    assert!(!storage.username_exists("ada").await.unwrap());
    file.run("DROP TRIGGER fail").await;
    storage.create_user_with_association(&storage, &new_user("ada"), &new_association("github", "1")).await.unwrap();
}

#[tokio::test]
async fn a_caller_who_gives_up_midway_leaves_nothing_and_blocks_nobody() {
    let storage = migrated(&File::missing()).await;
    for micros in 0..200 {
        let (user, association) = (new_user(&format!("user{micros}")), new_association("github", &micros.to_string()));
        let call = storage.create_user_with_association(&storage, &user, &association);
        let outcome = tokio::time::timeout(std::time::Duration::from_micros(micros * 3), call).await;
        // A commit that was on its way when the caller gave up may still happen; wait for its turn to pass.
        storage.claim("turn", &micros.to_string(), 2_000_000_000).await.unwrap();
        let user_there = storage.username_exists(&user.username).await.unwrap();
        let association_there = storage.association("github", &association.uid).await.unwrap().is_some();
        assert_eq!(user_there, association_there, "after {micros}: both or neither");
        assert!(user_there || !matches!(outcome, Ok(Ok(_))));
    }
    storage.create_user(&new_user("last")).await.unwrap();
}

#[tokio::test]
async fn after_closing_calls_say_so() {
    let storage = migrated(&File::missing()).await;
    let clone = storage.clone();
    storage.close().await;
    let error = clone.ping().await.unwrap_err();
    assert!(matches!(error, StorageError::Unreachable(_)), "{error:?}");
}
