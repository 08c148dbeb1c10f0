//! Disconnecting is not signing out: one removes a way in, the other ends a session.

use crate::{Door, associations, set_up};

#[tokio::test]
async fn who_disconnects_stays_signed_in_and_who_signs_out_stays_connected() {
    let (idp, social) = set_up().await;
    let mut door = Door::default();
    door.sign_in(&idp, &social, "dev-oidc", "alice").await;
    let last = door.post(&social, "/disconnect/dev-oidc/", "").await;
    assert_eq!(last.error.map(|error| error.reason().code()), Some("disconnect_disallowed"), "the only way in");

    door.connect(&idp, &social, "dev-oauth2", "alice").await;
    door.post(&social, "/disconnect/dev-oidc/", "").await;
    let left: Vec<_> = associations(&social, &door).await.into_iter().map(|one| one.provider).collect();
    assert_eq!(left, ["dev-oauth2"], "and still signed in");

    let before = door.session.user.clone();
    door.post(&social, "/logout/", "").await;
    assert!(door.session.user.is_none());
    door.sign_in(&idp, &social, "dev-oauth2", "alice").await;
    assert_eq!(door.session.user, before);
}
