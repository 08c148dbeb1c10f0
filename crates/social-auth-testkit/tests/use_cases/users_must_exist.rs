//! Users must exist beforehand: a pipeline that makes none. Whoever is known connects, then signs in.

use social_auth::pipeline::Pipeline;
use social_auth::storage::NewUser;

use crate::{Door, set_up_with};

#[tokio::test]
async fn nobody_new_gets_in() {
    let (idp, social) = set_up_with(Pipeline::authentication().remove("create_user").unwrap()).await;
    let refused = Door::default().sign_in(&idp, &social, "dev-oidc", "alice").await;
    assert_eq!((refused.status.as_u16(), refused.error.unwrap().reason().code()), (403, "authentication_disallowed"));

    let employee = social.users().create_user(&NewUser { username: "e007".into(), ..NewUser::default() }).await.unwrap();
    let mut door = Door::default();
    door.session.user = Some(employee.id.clone()); // signed in with the company's own password
    door.connect(&idp, &social, "dev-oidc", "alice").await;
    let mut later = Door::default();
    later.sign_in(&idp, &social, "dev-oidc", "alice").await;
    assert_eq!(later.session.user, Some(employee.id));
}
