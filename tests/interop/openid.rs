//! Against the OpenID provider of `python3-openid`.

use std::sync::OnceLock;

use http::StatusCode;
use serde_json::{Value, json};
use social_auth::error::Reason;
use url::Url;

use crate::app::App;
use crate::browser::{Browser, Page};
use crate::install;
use crate::oidc_provider::{assert_refused, assert_signed_in};
use crate::process::Process;

fn shared() -> Option<&'static Process> {
    static PEER: OnceLock<Option<Process>> = OnceLock::new();
    PEER.get_or_init(start).as_ref()
}

fn start() -> Option<Process> {
    install::python("openid").map(Process::start)
}

/// An application that takes any identifier.
async fn app() -> App {
    let backends: [(&str, &[(&'static str, Value)]); 3] =
        [("any", &[]), ("immediate", &[("OPENID_IMMEDIATE", json!(true))]), ("recent", &[("OPENID_PAPE_MAX_AUTH_AGE", json!(3600))])];
    App::with(|builder| {
        backends.into_iter().fold(builder, |builder, (name, further)| {
            let settings = [("OPENID_ALLOW_LOOPBACK", json!(true))].into_iter().chain(further.iter().cloned());
            builder.backend_as(name, "openid", settings)
        })
    })
    .await
}

/// Begins with an identifier and goes through the provider's page, if there is one; with an empty login, declines.
async fn sign_in(browser: &mut Browser, app: &App, backend: &str, identifier: &str, login: &str) -> Page {
    let mut begin = Url::parse(&app.begin(backend)).unwrap();
    begin.query_pairs_mut().append_pair("openid_identifier", identifier);
    browser.go_through(begin.as_str(), &[("login", login)]).await
}

#[tokio::test]
async fn every_kind_of_identifier_signs_in_twice_as_the_same_person() {
    let Some(peer) = shared() else { return };
    let (app, url) = (app().await, peer.said("url"));
    for (login, path, claimed) in [
        ("chosen", "/", "/id/chosen"),
        ("yadis", "/id/yadis", "/id/yadis"),
        ("html", "/html/html", "/html/html"),
        ("old", "/old/old", "/old/old"),
        ("delegating", "/delegate/delegating", "/delegate/delegating"),
        ("sha1", "/html/sha1?only=sha1", "/html/sha1?only=sha1"),
        ("stateless", "/html/stateless?only=none", "/html/stateless?only=none"),
    ] {
        let mut users = Vec::new();
        for _ in 0..2 {
            let page = sign_in(&mut Browser::new(), &app, "any", &format!("{url}{path}"), login).await;
            assert_eq!(page.status, Some(StatusCode::OK), "{path}: {}", page.words());
            users.push(app.association("any", &format!("{url}{claimed}")).await.user_id);
        }
        assert_eq!(users[0], users[1], "{path}");
        let association = app.association("any", &format!("{url}{claimed}")).await;
        assert_eq!(app.user(&association).await.email, Some(format!("{login}@example.test")), "{path}");
    }
}

#[tokio::test]
async fn a_key_is_agreed_on_once_and_a_provider_without_keys_is_asked_about_each_answer() {
    let Some(peer) = start() else { return };
    let (app, url) = (app().await, peer.said("url"));
    let asked = |mode: &str| peer.tell("requests")[mode].as_u64().unwrap_or_default();
    for (path, associates, checks) in [("/id/ada", 1, 0), ("/html/ada?only=sha1", 2, 0), ("/html/ada?only=none", 1, 2)] {
        let before = (asked("associate"), asked("check_authentication"));
        for _ in 0..2 {
            assert_eq!(sign_in(&mut Browser::new(), &app, "any", &format!("{url}{path}"), "ada").await.status, Some(StatusCode::OK));
        }
        let made = (asked("associate") - before.0, asked("check_authentication") - before.1);
        assert_eq!(made, (associates, checks), "{path}");
    }
}

#[tokio::test]
async fn a_field_that_was_changed_on_the_way_is_refused() {
    let Some(peer) = shared() else { return };
    let (app, url) = (app().await, peer.said("url"));
    let page = sign_in(&mut Browser::new(), &app, "any", &format!("{url}/html/mallory?broken=signature"), "mallory").await;
    assert_refused(&page, Reason::InvalidSignature, StatusCode::BAD_REQUEST);
    assert!(app.social.social().association("any", &format!("{url}/html/mallory?broken=signature")).await.unwrap().is_none());
}

#[tokio::test]
async fn whoever_declines_is_told_so() {
    let Some(peer) = shared() else { return };
    let page = sign_in(&mut Browser::new(), &app().await, "any", &peer.said("url"), "").await;
    assert_refused(&page, Reason::AuthorizationDeclined, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn immediate_mode_asks_nothing_and_signs_in_only_who_is_known_there() {
    let Some(peer) = shared() else { return };
    let (app, url) = (app().await, peer.said("url"));
    let page = sign_in(&mut Browser::new(), &app, "immediate", &format!("{url}/id/approve"), "").await;
    assert_eq!(page.status, Some(StatusCode::OK), "{}", page.words());
    let page = sign_in(&mut Browser::new(), &app, "immediate", &format!("{url}/id/stranger"), "").await;
    assert_ne!(page.status, Some(StatusCode::OK), "{}", page.words());
}

#[tokio::test]
async fn who_signed_in_at_the_provider_long_ago_must_do_so_again() {
    let Some(peer) = shared() else { return };
    let page = sign_in(&mut Browser::new(), &app().await, "recent", &format!("{}/id/late", peer.said("url")), "late").await;
    assert!(page.words().contains(Reason::ReauthenticationRequired.message()), "{}", page.words());
}

#[tokio::test]
async fn an_answer_is_good_once_and_for_the_browser_that_asked() {
    let Some(peer) = shared() else { return };
    let (app, url) = (app().await, peer.said("url"));
    let mut browser = Browser::new();
    browser.stop_before = Some(format!("{}/complete/", app.url));
    // A name this short keeps the answer in the address.
    let callback = sign_in(&mut browser, &app, "any", &format!("{url}/old/u"), "u").await.url;
    browser.stop_before = None;
    assert!(callback.query_pairs().any(|(name, _)| name == "openid.sig"), "{callback}");
    assert_refused(&Browser::new().open(callback.as_str()).await, Reason::SessionContextMissing, StatusCode::BAD_REQUEST);
    assert_signed_in(&browser.open(callback.as_str()).await, "PersonU");
    assert_refused(&browser.open(callback.as_str()).await, Reason::AttemptUsed, StatusCode::BAD_REQUEST);
}
