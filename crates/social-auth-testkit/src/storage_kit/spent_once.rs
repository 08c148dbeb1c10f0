//! Checks of what may be spent only once, and of what expires.

use std::sync::Arc;

use serde_json::json;
use social_auth::Secret;
use social_auth::storage::{CLAIM_GRACE, Code, Expiring, NewPartial, OpenIdAssociation, RETENTION, StorageError};
use time::{Duration, OffsetDateTime};

use super::sessions::new_session;
use super::{Both, NOW, race};

/// GHSA-7w99-5wm4-3g79 and CVE-2020-15223: the same thing spent twice by callers in parallel.
pub(super) async fn of_parallel_claims_one_wins(storage: Arc<dyn Both>) {
    for key in ["state", "jti"] {
        let outcomes = race(|_| {
            let storage = Arc::clone(&storage);
            async move { storage.claim("kit", key, 2_000_000_000).await.unwrap() }
        })
        .await;
        assert_eq!(outcomes.iter().filter(|won| **won).count(), 1, "{key}");
    }
}

pub(super) async fn claims_of_other_names_do_not_meet(storage: Arc<dyn Both>) {
    let long = "k".repeat(10_000);
    for (namespace, key) in
        [("kit", "a"), ("Kit", "a"), ("kit", "A"), ("kit", "a "), ("kit", ""), ("kit", "é"), ("kit", "e\u{301}"), ("kit", &long)]
    {
        assert!(storage.claim(namespace, key, 2_000_000_000).await.unwrap(), "{namespace:?} {key:?}");
        assert!(!storage.claim(namespace, key, 2_000_000_000).await.unwrap(), "{namespace:?} {key:?} again");
    }
}

pub(super) async fn a_claim_is_kept_until_it_expires(storage: Arc<dyn Both>) {
    let expires_at = NOW.unix_timestamp();
    assert!(storage.claim("kit", "a", expires_at).await.unwrap());
    storage.clear_expired(expires_at - 1).await.unwrap();
    assert!(!storage.claim("kit", "a", expires_at).await.unwrap());
    let gone = storage.clear_expired(expires_at + CLAIM_GRACE.whole_seconds() + 1).await.unwrap();
    assert!(gone >= 1, "{gone}");
}

fn new_partial(token: &str, timestamp: OffsetDateTime) -> NewPartial {
    let data = json!({"args": [], "kwargs": {"名前": "🙂", "n": [1, 2.5, null]}});
    NewPartial { token: token.into(), backend: "kit".into(), next_step: 7, data: data.as_object().cloned().unwrap(), timestamp }
}

pub(super) async fn a_partial_is_read_back_as_made(storage: Arc<dyn Both>) {
    let new = new_partial("kit-0123456789abcdef0123456789ab", NOW);
    storage.create_partial(&new).await.unwrap();
    assert_eq!(storage.partial(&new.token).await.unwrap(), Some(new.clone()));
    assert_eq!(storage.partial(&new.token).await.unwrap(), Some(new.clone()), "reading does not take");
    assert_eq!(storage.partial("kit-0123456789ABCDEF0123456789ab").await.unwrap(), None);
    assert_eq!(storage.take_partial("").await.unwrap(), None);
    let again = storage.create_partial(&NewPartial { next_step: 0, ..new.clone() }).await;
    assert!(matches!(again, Err(StorageError::Conflict("token"))), "{again:?}");
    assert_eq!(storage.partial(&new.token).await.unwrap(), Some(new));
}

pub(super) async fn a_partial_is_taken_once(storage: Arc<dyn Both>) {
    let (new, other) = (new_partial("kit-a", NOW), new_partial("kit-b", NOW));
    storage.create_partial(&new).await.unwrap();
    storage.create_partial(&other).await.unwrap();
    let outcomes = race(|_| {
        let storage = Arc::clone(&storage);
        async move { storage.take_partial("kit-a").await.unwrap() }
    })
    .await;
    let taken: Vec<_> = outcomes.into_iter().flatten().collect();
    assert_eq!(taken, [new]);
    assert_eq!(storage.partial("kit-a").await.unwrap(), None);
    assert_eq!(storage.partial("kit-b").await.unwrap(), Some(other));
}

fn new_code(email: &str, code: &str, timestamp: OffsetDateTime) -> Code {
    Code { email: email.into(), code: code.into(), verified: false, timestamp }
}

/// CVE-2022-39263: an address is not proven by knowing the address.
pub(super) async fn wrong_token_right_email_fails(storage: Arc<dyn Both>) {
    let kept = new_code("kit@example.org", "0123456789abcdef", NOW);
    storage.create_code(&kept).await.unwrap();
    storage.create_code(&new_code("other@example.org", "fedcba9876543210", NOW)).await.unwrap();
    for (email, code) in [
        ("kit@example.org", "fedcba9876543210"),
        ("other@example.org", "0123456789abcdef"),
        ("kit@example.org", ""),
        ("kit@example.org", "0123456789ABCDEF"),
        ("Kit@example.org", "0123456789abcdef"),
        ("", "0123456789abcdef"),
        ("kit@example.org ", "0123456789abcdef"),
        ("%", "%"),
    ] {
        assert_eq!(storage.code(email, code).await.unwrap(), None, "{email} {code}");
        assert!(!storage.verify_code(email, code).await.unwrap(), "{email} {code}");
    }
    assert_eq!(storage.code("kit@example.org", "0123456789abcdef").await.unwrap(), Some(kept));
}

pub(super) async fn a_code_is_verified_once(storage: Arc<dyn Both>) {
    let kept = new_code("kit@example.org", "0123456789abcdef", NOW);
    storage.create_code(&kept).await.unwrap();
    let outcomes = race(|_| {
        let storage = Arc::clone(&storage);
        async move { storage.verify_code("kit@example.org", "0123456789abcdef").await.unwrap() }
    })
    .await;
    assert_eq!(outcomes.iter().filter(|won| **won).count(), 1);
    let used = Code { verified: true, ..kept.clone() };
    assert_eq!(storage.code(&kept.email, &kept.code).await.unwrap(), Some(used.clone()));
    let again = storage.create_code(&kept).await;
    assert!(matches!(again, Err(StorageError::Conflict("code"))), "{again:?}");
    assert_eq!(storage.code(&kept.email, &kept.code).await.unwrap(), Some(used), "a used code is not made fresh");
}

fn openid(handle: &str, issued: i64, secret: &str) -> OpenIdAssociation {
    OpenIdAssociation {
        server_url: "https://kit.example/openid".into(),
        handle: handle.into(),
        secret: Secret::new(secret),
        issued,
        lifetime: 1000,
        assoc_type: "HMAC-SHA256".into(),
    }
}

pub(super) async fn openid_associations_come_newest_first(storage: Arc<dyn Both>) {
    for association in [openid("a", 100, "b25l"), openid("b", 300, "dHdv"), openid("c", 200, "dGhyZWU="), openid("a", 250, "Zm91cg==")] {
        storage.store_openid_association(&association).await.unwrap();
    }
    let url = "https://kit.example/openid";
    let list = async |handle: Option<&str>| -> Vec<(String, String)> {
        let found = storage.openid_associations(url, handle).await.unwrap();
        found.into_iter().map(|found| (found.handle, found.secret.expose().to_owned())).collect()
    };
    let pair = |handle: &str, secret: &str| (handle.to_owned(), secret.to_owned());
    assert_eq!(list(None).await, [pair("b", "dHdv"), pair("a", "Zm91cg=="), pair("c", "dGhyZWU=")]);
    assert_eq!(list(Some("a")).await, [pair("a", "Zm91cg==")]);
    assert!(list(Some("A")).await.is_empty());
    assert!(storage.openid_associations("https://kit.example/OpenID", None).await.unwrap().is_empty());
    storage.remove_openid_association(url, "a").await.unwrap();
    storage.remove_openid_association(url, "a").await.unwrap();
    assert_eq!(list(None).await, [pair("b", "dHdv"), pair("c", "dGhyZWU=")]);
}

pub(super) async fn what_expired_is_cleared_and_the_rest_stays(storage: Arc<dyn Both>) {
    let now = NOW.unix_timestamp();
    storage.clear_expired(now).await.unwrap();
    let old = NOW - RETENTION - Duration::HOUR;
    storage.create_partial(&new_partial("kit-old", old)).await.unwrap();
    storage.create_partial(&new_partial("kit-new", NOW)).await.unwrap();
    storage.create_code(&new_code("kit-old@example.org", "1", old)).await.unwrap();
    storage.create_code(&Code { verified: true, ..new_code("kit-used@example.org", "1", old) }).await.unwrap();
    storage.create_code(&new_code("kit-new@example.org", "1", NOW)).await.unwrap();
    storage.store_openid_association(&openid("old", now - 1000, "b25l")).await.unwrap();
    storage.store_openid_association(&openid("new", now - 999, "b25l")).await.unwrap();
    storage.create_session(&new_session("kit-old", None, now)).await.unwrap();
    storage.create_session(&new_session("kit-new", None, now + 1)).await.unwrap();
    assert!(storage.claim("kit", "old", now - CLAIM_GRACE.whole_seconds() - 1).await.unwrap());
    assert!(storage.claim("kit", "new", now - CLAIM_GRACE.whole_seconds() + 1).await.unwrap());

    assert_eq!(storage.clear_expired(now).await.unwrap(), 5);
    assert_eq!(storage.clear_expired(now).await.unwrap(), 0);

    assert_eq!(storage.partial("kit-old").await.unwrap(), None);
    assert!(storage.partial("kit-new").await.unwrap().is_some());
    assert_eq!(storage.code("kit-old@example.org", "1").await.unwrap(), None);
    assert!(storage.code("kit-used@example.org", "1").await.unwrap().is_some(), "the proof of an address stays");
    assert!(storage.code("kit-new@example.org", "1").await.unwrap().is_some());
    let left = storage.openid_associations("https://kit.example/openid", None).await.unwrap();
    assert_eq!(left.iter().map(|left| left.handle.as_str()).collect::<Vec<_>>(), ["new"]);
    assert!(storage.session("kit-new", 0).await.unwrap().is_some());
    assert!(storage.session("kit-old", 0).await.unwrap().is_none());
    assert!(!storage.claim("kit", "new", now - CLAIM_GRACE.whole_seconds() + 1).await.unwrap());
}

pub(super) async fn one_kind_is_cleared_and_the_others_stay(storage: Arc<dyn Both>) {
    let old = NOW - Duration::DAY;
    storage.create_partial(&new_partial("kit-day", old)).await.unwrap();
    storage.create_code(&new_code("kit-day@example.org", "1", old)).await.unwrap();
    storage.create_session(&new_session("kit-day", None, old.unix_timestamp())).await.unwrap();
    let there = async || {
        let code = storage.code("kit-day@example.org", "1").await.unwrap().is_some();
        (storage.partial("kit-day").await.unwrap().is_some(), code, storage.session("kit-day", 0).await.unwrap().is_some())
    };
    storage.clear(Expiring::Partials, old.unix_timestamp()).await.unwrap();
    assert_eq!(there().await, (true, true, true), "what was made at that time stays");
    let (later, mut gone) = (old.unix_timestamp() + 1, Vec::new());
    for kind in [Expiring::Partials, Expiring::Codes, Expiring::Sessions] {
        assert!(storage.clear(kind, later).await.unwrap() >= 1, "{kind:?}");
        gone.push(there().await);
    }
    assert_eq!(gone, [(false, true, true), (false, false, true), (false, false, false)]);
}
