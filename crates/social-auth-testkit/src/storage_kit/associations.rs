//! Checks of associations.

use std::sync::Arc;

use serde_json::json;
use social_auth::storage::{Association, NewAssociation, StorageError};
use time::Duration;

use super::{Both, NOW, fields, make_user, new_association, race};

pub(super) async fn an_association_is_read_back_as_made(storage: Arc<dyn Both>) {
    let user = make_user(&storage, "kit-ada").await;
    let extra_data = fields(json!({
        "access_token": "t0k\"en\\", "expires": 3600, "big": i64::MAX, "negative": -1.5, "none": null, "yes": true,
        "nested": {"名前": ["ä", "🙂", {"deep": []}]}, "": "", "line": "a\nb\u{7f}",
    }));
    let new = NewAssociation { extra_data: extra_data.clone(), ..new_association(&user.id, "kit", "Ünï-🙂") };
    let made = storage.create_association(&new).await.unwrap();
    assert_eq!((made.provider.as_str(), made.uid.as_str(), &made.user_id), ("kit", "Ünï-🙂", &user.id));
    assert_eq!((&made.extra_data, made.created, made.modified), (&extra_data, NOW, NOW));
    // Tables of before social-app-django 8 have no such column.
    assert!(made.id_key == "sub" || made.id_key.is_empty(), "{}", made.id_key);
    assert_eq!(storage.association("kit", "Ünï-🙂").await.unwrap(), Some(made.clone()));
    assert_eq!(storage.association_by_id(made.id).await.unwrap(), Some(made.clone()));
    assert_eq!(storage.association_by_id(made.id + 1).await.unwrap(), None);
}

/// CVE-2024-32879, and more of its kind.
pub(super) async fn uid_lookup_is_byte_exact(storage: Arc<dyn Both>) {
    let uids = [
        "Abc",
        "abc",
        "ABC",
        "Abc ",
        " Abc",
        "Abc\u{200b}",
        "Abc\u{a0}",
        "é",
        "e\u{301}",
        "É",
        "straße",
        "strasse",
        "STRASSE",
        "ﬁ",
        "fi",
        "Ａbc",
        "i",
        "İ",
        "ı",
        "I",
        "K",
        "\u{212a}",
        "%",
        "_",
        "A%",
        "A__",
        "*",
        "0",
        "00",
        "0.0",
        "1e1",
        "10",
        "-0",
        "null",
        "'",
        "''",
        "\\",
        "\\\\",
    ];
    let mut made: Vec<Association> = Vec::new();
    for (number, uid) in uids.iter().enumerate() {
        assert_eq!(storage.association("kit", uid).await.unwrap(), None, "{uid:?} is none of those before it");
        let user = make_user(&storage, &format!("kit-{number}")).await;
        made.push(storage.create_association(&new_association(&user.id, "kit", uid)).await.unwrap());
    }
    for (uid, expected) in uids.iter().zip(made) {
        assert_eq!(storage.association("kit", uid).await.unwrap(), Some(expected), "{uid:?}");
        for provider in ["KIT", "kit ", "kít", "k%"] {
            assert_eq!(storage.association(provider, uid).await.unwrap(), None, "{provider:?}");
        }
    }
}

pub(super) async fn a_uid_with_nul_is_refused_or_exact(storage: Arc<dyn Both>) {
    let user = make_user(&storage, "kit-ada").await;
    let short = storage.create_association(&new_association(&user.id, "kit", "a")).await.unwrap();
    match storage.create_association(&new_association(&user.id, "kit", "a\0b")).await {
        Ok(made) => assert_eq!(storage.association("kit", "a\0b").await.unwrap(), Some(made)),
        Err(error) => {
            assert!(matches!(error, StorageError::Invalid { .. }), "{error:?}");
            assert_eq!(storage.association("kit", "a\0b").await.unwrap(), None);
        }
    }
    assert_eq!(storage.association("kit", "a\0").await.unwrap(), None);
    assert_eq!(storage.association("kit", "a").await.unwrap(), Some(short));
}

pub(super) async fn a_value_that_is_too_long_is_refused_or_kept_whole(storage: Arc<dyn Both>) {
    let user = make_user(&storage, "kit-ada").await;
    let fits = "é".repeat(255);
    let made = storage.create_association(&new_association(&user.id, "kit", &fits)).await.unwrap();
    assert_eq!(made.uid, fits);
    for (provider, uid) in [("kit".to_owned(), "é".repeat(256)), ("k".repeat(33), "1".to_owned())] {
        match storage.create_association(&new_association(&user.id, &provider, &uid)).await {
            Ok(made) => assert_eq!(storage.association(&provider, &uid).await.unwrap(), Some(made)),
            Err(error) => assert!(matches!(error, StorageError::TooLong { .. }), "{error:?}"),
        }
    }
    assert_eq!(storage.association(&"k".repeat(32), "1").await.unwrap(), None, "nothing was cut off");
    assert_eq!(storage.association("kit", &fits).await.unwrap(), Some(made));
}

pub(super) async fn an_empty_uid_is_refused(storage: Arc<dyn Both>) {
    let user = make_user(&storage, "kit-ada").await;
    let refused = storage.create_association(&new_association(&user.id, "kit", "")).await;
    assert!(matches!(refused, Err(StorageError::Invalid { .. })), "{refused:?}");
    let made = storage.create_association(&new_association(&user.id, "kit", "1")).await.unwrap();
    let refused = storage.update_uid(made.id, "", "sub").await;
    assert!(matches!(refused, Err(StorageError::Invalid { .. })), "{refused:?}");
    assert_eq!(storage.association("kit", "").await.unwrap(), None);
}

pub(super) async fn a_uid_is_connected_once_for_each_provider(storage: Arc<dyn Both>) {
    let (ada, bob) = (make_user(&storage, "kit-ada").await, make_user(&storage, "kit-bob").await);
    let first = storage.create_association(&new_association(&ada.id, "kit", "1")).await.unwrap();
    let other_provider = storage.create_association(&new_association(&bob.id, "kit-admin", "1")).await.unwrap();
    for user in [&ada, &bob] {
        let taken = storage.create_association(&new_association(&user.id, "kit", "1")).await;
        assert!(matches!(taken, Err(StorageError::Conflict("uid"))), "{taken:?}");
    }
    assert_eq!(storage.association("kit", "1").await.unwrap(), Some(first));
    assert_eq!(storage.association("kit-admin", "1").await.unwrap(), Some(other_provider));
}

pub(super) async fn associations_of_a_user_come_oldest_first(storage: Arc<dyn Both>) {
    let (ada, bob) = (make_user(&storage, "kit-ada").await, make_user(&storage, "kit-bob").await);
    let mut expected = Vec::new();
    for uid in ["3", "1", "2"] {
        expected.push(storage.create_association(&new_association(&ada.id, "kit", uid)).await.unwrap());
    }
    storage.create_association(&new_association(&bob.id, "kit", "4")).await.unwrap();
    assert_eq!(storage.associations_of(&ada.id).await.unwrap(), expected);
}

pub(super) async fn all_associations_are_gone_through_once(storage: Arc<dyn Both>) {
    let (ada, bob) = (make_user(&storage, "kit-ada").await, make_user(&storage, "kit-bob").await);
    let mut made = Vec::new();
    for (user, uid) in [(&ada, "3"), (&bob, "1"), (&ada, "2"), (&bob, "5"), (&ada, "4")] {
        made.push(storage.create_association(&new_association(&user.id, "kit", uid)).await.unwrap());
    }
    let before = made.iter().map(|association| association.id).min().unwrap() - 1;
    for limit in [1, 2, 5, 100] {
        let (mut after, mut seen) = (before, Vec::new());
        loop {
            let page = storage.associations_after(after, limit).await.unwrap();
            assert!(page.len() <= usize::try_from(limit).unwrap());
            let Some(last) = page.last() else { break };
            after = last.id;
            seen.extend(page);
        }
        assert_eq!(seen, made, "{limit} at a time");
    }
    assert!(storage.associations_after(before, 0).await.unwrap().is_empty());
}

pub(super) async fn associations_are_handed_over_at_once(storage: Arc<dyn Both>) {
    let (ada, bob, eve) =
        (make_user(&storage, "kit-ada").await, make_user(&storage, "kit-bob").await, make_user(&storage, "kit-eve").await);
    let mut of_ada = Vec::new();
    for uid in ["1", "2"] {
        of_ada.push(storage.create_association(&new_association(&ada.id, "kit", uid)).await.unwrap());
    }
    let of_bob = storage.create_association(&new_association(&bob.id, "kit", "3")).await.unwrap();
    let of_eve = storage.create_association(&new_association(&eve.id, "kit", "4")).await.unwrap();
    let mut moved = storage.move_associations(&ada.id, &bob.id, NOW + Duration::HOUR).await.unwrap();
    moved.sort_unstable();
    assert_eq!(moved, of_ada.iter().map(|association| association.id).collect::<Vec<_>>());
    assert!(storage.associations_of(&ada.id).await.unwrap().is_empty());
    let uids: Vec<_> = storage.associations_of(&bob.id).await.unwrap().into_iter().map(|association| association.uid).collect();
    assert_eq!(uids.len(), 3);
    for before in of_ada {
        let after = storage.association_by_id(before.id).await.unwrap().unwrap();
        assert!(after.modified > before.modified, "whoever compares sees the change");
        assert_eq!(after, Association { user_id: bob.id.clone(), modified: after.modified, ..before });
    }
    assert_eq!(storage.association("kit", "3").await.unwrap(), Some(of_bob));
    assert_eq!(storage.association("kit", "4").await.unwrap(), Some(of_eve), "a bystander");
    assert!(storage.move_associations(&ada.id, &bob.id, NOW).await.unwrap().is_empty());
}

pub(super) async fn extra_data_is_replaced_only_in_the_state_seen(storage: Arc<dyn Both>) {
    let user = make_user(&storage, "kit-ada").await;
    let made = storage.create_association(&new_association(&user.id, "kit", "1")).await.unwrap();
    let bystander = storage.create_association(&new_association(&user.id, "kit", "2")).await.unwrap();
    let (first, second) = (fields(json!({"n": 1})), fields(json!({"n": 2})));

    // The clock may stand still or go back: the state moves on all the same.
    assert!(storage.update_extra_data(made.id, &first, NOW - Duration::HOUR, Some(made.modified)).await.unwrap());
    let changed = storage.association_by_id(made.id).await.unwrap().unwrap();
    assert!(changed.modified > made.modified, "{} > {}", changed.modified, made.modified);
    assert_eq!(changed.extra_data, first);
    assert!(!storage.update_extra_data(made.id, &second, NOW, Some(made.modified)).await.unwrap());
    assert_eq!(storage.association_by_id(made.id).await.unwrap(), Some(changed.clone()));

    let later = NOW + Duration::nanoseconds(90_000_001_999);
    assert!(storage.update_extra_data(made.id, &second, later, None).await.unwrap());
    let changed = storage.association_by_id(made.id).await.unwrap().unwrap();
    assert_eq!(changed.modified, NOW + Duration::microseconds(90_000_001), "cut to microseconds");
    assert_eq!((changed.extra_data, changed.created), (second.clone(), made.created));
    assert_eq!(storage.association_by_id(bystander.id).await.unwrap(), Some(bystander));

    assert!(storage.delete_association(made.id).await.unwrap());
    assert!(!storage.update_extra_data(made.id, &second, NOW, None).await.unwrap());
    assert!(!storage.update_extra_data(made.id, &second, NOW, Some(changed.modified)).await.unwrap());
}

pub(super) async fn of_parallel_replacements_one_wins(storage: Arc<dyn Both>) {
    let user = make_user(&storage, "kit-ada").await;
    let made = storage.create_association(&new_association(&user.id, "kit", "1")).await.unwrap();
    let outcomes = race(|number| {
        let storage = Arc::clone(&storage);
        let data = fields(json!({ "n": number }));
        async move { storage.update_extra_data(made.id, &data, NOW, Some(made.modified)).await.unwrap() }
    })
    .await;
    let winners: Vec<_> = outcomes.iter().enumerate().filter(|(_, won)| **won).map(|(number, _)| number).collect();
    assert_eq!(winners.len(), 1, "{winners:?}");
    let kept = storage.association_by_id(made.id).await.unwrap().unwrap();
    assert_eq!(kept.extra_data.get("n").cloned(), winners.first().map(|number| json!(number)));
}

pub(super) async fn a_uid_moves_only_to_a_free_one(storage: Arc<dyn Both>) {
    let user = make_user(&storage, "kit-ada").await;
    let made = storage.create_association(&new_association(&user.id, "kit", "old")).await.unwrap();
    let taken = storage.create_association(&new_association(&user.id, "kit", "taken")).await.unwrap();
    let conflict = storage.update_uid(made.id, "taken", "sub").await;
    assert!(matches!(conflict, Err(StorageError::Conflict("uid"))), "{conflict:?}");
    assert_eq!(storage.association("kit", "old").await.unwrap(), Some(made.clone()));
    assert_eq!(storage.association("kit", "taken").await.unwrap(), Some(taken.clone()));

    storage.update_uid(made.id, "new", "oid").await.unwrap();
    assert_eq!(storage.association("kit", "old").await.unwrap(), None);
    let moved = storage.association("kit", "new").await.unwrap().unwrap();
    assert_eq!((moved.id, &moved.user_id), (made.id, &user.id));
    assert!(moved.id_key == "oid" || moved.id_key.is_empty(), "{}", moved.id_key);
    storage.update_uid(made.id, "new", "sub").await.unwrap();
    let missing = storage.update_uid(taken.id + 1, "x", "sub").await;
    assert!(matches!(missing, Err(StorageError::NotFound(_))), "{missing:?}");
}

pub(super) async fn an_association_is_deleted_once(storage: Arc<dyn Both>) {
    let user = make_user(&storage, "kit-ada").await;
    let made = storage.create_association(&new_association(&user.id, "kit", "1")).await.unwrap();
    assert!(storage.delete_association(made.id).await.unwrap());
    assert!(!storage.delete_association(made.id).await.unwrap());
    assert_eq!(storage.association("kit", "1").await.unwrap(), None);
    let again = storage.create_association(&new_association(&user.id, "kit", "1")).await.unwrap();
    assert_eq!(storage.associations_of(&user.id).await.unwrap(), [again]);
}
