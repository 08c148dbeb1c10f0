//! Disconnecting at the library's door, with the pipeline as it comes and with steps of the site's own.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod door;

use std::sync::Arc;

use door::{Door, set_up, set_up_by};
use http::Method;
use social_auth::SocialAuth;
use social_auth::pipeline::{Outcome, Pipeline};
use social_auth::storage::{Association, MemoryStorage, SocialStorage, UserStorage};
use social_auth::web::Reply;
use social_auth_testkit::DevProvider;

async fn associations(social: &SocialAuth, door: &Door) -> Vec<Association> {
    social.social().associations_of(door.session.user.as_ref().unwrap()).await.unwrap()
}

/// Somebody with one account of each backend.
async fn connected_twice(idp: &DevProvider, social: &SocialAuth) -> Door {
    let mut door = Door::default();
    door.sign_in(idp, social, "dev-oidc", "alice").await;
    let away = door.post(social, "/login/dev-oauth2/", "").await;
    let callback = idp.approve(away.location().unwrap(), "alice").await.unwrap();
    door.get(social, &door::path_of(callback.url.as_ref())).await;
    assert_eq!(associations(social, &door).await.len(), 2);
    door
}

#[tokio::test]
async fn one_association_goes_and_the_last_way_in_stays() {
    let (idp, social) = set_up().await;
    let mut door = connected_twice(&idp, &social).await;
    let oidc = associations(&social, &door).await[0].clone();
    let gone = door.post(&social, &format!("/disconnect/dev-oidc/{}/", oidc.id), "next=/account").await;
    assert_eq!(gone.location(), Some("/account"));
    assert_eq!(associations(&social, &door).await[0].provider, "dev-oauth2");
    let refused = door.post(&social, "/disconnect/dev-oauth2/", "").await;
    assert_eq!(refused.status, 403, "{refused:?}");
    let again = door.post(&social, &format!("/disconnect/dev-oidc/{}/", oidc.id), "next=/account").await;
    assert_eq!(again.location(), Some("/account"), "people click twice");
    assert_eq!(associations(&social, &door).await.len(), 1);
}

#[tokio::test]
async fn an_association_of_somebody_else_is_not_touched() {
    let (idp, social) = set_up().await;
    let alice = connected_twice(&idp, &social).await;
    let mut bob = Door::default();
    bob.sign_in(&idp, &social, "dev-oidc", "bob").await;
    let hers = associations(&social, &alice).await[0].id;
    bob.post(&social, &format!("/disconnect/dev-oidc/{hers}/"), "").await;
    assert_eq!(associations(&social, &alice).await.len(), 2);
}

#[tokio::test]
async fn only_a_post_from_a_page_of_ours_disconnects() {
    let (idp, social) = set_up().await;
    let mut door = connected_twice(&idp, &social).await;
    assert_eq!(door.get(&social, "/disconnect/dev-oidc/").await.status, 400);
    assert_eq!(door.send(&social, Method::POST, "/disconnect/dev-oidc/", "cross-site", "").await.status, 403);
    assert_eq!(associations(&social, &door).await.len(), 2);
}

#[tokio::test]
async fn the_last_two_ways_in_do_not_go_at_the_same_time() {
    let (idp, social) = set_up().await;
    for _ in 0..20 {
        let one = connected_twice(&idp, &social).await;
        let (social, user) = (social.clone(), one.session.user.clone());
        let tasks = ["dev-oidc", "dev-oauth2"].map(|backend| {
            let (social, user) = (social.clone(), user.clone());
            tokio::spawn(async move {
                let mut door = Door::default();
                door.session.user = user;
                door.post(&social, &format!("/disconnect/{backend}/"), "").await
            })
        });
        for task in tasks {
            task.await.unwrap();
        }
        assert!(!associations(&social, &one).await.is_empty());
        for association in associations(&social, &one).await {
            social.social().delete_association(association.id).await.unwrap();
        }
    }
}

#[tokio::test]
async fn the_token_is_revoked_at_the_provider_when_the_setting_says_so() {
    for wanted in [true, false] {
        let (idp, social) = set_up_by(|builder| builder.set("SOCIAL_AUTH_REVOKE_TOKENS_ON_DISCONNECT", wanted)).await;
        let mut door = connected_twice(&idp, &social).await;
        door.post(&social, "/disconnect/dev-oidc/", "").await;
        assert_eq!(idp.requests_to("/oauth2/revoke").len(), usize::from(wanted));
        assert_eq!(associations(&social, &door).await.len(), 1);
    }
}

#[tokio::test]
async fn a_step_of_the_site_may_ask_first_and_stop() {
    let pipeline = Pipeline::disconnection().before("revoke_tokens", "are_you_sure", |context| {
        Box::pin(async move {
            if context.params.get("sure").is_some() {
                return Ok(Outcome::Continue);
            }
            Ok(Outcome::Pause(Reply::redirect(format!("/sure?entries={}", context.entries.len()))))
        })
    });
    let (idp, social) = set_up_by(|builder| builder.disconnect_pipeline(pipeline.unwrap())).await;
    let mut door = connected_twice(&idp, &social).await;
    assert_eq!(door.post(&social, "/disconnect/dev-oidc/", "").await.location(), Some("/sure?entries=1"));
    assert_eq!(associations(&social, &door).await.len(), 2);
    door.post(&social, "/disconnect/dev-oidc/", "sure=1").await;
    assert_eq!(associations(&social, &door).await.len(), 1);
}

#[tokio::test]
async fn a_setting_names_the_steps_as_python_social_auth_does() {
    let steps = ["social_core.pipeline.disconnect.get_entries", "disconnect"];
    let (idp, social) = set_up_by(|builder| builder.set("SOCIAL_AUTH_DISCONNECT_PIPELINE", steps.map(str::to_owned).to_vec())).await;
    let mut door = connected_twice(&idp, &social).await;
    door.post(&social, "/disconnect/dev-oidc/", "").await;
    door.post(&social, "/disconnect/dev-oauth2/", "").await;
    assert!(associations(&social, &door).await.is_empty(), "without allowed_to_disconnect everything may go");
}

#[tokio::test]
async fn a_step_that_does_not_exist_is_told_at_start() {
    let built = SocialAuth::builder()
        .public_url("http://localhost:8000")
        .secret_key("a key of at least thirty-two random characters")
        .storage(MemoryStorage::new())
        .set("SOCIAL_AUTH_DISCONNECT_PIPELINE", vec!["get_entrys".to_owned()])
        .build();
    let Err(error) = built else { panic!("it was built") };
    assert!(error.to_string().contains("did you mean \"get_entries\""), "{error}");
}

#[tokio::test]
async fn whoever_has_a_password_may_remove_every_association() {
    let storage = Arc::new(MemoryStorage::new());
    let (users, tables): (Arc<dyn UserStorage>, Arc<dyn SocialStorage>) = (storage.clone(), storage.clone());
    let (idp, social) = set_up_by(|builder| builder.users(users).social(tables)).await;
    let mut door = connected_twice(&idp, &social).await;
    storage.mark_password_usable(door.session.user.as_ref().unwrap());
    door.post(&social, "/disconnect/dev-oidc/", "").await;
    door.post(&social, "/disconnect/dev-oauth2/", "").await;
    assert!(associations(&social, &door).await.is_empty());
}
