//! Token sign-in: a client hands over what it got from the provider by itself.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod door;

use door::{Door, set_up};
use http::{Method, StatusCode};
use serde_json::{Value, json};
use social_auth::SocialAuth;
use social_auth::web::{Reply, ReplyBody};

async fn post(social: &SocialAuth, door: &mut Door, path: &str, body: Value) -> Reply {
    door.send_json(social, Method::POST, path, "", &body).await
}

fn body(reply: &Reply) -> Value {
    match &reply.body {
        ReplyBody::Json(value) | ReplyBody::Problem(value) => value.clone(),
        other => panic!("{other:?}"),
    }
}

async fn nonce(social: &SocialAuth) -> String {
    let reply = post(social, &mut Door::default(), "/token/dev-oidc/nonce/", json!({})).await;
    body(&reply)["nonce"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn an_access_token_of_ours_signs_in_and_the_token_it_gives_is_good_for_the_api() {
    let (idp, social) = set_up().await;
    let theirs = idp.issue_tokens(idp.client_id(), "alice", None).unwrap();
    let reply = post(&social, &mut Door::default(), "/token/dev-oauth2/", json!({"access_token": theirs.access_token})).await;
    assert_eq!(reply.status, StatusCode::CREATED, "{reply:?}");
    let first = body(&reply);
    assert_eq!(first["user"]["email"], "alice@example.test");

    let again =
        post(&social, &mut Door::default(), "/social_sign_up/", json!({"provider": "dev-oauth2", "access_token": theirs.access_token}))
            .await;
    assert_eq!((again.status, &body(&again)["user"]["id"]), (StatusCode::OK, &first["user"]["id"]));

    let mut client = Door::with_bearer(first["token"].as_str().unwrap());
    let request = client.request(Method::GET, "/api/me", "", "");
    let user = social.bearer_user(&request).await.unwrap().expect("the token is good");
    assert_eq!(user.id.as_str(), first["user"]["id"].as_str().unwrap());
    assert!(social.revoke_api_token(&request).await.unwrap());
    assert!(social.bearer_user(&request).await.unwrap().is_none(), "a revoked token is good for nothing");
    client.session.user = None;
}

#[tokio::test]
async fn an_access_token_of_another_application_is_refused() {
    let (idp, social) = set_up().await;
    idp.register(social_auth_testkit::Client::confidential("another-app", "another-secret"));
    let theirs = idp.issue_tokens("another-app", "alice", None).unwrap();
    for backend in ["dev-oauth2", "dev-oidc"] {
        let reply = post(&social, &mut Door::default(), &format!("/token/{backend}/"), json!({"access_token": theirs.access_token})).await;
        assert_eq!((reply.status, &body(&reply)["code"]), (StatusCode::UNAUTHORIZED, &json!("credential_rejected")), "{backend}");
    }
}

#[tokio::test]
async fn an_id_token_needs_a_nonce_of_ours_and_signs_in_once() {
    let (idp, social) = set_up().await;
    let nonce = nonce(&social).await;
    let token = idp.issue_tokens(idp.client_id(), "alice", Some(nonce.as_str())).unwrap().id_token;
    let send = async |body: Value| post(&social, &mut Door::default(), "/token/dev-oidc/", body).await;

    let without = send(json!({"id_token": token})).await;
    assert_eq!(body(&without)["code"], "nonce_mismatch");
    let made_up = send(json!({"id_token": token, "nonce": "made-up"})).await;
    assert_eq!(body(&made_up)["code"], "nonce_mismatch");
    let right = send(json!({"id_token": token, "nonce": nonce})).await;
    assert_eq!(right.status, StatusCode::CREATED, "{:?}", body(&right));
    let again = send(json!({"id_token": token, "nonce": nonce})).await;
    assert!(again.status.is_client_error(), "an id token signs in once");
}

#[tokio::test]
async fn with_a_signed_in_user_it_connects_and_an_identity_in_use_is_a_conflict() {
    let (idp, social) = set_up().await;
    let tokens = |person: &str| idp.issue_tokens(idp.client_id(), person, None).unwrap().access_token;
    let alice = body(&post(&social, &mut Door::default(), "/token/dev-oauth2/", json!({"access_token": tokens("alice")})).await);
    let bob = body(&post(&social, &mut Door::default(), "/token/dev-oauth2/", json!({"access_token": tokens("bob")})).await);
    assert_ne!(alice["user"]["id"], bob["user"]["id"]);

    let mut alices = Door::with_bearer(alice["token"].as_str().unwrap());
    let connected = post(&social, &mut alices, "/token/dev-oidc/", json!({"access_token": tokens("alice")})).await;
    assert_eq!((&body(&connected)["user"]["id"], &body(&connected)["new_association"]), (&alice["user"]["id"], &json!(true)));
    let conflict = post(&social, &mut alices, "/token/dev-oauth2/", json!({"access_token": tokens("bob")})).await;
    assert_eq!((conflict.status, &body(&conflict)["code"]), (StatusCode::CONFLICT, &json!("identity_in_use")));

    let mut mallory = Door::with_bearer("sat_made-up");
    assert_eq!(
        post(&social, &mut mallory, "/token/dev-oidc/", json!({"access_token": tokens("alice")})).await.status,
        StatusCode::UNAUTHORIZED
    );
}

#[tokio::test]
async fn another_site_cannot_connect_its_account_by_the_cookie_of_a_visitor() {
    let (idp, social) = set_up().await;
    let mut door = Door::default();
    door.sign_in(&idp, &social, "dev-oidc", "alice").await;
    let token = idp.issue_tokens(idp.client_id(), "bob", None).unwrap().access_token;
    let reply = door.send_json(&social, Method::POST, "/token/dev-oauth2/", "cross-site", &json!({"access_token": token})).await;
    assert_eq!(body(&reply)["code"], "cross_site_request");
}

#[tokio::test]
async fn nothing_to_go_by_is_said_so() {
    let (_idp, social) = set_up().await;
    let reply = post(&social, &mut Door::default(), "/token/dev-oidc/", json!({})).await;
    assert_eq!((reply.status, &body(&reply)["parameter"]), (StatusCode::BAD_REQUEST, &json!("access_token")));
    let reply = post(&social, &mut Door::default(), "/token/nobody/", json!({"access_token": "x"})).await;
    assert_eq!((reply.status, &body(&reply)["code"]), (StatusCode::NOT_FOUND, &json!("backend_missing")));
}
