//! Ask again for a refresh token: some providers give one only with the first consent. Where we have none, a
//! step sends the person back to consent once more.

use social_auth::pipeline::{Context, Outcome, Pipeline, StepFuture};
use social_auth::web::Reply;
use social_auth_testkit::Client;

use crate::{Door, path_of, set_up_by};

fn have_a_refresh_token(context: &mut Context) -> StepFuture<'_> {
    Box::pin(async move {
        let stored = context.association.as_ref().is_some_and(|association| association.extra_data.text("refresh_token").is_some());
        let asked_already = context.session_field("again").is_some_and(|value| !value.is_null());
        if stored || context.identity().tokens.refresh_token.is_some() || asked_already {
            return Ok(Outcome::Continue);
        }
        let url = format!("/login/{}/?prompt=consent&again=1", context.backend_info().name);
        Ok(Outcome::Stop(Reply::redirect(url)))
    })
}

#[tokio::test]
async fn without_a_refresh_token_the_person_is_asked_for_consent_again_and_only_once() {
    let pipeline = Pipeline::authentication().after("social_user", "have_a_refresh_token", have_a_refresh_token).unwrap();
    let (idp, social) = set_up_by(|builder| {
        builder
            .pipeline(pipeline)
            .set("SOCIAL_AUTH_DEV_OIDC_KEY", "stingy")
            .set("SOCIAL_AUTH_DEV_OIDC_SECRET", "stingy secret")
            .set("SOCIAL_AUTH_DEV_OIDC_AUTH_EXTRA_ARGUMENTS", serde_json::json!({"prompt": "select_account"}))
            .set("SOCIAL_AUTH_DEV_OIDC_AUTH_EXTRA_ARGUMENTS_OVERRIDE_ALLOWLIST", vec!["prompt"])
            .set("SOCIAL_AUTH_FIELDS_STORED_IN_SESSION", vec!["again"])
    })
    .await;
    idp.register(Client { refresh_tokens: false, ..Client::confidential("stingy", "stingy secret") });

    let mut door = Door::default();
    let back = door.sign_in(&idp, &social, "dev-oidc", "alice").await;
    assert_eq!(back.location(), Some("/login/dev-oidc/?prompt=consent&again=1"));
    assert!(door.session.user.is_none());
    let away = door.get(&social, back.location().unwrap()).await;
    assert!(away.location().unwrap().contains("prompt=consent"), "{away:?}");
    // This provider gives none even so: then the person is let in all the same.
    let callback = idp.approve(away.location().unwrap(), "alice").await.unwrap();
    door.get(&social, &path_of(callback.url.as_ref())).await;
    assert!(door.session.user.is_some());
}
