//! A profile filled by a step: what the provider said is in `Identity::response`, the user is made already.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use social_auth::pipeline::{Outcome, Pipeline};
use social_auth::storage::UserId;

use crate::{Door, set_up_with};

#[tokio::test]
async fn the_application_keeps_what_it_wants_of_the_profile() {
    // A table of the application's own.
    let profiles: Arc<Mutex<HashMap<UserId, String>>> = Arc::default();
    let table = profiles.clone();
    let pipeline = Pipeline::authentication().after("create_user", "fill_profile", move |context| {
        let table = table.clone();
        Box::pin(async move {
            if let (true, Some(user)) = (context.created_user, &context.user) {
                let name = context.identity().response.text("name").unwrap_or_default();
                table.lock().unwrap().insert(user.id.clone(), name.to_owned());
            }
            Ok(Outcome::Continue)
        })
    });
    let (idp, social) = set_up_with(pipeline.unwrap()).await;
    let mut door = Door::default();
    door.sign_in(&idp, &social, "dev-oidc", "bob").await;
    assert_eq!(profiles.lock().unwrap()[&door.session.user.unwrap()], "Bob Baker");
}
