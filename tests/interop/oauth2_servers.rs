//! Providers that nobody here has heard of, from settings alone: servers made of `django-oauth-toolkit` and of Authlib.

use std::sync::OnceLock;

use http::{Method, StatusCode};
use serde_json::{Value, json};
use social_auth::error::Reason;

use crate::app::App;
use crate::browser::{Browser, Form, Page};
use crate::install;
use crate::oidc_provider::{assert_refused, assert_signed_in};
use crate::process::Process;

type Settings = Vec<(&'static str, Value)>;

fn toolkit() -> Option<&'static Process> {
    static PEER: OnceLock<Option<Process>> = OnceLock::new();
    PEER.get_or_init(|| install::python("oauth-toolkit").map(Process::start)).as_ref()
}

fn authlib() -> Option<&'static Process> {
    static PEER: OnceLock<Option<Process>> = OnceLock::new();
    PEER.get_or_init(|| install::python("authlib").map(Process::start)).as_ref()
}

/// OAuth 2.0 alone, by the addresses that a provider's documentation gives.
fn oauth2(peer: &Process, paths: [&str; 4], further: &[(&'static str, Value)]) -> Settings {
    let url = peer.said("url");
    let names = ["AUTHORIZATION_URL", "ACCESS_TOKEN_URL", "USER_URL", "REVOKE_TOKEN_URL"];
    let addresses = names.into_iter().zip(paths.map(|path| json!(format!("{url}{path}"))));
    addresses.chain([("SECRET", json!(peer.said("secret")))]).chain(further.iter().cloned()).collect()
}

fn oidc(peer: &Process, path: &str, further: &[(&'static str, Value)]) -> Settings {
    let endpoint = ("OIDC_ENDPOINT", json!(format!("{}{path}", peer.said("url"))));
    [endpoint].into_iter().chain(further.iter().cloned()).collect()
}

/// An application with these backends, each registered at the server as a client of that name in this way.
async fn app(peer: &Process, backends: Vec<(&'static str, &'static str, &'static str, Settings)>) -> App {
    let clients: Vec<_> = backends.iter().map(|(name, _, way, _)| (*name, *way)).collect();
    let app = App::with(|builder| {
        backends.into_iter().fold(builder, |builder, (name, provider, _, mut settings)| {
            settings.push(("KEY", json!(name)));
            builder.backend_as(name, provider, settings)
        })
    })
    .await;
    for (name, way) in clients {
        assert_eq!(peer.tell(&format!("client {} {name} {way}", app.url))["registered"], name);
    }
    app
}

async fn on_toolkit(peer: &Process) -> App {
    let addresses = ["/o/authorize/", "/o/token/", "/api/profile", "/o/revoke_token/"];
    let profile = [
        ("SCOPE", json!(["read"])),
        ("USER_ROOT", json!("result.user")),
        ("ID_KEY", json!("pk")),
        ("DETAILS", json!({"username": "login", "email": "mail[confirmed=true].address", "email_verified": "mail[0].confirmed"})),
        ("REVOKE_TOKENS_ON_DISCONNECT", json!(true)),
    ];
    let secret = ("SECRET", json!(peer.said("secret")));
    let hs256 = [secret.clone(), ("JWT_ALGORITHMS", json!(["HS256"])), ("TOKEN_ENDPOINT_AUTH_METHOD", json!("client_secret_post"))];
    app(
        peer,
        vec![
            ("ward-portal", "oidc", "RS256", oidc(peer, "/o", &[secret])),
            ("ward-hs256", "oidc", "HS256", oidc(peer, "/o", &hs256)),
            ("public-kiosk", "oidc", "RS256", oidc(peer, "/o", &[("TOKEN_ENDPOINT_AUTH_METHOD", json!("none"))])),
            ("records", "oauth2", "none", oauth2(peer, addresses, &profile)),
            ("plain-pkce", "oauth2", "none", oauth2(peer, addresses, &[&profile[..], &[("USE_PKCE", json!(false))]].concat())),
        ],
    )
    .await
}

async fn on_authlib(peer: &Process) -> App {
    let addresses = ["/authorize", "/token", "/me", "/revoke"];
    let profile = [
        ("SCOPE", json!(["profile"])),
        ("USER_ROOT", json!("data")),
        ("ID_KEY", json!("account.slug")),
        ("DETAILS", json!({"username": "account.slug", "email": "contact[kind=mail].value"})),
        ("REVOKE_TOKENS_ON_DISCONNECT", json!(true)),
    ];
    let post = [&profile[..], &[("TOKEN_ENDPOINT_AUTH_METHOD", json!("client_secret_post"))]].concat();
    let basic = [&profile[..], &[("TOKEN_ENDPOINT_AUTH_METHOD", json!("client_secret_basic"))]].concat();
    let secret = ("SECRET", json!(peer.said("secret")));
    let es256 = ("JWT_ALGORITHMS", json!(["ES256"]));
    app(
        peer,
        vec![
            ("harbour", "oidc", "client_secret_basic", oidc(peer, "", &[secret, es256.clone()])),
            ("harbour-public", "oidc", "none", oidc(peer, "", &[("TOKEN_ENDPOINT_AUTH_METHOD", json!("none")), es256])),
            ("quay", "oauth2", "client_secret_post", oauth2(peer, addresses, &post)),
            ("quay-basic", "oauth2", "client_secret_basic", oauth2(peer, addresses, &basic)),
        ],
    )
    .await
}

async fn sign_in(browser: &mut Browser, app: &App, backend: &str, login: &str) -> Page {
    browser.go_through(&app.begin(backend), &[("login", login)]).await
}

/// Signs in twice, as a new person and as a known one.
async fn twice(app: &App, backend: &str, login: &str, uid: Option<&str>) {
    for _ in 0..2 {
        assert_signed_in(&sign_in(&mut Browser::new(), app, backend, login).await, login);
    }
    if let Some(uid) = uid {
        let association = app.association(backend, uid).await;
        assert_eq!(app.user(&association).await.email, Some(format!("{login}@example.test")), "{backend}");
    }
}

#[tokio::test]
async fn django_oauth_toolkit_signs_people_in_with_every_kind_of_client() {
    let Some(peer) = toolkit() else { return };
    let app = on_toolkit(peer).await;
    for (backend, login) in [("ward-portal", "walter"), ("ward-hs256", "hilda"), ("public-kiosk", "kim"), ("records", "rosa")] {
        twice(&app, backend, login, None).await;
    }
    let refused = sign_in(&mut Browser::new(), &app, "plain-pkce", "pia").await;
    assert_refused(&refused, Reason::InvalidSetting, StatusCode::INTERNAL_SERVER_ERROR);
}

#[tokio::test]
async fn authlib_signs_people_in_with_every_kind_of_client() {
    let Some(peer) = authlib() else { return };
    let app = on_authlib(peer).await;
    for (backend, login, uid) in [
        ("harbour", "harriet", "id-harriet"),
        ("harbour-public", "henry", "id-henry"),
        ("quay", "quentin", "quentin"),
        ("quay-basic", "quinn", "quinn"),
    ] {
        twice(&app, backend, login, Some(uid)).await;
    }
    let declined = sign_in(&mut Browser::new(), &app, "harbour", "").await;
    assert_refused(&declined, Reason::AuthorizationDeclined, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn tokens_are_renewed_rotated_and_revoked_at_authlib() {
    let Some(peer) = authlib() else { return };
    let app = on_authlib(peer).await;
    let mut browser = Browser::new();
    assert_signed_in(&sign_in(&mut browser, &app, "quay", "renata").await, "renata");
    let first = app.association("quay", "renata").await;
    let before = peer.tell("good")["good"].as_u64().unwrap();
    app.social.refresh(&first).await.unwrap();
    let second = app.association("quay", "renata").await;
    for token in ["access_token", "refresh_token"] {
        assert!(second.extra_data.text(token).is_some_and(|new| Some(new) != first.extra_data.text(token)), "{token}");
    }
    assert_eq!(peer.tell("good")["good"], before, "the old one is revoked");
    let error = app.social.refresh(&first).await;
    assert!(error.is_ok(), "who comes with what was stored before gets what is stored now: {error:?}");

    // With another way in, this one may go; and the provider is told.
    let page = sign_in(&mut browser, &app, "harbour", "renata-too").await;
    let before = peer.tell("good")["good"].as_u64().unwrap();
    let action = format!("{}/disconnect/quay/", app.url).parse().unwrap();
    let page = browser.submit(&page, Form { action, method: Method::POST, fields: Vec::new() }, &[]).await;
    assert_eq!(page.status.map(|status| status.as_u16()), Some(200), "{}", page.words());
    assert!(app.social.social().association("quay", "renata").await.unwrap().is_none());
    assert!(peer.tell("good")["good"].as_u64().unwrap() < before);
}

#[tokio::test]
async fn tokens_are_renewed_and_rotated_at_django_oauth_toolkit() {
    let Some(peer) = toolkit() else { return };
    let app = on_toolkit(peer).await;
    let mut browser = Browser::new();
    assert_signed_in(&sign_in(&mut browser, &app, "ward-portal", "lou").await, "lou");
    let user = app.social.users().users_by_email("lou@example.test").await.unwrap().remove(0);
    let first = app.social.social().associations_of(&user.id).await.unwrap().remove(0);
    app.social.refresh(&first).await.unwrap();
    let second = app.association("ward-portal", &first.uid).await;
    assert_ne!(first.extra_data.text("refresh_token"), second.extra_data.text("refresh_token"), "rotated");
}
