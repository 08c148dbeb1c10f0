//! Whole sign-ins over CAS at the library's own door, the development identity provider behind.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod door;

use std::time::Duration;

use door::{Door, path_of};
use http::Method;
use social_auth::SocialAuth;
use social_auth::storage::MemoryStorage;
use social_auth_testkit::DevProvider;

async fn set_up(further: &[(&'static str, &str)]) -> (DevProvider, SocialAuth) {
    let idp = DevProvider::start().await.unwrap();
    let server = format!("{}/cas", idp.url());
    let mut settings = vec![("SERVER_URL", server.as_str()), ("USERNAME_KEY", "attributes.uid | user")];
    settings.extend(further);
    let social = SocialAuth::builder()
        .public_url("http://localhost:8000")
        .secret_key("a key of at least thirty-two random characters")
        .storage(MemoryStorage::new())
        .backend_as("campus", "cas-ticket", settings.iter().copied())
        .backend_as("other", "cas-ticket", settings.iter().copied())
        .build()
        .unwrap_or_else(|error| panic!("{error}"));
    (idp, social)
}

/// Begins in this browser; answers where the server sends the person who decides.
async fn approved(idp: &DevProvider, social: &SocialAuth, door: &mut Door, backend: &str, person: &str) -> String {
    let away = door.get(social, &format!("/login/{backend}/?next=/there")).await;
    let callback = idp.approve(away.location().unwrap_or_else(|| panic!("{away:?}")), person).await.unwrap();
    path_of(callback.url.as_ref())
}

#[tokio::test]
async fn a_person_signs_in_by_every_version() {
    for (version, endpoint, email) in
        [("1", "/cas/validate", None), ("2", "/cas/serviceValidate", None), ("3", "/cas/p3/serviceValidate", Some("alice@example.test"))]
    {
        let (idp, social) = set_up(&[("CAS_VERSION", version)]).await;
        let mut door = Door::default();
        let callback = approved(&idp, &social, &mut door, "campus", "alice").await;
        let back = door.get(&social, &callback).await;
        assert_eq!(back.location(), Some("/there"), "CAS {version}: {back:?}");
        let user = door.session.user.clone().expect("somebody is signed in");
        assert_eq!(social.users().user(&user).await.unwrap().unwrap().email.as_deref(), email, "CAS {version}");
        assert_eq!(idp.requests_to(endpoint).len(), 1);
        let kept = social.social().associations_of(&user).await.unwrap().remove(0);
        assert_eq!((kept.uid.as_str(), kept.id_key.as_str()), (idp.people()[0].id.as_str(), "user"));
    }
}

#[tokio::test]
async fn a_callback_is_good_once_in_one_browser_for_one_backend() {
    let (idp, social) = set_up(&[]).await;
    let mut door = Door::default();
    let callback = approved(&idp, &social, &mut door, "campus", "alice").await;
    assert_eq!(Door::default().get(&social, &callback).await.status, 400, "another browser");
    assert_eq!(door.get(&social, &callback.replace("/campus/", "/other/")).await.status, 400, "another backend");
    assert!(door.session.user.is_none());
    door.get(&social, &callback).await;
    assert!(door.session.user.take().is_some());
    assert_eq!(door.get(&social, &callback).await.status, 400, "once more");
    assert!(door.session.user.is_none());
    assert_eq!(idp.requests_to("/cas/p3/serviceValidate").len(), 1, "the server was asked once");
}

#[tokio::test]
async fn a_ticket_of_another_sign_in_signs_nobody_in() {
    let (idp, social) = set_up(&[]).await;
    // Eve brings her own ticket into a sign-in that Alice's browser has begun, and the other way round.
    let (mut alice, mut eve) = (Door::default(), Door::default());
    let of_alice = approved(&idp, &social, &mut alice, "campus", "alice").await;
    let of_eve = approved(&idp, &social, &mut eve, "campus", "bob").await;
    let (address, _) = of_alice.split_once("&ticket=").unwrap();
    let (_, ticket) = of_eve.split_once("&ticket=").unwrap();
    let reply = alice.get(&social, &format!("{address}&ticket={ticket}")).await;
    assert!(reply.status.is_server_error() || reply.status.is_client_error(), "{reply:?}");
    assert!(alice.session.user.is_none());
    eve.get(&social, &of_eve).await;
    assert!(eve.session.user.is_none(), "the ticket is spent");
}

#[tokio::test]
async fn only_service_tickets_are_sent_on() {
    for ticket in ["PT-1-of-a-proxy", "PGT-1", "ST-", "", "st-1", "ST-a b", "TGC-1"] {
        let (idp, social) = set_up(&[]).await;
        let mut door = Door::default();
        let callback = approved(&idp, &social, &mut door, "campus", "alice").await;
        let (address, _) = callback.split_once("&ticket=").unwrap();
        let encoded: String = url::form_urlencoded::byte_serialize(ticket.as_bytes()).collect();
        assert_eq!(door.get(&social, &format!("{address}&ticket={encoded}")).await.status, 400, "{ticket}");
        assert!(door.session.user.is_none() && idp.requests_to("/cas/p3/serviceValidate").is_empty());
    }
}

#[tokio::test]
async fn an_old_ticket_and_a_stranger_behind_a_gateway_are_refused() {
    let (idp, social) = set_up(&[]).await;
    let mut door = Door::default();
    let callback = approved(&idp, &social, &mut door, "campus", "alice").await;
    idp.advance_clock(Duration::from_secs(61));
    assert_ne!(door.get(&social, &callback).await.status, 303);
    assert!(door.session.user.is_none());

    let (idp, social) = set_up(&[("GATEWAY", "true")]).await;
    let away = door.get(&social, "/login/campus/").await;
    let browser = idp.browser().unwrap();
    let back = browser.visit(away.location().unwrap()).await.unwrap();
    let reply = door.get(&social, &path_of(back.url.as_ref())).await;
    assert!(door.session.user.is_none() && reply.location().is_none(), "{reply:?}");
}

#[tokio::test]
async fn who_has_a_session_comes_through_the_gateway_but_not_where_a_password_is_wanted() {
    let (idp, social) = set_up(&[("GATEWAY", "true")]).await;
    let browser = idp.browser().unwrap();
    // A sign-in elsewhere makes the session.
    browser.approve(&format!("{}/cas/login?service=http://localhost:8001/", idp.url()), "alice").await.unwrap();
    let mut door = Door::default();
    let away = door.get(&social, "/login/campus/").await;
    let back = browser.visit(away.location().unwrap()).await.unwrap();
    door.get(&social, &path_of(back.url.as_ref())).await;
    assert!(door.session.user.is_some());

    let (idp, social) = set_up(&[("RENEW", "true")]).await;
    let browser = idp.browser().unwrap();
    browser.approve(&format!("{}/cas/login?service=http://localhost:8001/", idp.url()), "alice").await.unwrap();
    let mut door = Door::default();
    let away = door.get(&social, "/login/campus/").await;
    assert!(browser.visit(away.location().unwrap()).await.is_err(), "the person is asked");
    let gateway = away.location().unwrap().replace("renew=true", "gateway=true");
    let back = browser.visit(&gateway).await.unwrap();
    door.get(&social, &path_of(back.url.as_ref())).await;
    assert!(door.session.user.is_none(), "a ticket without a password is refused");
}

#[tokio::test]
async fn a_ticket_may_be_posted() {
    let (idp, social) = set_up(&[("ANSWER_BY_POST", "true")]).await;
    let mut door = Door::default();
    let away = door.get(&social, "/login/campus/?next=/there").await;
    let callback = idp.approve(away.location().unwrap(), "alice").await.unwrap();
    let fields = callback.form.clone().expect("a form");
    let form = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
    let path = path_of(callback.url.as_ref());
    let cookies = std::mem::take(&mut door.cookies);
    let page = door.send(&social, Method::POST, &path, "cross-site", &form).await;
    assert!(page.location().is_none(), "without Lax cookies, our page posts it on");
    door.cookies = cookies;
    let back = door.post(&social, &path, &form).await;
    assert_eq!(back.location(), Some("/there"), "{back:?}");
}

#[tokio::test]
async fn a_logout_request_is_answered_and_shows_nothing_to_strangers() {
    let (idp, social) = set_up(&[]).await;
    let mut door = Door::default();
    let callback = approved(&idp, &social, &mut door, "campus", "alice").await;
    door.get(&social, &callback).await;
    let (path, ticket) = callback.split_once("&ticket=").unwrap();
    for ticket in [ticket, "ST-unknown"] {
        let request = format!(
            "<samlp:LogoutRequest xmlns:samlp=\"urn:oasis:names:tc:SAML:2.0:protocol\"><samlp:SessionIndex>{ticket}</samlp:SessionIndex></samlp:LogoutRequest>"
        );
        let form = url::form_urlencoded::Serializer::new(String::new()).append_pair("logoutRequest", &request).finish();
        let reply = Door::default().send(&social, Method::POST, path, "", &form).await;
        assert_eq!(reply.status, 200, "{reply:?}");
    }
}
