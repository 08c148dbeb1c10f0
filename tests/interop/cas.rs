//! Against `django-cas-server`.

use std::sync::OnceLock;
use std::time::Duration;

use http::StatusCode;
use serde_json::json;
use social_auth::error::Reason;
use url::Url;

use crate::app::App;
use crate::browser::{Browser, Page};
use crate::install;
use crate::oidc_provider::{assert_refused, assert_signed_in};
use crate::process::Process;

const PASSWORD: &str = "correct horse";

fn shared() -> Option<&'static Process> {
    static PEER: OnceLock<Option<Process>> = OnceLock::new();
    PEER.get_or_init(|| install::python("cas").map(Process::start)).as_ref()
}

/// An application with a backend for each version, and further ones.
async fn app(peer: &Process) -> App {
    let backends = [
        ("cas1", "CAS_VERSION", 1),
        ("cas2", "CAS_VERSION", 2),
        ("cas3", "CAS_VERSION", 3),
        ("renew", "RENEW", 1),
        ("gateway", "GATEWAY", 1),
    ];
    App::with(|builder| {
        backends.into_iter().fold(builder, |builder, (name, setting, value)| {
            let settings = [("SERVER_URL", json!(peer.said("url"))), (setting, json!(value)), ("GROUPS_KEY", json!("attributes.memberOf"))];
            builder.backend_as(name, "cas-ticket", settings)
        })
    })
    .await
}

/// Begins and goes through the server's page, if there is one.
async fn sign_in(browser: &mut Browser, app: &App, backend: &str, login: &str) -> Page {
    browser.go_through(&app.begin(backend), &[("username", login), ("password", PASSWORD)]).await
}

/// The same, up to the callback, which is not asked for.
async fn callback_of(browser: &mut Browser, app: &App, backend: &str, login: &str) -> Url {
    browser.callback_of(&app.url, &app.begin(backend), &[("username", login), ("password", PASSWORD)]).await
}

fn ticket(callback: &Url) -> String {
    callback.query_pairs().find(|(name, _)| name == "ticket").expect("a ticket").1.into_owned()
}

#[tokio::test]
async fn every_version_signs_in_twice_as_the_same_person() {
    let Some(peer) = shared() else { return };
    let app = app(peer).await;
    for (backend, login, email) in
        [("cas1", "first", None), ("cas2", "second", Some("second@example.test")), ("cas3", "third", Some("third@example.test"))]
    {
        let mut users = Vec::new();
        for _ in 0..2 {
            let page = sign_in(&mut Browser::new(), &app, backend, login).await;
            assert_signed_in(&page, login);
            users.push(app.association(backend, login).await.user_id);
        }
        assert_eq!(users[0], users[1], "{backend}");
        let user = app.user(&app.association(backend, login).await).await;
        assert_eq!(user.email.as_deref(), email, "{backend}");
    }
    assert_eq!(app.user(&app.association("cas3", "third").await).await.last_name.as_deref(), Some("third"));
}

#[tokio::test]
async fn a_ticket_used_twice_is_refused() {
    let Some(peer) = shared() else { return };
    let app = app(peer).await;
    for (backend, endpoint) in [("cas1", "validate"), ("cas2", "serviceValidate"), ("cas3", "p3/serviceValidate")] {
        let login = format!("twice-{backend}");
        let mut browser = Browser::new();
        let callback = callback_of(&mut browser, &app, backend, &login).await;
        // Whoever read the ticket on its way was quicker.
        let mut service = callback.clone();
        service.query_pairs_mut().clear().extend_pairs(callback.query_pairs().filter(|(name, _)| name != "ticket"));
        let mut asked = Url::parse(&format!("{}/{endpoint}", peer.said("url"))).unwrap();
        asked.query_pairs_mut().append_pair("service", service.as_str()).append_pair("ticket", &ticket(&callback));
        let spent = reqwest::get(asked).await.unwrap().text().await.unwrap();
        assert!(spent.contains("twice"), "the thief gets in: {spent}");
        let page = browser.open(callback.as_str()).await;
        assert_refused(&page, Reason::CredentialRejected, StatusCode::UNAUTHORIZED);
        // And the callback itself is good once.
        let mut browser = Browser::new();
        let callback = callback_of(&mut browser, &app, backend, &login).await;
        assert_signed_in(&browser.open(callback.as_str()).await, &login);
        assert_refused(&browser.open(callback.as_str()).await, Reason::AttemptUsed, StatusCode::BAD_REQUEST);
    }
}

#[tokio::test]
async fn a_ticket_of_another_attempt_or_made_up_is_refused_by_the_server() {
    let Some(peer) = shared() else { return };
    let app = app(peer).await;
    let (mut mine, mut other) = (Browser::new(), Browser::new());
    let callback = callback_of(&mut mine, &app, "cas3", "mine").await;
    let stolen = ticket(&callback_of(&mut other, &app, "cas3", "other").await);
    for ticket in [stolen.as_str(), "ST-made-up"] {
        let mut browser = Browser::new();
        let callback = callback_of(&mut browser, &app, "cas3", "mine").await;
        let mut forged = callback.clone();
        let others = callback.query_pairs().filter(|(name, _)| name != "ticket");
        forged.query_pairs_mut().clear().extend_pairs(others).append_pair("ticket", ticket);
        let page = browser.open(forged.as_str()).await;
        assert!(page.status.is_some_and(|status| status.is_client_error() || status.is_server_error()), "{}", page.words());
        assert!(page.words().contains("Sign-in did not work"), "{}", page.words());
    }
    assert_signed_in(&mine.open(callback.as_str()).await, "mine");
}

#[tokio::test]
async fn a_session_at_the_server_is_enough_unless_a_password_is_wanted() {
    let Some(peer) = shared() else { return };
    let app = app(peer).await;
    let mut browser = Browser::new();
    let stranger = sign_in(&mut browser, &app, "gateway", "nobody").await;
    assert_refused(&stranger, Reason::AuthorizationDeclined, StatusCode::FORBIDDEN);
    assert_signed_in(&sign_in(&mut browser, &app, "cas3", "known").await, "known");
    // Nobody is asked for a password again; who is signed in here is asked whether to connect.
    for backend in ["gateway", "cas2"] {
        let page = browser.open(&app.begin(backend)).await;
        let form = page.form().filter(|form| form.field("password").is_none()).expect("a page of ours");
        assert_signed_in(&browser.submit(&page, form, &[]).await, "known");
    }
    let page = browser.open(&app.begin("renew")).await;
    let form = page.form().expect("a page of ours");
    let asked = browser.submit(&page, form, &[]).await;
    assert!(asked.form().is_some_and(|form| form.field("password").is_some()), "{}", asked.words());
}

#[tokio::test]
async fn when_the_session_at_the_server_ends_so_does_ours() {
    let Some(peer) = shared() else { return };
    let app = app(peer).await;
    let (mut browser, mut bystander) = (Browser::new(), Browser::new());
    let account = sign_in(&mut browser, &app, "cas3", "leaving").await;
    assert_signed_in(&account, "leaving");
    assert_signed_in(&sign_in(&mut bystander, &app, "cas3", "leaving").await, "leaving");
    browser.open(&format!("{}/logout", peer.said("url"))).await;
    for _ in 0..50 {
        let page = browser.open(account.url.as_str()).await;
        if page.text.contains("null") {
            assert_signed_in(&bystander.open(account.url.as_str()).await, "leaving");
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("still signed in");
}
