//! `ASSOCIATE_BY_EMAIL = "confirm"`, at the library's door.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod door;

use door::{Door, path_of, set_up_by};
use social_auth::SocialAuth;
use social_auth::pipeline::{Pipeline, steps};
use social_auth_testkit::DevProvider;

/// Alice has an account by OAuth 2.0; then she, or somebody else, comes with her address by OpenID Connect.
async fn paused() -> (DevProvider, SocialAuth, Door) {
    let step = steps::built_in("associate_by_email").unwrap();
    let pipeline = Pipeline::authentication().insert("social_user", 1, "associate_by_email", step).unwrap();
    let confirm = |builder: social_auth::Builder| {
        builder.pipeline(pipeline).set("SOCIAL_AUTH_ASSOCIATE_BY_EMAIL", "confirm").set("SOCIAL_AUTH_LOGIN_URL", "/sign-in")
    };
    let (idp, social) = set_up_by(confirm).await;
    Door::default().sign_in(&idp, &social, "dev-oauth2", "alice").await;
    let mut door = Door::default();
    let sent = door.sign_in(&idp, &social, "dev-oidc", "alice").await;
    assert_eq!(sent.location(), Some("/sign-in"));
    assert!(door.session.user.is_none());
    (idp, social, door)
}

#[tokio::test]
async fn after_signing_in_to_the_account_the_person_is_offered_to_connect() {
    let (idp, social, mut door) = paused().await;
    let offered = door.sign_in(&idp, &social, "dev-oauth2", "alice").await;
    let onward = path_of(offered.location().unwrap());
    assert!(onward.starts_with("/complete/dev-oidc/?partial_token="), "{onward}");
    assert_eq!(door.get(&social, &onward).await.status, 200, "asks first");
    let user = door.session.user.clone().unwrap();
    assert_eq!(social.social().associations_of(&user).await.unwrap().len(), 1);
    door.post(&social, &onward, "confirm=1").await;
    let connected: Vec<_> = social.social().associations_of(&user).await.unwrap().into_iter().map(|one| one.provider).collect();
    assert_eq!(connected, ["dev-oauth2", "dev-oidc"]);
    assert_eq!(door.post(&social, &onward, "confirm=1").await.status, 400, "once");
}

#[tokio::test]
async fn neither_another_account_nor_another_browser_goes_on() {
    let (idp, social, mut door) = paused().await;
    let token = door.session.values["partial_pipeline_token"].as_str().unwrap().to_owned();
    let link = format!("/complete/dev-oidc/?partial_token={token}");
    // The owner of the account gets the link of whoever began with her address.
    let mut victim = Door::default();
    let alice = victim.sign_in(&idp, &social, "dev-oauth2", "alice").await;
    assert_eq!(alice.location(), Some("/"), "nothing is offered in another browser");
    assert!(victim.post(&social, &link, "confirm=1").await.status.is_client_error());
    door.sign_in(&idp, &social, "dev-oauth2", "bob").await;
    assert!(door.post(&social, &link, "confirm=1").await.status.is_client_error());
    let user = victim.session.user.unwrap();
    assert_eq!(social.social().associations_of(&user).await.unwrap().len(), 1);
}
