//! One database, two programs: rows as Django writes them are read, and rows that we write are such
//! as Django reads.

use serde_json::json;
use social_auth::identity::Fields;
use social_auth::storage::{
    Code, Leftover, MergeUsers, NewAssociation, NewPartial, NewUser, SocialStorage, StorageError, UserId, UserStorage,
};
use social_auth_sqlx::SqlxStorage;
use time::OffsetDateTime;
use time::macros::datetime;

use crate::file::File;

/// Two users with associations as Django 5.2 on SQLite stores them: a time without fraction when that is
/// zero, booleans as 0 and 1, absent names as empty text.
const ROWS: &str = r#"
INSERT INTO auth_user VALUES (41, 'pbkdf2_sha256$1000000$abc$def=', '2026-01-31 12:00:01.000042', 1, 'ada', 'Lovelace', 'Ada@Example.org', 1, 1, '2025-12-01 00:00:00', 'Ada');
INSERT INTO auth_user VALUES (42, '!Zz0123456789012345678901234567890123456789', NULL, 0, 'bob', '', '', 0, 0, '2025-12-01 10:20:30.123456', '');
INSERT INTO social_auth_code (email, code, verified, timestamp) VALUES ('bob@example.org', '0123456789abcdef0123456789abcdef', 0, '2026-01-31 12:00:01.5');
INSERT INTO social_auth_partial (token, next_step, backend, timestamp, data) VALUES ('tok', 3, 'github', '2026-01-31 12:00:01', '{"args": [], "kwargs": {"uid": "1", "name": "Zo\u00eb"}}');
INSERT INTO social_auth_nonce (server_url, timestamp, salt) VALUES ('https://op.example/', 1700000000, 'abc');
INSERT INTO social_auth_association (server_url, handle, secret, issued, lifetime, assoc_type) VALUES ('https://op.example/', 'h', 'c2VjcmV0', 1700000000, 1209600, 'HMAC-SHA1');
"#;
const ASSOCIATIONS_5: &str = r#"
INSERT INTO social_auth_usersocialauth (id, provider, uid, user_id, created, modified, extra_data) VALUES
(7, 'github', '583231', 41, '2025-12-01 00:00:00', '2026-01-31 12:00:00', '{"auth_time": 1769860800, "id": 583231, "expires": null, "login": "ada", "access_token": "gho_x", "name": "Zo\u00eb"}'),
(8, 'email', 'bob@example.org', 42, '2025-12-01 10:20:30.123456', '2025-12-01 10:20:30.123456', '{}'),
(9, 'twitter', '9', 42, '2025-12-01 10:20:30.123456', '2025-12-01 10:20:30.12', '"{\"access_token\": {\"oauth_token\": \"x\"}}"');
"#;

async fn shared(generation: u8) -> (File, SqlxStorage) {
    let file = File::made_by_django(generation).await;
    file.run(ROWS).await;
    let associations = if generation == 8 {
        ASSOCIATIONS_5.replace("extra_data)", "extra_data, id_key)").replace("'),", "', 'id'),").replace("');", "', 'id');")
    } else {
        ASSOCIATIONS_5.to_owned()
    };
    file.run(&associations).await;
    let storage = SqlxStorage::connect(&file.url()).await.unwrap();
    storage.migrate().await.unwrap();
    (file, storage)
}

#[tokio::test]
async fn users_of_django_are_read() {
    for generation in [5, 6, 8] {
        let (_file, storage) = shared(generation).await;
        let ada = storage.user(&UserId::new(41)).await.unwrap().unwrap();
        assert_eq!((ada.username.as_str(), ada.email.as_deref()), ("ada", Some("Ada@Example.org")));
        assert_eq!((ada.first_name.as_deref(), ada.last_name.as_deref(), ada.is_active), (Some("Ada"), Some("Lovelace"), true));
        assert_eq!(ada.date_joined, Some(datetime!(2025-12-01 00:00:00 UTC)));
        assert_eq!(ada.last_login, Some(datetime!(2026-01-31 12:00:01.000_042 UTC)));
        assert!(ada.attributes.is_empty(), "is_superuser is nobody's to set from a profile");
        let bob = storage.user(&UserId::new(42)).await.unwrap().unwrap();
        assert_eq!((bob.email, bob.first_name, bob.last_name, bob.is_active, bob.last_login), (None, None, None, false, None));
        assert!(storage.has_usable_password(&ada.id).await.unwrap());
        assert!(!storage.has_usable_password(&bob.id).await.unwrap());
        assert_eq!(storage.users_by_email("ada@example.org").await.unwrap(), [ada]);
    }
}

#[tokio::test]
async fn associations_of_django_are_read_and_changed() {
    for generation in [5, 6, 8] {
        let (file, storage) = shared(generation).await;
        let github = storage.association("github", "583231").await.unwrap().unwrap();
        assert_eq!((github.id, github.user_id.as_str(), github.created), (7, "41", datetime!(2025-12-01 00:00 UTC)));
        assert_eq!(github.extra_data.text("name"), Some("Zoë"));
        assert_eq!(github.extra_data.get("id"), Some(&json!(583_231)));
        assert_eq!(github.id_key, if generation == 8 { "id" } else { "" });
        let of_bob = storage.associations_of(&UserId::new(42)).await.unwrap();
        assert_eq!(of_bob.iter().map(|association| association.id).collect::<Vec<_>>(), [8, 9]);

        // Compare-and-swap meets every way in which a time was written.
        let now = datetime!(2026-02-01 00:00 UTC);
        for seen in of_bob.iter().chain([&github]) {
            let data = Fields(json!({"n": seen.id}).as_object().cloned().unwrap());
            assert!(storage.update_extra_data(seen.id, &data, now, Some(seen.modified)).await.unwrap(), "{}", seen.id);
            assert!(!storage.update_extra_data(seen.id, &data, now, Some(seen.modified)).await.unwrap(), "{}", seen.id);
        }
        let written = file.texts("SELECT modified || ' ' || extra_data FROM social_auth_usersocialauth WHERE id = 7").await;
        assert_eq!(written, [r#"2026-02-01 00:00:00 {"n":7}"#]);
    }
}

#[tokio::test]
async fn one_time_rows_of_django_are_read_and_spent() {
    let (_file, storage) = shared(6).await;
    let code = storage.code("bob@example.org", "0123456789abcdef0123456789abcdef").await.unwrap().unwrap();
    assert_eq!((code.verified, code.timestamp), (false, datetime!(2026-01-31 12:00:01.5 UTC)));
    assert!(storage.verify_code(&code.email, &code.code).await.unwrap());
    let partial = storage.take_partial("tok").await.unwrap().unwrap();
    assert_eq!((partial.next_step, partial.backend.as_str()), (3, "github"));
    assert_eq!(partial.data.get("kwargs"), Some(&json!({"uid": "1", "name": "Zoë"})));
    let openid = storage.openid_associations("https://op.example/", Some("h")).await.unwrap();
    assert_eq!(openid.first().map(|found| found.lifetime), Some(1_209_600));
    assert_eq!(storage.clear_expired(1_700_000_000 + 3600).await.unwrap(), 0, "a nonce of Django's is dated by its issue");
}

#[tokio::test]
async fn rows_are_written_as_django_writes_them() {
    for generation in [5, 6, 8] {
        let (file, storage) = shared(generation).await;
        let user = NewUser { username: "eve".into(), email: Some("eve@example.org".into()), ..NewUser::default() };
        let association = NewAssociation {
            provider: "google-oauth2".into(),
            uid: "108".into(),
            id_key: "sub".into(),
            user_id: UserId::new(0),
            extra_data: Fields::default(),
            created: datetime!(2026-02-01 01:02:03.000_04 UTC),
        };
        let (eve, _) = storage.create_user_with_association(&storage, &user, &association).await.unwrap();
        assert_eq!(eve.id.as_str(), "43", "the next of Django's own sequence");
        storage.record_login(&eve.id, datetime!(2026-02-01 01:02:04 +01:00)).await.unwrap();
        let row = file
            .texts(
                "SELECT substr(password, 1, 1) || length(password) || '|' || last_login || '|' || is_superuser || is_staff || is_active || '|' \
                 || email || '|' || first_name || last_name || '|' || length(date_joined) || typeof(is_active) || typeof(id) \
                 FROM auth_user WHERE username = 'eve'",
            )
            .await;
        assert_eq!(row, ["!41|2026-02-01 00:02:04|001|eve@example.org||26integerinteger"]);
        let row = file
            .texts(
                "SELECT provider || '|' || uid || '|' || user_id || '|' || created || '|' || modified || '|' || extra_data || typeof(user_id) \
                 FROM social_auth_usersocialauth WHERE user_id = 43",
            )
            .await;
        assert_eq!(row, ["google-oauth2|108|43|2026-02-01 01:02:03.000040|2026-02-01 01:02:03.000040|{}integer"]);
        if generation == 8 {
            assert_eq!(file.texts("SELECT id_key FROM social_auth_usersocialauth WHERE uid = '108'").await, ["sub"]);
        }
    }
}

#[tokio::test]
async fn codes_and_partials_are_written_as_django_writes_them() {
    let (file, storage) = shared(8).await;
    let timestamp = datetime!(2026-02-01 01:02:03 UTC);
    storage.create_code(&Code { email: "eve@example.org".into(), code: "c".into(), verified: false, timestamp }).await.unwrap();
    let data = json!({"name": "Zoë"}).as_object().cloned().unwrap();
    storage.create_partial(&NewPartial { token: "t".into(), backend: "github".into(), next_step: 2, data, timestamp }).await.unwrap();
    assert!(storage.claim("state", "s3cr3t", 1_800_000_000).await.unwrap());
    let code = "SELECT email || '|' || verified || typeof(verified) || '|' || timestamp FROM social_auth_code WHERE code = 'c'";
    assert_eq!(file.texts(code).await, ["eve@example.org|0integer|2026-02-01 01:02:03"]);
    let partial = "SELECT backend || '|' || next_step || '|' || timestamp || '|' || data FROM social_auth_partial WHERE token = 't'";
    assert_eq!(file.texts(partial).await, [r#"github|2|2026-02-01 01:02:03|{"name":"Zoë"}"#]);
    let nonce = "SELECT server_url || '|' || timestamp || '|' || salt FROM social_auth_nonce WHERE server_url = 'state'";
    let row = file.texts(nonce).await;
    assert_eq!(row, [format!("state|1800000000|{}", social_auth::seal::sha256_base64url("s3cr3t"))]);
}

#[tokio::test]
async fn django_may_write_at_the_same_time() {
    let (file, storage) = shared(8).await;
    let mut django = file.connection().await;
    sqlx::query("BEGIN IMMEDIATE").execute(&mut django).await.unwrap();
    let waiting = tokio::spawn({
        let storage = storage.clone();
        async move { storage.record_login(&UserId::new(41), OffsetDateTime::UNIX_EPOCH).await }
    });
    assert!(storage.user(&UserId::new(41)).await.unwrap().is_some(), "reading does not wait");
    tokio::time::sleep(std::time::Duration::from_millis(300)).await;
    assert!(!waiting.is_finished());
    sqlx::query("COMMIT").execute(&mut django).await.unwrap();
    waiting.await.unwrap().unwrap();
}

/// What another application keeps for its users: as Django declares it, as others do, and what goes along.
const BLOG: &str = r#"
CREATE TABLE blog_post (id integer PRIMARY KEY, author_id integer NOT NULL REFERENCES auth_user (id) DEFERRABLE INITIALLY DEFERRED);
CREATE TABLE shop_order (id integer PRIMARY KEY, customer_id integer NOT NULL REFERENCES auth_user (id));
CREATE TABLE chat_line (id integer PRIMARY KEY, writer_id integer NOT NULL REFERENCES auth_user (id) ON DELETE CASCADE);
CREATE TABLE wiki_page (id integer PRIMARY KEY, editor_id integer NULL REFERENCES auth_user (id) ON DELETE SET NULL);
UPDATE auth_user SET is_active = 1;
"#;

const STATE: &str = "SELECT 'user ' || id || ' ' || is_active FROM auth_user UNION ALL \
                     SELECT 'association ' || uid || ' ' || user_id || ' ' || modified FROM social_auth_usersocialauth UNION ALL \
                     SELECT 'post ' || author_id FROM blog_post UNION ALL SELECT 'order ' || customer_id FROM shop_order UNION ALL \
                     SELECT 'line ' || writer_id FROM chat_line UNION ALL SELECT 'page ' || COALESCE(editor_id, 'nobody') FROM wiki_page UNION ALL \
                     SELECT 'merge ' || from_user FROM social_auth_merge ORDER BY 1";

fn bob_into_ada(leftover: Leftover) -> MergeUsers {
    MergeUsers::new(UserId::new(41), UserId::new(42), leftover, datetime!(2026-03-01 10:00:00 UTC))
}

// A reference that nobody told us of must not be left dangling, and must not take rows along.
#[tokio::test]
async fn a_user_that_rows_of_others_refer_to_is_not_deleted_and_nothing_is_half_done() {
    for (row, table) in [
        ("INSERT INTO blog_post VALUES (1, 42)", "rows of blog_post refer to the user"),
        ("INSERT INTO shop_order VALUES (1, 42)", "rows of shop_order refer to the user"),
        ("INSERT INTO chat_line VALUES (1, 42)", "along with the user"),
        ("INSERT INTO wiki_page VALUES (1, 42)", "along with the user"),
    ] {
        let (file, storage) = shared(8).await;
        file.run(BLOG).await;
        file.run(row).await;
        let before = file.texts(STATE).await;
        for order in [bob_into_ada(Leftover::Delete).tried(), bob_into_ada(Leftover::Delete)] {
            let outcome = storage.merge_users(&storage, &order).await;
            let Err(StorageError::MergeRefused(why)) = outcome else { panic!("{row}: {outcome:?}") };
            assert!(why.contains(table) && why.contains("switched off instead of deleted"), "{why}");
            assert_eq!(file.texts(STATE).await, before, "{row}");
        }
        storage.merge_users(&storage, &bob_into_ada(Leftover::Deactivate)).await.unwrap();
        let after = file.texts(STATE).await;
        assert!(after.contains(&"user 42 0".to_owned()) && after.contains(&"merge 42".to_owned()), "{after:?}");
        let own =
            |rows: &[String]| rows.iter().filter(|row| row.ends_with(" 42") && !row.starts_with("merge")).cloned().collect::<Vec<_>>();
        assert_eq!(own(&after), own(&before), "rows of the application stay where they are");
    }
}

#[tokio::test]
async fn rows_of_the_application_go_over_in_the_same_transaction() {
    let (file, storage) = shared(8).await;
    file.run(BLOG).await;
    file.run("INSERT INTO blog_post VALUES (1, 42), (2, 42), (3, 41); INSERT INTO shop_order VALUES (1, 42)").await;
    let storage = storage
        .merging("posts", "UPDATE blog_post SET author_id = $1 WHERE author_id = $2")
        .merging("orders", "UPDATE shop_order SET customer_id = $1 WHERE customer_id = $2");
    let counts = vec![("posts".to_owned(), 2), ("orders".to_owned(), 1)];
    let before = file.texts(STATE).await;
    let tried = storage.merge_users(&storage, &bob_into_ada(Leftover::Delete).tried()).await.unwrap();
    assert_eq!((tried.own_rows, file.texts(STATE).await), (counts.clone(), before.clone()));

    // Whatever fails in the middle takes all of it back.
    let failing = storage.clone().merging("nothing", "UPDATE no_such_table SET owner = $1 WHERE owner = $2");
    assert!(failing.merge_users(&failing, &bob_into_ada(Leftover::Delete)).await.is_err());
    assert_eq!(file.texts(STATE).await, before);

    let done = storage.merge_users(&storage, &bob_into_ada(Leftover::Delete)).await.unwrap();
    assert_eq!(done.own_rows, counts);
    let after = file.texts(STATE).await;
    assert!(!after.iter().any(|row| row.starts_with("user 42") || row.ends_with(" 42") && !row.starts_with("merge")), "{after:?}");
    assert_eq!(after.iter().filter(|row| *row == "post 41").count(), 3);
    assert!(file.texts("SELECT \"table\" FROM pragma_foreign_key_check").await.is_empty());
}
