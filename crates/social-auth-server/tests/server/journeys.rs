//! Signing in and out, connecting and disconnecting.

use serde_json::json;
use social_auth_testkit::{DevProvider, NEW_PERSON};

use super::program::Program;
use super::visitor::Visitor;

const BACKENDS: [&str; 2] = ["dev-oauth2", "dev-oidc"];

#[tokio::test]
async fn a_person_signs_in_over_either_protocol_and_is_the_same_user_the_next_time() {
    let idp = DevProvider::start().await.unwrap();
    let server = Program::serve(&idp, "").await;
    for backend in BACKENDS {
        let first = Visitor::new(&server.address);
        assert_eq!(first.me().await, json!({ "user": null }));
        assert_eq!(first.sign_in(&idp, backend, "alice").await.location(), "/account/");
        let me = first.me().await;
        assert_eq!(me["user"]["email"], "alice@example.test");
        assert_eq!(me["user"]["first_name"], "Alice");
        assert_eq!(me["user"]["is_active"], true);
        assert_eq!(me["associations"].as_array().unwrap().len(), 1);
        assert_eq!((&me["associations"][0]["provider"], &me["associations"][0]["uid"]), (&json!(backend), &json!("1001")));
        first.get("/account/").await.shows("Alice Archer");

        let second = Visitor::new(&server.address);
        second.sign_in(&idp, backend, "alice").await.location();
        assert_eq!(second.me().await["user"]["id"], me["user"]["id"]);
    }
    assert_eq!(server.rows("auth_user").await, 2, "one user a backend, since nobody connected them");
}

#[tokio::test]
async fn the_api_tells_no_token() {
    let idp = DevProvider::start().await.unwrap();
    let server = Program::serve(&idp, "").await;
    let visitor = Visitor::new(&server.address);
    visitor.sign_in(&idp, "dev-oauth2", "bob").await.location();
    let me = visitor.me().await;
    let names = |value: &serde_json::Value| value.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(&me), ["user", "associations"]);
    assert_eq!(names(&me["user"]), ["id", "username", "email", "first_name", "last_name", "is_active", "date_joined", "last_login"]);
    assert_eq!(names(&me["associations"][0]), ["id", "provider", "uid", "created", "modified"]);
}

#[tokio::test]
async fn people_without_an_email_or_without_a_verified_one_sign_in_too() {
    let idp = DevProvider::start().await.unwrap();
    let server = Program::serve(&idp, "").await;
    for (person, email) in [("carol", None), ("dave", Some("dave@example.test")), (NEW_PERSON, Some("@example.test"))] {
        for backend in BACKENDS {
            let visitor = Visitor::new(&server.address);
            visitor.sign_in(&idp, backend, person).await.location();
            let me = visitor.me().await;
            assert!(me["user"]["id"].is_string(), "{person}: {me}");
            match email {
                None => assert!(me["user"]["email"].is_null(), "{person} by {backend}: {me}"),
                Some(end) => assert!(me["user"]["email"].as_str().unwrap().ends_with(end), "{person} by {backend}: {me}"),
            }
        }
    }
}

#[tokio::test]
async fn a_person_who_declines_reads_so_and_is_led_back() {
    let idp = DevProvider::start().await.unwrap();
    let server = Program::serve(&idp, "").await;
    for backend in BACKENDS {
        let visitor = Visitor::new(&server.address);
        let url = visitor.begin(backend, None).await;
        let page = visitor.come_back(&idp.decline(&url).await.unwrap()).await;
        assert!(page.status.is_client_error(), "{}", page.status);
        page.shows("authorization_declined");
        page.shows("/login/");
        assert_eq!(visitor.me().await, json!({ "user": null }));
    }
    assert_eq!(server.rows("auth_user").await, 0);
}

#[tokio::test]
async fn a_second_account_is_connected_and_disconnected_but_never_the_last_one() {
    let idp = DevProvider::start().await.unwrap();
    let server = Program::serve(&idp, "").await;
    let visitor = Visitor::new(&server.address);
    visitor.sign_in(&idp, "dev-oidc", "alice").await.location();
    visitor.get("/account/").await.shows("only way to sign in");

    visitor.sign_in(&idp, "dev-oauth2", "bob").await.location();
    let me = visitor.me().await;
    assert_eq!(me["user"]["email"], "alice@example.test", "connecting changes nobody's address");
    assert_eq!(me["associations"].as_array().unwrap().len(), 2);
    visitor.get("/account/").await.shows_no("only way to sign in");

    let id = me["associations"][0]["id"].as_i64().unwrap();
    let page = visitor.on_account_page(&format!("/disconnect/dev-oidc/{id}/")).await;
    assert_eq!(page.location(), "/account/");
    let me = visitor.me().await;
    assert_eq!(me["associations"].as_array().unwrap().len(), 1);

    let last = me["associations"][0]["id"].as_i64().unwrap();
    let page = visitor.on_account_page(&format!("/disconnect/dev-oauth2/{last}/")).await;
    assert_eq!(page.status, 403);
    assert_eq!(visitor.me().await["associations"].as_array().unwrap().len(), 1);

    // Whoever signs in with what was connected later is the same user.
    let other = Visitor::new(&server.address);
    other.sign_in(&idp, "dev-oauth2", "bob").await.location();
    assert_eq!(other.me().await["user"]["id"], me["user"]["id"]);
}

#[tokio::test]
async fn an_account_of_somebody_else_is_not_taken_over() {
    let idp = DevProvider::start().await.unwrap();
    let server = Program::serve(&idp, "").await;
    let bob = Visitor::new(&server.address);
    bob.sign_in(&idp, "dev-oauth2", "bob").await.location();
    let alice = Visitor::new(&server.address);
    alice.sign_in(&idp, "dev-oidc", "alice").await.location();
    let page = alice.sign_in(&idp, "dev-oauth2", "bob").await;
    assert_eq!(page.status, 409);
    assert_eq!(alice.me().await["associations"].as_array().unwrap().len(), 1);
    assert_eq!(bob.me().await["associations"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn people_get_to_the_page_that_they_wanted_and_never_to_another_site() {
    let idp = DevProvider::start().await.unwrap();
    let server = Program::serve(&idp, "").await;
    let visitor = Visitor::new(&server.address);
    let page = visitor.get("/account/?done=connected").await;
    assert_eq!(page.location(), "/login/?next=%2Faccount%2F%3Fdone%3Dconnected");
    visitor.get(page.location()).await.shows("name=\"next\"");
    for (next, goes_to) in [("/account/?done=connected", "/account/?done=connected"), ("https://evil.example/", "/account/")] {
        let visitor = Visitor::new(&server.address);
        let url = visitor.begin("dev-oidc", Some(next)).await;
        let page = visitor.come_back(&idp.approve(&url, "alice").await.unwrap()).await;
        assert_eq!(page.location(), goes_to);
    }
}

#[tokio::test]
async fn signing_out_ends_the_session_and_the_front_page_leads_to_the_right_place() {
    let idp = DevProvider::start().await.unwrap();
    let server = Program::serve(&idp, "").await;
    let visitor = Visitor::new(&server.address);
    assert_eq!(visitor.get("/").await.location(), "/login/");
    visitor.sign_in(&idp, "dev-oidc", "alice").await.location();
    assert_eq!(visitor.get("/").await.location(), "/account/");
    assert_eq!(visitor.get("/login/").await.location(), "/account/");
    visitor.get("/logout/").await.shows("<form");
    assert_eq!(visitor.on_account_page("/logout/").await.location(), "/login/");
    assert_eq!(visitor.me().await, json!({ "user": null }));
    assert_eq!(server.rows("social_auth_session").await, 0);
}

#[tokio::test]
async fn forms_of_other_sites_do_nothing() {
    let idp = DevProvider::start().await.unwrap();
    let server = Program::serve(&idp, "").await;
    let visitor = Visitor::new(&server.address);
    visitor.sign_in(&idp, "dev-oidc", "alice").await.location();
    for path in ["/logout/", "/disconnect/dev-oidc/", "/account/sessions/others/", "/account/sessions/x/"] {
        assert_eq!(visitor.post_from_elsewhere(path, &[]).await.status, 403, "{path}");
    }
    // A sign-in begun elsewhere shows a page with a button, and sends nobody anywhere.
    let page = visitor.post_from_elsewhere("/login/dev-oauth2/", &[]).await;
    assert_eq!(page.status, 200);
    page.shows("Continue with Development OAuth 2.0");
    assert!(visitor.me().await["user"]["id"].is_string());
}
