//! What the application is told of, at the library's door.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod door;

use std::sync::{Arc, Mutex};

use door::{Door, set_up_by};
use social_auth::error::Stage;
use social_auth::pipeline::Pipeline;
use social_auth::{Event, PendingUpdate, Reason, SocialAuth};
use social_auth_testkit::DevProvider;

type Heard = Arc<Mutex<Vec<Event>>>;

async fn listening(pipeline: Pipeline) -> (DevProvider, SocialAuth, Heard) {
    let heard = Heard::default();
    let ear = heard.clone();
    let listener = move |event: &Event| ear.lock().unwrap().push(event.clone());
    let (idp, social) = set_up_by(|builder| builder.pipeline(pipeline).on_event(listener)).await;
    (idp, social, heard)
}

/// The names of the events since the last time.
fn names(heard: &Heard) -> Vec<String> {
    let events = std::mem::take(&mut *heard.lock().unwrap());
    events.iter().map(|event| serde_json::to_value(event).unwrap()["event"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn a_first_sign_in_tells_of_the_user_the_association_and_the_login() {
    let (idp, social, heard) = listening(Pipeline::authentication()).await;
    Door::default().sign_in(&idp, &social, "dev-oidc", "alice").await;
    let created = heard.lock().unwrap()[0].clone();
    let Event::UserCreated { backend, user } = created else { panic!("{created:?}") };
    assert_eq!((backend.as_str(), user.email.as_deref()), ("dev-oidc", Some("alice@example.test")));
    assert_eq!(names(&heard), ["user_created", "association_made", "before_update", "login_succeeded"]);
    Door::default().sign_in(&idp, &social, "dev-oidc", "alice").await;
    assert_eq!(names(&heard), ["login_succeeded"]);
}

#[tokio::test]
async fn connecting_and_disconnecting_are_told() {
    let (idp, social, heard) = listening(Pipeline::authentication()).await;
    let mut door = Door::default();
    door.sign_in(&idp, &social, "dev-oidc", "alice").await;
    names(&heard);
    let away = door.post(&social, "/login/dev-oauth2/", "").await;
    let callback = idp.approve(away.location().unwrap(), "alice").await.unwrap();
    door.get(&social, &door::path_of(callback.url.as_ref())).await;
    assert!(names(&heard).contains(&"association_made".to_owned()));
    door.post(&social, "/disconnect/dev-oauth2/", "").await;
    let removed = heard.lock().unwrap()[0].clone();
    let Event::AssociationRemoved { backend, user, .. } = removed else { panic!("{removed:?}") };
    assert_eq!((backend.as_str(), Some(user)), ("dev-oauth2", door.session.user.clone()));
}

#[tokio::test]
async fn a_pipeline_that_makes_no_users_tells_who_is_not_registered() {
    let pipeline = Pipeline::authentication().remove("create_user").unwrap();
    let (idp, social, heard) = listening(pipeline).await;
    Door::default().sign_in(&idp, &social, "dev-oidc", "alice").await;
    let Event::LoginFailed { reason, .. } = heard.lock().unwrap()[1].clone() else { panic!("{heard:?}") };
    assert_eq!(reason, Reason::AuthenticationDisallowed);
    assert_eq!(names(&heard), ["user_not_registered", "login_failed"]);
}

#[tokio::test]
async fn a_sign_in_that_cannot_even_be_begun_is_told_too() {
    let heard = Heard::default();
    let ear = heard.clone();
    let posts_only = |builder: social_auth::Builder| {
        builder.set("SOCIAL_AUTH_LOGIN_METHODS", vec!["POST"]).on_event(move |event: &Event| ear.lock().unwrap().push(event.clone()))
    };
    let (_idp, social) = set_up_by(posts_only).await;
    Door::default().get(&social, "/login/dev-oidc/").await;
    let Event::LoginFailed { backend, reason, stage, .. } = heard.lock().unwrap()[0].clone() else { panic!("{heard:?}") };
    assert_eq!((backend.as_str(), reason, stage), ("dev-oidc", Reason::InvalidParameter, Stage::Begin));
    names(&heard);
    Door::default().get(&social, "/login/made-up/").await;
    assert!(names(&heard).is_empty(), "no backend, no sign-in");
}

#[tokio::test]
async fn the_application_has_its_say_before_a_profile_changes_a_user() {
    let hook = |update: &mut PendingUpdate<'_>| {
        assert_eq!((update.backend, update.details.first_name.as_deref()), ("dev-oidc", Some("Alice")));
        update.changes.remove("first_name");
        update.changes.insert("last_name".into(), "Changed".into());
    };
    let (idp, social) = set_up_by(|builder| builder.before_update(hook)).await;
    let mut door = Door::default();
    door.sign_in(&idp, &social, "dev-oidc", "alice").await;
    let user = social.users().user(&door.session.user.unwrap()).await.unwrap().unwrap();
    assert_eq!((user.first_name, user.last_name.as_deref()), (None, Some("Changed")));
}

#[tokio::test]
async fn connecting_another_account_fills_what_is_empty_and_leaves_the_rest() {
    let (idp, social, _heard) = listening(Pipeline::authentication()).await;
    let mut door = Door::default();
    door.sign_in(&idp, &social, "dev-oauth2", "alice").await;
    let id = door.session.user.clone().unwrap();
    let named =
        social_auth::storage::UserChanges(serde_json::json!({"first_name": "Ally", "last_name": null}).as_object().unwrap().clone());
    social.users().update_user(&id, &named).await.unwrap();
    door.connect(&idp, &social, "dev-oidc", "bob").await;
    let user = social.users().user(&id).await.unwrap().unwrap();
    assert_eq!((user.first_name.as_deref(), user.last_name.as_deref()), (Some("Ally"), Some("Baker")));
    // Signing in with it is another matter: whoever does so is shown as the provider says, as ever.
    door.session = door::MemorySession::default();
    door.sign_in(&idp, &social, "dev-oidc", "bob").await;
    let user = social.users().user(&id).await.unwrap().unwrap();
    assert_eq!(user.first_name.as_deref(), Some("Bob"));
}

#[tokio::test]
async fn a_failed_login_says_why_and_no_event_carries_a_secret() {
    let (idp, social, heard) = listening(Pipeline::authentication()).await;
    let mut door = Door::default();
    let away = door.get(&social, "/login/dev-oidc/").await;
    let callback = idp.decline(away.location().unwrap()).await.unwrap();
    door.get(&social, &door::path_of(callback.url.as_ref())).await;
    let Event::LoginFailed { reason, .. } = heard.lock().unwrap()[0].clone() else { panic!("{heard:?}") };
    assert_eq!(reason, Reason::AuthorizationDeclined);
    door.sign_in(&idp, &social, "dev-oidc", "alice").await;
    let stored = social.social().associations_of(door.session.user.as_ref().unwrap()).await.unwrap();
    let token = stored[0].extra_data.text("access_token").unwrap();
    assert!(!serde_json::to_string(&*heard.lock().unwrap()).unwrap().contains(token));
    assert!(!format!("{heard:?}").contains(token));
}
