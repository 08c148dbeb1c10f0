//! Logout, and tokens that come without a login.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod app;

use std::time::Duration;

use app::{App, CALLBACK};
use axum::Router;
use axum::routing::post;
use serde_json::{Value, json};
use social_auth_testkit::{Client, DevProvider, Error};
use tokio::sync::mpsc;

fn claims(token: &str) -> Value {
    jsonwebtoken::dangerous::insecure_decode_claims(token).unwrap()
}

#[tokio::test]
async fn logging_out_ends_the_session_and_leads_back() {
    let idp = DevProvider::start().await.unwrap();
    let app = App::oidc(&idp);
    let browser = idp.browser().unwrap();
    let callback = browser.approve(&app.authorize_url(&[]), "alice").await.unwrap();
    let tokens = app.exchange(&callback.param("code").unwrap(), &[]).await;
    let logout =
        |hint: &str, back: &str| format!("{}/end_session?id_token_hint={hint}&post_logout_redirect_uri={back}&state=bye", idp.url());
    let hint = tokens.text("id_token");
    for (hint, back) in [(hint.as_str(), "https://evil.example/"), ("x.y.z", CALLBACK)] {
        assert!(browser.visit(&logout(hint, back)).await.is_err());
    }
    let back = browser.visit(&logout(&hint, CALLBACK)).await.unwrap();
    assert_eq!(back.param("state").as_deref(), Some("bye"));
    let silent = browser.visit(&app.authorize_url(&[("prompt", "none")])).await.unwrap();
    assert_eq!(silent.param("error").as_deref(), Some("login_required"));
}

#[tokio::test]
async fn applications_hear_of_a_logout_by_the_back_channel() {
    let (heard, mut hears) = mpsc::unbounded_channel();
    let receiver = Router::new().route(
        "/logout",
        post(async move |body: String| {
            heard.send(body).unwrap();
        }),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let mut client = Client::confidential("app", "secret");
    client.backchannel_logout_uri = Some(format!("http://{}/logout", listener.local_addr().unwrap()));
    tokio::spawn(async move { axum::serve(listener, receiver).await.unwrap() });

    let idp = DevProvider::builder().client(client).start().await.unwrap();
    let app = App::oidc(&idp);
    let browser = idp.browser().unwrap();
    let callback = browser.approve(&app.authorize_url(&[]), "bob").await.unwrap();
    let id_token = claims(&app.exchange(&callback.param("code").unwrap(), &[]).await.text("id_token"));
    let back = format!("{}/end_session?client_id=app&post_logout_redirect_uri={CALLBACK}", idp.url());
    browser.visit(&back).await.unwrap();

    let body = tokio::time::timeout(Duration::from_secs(5), hears.recv()).await.unwrap().unwrap();
    let token = body.strip_prefix("logout_token=").unwrap();
    assert_eq!(jsonwebtoken::decode_header(token).unwrap().typ.as_deref(), Some("logout+jwt"));
    let token = claims(token);
    assert_eq!((&token["sub"], &token["aud"]), (&json!("1002"), &json!("app")));
    assert_eq!(token["sid"], id_token["sid"]);
    assert_eq!(token["events"], json!({"http://schemas.openid.net/event/backchannel-logout": {}}));
    assert!(token.get("nonce").is_none() && token["jti"].is_string());
}

#[tokio::test]
async fn tokens_come_without_a_login_too() {
    let idp = DevProvider::start().await.unwrap();
    let app = App::oidc(&idp);
    let tokens = idp.issue_tokens(idp.client_id(), "alice", Some("n")).unwrap();
    assert_eq!(claims(&tokens.id_token)["nonce"], "n");
    assert_eq!(app.get("/userinfo", Some(&tokens.access_token)).await.json["email"], "alice@example.test");
    assert_eq!(app.get("/oauth2/user", Some(&tokens.access_token)).await.json["login"], "alice");
    assert_eq!(app.refresh(&tokens.refresh_token.unwrap()).await.status, 200);
    let logout = claims(&idp.logout_token(idp.client_id(), Some("1001"), None).unwrap());
    assert!(logout["sub"] == "1001" && logout.get("sid").is_none());
    assert!(matches!(idp.issue_tokens("nobody", "alice", None), Err(Error::UnknownClient { .. })));
}

#[tokio::test]
async fn a_token_with_fewer_scopes_opens_less() {
    let idp = DevProvider::start().await.unwrap();
    let app = App::oidc(&idp);
    let token = app.sign_in("alice").await.text("refresh_token");
    let fields = [("grant_type", "refresh_token"), ("refresh_token", token.as_str()), ("scope", "openid")];
    let narrow = app.post("/token", &fields).await.text("access_token");
    assert_eq!(app.get("/userinfo", Some(&narrow)).await.json, json!({"sub": "1001"}));
}
