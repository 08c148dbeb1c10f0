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
