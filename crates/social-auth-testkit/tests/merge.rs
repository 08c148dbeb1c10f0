//! Two accounts of one person become one: offered, asked, done once, and by nobody else.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod door;

use std::sync::{Arc, Mutex};

use door::{Door, path_of, set_up_by};
use http::{Method, StatusCode};
use serde_json::json;
use social_auth::clock::Clock;
use social_auth::storage::{UserChanges, UserId};
use social_auth::web::{Reply, ReplyBody};
use social_auth::{Event, SocialAuth};
use social_auth_testkit::DevProvider;

const FORM: &str = "/complete/dev-oauth2/";

/// A site that lets accounts become one, and what it was told.
struct Site {
    idp: DevProvider,
    social: SocialAuth,
    events: Arc<Mutex<Vec<Event>>>,
}

impl Site {
    async fn new(merge: &'static str) -> Self {
        Site::at(merge, Clock::default()).await
    }

    async fn at(merge: &'static str, clock: Clock) -> Self {
        let events = Arc::new(Mutex::new(Vec::new()));
        let told = events.clone();
        let (idp, social) = set_up_by(|builder| {
            let builder = builder.set("ACCOUNT_MERGE", merge).set("ACCOUNT_MERGE_URL", "/account/").clock(clock);
            builder.on_event(move |event| told.lock().unwrap().push(event.clone()))
        })
        .await;
        Site { idp, social, events }
    }

    /// Alice is signed in, and Bob's account, which has two ways in, is hers too.
    async fn two_accounts(&self) -> (Door, UserId, UserId) {
        let (mut alice, mut bob) = (Door::default(), Door::default());
        alice.sign_in(&self.idp, &self.social, "dev-oidc", "alice").await;
        bob.sign_in(&self.idp, &self.social, "dev-oauth2", "bob").await;
        self.connect(&mut bob, "dev-oidc", "bob").await;
        let (one, other) = (alice.session.user.clone().unwrap(), bob.session.user.clone().unwrap());
        assert_ne!(one, other);
        (alice, one, other)
    }

    /// Connects another account, from a page of ours.
    async fn connect(&self, door: &mut Door, backend: &str, person: &str) -> Reply {
        let away = door.post(&self.social, &format!("/login/{backend}/"), "").await;
        let callback = self.idp.approve(away.location().unwrap(), person).await.unwrap();
        door.get(&self.social, &path_of(callback.url.as_ref())).await
    }

    async fn uids(&self, user: &UserId) -> Vec<String> {
        let own = self.social.social().associations_of(user).await.unwrap();
        own.into_iter().map(|association| format!("{} {}", association.provider, association.uid)).collect()
    }

    async fn is_active(&self, user: &UserId) -> Option<bool> {
        self.social.users().user(user).await.unwrap().map(|user| user.is_active)
    }

    async fn offer(&self, door: &Door) -> String {
        self.social.open_question(&door.session).await.unwrap().expect("an offer").partial_token
    }

    async fn stays_two(&self, alice: &UserId, bob: &UserId) {
        assert_eq!((self.uids(alice).await.len(), self.uids(bob).await.len()), (1, 2));
        assert_eq!((self.is_active(alice).await, self.is_active(bob).await), (Some(true), Some(true)));
        assert!(self.social.social().merges_of(alice).await.unwrap().is_empty());
    }
}

fn code(reply: &Reply) -> String {
    match &reply.body {
        ReplyBody::Html { html, .. } => html.clone(),
        other => format!("{other:?}"),
    }
}

#[tokio::test]
async fn an_identity_of_another_account_is_offered_and_then_both_are_one() {
    for (setting, remains) in [("deactivate", Some(false)), ("delete", None)] {
        let site = Site::new(setting).await;
        let (mut door, alice, bob) = site.two_accounts().await;
        let offered = site.connect(&mut door, "dev-oauth2", "bob").await;
        assert_eq!(offered.location(), Some("/account/"));
        site.stays_two(&alice, &bob).await;
        let open = site.social.open_question(&door.session).await.unwrap().expect("an offer");
        assert_eq!((open.action.as_str(), open.question.details["from"].as_str()), (FORM, Some(bob.as_str())));
        assert_eq!(open.question.details["moved"].as_array().unwrap().len(), 2);
        assert_eq!(open.question.details["dry_run"], json!(true));
        assert!(open.question.text.contains("bob") && open.question.text.contains("2 ways to sign in"), "{}", open.question.text);

        let done =
            door.post(&site.social, FORM, &format!("partial_token={}&answer=yes&next=/account/?done=merged", open.partial_token)).await;
        assert_eq!(done.location(), Some("/account/?done=merged"), "{done:?}");
        assert_eq!(door.session.user.as_ref(), Some(&alice));
        assert_eq!(site.uids(&alice).await.len(), 3);
        assert_eq!(site.is_active(&bob).await, remains);
        let records = site.social.social().merges_of(&alice).await.unwrap();
        assert_eq!((records.len(), &records[0].report.from), (1, &bob));
        let told = site.events.lock().unwrap().clone();
        let merged: Vec<_> = told.iter().filter(|event| matches!(event, Event::AccountsMerged { .. })).collect();
        let [Event::AccountsMerged { backend, report }] = merged.as_slice() else { panic!("{merged:?}") };
        assert_eq!((backend.as_str(), report), ("dev-oauth2", &records[0].report));

        // Whatever was Bob's signs Alice in from now on.
        for backend in ["dev-oauth2", "dev-oidc"] {
            let mut elsewhere = Door::default();
            elsewhere.sign_in(&site.idp, &site.social, backend, "bob").await;
            assert_eq!(elsewhere.session.user.as_ref(), Some(&alice), "{backend}");
        }
        let again = door.post(&site.social, FORM, &format!("partial_token={}&answer=yes", open.partial_token)).await;
        assert!(code(&again).contains("partial_missing"), "an offer is taken once: {again:?}");
    }
}

#[tokio::test]
async fn without_the_setting_the_identity_is_in_use() {
    let site = Site::new("refuse").await;
    let (mut door, alice, bob) = site.two_accounts().await;
    let refused = site.connect(&mut door, "dev-oauth2", "bob").await;
    assert_eq!(refused.status, StatusCode::CONFLICT);
    assert!(code(&refused).contains("identity_in_use"));
    assert!(site.social.open_question(&door.session).await.unwrap().is_none());
    site.stays_two(&alice, &bob).await;
}

#[tokio::test]
async fn a_page_of_ours_asks_where_the_application_has_none() {
    let (idp, social) = set_up_by(|builder| builder.set("ACCOUNT_MERGE", "deactivate")).await;
    let site = Site { idp, social, events: Arc::default() };
    let (mut door, alice, _) = site.two_accounts().await;
    let offered = site.connect(&mut door, "dev-oauth2", "bob").await;
    let page = door
        .get(&site.social, &path_of(&format!("http://localhost{}", offered.location().unwrap().replace("http://localhost:8000", ""))))
        .await;
    let html = code(&page);
    assert!(html.contains("Make the two accounts one?") && html.contains("Yes, make them one"), "{html}");
    let token = html.split_once("name=\"partial_token\" value=\"").unwrap().1.split_once('"').unwrap().0.to_owned();
    door.post(&site.social, FORM, &format!("partial_token={token}&answer=yes")).await;
    assert_eq!(site.uids(&alice).await.len(), 3);
}

#[tokio::test]
async fn a_no_keeps_both_and_ends_the_offer() {
    let site = Site::new("deactivate").await;
    let (mut door, alice, bob) = site.two_accounts().await;
    site.connect(&mut door, "dev-oauth2", "bob").await;
    let token = site.offer(&door).await;
    let kept = door.post(&site.social, FORM, &format!("partial_token={token}&answer=no")).await;
    assert_eq!(kept.location(), Some("/account/"));
    assert!(site.social.open_question(&door.session).await.unwrap().is_none());
    let late = door.post(&site.social, FORM, &format!("partial_token={token}&answer=yes")).await;
    assert!(code(&late).contains("partial_missing"));
    site.stays_two(&alice, &bob).await;
}

// An offer is worth as much as both accounts: everything that could take it for somebody else is refused.
#[tokio::test]
async fn nothing_but_a_form_of_ours_in_the_same_browser_takes_the_offer() {
    let site = Site::new("deactivate").await;
    let (mut door, alice, bob) = site.two_accounts().await;
    site.connect(&mut door, "dev-oauth2", "bob").await;
    let token = site.offer(&door).await;
    let yes = format!("partial_token={token}&answer=yes");

    let by_link = door.get(&site.social, &format!("{FORM}?{yes}")).await;
    assert!(code(&by_link).contains("Make the two accounts one?"), "a link asks: {by_link:?}");
    for body in [yes.as_str(), "answer=yes"] {
        let from_elsewhere = door.send(&site.social, Method::POST, FORM, "cross-site", body).await;
        assert!(code(&from_elsewhere).contains("cross_site_request"), "{from_elsewhere:?}");
    }
    // Another site's form arrives without cookies; our own page posts it on, but it stays another site's.
    let posted_on = door.send(&site.social, Method::POST, FORM, "same-origin", &format!("{yes}&social_auth_returned=1")).await;
    assert!(posted_on.status.is_client_error(), "{posted_on:?}");
    site.stays_two(&alice, &bob).await;

    let mut same_user_elsewhere = Door::default();
    same_user_elsewhere.sign_in(&site.idp, &site.social, "dev-oidc", "alice").await;
    let mut other_user = Door::default();
    other_user.sign_in(&site.idp, &site.social, "dev-oauth2", "bob").await;
    for (mut elsewhere, reason) in
        [(same_user_elsewhere, "session_context_missing"), (other_user, "user_mismatch"), (Door::default(), "user_mismatch")]
    {
        let reply = elsewhere.post(&site.social, FORM, &yes).await;
        assert!(code(&reply).contains(reason), "{reply:?}");
    }
    site.stays_two(&alice, &bob).await;

    door.session.user = Some(bob.clone());
    let as_another = door.post(&site.social, FORM, &yes).await;
    assert!(code(&as_another).contains("user_mismatch"), "{as_another:?}");
    door.session.user = Some(alice.clone());
    let unclear = door.post(&site.social, FORM, &format!("partial_token={token}&answer=maybe")).await;
    assert!(code(&unclear).contains("invalid_parameter"));
    site.stays_two(&alice, &bob).await;

    door.post(&site.social, FORM, &yes).await;
    assert_eq!(site.uids(&alice).await.len(), 3, "and the form itself does");
}

#[tokio::test]
async fn an_answer_in_the_callback_counts_for_nothing() {
    let site = Site::new("deactivate").await;
    let (mut door, alice, bob) = site.two_accounts().await;
    let away = door.post(&site.social, "/login/dev-oauth2/", "answer=yes").await;
    let callback = site.idp.approve(away.location().unwrap(), "bob").await.unwrap();
    door.get(&site.social, &format!("{}&answer=yes", path_of(callback.url.as_ref()))).await;
    site.stays_two(&alice, &bob).await;
}

#[tokio::test]
async fn an_offer_is_good_for_ten_minutes() {
    let clock = Clock::fixed(Clock::system().now());
    let site = Site::at("deactivate", clock.clone()).await;
    let (mut door, alice, bob) = site.two_accounts().await;
    site.connect(&mut door, "dev-oauth2", "bob").await;
    let token = site.offer(&door).await;
    clock.set(clock.now() + 600);
    assert!(site.social.open_question(&door.session).await.unwrap().is_none());
    let late = door.post(&site.social, FORM, &format!("partial_token={token}&answer=yes")).await;
    assert!(code(&late).contains("attempt_expired"), "{late:?}");
    site.stays_two(&alice, &bob).await;
}

#[tokio::test]
async fn an_account_that_was_switched_off_does_not_come_back_by_another() {
    let site = Site::new("deactivate").await;
    let off = || UserChanges([("is_active".to_owned(), false.into())].into_iter().collect());
    let (mut door, alice, bob) = site.two_accounts().await;
    site.connect(&mut door, "dev-oauth2", "bob").await;
    let token = site.offer(&door).await;
    site.social.users().update_user(&bob, &off()).await.unwrap();
    let refused = door.post(&site.social, FORM, &format!("partial_token={token}&answer=yes")).await;
    assert!(code(&refused).contains("identity_in_use"), "{refused:?}");
    let not_even_offered = site.connect(&mut door, "dev-oauth2", "bob").await;
    assert!(code(&not_even_offered).contains("identity_in_use"), "{not_even_offered:?}");
    assert_eq!((site.uids(&alice).await.len(), site.uids(&bob).await.len()), (1, 2));
}

#[tokio::test]
async fn fifty_presses_of_the_button_at_once_merge_once() {
    let site = Site::new("deactivate").await;
    let (mut door, alice, _) = site.two_accounts().await;
    site.connect(&mut door, "dev-oauth2", "bob").await;
    let body = format!("partial_token={}&answer=yes", site.offer(&door).await);
    let presses = (0..50).map(|_| {
        let (social, body) = (site.social.clone(), body.clone());
        let mut tab = Door::default();
        tab.session.user.clone_from(&door.session.user);
        tab.session.values.clone_from(&door.session.values);
        tokio::spawn(async move { tab.post(&social, FORM, &body).await.status })
    });
    let mut merged = 0;
    for press in presses.collect::<Vec<_>>() {
        merged += usize::from(press.await.unwrap() == StatusCode::SEE_OTHER);
    }
    assert_eq!(merged, 1);
    assert_eq!(site.uids(&alice).await.len(), 3);
    assert_eq!(site.social.social().merges_of(&alice).await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_client_with_a_token_is_told_of_the_conflict_and_not_asked() {
    let site = Site::new("deactivate").await;
    let (_, alice, bob) = site.two_accounts().await;
    let tokens = |person: &str| site.idp.issue_tokens(site.idp.client_id(), person, None).unwrap().access_token;
    let user = site.social.users().user(&alice).await.unwrap().unwrap();
    let request = Door::default().request(Method::GET, "/", "", "");
    let own = site.social.issue_api_token(&user, "dev-oidc", &request).await.unwrap();
    let mut client = Door::with_bearer(own.token.expose());
    let reply = client.send_json(&site.social, Method::POST, "/token/dev-oauth2/", "", &json!({"access_token": tokens("bob")})).await;
    assert_eq!(reply.status, StatusCode::CONFLICT);
    site.stays_two(&alice, &bob).await;
}
