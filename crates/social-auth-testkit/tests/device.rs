//! Signing in on a device without a browser (RFC 8628).
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod door;

use std::time::Duration;

use door::{Door, set_up};
use http::Method;
use social_auth::error::{Reason, Stage};
use social_auth::flow::{DevicePoll, DeviceSignIn, DeviceUser};
use social_auth::storage::MemoryStorage;
use social_auth::{Error, SocialAuth};
use social_auth_testkit::{DevProvider, Fault};

async fn pending(social: &SocialAuth, device: &mut DeviceSignIn) -> Duration {
    match social.poll_device(device).await.unwrap() {
        DevicePoll::Pending(wait) => wait,
        DevicePoll::SignedIn(user) => panic!("nobody has approved, and {} signed in", user.user.username),
    }
}

async fn signed_in(social: &SocialAuth, device: &mut DeviceSignIn) -> DeviceUser {
    match social.poll_device(device).await.unwrap() {
        DevicePoll::SignedIn(user) => *user,
        DevicePoll::Pending(_) => panic!("it was approved"),
    }
}

/// A backend of a provider that we do not know, from settings alone.
fn from_settings(idp: &DevProvider) -> SocialAuth {
    let url = idp.url();
    let settings = [
        ("KEY", idp.client_id().to_owned()),
        ("SECRET", idp.client_secret().to_owned()),
        ("AUTHORIZATION_URL", format!("{url}/oauth2/authorize")),
        ("ACCESS_TOKEN_URL", format!("{url}/oauth2/token")),
        ("DEVICE_AUTHORIZATION_URL", format!("{url}/oauth2/device_authorization")),
        ("USER_URL", format!("{url}/oauth2/user")),
        ("USERNAME_KEY", "login".to_owned()),
    ];
    let builder = SocialAuth::builder()
        .public_url("http://localhost:8000")
        .secret_key("a key of at least thirty-two random characters")
        .storage(MemoryStorage::new());
    builder.backend_as("acme", "oauth2", settings).build().unwrap_or_else(|error| panic!("{error}"))
}

#[tokio::test]
async fn a_person_approves_the_code_of_a_device_and_is_signed_in_there() {
    let (idp, oidc) = set_up().await;
    for (social, backend) in [(oidc, "dev-oidc"), (from_settings(&idp), "acme")] {
        let mut device = social.begin_device(backend, None).await.unwrap();
        assert!(device.verification_uri().ends_with("/device") && device.user_code().len() == 8, "{device:?}");
        assert!(device.verification_uri_complete().unwrap().ends_with(device.user_code()));
        assert_eq!(pending(&social, &mut device).await, device.interval());
        assert!(idp.approve_device(device.user_code(), "alice").unwrap());
        let first = signed_in(&social, &mut device).await;
        assert!(first.is_new && first.new_association);
        assert_eq!(first.user.username, "alice");

        let client = Door::with_bearer(first.token.token.expose()).request(Method::GET, "/api/me", "", "");
        assert_eq!(social.bearer_user(&client).await.unwrap().unwrap().id, first.user.id, "the program has a token of ours");

        let mut again = social.begin_device(backend, None).await.unwrap();
        idp.approve_device(again.user_code(), "alice").unwrap();
        let known = social.wait_for_device(&mut again).await.unwrap();
        assert!(!known.is_new && known.user.id == first.user.id);
    }
}

/// See CVE-2026-45337: what was approved belongs to who began it, and is good once.
#[tokio::test]
async fn what_was_approved_belongs_to_the_device_and_the_user_who_began_it() {
    let idp = DevProvider::start().await.unwrap();
    let social = from_settings(&idp);
    let (mut ada, mut mallory) = (Door::default(), Door::default());
    ada.sign_in(&idp, &social, "acme", "alice").await;
    mallory.sign_in(&idp, &social, "acme", "bob").await;
    let ada_id = ada.session.user.clone().unwrap();
    let mut of_ada = social.begin_device("acme", Some(&ada_id)).await.unwrap();
    let mut other = social.begin_device("acme", mallory.session.user.as_ref()).await.unwrap();
    assert_ne!(of_ada.user_code(), other.user_code());
    idp.approve_device(of_ada.user_code(), "carol").unwrap();

    pending(&social, &mut other).await;
    let connected = signed_in(&social, &mut of_ada).await;
    assert_eq!(connected.user.id, ada_id, "connected to whom it was begun for");
    let error = social.poll_device(&mut of_ada).await.unwrap_err();
    assert_eq!(error.reason(), Reason::AuthorizationCodeRejected, "{error}");

    // Somebody else's account at the provider, connected by now, is not connected a second time.
    idp.approve_device(other.user_code(), "carol").unwrap();
    idp.advance_clock(Duration::from_secs(10));
    assert_eq!(social.poll_device(&mut other).await.unwrap_err().reason(), Reason::IdentityInUse);
}

#[tokio::test]
async fn a_device_that_asks_too_often_slows_down() {
    let idp = DevProvider::start().await.unwrap();
    let social = from_settings(&idp);
    let mut device = social.begin_device("acme", None).await.unwrap();
    let first = pending(&social, &mut device).await;
    let slower = pending(&social, &mut device).await;
    assert_eq!(slower, first + Duration::from_secs(5));
    idp.advance_clock(Duration::from_secs(10));
    assert_eq!(pending(&social, &mut device).await, slower, "and stays slow");
    idp.fault_times("/oauth2/token", Fault::Status(503), 1);
    assert_eq!(pending(&social, &mut device).await, slower + Duration::from_secs(5), "a provider in trouble is left alone");
    idp.approve_device(device.user_code(), "alice").unwrap();
    assert_eq!(signed_in(&social, &mut device).await.user.username, "alice");
}

#[tokio::test]
async fn a_person_who_declines_or_comes_too_late_signs_nobody_in() {
    let (idp, social) = set_up().await;
    let mut declined = social.begin_device("dev-oidc", None).await.unwrap();
    assert!(idp.decline_device(declined.user_code()));
    assert!(!idp.approve_device(declined.user_code(), "alice").unwrap(), "a decision stands");
    let error = social.poll_device(&mut declined).await.unwrap_err();
    assert_eq!((error.reason(), error.facts().backend), (Reason::AuthorizationDeclined, Some("dev-oidc")));

    let mut late = social.begin_device("dev-oidc", None).await.unwrap();
    idp.advance_clock(Duration::from_secs(301));
    assert!(!idp.approve_device(late.user_code(), "alice").unwrap());
    assert_eq!(social.poll_device(&mut late).await.unwrap_err().reason(), Reason::AttemptExpired);
    assert!(!social.users().username_exists("alice").await.unwrap());
}

async fn begin_error(social: &SocialAuth, backend: &str) -> Error {
    social.begin_device(backend, None).await.unwrap_err()
}

#[tokio::test]
async fn an_answer_that_cannot_be_shown_in_a_terminal_is_refused() {
    let (idp, social) = set_up().await;
    assert_eq!(begin_error(&social, "nowhere").await.reason(), Reason::BackendMissing);
    let error = begin_error(&social, "dev-oauth2").await;
    assert_eq!(error.reason(), Reason::UnsupportedFeature);
    assert!(error.to_string().contains("DEVICE_AUTHORIZATION_URL"), "{error}");
    for (fault, reason) in
        [(Fault::Html, Reason::MalformedResponse), (Fault::Status(500), Reason::Unavailable), (Fault::Empty, Reason::MalformedResponse)]
    {
        idp.fault_times("/device_authorization", fault, 1);
        let error = begin_error(&social, "dev-oidc").await;
        assert_eq!((error.reason(), error.facts().stage), (reason, Stage::Begin), "{error}");
    }
    let device = social.begin_device("dev-oidc", None).await.unwrap();
    assert!(!format!("{device:?}").contains(device.user_code()));
}

#[tokio::test]
async fn sign_ins_on_devices_are_limited_by_address_and_by_user() {
    use social_auth::flow::DeviceFor;
    let idp = DevProvider::start().await.unwrap();
    let url = idp.url();
    let settings = [
        ("KEY", idp.client_id().to_owned()),
        ("AUTHORIZATION_URL", format!("{url}/oauth2/authorize")),
        ("ACCESS_TOKEN_URL", format!("{url}/oauth2/token")),
        ("DEVICE_AUTHORIZATION_URL", format!("{url}/oauth2/device_authorization")),
        ("USER_URL", format!("{url}/oauth2/user")),
        ("SECRET", idp.client_secret().to_owned()),
    ];
    let social = SocialAuth::builder()
        .public_url("http://localhost:8000")
        .secret_key("a key of at least thirty-two random characters")
        .storage(MemoryStorage::new())
        .set("RATE_LIMITS", serde_json::json!({"device": "2/h"}))
        .backend_as("acme", "oauth2", settings)
        .build()
        .unwrap_or_else(|error| panic!("{error}"));
    let (ada, bob) = (social_auth::storage::UserId::new("1"), social_auth::storage::UserId::new("2"));
    let from = |address: &str| Some(address.parse().unwrap());
    let cases = [
        (DeviceFor { user: None, client: from("203.0.113.1") }, DeviceFor { user: None, client: from("203.0.113.2") }),
        (DeviceFor { user: Some(&ada), client: from("203.0.113.3") }, DeviceFor { user: Some(&bob), client: from("203.0.113.4") }),
    ];
    for (one, other) in cases {
        for _ in 0..2 {
            let _ = social.begin_device_for("acme", one).await.unwrap();
        }
        let error = social.begin_device_for("acme", one).await.unwrap_err();
        assert_eq!(error.reason(), Reason::RateLimited);
        assert!(error.facts().retry_after.is_some_and(|seconds| (1..=1800).contains(&seconds)), "{error:?}");
        let _ = social.begin_device_for("acme", other).await.unwrap();
    }
    let elsewhere = DeviceFor { user: Some(&ada), client: from("203.0.113.5") };
    assert_eq!(social.begin_device_for("acme", elsewhere).await.unwrap_err().reason(), Reason::RateLimited, "one user, from everywhere");
    for _ in 0..2 {
        let _ = social.begin_device("acme", None).await.unwrap();
    }
    assert_eq!(social.begin_device("acme", None).await.unwrap_err().reason(), Reason::RateLimited, "nobody in particular");
}
