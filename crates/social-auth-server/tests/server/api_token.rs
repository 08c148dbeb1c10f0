//! Programs without cookies: token sign-in, and the API with a token of ours.

use serde_json::{Value, json};
use social_auth_testkit::DevProvider;

use crate::program::Program;

async fn me(server: &Program, token: &str) -> (u16, Value) {
    let answer = reqwest::Client::new().get(format!("{}/api/me", server.address)).bearer_auth(token).send().await.unwrap();
    (answer.status().as_u16(), serde_json::from_str(&answer.text().await.unwrap()).unwrap())
}

#[tokio::test]
async fn a_token_of_ours_opens_the_api_until_it_is_revoked() {
    let idp = DevProvider::start().await.unwrap();
    let more = format!("introspection_url = \"{}/oauth2/introspect\"", idp.url());
    let server = Program::serve(&idp, &more).await;
    let theirs = idp.issue_tokens(idp.client_id(), "alice", None).unwrap().access_token;
    let client = reqwest::Client::new();
    let body = json!({ "access_token": theirs }).to_string();
    let request = client.post(format!("{}/token/dev-oauth2/", server.address)).header("content-type", "application/json").body(body);
    let answer = request.send().await.unwrap();
    assert_eq!(answer.status().as_u16(), 201);
    let answer: Value = serde_json::from_str(&answer.text().await.unwrap()).unwrap();
    let token = answer["token"].as_str().unwrap();

    let (status, told) = me(&server, token).await;
    assert_eq!((status, &told["user"]["id"]), (200, &answer["user"]["id"]));
    assert_eq!(me(&server, "sat_made-up").await.0, 401);

    client.delete(format!("{}/api/token", server.address)).bearer_auth(token).send().await.unwrap();
    let (status, problem) = me(&server, token).await;
    assert_eq!((status, &problem["code"]), (401, &json!("credential_rejected")));
}

#[tokio::test]
async fn a_signed_token_opens_the_api_too_and_is_revoked_by_its_name() {
    let idp = DevProvider::start().await.unwrap();
    let more = format!("introspection_url = \"{}/oauth2/introspect\"\napi_token_format = \"jwt\"", idp.url());
    let server = Program::serve(&idp, &more).await;
    let (client, at) = (reqwest::Client::new(), |path: &str| format!("{}{path}", server.address));
    let post = async |path: &str, kind: &'static str, body: String| {
        let answer = client.post(at(path)).header("content-type", kind).body(body).send().await.unwrap();
        let (status, kind) = (answer.status().as_u16(), answer.headers()["content-type"].to_str().unwrap().to_owned());
        (status, kind, serde_json::from_str::<Value>(&answer.text().await.unwrap()).unwrap())
    };
    let theirs = idp.issue_tokens(idp.client_id(), "alice", None).unwrap().access_token;
    let (form, json) = ("application/x-www-form-urlencoded", "application/json");
    let (status, _, answer) = post("/token/dev-oauth2/", form, format!("access_token={theirs}")).await;
    assert_eq!(status, 201, "{answer}");
    let token = answer["token"].as_str().unwrap();
    assert_eq!(token.split('.').count(), 3);
    assert_eq!(me(&server, token).await.0, 200);
    let keys = client.get(at("/.well-known/jwks.json")).send().await.unwrap().text().await.unwrap();
    assert_eq!(serde_json::from_str::<Value>(&keys).unwrap()["keys"].as_array().unwrap().len(), 1);

    for _ in 0..2 {
        assert_eq!(post("/api/token/revoke", form, format!("token={token}")).await.0, 200, "also when it is none any more");
    }
    assert_eq!(me(&server, token).await.0, 401);
    assert_eq!(post("/api/token/revoke", form, String::new()).await.2["code"], "missing_parameter");

    // Whatever is wrong with a body is told to programs in their own terms.
    for (body, expected) in [("{".to_owned(), 400), (json!({"access_token": "x".repeat(600 * 1024)}).to_string(), 413)] {
        let (status, kind, problem) = post("/token/dev-oauth2/", json, body).await;
        assert_eq!((status, kind.as_str()), (expected, "application/problem+json"));
        assert_eq!((&problem["status"], &problem["code"]), (&json!(expected), &json!("invalid_parameter")));
    }
}
