//! Call a provider's API with the stored token (the documentation read Google+ friends). When it has expired
//! it is renewed first, once, however many ask.

use std::time::Duration;

use crate::{Door, associations, set_up_by};
use social_auth::clock::Clock;

#[tokio::test]
async fn the_stored_token_is_renewed_when_it_has_expired() {
    let clock = Clock::fixed(time::OffsetDateTime::now_utc().unix_timestamp());
    let (idp, social) = set_up_by(|builder| builder.clock(clock.clone())).await;
    let mut door = Door::default();
    door.sign_in(&idp, &social, "dev-oauth2", "alice").await;
    let association = associations(&social, &door).await.remove(0);

    let profile = async |token: &social_auth::Secret| {
        let request = reqwest::Client::new().get(format!("{}/oauth2/user", idp.url())).bearer_auth(token.expose());
        request.send().await.unwrap()
    };
    let token = social.access_token(&association).await.unwrap();
    let answer: serde_json::Value = serde_json::from_slice(&profile(&token).await.bytes().await.unwrap()).unwrap();
    assert_eq!(answer["login"], "alice");

    clock.set(clock.now() + 2 * 3600);
    idp.advance_clock(Duration::from_secs(2 * 3600));
    assert_eq!(profile(&token).await.status(), 401, "the old one is of no use any more");
    let renewed = social.access_token(&association).await.unwrap();
    assert_ne!(renewed.expose(), token.expose());
    assert_eq!(profile(&renewed).await.status(), 200);
}
