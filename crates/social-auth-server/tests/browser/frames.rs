//! Front-channel logout: the provider's page loads our address in a frame. The provider is at `127.0.0.1`; an
//! application there is the same site for a browser, one at `localhost` another.

use std::net::TcpListener;

use social_auth_testkit::{Client, DevProvider};

use super::chromium::{Chromium, Look};
use super::program::{Program, settings};
use super::walk::Walk;

/// A server whose public address has this host, known to the provider; `named` is whether frames name the session.
async fn served(idp: &DevProvider, host: &str, named: bool) -> (Program, String) {
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let site = format!("http://{host}:{port}");
    let folder = tempfile::tempdir().unwrap();
    let settings = settings(idp).replace("\"127.0.0.1:0\"", &format!("\"127.0.0.1:{port}\"\npublic_url = \"{site}\""));
    std::fs::write(folder.path().join("social-auth.toml"), settings).unwrap();
    let server = Program::start(folder, &["serve"]).await;
    idp.register(Client {
        name: "The application".to_owned(),
        frontchannel_logout_uri: Some(format!("{site}/logout/frontchannel/dev-oidc/")),
        frontchannel_logout_session_required: named,
        ..Client::confidential(idp.client_id(), idp.client_secret())
    });
    (server, site)
}

/// Signs in, signs out at the provider, and answers whether our session ended.
async fn ends_here(host: &str, named: bool, picture: &str) -> bool {
    let idp = DevProvider::start().await.unwrap();
    let (server, site) = served(&idp, host, named).await;
    let ended = std::sync::Arc::new(std::sync::atomic::AtomicBool::new(false));
    let seen = ended.clone();
    let end_session = format!("{}/end_session", idp.url());
    let chromium = Chromium::start(Look::Desk).await;
    chromium
        .walk(&site, async move |walk: Walk| {
            walk.open("/login/").await;
            walk.sign_in("dev-oidc", "person-alice").await;
            assert_eq!(walk.heading().await, "Alice Archer");
            // The browser says that the page has loaded when its frames have.
            walk.go_to(&end_session).await;
            walk.picture(picture).await;
            assert!(walk.says().await.contains("You are signed out"), "{}", walk.says().await);
            assert!(walk.says().await.contains("The application"), "{}", walk.says().await);
            walk.open("/account/").await;
            seen.store(walk.heading().await == "Sign in", std::sync::atomic::Ordering::SeqCst);
        })
        .await;
    drop(server);
    ended.load(std::sync::atomic::Ordering::SeqCst)
}

#[tokio::test]
async fn a_frame_on_another_site_ends_the_session_that_it_names_though_no_cookie_comes_along() {
    assert!(ends_here("localhost", true, "frame-other-site").await);
}

#[tokio::test]
async fn a_frame_on_another_site_that_names_no_session_ends_none() {
    assert!(!ends_here("localhost", false, "frame-unnamed").await);
}

#[tokio::test]
async fn a_frame_on_the_same_site_ends_the_session_whose_cookie_comes_along() {
    assert!(ends_here("127.0.0.1", false, "frame-same-site").await);
}

#[tokio::test]
async fn signing_out_here_and_at_the_provider_leads_over_its_frames_and_back() {
    let demo = Program::demo().await;
    Chromium::start(Look::Desk)
        .await
        .walk(&demo.address, async |walk: Walk| {
            walk.open("/").await;
            walk.sign_in("dev-oidc", "person-alice").await;
            walk.picture("account-sign-out-at-provider").await;
            walk.press("sign-out-at-provider").await;
            assert_eq!(walk.heading().await, "Sign in");
            assert!(walk.me().await["user"].is_null());
        })
        .await;
}
