//! Checks of sessions.

use std::sync::Arc;

use serde_json::json;
use social_auth::storage::{NewSession, OriginKey, SessionOrigin, StorageError, StoredSession, UserId};

use super::{Both, fields};

pub(super) fn new_session(key_hash: &str, user: Option<&str>, expires_at: i64) -> NewSession {
    StoredSession {
        key_hash: key_hash.into(),
        public_id: format!("{key_hash}-public"),
        user_id: user.map(UserId::new),
        data: fields(json!({"next": "/ä 🙂", "n": {"x": [1]}})),
        created_at: 1_000,
        last_seen_at: 2_000,
        expires_at,
        user_agent: "Kit/1.0 (ä; \"x\")".into(),
        ip_address: "2001:db8::1".into(),
    }
}

pub(super) async fn a_session_is_read_back_as_made(storage: Arc<dyn Both>) {
    let anonymous = new_session("kit-a", None, 10_000);
    let signed_in = new_session("kit-b", Some("1"), 10_000);
    storage.create_session(&anonymous).await.unwrap();
    storage.create_session(&signed_in).await.unwrap();
    assert_eq!(storage.session("kit-a", 0).await.unwrap(), Some(anonymous));
    assert_eq!(storage.session("kit-b", 0).await.unwrap(), Some(signed_in));
    for other in ["kit-A", "kit-a ", "", "kit-%", "kit-a-public"] {
        assert_eq!(storage.session(other, 0).await.unwrap(), None, "{other:?}");
    }
}

/// tower-sessions 0.12.1: an id that exists is somebody's.
pub(super) async fn create_on_existing_id_fails(storage: Arc<dyn Both>) {
    let first = new_session("kit-a", Some("1"), 10_000);
    storage.create_session(&first).await.unwrap();
    let second = StoredSession { public_id: "kit-other".into(), ..new_session("kit-a", Some("2"), 10_000) };
    let adopted = storage.create_session(&second).await;
    assert!(matches!(adopted, Err(StorageError::Conflict(_))), "{adopted:?}");
    assert_eq!(storage.session("kit-a", 0).await.unwrap(), Some(first));
    let expired = new_session("kit-c", None, 10);
    storage.create_session(&expired).await.unwrap();
    let adopted = storage.create_session(&StoredSession { expires_at: 10_000, ..expired }).await;
    assert!(matches!(adopted, Err(StorageError::Conflict(_))), "an expired one is no exception: {adopted:?}");
}

pub(super) async fn a_revoked_session_is_not_made_again(storage: Arc<dyn Both>) {
    let session = new_session("kit-a", Some("1"), 10_000);
    storage.create_session(&session).await.unwrap();
    assert!(storage.delete_session("kit-a").await.unwrap());
    assert!(!storage.delete_session("kit-a").await.unwrap());
    let revived = storage.update_session(&session).await;
    assert!(matches!(revived, Err(StorageError::NotFound("session"))), "{revived:?}");
    assert_eq!(storage.session("kit-a", 0).await.unwrap(), None);
}

pub(super) async fn an_update_keeps_the_identity_of_a_session(storage: Arc<dyn Both>) {
    let (session, bystander) = (new_session("kit-a", None, 10_000), new_session("kit-b", None, 10_000));
    storage.create_session(&session).await.unwrap();
    storage.create_session(&bystander).await.unwrap();
    let update = StoredSession {
        user_id: Some(UserId::new(7)),
        data: fields(json!({})),
        last_seen_at: 3_000,
        expires_at: 20_000,
        user_agent: String::new(),
        ip_address: "192.0.2.1".into(),
        public_id: "kit-elsewhere".into(),
        created_at: 9,
        ..session.clone()
    };
    storage.update_session(&update).await.unwrap();
    let expected = StoredSession { public_id: session.public_id, created_at: session.created_at, ..update };
    assert_eq!(storage.session("kit-a", 0).await.unwrap(), Some(expected));
    assert_eq!(storage.session("kit-b", 0).await.unwrap(), Some(bystander));
}

pub(super) async fn an_expired_session_is_not_found(storage: Arc<dyn Both>) {
    storage.create_session(&new_session("kit-a", Some("1"), 10_000)).await.unwrap();
    assert!(storage.session("kit-a", 9_999).await.unwrap().is_some());
    assert_eq!(storage.session("kit-a", 10_000).await.unwrap(), None);
    assert!(storage.sessions_of(&UserId::new(1), 10_000).await.unwrap().is_empty());
}

pub(super) async fn sessions_of_a_user_are_listed_and_revoked(storage: Arc<dyn Both>) {
    let (ada, bob) = (UserId::new("kit-1"), UserId::new("kit-10"));
    for (key_hash, user, last_seen_at) in [
        ("kit-a", Some("kit-1"), 10),
        ("kit-b", Some("kit-1"), 30),
        ("kit-c", Some("kit-1"), 20),
        ("kit-d", Some("kit-10"), 40),
        ("kit-e", None, 50),
    ] {
        storage.create_session(&StoredSession { last_seen_at, ..new_session(key_hash, user, 10_000) }).await.unwrap();
    }
    let keys = async |user: &UserId| -> Vec<String> {
        storage.sessions_of(user, 0).await.unwrap().into_iter().map(|session| session.key_hash).collect()
    };
    assert_eq!(keys(&ada).await, ["kit-b", "kit-c", "kit-a"]);
    assert_eq!(storage.delete_sessions_of(&ada, Some("kit-c")).await.unwrap(), 2);
    assert_eq!(keys(&ada).await, ["kit-c"]);
    assert_eq!(storage.delete_sessions_of(&ada, None).await.unwrap(), 1);
    assert!(keys(&ada).await.is_empty());
    assert_eq!(keys(&bob).await, ["kit-d"]);
    assert!(storage.session("kit-e", 0).await.unwrap().is_some());
}

pub(super) async fn sessions_end_with_the_session_or_the_person_at_a_provider(storage: Arc<dyn Both>) {
    for (key_hash, backend, id, subject, expires_at) in [
        ("kit-a", "kit-idp", Some("s1"), Some("ada"), 10_000),
        ("kit-b", "kit-idp", Some("s1"), Some("ada"), 10_000),
        ("kit-c", "kit-idp", Some("s2"), Some("ada"), 10_000),
        ("kit-d", "kit-idp", Some("S1"), Some("Ada"), 10_000),
        ("kit-e", "kit-other", Some("s1"), Some("ada"), 10_000),
        ("kit-f", "kit-idp", None, Some("s1"), 10_000),
        ("kit-g", "kit-idp", Some("s1"), None, 5),
    ] {
        let origin = json!({SessionOrigin::KEY: {"backend": backend, "id": id, "subject": subject}});
        storage.create_session(&StoredSession { data: fields(origin), ..new_session(key_hash, Some("1"), expires_at) }).await.unwrap();
    }
    storage.create_session(&new_session("kit-h", Some("1"), 10_000)).await.unwrap();
    // What a session began with can be told later, too.
    let origin = json!({SessionOrigin::KEY: {"backend": "kit-idp", "id": "s1"}});
    storage.create_session(&new_session("kit-i", Some("1"), 10_000)).await.unwrap();
    storage.update_session(&StoredSession { data: fields(origin), ..new_session("kit-i", Some("1"), 10_000) }).await.unwrap();
    let ended = async |key: OriginKey| -> Vec<String> {
        let mut ended: Vec<_> =
            storage.delete_sessions_from(&key, 100).await.unwrap().into_iter().map(|session| session.key_hash).collect();
        ended.sort();
        ended
    };
    let unknown = ["", "s", "s1 ", "%", "s1\0"];
    for id in unknown {
        assert!(ended(OriginKey::session("kit-idp", id)).await.is_empty(), "{id:?}");
    }
    assert_eq!(ended(OriginKey::session("kit-idp", "s1")).await, ["kit-a", "kit-b", "kit-i"]);
    assert!(ended(OriginKey::session("kit-idp", "s1")).await.is_empty(), "they are gone");
    assert_eq!(ended(OriginKey::subject("kit-idp", "ada")).await, ["kit-c"]);
    for stays in ["kit-d", "kit-e", "kit-f", "kit-h"] {
        assert!(storage.session(stays, 100).await.unwrap().is_some(), "{stays}");
    }
}

pub(super) async fn the_storage_answers_a_ping(storage: Arc<dyn Both>) {
    storage.ping().await.unwrap();
}
