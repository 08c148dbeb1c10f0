//! Rules of one's own for user names: a step takes the place of `get_username`, or changes its proposal.

use social_auth::pipeline::{Outcome, Pipeline};

use crate::{Door, set_up_with, user};

#[tokio::test]
async fn a_step_of_ones_own_changes_the_name() {
    let shouting = Pipeline::authentication().after("get_username", "shout", |context| {
        Box::pin(async move {
            if context.user.is_none() {
                context.username = context.username.take().map(|name| name.to_uppercase());
            }
            Ok(Outcome::Continue)
        })
    });
    let (idp, social) = set_up_with(shouting.unwrap()).await;
    let mut door = Door::default();
    door.sign_in(&idp, &social, "dev-oidc", "alice").await;
    assert_eq!(user(&social, &door).await.username, "ALICE");
}
