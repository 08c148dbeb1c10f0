//! Passwords that Django and we share: Django 5.2 with `argon2-cffi`, on one database with us.

use serde_json::{Value, json};
use social_auth::password::PasswordHash;
use social_auth::storage::UserStorage as _;
use social_auth::{Secret, SocialAuth};
use social_auth_sqlx::SqlxStorage;

use crate::app::{ACCOUNT, App, listen};
use crate::browser::{Browser, Page};
use crate::install;
use crate::process::Process;

/// What people choose: plain, with other letters, with what separates the parts of a hash, long.
const PASSWORDS: &[&str] = &["correct horse battery", "Grüße 🐎 \u{feff}ÅÅ", "a$b$$c=,:;'\"\\ %", "  spaces around  ", LONG];

const LONG: &str =
    "a very long sentence that somebody has taken from a book, with commas, so that nobody guesses it: 0123456789 0123456789";

struct Django {
    process: Process,
    storage: SqlxStorage,
    _folder: tempfile::TempDir,
}

impl Django {
    /// Django's tables, then ours beside them.
    async fn start() -> Option<Django> {
        let mut program = install::python("django-passwords")?;
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("site.db");
        program.env("DATABASE", &file);
        let process = Process::start(program);
        let storage = SqlxStorage::connect(&format!("sqlite://{}", file.display())).await.unwrap();
        storage.migrate().await.unwrap();
        Some(Django { process, storage, _folder: folder })
    }

    /// A user as Django makes one. Answers the stored hash.
    fn create(&self, name: &str, password: &str, hasher: &str) -> String {
        let order = json!({"create": name, "email": format!("{name}@example.org"), "password": password, "hasher": hasher});
        self.process.tell(&order.to_string()).as_str().unwrap().to_owned()
    }

    fn authenticates(&self, name: &str, password: &str) -> bool {
        self.process.tell(&json!({"authenticate": name, "password": password}).to_string()) == name
    }

    fn check(&self, hash: &str, password: &str) -> Value {
        self.process.tell(&json!({"check": hash, "password": password}).to_string())
    }

    fn stored(&self, name: &str) -> String {
        self.process.tell(&json!({"stored": name}).to_string())["password"].as_str().unwrap().to_owned()
    }

    fn site(&self, url: &str, hasher: &str) -> SocialAuth {
        SocialAuth::builder()
            .public_url(url)
            .secret_key("a key of at least thirty-two random characters")
            .storage(self.storage.clone())
            .set("PASSWORD_HASHER", hasher)
            .set("RATE_LIMITS", json!({"password_account": "off"}))
            .backend("username", [] as [(&str, &str); 0])
            .backend("email", [] as [(&str, &str); 0])
            .build()
            .unwrap_or_else(|error| panic!("{error}"))
    }

    async fn app(&self, hasher: &str) -> App {
        let (listener, url) = listen().await;
        let social = self.site(&url, hasher);
        App::serve(listener, url, social).await
    }
}

async fn sign_in(app: &App, backend: &str, stated: &str, password: &str, intent: &str) -> Page {
    let mut browser = Browser::new();
    let page = browser.open(&format!("{}/login/{backend}/?next={ACCOUNT}", app.url)).await;
    let form = page.form().expect("a form");
    browser.submit(&page, form, &[(backend, stated), ("password", password), ("intent", intent)]).await
}

fn is_account(page: &Page) -> bool {
    page.url.path() == ACCOUNT && page.status.is_some_and(|status| status.is_success())
}

/// What we write, Django's own `check_password` takes, and only with the right password.
#[tokio::test]
async fn django_verifies_the_hashes_that_we_write() {
    let Some(django) = Django::start().await else { return };
    for hasher in ["argon2", "pbkdf2_sha256"] {
        let passwords = django.site("http://localhost", hasher).passwords().clone();
        for password in PASSWORDS {
            let hash = passwords.hash(&Secret::new(*password)).await.unwrap();
            let answer = django.check(hash.expose(), password);
            assert_eq!(answer, json!({"fits": true, "hasher": hasher}), "{password:?}: {}", hash.expose());
            assert_eq!(django.check(hash.expose(), &format!("{password}."))["fits"], false, "{password:?}");
        }
    }
}

/// A person who signs up here signs in at Django's own login, and nobody else does.
#[tokio::test]
async fn who_signs_up_here_signs_in_with_django() {
    let Some(django) = Django::start().await else { return };
    for (hasher, name) in [("argon2", "ada"), ("pbkdf2_sha256", "bob")] {
        let app = django.app(hasher).await;
        let page = sign_in(&app, "email", &format!("{name}@example.org"), "correct horse battery", "sign_up").await;
        assert!(is_account(&page), "{}", page.words());
        assert!(django.stored(name).starts_with(&format!("{hasher}$")), "{}", django.stored(name));
        assert!(django.authenticates(name, "correct horse battery"));
        assert!(!django.authenticates(name, "correct horse batterz"));
    }
}

/// Users of Django sign in here by name and by address with the passwords that they have; what is stored the old way
/// is then stored ours, which Django goes on to read.
#[tokio::test]
async fn users_of_django_sign_in_here_and_old_hashes_are_renewed() {
    let Some(django) = Django::start().await else { return };
    let app = django.app("argon2").await;
    for (place, hasher) in ["pbkdf2_sha256", "argon2"].into_iter().enumerate() {
        for (number, password) in PASSWORDS.iter().enumerate() {
            let name = format!("user{place}{number}");
            let of_django = django.create(&name, password, hasher);
            assert!(of_django.starts_with(hasher), "{of_django}");
            let hash = PasswordHash::from_stored(&of_django);
            assert!(app.social.passwords().verify(&Secret::new(*password), hash.as_ref()).await.unwrap(), "{of_django}");

            let wrong = sign_in(&app, "username", &name, &format!("{password}."), "sign_in").await;
            assert!(!is_account(&wrong) && django.stored(&name) == of_django, "{}", wrong.words());
            let page = sign_in(&app, "username", &name, password, "sign_in").await;
            assert!(is_account(&page) && page.text.contains(&name), "{}", page.words());
            let renewed = django.stored(&name);
            assert!(renewed.starts_with("argon2$argon2id$v=19$m=19456,t=2,p=1$"), "{renewed}");
            assert!(django.authenticates(&name, password), "Django reads what we made of it: {renewed}");
            let again = sign_in(&app, "email", &format!("{name}@example.org"), password, "sign_in").await;
            assert!(is_account(&again), "{}", again.words());
        }
    }
}

#[tokio::test]
async fn a_user_whom_django_gave_no_password_has_none_here() {
    let Some(django) = Django::start().await else { return };
    let app = django.app("argon2").await;
    let order = json!({"create": "eve", "email": "eve@example.org", "password": null, "hasher": "argon2"});
    let unusable = django.process.tell(&order.to_string());
    let unusable = unusable.as_str().unwrap();
    assert!(unusable.starts_with('!') && PasswordHash::from_stored(unusable).is_none());
    for password in ["", "!", unusable, "None"] {
        for intent in ["sign_in", "sign_up"] {
            assert!(!is_account(&sign_in(&app, "username", "eve", password, intent).await), "{password:?}");
        }
    }
    let eve = django.storage.user_by_username("eve").await.unwrap().unwrap();
    assert!(!django.storage.has_usable_password(&eve.id).await.unwrap());
    // And the other way round: Django finds nobody's password usable that we took away.
    django.create("bob", "correct horse battery", "pbkdf2_sha256");
    let bob = django.storage.user_by_username("bob").await.unwrap().unwrap();
    django.storage.remove_password(&bob.id).await.unwrap();
    assert_eq!(django.process.tell(&json!({"stored": "bob"}).to_string())["usable"], false);
}
