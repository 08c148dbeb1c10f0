//! Sessions in our own storage: who gets a row and a cookie, when they end, and whose they are.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::sync::Arc;

use cookie::{Cookie, SameSite};
use http::{HeaderMap, Method};
use serde_json::{Value, json};
use social_auth::SocialAuth;
use social_auth::clock::Clock;
use social_auth::seal::sha256_base64url;
use social_auth::session::{Session as _, SessionLifetime};
use social_auth::storage::{MemoryStorage, NewUser, SocialStorage as _, User, UserChanges, UserStorage as _};
use social_auth::web::{CookieSession, Request};

const NOW: i64 = 1_800_000_000;
const DAY: i64 = 24 * 3600;

struct Site {
    social: SocialAuth,
    storage: Arc<MemoryStorage>,
    clock: Clock,
}

fn site(public_url: &str, settings: &[(&str, Value)]) -> Site {
    let (storage, clock) = (Arc::new(MemoryStorage::new()), Clock::fixed(NOW));
    let mut builder = SocialAuth::builder()
        .public_url(public_url)
        .secret_key("a key of at least thirty-two characters")
        .users(storage.clone())
        .social(storage.clone())
        .clock(clock.clone());
    for (name, value) in settings {
        builder = builder.set(name, value.clone());
    }
    Site { social: builder.build().unwrap(), storage, clock }
}

impl Site {
    async fn user(&self, name: &str) -> User {
        self.storage.create_user(&NewUser { username: name.into(), ..NewUser::default() }).await.unwrap()
    }

    async fn load(&self, cookie: Option<&Cookie<'_>>) -> CookieSession {
        let mut headers = HeaderMap::new();
        headers.insert("user-agent", "Test/1.0".parse().unwrap());
        if let Some(cookie) = cookie {
            headers.insert("cookie", format!("{}={}", cookie.name(), cookie.value()).parse().unwrap());
        }
        let peer = Some("192.0.2.7".parse().unwrap());
        CookieSession::load(&self.social, &Request::new(Method::GET, "/".parse().unwrap(), headers, &[], peer).unwrap()).await.unwrap()
    }

    async fn signed_in(&self, user: &User, lifetime: SessionLifetime) -> Cookie<'static> {
        let mut session = self.load(None).await;
        session.sign_in(user, lifetime).await.unwrap();
        only(session.commit().await.unwrap())
    }

    async fn who(&self, cookie: &Cookie<'_>) -> Option<String> {
        let mut session = self.load(Some(cookie)).await;
        assert_eq!(session.user().map(|user| user.id.clone()), session.user_id());
        let name = session.user().map(|user| user.username.clone());
        session.commit().await.unwrap();
        name
    }

    async fn rows(&self, user: &User) -> usize {
        self.storage.sessions_of(&user.id, self.clock.now()).await.unwrap().len()
    }
}

fn only(mut cookies: Vec<Cookie<'static>>) -> Cookie<'static> {
    assert_eq!(cookies.len(), 1, "{cookies:?}");
    cookies.remove(0)
}

#[tokio::test]
async fn a_visitor_for_whom_nothing_is_kept_gets_neither_row_nor_cookie() {
    let site = site("https://example.com", &[]);
    let mut session = site.load(None).await;
    assert!(session.get("color").is_none() && session.user_id().is_none());
    session.set("color", json!("red"));
    session.remove("color");
    assert!(session.commit().await.unwrap().is_empty());
    assert!(session.stored().is_none());
}

#[tokio::test]
async fn a_value_is_kept_for_a_visitor_whom_nobody_knows() {
    let site = site("https://example.com", &[]);
    let mut session = site.load(None).await;
    session.set("color", json!("red"));
    let cookie = only(session.commit().await.unwrap());
    let mut later = site.load(Some(&cookie)).await;
    assert_eq!(later.get("color"), Some(json!("red")));
    assert!(later.commit().await.unwrap().is_empty(), "nothing changed");
    later.set("color", json!("blue"));
    assert!(later.commit().await.unwrap().is_empty(), "the cookie is the same");
    assert_eq!(site.load(Some(&cookie)).await.get("color"), Some(json!("blue")));
}

#[tokio::test]
async fn the_cookie_is_out_of_reach_for_scripts_subdomains_and_plain_http() {
    let https = site("https://example.com", &[("MOUNT", json!("/auth"))]);
    let cookie = https.signed_in(&https.user("ada").await, SessionLifetime::default()).await;
    assert_eq!((cookie.name(), cookie.path(), cookie.domain()), ("__Host-social_auth_session", Some("/"), None));
    assert_eq!((cookie.http_only(), cookie.secure(), cookie.same_site()), (Some(true), Some(true), Some(SameSite::Lax)));

    let http = site("http://localhost:8000", &[]);
    let cookie = http.signed_in(&http.user("ada").await, SessionLifetime::default()).await;
    assert_eq!((cookie.name(), cookie.secure()), ("social_auth_session", Some(false)));
}

#[tokio::test]
async fn the_storage_never_sees_the_cookies_value() {
    let site = site("https://example.com", &[]);
    let ada = site.user("ada").await;
    let cookie = site.signed_in(&ada, SessionLifetime::default()).await;
    assert_eq!(cookie.value().len(), 43);
    let rows = site.storage.sessions_of(&ada.id, NOW).await.unwrap();
    assert_eq!(rows[0].key_hash, sha256_base64url(cookie.value()));
    assert!(!format!("{rows:?}").contains(cookie.value()));
    assert_eq!((rows[0].user_agent.as_str(), rows[0].ip_address.as_str()), ("Test/1.0", "192.0.2.7"));
}

#[tokio::test]
async fn signing_in_changes_the_id_and_removes_the_old_row() {
    // CVE-2022-25896: a session known before is of no use afterwards.
    let site = site("https://example.com", &[]);
    let mut session = site.load(None).await;
    session.set("basket", json!(3));
    let before = only(session.commit().await.unwrap());
    let mut session = site.load(Some(&before)).await;
    session.sign_in(&site.user("ada").await, SessionLifetime::default()).await.unwrap();
    let after = only(session.commit().await.unwrap());
    assert_ne!(before.value(), after.value());
    assert!(site.load(Some(&before)).await.stored().is_none());
    assert_eq!(site.who(&after).await.as_deref(), Some("ada"));
    assert_eq!(site.load(Some(&after)).await.get("basket"), Some(json!(3)), "nobody was signed in before");
}

#[tokio::test]
async fn values_of_one_user_are_not_handed_to_the_next() {
    let site = site("https://example.com", &[]);
    let (ada, bob) = (site.user("ada").await, site.user("bob").await);
    let cookie = site.signed_in(&ada, SessionLifetime::default()).await;
    let mut session = site.load(Some(&cookie)).await;
    session.set("secret", json!("of ada"));
    session.commit().await.unwrap();
    let mut session = site.load(Some(&cookie)).await;
    session.sign_in(&ada, SessionLifetime::default()).await.unwrap();
    assert_eq!(session.get("secret"), Some(json!("of ada")));
    session.sign_in(&bob, SessionLifetime::default()).await.unwrap();
    assert!(session.get("secret").is_none());
    session.commit().await.unwrap();
    assert_eq!((site.rows(&ada).await, site.rows(&bob).await), (0, 1));
}

#[tokio::test]
async fn a_cookie_that_somebody_made_up_is_never_adopted() {
    let site = site("https://example.com", &[]);
    let planted = Cookie::new("__Host-social_auth_session", "A".repeat(43));
    let mut session = site.load(Some(&planted)).await;
    session.sign_in(&site.user("ada").await, SessionLifetime::default()).await.unwrap();
    let cookie = only(session.commit().await.unwrap());
    assert_ne!(cookie.value(), planted.value());
    assert_eq!(site.who(&planted).await, None);
}

#[tokio::test]
async fn signing_out_removes_row_and_cookie() {
    let site = site("https://example.com", &[]);
    let ada = site.user("ada").await;
    let cookie = site.signed_in(&ada, SessionLifetime::default()).await;
    let mut session = site.load(Some(&cookie)).await;
    session.sign_out().await.unwrap();
    assert!(session.user_id().is_none() && session.user().is_none());
    let removal = only(session.commit().await.unwrap());
    assert_eq!((removal.name(), removal.value()), (cookie.name(), ""));
    assert_eq!(removal.max_age().unwrap().whole_seconds(), 0);
    assert_eq!((site.rows(&ada).await, site.who(&cookie).await), (0, None));
}

#[tokio::test]
async fn a_session_lasts_two_weeks_from_its_last_use() {
    let site = site("https://example.com", &[]);
    let cookie = site.signed_in(&site.user("ada").await, SessionLifetime::default()).await;
    for days in [13, 26, 39] {
        site.clock.set(NOW + days * DAY);
        assert_eq!(site.who(&cookie).await.as_deref(), Some("ada"), "day {days}");
    }
    site.clock.set(NOW + 53 * DAY);
    assert_eq!(site.who(&cookie).await, None);
}

#[tokio::test]
async fn the_setting_says_how_long_a_session_lasts() {
    let site = site("https://example.com", &[("SESSION_COOKIE_AGE", json!(60))]);
    let cookie = site.signed_in(&site.user("ada").await, SessionLifetime::default()).await;
    for seconds in [50, 100, 150] {
        site.clock.set(NOW + seconds);
        assert_eq!(site.who(&cookie).await.as_deref(), Some("ada"), "second {seconds}");
    }
    site.clock.set(NOW + 210);
    assert_eq!(site.who(&cookie).await, None);
}

#[tokio::test]
async fn use_is_noted_once_in_five_minutes() {
    let site = site("https://example.com", &[]);
    let ada = site.user("ada").await;
    let cookie = site.signed_in(&ada, SessionLifetime::default()).await;
    let mut seen = Vec::new();
    for seconds in [10, 299, 300, 310, 599, 600] {
        site.clock.set(NOW + seconds);
        site.who(&cookie).await;
        seen.push(site.storage.sessions_of(&ada.id, NOW).await.unwrap()[0].last_seen_at - NOW);
    }
    assert_eq!(seen, [0, 0, 300, 300, 300, 600]);
}

#[tokio::test]
async fn a_lifetime_from_the_provider_ends_a_session_that_is_in_use() {
    let site = site("https://example.com", &[]);
    let cookie = site.signed_in(&site.user("ada").await, SessionLifetime { seconds: Some(3600), ..SessionLifetime::default() }).await;
    for seconds in [600, 1800, 3599] {
        site.clock.set(NOW + seconds);
        assert_eq!(site.who(&cookie).await.as_deref(), Some("ada"), "second {seconds}");
    }
    site.clock.set(NOW + 3600);
    assert_eq!(site.who(&cookie).await, None);
}

#[tokio::test]
async fn a_user_who_was_switched_off_is_signed_out_for_good() {
    // GHSA-2vg6-77g8-24mp, CVE-2025-65430.
    let site = site("https://example.com", &[]);
    let ada = site.user("ada").await;
    let cookie = site.signed_in(&ada, SessionLifetime::default()).await;
    let active = |is_active: bool| UserChanges(json!({"is_active": is_active}).as_object().unwrap().clone());
    site.storage.update_user(&ada.id, &active(false)).await.unwrap();
    assert_eq!(site.who(&cookie).await, None);
    site.storage.update_user(&ada.id, &active(true)).await.unwrap();
    assert_eq!(site.who(&cookie).await, None, "the session was removed");
}

#[tokio::test]
async fn inactive_users_stay_where_the_settings_let_them_in() {
    let site = site("https://example.com", &[("SOCIAL_AUTH_ALLOW_INACTIVE_USERS_LOGIN", json!(true))]);
    let ada = site.user("ada").await;
    let cookie = site.signed_in(&ada, SessionLifetime::default()).await;
    let off = UserChanges(json!({"is_active": false}).as_object().unwrap().clone());
    site.storage.update_user(&ada.id, &off).await.unwrap();
    assert_eq!(site.who(&cookie).await.as_deref(), Some("ada"));
}

#[tokio::test]
async fn a_deleted_user_is_signed_out() {
    let site = site("https://example.com", &[]);
    let ada = site.user("ada").await;
    let cookie = site.signed_in(&ada, SessionLifetime::default()).await;
    site.storage.delete_user(&ada.id).await.unwrap();
    assert_eq!(site.who(&cookie).await, None);
    assert_eq!(site.rows(&ada).await, 0);
}

#[tokio::test]
async fn a_session_that_was_revoked_meanwhile_is_not_made_again() {
    let site = site("https://example.com", &[]);
    let ada = site.user("ada").await;
    let cookie = site.signed_in(&ada, SessionLifetime::default()).await;
    let mut session = site.load(Some(&cookie)).await;
    session.set("color", json!("red"));
    site.storage.delete_sessions_of(&ada.id, None).await.unwrap();
    assert!(session.commit().await.unwrap().is_empty());
    assert!(session.user_id().is_none());
    assert_eq!((site.rows(&ada).await, site.who(&cookie).await), (0, None));
}

#[tokio::test]
async fn a_session_of_somebody_who_is_not_to_be_remembered_ends_with_the_browser() {
    let site = site("https://example.com", &[]);
    let ada = site.user("ada").await;
    let kept = site.signed_in(&ada, SessionLifetime::default()).await;
    assert!(kept.max_age().is_some());
    let forgotten = site.signed_in(&ada, SessionLifetime { ends_with_browser: true, ..SessionLifetime::default() }).await;
    assert_eq!((forgotten.max_age(), forgotten.expires_datetime()), (None, None));
    assert_eq!(site.who(&forgotten).await.as_deref(), Some("ada"));
}
