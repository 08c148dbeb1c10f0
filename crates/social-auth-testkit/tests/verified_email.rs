//! Whose address is verified, and `ASSOCIATE_BY_EMAIL = "verified"`, at the library's door.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod door;

use door::{Door, set_up_by};
use social_auth::SocialAuth;
use social_auth::pipeline::{Pipeline, steps};
use social_auth::storage::{NewUser, UserId};
use social_auth_testkit::DevProvider;

/// The development provider under two names: each vouches for what it says.
async fn two_backends() -> (DevProvider, SocialAuth) {
    let idp = DevProvider::start().await.unwrap();
    let settings = [("KEY", idp.client_id().to_owned()), ("SECRET", idp.client_secret().to_owned()), ("OIDC_ENDPOINT", idp.issuer())];
    let step = steps::built_in("associate_by_email").unwrap();
    let pipeline = Pipeline::authentication().insert("social_user", 1, "associate_by_email", step).unwrap();
    let (_, social) = set_up_by(|builder| {
        let builder = builder.backend_as("first", "oidc", settings.clone()).backend_as("second", "oidc", settings);
        builder.pipeline(pipeline).set("SOCIAL_AUTH_ASSOCIATE_BY_EMAIL", "verified")
    })
    .await;
    (idp, social)
}

async fn signed_in(idp: &DevProvider, social: &SocialAuth, backend: &str, person: &str) -> Result<UserId, u16> {
    let mut door = Door::default();
    let reply = door.sign_in(idp, social, backend, person).await;
    door.session.user.ok_or(reply.status.as_u16())
}

#[tokio::test]
async fn who_proved_the_same_address_at_two_providers_is_one_user() {
    let (idp, social) = two_backends().await;
    let first = signed_in(&idp, &social, "first", "alice").await.unwrap();
    assert!(social.users().has_verified_email(&first, "alice@example.test").await.unwrap());
    assert_eq!(signed_in(&idp, &social, "second", "alice").await, Ok(first.clone()));
    assert_eq!(social.social().associations_of(&first).await.unwrap().len(), 2);
}

#[tokio::test]
async fn an_account_that_somebody_made_with_the_address_beforehand_gets_nobody() {
    let (idp, social) = two_backends().await;
    let planted = NewUser { username: "planted".into(), email: Some("alice@example.test".into()), ..NewUser::default() };
    let planted = social.users().create_user(&planted).await.unwrap();
    assert_eq!(signed_in(&idp, &social, "first", "alice").await, Err(409));
    assert!(social.social().associations_of(&planted.id).await.unwrap().is_empty());
}

#[tokio::test]
async fn an_address_that_the_provider_does_not_vouch_for_proves_nothing() {
    let (idp, social) = two_backends().await;
    let dave = signed_in(&idp, &social, "first", "dave").await.unwrap();
    assert!(!social.users().has_verified_email(&dave, "dave@example.test").await.unwrap());
    assert_eq!(signed_in(&idp, &social, "second", "dave").await, Err(409));
}

// CVE-2026-27946, CVE-2026-54693.
#[tokio::test]
async fn verified_flag_not_client_writable() {
    let (idp, social) = two_backends().await;
    let claims = "email_verified=true&verified=true&email=dave@example.test";
    let mut door = Door::default();
    door.sign_in_by(&idp, &social, &format!("/login/first/?{claims}"), "dave").await;
    let dave = door.session.user.clone().unwrap();
    let token = social.social().associations_of(&dave).await.unwrap()[0].extra_data.text("access_token").unwrap().to_owned();
    Door::default().send(&social, http::Method::POST, "/token/first/", "", &format!("access_token={token}&{claims}")).await;
    assert!(!social.users().has_verified_email(&dave, "dave@example.test").await.unwrap());
    assert_eq!(signed_in(&idp, &social, "second", "dave").await, Err(409));
}

// CVE-2017-18076: what a request carries is kept with the attempt only where a setting names it.
#[tokio::test]
async fn a_token_in_the_request_that_begins_is_not_kept_with_the_attempt() {
    let heard = std::sync::Arc::new(std::sync::Mutex::new(Vec::new()));
    let ear = heard.clone();
    let pipeline = Pipeline::authentication().then("listen", move |context| {
        let seen = ["access_token", "code", "plan"].map(|name| context.session_field(name).cloned());
        ear.lock().unwrap().push((seen, context.values.clone()));
        Box::pin(async { Ok(social_auth::pipeline::Outcome::Continue) })
    });
    let (idp, social) = set_up_by(|builder| builder.pipeline(pipeline).set("SOCIAL_AUTH_FIELDS_STORED_IN_SESSION", vec!["plan"])).await;
    Door::default().sign_in_by(&idp, &social, "/login/dev-oidc/?access_token=s3cret&code=s3cret&plan=gold", "alice").await;
    let heard = heard.lock().unwrap();
    let (seen, values) = &heard[0];
    assert_eq!(*seen, [None, None, Some("gold".into())]);
    assert!(values.is_empty(), "{values:?}");
}
