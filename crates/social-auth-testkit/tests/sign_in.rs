//! Whole sign-ins at the library's own door: no web framework, the development identity provider behind.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod door;

use door::{Door, MemorySession, path_of, set_up, set_up_with};
use http::Method;
use social_auth::SocialAuth;
use social_auth::pipeline::{Outcome, Pipeline};
use social_auth::storage::UserId;
use social_auth::web::{Reply, ReplyBody};
use social_auth_testkit::DevProvider;

#[tokio::test]
async fn a_person_signs_in_and_is_known_the_next_time() {
    let (idp, social) = set_up().await;
    for backend in ["dev-oidc", "dev-oauth2"] {
        let mut users = Vec::new();
        for _ in 0..2 {
            let mut door = Door::default();
            let away = door.get(&social, &format!("/login/{backend}/?next=/there")).await;
            let callback = idp.approve(away.location().unwrap(), "alice").await.unwrap();
            let back = door.get(&social, &path_of(callback.url.as_ref())).await;
            assert_eq!(back.location(), Some("/there"), "{backend}: {back:?}");
            users.push(door.session.user.clone().expect("somebody is signed in"));
        }
        assert_eq!(users[0], users[1]);
        let user = social.users().user(&users[0]).await.unwrap().unwrap();
        assert_eq!(user.email.as_deref(), Some("alice@example.test"), "{backend}");
        assert!(user.username.starts_with("alice"), "{backend}: {}", user.username);
    }
}

#[tokio::test]
async fn whoever_declines_is_told_so_and_nothing_is_made() {
    let (idp, social) = set_up().await;
    let mut door = Door::default();
    let away = door.get(&social, "/login/dev-oidc/").await;
    let callback = idp.decline(away.location().unwrap()).await.unwrap();
    let reply = door.get(&social, &path_of(callback.url.as_ref())).await;
    assert_eq!(reply.status, 403);
    assert!(door.session.user.is_none());
}

#[tokio::test]
async fn keys_may_rotate_between_two_sign_ins() {
    let (idp, social) = set_up().await;
    for _ in 0..2 {
        let mut door = Door::default();
        let away = door.get(&social, "/login/dev-oidc/").await;
        let callback = idp.approve(away.location().unwrap(), "alice").await.unwrap();
        door.get(&social, &path_of(callback.url.as_ref())).await;
        assert!(door.session.user.is_some());
        idp.rotate_keys(social_auth_testkit::OldKeys::Drop).unwrap();
    }
}

/// Asks for a user name before the account is made.
fn asks_for_a_name() -> Pipeline {
    let pipeline = Pipeline::authentication().after("get_username", "choose_username", |context| {
        Box::pin(async move {
            if context.user.is_some() {
                return Ok(Outcome::Continue);
            }
            match context.param("username").map(str::to_owned) {
                Some(chosen) => context.username = Some(chosen),
                None => return Ok(Outcome::Pause(Reply::redirect(format!("/choose?go_on={}", context.resume_url())))),
            }
            Ok(Outcome::Continue)
        })
    });
    pipeline.unwrap()
}

async fn paused(idp: &DevProvider, social: &SocialAuth, door: &mut Door) -> String {
    let away = door.get(social, "/login/dev-oidc/?next=/there").await;
    let callback = idp.approve(away.location().unwrap(), "alice").await.unwrap();
    let reply = door.get(social, &path_of(callback.url.as_ref())).await;
    assert!(door.session.user.is_none());
    path_of(reply.location().unwrap().strip_prefix("/choose?go_on=").unwrap())
}

#[tokio::test]
async fn a_paused_sign_in_goes_on_with_what_the_person_chose() {
    let (idp, social) = set_up_with(asks_for_a_name()).await;
    let mut door = Door::default();
    paused(&idp, &social, &mut door).await;
    let reply = door.post(&social, "/complete/dev-oidc/", "username=queen").await;
    assert_eq!(reply.location(), Some("/there"), "{reply:?}");
    let user = social.users().user(&door.session.user.unwrap()).await.unwrap().unwrap();
    assert_eq!(user.username, "queen");
}

#[tokio::test]
async fn a_link_asks_first_goes_on_once_and_only_for_who_may() {
    let (idp, social) = set_up_with(asks_for_a_name()).await;
    let mut door = Door::default();
    let link = paused(&idp, &social, &mut door).await;

    let mut elsewhere = Door::default();
    let asked = elsewhere.get(&social, &link).await;
    assert_eq!(asked.status, 200, "a link is a question");
    assert!(elsewhere.session.user.is_none());

    let foreign = elsewhere.send(&social, Method::POST, &link, "cross-site", "confirm=1&username=mallory").await;
    assert_eq!(foreign.status, 200, "another site cannot say yes");

    let mut somebody = Door { session: MemorySession { user: Some(UserId::new(77)), ..MemorySession::default() }, ..Door::default() };
    assert_eq!(somebody.post(&social, &link, "confirm=1&username=mallory").await.status, 400, "nobody else may go on");

    let done = elsewhere.post(&social, &link, "confirm=1&username=queen").await;
    assert_eq!(done.location(), Some("/there"), "{done:?}");
    let again = Door::default().post(&social, &link, "confirm=1&username=queen").await;
    assert_eq!(again.status, 400, "a link is used once");
}

#[tokio::test]
async fn fifty_refreshes_at_once_ask_the_provider_once_and_all_get_the_good_token() {
    let (idp, social) = set_up().await;
    let mut door = Door::default();
    let away = door.get(&social, "/login/dev-oidc/").await;
    let callback = idp.approve(away.location().unwrap(), "alice").await.unwrap();
    door.get(&social, &path_of(callback.url.as_ref())).await;
    let association = social.social().associations_of(&door.session.user.unwrap()).await.unwrap().remove(0);
    idp.forget_requests();

    let refreshes = (0..50).map(|_| {
        let (social, association) = (social.clone(), association.clone());
        tokio::spawn(async move { social.refresh(&association).await.map(|data| data.text("access_token").unwrap().to_owned()) })
    });
    let mut tokens = std::collections::BTreeSet::new();
    for refresh in refreshes.collect::<Vec<_>>() {
        tokens.insert(refresh.await.unwrap().unwrap());
    }
    let refreshed = idp.requests_to("/token").iter().filter(|request| request.field("grant_type") == Some("refresh_token")).count();
    assert_eq!((refreshed, tokens.len()), (1, 1));
    let stored = social.social().association_by_id(association.id).await.unwrap().unwrap();
    assert_ne!(stored.extra_data.text("access_token"), association.extra_data.text("access_token"));
    assert!(stored.extra_data.get("_refreshing_until").is_none());
}

#[tokio::test]
async fn a_link_scanner_does_not_spend_the_attempt() {
    let (idp, social) = set_up().await;
    let mut door = Door::default();
    let away = door.get(&social, "/login/dev-oidc/").await;
    let callback = path_of(idp.approve(away.location().unwrap(), "alice").await.unwrap().url.as_ref());
    assert_eq!(door.send(&social, Method::HEAD, &callback, "none", "").await.status, 405);
    door.get(&social, &callback).await;
    assert!(door.session.user.is_some());
}

fn chooses_a_name() -> Pipeline {
    Pipeline::authentication().insert_built_in("get_username", 1, "choose_username").unwrap()
}

fn page(reply: &Reply) -> &str {
    match &reply.body {
        social_auth::web::ReplyBody::Html { html, .. } => html,
        other => panic!("{other:?}"),
    }
}

/// The value of a field of a page.
fn field<'p>(html: &'p str, name: &str) -> &'p str {
    let (_, behind) = html.split_once(&format!("name=\"{name}\"")).unwrap_or_else(|| panic!("no {name} in {html}"));
    behind.split_once("value=\"").unwrap().1.split_once('"').unwrap().0
}

#[tokio::test]
async fn a_new_person_chooses_a_name_and_is_asked_again_while_it_is_taken_or_unfit() {
    let (idp, social) = set_up_with(chooses_a_name()).await;
    let taken = social_auth::storage::NewUser { username: "queen".into(), ..Default::default() };
    social.users().create_user(&taken).await.unwrap();
    let mut door = Door::default();
    let mut asked = door.sign_in(&idp, &social, "dev-oidc", "alice").await;
    assert_eq!((asked.status.as_u16(), field(page(&asked), "username")), (200, "alice"), "the name at the provider is proposed");
    for (name, why) in [("queen", "is taken"), ("a b", "cannot have"), ("", "enter a name"), (&"x".repeat(151), "too long")] {
        let form = format!("partial_token={}&username={name}", field(page(&asked), "partial_token"));
        asked = door.post(&social, "/complete/dev-oidc/", &form).await;
        assert_eq!(asked.status, 422, "{name}");
        assert!(page(&asked).contains(why), "{name}: {}", page(&asked));
        assert!(door.session.user.is_none());
    }
    let form = format!("partial_token={}&username=king", field(page(&asked), "partial_token"));
    assert_eq!(door.post(&social, "/complete/dev-oidc/", &form).await.status, 303);
    let user = social.users().user(&door.session.user.clone().unwrap()).await.unwrap().unwrap();
    assert_eq!(user.username, "king");

    let mut again = Door::default();
    again.sign_in(&idp, &social, "dev-oidc", "alice").await;
    assert_eq!(again.session.user, Some(user.id), "who has a name is not asked");
}

/// A form that another site posts comes without cookies, and our own page posts it on with them.
#[tokio::test]
async fn another_site_cannot_answer_in_the_place_of_the_person() {
    let (idp, social) = set_up_with(chooses_a_name()).await;
    let mut door = Door::default();
    door.sign_in(&idp, &social, "dev-oidc", "alice").await;
    let posted = door.post(&social, "/complete/dev-oidc/", "username=mallory&social_auth_returned=1").await;
    assert_eq!(posted.status, 400, "{posted:?}");
    assert!(door.session.user.is_none());
    assert!(!social.users().username_exists("mallory").await.unwrap());
}

#[tokio::test]
async fn an_address_with_a_line_break_is_no_address() {
    let (idp, social) = set_up().await;
    idp.put_person(social_auth_testkit::Person::new("eve", "66").login("eve").email("eve@example.test\r\nBcc: all@example.test", true));
    let mut door = Door::default();
    door.sign_in(&idp, &social, "dev-oidc", "eve").await;
    let user = social.users().user(&door.session.user.unwrap()).await.unwrap().unwrap();
    assert_eq!((user.username.as_str(), user.email), ("eve", None));
}

#[tokio::test]
async fn where_a_browser_is_sent_is_ascii() {
    let (idp, social) = set_up().await;
    let back = Door::default().sign_in_by(&idp, &social, "/login/dev-oidc/?next=/caf%C3%A9", "alice").await;
    assert_eq!(back.into_http().headers()["location"], "/caf%C3%A9");
}

/// A link that a person follows from anywhere brings the cookie of the session along.
#[tokio::test]
async fn no_link_and_no_form_from_elsewhere_answers_what_a_step_asked() {
    let (idp, social) = set_up_with(chooses_a_name()).await;
    let mut door = Door::default();
    door.sign_in(&idp, &social, "dev-oidc", "alice").await;
    for (method, site) in [
        (Method::GET, "cross-site"),
        (Method::GET, "same-site"),
        (Method::GET, "none"),
        (Method::GET, ""),
        (Method::POST, "cross-site"),
        (Method::POST, "same-site"),
        (Method::POST, ""),
    ] {
        let query = if method == Method::GET { "?username=mallory" } else { "" };
        let path = format!("/complete/dev-oidc/{query}");
        let reply = door.send(&social, method.clone(), &path, site, "username=mallory").await;
        let ReplyBody::Html { html, .. } = &reply.body else { panic!("{method} from {site}: {reply:?}") };
        assert!(html.contains("name=\"username\""), "{method} from {site}: the step asks again: {html}");
        assert!(door.session.user.is_none(), "{method} from {site}");
    }
    assert!(!social.users().username_exists("mallory").await.unwrap());
    let chosen = door.post(&social, "/complete/dev-oidc/", "username=alice-herself").await;
    assert!(chosen.location().is_some() && door.session.user.is_some(), "the person still can: {chosen:?}");
}

// Comparing names takes time by their length, and anybody may ask for any.
#[tokio::test]
async fn a_mistyped_backend_is_told_the_nearest_name_and_a_made_up_one_is_compared_with_none() {
    let (_idp, social) = set_up().await;
    let hint = |name: &str| social.backend(name).map(|_| ()).unwrap_err().to_string();
    assert!(hint("dev-oidk").contains("the nearest is \"dev-oidc\""), "{}", hint("dev-oidk"));
    assert!(!hint(&"a".repeat(60_000)).contains("nearest"));
}
