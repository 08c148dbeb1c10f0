//! The step `password` where addresses are proved by letters: who chose a password, who read the letter, and whose the
//! account is. Whoever begins with another's address is called Mallory.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod door;

use std::sync::Arc;

use door::{Door, path_of};
use social_auth::clock::Clock;
use social_auth::identity::Fields;
use social_auth::pipeline::{Pipeline, steps};
use social_auth::storage::{MemoryStorage, NewAssociation, NewUser, SocialStorage, StoredSession, User, UserStorage};
use social_auth::web::{Reply, ReplyBody};
use social_auth::{Builder, SocialAuth};
use social_auth_testkit::Mailbox;

const ADA: &str = "ada@example.org";
const MALLORYS: &str = "what+mallory+knows";
const OWNERS: &str = "what+the+owner+knows";

struct Site {
    social: SocialAuth,
    storage: Arc<MemoryStorage>,
    mailbox: Mailbox,
}

fn with_letters() -> Pipeline {
    Pipeline::authentication_by_password().insert_built_in("get_username", 1, "mail_validation").unwrap()
}

fn site() -> Site {
    site_with(|builder| builder.pipeline(with_letters()))
}

fn site_with(change: impl FnOnce(Builder) -> Builder) -> Site {
    let (storage, mailbox) = (Arc::new(MemoryStorage::new()), Mailbox::default());
    let builder = SocialAuth::builder()
        .public_url("https://site.example")
        .secret_key("a key of at least thirty-two random characters")
        .users(storage.clone())
        .social(storage.clone())
        .mailer(mailbox.clone())
        .backend("email", [] as [(&str, &str); 0]);
    let social = change(builder).build().unwrap_or_else(|error| panic!("{error}"));
    Site { social, storage, mailbox }
}

impl Site {
    async fn send(&self, door: &mut Door, fields: &str) -> Reply {
        let page = door.get(&self.social, "/login/email/?next=/there").await;
        let form = format!("state={}&{fields}", field(html(&page), "state"));
        door.post(&self.social, "/complete/email/", &form).await
    }

    /// The form with this intent, which leads to a letter.
    async fn ask_for_letter(&self, door: &mut Door, intent: &str, password: &str) {
        let before = self.mailbox.all().len();
        let reply = self.send(door, &format!("email={ADA}&password={password}&intent={intent}")).await;
        assert!(html(&reply).contains("We have sent a link to ada@example.org"), "{}", html(&reply));
        assert!(door.session.user.is_none());
        assert_eq!(self.mailbox.all().len(), before + 1);
    }

    fn link(&self) -> String {
        path_of(&self.mailbox.all().last().expect("a letter").link)
    }

    /// Opens the newest link and says yes.
    async fn open(&self, door: &mut Door) -> Reply {
        door.post(&self.social, &self.link(), "confirm=1").await
    }

    /// Answers the page of a step.
    async fn answer(&self, door: &mut Door, page: &Reply, fields: &str) -> Reply {
        let form = format!("partial_token={}&{fields}", field(html(page), "partial_token"));
        door.post(&self.social, "/complete/email/", &form).await
    }

    async fn password_signs_in(&self, password: &str) -> Option<User> {
        let mut door = Door::default();
        self.send(&mut door, &format!("email={ADA}&password={password}&intent=sign_in")).await;
        match door.session.user {
            Some(id) => self.social.users().user(&id).await.unwrap(),
            None => None,
        }
    }

    /// An account with the address, which nobody has proved, and a password that Mallory knows.
    async fn squatted(&self) -> User {
        let hash = self.social.passwords().hash(&social_auth::Secret::new("what mallory knows")).await.unwrap();
        let new = NewUser { username: "mallory".into(), email: Some(ADA.into()), password: Some(hash), ..NewUser::default() };
        self.storage.create_user(&new).await.unwrap()
    }

    async fn connect(&self, user: &User, provider: &str, uid: &str) {
        let new = NewAssociation {
            provider: provider.into(),
            uid: uid.into(),
            id_key: if provider == "email" { "email".into() } else { "id".into() },
            user_id: user.id.clone(),
            extra_data: Fields::default(),
            created: time::OffsetDateTime::UNIX_EPOCH,
        };
        self.storage.create_association(&new).await.unwrap();
    }
}

fn html(reply: &Reply) -> &str {
    match &reply.body {
        ReplyBody::Html { html, .. } => html,
        other => panic!("{other:?} {:?}", reply.status),
    }
}

fn field<'p>(html: &'p str, name: &str) -> &'p str {
    let (_, behind) = html.split_once(&format!("name=\"{name}\"")).unwrap_or_else(|| panic!("no {name} in {html}"));
    behind.split_once("value=\"").unwrap().1.split_once('"').unwrap().0
}

#[tokio::test]
async fn a_new_person_signs_up_confirms_and_signs_in_with_the_password() {
    let site = site();
    let mut here = Door::default();
    site.ask_for_letter(&mut here, "sign_up", OWNERS).await;
    assert!(site.storage.users_by_email(ADA).await.unwrap().is_empty(), "no account before the proof");
    let reply = site.open(&mut here).await;
    assert_eq!(reply.location(), Some("/there"), "the password is not asked for twice in one browser: {reply:?}");
    let user = site.password_signs_in(OWNERS).await.expect("the password that was chosen");
    assert_eq!(Some(&user.id), here.session.user.as_ref());
    assert!(site.storage.has_verified_email(&user.id, ADA).await.unwrap());
    assert_eq!(site.mailbox.all().len(), 1, "whoever has an account gets no letter");
}

/// Account pre-hijacking: Mallory signs up with Ada's address and a password, Ada opens the letter.
#[tokio::test]
async fn whoever_begins_with_anothers_address_does_not_choose_the_password() {
    let site = site();
    let mut mallory = Door::default();
    site.ask_for_letter(&mut mallory, "sign_up", MALLORYS).await;
    let mut ada = Door::default();
    let asked = site.open(&mut ada).await;
    assert!(html(&asked).contains("Choose a password"), "{}", html(&asked));
    assert!(ada.session.user.is_none());

    // While she thinks of one, Mallory goes on in the browser that began, by whatever token that browser has.
    for form in [format!("password={MALLORYS}"), format!("password={MALLORYS}&confirm=1"), "resend=1".to_owned()] {
        let reply = mallory.post(&site.social, "/complete/email/", &form).await;
        assert_eq!(reply.status, 400, "{reply:?}");
        let reply = mallory.post(&site.social, &site.link(), &form).await;
        assert_eq!(reply.status, 400, "{reply:?}");
        assert!(mallory.session.user.is_none());
    }

    let done = site.answer(&mut ada, &asked, &format!("password={OWNERS}")).await;
    assert_eq!(done.location(), Some("/there"), "{done:?}");
    assert!(site.password_signs_in(MALLORYS).await.is_none());
    assert_eq!(site.password_signs_in(OWNERS).await.map(|user| user.id), ada.session.user);
}

#[tokio::test]
async fn a_password_in_the_link_or_an_unfit_one_is_not_taken() {
    let site = site();
    site.ask_for_letter(&mut Door::default(), "sign_up", MALLORYS).await;
    let mut ada = Door::default();
    let asked = ada.post(&site.social, &format!("{}&password={MALLORYS}&intent=sign_up", site.link()), "confirm=1").await;
    assert!(html(&asked).contains("Choose a password"), "{}", html(&asked));
    let asked = site.answer(&mut ada, &asked, "password=short").await;
    assert!(html(&asked).contains("at least 8 characters"), "{}", html(&asked));
    let asked = site.answer(&mut ada, &asked, "password=ada%40example.org").await;
    assert!(html(&asked).contains("harder to guess"), "{}", html(&asked));
    site.answer(&mut ada, &asked, &format!("password={OWNERS}")).await;
    assert!(site.password_signs_in(OWNERS).await.is_some());
}

/// What comes behind the proof belongs to whoever has the letter: with `PASSWORDLESS` too.
#[tokio::test]
async fn a_step_behind_the_proof_is_not_answered_in_the_browser_that_began() {
    let pipeline = Pipeline::authentication().insert_built_in("get_username", 1, "mail_validation").unwrap();
    let pipeline = pipeline.insert_built_in("mail_validation", 1, "choose_username").unwrap();
    let site = site_with(|builder| builder.pipeline(pipeline).set("SOCIAL_AUTH_PASSWORDLESS", true));
    let mut mallory = Door::default();
    site.send(&mut mallory, &format!("email={ADA}")).await;
    let mut ada = Door::default();
    let asked = site.open(&mut ada).await;
    assert!(html(&asked).contains("Choose a user name"), "{}", html(&asked));
    let reply = mallory.post(&site.social, "/complete/email/", "username=mallory").await;
    assert_eq!((reply.status.as_u16(), mallory.session.user), (400, None));
    assert_eq!(site.answer(&mut ada, &asked, "username=ada").await.location(), Some("/there"));
}

#[tokio::test]
async fn an_account_that_somebody_made_with_the_address_unproved_is_neither_taken_over_nor_in_the_way() {
    for connected in [false, true] {
        let site = site();
        let squatted = site.squatted().await;
        if connected {
            site.connect(&squatted, "dev-oauth2", "666").await;
        }
        let mut ada = Door::default();
        site.ask_for_letter(&mut ada, "sign_up", OWNERS).await;
        assert_eq!(site.open(&mut ada).await.location(), Some("/there"));
        let own = site.password_signs_in(OWNERS).await.expect("an account of her own");
        assert_ne!(own.id, squatted.id);
        assert_eq!(site.storage.associations_of(&squatted.id).await.unwrap().len(), usize::from(connected), "it is left alone");
        assert!(site.storage.has_usable_password(&squatted.id).await.unwrap());
        assert!(!site.storage.has_verified_email(&squatted.id, ADA).await.unwrap());
    }
}

/// The account that the address itself leads to, made before addresses were proved here, is the owner's: with nothing
/// left in it by which another comes back.
#[tokio::test]
async fn the_account_of_the_address_goes_to_its_owner_and_every_other_way_in_is_gone() {
    let site = site();
    let account = site.squatted().await;
    site.connect(&account, "email", ADA).await;
    site.connect(&account, "dev-oauth2", "666").await;
    site.storage.create_session(&session_of(&account)).await.unwrap();
    assert!(site.password_signs_in(MALLORYS).await.is_some(), "whoever made it has it, until the owner comes");

    let mut ada = Door::default();
    site.ask_for_letter(&mut ada, "reset", "").await;
    assert!(site.password_signs_in(MALLORYS).await.is_some(), "asking for a letter changes nothing");
    let asked = site.open(&mut ada).await;
    site.answer(&mut ada, &asked, &format!("password={OWNERS}")).await;
    assert_eq!(ada.session.user.as_ref(), Some(&account.id));
    assert!(site.password_signs_in(MALLORYS).await.is_none());
    assert_eq!(site.password_signs_in(OWNERS).await.map(|user| user.id).as_ref(), Some(&account.id));
    assert!(site.storage.sessions_of(&account.id, 0).await.unwrap().is_empty());
    let left = site.storage.associations_of(&account.id).await.unwrap();
    assert_eq!(left.iter().map(|association| association.provider.as_str()).collect::<Vec<_>>(), ["email"]);
}

#[tokio::test]
async fn a_forgotten_password_is_replaced_by_a_letter_and_what_is_connected_stays() {
    let site = site();
    let mut first = Door::default();
    site.ask_for_letter(&mut first, "sign_up", OWNERS).await;
    site.open(&mut first).await;
    let user = site.password_signs_in(OWNERS).await.unwrap();
    site.connect(&user, "dev-oauth2", "1").await;
    site.storage.create_session(&session_of(&user)).await.unwrap();
    for intent in ["reset", "sign_up"] {
        let mut door = Door::default();
        let password = format!("another+one+by+{intent}");
        site.ask_for_letter(&mut door, intent, &password).await;
        assert_eq!(site.open(&mut door).await.location(), Some("/there"));
        assert_eq!(door.session.user.as_ref(), Some(&user.id));
        assert!(site.password_signs_in(OWNERS).await.is_none());
        assert!(site.password_signs_in(&password).await.is_some());
        assert!(site.storage.sessions_of(&user.id, 0).await.unwrap().is_empty(), "whoever had the old password is signed out");
    }
    assert_eq!(site.storage.associations_of(&user.id).await.unwrap().len(), 2, "the address was the owner's all the time");
}

/// A user of the site's Django, who knows the password and has never proved the address here.
#[tokio::test]
async fn a_password_from_elsewhere_counts_in_the_browser_that_showed_it() {
    let site = site();
    let user = site.squatted().await;
    let mut here = Door::default();
    let wrong = site.send(&mut here, &format!("email={ADA}&password=no+idea+at+all&intent=sign_in")).await;
    assert_eq!((wrong.status.as_u16(), site.mailbox.all().len()), (401, 0), "no letter for a wrong password");
    site.ask_for_letter(&mut here, "sign_in", MALLORYS).await;
    assert_eq!(site.open(&mut here).await.location(), Some("/there"));
    assert_eq!(here.session.user.as_ref(), Some(&user.id));
    assert!(site.storage.has_usable_password(&user.id).await.unwrap(), "their own password stays");
}

#[tokio::test]
async fn in_another_browser_a_password_from_elsewhere_is_shown_again() {
    let site = site();
    let user = site.squatted().await;
    site.ask_for_letter(&mut Door::default(), "sign_in", MALLORYS).await;
    // Ada, who does not know it, does not get into the account; she can have one of her own.
    let mut there = Door::default();
    let asked = site.open(&mut there).await;
    let again = site.answer(&mut there, &asked, "password=no+idea+at+all&intent=sign_in").await;
    assert!(html(&again).contains("The name or the password is wrong."), "{}", html(&again));
    assert!(there.session.user.is_none());
    let choose = site.answer(&mut there, &again, "password=&intent=sign_up").await;
    assert!(html(&choose).contains("Choose a password"), "{}", html(&choose));
    site.answer(&mut there, &choose, &format!("password={OWNERS}")).await;
    assert_ne!(there.session.user.as_ref(), Some(&user.id));
    assert!(there.session.user.is_some());
}

#[tokio::test]
async fn nobody_learns_by_the_form_who_has_an_account() {
    let site = site();
    let mut owner = Door::default();
    site.ask_for_letter(&mut owner, "sign_up", OWNERS).await;
    site.open(&mut owner).await;
    for intent in ["sign_up", "reset", "sign_in"] {
        let mut pages = Vec::new();
        for address in [ADA, "eve@example.org"] {
            let mut door = Door::default();
            let reply = site.send(&mut door, &format!("email={address}&password=wrong+wrong&intent={intent}")).await;
            let mut page = html(&reply).replace(address, "");
            for secret in ["state", "csrfmiddlewaretoken", "partial_token"] {
                if page.contains(&format!("name=\"{secret}\"")) {
                    page = page.replace(&field(&page, secret).to_owned(), "");
                }
            }
            pages.push((reply.status, page));
        }
        assert_eq!(pages[0], pages[1], "{intent}");
    }
}

#[tokio::test]
async fn somebody_who_has_proved_the_address_and_has_another_account_is_told_so_only_after_the_proof() {
    for (policy, connected) in [("refuse", false), ("verified", true)] {
        let site = site_with(|builder| builder.pipeline(with_letters()).set("SOCIAL_AUTH_ASSOCIATE_BY_EMAIL", policy));
        let new = NewUser { username: "ada".into(), email: Some(ADA.into()), ..NewUser::default() };
        let user = site.storage.create_user(&new).await.unwrap();
        site.connect(&user, "dev-oauth2", "1").await;
        site.storage.mark_email_verified(&user.id, ADA);
        let mut door = Door::default();
        site.ask_for_letter(&mut door, "sign_up", OWNERS).await;
        let reply = site.open(&mut door).await;
        assert_eq!(door.session.user.as_ref() == Some(&user.id), connected, "{reply:?}");
        assert_eq!(site.storage.users_by_email(ADA).await.unwrap().len(), 1, "no second account");
        if !connected {
            assert!(html(&reply).contains("already belongs to an account"), "{}", html(&reply));
        }
    }
}

#[tokio::test]
async fn with_passwordless_no_password_is_asked_for() {
    let site = site_with(|builder| builder.pipeline(with_letters()).set("SOCIAL_AUTH_PASSWORDLESS", true));
    let page = Door::default().get(&site.social, "/login/email/").await;
    assert!(!html(&page).contains("type=\"password\""), "{}", html(&page));
    let mut door = Door::default();
    site.send(&mut door, &format!("email={ADA}&password={MALLORYS}&intent=sign_up")).await;
    assert_eq!(site.open(&mut door).await.location(), Some("/there"));
    let user = door.session.user.unwrap();
    assert!(!site.storage.has_usable_password(&user).await.unwrap());
}

#[tokio::test]
async fn a_link_is_good_for_one_sign_up_and_not_for_ever() {
    let now = std::time::UNIX_EPOCH.elapsed().unwrap().as_secs().try_into().unwrap();
    let clock = Clock::fixed(now);
    let site = site_with(|builder| {
        builder.pipeline(with_letters()).clock(clock.clone()).set("SOCIAL_AUTH_EMAIL_VALIDATION_EXPIRED_THRESHOLD", 600)
    });
    let mut here = Door::default();
    site.ask_for_letter(&mut here, "sign_up", OWNERS).await;
    clock.set(now + 600);
    let late = site.open(&mut here).await;
    assert!(html(&late).contains("This link is not valid"), "{}", html(&late));
    clock.set(now + 601);
    let again = site.answer(&mut here, &late, "resend=1").await;
    assert!(html(&again).contains("We have sent a link"), "{}", html(&again));
    assert_eq!(site.open(&mut here).await.location(), Some("/there"));
    assert_eq!(site.open(&mut Door::default()).await.status, 400, "once");
}

#[test]
fn the_steps_stand_in_the_order_in_which_they_are_safe() {
    let names: Vec<&str> = steps::DEFAULT_AUTHENTICATION.to_vec();
    let place = names.iter().position(|name| *name == "get_username").unwrap();
    let mut wrong = names.clone();
    wrong.splice(place..place, ["mail_validation", "password"]);
    let build = |pipeline: Pipeline| {
        SocialAuth::builder()
            .public_url("https://site.example")
            .secret_key("a key of at least thirty-two random characters")
            .storage(MemoryStorage::new())
            .mailer(Mailbox::default())
            .backend("email", [] as [(&str, &str); 0])
            .pipeline(pipeline)
            .build()
    };
    let error = build(Pipeline::from_names(&wrong).unwrap()).err().expect("it is refused").to_string();
    assert!(error.contains("password stands behind mail_validation"), "{error}");
    assert!(build(with_letters()).is_ok());
}

fn session_of(user: &User) -> StoredSession {
    StoredSession {
        key_hash: "of whoever made it".to_owned(),
        public_id: "x".to_owned(),
        user_id: Some(user.id.clone()),
        data: Fields::default(),
        created_at: 0,
        last_seen_at: 0,
        expires_at: i64::MAX,
        user_agent: String::new(),
        ip_address: String::new(),
    }
}
