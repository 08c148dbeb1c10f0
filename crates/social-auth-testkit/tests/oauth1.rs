//! Whole sign-ins over OAuth 1.0a at the library's own door, the development identity provider behind.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod door;

use std::time::Duration;

use door::{Door, path_of};
use http::Method;
use serde_json::json;
use social_auth::SocialAuth;
use social_auth::storage::MemoryStorage;
use social_auth_testkit::DevProvider;

/// A site with the generic provider, its settings, and those given here.
async fn set_up(further: &[(&'static str, &str)]) -> (DevProvider, SocialAuth) {
    let idp = DevProvider::start().await.unwrap();
    let at = |path: &str| format!("{}/oauth1/{path}", idp.url());
    let urls = [
        ("REQUEST_TOKEN_URL", at("request_token")),
        ("AUTHORIZATION_URL", at("authorize")),
        ("ACCESS_TOKEN_URL", at("access_token")),
        ("USER_URL", at("user")),
    ];
    let mut settings = vec![("KEY", idp.client_id()), ("SECRET", idp.client_secret()), ("USERNAME_KEY", "login"), ("EMAIL_KEY", "email")];
    settings.extend(urls.iter().map(|(name, url)| (*name, url.as_str())));
    settings.extend(further);
    let social = SocialAuth::builder()
        .public_url("http://localhost:8000")
        .secret_key("a key of at least thirty-two random characters")
        .storage(MemoryStorage::new())
        .backend_as("dev", "oauth1", settings.iter().copied())
        .build()
        .unwrap_or_else(|error| panic!("{error}"));
    (idp, social)
}

/// Begins in this browser; answers where the provider sends the person who decides.
async fn approved(idp: &DevProvider, social: &SocialAuth, door: &mut Door, person: &str) -> String {
    let away = door.get(social, "/login/dev/?next=/there").await;
    let callback = idp.approve(away.location().unwrap_or_else(|| panic!("{away:?}")), person).await.unwrap();
    path_of(callback.url.as_ref())
}

#[tokio::test]
async fn a_person_signs_in_with_every_signature_at_every_place() {
    for method in ["HMAC-SHA1", "HMAC-SHA256", "PLAINTEXT"] {
        for (place, redirect_state) in [("AUTH_HEADER", "false"), ("QUERY", "true"), ("BODY", "false")] {
            let settings = [("SIGNATURE_METHOD", method), ("SIGNATURE_TYPE", place), ("REDIRECT_STATE", redirect_state)];
            let (idp, social) = set_up(&settings).await;
            let mut door = Door::default();
            let callback = approved(&idp, &social, &mut door, "alice").await;
            let back = door.get(&social, &callback).await;
            assert_eq!(back.location(), Some("/there"), "{method} {place}: {back:?}");
            let user = door.session.user.clone().expect("somebody is signed in");
            assert_eq!(social.users().user(&user).await.unwrap().unwrap().email.as_deref(), Some("alice@example.test"));
            let kept = social.social().associations_of(&user).await.unwrap().remove(0).extra_data;
            assert_eq!(kept.get("access_token").unwrap()["screen_name"], "alice");
        }
    }
}

#[tokio::test]
async fn tabs_of_one_browser_do_not_disturb_each_other() {
    let (idp, social) = set_up(&[]).await;
    let mut door = Door::default();
    let first = approved(&idp, &social, &mut door, "alice").await;
    let second = approved(&idp, &social, &mut door, "bob").await;
    door.get(&social, &second).await;
    let bob = door.session.user.take().expect("the second tab signs in");
    door.get(&social, &first).await;
    let alice = door.session.user.take().expect("so does the first");
    assert_ne!(alice, bob);
}

#[tokio::test]
async fn a_wrong_verifier_signs_nobody_in() {
    let (idp, social) = set_up(&[]).await;
    let mut door = Door::default();
    let callback = approved(&idp, &social, &mut door, "alice").await;
    let (address, _) = callback.split_once("&oauth_verifier=").unwrap();
    let reply = door.get(&social, &format!("{address}&oauth_verifier=guessed")).await;
    assert_eq!(reply.status, 400, "{reply:?}");
    assert!(door.session.user.is_none());
    assert_eq!(idp.requests_to("/oauth1/user").len(), 0);
}

#[tokio::test]
async fn without_a_verifier_the_provider_is_not_even_asked() {
    let (idp, social) = set_up(&[]).await;
    let mut door = Door::default();
    let callback = approved(&idp, &social, &mut door, "alice").await;
    let (address, _) = callback.split_once("&oauth_verifier=").unwrap();
    assert_eq!(door.get(&social, address).await.status, 400);
    assert!(door.session.user.is_none() && idp.requests_to("/oauth1/access_token").is_empty());
}

#[tokio::test]
async fn a_callback_is_good_once() {
    let (idp, social) = set_up(&[]).await;
    let mut door = Door::default();
    let callback = approved(&idp, &social, &mut door, "alice").await;
    door.get(&social, &callback).await;
    assert!(door.session.user.take().is_some());
    assert_eq!(door.get(&social, &callback).await.status, 400);
    assert!(door.session.user.is_none());
    assert_eq!(idp.requests_to("/oauth1/access_token").len(), 1);
}

#[tokio::test]
async fn a_callback_from_another_browser_is_refused() {
    // Session fixation by a link: the hole of OAuth 1.0 that the verifier closed, and its mirror image,
    // a login to the attacker's account.
    for redirect_state in ["false", "true"] {
        let (idp, social) = set_up(&[("REDIRECT_STATE", redirect_state)]).await;
        let callback = approved(&idp, &social, &mut Door::default(), "alice").await;
        let mut other = Door::default();
        assert_eq!(other.get(&social, &callback).await.status, 400);
        approved(&idp, &social, &mut other, "bob").await;
        assert_eq!(other.get(&social, &callback).await.status, 400, "nor with an attempt of its own under way");
        assert!(other.session.user.is_none() && idp.requests_to("/oauth1/access_token").is_empty());
    }
}

#[tokio::test]
async fn the_token_of_another_attempt_is_refused() {
    let (idp, social) = set_up(&[("REDIRECT_STATE", "true")]).await;
    let mut door = Door::default();
    let mine = approved(&idp, &social, &mut door, "bob").await;
    let theirs = approved(&idp, &social, &mut Door::default(), "mallory").await;
    let (state, _) = mine.split_once("&oauth_token=").unwrap();
    let (_, token) = theirs.split_once("&oauth_token=").unwrap();
    assert_eq!(door.get(&social, &format!("{state}&oauth_token={token}")).await.status, 400);
    assert!(door.session.user.is_none() && idp.requests_to("/oauth1/access_token").is_empty());
}

#[tokio::test]
async fn whoever_declines_is_told_so() {
    let (idp, social) = set_up(&[]).await;
    let mut door = Door::default();
    let away = door.get(&social, "/login/dev/").await;
    let callback = idp.decline(away.location().unwrap()).await.unwrap();
    assert_eq!(door.get(&social, &path_of(callback.url.as_ref())).await.status, 403);
    let away = door.get(&social, "/login/dev/").await;
    let token = away.location().unwrap().split_once("oauth_token=").unwrap().1.to_owned();
    let denied = door.get(&social, &format!("/complete/dev/?denied={token}")).await;
    assert_eq!(denied.status, 403, "as X says it");
    door.get(&social, "/login/dev/").await;
    let bare = door.get(&social, "/complete/dev/?oauth_problem=user_refused").await;
    assert_eq!(bare.status, 403, "without naming the token: it is the only sign-in under way");
    assert!(door.session.user.is_none());
}

#[tokio::test]
async fn a_client_that_the_provider_does_not_know_is_told_to_the_operator() {
    let (idp, social) = set_up(&[("SECRET", "another-secret")]).await;
    let reply = Door::default().get(&social, "/login/dev/").await;
    assert_eq!(reply.status, 502, "{reply:?}");
    assert_eq!(idp.requests_to("/oauth1/request_token").len(), 1);
}

#[tokio::test]
async fn the_provider_refuses_old_requests_and_repeated_ones() {
    let (idp, social) = set_up(&[("SIGNATURE_TYPE", "QUERY")]).await;
    Door::default().get(&social, "/login/dev/").await;
    let request = idp.requests_to("/oauth1/request_token").remove(0);
    let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(&request.query).finish();
    let again = reqwest::Client::new().post(format!("{}/oauth1/request_token?{query}", idp.url())).send().await.unwrap();
    assert_eq!((again.status().as_u16(), again.text().await.unwrap().as_str()), (401, "oauth_problem=nonce_used"));
    idp.advance_clock(Duration::from_secs(3600));
    let late = Door::default().get(&social, "/login/dev/").await;
    assert_eq!(late.status, 502, "the clocks differ by an hour");
}

#[tokio::test]
async fn a_token_that_a_client_got_by_itself_signs_in_in_every_form() {
    let (idp, social) = set_up(&[]).await;
    let mut door = Door::default();
    let callback = approved(&idp, &social, &mut door, "alice").await;
    door.get(&social, &callback).await;
    let alice = door.session.user.clone().unwrap();
    let kept = social.social().associations_of(&alice).await.unwrap().remove(0).extra_data;
    let token = kept.get("access_token").unwrap();
    let text = |name: &str| token[name].as_str().unwrap();
    let query = format!("oauth_token={}&oauth_token_secret={}", text("oauth_token"), text("oauth_token_secret"));
    let parts = json!({"access_token": text("oauth_token"), "access_token_secret": text("oauth_token_secret")});
    for body in [json!({"access_token": token}), json!({"access_token": query}), parts] {
        let reply = Door::default().send_json(&social, Method::POST, "/token/dev/", "", &body).await;
        assert_eq!(reply.status, 200, "{reply:?}");
    }
    let forged = json!({"access_token": {"oauth_token": text("oauth_token"), "oauth_token_secret": "guessed", "id": "1"}});
    let reply = Door::default().send_json(&social, Method::POST, "/token/dev/", "", &forged).await;
    assert_eq!(reply.status, 401, "{reply:?}");
}
