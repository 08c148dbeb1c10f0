//! Against `oidc-provider` from npm. PKCE is required of every client.

use std::sync::OnceLock;

use http::StatusCode;
use serde_json::Value;
use social_auth::error::Reason;
use url::Url;

use crate::app::{ACCOUNT, App};
use crate::browser::{Browser, Page};
use crate::peer::Peer;

/// The provider of all tests that leave its keys alone.
pub(crate) fn shared() -> Option<&'static Peer> {
    static PEER: OnceLock<Option<Peer>> = OnceLock::new();
    PEER.get_or_init(Peer::start).as_ref()
}

/// Goes through the provider's pages: any login will do, then consent. Ends at a page without a form.
pub(crate) async fn sign_in(browser: &mut Browser, app: &App, backend: &str, login: &str) -> Page {
    browser.go_through(&app.begin(backend), &[("login", login), ("password", "any")]).await
}

/// The same, up to the callback, which is not asked for.
pub(crate) async fn callback_of(browser: &mut Browser, app: &App, backend: &str, login: &str) -> Url {
    browser.callback_of(&app.url, &app.begin(backend), &[("login", login), ("password", "any")]).await
}

#[track_caller]
pub(crate) fn assert_signed_in(page: &Page, login: &str) {
    assert_eq!((page.url.path(), page.status), (ACCOUNT, Some(StatusCode::OK)), "{}", page.words());
    let account: Value = serde_json::from_str(&page.text).unwrap();
    assert_eq!(account["username"], login);
}

#[track_caller]
pub(crate) fn assert_refused(page: &Page, reason: Reason, status: StatusCode) {
    let words = page.words();
    assert!(words.contains(reason.message()) && words.contains(&format!("Code: {}", reason.code())), "{words}");
    assert_eq!(page.status, Some(status));
}

/// A callback with one parameter replaced, or removed.
pub(crate) fn with_parameter(callback: &Url, name: &str, value: Option<&str>) -> String {
    let mut changed = callback.clone();
    let others = callback.query_pairs().filter(|(key, _)| key != name);
    changed.query_pairs_mut().clear().extend_pairs(others).extend_pairs(value.map(|value| (name, value)));
    changed.into()
}

/// Signs in twice, as a new person and as a known one, who has what userinfo told.
async fn twice(backend: &str) {
    let Some(peer) = shared() else { return };
    let app = App::start(peer).await;
    let login = format!("person-{backend}");
    for _ in 0..2 {
        assert_signed_in(&sign_in(&mut Browser::new(), &app, backend, &login).await, &login);
    }
    let association = app.association(backend, &login).await;
    let user = app.user(&association).await;
    assert_eq!(user.email, Some(format!("{login}@example.test")));
    assert_eq!(user.first_name.as_deref(), Some("Person"));
    assert_eq!(app.social.social().associations_of(&user.id).await.unwrap().len(), 1);
}

#[tokio::test]
async fn an_rs256_client_with_basic_authentication_signs_in() {
    twice("rs256").await;
}

#[tokio::test]
async fn an_es256_client_with_its_secret_in_the_form_signs_in() {
    twice("es256").await;
}

#[tokio::test]
async fn ps256_and_eddsa_clients_sign_in() {
    twice("ps256").await;
    twice("eddsa").await;
}

#[tokio::test]
async fn a_public_client_signs_in() {
    twice("public").await;
}

#[tokio::test]
async fn a_callback_by_form_post_signs_in_although_its_cookies_are_lax() {
    twice("form-post").await;
}

#[tokio::test]
async fn signed_userinfo_is_read() {
    twice("signed-userinfo").await;
}

#[tokio::test]
async fn pkce_is_required_so_a_backend_without_it_is_told_so() {
    let Some(peer) = shared() else { return };
    let app = App::start(peer).await;
    let page = sign_in(&mut Browser::new(), &app, "without-pkce", "nobody").await;
    assert_refused(&page, Reason::InvalidSetting, StatusCode::INTERNAL_SERVER_ERROR);
}

#[tokio::test]
async fn a_wrong_client_secret_is_explained_and_nobody_is_made() {
    let Some(peer) = shared() else { return };
    let app = App::start(peer).await;
    let page = sign_in(&mut Browser::new(), &app, "wrong-secret", "mistyped").await;
    assert_refused(&page, Reason::InvalidSetting, StatusCode::INTERNAL_SERVER_ERROR);
    assert!(!app.social.users().username_exists("mistyped").await.unwrap());
    assert!(app.social.social().association("wrong-secret", "mistyped").await.unwrap().is_none());
}

#[tokio::test]
async fn an_answer_must_name_the_issuer_that_was_asked() {
    let Some(peer) = shared() else { return };
    let app = App::start(peer).await;
    let cases = [
        (Some("https://attacker.example"), Reason::InvalidClaim, StatusCode::BAD_REQUEST),
        // The provider's metadata promises the parameter.
        (None, Reason::MissingParameter, StatusCode::BAD_REQUEST),
    ];
    for (issuer, reason, status) in cases {
        let mut browser = Browser::new();
        let callback = callback_of(&mut browser, &app, "rs256", "mixed-up").await;
        assert!(callback.query_pairs().any(|(name, value)| name == "iss" && value == peer.issuer), "{callback}");
        let page = browser.open(&with_parameter(&callback, "iss", issuer)).await;
        assert_refused(&page, reason, status);
        assert_refused(&browser.open(callback.as_str()).await, Reason::AttemptUsed, StatusCode::BAD_REQUEST);
    }
    assert!(!app.social.users().username_exists("mixed-up").await.unwrap());
}

#[tokio::test]
async fn a_code_that_was_used_is_refused() {
    let Some(peer) = shared() else { return };
    let app = App::start(peer).await;
    let mut browser = Browser::new();
    let spent = callback_of(&mut browser, &app, "rs256", "hasty").await;
    assert_signed_in(&browser.open(spent.as_str()).await, "hasty");
    let (_, code) = spent.query_pairs().find(|(name, _)| name == "code").unwrap();
    let mut other = Browser::new();
    let callback = callback_of(&mut other, &app, "rs256", "hasty").await;
    let page = other.open(&with_parameter(&callback, "code", Some(&code))).await;
    assert_refused(&page, Reason::AuthorizationCodeRejected, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn whoever_declines_is_told_so() {
    let Some(peer) = shared() else { return };
    let app = App::start(peer).await;
    let mut browser = Browser::new();
    let page = browser.open(&app.begin("rs256")).await;
    let page = browser.open(&format!("{}/abort", page.url)).await;
    assert_refused(&page, Reason::AuthorizationDeclined, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn keys_may_rotate_between_two_sign_ins_and_within_one() {
    let Some(peer) = Peer::start() else { return };
    let app = App::start(&peer).await;
    for backend in ["rs256", "es256"] {
        let login = &format!("person-{backend}");
        let before = peer.requests("/jwks");
        for _ in 0..2 {
            assert_signed_in(&sign_in(&mut Browser::new(), &app, backend, login).await, login);
        }
        assert_eq!(peer.requests("/jwks"), before + 1, "the keys are kept");
        let mut browser = Browser::new();
        let callback = callback_of(&mut browser, &app, backend, login).await;
        peer.rotate_keys();
        assert_signed_in(&browser.open(callback.as_str()).await, login);
        assert_signed_in(&sign_in(&mut Browser::new(), &app, backend, login).await, login);
        assert_eq!(peer.requests("/jwks"), before + 2, "the new keys are fetched once");
    }
}

#[tokio::test]
async fn tokens_are_refreshed_and_the_refresh_token_rotates() {
    let Some(peer) = shared() else { return };
    let app = App::start(peer).await;
    assert_signed_in(&sign_in(&mut Browser::new(), &app, "offline", "traveller").await, "traveller");
    let first = app.association("offline", "traveller").await;
    let mut seen = vec![first.extra_data.clone()];
    for _ in 0..2 {
        let known = app.association("offline", "traveller").await;
        seen.push(app.social.refresh(&known).await.unwrap());
        assert_eq!(app.association("offline", "traveller").await.extra_data, seen[seen.len() - 1], "it is stored");
    }
    for name in ["access_token", "refresh_token"] {
        let mut tokens: Vec<_> = seen.iter().map(|fields| fields.text(name).expect("a token").to_owned()).collect();
        tokens.sort();
        tokens.dedup();
        assert_eq!(tokens.len(), 3, "each {name} is a new one");
    }
    let late = app.social.refresh(&first).await.unwrap();
    assert_eq!(late, seen[2], "whoever comes late gets what there is, and spends nothing");
    app.social.social().update_extra_data(first.id, &first.extra_data, first.modified, None).await.unwrap();
    let error = app.social.refresh(&first).await.expect_err("a refresh token is good for one use");
    assert_eq!(error.reason(), Reason::ReauthenticationRequired, "{error}");
}

#[tokio::test]
async fn many_who_refresh_at_once_spend_the_refresh_token_once() {
    let Some(peer) = shared() else { return };
    let app = App::start(peer).await;
    assert_signed_in(&sign_in(&mut Browser::new(), &app, "offline", "crowd").await, "crowd");
    let association = app.association("offline", "crowd").await;
    let refresh = || {
        let (social, association) = (app.social.clone(), association.clone());
        tokio::spawn(async move { social.refresh(&association).await.unwrap() })
    };
    let refreshing: Vec<_> = (0..8).map(|_| refresh()).collect();
    for refreshed in refreshing {
        let fresh = refreshed.await.unwrap();
        assert_ne!(fresh.text("refresh_token"), association.extra_data.text("refresh_token"));
        assert_eq!(fresh, app.association("offline", "crowd").await.extra_data);
    }
}
