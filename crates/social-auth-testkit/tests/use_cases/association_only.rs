//! Association only: a backend that people connect to their account, and never sign in or up with.

use crate::{Door, associations, set_up_by};

#[tokio::test]
async fn such_a_backend_is_connected_to_an_account_and_signs_nobody_in() {
    let (idp, social) = set_up_by(|builder| builder.set("SOCIAL_AUTH_DEV_OAUTH2_ASSOCIATION_ONLY", true)).await;
    let mut door = Door::default();
    let refused = door.sign_in(&idp, &social, "dev-oauth2", "alice").await;
    assert_eq!((refused.status.as_u16(), &door.session.user), (403, &None));
    door.sign_in(&idp, &social, "dev-oidc", "alice").await;
    door.connect(&idp, &social, "dev-oauth2", "alice").await;
    assert_eq!(associations(&social, &door).await.len(), 2);
    let refused = Door::default().sign_in(&idp, &social, "dev-oauth2", "alice").await;
    assert_eq!(refused.status, 403, "connected or not");
}
