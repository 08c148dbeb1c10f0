//! The adapter kit: what every adapter must do, run over real HTTP against yours in one line.
//!
//! The application that it runs has the adapter's routes, and two pages of its own:
//!
//! - `GET /who` answers the name of the user who is signed in, or nothing, as plain text;
//! - `GET /private` is for signed-in users only and answers the same.
//!
//! ```
//! # mod adapter { pub async fn serve(_: social_auth::SocialAuth, _: std::net::TcpListener) {} }
//! # async fn test() {
//! social_auth_testkit::adapter_kit::run(|social, listener| async move {
//!     adapter::serve(social, listener).await; // with a real adapter: until the end of the process
//! })
//! .await;
//! # }
//! ```
//!
//! Use a runtime of several threads (`#[tokio::test(flavor = "multi_thread")]`), or the checks for races
//! check little. The listener is blocking, as `std` makes it; a framework that opens its own may read the
//! address off it and drop it.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a kit for tests: a panic is its report")]

mod begin;
mod complete;
mod errors;
mod mismatch;
mod races;
mod requests;
mod sessions;
mod site;
mod visitor;

use std::future::Future;
use std::net::TcpListener;
use std::pin::Pin;
use std::sync::Arc;

use social_auth::SocialAuth;
use social_auth::storage::MemoryStorage;

use crate::provider::DevProvider;
use crate::storage_kit::Both;

pub use site::Site;
pub use visitor::{Answer, Visitor};

type Running<T> = Pin<Box<dyn Future<Output = T> + Send>>;
type MakeApp = dyn Fn(SocialAuth, TcpListener) -> Running<()> + Send + Sync;
type MakeStorage = dyn Fn() -> Running<Arc<dyn Both>> + Send + Sync;

/// What the checks make their applications of.
#[derive(Clone)]
pub struct Parts {
    app: Arc<MakeApp>,
    storage: Arc<MakeStorage>,
    idp: Arc<DevProvider>,
}

type Check = fn(Parts) -> Running<()>;

macro_rules! checks {
    ($($module:ident :: $check:ident),* $(,)?) => {
        const CHECKS: &[(&str, Check)] = &[$((stringify!($check), |parts| Box::pin($module::$check(parts)))),*];
    };
}

checks! {
    begin::login_sends_the_browser_to_the_provider,
    begin::forwarded_headers_choose_no_address,
    begin::the_last_slash_may_be_missing,
    begin::a_get_from_another_site_asks_first,
    begin::a_post_without_token_asks_first,
    begin::a_get_of_somebody_signed_in_asks_first,
    begin::an_unknown_backend_is_not_found,
    begin::what_begin_makes_is_kept_by_the_browser_alone,
    complete::a_person_signs_in,
    complete::a_person_signs_in_by_openid_connect,
    complete::the_second_sign_in_finds_the_same_user,
    complete::the_browser_goes_where_it_wanted,
    complete::another_site_is_not_where_it_wanted,
    complete::two_tabs_both_complete,
    complete::a_posted_callback_comes_back_through_our_own_page,
    complete::another_account_is_connected_to_the_user,
    complete::a_connection_ends_with_the_user_who_began_it,
    mismatch::a_callback_without_cookie_is_refused,
    mismatch::a_callback_of_another_browser_is_refused,
    mismatch::a_callback_at_another_backend_is_refused,
    mismatch::a_callback_is_used_once,
    mismatch::a_callback_that_is_late_is_refused,
    mismatch::a_callback_without_state_is_refused,
    mismatch::the_page_says_the_same_for_all_of_these,
    errors::an_error_is_a_page,
    errors::an_error_is_problem_details_for_a_program,
    errors::an_error_is_a_redirect_where_the_settings_say_so,
    errors::a_person_who_declines_is_told_so,
    errors::a_provider_that_fails_is_not_our_failure,
    errors::no_answer_is_cached_or_framed,
    requests::a_body_that_is_too_long_is_refused,
    requests::a_body_that_is_no_json_is_refused,
    requests::other_methods_are_refused,
    requests::hostile_requests_are_answered,
    sessions::the_cookies_are_out_of_reach_for_scripts_and_other_sites,
    sessions::the_session_changes_with_sign_in_and_sign_out,
    sessions::signing_out_by_get_asks_first,
    sessions::signing_out_needs_our_own_page,
    sessions::a_page_for_signed_in_users_sends_others_to_the_login_page,
    sessions::a_page_for_signed_in_users_tells_programs_401,
    sessions::a_user_who_was_switched_off_is_signed_out,
    sessions::the_last_way_in_is_not_disconnected,
    sessions::disconnecting_needs_our_own_page,
    sessions::one_of_two_ways_in_is_disconnected,
    races::of_parallel_callbacks_with_one_state_one_signs_in,
    races::parallel_first_logins_of_one_person_make_one_user,
}

/// Runs every check on an application of its own with a storage in memory, then fails with the names of
/// those that failed.
///
/// # Panics
/// When a check failed: this is a test.
pub async fn run<F, R>(app: F)
where
    F: Fn(SocialAuth, TcpListener) -> R + Send + Sync + 'static,
    R: Future<Output = ()> + Send + 'static,
{
    run_on(app, || async { Arc::new(MemoryStorage::new()) as Arc<dyn Both> }).await;
}

/// As [`run`], with storages of the caller's making.
///
/// # Panics
/// When a check failed: this is a test.
pub async fn run_on<F, R, S, T>(app: F, storage: S)
where
    F: Fn(SocialAuth, TcpListener) -> R + Send + Sync + 'static,
    R: Future<Output = ()> + Send + 'static,
    S: Fn() -> T + Send + Sync + 'static,
    T: Future<Output = Arc<dyn Both>> + Send + 'static,
{
    let parts = Parts {
        app: Arc::new(move |social, listener| Box::pin(app(social, listener))),
        storage: Arc::new(move || Box::pin(storage())),
        idp: Arc::new(DevProvider::start().await.expect("the development provider starts")),
    };
    let mut failed = Vec::new();
    for (name, check) in CHECKS {
        if tokio::spawn(check(parts.clone())).await.is_err() {
            failed.push(*name);
        }
    }
    assert!(failed.is_empty(), "{} of {} checks of the adapter kit failed: {}", failed.len(), CHECKS.len(), failed.join(", "));
}
