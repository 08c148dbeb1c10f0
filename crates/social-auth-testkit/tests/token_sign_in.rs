//! Token sign-in: a client hands over what it got from the provider by itself.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod door;

use door::{Door, set_up, set_up_by};
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
    let reply = post(&social, &mut Door::default(), "/social_sign_up/", json!({"access_token": "x"})).await;
    assert_eq!((reply.status, &body(&reply)["parameter"]), (StatusCode::BAD_REQUEST, &json!("provider")));
    let reply = post(&social, &mut Door::default(), "/token/dev-oidc/", json!({"access_token": "made-up"})).await;
    assert_eq!(reply.into_http().headers()["www-authenticate"], "Bearer");
    let reply = post(&social, &mut Door::default(), "/token/nobody/", json!({"access_token": "x"})).await;
    assert_eq!((reply.status, &body(&reply)["code"]), (StatusCode::NOT_FOUND, &json!("backend_missing")));
}

#[tokio::test]
async fn a_body_is_a_form_or_json_and_anything_else_is_told_so() {
    let (idp, social) = set_up().await;
    let token = idp.issue_tokens(idp.client_id(), "alice", None).unwrap().access_token;
    let send = async |kind: &str, body: String| {
        let mut headers = http::HeaderMap::new();
        if !kind.is_empty() {
            headers.insert("content-type", kind.parse().unwrap());
        }
        let uri = "/token/dev-oauth2/".parse().unwrap();
        let request = social_auth::web::Request::new(Method::POST, uri, headers, body.as_bytes(), None);
        match request {
            Ok(request) => social.respond(&request, &mut Door::default().session).await.unwrap(),
            Err(error) => social.problem_reply(&error),
        }
    };
    let (form, json) = (format!("access_token={token}"), json!({"access_token": token}).to_string());
    for (kind, body) in [
        ("application/x-www-form-urlencoded", &form),
        ("application/x-www-form-urlencoded; charset=UTF-8", &form),
        ("Application/X-WWW-Form-URLencoded", &form),
        ("application/json", &json),
        ("application/json;charset=utf-8", &json),
    ] {
        let reply = send(kind, body.clone()).await;
        assert!(reply.status.is_success(), "{kind}: {reply:?}");
    }
    for (kind, text, parameter) in [
        ("text/plain", form.as_str(), "content-type"),
        ("application/jsonp", &json, "content-type"),
        ("multipart/form-data; boundary=x", "--x--", "content-type"),
        ("", &form, "access_token"),
        ("application/json", "{\"access_token\"", "body"),
        ("application/json", "[\"access_token\"]", "body"),
        ("application/json", "", "body"),
        ("application/x-www-form-urlencoded", "", "access_token"),
        ("application/x-www-form-urlencoded", "access_token=", "access_token"),
        ("application/x-www-form-urlencoded", "access_token=a&access_token=b", "access_token"),
        ("application/json", "{\"access_token\": null}", "access_token"),
        ("application/json", "{\"access_token\": [\"a\"]}", "access_token"),
        ("application/json", "{\"access_token\": \"a\", \"access_token\": \"b\"}", "access_token"),
        ("application/x-www-form-urlencoded", "a%0A2026%20ERROR=1&a%0A2026%20ERROR=2", "a 2026 ERROR"),
    ] {
        let reply = send(kind, text.to_owned()).await;
        let problem = body(&reply);
        assert_eq!((reply.status, &problem["parameter"]), (StatusCode::BAD_REQUEST, &json!(parameter)), "{kind} {text}");
        assert!(["missing_parameter", "invalid_parameter"].contains(&problem["code"].as_str().unwrap()), "{kind} {text}");
        assert!(!problem.to_string().contains(&token));
    }
    let too_long = send("application/json", json!({"access_token": "x".repeat(600 * 1024)}).to_string()).await;
    assert_eq!(body(&too_long)["code"], "invalid_parameter");
}

#[tokio::test]
async fn what_a_client_makes_up_is_its_own_fault_and_never_that_of_a_server() {
    let (_idp, social) = set_up_by(|builder| builder.backend_as("dev-cas", "cas-ticket", [("SERVER_URL", "http://127.0.0.1:9/cas")])).await;
    for (backend, sent, status, code) in [
        ("dev-oauth2", json!({"code": "made-up", "redirect_uri": "http://127.0.0.1/"}), 400, "authorization_code_rejected"),
        ("dev-oidc", json!({"code": "made-up", "redirect_uri": "http://127.0.0.1/"}), 400, "authorization_code_rejected"),
        ("dev-cas", json!({"access_token": "made-up"}), 400, "unsupported_feature"),
    ] {
        let reply = post(&social, &mut Door::default(), &format!("/token/{backend}/"), sent.clone()).await;
        let problem = body(&reply);
        assert_eq!((reply.status.as_u16(), &problem["code"]), (status, &json!(code)), "{backend} {sent}");
        assert_eq!(problem["source"], "request", "{backend} {sent}");
    }
}

// CVE-2023-48309: a text that was sealed for one use is good for no other.
#[tokio::test]
async fn what_was_sealed_for_one_purpose_is_refused_for_every_other() {
    let (idp, social) = set_up().await;
    let mut door = Door::default();
    door.get(&social, "/login/dev-oidc/").await;
    let attempt = door.cookies.iter().find(|(name, _)| name.contains("attempt")).expect("an attempt").1.clone();
    let request = door.request(Method::GET, "/", "none", "");
    let (csrf, _) = social.csrf_token(&request).unwrap();
    let nonce = nonce(&social).await;
    for sealed in [&attempt, &csrf] {
        let token = idp.issue_tokens(idp.client_id(), "alice", Some(sealed.as_str())).unwrap().id_token;
        let reply = post(&social, &mut Door::default(), "/token/dev-oidc/", json!({"id_token": token, "nonce": sealed})).await;
        assert_eq!(body(&reply)["code"], "nonce_mismatch");
    }
    door.sign_in(&idp, &social, "dev-oidc", "alice").await;
    for sealed in [&attempt, &nonce] {
        let form: String = url::form_urlencoded::Serializer::new(String::new()).append_pair("csrfmiddlewaretoken", sealed).finish();
        let reply = door.send(&social, Method::POST, "/logout/", "cross-site", &form).await;
        assert_eq!(reply.status, StatusCode::FORBIDDEN, "{reply:?}");
    }
    let sealer = social_auth::seal::Sealer::new(&[social_auth::Secret::from("a key of at least thirty-two random characters")]).unwrap();
    let sealed = sealer.seal("one", &"text").unwrap();
    assert_eq!(sealer.open::<String>("one", &sealed).as_deref(), Some("text"));
    assert_eq!(sealer.open::<String>("another", &sealed), None);
}

// An attempt is the browser's to read only as ciphertext, and still nothing is put into it that it does not need.
#[tokio::test]
async fn what_the_request_carried_is_not_stored_with_the_attempt() {
    let (_idp, social) = set_up().await;
    let mut door = Door::default();
    let leaks = "access_token=leak-1&id_token=leak-2&password=leak-3&code=leak-4&state=leak-5&RelayState=leak-6";
    door.get(&social, &format!("/login/dev-oauth2/?next=/private&{leaks}")).await;
    let sealer = social_auth::seal::Sealer::new(&[social_auth::Secret::from("a key of at least thirty-two random characters")]).unwrap();
    let sealed = door.cookies.iter().find(|(name, _)| name.contains("attempt")).expect("an attempt").1;
    let attempt = social_auth::attempt::Attempt::open(&sealer, sealed).expect("ours");
    let kept = serde_json::to_string(&attempt).unwrap();
    assert!(kept.contains("/private") && !kept.contains("leak"), "{kept}");
}
