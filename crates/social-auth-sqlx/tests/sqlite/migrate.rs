//! Making tables: on an empty database, beside Django's, and with users elsewhere.

use serde_json::json;
use social_auth::identity::Fields;
use social_auth::storage::{
    Leftover, MergeUsers, NewAssociation, NewUser, OriginKey, SessionOrigin, SocialStorage, StorageError, StoredSession, UserId,
    UserStorage,
};
use social_auth_sqlx::SqlxStorage;
use time::OffsetDateTime;

use crate::file::File;

const LAYOUT: &str = "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL AND tbl_name NOT LIKE 'sqlite_%' \
                      AND (tbl_name IN ('auth_user', 'auth_group', 'auth_user_groups') OR tbl_name LIKE 'social_auth_%') \
                      AND tbl_name NOT IN ('social_auth_session', 'social_auth_verified_email', 'social_auth_merge') ORDER BY name";

#[tokio::test]
async fn an_empty_database_gets_exactly_the_tables_that_django_makes() {
    let (ours, djangos) = (File::missing(), File::made_by_django(8).await);
    let storage = SqlxStorage::connect(&ours.url()).await.unwrap();
    let made = storage.migrate().await.unwrap();
    assert_eq!(made.len(), 11, "{made:?}");
    assert_eq!(ours.texts(LAYOUT).await, djangos.texts(LAYOUT).await);
    assert!(storage.migrate().await.unwrap().is_empty(), "a second time there is nothing to do");
}

#[tokio::test]
async fn tables_of_django_are_left_as_they_are() {
    for generation in [5, 6, 8] {
        let file = File::made_by_django(generation).await;
        let before = file.texts("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY name").await;
        let storage = SqlxStorage::connect(&file.url()).await.unwrap();
        assert_eq!(storage.migrate().await.unwrap(), ["social_auth_verified_email", "social_auth_session", "social_auth_merge"]);
        let others = "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL \
                      AND tbl_name NOT IN ('social_auth_session', 'social_auth_verified_email', 'social_auth_merge') ORDER BY name";
        let after = file.texts(others).await;
        assert_eq!(after, before, "generation {generation}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn many_processes_may_migrate_at_once() {
    let file = File::missing();
    let starters: Vec<_> = (0..8)
        .map(|_| {
            let url = file.url();
            tokio::spawn(async move {
                let storage = SqlxStorage::connect(&url).await?;
                storage.migrate().await?;
                storage.ping().await
            })
        })
        .collect();
    for starter in starters {
        starter.await.unwrap().unwrap();
    }
}

#[tokio::test]
async fn without_tables_the_error_says_to_migrate() {
    let storage = SqlxStorage::connect("sqlite::memory:").await.unwrap();
    for error in [storage.ping().await.unwrap_err(), storage.user(&UserId::new(1)).await.unwrap_err()] {
        assert!(matches!(error, StorageError::Schema(_)), "{error:?}");
        assert!(error.to_string().contains("migrate"), "{error}");
    }
}

fn association(user_id: &str) -> NewAssociation {
    NewAssociation {
        provider: "github".into(),
        uid: "1".into(),
        id_key: "id".into(),
        user_id: UserId::new(user_id),
        extra_data: Fields::default(),
        created: OffsetDateTime::UNIX_EPOCH,
    }
}

#[tokio::test]
async fn with_users_elsewhere_ids_may_be_of_any_kind() {
    let file = File::missing();
    let storage = SqlxStorage::connect(&file.url()).await.unwrap();
    let made = storage.migrate_without_users().await.unwrap();
    assert!(!made.contains(&"auth_user"), "{made:?}");
    for (uid, id) in [("a", "9f3c6b1e-1"), ("b", "007"), ("c", "7")] {
        let made = storage.create_association(&NewAssociation { uid: uid.into(), ..association(id) }).await.unwrap();
        assert_eq!(storage.association("github", uid).await.unwrap(), Some(made.clone()));
        assert_eq!(storage.associations_of(&UserId::new(id)).await.unwrap(), [made]);
    }
    let again = SqlxStorage::connect(&file.url()).await.unwrap();
    assert!(again.migrate().await.unwrap().is_empty(), "what was chosen once stays");
    for storage in [storage, again] {
        let error = storage.create_user(&NewUser { username: "ada".into(), ..NewUser::default() }).await.unwrap_err();
        assert!(error.to_string().contains("UserStorage of your own"), "{error}");
    }
}

#[tokio::test]
async fn a_user_model_of_djangos_application_is_found_out() {
    let file = File::made_by_django(8).await;
    file.run(
        "CREATE TABLE shop_customer (id integer PRIMARY KEY); INSERT INTO shop_customer VALUES (5); \
         PRAGMA writable_schema = 1; \
         UPDATE sqlite_master SET sql = replace(sql, 'REFERENCES \"auth_user\"', 'REFERENCES \"shop_customer\"') \
         WHERE name = 'social_auth_usersocialauth'; PRAGMA writable_schema = 0;",
    )
    .await;
    let storage = SqlxStorage::connect(&file.url()).await.unwrap();
    storage.migrate().await.unwrap();
    assert!(storage.scope().is_none());
    assert!(storage.create_association(&association("5")).await.is_ok());
    let error = storage.create_association(&NewAssociation { uid: "2".into(), ..association("6") }).await.unwrap_err();
    assert!(matches!(error, StorageError::NotFound("user")), "{error:?}");
    let error = storage.user(&UserId::new(5)).await.unwrap_err();
    assert!(matches!(error, StorageError::Schema(_)), "{error:?}");
}

/// A database of Django's whose users are in a table that the project named.
async fn with_a_model_of_its_own(further: &str) -> (File, SqlxStorage) {
    let file = File::made_by_django(8).await;
    file.run(&format!(
        r#"CREATE TABLE "shop's_""customer""" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "password" varchar(128) NOT NULL, "last_login" datetime NULL, "is_superuser" bool NOT NULL, "username" varchar(150) NOT NULL UNIQUE, "first_name" varchar(150) NOT NULL, "last_name" varchar(150) NOT NULL, "email" varchar(254) NOT NULL, "is_staff" bool NOT NULL, "is_active" bool NOT NULL, "date_joined" datetime NOT NULL{further});
        CREATE TABLE "shop's_""customer""_groups" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "customer_id" bigint NOT NULL REFERENCES "shop's_""customer""" ("id"), "group_id" integer NOT NULL REFERENCES "auth_group" ("id"));
        PRAGMA writable_schema = 1;
        UPDATE sqlite_master SET sql = replace(sql, 'REFERENCES "auth_user"', 'REFERENCES "shop''s_""customer"""') WHERE name = 'social_auth_usersocialauth';
        PRAGMA writable_schema = 0;"#
    ))
    .await;
    let storage = SqlxStorage::connect(&file.url()).await.unwrap();
    storage.migrate().await.unwrap();
    (file, storage)
}

#[tokio::test]
async fn users_of_a_model_of_the_projects_own_are_used_whatever_their_table_is_called() {
    let (file, storage) = with_a_model_of_its_own("").await;
    let user = NewUser { username: "eve".into(), email: Some("eve@example.org".into()), ..NewUser::default() };
    let (eve, _) = storage.create_user_with_association(&storage, &user, &association("0")).await.unwrap();
    assert_eq!(storage.users_by_email("EVE@example.org").await.unwrap(), std::slice::from_ref(&eve));
    storage.set_groups(&eve.id, &["staff".to_owned()], None).await.unwrap();
    assert_eq!(storage.groups_of(&eve.id).await.unwrap(), ["staff"]);
    assert_eq!(file.texts("SELECT username FROM \"shop's_\"\"customer\"\"\"").await, ["eve"]);
    assert!(file.texts("SELECT username FROM auth_user").await.is_empty());

    let other = storage.create_user(&NewUser { username: "eva".into(), ..NewUser::default() }).await.unwrap();
    let merge = MergeUsers::new(eve.id.clone(), other.id, Leftover::Delete, OffsetDateTime::UNIX_EPOCH);
    storage.merge_users(&storage, &merge).await.unwrap();
    assert_eq!(file.texts("SELECT username FROM \"shop's_\"\"customer\"\"\"").await, ["eve"]);
}

#[tokio::test]
async fn a_column_of_the_projects_own_without_a_default_is_named() {
    let (_file, storage) = with_a_model_of_its_own(", \"phone\" varchar(20) NOT NULL").await;
    let error = storage.create_user(&NewUser { username: "eve".into(), ..NewUser::default() }).await.unwrap_err().to_string();
    assert!(error.contains("phone") && error.contains("default"), "{error}");
}

#[tokio::test]
async fn tables_that_we_cannot_work_with_are_refused_with_what_they_lack() {
    let file = File::missing();
    file.run("CREATE TABLE social_auth_code (id INTEGER NOT NULL, email VARCHAR(200), code VARCHAR(32), PRIMARY KEY (id))").await;
    let error = SqlxStorage::connect(&file.url()).await.unwrap_err().to_string();
    assert!(error.contains("social_auth_code lacks verified, timestamp"), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn sessions_kept_by_the_first_release_are_found_by_their_origin_too() {
    let file = File::missing();
    file.run(
        "CREATE TABLE social_auth_session (key_hash varchar(64) NOT NULL PRIMARY KEY, public_id varchar(64) NOT NULL, \
         user_id varchar(255) NULL, data text NOT NULL, created_at bigint NOT NULL, last_seen_at bigint NOT NULL, \
         expires_at bigint NOT NULL, user_agent varchar(255) NOT NULL, ip_address varchar(64) NOT NULL) WITHOUT ROWID; \
         INSERT INTO social_auth_session VALUES ('old', 'p', '1', '{}', 1, 1, 10000, '', '')",
    )
    .await;
    let starters: Vec<_> = (0..4)
        .map(|_| {
            let url = file.url();
            tokio::spawn(async move {
                let storage = SqlxStorage::connect(&url).await?;
                storage.migrate().await
            })
        })
        .collect();
    for starter in starters {
        starter.await.unwrap().unwrap();
    }
    let storage = SqlxStorage::connect(&file.url()).await.unwrap();
    let old = storage.session("old", 0).await.unwrap().unwrap();
    let origin = json!({"backend": "idp", "id": "s"});
    let updated = StoredSession { data: Fields([(SessionOrigin::KEY.to_owned(), origin)].into_iter().collect()), ..old };
    storage.update_session(&updated).await.unwrap();
    assert_eq!(storage.delete_sessions_from(&OriginKey::session("idp", "s"), 0).await.unwrap().len(), 1);
    let indexes = file.texts("SELECT name FROM sqlite_master WHERE type = 'index' AND name LIKE 'social_auth_session_origin%'").await;
    assert_eq!(indexes.len(), 2);
}
