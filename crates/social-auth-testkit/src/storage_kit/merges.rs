//! Checks of two users who become one.

use std::sync::Arc;

use social_auth::identity::Fields;
use social_auth::storage::{
    Leftover, MergeConflict, MergeRecord, MergeReport, MergeUsers, NewSession, NewUser, StorageError, StorageResult, User, UserChanges,
    UserId,
};

use super::first_login::Elsewhere;
use super::{Both, NOW, RACERS, make_user, new_association, new_user, race};

pub(super) async fn a_merge_hands_everything_over_and_switches_the_other_off(storage: Arc<dyn Both>) {
    let (ada, alias) = two_accounts(&storage).await;
    let order = MergeUsers::new(ada.id.clone(), alias.id.clone(), Leftover::Deactivate, NOW);
    let report = merge(&storage, &order).await.unwrap();
    assert_eq!((&report.into, &report.from, report.from_username.as_str()), (&ada.id, &alias.id, "kit-alias"));
    assert_eq!(report.moved.iter().map(|one| one.uid.as_str()).collect::<Vec<_>>(), ["2", "3"]);
    let provider = MergeConflict::Provider("kit".to_owned());
    assert_eq!(report.conflicts, [provider, MergeConflict::Field("username".into()), MergeConflict::Field("email".into())]);
    assert_eq!((report.sessions_ended, report.dry_run), (1, false));

    assert_eq!(uids(&storage, &ada.id).await, ["1", "2", "3"]);
    assert!(storage.associations_of(&alias.id).await.unwrap().is_empty());
    let kept = storage.association("kit", "2").await.unwrap().unwrap();
    assert_eq!((kept.extra_data.text("access_token"), kept.user_id), (Some("of-2"), ada.id.clone()));
    assert!(!storage.user(&alias.id).await.unwrap().unwrap().is_active);
    assert!(storage.user(&ada.id).await.unwrap().unwrap().is_active);
    assert!(storage.session("kit-session-alias", 0).await.unwrap().is_none());
    assert!(storage.session("kit-session-ada", 0).await.unwrap().is_some());
    for user in [&ada.id, &alias.id] {
        let records = storage.merges_of(user).await.unwrap();
        assert_eq!(records.iter().map(|record| (record.at, &record.report)).collect::<Vec<_>>(), [(NOW, &report)]);
    }
}

pub(super) async fn a_dry_run_changes_nothing_and_says_the_same(storage: Arc<dyn Both>) {
    for leftover in [Leftover::Deactivate, Leftover::Delete] {
        let (ada, alias) = two_accounts(&storage).await;
        let order = MergeUsers::new(ada.id.clone(), alias.id.clone(), leftover, NOW);
        let before = storage.association("kit", "2").await.unwrap();
        let tried = merge(&storage, &order.tried()).await.unwrap();
        assert!(tried.dry_run);
        assert_eq!(uids(&storage, &ada.id).await, ["1"]);
        assert_eq!(storage.association("kit", "2").await.unwrap(), before);
        assert_eq!(storage.user(&alias.id).await.unwrap(), Some(alias.clone()));
        assert!(storage.session("kit-session-alias", 0).await.unwrap().is_some());
        assert!(storage.merges_of(&ada.id).await.unwrap().is_empty());

        let done = merge(&storage, &order).await.unwrap();
        assert_eq!(done, MergeReport { dry_run: false, ..tried });
        for uid in ["1", "2", "3"] {
            let id = storage.association("kit", uid).await.unwrap().unwrap().id;
            assert!(storage.delete_association(id).await.unwrap());
        }
        rename_away(&storage, &ada).await;
        if leftover == Leftover::Deactivate {
            rename_away(&storage, &alias).await;
        }
        storage.delete_session("kit-session-ada").await.unwrap();
    }
}

pub(super) async fn records_are_kept_as_they_are_given(storage: Arc<dyn Both>) {
    let (ada, alias) = two_accounts(&storage).await;
    let report = merge(&storage, &MergeUsers::new(ada.id.clone(), alias.id.clone(), Leftover::Deactivate, NOW).tried()).await.unwrap();
    let report = MergeReport { own_rows: vec![("kit \"rows\" 名前".to_owned(), 7)], ..report };
    let records = [NOW, NOW + time::Duration::HOUR].map(|at| MergeRecord { at, report: report.clone() });
    for record in &records {
        storage.record_merge(record).await.unwrap();
    }
    for user in [&ada.id, &alias.id] {
        assert_eq!(storage.merges_of(user).await.unwrap(), records, "oldest first");
    }
    let bystander = make_user(&storage, "kit-bystander").await;
    assert!(storage.merges_of(&bystander.id).await.unwrap().is_empty());
    assert!(storage.user(&alias.id).await.unwrap().unwrap().is_active, "a record does nothing");
}

pub(super) async fn a_merge_may_delete_the_other_account(storage: Arc<dyn Both>) {
    let (ada, alias) = two_accounts(&storage).await;
    merge(&storage, &MergeUsers::new(ada.id.clone(), alias.id.clone(), Leftover::Delete, NOW)).await.unwrap();
    assert_eq!(uids(&storage, &ada.id).await, ["1", "2", "3"]);
    assert!(storage.user(&alias.id).await.unwrap().is_none());
    assert!(!storage.username_exists("kit-alias").await.unwrap());
    assert_eq!(storage.merges_of(&alias.id).await.unwrap().len(), 1, "the record outlives the user");
}

pub(super) async fn whoever_is_not_there_or_switched_off_is_not_merged(storage: Arc<dyn Both>) {
    let (ada, alias) = two_accounts(&storage).await;
    let order = |into: &UserId, from: &UserId| MergeUsers::new(into.clone(), from.clone(), Leftover::Deactivate, NOW);
    let itself = merge(&storage, &order(&ada.id, &ada.id)).await;
    assert!(matches!(itself, Err(StorageError::MergeRefused(_))), "{itself:?}");
    let nobody = UserId::new(987_654_321);
    for (into, from) in [(&ada.id, &nobody), (&nobody, &alias.id)] {
        let outcome = merge(&storage, &order(into, from)).await;
        assert!(matches!(outcome, Err(StorageError::NotFound(_))), "{outcome:?}");
    }
    storage.update_user(&alias.id, &UserChanges([("is_active".to_owned(), false.into())].into_iter().collect())).await.unwrap();
    for (into, from) in [(&ada.id, &alias.id), (&alias.id, &ada.id)] {
        for order in [order(into, from), order(into, from).tried()] {
            let outcome = merge(&storage, &order).await;
            assert!(matches!(outcome, Err(StorageError::MergeRefused(_))), "{outcome:?}");
        }
    }
    assert_eq!((uids(&storage, &ada.id).await, uids(&storage, &alias.id).await), (vec!["1".into()], vec!["2".into(), "3".into()]));
    assert!(storage.merges_of(&ada.id).await.unwrap().is_empty());
}

pub(super) async fn of_parallel_merges_one_wins(storage: Arc<dyn Both>) {
    let (ada, alias) = two_accounts(&storage).await;
    let order = MergeUsers::new(ada.id.clone(), alias.id.clone(), Leftover::Deactivate, NOW);
    let outcomes = race(|_| {
        let (storage, order) = (Arc::clone(&storage), order.clone());
        async move { merge(&storage, &order).await }
    })
    .await;
    let won = outcomes.iter().filter(|outcome| outcome.is_ok()).count();
    assert_eq!(won, 1, "{:?}", outcomes.iter().find(|outcome| outcome.is_err()));
    assert!(outcomes.iter().all(|outcome| matches!(outcome, Ok(_) | Err(StorageError::MergeRefused(_)))));
    assert_eq!(uids(&storage, &ada.id).await, ["1", "2", "3"]);
    assert_eq!(storage.merges_of(&ada.id).await.unwrap().len(), 1);
}

pub(super) async fn of_merges_in_a_ring_nobody_is_lost(storage: Arc<dyn Both>) {
    let ring = ring(&storage).await;
    let outcomes = race(|number| {
        let (storage, order) = (Arc::clone(&storage), order_in(&ring, number));
        async move { merge(&storage, &order).await }
    })
    .await;
    assert!(outcomes.iter().any(Result::is_ok));
    every_association_has_an_active_owner(&storage, ring.len()).await;
}

pub(super) async fn of_merges_in_a_ring_with_users_elsewhere_nobody_is_lost(storage: Arc<dyn Both>) {
    let ring = ring(&storage).await;
    race(|number| {
        let (storage, order) = (Arc::clone(&storage), order_in(&ring, number));
        async move { storage.merge_users(&Elsewhere(Arc::clone(&storage)), &order).await }
    })
    .await;
    every_association_has_an_active_owner(&storage, ring.len()).await;
}

pub(super) async fn what_is_connected_meanwhile_is_not_lost(storage: Arc<dyn Both>) {
    let (ada, alias) = two_accounts(&storage).await;
    let order = MergeUsers::new(ada.id.clone(), alias.id.clone(), Leftover::Deactivate, NOW);
    let outcomes = race(|number| {
        let (storage, order, alias) = (Arc::clone(&storage), order.clone(), alias.id.clone());
        async move {
            if number == RACERS / 2 {
                return merge(&storage, &order).await.map(Some);
            }
            storage.create_association(&new_association(&alias, "kit-more", &number.to_string())).await.map(|_| None)
        }
    })
    .await;
    let report = outcomes.into_iter().find_map(|outcome| outcome.unwrap()).unwrap();
    let (of_ada, of_alias) = (uids(&storage, &ada.id).await, uids(&storage, &alias.id).await);
    assert_eq!(of_ada.len() + of_alias.len(), 3 + RACERS - 1);
    assert_eq!(report.moved.len() + 1, of_ada.len(), "what the report says went over, and nothing else did");
}

async fn merge(storage: &Arc<dyn Both>, order: &MergeUsers) -> StorageResult<MergeReport> {
    storage.merge_users(storage.as_ref(), order).await
}

/// An account with one association and a session, and another of the same person with two and a session.
async fn two_accounts(storage: &Arc<dyn Both>) -> (User, User) {
    let with_email = |name: &str| NewUser { email: Some(format!("{name}@example.org")), ..new_user(name) };
    let ada = storage.create_user(&with_email("kit-ada")).await.unwrap();
    let alias = storage.create_user(&with_email("kit-alias")).await.unwrap();
    for (user, uid) in [(&ada, "1"), (&alias, "2"), (&alias, "3")] {
        let mut association = new_association(&user.id, "kit", uid);
        association.extra_data = Fields([("access_token".to_owned(), format!("of-{uid}").into())].into_iter().collect());
        storage.create_association(&association).await.unwrap();
    }
    for (user, name) in [(&ada, "ada"), (&alias, "alias")] {
        storage.create_session(&session(&user.id, name)).await.unwrap();
    }
    (ada, alias)
}

async fn ring(storage: &Arc<dyn Both>) -> Vec<UserId> {
    let mut ring = Vec::new();
    for number in 0..5 {
        let user = make_user(storage, &format!("kit-ring-{number}")).await;
        storage.create_association(&new_association(&user.id, "kit-ring", &number.to_string())).await.unwrap();
        ring.push(user.id);
    }
    ring
}

/// Each into its neighbour, in both directions.
fn order_in(ring: &[UserId], number: usize) -> MergeUsers {
    let (one, next) = (number % ring.len(), (number + 1) % ring.len());
    let (into, from) = if (number / ring.len()).is_multiple_of(2) { (one, next) } else { (next, one) };
    MergeUsers::new(ring[into].clone(), ring[from].clone(), Leftover::Deactivate, NOW)
}

async fn every_association_has_an_active_owner(storage: &Arc<dyn Both>, count: usize) {
    for uid in 0..count {
        let association = storage.association("kit-ring", &uid.to_string()).await.unwrap().unwrap();
        let owner = storage.user(&association.user_id).await.unwrap().unwrap();
        assert!(owner.is_active, "{uid} belongs to {}, who is switched off", owner.username);
    }
}

async fn uids(storage: &Arc<dyn Both>, user: &UserId) -> Vec<String> {
    storage.associations_of(user).await.unwrap().into_iter().map(|association| association.uid).collect()
}

async fn rename_away(storage: &Arc<dyn Both>, user: &User) {
    let name = format!("kit-gone-{}", user.id);
    storage.update_user(&user.id, &UserChanges([("username".to_owned(), name.into())].into_iter().collect())).await.unwrap();
}

fn session(user: &UserId, name: &str) -> NewSession {
    NewSession {
        key_hash: format!("kit-session-{name}"),
        public_id: format!("kit-{name}"),
        user_id: Some(user.clone()),
        data: Fields::default(),
        created_at: NOW.unix_timestamp(),
        last_seen_at: NOW.unix_timestamp(),
        expires_at: NOW.unix_timestamp() + 3600,
        user_agent: String::new(),
        ip_address: String::new(),
    }
}
