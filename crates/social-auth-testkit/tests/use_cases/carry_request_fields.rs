//! Carry fields of one's own: a parameter of the link that begins reaches a step of the pipeline.

use social_auth::pipeline::{Outcome, Pipeline};

use crate::{Door, set_up_by, user};

#[tokio::test]
async fn a_step_sees_the_parameters_that_the_settings_name() {
    let invitations = Pipeline::authentication().before("create_user", "invitation", |context| {
        Box::pin(async move {
            if let Some(invited_by) = context.session_field("invited_by").cloned() {
                context.values.insert("invited_by".to_owned(), invited_by);
            }
            Ok(Outcome::Continue)
        })
    });
    let (idp, social) = set_up_by(|builder| {
        builder
            .pipeline(invitations.unwrap())
            .set("SOCIAL_AUTH_FIELDS_STORED_IN_SESSION", vec!["invited_by"])
            .set("SOCIAL_AUTH_USER_FIELDS", vec!["username", "email", "invited_by"])
    })
    .await;
    let mut door = Door::default();
    door.sign_in_by(&idp, &social, "/login/dev-oidc/?invited_by=bob&is_staff=true", "alice").await;
    let user = user(&social, &door).await;
    assert_eq!(user.attributes["invited_by"], "bob");
    assert!(user.get("is_staff").is_none(), "nothing else of the link gets in");
}
