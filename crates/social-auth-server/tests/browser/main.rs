//! The demo in a real browser: what a person sees and presses. Pictures go to `target/screenshots/`.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod chromium;
mod frames;
mod letter;
mod password;
#[path = "../server/program.rs"]
mod program;
mod walk;

use chromium::{Chromium, Look};
use program::Program;
use walk::Walk;

/// The demo's buttons that lead to the development identity provider, one a protocol.
const PROTOCOLS: &[&str] = &["dev-oauth2", "dev-oidc", "dev-oauth1", "dev-openid", "dev-saml", "dev-cas", "dev-discourse"];

#[tokio::test]
async fn a_person_signs_in_over_every_protocol_and_out_again_and_is_known_the_next_time() {
    let demo = Program::demo().await;
    Chromium::start(Look::Desk)
        .await
        .walk(&demo.address, async |walk: Walk| {
            walk.open("/").await;
            walk.picture("login").await;
            for backend in PROTOCOLS {
                walk.press(&format!("login-{backend}")).await;
                walk.picture(&format!("provider-{backend}")).await;
                walk.press("person-alice").await;
                assert_eq!(walk.heading().await, "Alice Archer");
                assert_eq!(walk.text("email").await, "alice@example.test");
                let first = walk.me().await;
                walk.picture("account").await;
                walk.press("sign-out").await;
                assert_eq!(walk.heading().await, "Sign in");
                assert!(walk.me().await["user"].is_null());

                walk.sign_in(backend, "person-alice").await;
                assert_eq!(walk.heading().await, "Alice Archer");
                assert_eq!(walk.me().await["user"]["id"], first["user"]["id"]);
                walk.press("sign-out").await;
                assert_eq!(walk.heading().await, "Sign in");
            }
        })
        .await;
}

#[tokio::test]
async fn a_second_account_is_connected_and_disconnected_again() {
    let demo = Program::demo().await;
    Chromium::start(Look::Desk)
        .await
        .walk(&demo.address, async |walk: Walk| {
            walk.open("/").await;
            walk.sign_in("dev-oidc", "person-alice").await;
            assert_eq!(walk.count("#associations form").await, 0, "the only way in cannot be disconnected");

            walk.press("connect-dev-oauth2").await;
            walk.press("person-bob").await;
            assert_eq!(walk.message().await, "The account is connected.");
            assert_eq!(walk.count("#associations > li").await, 2);
            walk.picture("account-connected").await;

            walk.press_first("#associations form button").await;
            assert_eq!(walk.message().await, "The account is disconnected.");
            assert_eq!(walk.count("#associations > li").await, 1);
            assert_eq!(walk.count("#associations form").await, 0);
            walk.picture("account-disconnected").await;
        })
        .await;
}

#[tokio::test]
async fn two_accounts_of_one_person_become_one() {
    let demo = Program::demo().await;
    Chromium::start(Look::Desk)
        .await
        .walk(&demo.address, async |walk: Walk| {
            walk.open("/").await;
            walk.sign_in("dev-oauth2", "person-bob").await;
            let name = walk.heading().await;
            let bob = walk.me().await;
            walk.press("sign-out").await;
            walk.sign_in("dev-oidc", "person-alice").await;
            assert_ne!(walk.heading().await, name);
            let alice = walk.me().await;
            assert_ne!(alice["user"]["id"], bob["user"]["id"]);

            walk.press("connect-dev-oauth2").await;
            walk.press("person-bob").await;
            assert_eq!(walk.text("question").await, "Make the two accounts one?");
            walk.picture("account-merge").await;
            walk.press("answer-no").await;
            assert_eq!(walk.count("#question").await, 0, "a no ends the offer");
            assert_eq!(walk.count("#associations > li").await, 1);

            walk.press("connect-dev-oauth2").await;
            walk.press("person-bob").await;
            walk.press("answer-yes").await;
            assert_eq!(walk.message().await, "The two accounts are one now.");
            assert_eq!(walk.count("#associations > li").await, 2);
            assert_eq!(walk.me().await["user"]["id"], alice["user"]["id"]);
            walk.picture("account-merged").await;

            walk.press("sign-out").await;
            walk.sign_in("dev-oauth2", "person-bob").await;
            assert_ne!(walk.heading().await, "Sign in");
            assert_eq!(walk.me().await["user"]["id"], alice["user"]["id"], "what was Bob's leads to Alice");
        })
        .await;
}

#[tokio::test]
async fn whoever_declines_reads_so_and_is_led_back() {
    let demo = Program::demo().await;
    Chromium::start(Look::Desk)
        .await
        .walk(&demo.address, async |walk: Walk| {
            for backend in PROTOCOLS {
                walk.open("/login/").await;
                walk.sign_in(backend, "decline").await;
                assert_eq!(walk.heading().await, "Sign-in did not work");
                walk.picture("declined").await;
                walk.press_first("main a").await;
                assert_eq!(walk.heading().await, "Sign in");
                assert!(walk.me().await["user"].is_null());
            }
            walk.open("/nowhere").await;
            assert_eq!(walk.heading().await, "Page not found");
            walk.picture("not-found").await;
        })
        .await;
}

#[tokio::test]
async fn people_without_an_email_unverified_ones_and_new_ones_sign_in() {
    let demo = Program::demo().await;
    Chromium::start(Look::Desk)
        .await
        .walk(&demo.address, async |walk: Walk| {
            let mut users = Vec::new();
            for backend in ["dev-oauth2", "dev-oidc"] {
                for (person, email) in [("person-carol", "none"), ("person-dave", "dave@example.test"), ("person-new", "new-")] {
                    walk.open("/login/").await;
                    walk.sign_in(backend, person).await;
                    let shown = walk.text("email").await;
                    assert!(shown.starts_with(email), "{person} by {backend}: {shown}");
                    users.push(walk.me().await["user"]["id"].clone());
                    walk.press("sign-out").await;
                    assert_eq!(walk.heading().await, "Sign in");
                }
            }
            users.dedup();
            assert_eq!(users.len(), 6, "six people");
        })
        .await;
}

#[tokio::test]
async fn everything_works_without_javascript() {
    let demo = Program::demo().await;
    Chromium::start(Look::WithoutScripts)
        .await
        .walk(&demo.address, async |walk: Walk| {
            walk.open("/").await;
            walk.sign_in("dev-oidc", "person-alice").await;
            assert_eq!(walk.heading().await, "Alice Archer");
            walk.press("connect-dev-oauth2").await;
            walk.press("person-alice").await;
            assert_eq!(walk.count("#associations > li").await, 2);
            walk.press("sign-out").await;
            assert_eq!(walk.heading().await, "Sign in");
        })
        .await;
}

#[tokio::test]
async fn pages_fit_a_phone_and_a_dark_room_and_another_browser_is_signed_out() {
    let demo = Program::demo().await;
    let phone = Chromium::start(Look::DarkPhone).await;
    let address = demo.address.clone();
    phone
        .walk(&demo.address, async move |walk: Walk| {
            walk.open("/").await;
            walk.picture("phone-login").await;
            walk.press("login-dev-oidc").await;
            walk.picture("phone-provider").await;
            walk.press("person-erin").await;
            walk.press("connect-dev-oauth2").await;
            walk.press("person-erin").await;
            assert_eq!(walk.count("#associations > li").await, 2);
            Chromium::start(Look::Desk)
                .await
                .walk(&address, async |desk: Walk| {
                    desk.open("/").await;
                    desk.sign_in("dev-oidc", "person-erin").await;
                    assert_eq!(desk.count("#sessions > li").await, 2);
                    desk.picture("account-sessions").await;
                    walk.open("/account/").await;
                    walk.picture("phone-account").await;
                    assert!(walk.fits().await, "nothing is wider than the phone");
                    desk.press("sign-out-others").await;
                    assert_eq!(desk.message().await, "All other browsers are signed out.");
                    assert_eq!(desk.count("#sessions > li").await, 1);
                    walk.open("/account/").await;
                    assert_eq!(walk.heading().await, "Sign in");
                })
                .await;
        })
        .await;
}

#[tokio::test]
async fn signing_out_at_the_provider_signs_out_here() {
    let demo = Program::demo().await;
    Chromium::start(Look::Desk)
        .await
        .walk(&demo.address, async |walk: Walk| {
            walk.open("/").await;
            walk.press("login-dev-oidc").await;
            let provider = walk.site().await;
            walk.press("person-alice").await;
            assert_eq!(walk.heading().await, "Alice Archer");
            walk.go_to(&format!("{provider}/end_session")).await;
            // The provider tells by its own way, so it may take a moment.
            for _ in 0..50 {
                walk.open("/account/").await;
                if walk.heading().await == "Sign in" {
                    return;
                }
                tokio::time::sleep(std::time::Duration::from_millis(100)).await;
            }
            panic!("the session did not end");
        })
        .await;
}

#[tokio::test]
async fn a_saml_session_ends_here_and_there_wherever_the_person_signs_out() {
    let demo = Program::demo().await;
    let initiate = demo.printed_behind("Sign-in begun there:").await;
    Chromium::start(Look::Desk)
        .await
        .walk(&demo.address, async |walk: Walk| {
            walk.open("/").await;
            walk.press("login-dev-saml").await;
            let provider = walk.site().await;
            walk.press("person-alice").await;
            assert_eq!(walk.heading().await, "Alice Archer");

            // Signed out there: the provider sends the browser here and back.
            walk.go_to(&format!("{provider}/saml/logout")).await;
            assert!(walk.says().await.contains("those that began with it"), "{}", walk.says().await);
            walk.picture("saml-signed-out-there").await;
            walk.open("/account/").await;
            assert_eq!(walk.heading().await, "Sign in");

            // Signed out here: by way of the provider, back to the page with the buttons.
            walk.sign_in("dev-saml", "person-alice").await;
            assert_eq!(walk.heading().await, "Alice Archer");
            walk.press("sign-out").await;
            assert_eq!(walk.heading().await, "Sign in");
            assert!(walk.me().await["user"].is_null());

            // A sign-in that begins there asks here first.
            walk.go_to(&initiate).await;
            walk.press("person-bob").await;
            assert_eq!(walk.heading().await, "Sign in with Development SAML 2.0?");
            assert!(walk.says().await.contains("as Bob Baker. Go on only if that is you."), "{}", walk.says().await);
            walk.picture("saml-launched").await;
            walk.press_first("main form button").await;
            assert_eq!(walk.heading().await, "Bob Baker");
        })
        .await;
}
