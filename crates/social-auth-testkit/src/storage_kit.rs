//! The storage kit: what every storage must do, run against yours in one line.
//!
//! ```
//! use std::sync::Arc;
//! use social_auth::storage::MemoryStorage;
//!
//! # tokio::runtime::Runtime::new().unwrap().block_on(async {
//! social_auth_testkit::storage_kit::run(async || Arc::new(MemoryStorage::new()) as _).await;
//! # });
//! ```
//!
//! Use a runtime of several threads (`#[tokio::test(flavor = "multi_thread")]`), or the checks for races
//! check little. Every check gets a storage of its own, which may have rows already: the kit's own names
//! are unlikely ones.

#![allow(clippy::unwrap_used, reason = "a kit for tests: a panic is its report")]

mod associations;
mod first_login;
mod merges;
mod sessions;
mod spent_once;
mod users;

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use social_auth::identity::Fields;
use social_auth::storage::{NewAssociation, NewUser, SocialStorage, User, UserId, UserStorage};
use time::OffsetDateTime;
use time::macros::datetime;

/// A storage of users and of everything else.
pub trait Both: UserStorage + SocialStorage {}

impl<S: UserStorage + SocialStorage> Both for S {}

/// How many callers race for one thing.
const RACERS: usize = 50;

/// The kit's idea of now.
const NOW: OffsetDateTime = datetime!(2026-03-04 05:06:07.000_008 UTC);

type Check = fn(Arc<dyn Both>) -> Pin<Box<dyn Future<Output = ()> + Send>>;

macro_rules! checks {
    ($($module:ident :: $check:ident),* $(,)?) => {
        const CHECKS: &[(&str, Check)] = &[$((stringify!($check), |storage| Box::pin($module::$check(storage)))),*];
    };
}

checks! {
    users::a_new_user_is_read_back_as_made,
    users::a_user_is_found_by_exactly_the_name,
    users::a_password_is_replaced_only_if_it_still_is_the_one_that_was_seen,
    users::a_password_is_taken_from_one_user,
    users::a_new_user_has_the_password_that_was_chosen,
    users::conflict_on_create_never_returns_existing_user,
    users::user_names_are_told_apart_exactly,
    users::users_are_found_by_address_without_regard_to_ascii_case,
    users::a_change_changes_what_it_names_and_nothing_else,
    users::a_change_that_cannot_be_made_changes_nothing,
    users::a_sign_in_is_noted,
    users::a_user_is_taken_back_only_while_without_association,
    users::an_id_of_another_form_is_nobody,
    users::a_verified_address_is_one_users_and_one_address,
    users::memberships_are_replaced_and_those_of_others_stay,
    associations::an_association_is_read_back_as_made,
    associations::uid_lookup_is_byte_exact,
    associations::a_uid_with_nul_is_refused_or_exact,
    associations::a_value_that_is_too_long_is_refused_or_kept_whole,
    associations::an_empty_uid_is_refused,
    associations::a_uid_is_connected_once_for_each_provider,
    associations::associations_of_a_user_come_oldest_first,
    associations::all_associations_are_gone_through_once,
    associations::associations_are_handed_over_at_once,
    associations::extra_data_is_replaced_only_in_the_state_seen,
    associations::of_parallel_replacements_one_wins,
    associations::a_uid_moves_only_to_a_free_one,
    associations::an_association_is_deleted_once,
    first_login::user_and_association_are_made_together,
    first_login::a_taken_uid_leaves_no_user_behind,
    first_login::a_taken_user_name_leaves_no_association_behind,
    first_login::parallel_first_logins_make_one_user,
    first_login::parallel_first_logins_with_users_elsewhere_make_one_user,
    merges::a_merge_hands_everything_over_and_switches_the_other_off,
    merges::a_dry_run_changes_nothing_and_says_the_same,
    merges::records_are_kept_as_they_are_given,
    merges::a_merge_may_delete_the_other_account,
    merges::whoever_is_not_there_or_switched_off_is_not_merged,
    merges::of_parallel_merges_one_wins,
    merges::of_merges_in_a_ring_nobody_is_lost,
    merges::of_merges_in_a_ring_with_users_elsewhere_nobody_is_lost,
    merges::what_is_connected_meanwhile_is_not_lost,
    spent_once::of_parallel_claims_one_wins,
    spent_once::claims_of_other_names_do_not_meet,
    spent_once::a_claim_is_kept_until_it_expires,
    spent_once::a_partial_is_read_back_as_made,
    spent_once::a_partial_is_taken_once,
    spent_once::wrong_token_right_email_fails,
    spent_once::a_code_is_verified_once,
    spent_once::openid_associations_come_newest_first,
    spent_once::what_expired_is_cleared_and_the_rest_stays,
    spent_once::one_kind_is_cleared_and_the_others_stay,
    sessions::a_session_is_read_back_as_made,
    sessions::create_on_existing_id_fails,
    sessions::a_revoked_session_is_not_made_again,
    sessions::an_update_keeps_the_identity_of_a_session,
    sessions::an_expired_session_is_not_found,
    sessions::sessions_of_a_user_are_listed_and_revoked,
    sessions::sessions_end_with_the_session_or_the_person_at_a_provider,
    sessions::the_storage_answers_a_ping,
}

/// Runs every check on a storage of its own, then fails with the names of those that failed.
///
/// # Panics
/// When a check failed: this is a test.
pub async fn run(make: impl AsyncFn() -> Arc<dyn Both>) {
    let mut failed = Vec::new();
    for (name, check) in CHECKS {
        let storage = make().await;
        if tokio::spawn(check(storage)).await.is_err() {
            failed.push(*name);
        }
    }
    assert!(failed.is_empty(), "{} of {} checks of the storage kit failed: {}", failed.len(), CHECKS.len(), failed.join(", "));
}

/// Lets [`RACERS`] tasks do the same at once; what each came to.
async fn race<T, F>(racer: impl Fn(usize) -> F) -> Vec<T>
where
    T: Send + 'static,
    F: Future<Output = T> + Send + 'static,
{
    let start = Arc::new(tokio::sync::Barrier::new(RACERS));
    let racers: Vec<_> = (0..RACERS)
        .map(|number| {
            let (start, run) = (Arc::clone(&start), racer(number));
            tokio::spawn(async move {
                start.wait().await;
                run.await
            })
        })
        .collect();
    let mut outcomes = Vec::new();
    for racer in racers {
        outcomes.push(racer.await.unwrap());
    }
    outcomes
}

fn new_user(username: &str) -> NewUser {
    NewUser { username: username.to_owned(), ..NewUser::default() }
}

async fn make_user(storage: &Arc<dyn Both>, username: &str) -> User {
    storage.create_user(&new_user(username)).await.unwrap()
}

fn new_association(user: &UserId, provider: &str, uid: &str) -> NewAssociation {
    NewAssociation {
        provider: provider.to_owned(),
        uid: uid.to_owned(),
        id_key: "sub".to_owned(),
        user_id: user.clone(),
        extra_data: Fields::default(),
        created: NOW,
    }
}

fn fields(value: serde_json::Value) -> Fields {
    serde_json::from_value(value).unwrap()
}
