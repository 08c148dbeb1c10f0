//! Sessions that end together with the provider's: RP-initiated, back-channel and front-channel logout.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod door;

use std::sync::{Arc, Mutex};

use door::{Door, path_of, set_up, set_up_by};
use http::{Method, StatusCode};
use serde_json::{Value, json};
use social_auth::SocialAuth;
use social_auth::event::Event;
use social_auth::session::Session as _;
use social_auth::storage::SessionOrigin;
use social_auth::web::{CookieSession, Reply, ReplyBody, Request};
use social_auth_testkit::DevProvider;

const BACK_CHANNEL: &str = "/logout/backchannel/dev-oidc/";

/// A browser whose session is in our storage.
#[derive(Default)]
struct Visitor(Door);

impl Visitor {
    async fn send(&mut self, social: &SocialAuth, request: &Request) -> Reply {
        let mut session = CookieSession::load(social, request).await.unwrap();
        let mut reply = social.respond(request, &mut session).await.expect("an address of ours");
        reply.cookies.extend(session.commit().await.unwrap());
        for cookie in &reply.cookies {
            self.0.cookies.insert(cookie.name().to_owned(), cookie.value().to_owned());
        }
        reply
    }

    async fn get(&mut self, social: &SocialAuth, path: &str) -> Reply {
        let request = self.0.request(Method::GET, path, "none", "");
        self.send(social, &request).await
    }

    /// Signs in; answers the browser at the provider, where the session is.
    async fn sign_in(&mut self, idp: &DevProvider, social: &SocialAuth, person: &str) -> social_auth_testkit::Browser {
        let browser = idp.browser().unwrap();
        let away = self.get(social, "/login/dev-oidc/").await;
        let callback = browser.approve(away.location().unwrap(), person).await.unwrap();
        self.get(social, &path_of(callback.url.as_ref())).await;
        assert!(self.origin(social).await.is_some(), "signed in");
        browser
    }

    /// Signs in with the session that a browser has at the provider: nobody is asked.
    async fn join(&mut self, browser: &social_auth_testkit::Browser, social: &SocialAuth) {
        let away = self.get(social, "/login/dev-oidc/").await;
        let callback = browser.visit(&format!("{}&prompt=none", away.location().unwrap())).await.unwrap();
        self.get(social, &path_of(callback.url.as_ref())).await;
        assert!(self.origin(social).await.is_some(), "signed in");
    }

    /// The session at the provider that ours began with; `None` when nobody is signed in.
    async fn origin(&self, social: &SocialAuth) -> Option<SessionOrigin> {
        let session = CookieSession::load(social, &self.0.request(Method::GET, "/", "none", "")).await.unwrap();
        session.user_id()?;
        SessionOrigin::from_value(&session.get(SessionOrigin::KEY)?)
    }
}

async fn post(social: &SocialAuth, token: &str) -> Reply {
    // The provider's server sends no Sec-Fetch-Site, and no cookies.
    Door::default().send(social, Method::POST, BACK_CHANNEL, "", &format!("logout_token={token}")).await
}

fn error_of(reply: &Reply) -> String {
    match &reply.body {
        ReplyBody::Json(body) => {
            assert_eq!(body["error"], "invalid_request");
            body["error_description"].as_str().unwrap().to_owned()
        }
        other => panic!("{other:?}"),
    }
}

fn heard() -> (Arc<Mutex<Vec<Event>>>, impl Fn(&Event) + Send + Sync + 'static) {
    let events = Arc::new(Mutex::new(Vec::new()));
    let kept = Arc::clone(&events);
    (events, move |event: &Event| {
        if matches!(event, Event::SessionEnded { .. }) {
            kept.lock().unwrap().push(event.clone());
        }
    })
}

#[tokio::test]
async fn a_session_that_ends_at_the_provider_ends_in_every_browser_that_shares_it() {
    let (events, listener) = heard();
    let (idp, social) = set_up_by(|builder| builder.on_event(listener)).await;
    let (mut laptop, mut same_session, mut phone, mut bob) =
        (Visitor::default(), Visitor::default(), Visitor::default(), Visitor::default());
    let at_provider = laptop.sign_in(&idp, &social, "alice").await;
    same_session.join(&at_provider, &social).await;
    phone.sign_in(&idp, &social, "alice").await;
    bob.sign_in(&idp, &social, "bob").await;
    let origin = laptop.origin(&social).await.unwrap();
    assert_eq!(same_session.origin(&social).await.unwrap().session.id, origin.session.id);

    let token = idp.logout_token(idp.client_id(), Some("1001"), origin.session.id.as_deref()).unwrap();
    let reply = post(&social, &token).await;
    assert_eq!((reply.status, &reply.body), (StatusCode::OK, &ReplyBody::Empty));
    assert_eq!(reply.into_http().headers()["cache-control"], "no-store");
    assert!(laptop.origin(&social).await.is_none() && same_session.origin(&social).await.is_none());
    assert!(phone.origin(&social).await.is_some() && bob.origin(&social).await.is_some(), "other sessions stay");

    let event = serde_json::to_value(&events.lock().unwrap()[0]).unwrap();
    assert_eq!((&event["event"], &event["session"]), (&json!("session_ended"), &json!(origin.session.id)));
    assert_eq!(event["users"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_token_without_a_session_ends_all_of_the_person_and_tokens_of_ours_too() {
    let (idp, social) = set_up().await;
    let (mut laptop, mut phone, mut bob) = (Visitor::default(), Visitor::default(), Visitor::default());
    laptop.sign_in(&idp, &social, "alice").await;
    phone.sign_in(&idp, &social, "alice").await;
    bob.sign_in(&idp, &social, "bob").await;
    let nonce = Door::default().send_json(&social, Method::POST, "/token/dev-oidc/nonce/", "", &json!({})).await;
    let ReplyBody::Json(nonce) = nonce.body else { panic!("no nonce") };
    let nonce = nonce["nonce"].as_str().unwrap();
    let theirs = idp.issue_tokens(idp.client_id(), "alice", Some(nonce)).unwrap();
    let body = json!({"id_token": theirs.id_token, "nonce": nonce});
    let reply = Door::default().send_json(&social, Method::POST, "/token/dev-oidc/", "", &body).await;
    let ReplyBody::Json(signed_in) = reply.body else { panic!("{reply:?}") };
    let client = Door::with_bearer(signed_in["token"].as_str().unwrap()).request(Method::GET, "/api/me", "", "");
    assert!(social.bearer_user(&client).await.unwrap().is_some());

    let token = idp.logout_token(idp.client_id(), Some("1001"), None).unwrap();
    assert_eq!(post(&social, &token).await.status, StatusCode::OK);
    assert!(laptop.origin(&social).await.is_none() && phone.origin(&social).await.is_none());
    assert!(social.bearer_user(&client).await.unwrap().is_none(), "a token of ours ends too");
    assert!(bob.origin(&social).await.is_some());
    laptop.sign_in(&idp, &social, "alice").await;
}

/// See CVE-2025-46815: what is good once must not be good twice.
#[tokio::test]
async fn a_logout_token_works_once() {
    let (idp, social) = set_up().await;
    let mut visitor = Visitor::default();
    visitor.sign_in(&idp, &social, "alice").await;
    let token = idp.logout_token(idp.client_id(), Some("1001"), None).unwrap();
    assert_eq!(post(&social, &token).await.status, StatusCode::OK);
    visitor.sign_in(&idp, &social, "alice").await;
    let replayed = post(&social, &token).await;
    assert_eq!(replayed.status, StatusCode::BAD_REQUEST);
    assert!(error_of(&replayed).contains("used already"));
    assert!(visitor.origin(&social).await.is_some(), "the new session stays");
}

#[tokio::test]
async fn what_is_no_good_logout_token_ends_nothing_and_says_why() {
    let (idp, social) = set_up().await;
    let mut visitor = Visitor::default();
    visitor.sign_in(&idp, &social, "alice").await;
    let sid = visitor.origin(&social).await.unwrap().session.id.unwrap();
    let refused = async |why: &str, form: &str| {
        let reply = Door::default().send(&social, Method::POST, BACK_CHANNEL, "", form).await;
        assert_eq!(reply.status, StatusCode::BAD_REQUEST, "{why}");
        assert!(!error_of(&reply).contains(&sid), "{why}");
    };
    refused("nothing", "").await;
    refused("no token", "logout_token=").await;
    refused("rubbish", "logout_token=a.b.c").await;
    let id_token = idp.issue_tokens(idp.client_id(), "alice", None).unwrap().id_token;
    refused("an id token", &format!("logout_token={id_token}")).await;
    idp.register(social_auth_testkit::Client::confidential("another-app", "another-secret"));
    let foreign = idp.logout_token("another-app", Some("1001"), Some(&sid)).unwrap();
    refused("another application's", &format!("logout_token={foreign}")).await;
    type Change = fn(&mut social_auth_testkit::IdToken);
    let changes: [(&str, Change); 7] = [
        ("another issuer", |token| token.claims["iss"] = json!("https://evil.example")),
        ("expired", |token| token.claims["exp"] = json!(1)),
        ("with a nonce", |token| drop(token.claims.insert("nonce".into(), json!("n")))),
        ("about nothing", |token| drop(token.claims.shift_remove("events"))),
        ("without jti", |token| drop(token.claims.shift_remove("jti"))),
        ("of nobody", |token| {
            token.claims.shift_remove("sub");
            token.claims.shift_remove("sid");
        }),
        ("badly signed", |token| token.signature = social_auth_testkit::Signature::Wrong),
    ];
    for (why, change) in changes {
        idp.edit_id_tokens(change);
        let token = idp.logout_token(idp.client_id(), Some("1001"), Some(&sid)).unwrap();
        refused(why, &format!("logout_token={token}")).await;
    }
    idp.heal();
    assert!(visitor.origin(&social).await.is_some());
    for (path, status) in
        [("/logout/backchannel/nowhere/", StatusCode::NOT_FOUND), ("/logout/backchannel/dev-oauth2/", StatusCode::BAD_REQUEST)]
    {
        let reply = Door::default().send(&social, Method::POST, path, "", "logout_token=a.b.c").await;
        assert_eq!(reply.status, status, "{path}");
    }
    let token = idp.logout_token(idp.client_id(), Some("1001"), None).unwrap();
    let by_get = Door::default().get(&social, &format!("{BACK_CHANNEL}?logout_token={token}")).await;
    assert_eq!(by_get.status, StatusCode::METHOD_NOT_ALLOWED);
    assert!(visitor.origin(&social).await.is_some());
}

#[tokio::test]
async fn a_frame_of_the_provider_ends_the_session_that_it_names_without_any_cookie() {
    let (idp, social) = set_up().await;
    let (mut laptop, mut phone) = (Visitor::default(), Visitor::default());
    laptop.sign_in(&idp, &social, "alice").await;
    phone.sign_in(&idp, &social, "alice").await;
    let sid = laptop.origin(&social).await.unwrap().session.id.unwrap();
    let issuer = idp.issuer();
    let frame = |iss: &str, sid: &str| {
        let query = url::form_urlencoded::Serializer::new(String::new()).append_pair("iss", iss).append_pair("sid", sid).finish();
        format!("/logout/frontchannel/dev-oidc/?{query}")
    };
    for bad in [
        "/logout/frontchannel/dev-oidc/".to_owned(),
        frame("https://evil.example", &sid),
        frame(&issuer, ""),
        frame("", &sid),
        format!("/logout/frontchannel/dev-oidc/?sid={sid}"),
    ] {
        let reply = Door::default().send(&social, Method::GET, &bad, "cross-site", "").await;
        assert_eq!(reply.status, StatusCode::BAD_REQUEST, "{bad}");
        assert!(laptop.origin(&social).await.is_some(), "{bad}");
    }
    let reply = Door::default().send(&social, Method::GET, &frame(&issuer, &sid), "cross-site", "").await.into_http();
    assert_eq!(reply.status(), StatusCode::OK);
    assert_eq!(reply.headers()["content-security-policy"], "default-src 'none'; frame-ancestors *");
    assert_eq!(reply.headers()["cache-control"], "no-store");
    assert!(laptop.origin(&social).await.is_none());
    assert!(phone.origin(&social).await.is_some());
}

/// Where a provider at a sister domain shows the frame, our cookie comes along, and the session need not be named.
#[tokio::test]
async fn a_frame_of_the_same_site_ends_the_session_whose_cookie_comes_along() {
    let (idp, social) = set_up().await;
    let (mut laptop, mut joined, mut phone) = (Visitor::default(), Visitor::default(), Visitor::default());
    let at_provider = laptop.sign_in(&idp, &social, "alice").await;
    joined.join(&at_provider, &social).await;
    phone.sign_in(&idp, &social, "alice").await;
    let load = async |visitor: &mut Visitor, path: &str, site: &str, dest: &str| {
        let mut request = visitor.0.request(Method::GET, path, site, "");
        request.headers.insert("sec-fetch-dest", dest.parse().unwrap());
        visitor.send(&social, &request).await.status
    };
    const PATH: &str = "/logout/frontchannel/dev-oidc/";
    for (path, site, dest) in [
        // Links and other sites sign nobody out.
        (PATH, "none", "document"),
        (PATH, "same-site", "document"),
        (PATH, "cross-site", "iframe"),
        (PATH, "same-site", "image"),
        ("/logout/frontchannel/dev-oauth2/", "same-site", "iframe"),
        ("/logout/frontchannel/dev-oidc/?iss=https%3A%2F%2Fevil.example", "same-site", "iframe"),
    ] {
        assert_eq!(load(&mut laptop, path, site, dest).await, StatusCode::BAD_REQUEST, "{path} {site} {dest}");
        assert!(laptop.origin(&social).await.is_some(), "{path} {site} {dest}");
    }
    assert_eq!(load(&mut laptop, PATH, "same-site", "iframe").await, StatusCode::OK);
    assert!(laptop.origin(&social).await.is_none());
    assert!(joined.origin(&social).await.is_none(), "it shared the session at the provider");
    assert!(phone.origin(&social).await.is_some());
    assert_eq!(load(&mut laptop, PATH, "same-site", "iframe").await, StatusCode::BAD_REQUEST, "nobody is signed in");
}

/// OpenID Connect Back-Channel Logout 1.0, section 2.7.
#[tokio::test]
async fn refresh_tokens_of_the_ended_session_go_and_those_for_offline_access_stay() {
    for (scope, names_session, stays) in [
        (&["profile"][..], true, false),
        (&["profile"], false, false),
        (&["offline_access"], true, true),
        (&["offline_access"], false, true),
    ] {
        let (idp, social) = set_up_by(|builder| builder.set("SOCIAL_AUTH_DEV_OIDC_SCOPE", scope.to_vec())).await;
        let mut visitor = Visitor::default();
        visitor.sign_in(&idp, &social, "alice").await;
        let mut bob = Visitor::default();
        bob.sign_in(&idp, &social, "bob").await;
        let sid = visitor.origin(&social).await.unwrap().session.id;
        let kept = async |uid: &str| {
            let association = social.social().association("dev-oidc", uid).await.unwrap().unwrap();
            assert!(association.extra_data.text("access_token").is_some());
            association.extra_data.text("refresh_token").is_some()
        };
        assert!(kept("1001").await, "{scope:?}");
        let token = idp.logout_token(idp.client_id(), Some("1001"), sid.as_deref().filter(|_| names_session)).unwrap();
        assert_eq!(post(&social, &token).await.status, StatusCode::OK);
        assert_eq!(kept("1001").await, stays, "{scope:?} {names_session}");
        assert!(kept("1002").await, "another person's");
    }
}

#[tokio::test]
async fn the_refresh_token_of_a_later_session_outlives_the_earlier_one() {
    let (idp, social) = set_up().await;
    let (mut laptop, mut phone) = (Visitor::default(), Visitor::default());
    laptop.sign_in(&idp, &social, "alice").await;
    let earlier = laptop.origin(&social).await.unwrap().session.id;
    phone.sign_in(&idp, &social, "alice").await;
    let token = idp.logout_token(idp.client_id(), Some("1001"), earlier.as_deref()).unwrap();
    assert_eq!(post(&social, &token).await.status, StatusCode::OK);
    let association = social.social().association("dev-oidc", "1001").await.unwrap().unwrap();
    assert!(association.extra_data.text("refresh_token").is_some() && phone.origin(&social).await.is_some());
    // Without a token that was for the session only, the person has to sign in again when the access token expires.
    let later = phone.origin(&social).await.unwrap().session.id;
    let token = idp.logout_token(idp.client_id(), None, later.as_deref()).unwrap();
    assert_eq!(post(&social, &token).await.status, StatusCode::OK);
    let association = social.social().association("dev-oidc", "1001").await.unwrap().unwrap();
    assert_eq!(social.refresh(&association).await.unwrap_err().reason(), social_auth::Reason::ReauthenticationRequired);
}

#[tokio::test]
async fn a_session_that_the_application_lends_ends_when_it_is_used_next() {
    let (idp, social) = set_up().await;
    let (mut laptop, mut phone) = (Door::default(), Door::default());
    laptop.sign_in(&idp, &social, "dev-oidc", "alice").await;
    phone.sign_in(&idp, &social, "dev-oidc", "alice").await;
    for door in [&mut laptop, &mut phone] {
        assert!(social.active_user(&mut door.session).await.unwrap().is_some());
    }
    let origin = SessionOrigin::from_value(&laptop.session.values[SessionOrigin::KEY]).unwrap();
    let token = idp.logout_token(idp.client_id(), None, origin.session.id.as_deref()).unwrap();
    assert_eq!(post(&social, &token).await.status, StatusCode::OK);
    assert!(social.active_user(&mut laptop.session).await.unwrap().is_none());
    assert!(social.active_user(&mut phone.session).await.unwrap().is_some());

    let token = idp.logout_token(idp.client_id(), Some("1001"), None).unwrap();
    assert_eq!(post(&social, &token).await.status, StatusCode::OK);
    assert!(social.active_user(&mut phone.session).await.unwrap().is_none());
    tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    let mut again = Door::default();
    again.sign_in(&idp, &social, "dev-oidc", "alice").await;
    assert!(social.active_user(&mut again.session).await.unwrap().is_some(), "a later sign-in is not meant");
}

#[tokio::test]
async fn signing_out_leads_by_the_provider_and_back_where_the_person_wanted() {
    let (idp, social) =
        set_up_by(|builder| builder.set("SOCIAL_AUTH_LOGOUT_AT_PROVIDER", true).set("SOCIAL_AUTH_LOGOUT_REDIRECT_URL", "/bye")).await;
    for (form, lands) in [("", "/bye"), ("next=/elsewhere", "/elsewhere"), ("next=https://evil.example/", "/bye")] {
        let mut visitor = Visitor::default();
        let at_provider = visitor.sign_in(&idp, &social, "alice").await;
        let request = visitor.0.request(Method::POST, "/logout/", "same-origin", form);
        let away = visitor.send(&social, &request).await;
        assert!(visitor.origin(&social).await.is_none(), "our session has ended first");
        let away = away.location().unwrap().to_owned();
        let url = url::Url::parse(&away).unwrap();
        let param = |name: &str| url.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned());
        assert_eq!(url.path(), "/end_session");
        assert_eq!(param("post_logout_redirect_uri").as_deref(), Some("http://localhost:8000/logout/complete/"));
        let hint: Value = jsonwebtoken::dangerous::insecure_decode_claims(param("id_token_hint").unwrap()).unwrap();
        assert_eq!(hint["sub"], "1001");

        let back = at_provider.visit(&away).await.unwrap();
        let home = visitor.get(&social, &path_of(back.url.as_ref())).await;
        assert_eq!(home.location(), Some(lands));
        // Whoever makes such a link up leads nobody anywhere.
        assert_eq!(visitor.get(&social, "/logout/complete/?state=https%3A%2F%2Fevil.example").await.location(), Some("/bye"));
    }
}

#[tokio::test]
async fn the_provider_is_told_only_where_that_is_wanted_and_the_hint_is_of_this_session() {
    let (idp, social) = set_up().await;
    let (mut first, mut second) = (Visitor::default(), Visitor::default());
    first.sign_in(&idp, &social, "alice").await;
    second.sign_in(&idp, &social, "alice").await;
    let request = first.0.request(Method::POST, "/logout/", "same-origin", "at_provider=1");
    let away = first.send(&social, &request).await.location().unwrap().to_owned();
    assert!(away.contains("/end_session?client_id=") && !away.contains("id_token_hint"), "the stored id token is of the second: {away}");
    let request = second.0.request(Method::POST, "/logout/", "same-origin", "");
    assert_eq!(second.send(&social, &request).await.location(), Some("/"));
    second.sign_in(&idp, &social, "alice").await;
    let request = second.0.request(Method::POST, "/logout/", "cross-site", "at_provider=1");
    assert_eq!(second.send(&social, &request).await.status, StatusCode::FORBIDDEN, "no other site signs anybody out");
    assert!(second.origin(&social).await.is_some());
}

/// See GHSA-2vg6-77g8-24mp and CVE-2025-65430.
#[tokio::test]
async fn sessions_and_tokens_of_a_user_who_was_switched_off_are_good_for_nothing() {
    let (idp, social) = set_up().await;
    let mut visitor = Visitor::default();
    visitor.sign_in(&idp, &social, "alice").await;
    let association = social.social().association("dev-oidc", "1001").await.unwrap().unwrap();
    let user = social.users().user(&association.user_id).await.unwrap().unwrap();
    let request = Door::default().request(Method::GET, "/", "", "");
    let token = social.issue_api_token(&user, "dev-oidc", &request).await.unwrap();
    let client = Door::with_bearer(token.token.expose()).request(Method::GET, "/api/me", "", "");
    assert!(social.bearer_user(&client).await.unwrap().is_some());
    let off = social_auth::storage::UserChanges([("is_active".to_owned(), json!(false))].into_iter().collect());
    social.users().update_user(&user.id, &off).await.unwrap();
    assert!(visitor.origin(&social).await.is_none());
    assert!(social.bearer_user(&client).await.unwrap().is_none());
}
