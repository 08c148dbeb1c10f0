//! The OAuth 2.0 endpoints over real HTTP.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod app;

use app::{App, CALLBACK, CHALLENGE, VERIFIER};
use social_auth_testkit::{Client, DevProvider, Error, NEW_PERSON};

#[tokio::test]
async fn alice_signs_in_and_her_profile_is_read() {
    let idp = DevProvider::start().await.unwrap();
    let app = App::oauth2(&idp);
    let callback = app.callback("alice", &[]).await;
    assert_eq!(callback.param("state").as_deref(), Some("the state"));
    assert_eq!(callback.param("iss"), Some(idp.oauth2_issuer()));
    let tokens = app.exchange(&callback.param("code").unwrap(), &[]).await;
    assert_eq!(tokens.json["token_type"], "Bearer");
    assert_eq!(tokens.json["expires_in"], 3600);
    assert_eq!(tokens.headers["cache-control"], "no-store");
    assert!(tokens.json.get("id_token").is_none());

    let user = app.get("/oauth2/user", Some(&tokens.text("access_token"))).await;
    assert_eq!(user.json["id"], "1001");
    assert_eq!(user.json["login"], "alice");
    assert_eq!(user.json["name"], "Alice Archer");
    assert_eq!(user.json["email"], "alice@example.test");
    assert_eq!(user.json["email_verified"], true);
}

#[tokio::test]
async fn the_other_people_are_what_they_promise() {
    let idp = DevProvider::start().await.unwrap();
    let app = App::oauth2(&idp);
    let profile = async |person: &str| {
        let token = app.sign_in(person).await.text("access_token");
        app.get("/oauth2/user", Some(&token)).await.json
    };
    assert!(profile("carol").await["email"].is_null());
    assert_eq!(profile("dave").await["email_verified"], false);
    let erin = profile("erin").await;
    assert!(erin["login"].is_null() && !erin["name"].as_str().unwrap().is_ascii());
    assert_ne!(profile(NEW_PERSON).await["id"], profile(NEW_PERSON).await["id"]);
    assert_eq!(profile("fay@example.test").await["email"], "fay@example.test");
    assert_eq!(profile("Fay").await["id"], profile("Fay").await["id"]);
}

#[tokio::test]
async fn a_code_with_pkce_needs_its_verifier() {
    let idp = DevProvider::start().await.unwrap();
    let app = App::oauth2(&idp);
    let s256 = [("code_challenge", CHALLENGE), ("code_challenge_method", "S256")];
    let good = app.exchange(&app.code("bob", &s256).await, &[("code_verifier", VERIFIER)]).await;
    assert_eq!(good.status, 200);

    let wrong = VERIFIER.replace('d', "e");
    for verifier in [&[("code_verifier", wrong.as_str())][..], &[]] {
        let code = app.code("bob", &s256).await;
        app.exchange(&code, verifier).await.is_error(400, "invalid_grant");
        // The code is spent also by a failed attempt.
        let again = app.exchange(&code, &[("code_verifier", VERIFIER)]).await;
        again.is_error(400, "invalid_grant");
    }
    let plain = app.code("bob", &[("code_challenge", VERIFIER)]).await;
    assert_eq!(app.exchange(&plain, &[("code_verifier", VERIFIER)]).await.status, 200);
}

#[tokio::test]
async fn a_verifier_without_a_challenge_is_refused() {
    let idp = DevProvider::start().await.unwrap();
    let app = App::oauth2(&idp);
    let code = app.code("bob", &[]).await;
    let answer = app.exchange(&code, &[("code_verifier", VERIFIER)]).await;
    answer.is_error(400, "invalid_grant");
}

#[tokio::test]
async fn a_public_client_must_use_pkce() {
    let idp = DevProvider::builder().client(Client::public("spa")).start().await.unwrap();
    let app = App::oauth2(&idp).client("spa", None);
    let refused = app.callback("bob", &[]).await;
    assert_eq!(refused.param("error").as_deref(), Some("invalid_request"));
    assert_eq!(refused.param("error_description").as_deref(), Some("code challenge required"));

    let s256 = [("code_challenge", CHALLENGE), ("code_challenge_method", "S256")];
    let code = app.code("bob", &s256).await;
    assert_eq!(app.exchange(&code, &[("code_verifier", VERIFIER)]).await.status, 200);
}

#[tokio::test]
async fn declining_sends_access_denied_with_state_and_issuer() {
    let idp = DevProvider::start().await.unwrap();
    let app = App::oauth2(&idp);
    let callback = idp.decline(&app.authorize_url(&[])).await.unwrap();
    assert_eq!(callback.param("error").as_deref(), Some("access_denied"));
    assert_eq!(callback.param("state").as_deref(), Some("the state"));
    assert_eq!(callback.param("iss"), Some(idp.oauth2_issuer()));
    assert_eq!(callback.param("code"), None);
}

#[tokio::test]
async fn a_request_that_could_mislead_is_not_redirected() {
    let idp = DevProvider::start().await.unwrap();
    let app = App::oauth2(&idp);
    for more in [("client_id", "nobody"), ("redirect_uri", "https://evil.example/"), ("redirect_uri", "http://127.0.0.1/#fragment")] {
        let refused = idp.approve(&app.authorize_url(&[more]), "alice").await;
        assert!(matches!(refused, Err(Error::Refused { status: 400, .. })), "{more:?}");
    }
    let twice = app.authorize_url(&[]) + "&redirect_uri=https://evil.example/";
    assert!(matches!(idp.approve(&twice, "alice").await, Err(Error::Refused { .. })));
}

#[tokio::test]
async fn a_faulty_request_is_refused_by_redirect() {
    let idp = DevProvider::start().await.unwrap();
    let app = App::oauth2(&idp);
    for (more, code) in [
        (("response_type", "token"), "unsupported_response_type"),
        (("response_type", ""), "invalid_request"),
        (("response_mode", "fragment"), "invalid_request"),
        (("code_challenge", "short"), "invalid_request"),
        (("code_challenge_method", "S256"), "invalid_request"),
        (("max_age", "soon"), "invalid_request"),
        (("request", "x.y.z"), "request_not_supported"),
    ] {
        let callback = app.callback("alice", &[more]).await;
        assert_eq!(callback.param("error").as_deref(), Some(code), "{more:?}");
        assert_eq!(callback.param("state").as_deref(), Some("the state"));
    }
    let twice = app.authorize_url(&[]) + "&scope=email";
    let callback = idp.approve(&twice, "alice").await.unwrap();
    assert_eq!(callback.param("error").as_deref(), Some("invalid_request"));
}

#[tokio::test]
async fn the_only_registered_redirect_uri_may_be_left_out() {
    let mut client = Client::confidential("one", "secret");
    client.redirect_uris = vec![CALLBACK.to_owned()];
    let idp = DevProvider::builder().client(client).start().await.unwrap();
    let app = App::oauth2(&idp);
    let callback = app.callback("alice", &[("redirect_uri", "")]).await;
    assert!(callback.url.as_str().starts_with(CALLBACK));
    let code = callback.param("code").unwrap();
    let fields = [("grant_type", "authorization_code"), ("code", code.as_str())];
    assert_eq!(app.post("/token", &fields).await.status, 200);
}

#[tokio::test]
async fn metadata_names_the_endpoints() {
    let idp = DevProvider::start().await.unwrap();
    let app = App::oauth2(&idp);
    let document = app.get("/.well-known/oauth-authorization-server/oauth2", None).await.json;
    assert_eq!(document["issuer"], idp.oauth2_issuer());
    assert_eq!(document["token_endpoint"], format!("{}/oauth2/token", idp.url()));
    assert_eq!(document["authorization_response_iss_parameter_supported"], true);
}
