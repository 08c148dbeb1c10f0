//! `mail_validation` at the library's door: letters arrive in the development provider's mailbox.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod door;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use door::{Door, path_of, set_up_by};
use social_auth::clock::Clock;
use social_auth::identity::Fields;
use social_auth::mail::{Mail, Purpose};
use social_auth::pipeline::{Outcome, Pipeline};
use social_auth::storage::{MemoryStorage, SocialStorage, StoredSession, UserId};
use social_auth::web::{Reply, ReplyBody};
use social_auth::{Builder, Error, Reason, SocialAuth};
use social_auth_testkit::{DevProvider, Person};

fn with_the_step() -> Pipeline {
    Pipeline::authentication().insert_built_in("get_username", 1, "mail_validation").unwrap()
}

/// Everybody proves their address.
async fn set_up() -> (DevProvider, SocialAuth) {
    set_up_with(|builder| builder).await
}

async fn set_up_with(change: impl FnOnce(Builder) -> Builder) -> (DevProvider, SocialAuth) {
    // The mailbox is the provider's, which is there only after the builder.
    let mailbox = Arc::new(std::sync::OnceLock::<social_auth_testkit::Mailbox>::new());
    let sender = mailbox.clone();
    let (idp, social) = set_up_by(|builder| {
        let send = move |mail: Mail| {
            let mailbox = sender.get().unwrap().clone();
            async move { social_auth::mail::Mailer::send(&mailbox, &mail).await }
        };
        change(builder.set("SOCIAL_AUTH_FORCE_EMAIL_VALIDATION", true).pipeline(with_the_step()).mailer(send))
    })
    .await;
    mailbox.set(idp.mailbox()).unwrap();
    (idp, social)
}

fn html(reply: &Reply) -> &str {
    match &reply.body {
        ReplyBody::Html { html, .. } => html,
        other => panic!("no page: {other:?}"),
    }
}

/// The link of the newest letter to this address.
fn link(idp: &DevProvider, address: &str) -> String {
    path_of(&idp.mailbox().to(address).last().unwrap_or_else(|| panic!("no letter to {address}")).link)
}

async fn open(social: &SocialAuth, link: &str) -> (Door, Reply) {
    let mut door = Door::default();
    let reply = door.post(social, link, "confirm=1").await;
    (door, reply)
}

async fn user_of(social: &SocialAuth, door: &Door) -> social_auth::storage::User {
    social.users().user(door.session.user.as_ref().expect("somebody is signed in")).await.unwrap().unwrap()
}

#[tokio::test]
async fn a_new_person_is_signed_in_where_the_link_is_opened_once_and_needs_no_letter_the_next_time() {
    let (idp, social) = set_up().await;
    let mut here = Door::default();
    let page = here.sign_in(&idp, &social, "dev-oidc", "dave").await;
    assert!(html(&page).contains("We have sent a link to dave@example.test"), "{}", html(&page));
    assert!(here.session.user.is_none());
    assert!(social.users().users_by_email("dave@example.test").await.unwrap().is_empty(), "no account before the proof");

    let letters = idp.mailbox().to("dave@example.test");
    assert_eq!((letters.len(), letters[0].purpose), (1, Purpose::Validation));
    assert!(letters[0].link.starts_with("http://localhost:8000/complete/dev-oidc/?partial_token="), "{}", letters[0].link);
    let link = link(&idp, "dave@example.test");

    let mut there = Door::default();
    let asked = there.get(&social, &link).await;
    assert!(html(&asked).contains("Go on only if it was you") && html(&asked).contains("“dave”"), "{}", html(&asked));
    assert!(there.session.user.is_none(), "a link is a question");
    let done = there.post(&social, &link, "confirm=1").await;
    assert_eq!(done.location(), Some("/"), "{done:?}");
    let user = user_of(&social, &there).await;
    assert_eq!(user.email.as_deref(), Some("dave@example.test"));
    assert!(here.session.user.is_none(), "only where the link was opened");

    for door in [&mut Door::default(), &mut here] {
        let again = door.post(&social, &link, "confirm=1").await;
        assert_eq!(again.status, 400);
        assert!(html(&again).contains("This sign-in was completed already"), "{}", html(&again));
        assert!(door.session.user.is_none());
    }

    let mut later = Door::default();
    later.sign_in(&idp, &social, "dev-oidc", "dave").await;
    assert_eq!(later.session.user, Some(user.id));
    assert_eq!(idp.mailbox().all().len(), 1);
}

/// Mail programs and scanners open every link before the person does, some with a browser of their own.
#[tokio::test]
async fn a_link_that_a_scanner_opens_first_stays_good() {
    let (idp, social) = set_up().await;
    Door::default().sign_in(&idp, &social, "dev-oidc", "dave").await;
    let link = link(&idp, "dave@example.test");
    for (method, from, query, form) in [
        (http::Method::HEAD, "none", "", ""),
        (http::Method::GET, "none", "", ""),
        (http::Method::GET, "cross-site", "", ""),
        (http::Method::GET, "", "", ""),
        (http::Method::GET, "none", "&confirm=1", ""),
        (http::Method::GET, "same-origin", "&confirm=1", ""),
        (http::Method::POST, "cross-site", "", "confirm=1"),
        (http::Method::POST, "", "", "confirm=1"),
    ] {
        let mut scanner = Door::default();
        let what = format!("{method} {from} {query} {form}");
        let reply = scanner.send(&social, method, &format!("{link}{query}"), from, form).await;
        assert!(scanner.session.user.is_none(), "{what}: {reply:?}");
        assert!(scanner.session.values.is_empty(), "{what} leaves nothing behind: {:?}", scanner.session.values);
    }
    assert!(social.users().users_by_email("dave@example.test").await.unwrap().is_empty());
    assert_eq!(open(&social, &link).await.1.location(), Some("/"));
}

#[tokio::test]
async fn of_two_who_open_the_link_at_once_one_is_signed_in() {
    let (idp, social) = set_up().await;
    Door::default().sign_in(&idp, &social, "dev-oidc", "dave").await;
    let link = link(&idp, "dave@example.test");
    let attempts = (0..10).map(|_| {
        let (social, link) = (social.clone(), link.clone());
        tokio::spawn(async move { open(&social, &link).await.0.session.user.is_some() })
    });
    let mut signed_in = 0;
    for attempt in attempts.collect::<Vec<_>>() {
        signed_in += usize::from(attempt.await.unwrap());
    }
    assert_eq!(signed_in, 1);
    assert_eq!(social.users().users_by_email("dave@example.test").await.unwrap().len(), 1);
}

#[tokio::test]
async fn an_address_that_the_provider_verified_needs_no_letter() {
    let (idp, social) = set_up().await;
    let mut door = Door::default();
    door.sign_in(&idp, &social, "dev-oidc", "alice").await;
    assert_eq!(user_of(&social, &door).await.email.as_deref(), Some("alice@example.test"));
    assert!(idp.mailbox().all().is_empty());
}

#[tokio::test]
async fn whoever_has_no_address_is_asked_for_one_mailbox_exactly() {
    let (idp, social) = set_up().await;
    let mut door = Door::default();
    let page = door.sign_in(&idp, &social, "dev-oidc", "carol").await;
    assert!(html(&page).contains("What is your e-mail address?"), "{}", html(&page));
    let long = format!("{}@example.test", "c".repeat(250));
    // CVE-2022-35924: a list sent the link to two people.
    for wrong in ["", "carol", "a@x.test,b@y.test", "a@x.test b@y.test", "a@b@c.test", "a@x.test\r\nBcc: b@y.test", "\"a b\"@x.test", &long]
    {
        let form = url::form_urlencoded::Serializer::new(String::new()).append_pair("email", wrong).finish();
        let page = door.post(&social, "/complete/dev-oidc/", &form).await;
        assert_eq!(page.status, 422, "{wrong}");
        assert!(html(&page).contains("not an e-mail address that we can write to"), "{wrong}: {}", html(&page));
    }
    assert!(idp.mailbox().all().is_empty());
    door.post(&social, "/complete/dev-oidc/", "email=+carol%40example.test+").await;
    let (there, _) = open(&social, &link(&idp, "carol@example.test")).await;
    let user = user_of(&social, &there).await;
    assert_eq!((user.email.as_deref(), user.username.as_str()), (Some("carol@example.test"), "carol"));
}

#[tokio::test]
async fn a_wrong_code_for_the_right_address_is_refused_in_words_and_the_right_link_stays_good() {
    let (idp, social) = set_up().await;
    Door::default().sign_in(&idp, &social, "dev-oidc", "dave").await;
    let link = link(&idp, "dave@example.test");
    let (start, code) = link.split_once("verification_code=").unwrap();
    assert!(social.social().code("dave@example.test", code).await.unwrap().is_none(), "kept under a hash only");
    for wrong in ["", "x", &code.to_uppercase(), &"A".repeat(32)] {
        let (door, reply) = open(&social, &format!("{start}verification_code={wrong}")).await;
        assert_eq!(reply.status, 400, "{wrong}");
        assert!(html(&reply).contains("This link is not valid"), "{}", html(&reply));
        assert!(door.session.user.is_none());
    }
    let (door, _) = open(&social, &link).await;
    assert_eq!(user_of(&social, &door).await.email.as_deref(), Some("dave@example.test"));
}

#[tokio::test]
async fn verification_proof_is_bound_to_upstream_subject() {
    // CVE-2026-9087: another account of the same provider spent the proof that its owner had asked for.
    let (idp, social) = set_up().await;
    idp.put_person(Person::new("mallory", "6666").login("mallory").email("dave@example.test", false));
    Door::default().sign_in(&idp, &social, "dev-oidc", "dave").await;
    let daves = link(&idp, "dave@example.test");
    let mut mallory = Door::default();
    mallory.sign_in(&idp, &social, "dev-oidc", "mallory").await;
    let mallorys = link(&idp, "dave@example.test");
    let (start, _) = mallorys.split_once("verification_code=").unwrap();
    let (_, code_of_dave) = daves.split_once("verification_code=").unwrap();
    let stolen = mallory.post(&social, &format!("{start}verification_code={code_of_dave}"), "confirm=1").await;
    assert_eq!(stolen.status, 400);
    assert!(mallory.session.user.is_none());
    // The same account at another backend is another one.
    Door::default().sign_in(&idp, &social, "dev-oauth2", "dave").await;
    let elsewhere = link(&idp, "dave@example.test");
    let (start, _) = elsewhere.split_once("verification_code=").unwrap();
    assert_eq!(open(&social, &format!("{start}verification_code={code_of_dave}")).await.1.status, 400);
    assert_eq!(open(&social, &daves).await.1.location(), Some("/"));
}

#[tokio::test]
async fn email_change_token_bound_to_address() {
    // CVE-2026-32700: the address was changed while a link to the former one was on its way.
    let (idp, social) = set_up().await;
    let mut door = Door::default();
    door.sign_in(&idp, &social, "dev-oidc", "dave").await;
    let first = link(&idp, "dave@example.test");
    let page = door.post(&social, "/complete/dev-oidc/", "email=victim%40example.test").await;
    assert!(html(&page).contains("We have sent a link to victim@example.test"), "{}", html(&page));
    let (refused, reply) = open(&social, &first).await;
    assert_eq!((reply.status.as_u16(), refused.session.user), (400, None), "the former address proves nothing for the new one");
    let second = link(&idp, "victim@example.test");
    let token = |link: &str| link.split_once("partial_token=").unwrap().1.split('&').next().unwrap().to_owned();
    assert_eq!(token(&first), token(&second), "links to a paused run stay good");
    let (owner, _) = open(&social, &second).await;
    assert_eq!(user_of(&social, &owner).await.email.as_deref(), Some("victim@example.test"));
}

#[tokio::test]
async fn a_letter_is_sent_again_but_not_without_end() {
    let (idp, social) = set_up().await;
    let mut door = Door::default();
    door.sign_in(&idp, &social, "dev-oidc", "dave").await;
    for _ in 0..4 {
        // Every spelling goes to the same mailbox.
        assert_eq!(door.post(&social, "/complete/dev-oidc/", "email=DAVE%2Bx%40Example.Test").await.status, 200);
    }
    let page = door.post(&social, "/complete/dev-oidc/", "email=dave%40example.test").await;
    assert_eq!(page.status, 429);
    assert!(html(&page).contains("We have sent several letters already"), "{}", html(&page));
    assert_eq!(idp.mailbox().all().len(), 5);
    // Somebody else is none the worse for it.
    let page = door.post(&social, "/complete/dev-oidc/", "email=else%40example.test").await;
    assert_eq!(page.status, 200, "{}", html(&page));
}

#[tokio::test]
async fn a_link_that_is_too_old_is_refused_and_another_one_is_had() {
    let now = std::time::UNIX_EPOCH.elapsed().unwrap().as_secs().try_into().unwrap();
    let clock = Clock::fixed(now);
    let change = |builder: Builder| builder.clock(clock.clone()).set("SOCIAL_AUTH_EMAIL_VALIDATION_EXPIRED_THRESHOLD", 600);
    let (idp, social) = set_up_with(change).await;
    let mut door = Door::default();
    door.sign_in(&idp, &social, "dev-oidc", "dave").await;
    let old = link(&idp, "dave@example.test");
    assert!(idp.mailbox().all()[0].text.contains("good for 10 minutes"));
    clock.set(now + 600);
    assert_eq!(open(&social, &old).await.1.status, 400);
    door.post(&social, "/complete/dev-oidc/", "email=dave%40example.test").await;
    clock.set(now + 1199);
    assert_eq!(open(&social, &link(&idp, "dave@example.test")).await.1.location(), Some("/"));
}

#[tokio::test]
async fn when_no_letter_can_be_sent_the_person_reads_so_and_tries_again() {
    let works = Arc::new(AtomicBool::new(false));
    let (sender, mailbox) = (works.clone(), social_auth_testkit::Mailbox::default());
    let kept = mailbox.clone();
    let broken = move |mail: Mail| {
        let (works, kept) = (sender.load(Ordering::Relaxed), kept.clone());
        async move {
            match works {
                true => social_auth::mail::Mailer::send(&kept, &mail).await,
                false => Err(Error::new(Reason::MailFailed).detail("450 try again later")),
            }
        }
    };
    let (idp, social) = set_up_with(|builder| builder.mailer(broken)).await;
    let mut door = Door::default();
    let page = door.sign_in(&idp, &social, "dev-oidc", "dave").await;
    assert_eq!(page.status, 503);
    assert!(html(&page).contains("We could not send the e-mail") && !html(&page).contains("450"), "{}", html(&page));
    works.store(true, Ordering::Relaxed);
    let page = door.post(&social, "/complete/dev-oidc/", "email=dave%40example.test").await;
    assert_eq!((page.status.as_u16(), mailbox.all().len()), (200, 1));
}

#[tokio::test]
async fn a_page_of_the_application_learns_the_address_from_the_session() {
    let (idp, social) = set_up_with(|builder| builder.set("SOCIAL_AUTH_EMAIL_VALIDATION_URL", "/look-into-your-mail")).await;
    let mut door = Door::default();
    let page = door.sign_in(&idp, &social, "dev-oidc", "dave").await;
    assert_eq!(page.location(), Some("/look-into-your-mail"));
    assert_eq!(door.session.values["email_validation_address"], "dave@example.test");
    assert_eq!(door.post(&social, &link(&idp, "dave@example.test"), "confirm=1").await.location(), Some("/"));
    assert!(!door.session.values.contains_key("email_validation_address"));
}

#[tokio::test]
async fn what_was_proved_stays_proved_when_the_pipeline_begins_again() {
    let restarts = |pipeline: Pipeline| {
        let first = AtomicBool::new(true);
        pipeline
            .after("mail_validation", "somebody_was_quicker", move |_| {
                let outcome = if first.swap(false, Ordering::Relaxed) { Outcome::Restart } else { Outcome::Continue };
                Box::pin(async move { Ok(outcome) })
            })
            .unwrap()
    };
    let (idp, social) = set_up_with(|builder| builder.pipeline(restarts(with_the_step()))).await;
    let mut door = Door::default();
    door.sign_in(&idp, &social, "dev-oidc", "dave").await;
    door.post(&social, "/complete/dev-oidc/", "email=other%40example.test").await;
    let (there, _) = open(&social, &link(&idp, "other@example.test")).await;
    assert_eq!(user_of(&social, &there).await.email.as_deref(), Some("other@example.test"), "not the one that the provider names");
    assert_eq!(idp.mailbox().all().len(), 2);
}

#[tokio::test]
async fn passwordless_sends_a_link_for_every_sign_in() {
    let (idp, social) = set_up_with(|builder| builder.set("SOCIAL_AUTH_PASSWORDLESS", true)).await;
    let mut users = Vec::new();
    for round in 1..=2 {
        let mut door = Door::default();
        door.sign_in(&idp, &social, "dev-oidc", "dave").await;
        assert!(door.session.user.is_none());
        let letters = idp.mailbox().to("dave@example.test");
        assert_eq!((letters.len(), letters[0].purpose, letters[0].subject.as_str()), (round, Purpose::SignIn, "Sign in to localhost:8000"));
        users.push(open(&social, &link(&idp, "dave@example.test")).await.0.session.user.unwrap());
    }
    assert_eq!(users[0], users[1]);
}

fn session_of(user: &UserId) -> StoredSession {
    StoredSession {
        key_hash: "of the attacker".to_owned(),
        public_id: "x".to_owned(),
        user_id: Some(user.clone()),
        data: Fields::default(),
        created_at: 0,
        last_seen_at: 0,
        expires_at: i64::MAX,
        user_agent: String::new(),
        ip_address: String::new(),
    }
}

#[tokio::test]
async fn email_login_on_unverified_account_wipes_password_and_sessions() {
    // allauth 64.2: somebody made an account with another one's address and waited for its owner.
    let storage = Arc::new(MemoryStorage::new());
    let (idp, unproved) = set_up_by(|builder| builder.users(storage.clone()).social(storage.clone())).await;
    let mut attacker = Door::default();
    attacker.sign_in(&idp, &unproved, "dev-oidc", "dave").await;
    let user = attacker.session.user.clone().unwrap();
    storage.mark_password_usable(&user);
    storage.create_session(&session_of(&user)).await.unwrap();

    let mailbox = idp.mailbox();
    let (key, secret, issuer) = (idp.client_id().to_owned(), idp.client_secret().to_owned(), idp.issuer());
    let social = SocialAuth::builder()
        .public_url("http://localhost:8000")
        .secret_key("a key of at least thirty-two random characters")
        .users(storage.clone())
        .social(storage.clone())
        .mailer(mailbox.clone())
        .pipeline(with_the_step())
        .set("SOCIAL_AUTH_FORCE_EMAIL_VALIDATION", true)
        .set("SOCIAL_AUTH_PASSWORDLESS", true)
        .backend_as("dev-oidc", "oidc", [("KEY", key), ("SECRET", secret), ("OIDC_ENDPOINT", issuer)])
        .build()
        .unwrap();
    Door::default().sign_in(&idp, &social, "dev-oidc", "dave").await;
    assert!(social.users().has_usable_password(&user).await.unwrap(), "not before the proof");
    let (owner, _) = open(&social, &link(&idp, "dave@example.test")).await;
    assert_eq!(owner.session.user, Some(user.clone()));
    assert!(!social.users().has_usable_password(&user).await.unwrap());
    assert!(social.social().sessions_of(&user, 0).await.unwrap().is_empty());

    // Once it is proved, the password is the owner's own.
    storage.mark_password_usable(&user);
    Door::default().sign_in(&idp, &social, "dev-oidc", "dave").await;
    open(&social, &link(&idp, "dave@example.test")).await;
    assert!(social.users().has_usable_password(&user).await.unwrap());
}

#[tokio::test]
async fn a_program_is_told_that_a_browser_has_to_go_on() {
    let (idp, social) = set_up().await;
    let token = idp.issue_tokens(idp.client_id(), "dave", None).unwrap().access_token;
    let sign_in = async || {
        let body = serde_json::json!({ "access_token": token });
        Door::default().send_json(&social, http::Method::POST, "/token/dev-oauth2/", "", &body).await
    };
    let reply = sign_in().await;
    let ReplyBody::Problem(problem) = &reply.body else { panic!("{reply:?}") };
    assert_eq!((reply.status.as_u16(), &problem["code"]), (403, &serde_json::json!("interaction_required")));
    let onward = path_of(problem["resume_url"].as_str().unwrap());
    let mut browser = Door::default();
    assert!(html(&browser.get(&social, &onward).await).contains("Go on only if it was you"));
    assert!(html(&browser.post(&social, &onward, "confirm=1").await).contains("We have sent a link to dave@example.test"));
    let (owner, _) = open(&social, &link(&idp, "dave@example.test")).await;
    assert!(owner.session.user.is_some());
    assert_eq!(sign_in().await.status, 200, "now the account is there");
}

#[tokio::test]
async fn an_address_typed_in_passes_the_same_rules_as_the_providers() {
    let (idp, social) = set_up_with(|builder| builder.set("SOCIAL_AUTH_WHITELISTED_DOMAINS", vec!["example.test"])).await;
    let mut door = Door::default();
    door.sign_in(&idp, &social, "dev-oidc", "dave").await;
    let page = door.post(&social, "/complete/dev-oidc/", "email=dave%40elsewhere.test").await;
    assert_eq!(page.status, 403);
    assert!(html(&page).contains("may not sign in here"), "{}", html(&page));
    assert!(idp.mailbox().to("dave@elsewhere.test").is_empty());
}

#[tokio::test]
async fn a_site_that_must_validate_addresses_and_cannot_does_not_start() {
    let base = || {
        SocialAuth::builder()
            .public_url("https://example.com")
            .secret_key("a key of at least thirty-two random characters")
            .storage(MemoryStorage::new())
            .set("SOCIAL_AUTH_FORCE_EMAIL_VALIDATION", true)
            .backend("github", [("KEY", "k"), ("SECRET", "s")])
    };
    let before = || Pipeline::authentication().insert_built_in("social_details", 1, "mail_validation").unwrap();
    let behind = || Pipeline::authentication().insert_built_in("create_user", 1, "mail_validation").unwrap();
    let mailbox = social_auth_testkit::Mailbox::default;
    for (builder, told) in [
        (base().mailer(mailbox()), "no step mail_validation"),
        (base().mailer(mailbox()).pipeline(before()), "behind social_user"),
        (base().mailer(mailbox()).pipeline(behind()), "stands behind create_user"),
        (base().pipeline(with_the_step()), "EMAIL_HOST"),
        (base().set("SOCIAL_AUTH_FORCE_EMAIL_VALIDATION", false).set("SOCIAL_AUTH_PASSWORDLESS", true), "no backend validates"),
    ] {
        let error = builder.build().map(|_| ()).unwrap_err().to_string();
        assert!(error.contains(told), "{told}: {error}");
    }
    assert!(base().mailer(mailbox()).pipeline(with_the_step()).build().is_ok());
    let relaxed = base().set("SOCIAL_AUTH_GITHUB_FORCE_EMAIL_VALIDATION", false);
    assert!(relaxed.build().is_ok(), "one backend may be told otherwise");
}
