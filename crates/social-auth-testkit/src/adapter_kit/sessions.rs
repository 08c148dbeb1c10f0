//! Checks of sessions: their cookies, who is in them, and how they end.

use cookie::SameSite;
use serde_json::json;
use social_auth::storage::UserChanges;

use super::{Parts, Site, Visitor};

pub(super) async fn the_cookies_are_out_of_reach_for_scripts_and_other_sites(parts: Parts) {
    let site = Site::start(&parts, &[]).await;
    let mut visitor = site.visitor();
    let page = visitor.follow("/login/dev/").await;
    let begun = visitor.press(&page).await;
    let callback = site.approve(&begun, "alice").await;
    let answers = [page, begun, visitor.follow(&callback).await];
    let cookies: Vec<_> = answers.iter().flat_map(super::Answer::cookies).collect();
    assert!(cookies.len() >= 3, "form, attempt and session: {cookies:?}");
    for cookie in cookies {
        assert_eq!(cookie.http_only(), Some(true), "{}", cookie.name());
        assert!(matches!(cookie.same_site(), Some(SameSite::Lax | SameSite::Strict)), "{}", cookie.name());
        assert_eq!((cookie.path(), cookie.domain()), (Some("/"), None), "{}", cookie.name());
    }
}

/// CVE-2022-25896.
pub(super) async fn the_session_changes_with_sign_in_and_sign_out(parts: Parts) {
    let site = Site::start(&parts, &[]).await;
    let mut visitor = site.visitor();
    site.sign_in(&mut visitor, "alice").await;
    let before = visitor.clone();
    sign_out(&mut visitor).await;
    assert_eq!(visitor.who().await, "");
    assert_eq!(before.clone().who().await, "", "a cookie from before signing out is of no use");
    // Somebody plants a session that they know, and the person signs in.
    let mut planted = before.clone();
    site.sign_in(&mut planted, "alice").await;
    assert_eq!(planted.who().await, "alice");
    assert_ne!(planted.session(), before.session());
    assert_eq!(before.clone().who().await, "");
}

pub(super) async fn signing_out_by_get_asks_first(parts: Parts) {
    let site = Site::start(&parts, &[]).await;
    let mut visitor = site.visitor();
    site.sign_in(&mut visitor, "alice").await;
    let page = visitor.follow("/logout/").await;
    assert_eq!((page.status.as_u16(), visitor.who().await.as_str()), (200, "alice"));
    let answer = visitor.press(&page).await;
    assert_eq!((answer.status.as_u16(), answer.location()), (303, "/please-sign-in"));
    assert_eq!(visitor.who().await, "");
}

pub(super) async fn signing_out_needs_our_own_page(parts: Parts) {
    let site = Site::start(&parts, &[]).await;
    let mut visitor = site.visitor();
    site.sign_in(&mut visitor, "alice").await;
    for answer in [visitor.submit_from_elsewhere("/logout/", &[]).await, visitor.submit_from_nowhere("/logout/", &[]).await] {
        assert_eq!((answer.status.as_u16(), answer.code().as_str()), (403, "cross_site_request"), "{}", answer.text);
    }
    assert_eq!(visitor.who().await, "alice");
    visitor.submit("/logout", &[]).await;
    assert_eq!(visitor.who().await, "");
}

pub(super) async fn a_page_for_signed_in_users_sends_others_to_the_login_page(parts: Parts) {
    let site = Site::start(&parts, &[]).await;
    let mut visitor = site.visitor();
    let answer = visitor.visit("/private?page=2").await;
    assert_eq!((answer.status.as_u16(), answer.location()), (303, "/please-sign-in?next=%2Fprivate%3Fpage%3D2"));
    site.sign_in(&mut visitor, "alice").await;
    let answer = visitor.visit("/private?page=2").await;
    assert_eq!((answer.status.as_u16(), answer.text.trim()), (200, "alice"));
}

pub(super) async fn a_page_for_signed_in_users_tells_programs_401(parts: Parts) {
    let site = Site::start(&parts, &[]).await;
    let answer = site.visitor().program().visit("/private").await;
    assert_eq!((answer.status.as_u16(), answer.code().as_str()), (401, "login_required"), "{}", answer.text);
    assert_eq!(answer.header("content-type"), "application/problem+json");
}

/// GHSA-2vg6-77g8-24mp.
pub(super) async fn a_user_who_was_switched_off_is_signed_out(parts: Parts) {
    let site = Site::start(&parts, &[]).await;
    let mut visitor = site.visitor();
    site.sign_in(&mut visitor, "alice").await;
    let user = site.storage.users_by_email("alice@example.test").await.unwrap().remove(0);
    let off = UserChanges(json!({"is_active": false}).as_object().unwrap().clone());
    site.storage.update_user(&user.id, &off).await.unwrap();
    assert_eq!(visitor.who().await, "");
    assert_eq!(visitor.visit("/private").await.status, 303);
    let answer = site.sign_in(&mut visitor, "alice").await;
    assert_eq!((answer.status.as_u16(), answer.code().as_str()), (403, "user_inactive"), "{}", answer.text);
    assert_eq!(visitor.who().await, "");
}

pub(super) async fn the_last_way_in_is_not_disconnected(parts: Parts) {
    let site = Site::start(&parts, &[]).await;
    let mut visitor = site.visitor();
    site.sign_in(&mut visitor, "alice").await;
    let answer = visitor.submit("/disconnect/dev/", &[]).await;
    assert_eq!((answer.status.as_u16(), answer.code().as_str()), (403, "disconnect_disallowed"), "{}", answer.text);
    assert!(site.storage.association("dev", "1001").await.unwrap().is_some());
}

pub(super) async fn disconnecting_needs_our_own_page(parts: Parts) {
    let site = Site::start(&parts, &[]).await;
    let mut visitor = site.visitor();
    site.sign_in(&mut visitor, "alice").await;
    site.connect(&mut visitor, "bob").await;
    for answer in [
        visitor.visit("/disconnect/other/").await,
        visitor.submit_from_elsewhere("/disconnect/other/", &[]).await,
        visitor.submit_from_nowhere("/disconnect/other/", &[]).await,
        site.visitor().submit("/disconnect/other/", &[]).await,
    ] {
        assert!(answer.status.is_client_error(), "{} {}", answer.status, answer.text);
    }
    assert!(site.storage.association("other", "1002").await.unwrap().is_some());
}

pub(super) async fn one_of_two_ways_in_is_disconnected(parts: Parts) {
    let site = Site::start(&parts, &[]).await;
    let mut visitor = site.visitor();
    site.sign_in(&mut visitor, "alice").await;
    site.connect(&mut visitor, "bob").await;
    let mut stranger = site.visitor();
    site.sign_in(&mut stranger, "dave").await;
    site.connect(&mut stranger, "erin").await;
    let of = async |provider: &str, uid: &str| site.storage.association(provider, uid).await.unwrap();
    let (alices, erins) = (of("other", "1002").await.unwrap().id, of("other", "1005").await.unwrap().id);
    let answer = visitor.submit(&format!("/disconnect/other/{erins}/"), &[]).await;
    assert!(answer.status.as_u16() < 500, "{}", answer.text);
    assert!(of("other", "1005").await.is_some(), "it is somebody else's");
    let answer = visitor.submit(&format!("/disconnect/other/{alices}/"), &[]).await;
    assert_eq!(answer.status, 303, "{}", answer.text);
    assert!(of("other", "1002").await.is_none());
    assert_eq!(visitor.who().await, "alice");
}

async fn sign_out(visitor: &mut Visitor) {
    let answer = visitor.submit("/logout/", &[]).await;
    assert_eq!(answer.status, 303, "{}", answer.text);
}
