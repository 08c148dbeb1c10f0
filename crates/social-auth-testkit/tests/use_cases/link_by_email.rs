//! Associate by e-mail. Never without being told to; then by signing in to the account first (`confirm`, see
//! `tests/associate_by_email.rs`), or when both sides have verified the address (`tests/verified_email.rs`).

use social_auth::pipeline::{Pipeline, steps};

use crate::{Door, set_up, set_up_with};

#[tokio::test]
async fn the_same_address_is_another_user_unless_a_policy_says_otherwise() {
    let (idp, social) = set_up().await;
    let (mut first, mut second) = (Door::default(), Door::default());
    first.sign_in(&idp, &social, "dev-oauth2", "alice").await;
    second.sign_in(&idp, &social, "dev-oidc", "alice").await;
    assert_ne!(first.session.user, second.session.user);
}

#[tokio::test]
async fn with_the_step_and_no_policy_the_person_is_told_to_sign_in_to_the_account() {
    let step = steps::built_in("associate_by_email").unwrap();
    let (idp, social) = set_up_with(Pipeline::authentication().insert("social_user", 1, "associate_by_email", step).unwrap()).await;
    Door::default().sign_in(&idp, &social, "dev-oauth2", "alice").await;
    let refused = Door::default().sign_in(&idp, &social, "dev-oidc", "alice").await;
    assert_eq!(refused.error.map(|error| error.reason().code()), Some("email_in_use"));
}
