//! Sign-up by access token: a device got a token from the provider by itself, and gets a user and a token of
//! ours. `POST /token/<backend>/`, or `/social_sign_up/` with the backend in `provider`.

use http::Method;
use serde_json::json;
use social_auth::web::ReplyBody;

use crate::{Door, set_up};

#[tokio::test]
async fn a_device_signs_up_and_uses_the_api() {
    let (idp, social) = set_up().await;
    let theirs = idp.issue_tokens(idp.client_id(), "alice", None).unwrap().access_token;
    for (path, status) in [("/token/dev-oauth2/", 201), ("/social_sign_up/", 200)] {
        let body = json!({"provider": "dev-oauth2", "access_token": theirs});
        let reply = Door::default().send_json(&social, Method::POST, path, "", &body).await;
        assert_eq!(reply.status, status, "new, then known: {reply:?}");
        let ReplyBody::Json(answer) = &reply.body else { panic!("{reply:?}") };
        let client = Door::with_bearer(answer["token"].as_str().unwrap());
        let request = client.request(Method::GET, "/api/me", "", "");
        assert_eq!(social.bearer_user(&request).await.unwrap().unwrap().email.as_deref(), Some("alice@example.test"));
    }
    let wrong = json!({"access_token": "made up"});
    assert_eq!(Door::default().send_json(&social, Method::POST, "/token/dev-oauth2/", "", &wrong).await.status, 401);
}
