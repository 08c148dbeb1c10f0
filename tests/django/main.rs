//! A Django project that was there before us: social-app-django of three generations signs people up, `social-auth serve`
//! takes over on the same file with the same settings, and Django comes back.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs, reason = "tests may fail loudly")]

#[path = "../interop/browser.rs"]
#[allow(dead_code, reason = "shared with the tests against providers")]
mod browser;
#[path = "../interop/install.rs"]
#[allow(dead_code, reason = "shared with the tests against providers")]
mod install;
#[path = "../interop/process.rs"]
#[allow(dead_code, reason = "shared with the tests against providers")]
mod process;
mod site;

use browser::Browser;
use serde_json::{Value, json};
use site::{Django, Site, Users};

#[tokio::test(flavor = "multi_thread")]
async fn people_of_the_newest_release_stay_who_they_are_there_and_back() {
    there_and_back(8, Users::Djangos).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn people_of_release_6_stay_who_they_are_there_and_back() {
    there_and_back(6, Users::Djangos).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn people_of_release_5_stay_who_they_are_there_and_back() {
    there_and_back(5, Users::Djangos).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn people_of_a_user_model_of_the_projects_own_stay_who_they_are_there_and_back() {
    there_and_back(8, Users::Own).await;
}

fn found<'a>(rows: &'a Value, table: &str, field: &str, value: &str) -> &'a Value {
    let rows = rows[table].as_array().unwrap();
    rows.iter().find(|row| row[field] == value).unwrap_or_else(|| panic!("no {field} {value} in {rows:?}"))
}

async fn there_and_back(generation: u8, users: Users) {
    let site = Site::new(generation, users).await;
    let Some(django) = site.django() else { return };

    // Django alone.
    assert_eq!(django.sign_in(&site, "oidc", "alice").await, "alice");
    assert_eq!(django.sign_in(&site, "oidc", "carol").await, "carol");
    let bob = django.sign_in(&site, "openid", "bob").await;
    let mut daves = Browser::new();
    let daves_link = if site.has_letters() {
        assert_eq!(django.begin(&mut daves, &site, "oidc", "dave").await.url.path(), "/sent/");
        Some(django.tell("link")["link"].as_str().unwrap().to_owned())
    } else {
        None
    };
    let before = django.tell("rows");
    let alice = found(&before, "associations", "uid", "1001").clone();
    let (was_at, associated) = (django.url.clone(), associations_made(&site));
    drop(django);

    // Ours takes over.
    let server = site.serve();
    for (backend, person, username) in [("oidc", "alice", &json!("alice")), ("oidc", "carol", &json!("carol")), ("openid", "bob", &bob)] {
        let me = server.sign_in(&site, backend, person).await;
        assert_eq!((&me["user"]["username"], me["associations"].as_array().unwrap().len()), (username, 1), "{me}");
        let id = &found(&before, "users", "username", username.as_str().unwrap())["id"];
        assert_eq!(me["user"]["id"], id.to_string(), "the same user");
    }
    assert_eq!(associations_made(&site), associated, "the OpenID association that Django made still serves");
    let newcomer = server.sign_in(&site, "oidc", "nina@example.test").await;
    assert_eq!(newcomer["user"]["email"], "nina@example.test");
    drop(server);

    // Ours renews a token, once it has expired by what Django stored.
    let application = site.application().await;
    let seen = site.association(&application, "oidc", "1001").await;
    assert_ne!(alice["extra_data"]["access_token"], seen.extra_data.text("access_token").unwrap(), "each sign-in brings another token");
    let before_us = site.django().unwrap();
    before_us.tell(&format!("expire {}", alice["id"]));
    let expired = site.association(&application, "oidc", "1001").await;
    let renewed = application.access_token(&expired).await.unwrap();
    assert_ne!(seen.extra_data.text("access_token").unwrap(), renewed.expose());
    assert_eq!(found(&before_us.tell("rows"), "associations", "uid", "1001")["extra_data"]["access_token"], renewed.expose());
    drop((application, before_us));

    // Django is back.
    let django = site.django().unwrap();
    let after = django.tell("rows");
    let now = found(&after, "associations", "uid", "1001");
    for (field, value) in alice["extra_data"].as_object().unwrap() {
        let now = &now["extra_data"][field];
        let changes =
            ["access_token", "id_token", "refresh_token", "auth_time", "expires", "_oidc_id_token_context"].contains(&field.as_str());
        assert!(now == value || changes && !now.is_null(), "{field} was {value} and is {now}");
    }
    assert_back(&site, &django, &was_at, (&mut daves, daves_link.as_deref()), (&after, bob.as_str().unwrap())).await;
}

/// How often the provider was asked for an OpenID association.
fn associations_made(site: &Site) -> usize {
    site.provider.requests_to("/openid/op").iter().filter(|request| request.field("openid.mode") == Some("associate")).count()
}

async fn assert_back(site: &Site, django: &Django, was_at: &str, dave: (&mut Browser, Option<&str>), (rows, bob): (&Value, &str)) {
    assert_eq!(found(rows, "users", "email", "nina@example.test")["has_usable_password"], false);
    for social in rows["associations"].as_array().unwrap() {
        assert_eq!(social["modified_after_created"], true, "{social}");
    }
    // Dave's sign-in waited all the while.
    let (browser, link) = dave;
    if let Some(link) = link {
        assert_eq!(django.open(browser, &link.replace(was_at, &django.url)).await, "dave");
    }
    for (backend, person, username) in [("oidc", "alice", "alice"), ("oidc", "nina@example.test", "nina"), ("openid", "bob", bob)] {
        assert_eq!(django.sign_in(site, backend, person).await, username);
    }
    let count = |rows: &Value| rows["users"].as_array().unwrap().len();
    assert_eq!(count(&django.tell("rows")), count(rows) + usize::from(link.is_some()), "nobody but Dave is new");

    // Tokens that ours stored are renewed by Django.
    for uid in ["1001", "1003"] {
        let id = &found(rows, "associations", "uid", uid)["id"];
        let old = found(&django.tell("rows"), "associations", "uid", uid)["extra_data"]["access_token"].clone();
        django.tell(&format!("expire {id}"));
        let new = django.tell(&format!("refresh {id}"))["extra_data"]["access_token"].clone();
        assert!(new.is_string() && new != old, "{new}");
    }
    for (page, status) in django.tell("admin").as_object().unwrap() {
        assert_eq!(status, 200, "{page}");
    }
    assert_eq!(django.tell("state"), json!({"dangling": 0, "integrity": "ok"}));
    assert!(django.tell("delete nina")["deleted"].as_u64().unwrap() >= 2, "the user and the association");
    django.tell("clear");
    assert_eq!(django.tell("state"), json!({"dangling": 0, "integrity": "ok"}));
}
