//! The token endpoint: codes, clients, refresh, revocation.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod app;

use std::time::Duration;

use app::{Answer, App, CALLBACK};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use social_auth_testkit::{Client, ClientAuth, DevProvider};

#[tokio::test]
async fn a_code_works_once_and_its_reuse_revokes_its_tokens() {
    let idp = DevProvider::start().await.unwrap();
    let app = App::oauth2(&idp);
    let code = app.code("alice", &[]).await;
    let tokens = app.exchange(&code, &[]).await;
    app.exchange(&code, &[]).await.is_error(400, "invalid_grant");
    let user = app.get("/oauth2/user", Some(&tokens.text("access_token"))).await;
    user.is_error(401, "invalid_token");
    app.refresh(&tokens.text("refresh_token")).await.is_error(400, "invalid_grant");
}

#[tokio::test]
async fn a_code_expires_after_a_minute() {
    let idp = DevProvider::start().await.unwrap();
    let app = App::oauth2(&idp);
    let code = app.code("alice", &[]).await;
    idp.advance_clock(Duration::from_secs(62));
    app.exchange(&code, &[]).await.is_error(400, "invalid_grant");
}

#[tokio::test]
async fn a_code_belongs_to_its_client_endpoint_and_redirect_uri() {
    let idp = DevProvider::start().await.unwrap();
    idp.register(Client::confidential("other", "other secret"));
    let app = App::oauth2(&idp);
    let other = App::oauth2(&idp).client("other", Some("other secret"));
    let stolen = app.code("alice", &[]).await;
    other.exchange(&stolen, &[]).await.is_error(400, "invalid_grant");

    let elsewhere = app.code("alice", &[]).await;
    App::oidc(&idp).exchange(&elsewhere, &[]).await.is_error(400, "invalid_grant");

    let code = app.code("alice", &[]).await;
    let fields = [("grant_type", "authorization_code"), ("code", &code), ("redirect_uri", "http://127.0.0.1:8000/other/")];
    app.post("/token", &fields).await.is_error(400, "invalid_grant");
}

#[tokio::test]
async fn clients_authenticate_by_header_or_form() {
    let idp = DevProvider::start().await.unwrap();
    idp.register(Client::confidential("odd:id", "p:a+s %"));
    let mut post_only = Client::confidential("post-only", "secret");
    post_only.auth_methods = vec![ClientAuth::Post];
    idp.register(post_only);
    let app = App::oauth2(&idp).client("odd:id", Some("p:a+s %"));
    let basic = async |credentials: &str| {
        let code = app.code("bob", &[]).await;
        let fields = [("grant_type", "authorization_code"), ("code", &code), ("redirect_uri", CALLBACK)];
        let value = format!("Basic {}", STANDARD.encode(credentials));
        let request = app.form("/token", &fields).header("authorization", value);
        Answer::of(request.send().await.unwrap()).await
    };
    assert_eq!(basic("odd%3Aid:p%3Aa%2Bs+%25").await.status, 200);
    for wrong in ["odd%3Aid:wrong", "nobody:x", "", "post-only:secret"] {
        let answer = basic(wrong).await;
        answer.is_error(401, "invalid_client");
        assert!(answer.headers.contains_key("www-authenticate"));
    }
    let wrong = App::oauth2(&idp).client("odd:id", Some("wrong"));
    wrong.refresh("x").await.is_error(401, "invalid_client");
    let none = App::oauth2(&idp).client("odd:id", None);
    none.refresh("x").await.is_error(401, "invalid_client");
    let both = app.form("/token", &[("client_id", "odd:id"), ("client_secret", "p:a+s %")]);
    let both = both.basic_auth("odd:id", Some("x")).send().await.unwrap();
    Answer::of(both).await.is_error(400, "invalid_request");
}

#[tokio::test]
async fn a_refresh_token_is_replaced_and_its_reuse_ends_the_family() {
    let idp = DevProvider::start().await.unwrap();
    let app = App::oauth2(&idp);
    let first = app.sign_in("alice").await.text("refresh_token");
    let second = app.refresh(&first).await;
    assert_eq!(second.status, 200);
    assert_ne!(second.text("refresh_token"), first);
    assert_eq!(app.get("/oauth2/user", Some(&second.text("access_token"))).await.status, 200);

    app.refresh(&first).await.is_error(400, "invalid_grant");
    app.refresh(&second.text("refresh_token")).await.is_error(400, "invalid_grant");
    let user = app.get("/oauth2/user", Some(&second.text("access_token"))).await;
    user.is_error(401, "invalid_token");
}

#[tokio::test]
async fn without_rotation_a_refresh_token_stays() {
    let mut client = Client::confidential("steady", "secret");
    client.rotate_refresh_tokens = false;
    let idp = DevProvider::builder().client(client).start().await.unwrap();
    let app = App::oauth2(&idp);
    let token = app.sign_in("alice").await.text("refresh_token");
    for _ in 0..2 {
        let answer = app.refresh(&token).await;
        assert_eq!(answer.status, 200);
        assert!(answer.json.get("refresh_token").is_none());
    }
}

#[tokio::test]
async fn scope_can_shrink_but_not_grow_on_refresh() {
    let idp = DevProvider::start().await.unwrap();
    let app = App::oauth2(&idp);
    let token = app.sign_in("alice").await.text("refresh_token");
    let ask = async |scope: &str, token: &str| {
        let fields = [("grant_type", "refresh_token"), ("refresh_token", token), ("scope", scope)];
        app.post("/token", &fields).await
    };
    let narrow = ask("email", &token).await;
    assert_eq!(narrow.json["scope"], "email");
    ask("email admin", &narrow.text("refresh_token")).await.is_error(400, "invalid_scope");
}

#[tokio::test]
async fn revoked_and_expired_tokens_are_inactive() {
    let idp = DevProvider::start().await.unwrap();
    let app = App::oauth2(&idp);
    let active = async |token: &str| app.post("/introspect", &[("token", token)]).await.json["active"].as_bool().unwrap();
    let tokens = app.sign_in("alice").await;
    let (access, refresh) = (tokens.text("access_token"), tokens.text("refresh_token"));
    assert!(active(&access).await && active(&refresh).await);
    assert_eq!(app.post("/revoke", &[("token", &refresh)]).await.status, 200);
    assert!(!active(&access).await && !active(&refresh).await);
    assert_eq!(app.post("/revoke", &[("token", "unknown")]).await.status, 200);

    let access = app.sign_in("bob").await.text("access_token");
    idp.advance_clock(Duration::from_secs(3602));
    assert!(!active(&access).await);
    app.get("/oauth2/user", Some(&access)).await.is_error(401, "invalid_token");
}

#[tokio::test]
async fn token_requests_that_are_no_oauth_are_refused() {
    let idp = DevProvider::start().await.unwrap();
    let app = App::oauth2(&idp);
    app.post("/token", &[]).await.is_error(400, "invalid_request");
    app.post("/token", &[("grant_type", "password")]).await.is_error(400, "unsupported_grant_type");
    let twice = [("grant_type", "refresh_token"), ("grant_type", "refresh_token")];
    app.post("/token", &twice).await.is_error(400, "invalid_request");
    let url = format!("{}/oauth2/token", idp.url());
    let json = app.http.post(url).header("content-type", "application/json").body("{}");
    Answer::of(json.send().await.unwrap()).await.is_error(400, "invalid_request");
}
