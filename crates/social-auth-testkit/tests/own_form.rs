//! The backends with a form of the site's own, `email` and `username`, and the passwords that prove who it is.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod door;

use std::sync::{Arc, Mutex};

use door::{Door, MemorySession, set_up_by};
use http::Method;
use social_auth::mail::Mail;
use social_auth::password::PasswordHash;
use social_auth::pipeline::{Outcome, Pipeline};
use social_auth::storage::{MemoryStorage, NewUser, SocialStorage, User, UserStorage};
use social_auth::web::{Reply, ReplyBody};
use social_auth::{Builder, Event, SocialAuth};

const PASSWORD: &str = "correct+horse+battery";

struct Site {
    social: SocialAuth,
    storage: Arc<MemoryStorage>,
    failures: Arc<Mutex<Vec<&'static str>>>,
}

fn site() -> Site {
    site_with(|builder| builder)
}

fn site_with(change: impl FnOnce(Builder) -> Builder) -> Site {
    let storage = Arc::new(MemoryStorage::new());
    let failures = Arc::new(Mutex::new(Vec::new()));
    let heard = failures.clone();
    let social = change(builder(&storage)).on_event(move |event| {
        if let Event::LoginFailed { reason, .. } = event {
            heard.lock().unwrap().push(reason.code());
        }
    });
    Site { social: social.build().unwrap_or_else(|error| panic!("{error}")), storage, failures }
}

fn builder(storage: &Arc<MemoryStorage>) -> Builder {
    SocialAuth::builder()
        .public_url("https://site.example")
        .secret_key("a key of at least thirty-two random characters")
        .users(storage.clone())
        .social(storage.clone())
        .backend("email", [] as [(&str, &str); 0])
        .backend("username", [] as [(&str, &str); 0])
}

impl Site {
    /// Opens the form and sends it.
    async fn send(&self, door: &mut Door, backend: &str, fields: &str) -> Reply {
        let page = door.get(&self.social, &format!("/login/{backend}/?next=/there")).await;
        assert_eq!(page.status, 200, "{page:?}");
        let form = format!("state={}&{fields}", field(html(&page), "state"));
        door.post(&self.social, &format!("/complete/{backend}/"), &form).await
    }

    async fn sign_up(&self, email: &str) -> User {
        let mut door = Door::default();
        let reply = self.send(&mut door, "email", &format!("email={email}&password={PASSWORD}&intent=sign_up")).await;
        assert_eq!(reply.location(), Some("/there"), "{reply:?}");
        self.social.users().user(&door.session.user.unwrap()).await.unwrap().unwrap()
    }

    /// A user of Django's, with a password that Django stored.
    async fn user_of_django(&self, username: &str, email: &str) -> User {
        // By Django 5.2.19: "lètmein", with a single iteration.
        let password = PasswordHash::from_stored("pbkdf2_sha256$1$seasalt$mJQ8D8xVBAKQGCo0t0n+NSPS2a0gQhVtjuC9LdL9WiM=");
        let new = NewUser { username: username.into(), email: Some(email.into()), password, ..NewUser::default() };
        self.storage.create_user(&new).await.unwrap()
    }
}

fn html(reply: &Reply) -> &str {
    match &reply.body {
        ReplyBody::Html { html, .. } => html,
        other => panic!("{other:?}"),
    }
}

fn field<'p>(html: &'p str, name: &str) -> &'p str {
    let (_, behind) = html.split_once(&format!("name=\"{name}\"")).unwrap_or_else(|| panic!("no {name} in {html}"));
    behind.split_once("value=\"").unwrap().1.split_once('"').unwrap().0
}

#[tokio::test]
async fn a_person_makes_an_account_and_signs_in_with_the_password_the_next_time() {
    let site = site();
    let user = site.sign_up("ada@example.org").await;
    assert_eq!((user.username.as_str(), user.email.as_deref()), ("ada", Some("ada@example.org")));
    for (backend, stated) in [("email", "email=ada@example.org"), ("email", "email=+ADA@Example.org+"), ("username", "username=ada")] {
        let mut door = Door::default();
        let reply = site.send(&mut door, backend, &format!("{stated}&password={PASSWORD}&intent=sign_in")).await;
        assert_eq!((reply.location(), door.session.user.as_ref()), (Some("/there"), Some(&user.id)), "{stated}: {reply:?}");
    }
    let stored = site.storage.password(&user.id).await.unwrap().unwrap();
    assert!(stored.expose().starts_with("argon2$argon2id$v=19$"), "{stored:?}");
    for association in site.storage.associations_of(&user.id).await.unwrap() {
        let kept = serde_json::to_string(&association.extra_data).unwrap();
        assert!(!kept.contains("horse") && !kept.contains("argon2"), "a password is never kept with the association: {kept}");
    }
}

#[tokio::test]
async fn a_wrong_password_is_said_in_words_and_the_form_can_be_sent_again() {
    let site = site();
    let user = site.sign_up("ada@example.org").await;
    let mut door = Door::default();
    let wrong = site.send(&mut door, "email", "email=ada@example.org&password=wrong+wrong&intent=sign_in").await;
    assert_eq!(wrong.status, 401);
    assert!(html(&wrong).contains("The name or the password is wrong."), "{}", html(&wrong));
    assert_eq!(field(html(&wrong), "email"), "ada@example.org", "the address need not be typed again");
    assert!(!html(&wrong).contains("wrong wrong"), "a password is never shown");
    assert!(door.session.user.is_none());
    assert_eq!(*site.failures.lock().unwrap(), ["password_rejected"]);

    let form = format!("state={}&email=ada@example.org&password={PASSWORD}&intent=sign_in", field(html(&wrong), "state"));
    let right = door.post(&site.social, "/complete/email/", &form).await;
    assert_eq!(right.location(), Some("/there"), "where the person wanted to go is not forgotten");
    assert_eq!(door.session.user, Some(user.id));
    let again = door.post(&site.social, "/complete/email/", &form).await;
    assert_eq!(again.status, 400, "a form is sent once");
}

#[tokio::test]
async fn signing_in_tells_nothing_about_who_has_an_account() {
    let site = site();
    site.sign_up("ada@example.org").await;
    let social_only = NewUser { username: "bob".into(), email: Some("bob@example.org".into()), ..NewUser::default() };
    site.storage.create_user(&social_only).await.unwrap();
    let mut pages = Vec::new();
    for address in ["ada@example.org", "bob@example.org", "eve@example.org"] {
        let mut door = Door::default();
        let reply = site.send(&mut door, "email", &format!("email={address}&password=wrong+wrong&intent=sign_in")).await;
        assert!(door.session.user.is_none());
        let page = html(&reply).replace(address, "").replace(field(html(&reply), "state"), "");
        pages.push((reply.status, page.replace(field(html(&reply), "csrfmiddlewaretoken"), "")));
    }
    assert_eq!(pages[0], pages[1]);
    assert_eq!(pages[0], pages[2]);
    assert!(site.storage.users_by_email("eve@example.org").await.unwrap().is_empty(), "nobody who wants to sign in gets a new account");
}

#[tokio::test]
async fn the_address_or_name_of_a_user_without_a_password_cannot_be_taken() {
    let site = site();
    let social_only = NewUser { username: "bob".into(), email: Some("bob@example.org".into()), ..NewUser::default() };
    let bob = site.storage.create_user(&social_only).await.unwrap();
    for (backend, stated, says) in [
        ("email", "email=Bob@example.org", "This e-mail address already belongs to an account."),
        ("username", "username=bob", "This user name is already taken."),
    ] {
        for intent in ["sign_up", "", "sign_in"] {
            let mut door = Door::default();
            let reply = site.send(&mut door, backend, &format!("{stated}&password={PASSWORD}&intent={intent}")).await;
            assert!(door.session.user.is_none(), "{backend} {intent}: {reply:?}");
            assert_eq!(html(&reply).contains(says), intent != "sign_in", "{}", html(&reply));
        }
    }
    assert!(site.storage.associations_of(&bob.id).await.unwrap().is_empty());
    assert!(!site.storage.has_usable_password(&bob.id).await.unwrap());
}

#[tokio::test]
async fn users_of_django_sign_in_with_the_password_they_have_and_it_is_hashed_anew() {
    for (backend, stated) in [("email", "email=ADA@example.org"), ("username", "username=ada")] {
        let site = site();
        let ada = site.user_of_django("ada", "ada@example.org").await;
        let mut door = Door::default();
        let wrong = site.send(&mut door, backend, &format!("{stated}&password=letmein")).await;
        assert_eq!(wrong.status, 401, "{wrong:?}");
        let right = site.send(&mut door, backend, &format!("{stated}&password=l%C3%A8tmein")).await;
        assert_eq!(right.location(), Some("/there"), "{right:?}");
        assert_eq!(door.session.user.as_ref(), Some(&ada.id));
        let renewed = site.storage.password(&ada.id).await.unwrap().unwrap();
        assert!(renewed.expose().starts_with("argon2$argon2id$"), "{renewed:?}");
        let mut next = Door::default();
        site.send(&mut next, backend, &format!("{stated}&password=l%C3%A8tmein")).await;
        assert_eq!(next.session.user, Some(ada.id));
    }
}

#[tokio::test]
async fn a_form_counts_only_if_a_page_of_ours_sent_it() {
    let site = site();
    let ada = site.sign_up("ada@example.org").await;
    let fields = format!("email=ada@example.org&password={PASSWORD}");
    let mut door = Door::default();
    let state = field(html(&door.get(&site.social, "/login/email/").await), "state").to_owned();
    let form = format!("state={state}&{fields}");
    for (method, path, from, form, status) in [
        (Method::GET, format!("/complete/email/?{form}"), "same-origin", "", 400),
        (Method::POST, format!("/complete/email/?password={PASSWORD}"), "same-origin", form.as_str(), 400),
        (Method::POST, "/complete/email/".to_owned(), "cross-site", form.as_str(), 403),
        (Method::POST, "/complete/email/".to_owned(), "same-site", form.as_str(), 403),
        (Method::POST, "/complete/email/".to_owned(), "", form.as_str(), 403),
        (Method::POST, "/complete/email/".to_owned(), "same-origin", &format!("{form}&social_auth_returned=1"), 403),
    ] {
        let reply = door.send(&site.social, method, &path, from, form).await;
        assert_eq!(reply.status, status, "{from} {path}: {reply:?}");
        assert!(door.session.user.is_none());
    }
    let elsewhere = Door::default().post(&site.social, "/complete/email/", &form).await;
    assert_eq!(elsewhere.status, 400, "another browser");
    let other_backend = door.post(&site.social, "/complete/username/", &format!("state={state}&username=ada&password={PASSWORD}")).await;
    assert_eq!(other_backend.status, 400, "{other_backend:?}");
    assert!(door.session.user.is_none());
    // Privacy tools strip the headers: the token does.
    let page = door.get(&site.social, "/login/email/").await;
    let (state, token) = (field(html(&page), "state"), field(html(&page), "csrfmiddlewaretoken"));
    door.send(&site.social, Method::POST, "/complete/email/", "", &format!("state={state}&csrfmiddlewaretoken={token}&{fields}")).await;
    assert_eq!(door.session.user, Some(ada.id));
}

#[tokio::test]
async fn what_is_no_address_or_no_good_password_is_said_in_words() {
    let site = site();
    for (fields, says) in [
        ("email=&password=x", "Please fill in all fields."),
        ("email=ada&password=x", "Please enter an e-mail address"),
        ("email=ada@example.org@evil.example&password=x", "Please enter an e-mail address"),
        ("email=ada@example.org&password=&intent=sign_up", "Please fill in all fields."),
        ("email=ada@example.org&password=short&intent=sign_up", "at least 8 characters"),
        ("email=ada.lovelace@example.org&password=ada.lovelace&intent=sign_up", "harder to guess"),
    ] {
        let mut door = Door::default();
        let reply = site.send(&mut door, "email", fields).await;
        assert!(html(&reply).contains(says), "{fields}: {}", html(&reply));
        assert_eq!(reply.status, 400, "{fields}");
        assert!(door.session.user.is_none());
    }
}

#[tokio::test]
async fn passwords_can_be_tried_a_few_times_only_by_whatever_spelling_and_backend() {
    let site = site_with(|builder| builder.set("RATE_LIMITS", serde_json::json!({"password_account": "4/h"})));
    let ada = site.sign_up("ada@example.org").await;
    let mut door = Door::default();
    for (backend, stated) in [
        ("email", "email=ada@example.org"),
        ("email", "email=ADA@EXAMPLE.ORG"),
        ("username", "username=ada"),
        ("email", "email=aDa@example.org"),
    ] {
        let reply = site.send(&mut door, backend, &format!("{stated}&password=wrong+wrong&intent=sign_in")).await;
        assert_eq!(reply.status, 401, "{stated}");
    }
    for (backend, stated) in [("email", "email=ada@example.org"), ("username", "username=ada")] {
        let reply = site.send(&mut Door::default(), backend, &format!("{stated}&password={PASSWORD}&intent=sign_in")).await;
        assert_eq!(reply.status, 429, "{reply:?}");
        assert!(reply.retry_after.is_some_and(|seconds| (1..=900).contains(&seconds)), "{:?}", reply.retry_after);
        assert!(html(&reply).contains("There were too many attempts."), "{}", html(&reply));
    }
    site.sign_up("bob@example.org").await;
    assert_eq!(site.storage.associations_of(&ada.id).await.unwrap().len(), 1);
}

#[tokio::test]
async fn one_address_cannot_try_one_password_for_many_accounts() {
    let site = site_with(|builder| builder.set("RATE_LIMITS", serde_json::json!({"password_address": "3/h"})));
    let at = |address: &str| Door { client: Some(address.parse().unwrap()), ..Door::default() };
    for host in 1..=3 {
        let reply = site
            .send(
                &mut at(&format!("2001:db8::{host}")),
                "email",
                &format!("email=user{host}@example.org&password=Summer2026&intent=sign_in"),
            )
            .await;
        assert_eq!(reply.status, 401);
    }
    let reply = site.send(&mut at("2001:db8::ffff"), "email", "email=user9@example.org&password=Summer2026&intent=sign_in").await;
    assert_eq!(reply.status, 429, "one network is one client");
    let reply = site.send(&mut at("2001:db8:0:1::1"), "email", "email=user9@example.org&password=Summer2026&intent=sign_in").await;
    assert_eq!(reply.status, 401, "another network is another");
}

#[tokio::test]
async fn two_who_make_an_account_with_one_address_at_once_do_not_share_it() {
    let site = Arc::new(site());
    let tries = (0..8).map(|number| {
        let site = site.clone();
        tokio::spawn(async move {
            let mut door = Door::default();
            let reply =
                site.send(&mut door, "email", &format!("email=ada@example.org&password=password-number-{number}&intent=sign_up")).await;
            (reply.status.as_u16(), door.session.user)
        })
    });
    let mut signed_in = 0;
    for outcome in tries.collect::<Vec<_>>() {
        let (status, user) = outcome.await.unwrap();
        assert_eq!(user.is_some(), status == 303, "{status}");
        signed_in += usize::from(user.is_some());
    }
    assert_eq!(signed_in, 1);
    assert_eq!(site.storage.users_by_email("ada@example.org").await.unwrap().len(), 1);
}

#[tokio::test]
async fn somebody_signed_in_chooses_a_password_and_signs_in_by_it() {
    let site = site();
    let bob = site.storage.create_user(&NewUser { username: "bob".into(), ..NewUser::default() }).await.unwrap();
    let ada = site.sign_up("ada@example.org").await;
    let signed_in = || Door { session: MemorySession { user: Some(bob.id.clone()), ..MemorySession::default() }, ..Door::default() };
    let connect = async |door: &mut Door, fields: &str| {
        let asked = door.get(&site.social, "/login/email/").await;
        assert!(html(&asked).contains("You are signed in"), "whoever is signed in is asked first");
        let page = door.post(&site.social, "/login/email/", "").await;
        let form = format!("state={}&{fields}", field(html(&page), "state"));
        door.post(&site.social, "/complete/email/", &form).await
    };
    let taken = connect(&mut signed_in(), &format!("email=ada@example.org&password={PASSWORD}")).await;
    assert!((400..500).contains(&taken.status.as_u16()), "another user's address: {taken:?}");
    assert_eq!(site.storage.associations_of(&ada.id).await.unwrap().len(), 1);

    let connected = connect(&mut signed_in(), "email=bob@example.org&password=bobs+own+secret").await;
    assert_eq!(connected.status, 303, "{connected:?}");
    let mut door = Door::default();
    let reply = site.send(&mut door, "email", "email=bob@example.org&password=bobs+own+secret&intent=sign_in").await;
    assert_eq!(reply.location(), Some("/there"), "{reply:?}");
    assert_eq!(door.session.user.as_ref(), Some(&bob.id));

    let other = connect(&mut signed_in(), "email=bob@other.example&password=not+bobs+secret").await;
    assert_eq!(other.status, 401, "a password that is there is asked for: {other:?}");
}

#[test]
fn nothing_starts_that_would_let_anybody_sign_in_as_anybody() {
    let own_step = |pipeline: Pipeline, before: &str| {
        pipeline.before(before, "ask_the_mainframe", |_| Box::pin(async { Ok(Outcome::Continue) })).unwrap()
    };
    let password_too_early = Pipeline::authentication().insert_built_in("social_user", 0, "password").unwrap();
    let no_lookup = Pipeline::authentication_by_password().remove("social_user").unwrap();
    let unnamed = own_step(Pipeline::authentication(), "create_user");
    for (pipeline, proven_by, told) in [
        (Pipeline::authentication(), None, Some("lets anybody sign in as anybody")),
        (password_too_early, None, Some("lets anybody sign in as anybody")),
        (no_lookup, None, Some("lets anybody sign in as anybody")),
        (unnamed.clone(), None, Some("PROVEN_BY")),
        (Pipeline::authentication(), Some("ask_the_mainframe"), Some("has no such step")),
        (own_step(Pipeline::authentication(), "social_user"), Some("ask_the_mainframe"), Some("lets anybody sign in as anybody")),
        (unnamed, Some("ask_the_mainframe"), None),
        (Pipeline::authentication_by_password(), None, None),
    ] {
        let storage = Arc::new(MemoryStorage::new());
        let mut builder = builder(&storage).pipeline(pipeline.clone());
        if let Some(step) = proven_by {
            builder = builder.set("SOCIAL_AUTH_EMAIL_PROVEN_BY", step).set("SOCIAL_AUTH_USERNAME_PROVEN_BY", step);
        }
        match (builder.build(), told) {
            (Ok(_), None) => {}
            (Err(error), Some(told)) => assert!(error.to_string().contains(told), "{error}"),
            (built, told) => panic!("{pipeline:?}: {:?}, {told:?}", built.err()),
        }
    }
}

#[tokio::test]
async fn the_form_may_be_a_page_of_the_sites_own() {
    let own = "<!doctype html><h1>Welcome</h1>{% if message %}<p>{{ message }}</p>{% endif %}\
               <form method=post action=\"{{ action }}\">{{ hidden }}<input name=\"email\" value=\"{{ value }}\"></form>";
    let site = site_with(|builder| builder.set("SOCIAL_AUTH_EMAIL_FORM_HTML", own).set("SOCIAL_AUTH_USERNAME_FORM_URL", "/signin"));
    let ada = site.sign_up("ada@example.org").await;
    let mut door = Door::default();
    let wrong = site.send(&mut door, "email", "email=%22%3E%3Cscript%3E&password=x").await;
    let page = html(&wrong);
    assert!(page.contains("<h1>Welcome</h1>") && page.contains("Please enter an e-mail address") && !page.contains("<script>"), "{page}");

    // A page of theirs carries no state; two of them are open.
    for _ in 0..2 {
        let away = door.get(&site.social, "/login/username/?next=/there").await;
        assert_eq!(away.location(), Some("/signin"));
    }
    let reply = door.post(&site.social, "/complete/username/", &format!("username=ada&password={PASSWORD}")).await;
    assert_eq!(reply.location(), Some("/there"), "{reply:?}");
    assert_eq!(door.session.user, Some(ada.id));
}

#[tokio::test]
async fn a_page_of_the_sites_own_that_cannot_be_used_is_told_at_the_start() {
    for (own, told) in [("<form action=\"{{ acton }}\">", "undefined"), ("<form {% if %}>", "syntax error"), ("login.html", "must be HTML")]
    {
        let built = builder(&Arc::new(MemoryStorage::new())).set("SOCIAL_AUTH_EMAIL_FORM_HTML", own).build();
        let error = built.err().expect(own).to_string();
        assert!(error.contains("setting FORM_HTML") && error.contains(told), "{error}");
    }
}

#[tokio::test]
async fn a_form_that_asks_for_the_name_alone_is_followed_by_a_page_for_the_password() {
    let site = site();
    let ada = site.sign_up("ada@example.org").await;
    let mut door = Door::default();
    let asked = site.send(&mut door, "email", "email=ada@example.org").await;
    let form = format!("partial_token={}&password={PASSWORD}", field(html(&asked), "partial_token"));
    let reply = door.post(&site.social, "/complete/email/", &form).await;
    assert_eq!(reply.location(), Some("/there"), "{reply:?}");
    assert_eq!(door.session.user, Some(ada.id));
}

#[tokio::test]
async fn where_a_provider_vouches_the_password_step_asks_for_nothing() {
    let (idp, social) = set_up_by(|builder| builder.pipeline(Pipeline::authentication_by_password())).await;
    let mut door = Door::default();
    door.sign_in(&idp, &social, "dev-oidc", "alice").await;
    let user = door.session.user.expect("alice is signed in");
    assert!(!social.users().has_usable_password(&user).await.unwrap(), "a social sign-up never leaves a password");
}

/// `PASSWORDLESS` alone: whoever reads the letter signs in, and nobody else, however often they were here.
#[tokio::test]
async fn with_passwordless_an_address_is_proved_by_a_letter_each_time() {
    let letters = Arc::new(Mutex::new(Vec::<Mail>::new()));
    let sent = letters.clone();
    let site = Site {
        social: SocialAuth::builder()
            .public_url("https://site.example")
            .secret_key("a key of at least thirty-two random characters")
            .storage(MemoryStorage::new())
            .backend("email", [("PASSWORDLESS", true)])
            .mailer(move |mail: Mail| {
                sent.lock().unwrap().push(mail);
                async { Ok(()) }
            })
            .build()
            .unwrap_or_else(|error| panic!("{error}")),
        storage: Arc::default(),
        failures: Arc::default(),
    };
    let mut users = Vec::new();
    for letter in 1..=2 {
        let mut door = Door::default();
        let page = site.send(&mut door, "email", "email=ada@example.org").await;
        assert!(html(&page).contains("We have sent a link to ada@example.org"), "{}", html(&page));
        assert!(!html(&page).contains("type=\"password\""));
        assert!(door.session.user.is_none(), "the address alone signs nobody in");
        let link = letters.lock().unwrap()[letter - 1].link.clone();
        let reply = door.post(&site.social, &door::path_of(&link), "confirm=1").await;
        assert_eq!(reply.location(), Some("/there"), "{reply:?}");
        users.push(door.session.user);
    }
    assert_eq!(users[0], users[1]);
    for refused in [("SOCIAL_AUTH_EMAIL_REQUIRES_EMAIL_VALIDATION", false), ("SOCIAL_AUTH_EMAIL_PASSWORDLESS", false)] {
        let pipeline = Pipeline::authentication().insert_built_in("get_username", 1, "mail_validation").unwrap();
        let builder = builder(&Arc::default()).set("SOCIAL_AUTH_PASSWORDLESS", true).mailer(|_: Mail| async { Ok(()) });
        let error = builder.pipeline_for("email", pipeline).set(refused.0, refused.1).build().err().expect("it is refused");
        assert!(error.to_string().contains("lets anybody sign in as anybody"), "{refused:?}: {error}");
    }
}
