//! Checks of the end of a sign-in that goes well.

use super::{Parts, Site};

pub(super) async fn a_person_signs_in(parts: Parts) {
    let site = Site::start(&parts, &[]).await;
    let mut visitor = site.visitor();
    assert_eq!(visitor.who().await, "");
    let answer = site.sign_in(&mut visitor, "alice").await;
    assert_eq!((answer.status.as_u16(), answer.location()), (303, "/welcome"), "{}", answer.text);
    assert_eq!(visitor.who().await, "alice");
    let user = site.storage.users_by_email("alice@example.test").await.unwrap().remove(0);
    assert_eq!((user.username.as_str(), user.first_name.as_deref()), ("alice", Some("Alice")));
    assert!(user.last_login.is_some());
    assert_eq!(site.storage.association("dev", "1001").await.unwrap().unwrap().user_id, user.id);
}

pub(super) async fn a_person_signs_in_by_openid_connect(parts: Parts) {
    let site = Site::start(&parts, &[]).await;
    let mut visitor = site.visitor();
    let callback = site.callback(&mut visitor, "oidc", "alice").await;
    let answer = visitor.follow(&callback).await;
    assert_eq!((answer.status.as_u16(), answer.location()), (303, "/welcome"), "{}", answer.text);
    assert_eq!(visitor.who().await, "alice");
    assert!(site.storage.association("oidc", "1001").await.unwrap().is_some());
}

pub(super) async fn the_second_sign_in_finds_the_same_user(parts: Parts) {
    let site = Site::start(&parts, &[]).await;
    for _ in 0..2 {
        let mut visitor = site.visitor();
        site.sign_in(&mut visitor, "alice").await;
        assert_eq!(visitor.who().await, "alice");
    }
    assert_eq!(site.storage.users_by_email("alice@example.test").await.unwrap().len(), 1);
    let mut visitor = site.visitor();
    site.sign_in(&mut visitor, "bob").await;
    assert_eq!(visitor.who().await, "bob");
}

pub(super) async fn the_browser_goes_where_it_wanted(parts: Parts) {
    let site = Site::start(&parts, &[]).await;
    let mut visitor = site.visitor();
    let begun = visitor.visit("/login/dev/?next=/private%3Fpage%3D2%26of%3D3").await;
    let callback = site.approve(&begun, "alice").await;
    assert_eq!(visitor.follow(&callback).await.location(), "/private?page=2&of=3");
}

pub(super) async fn another_site_is_not_where_it_wanted(parts: Parts) {
    let site = Site::start(&parts, &[]).await;
    for next in ["https://evil.example/", "//evil.example/", "/%5Cevil.example", "%2F%09%2Fevil.example", "javascript:alert(1)"] {
        let mut visitor = site.visitor();
        let begun = visitor.visit(&format!("/login/dev/?next={next}")).await;
        let callback = site.approve(&begun, "alice").await;
        assert_eq!(visitor.follow(&callback).await.location(), "/welcome", "{next}");
    }
}

pub(super) async fn two_tabs_both_complete(parts: Parts) {
    let site = Site::start(&parts, &[]).await;
    let mut visitor = site.visitor();
    let first = visitor.visit("/login/dev/?next=/first").await;
    let second = visitor.visit("/login/dev/?next=/second").await;
    let (first, second) = (site.approve(&first, "alice").await, site.approve(&second, "alice").await);
    assert_eq!(visitor.follow(&second).await.location(), "/second");
    assert_eq!(visitor.follow(&first).await.location(), "/first");
    assert_eq!(visitor.who().await, "alice");
}

/// Apple, SAML and OpenID post their answers, and a browser then sends no `SameSite=Lax` cookie.
pub(super) async fn a_posted_callback_comes_back_through_our_own_page(parts: Parts) {
    let site = Site::start(&parts, &[]).await;
    let mut visitor = site.visitor();
    let callback = site.callback(&mut visitor, "dev", "alice").await;
    let (path, query) = callback.split_once('?').unwrap();
    let fields: Vec<(String, String)> = url::form_urlencoded::parse(query.as_bytes()).into_owned().collect();
    let fields: Vec<_> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let page = visitor.submit_from_elsewhere(path, &fields).await;
    assert_eq!((page.status.as_u16(), page.location()), (200, ""), "{}", page.text);
    assert_eq!(visitor.who().await, "", "nothing has happened yet");
    let answer = visitor.press(&page).await;
    assert_eq!((answer.status.as_u16(), answer.location()), (303, "/welcome"), "{}", answer.text);
    assert_eq!(visitor.who().await, "alice");
}

pub(super) async fn another_account_is_connected_to_the_user(parts: Parts) {
    let site = Site::start(&parts, &[]).await;
    let mut visitor = site.visitor();
    site.sign_in(&mut visitor, "alice").await;
    let session = visitor.session();
    site.connect(&mut visitor, "bob").await;
    assert_eq!(visitor.who().await, "alice");
    assert_eq!(visitor.session(), session, "who connects an account stays signed in as before");
    let mut later = site.visitor();
    let callback = site.callback(&mut later, "other", "bob").await;
    later.follow(&callback).await;
    assert_eq!(later.who().await, "alice");
    assert!(site.storage.users_by_email("bob@example.test").await.unwrap().is_empty());
}

pub(super) async fn a_connection_ends_with_the_user_who_began_it(parts: Parts) {
    let site = Site::start(&parts, &[]).await;
    let mut visitor = site.visitor();
    site.sign_in(&mut visitor, "alice").await;
    let begun = visitor.submit("/login/other/", &[]).await;
    let callback = site.approve(&begun, "carol").await;
    let page = visitor.visit("/logout/").await;
    visitor.press(&page).await;
    let answer = visitor.clone().program().follow(&callback).await;
    assert_eq!(answer.code(), "user_mismatch", "{}", answer.text);
    site.sign_in(&mut visitor, "bob").await;
    let answer = visitor.clone().program().follow(&callback).await;
    assert_eq!(answer.code(), "user_mismatch", "{}", answer.text);
    assert!(site.storage.association("other", "1003").await.unwrap().is_none());
}
