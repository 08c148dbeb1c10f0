//! Letters over SMTP, against the server of `aiosmtpd`.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use social_auth::mail::{Letter, Purpose};
use social_auth::storage::MemoryStorage;
use social_auth::{Error, Reason, SocialAuth};
use tokio::sync::{MappedMutexGuard, Mutex, MutexGuard};

use crate::install;
use crate::process::Process;

const LINK: &str = "https://example.test/complete/acme/?partial_token=0123456789abcdef0123456789abcdef&verification_code=fedcba98";

/// One server for all tests, which look into the same mailbag one after the other.
async fn peer() -> Option<MappedMutexGuard<'static, Process>> {
    static PEER: Mutex<Option<Process>> = Mutex::const_new(None);
    let mut peer = PEER.lock().await;
    if peer.is_none() {
        *peer = Some(Process::start(install::python("smtp")?));
    }
    let peer = MutexGuard::try_map(peer, Option::as_mut).ok()?;
    // What the test before left there.
    peer.tell("letters");
    peer.tell("refuse");
    Some(peer)
}

/// A site whose letters go to this port, with further settings.
fn site(port: &str, settings: &[(&str, Value)]) -> SocialAuth {
    let builder = SocialAuth::builder()
        .public_url("https://example.test")
        .secret_key("a key of at least thirty-two random characters")
        .storage(MemoryStorage::new())
        .set("EMAIL_HOST", "localhost")
        .set("EMAIL_PORT", port)
        .set("DEFAULT_FROM_EMAIL", "Example site <no-reply@example.test>");
    let builder = settings.iter().fold(builder, |builder, (name, value)| builder.set(name, value.clone()));
    builder.build().unwrap_or_else(|error| panic!("{error}"))
}

/// The settings for the port that begins TLS and wants a password.
fn with_password(peer: &Process, password: &str) -> SocialAuth {
    let settings = [
        ("EMAIL_USE_TLS", json!(true)),
        ("CA_BUNDLE", json!(peer.said("ca"))),
        ("EMAIL_HOST_USER", json!(peer.said("user"))),
        ("EMAIL_HOST_PASSWORD", json!(password)),
    ];
    site(&peer.said("starttls"), &settings)
}

async fn write(social: &SocialAuth, to: &str) -> Result<(), Error> {
    let letter = Letter { purpose: Purpose::Validation, to, link: LINK, backend: "Acmé & Söhne", lifetime: Some(3600) };
    social.mailroom().send(&letter).await
}

fn letters(peer: &Process) -> Vec<Value> {
    peer.tell("letters").as_array().unwrap().clone()
}

/// What went wrong, after it was made sure that no letter went out and no password came to light.
fn failed(peer: &Process, outcome: Result<(), Error>) -> String {
    let error = outcome.unwrap_err();
    assert_eq!(error.reason(), Reason::MailFailed, "{error}");
    assert_eq!(letters(peer), Vec::<Value>::new());
    let told = format!("{error} {error:?}");
    assert!(!told.contains(&peer.said("password")) && !told.contains("not the password") && !told.contains("fedcba98"), "{told}");
    error.to_string()
}

#[tokio::test]
async fn a_letter_arrives_over_starttls_with_name_and_password() {
    let Some(peer) = peer().await else { return };
    write(&with_password(&peer, &peer.said("password")), "dave@example.test").await.unwrap();
    let letters = letters(&peer);
    let [letter] = letters.as_slice() else { panic!("{letters:?}") };
    assert_eq!(letter["envelope"], json!(["no-reply@example.test", ["dave@example.test"]]));
    assert_eq!((&letter["from"], &letter["to"]), (&json!("Example site <no-reply@example.test>"), &json!("dave@example.test")));
    assert_eq!(letter["subject"], "Confirm your e-mail address at example.test");
    for sure in ["dated", "identified", "protected", "signed_in"] {
        assert_eq!(letter[sure], true, "{sure}");
    }
    let (text, html) = (letter["text"].as_str().unwrap(), letter["html"].as_str().unwrap());
    assert!(text.lines().any(|line| line == LINK), "the link stands whole on a line of its own: {text}");
    assert!(text.contains("Acmé & Söhne") && text.contains("1 hour"), "{text}");
    assert!(html.contains(&LINK.replace('&', "&amp;").replace('/', "&#x2f;")) && html.contains("Acmé &amp; Söhne"), "{html}");
}

#[tokio::test]
async fn a_letter_arrives_over_tls_from_the_first_byte_and_from_the_same_machine_without() {
    let Some(peer) = peer().await else { return };
    let tls = site(&peer.said("tls"), &[("EMAIL_USE_SSL", json!(true)), ("CA_BUNDLE", json!(peer.said("ca")))]);
    let plain = site(&peer.said("plain"), &[]);
    for (social, protected) in [(&tls, true), (&plain, false)] {
        write(social, "dave@example.test").await.unwrap();
        assert_eq!(letters(&peer)[0]["protected"], protected);
        let line = social.mailroom().mailer().unwrap().check().await.unwrap();
        assert!(line.contains("the mail server at localhost:"), "{line}");
    }
}

#[tokio::test]
async fn a_domain_with_other_letters_is_written_as_mail_servers_know_it() {
    let Some(peer) = peer().await else { return };
    write(&site(&peer.said("plain"), &[]), "ann@bücher.example").await.unwrap();
    assert_eq!(letters(&peer)[0]["envelope"][1], json!(["ann@xn--bcher-kva.example"]));
}

#[tokio::test]
async fn nothing_that_is_written_into_a_letter_becomes_a_header_or_another_recipient() {
    let Some(peer) = peer().await else { return };
    let social = site(&peer.said("plain"), &[]);
    // CVE-2022-35924 and its like: one address that is two, or brings a header along.
    for wrong in [
        "dave@example.test\r\nBcc: eve@example.test",
        "dave@example.test\nRCPT TO:<eve@example.test>",
        "dave@example.test>\r\nRCPT TO:<eve@example.test",
        "dave@example.test, eve@example.test",
        "Dave <dave@example.test>",
        "\"dave eve\"@example.test",
        "dave@example.test eve@example.test",
        "dave@example.test\0",
        "dave@exam\u{2028}ple.test",
        "däve@example.test",
        "",
        "@",
    ] {
        let error = write(&social, wrong).await.unwrap_err();
        assert_eq!(error.reason(), Reason::InvalidParameter, "{wrong:?}: {error}");
        assert_eq!(letters(&peer), Vec::<Value>::new(), "{wrong:?}");
    }
    let title = "Acme\r\nBcc: eve@example.test\r\n\r\n<script>alert(1)</script>";
    for purpose in [Purpose::Validation, Purpose::SignIn] {
        let letter = Letter { purpose, to: "dave@example.test", link: LINK, backend: title, lifetime: None };
        social.mailroom().send(&letter).await.unwrap();
        let arrived = letters(&peer);
        let [letter] = arrived.as_slice() else { panic!("{arrived:?}") };
        assert_eq!(letter["envelope"], json!(["no-reply@example.test", ["dave@example.test"]]));
        assert_eq!(letter["headers"], json!(["From", "To", "Subject", "Message-ID", "MIME-Version", "Date", "Content-Type"]), "{letter}");
        assert!(!letter["html"].as_str().unwrap().contains("<script>"), "{letter}");
    }
}

#[tokio::test]
async fn the_longest_addresses_arrive_and_longer_ones_are_no_addresses() {
    let Some(peer) = peer().await else { return };
    let social = site(&peer.said("plain"), &[]);
    let domain = format!("{}.{}.{}.test", "a".repeat(63), "b".repeat(63), "c".repeat(53));
    let longest = format!("{}@{domain}", "l".repeat(64));
    assert_eq!(longest.len(), 251);
    write(&social, &longest).await.unwrap();
    assert_eq!(letters(&peer)[0]["envelope"][1], json!([longest]));
    for wrong in [format!("{}@example.test", "l".repeat(65)), format!("l@{}.test", "a".repeat(300)), "x".repeat(100_000)] {
        assert_eq!(write(&social, &wrong).await.unwrap_err().reason(), Reason::InvalidParameter);
    }
    assert_eq!(letters(&peer), Vec::<Value>::new());
}

#[tokio::test]
async fn a_site_writes_letters_of_its_own_in_text_and_html() {
    let Some(peer) = peer().await else { return };
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in [
        ("validation.subject.txt", "Willkommen bei {{ site }} – {{ backend }}\n"),
        ("validation.txt", "Grüße, {{ address }}:\n{{ link }}\n"),
        ("validation.html", "<p>Grüße, {{ address }} <a href=\"{{ link }}\">weiter</a>{% if lifetime %} ({{ lifetime }}){% endif %}</p>"),
    ] {
        std::fs::write(folder.path().join(name), text).unwrap();
    }
    let social = site(&peer.said("plain"), &[("EMAIL_TEMPLATES", json!(folder.path()))]);
    write(&social, "o'dave&co@example.test").await.unwrap();
    let letters = letters(&peer);
    assert_eq!(letters[0]["subject"], "Willkommen bei example.test – Acmé & Söhne");
    assert_eq!(letters[0]["text"], format!("Grüße, o'dave&co@example.test:\n{LINK}"));
    let html = letters[0]["html"].as_str().unwrap();
    assert!(html.contains("o&#x27;dave&amp;co@example.test") && html.contains("(1 hour)"), "{html}");
    assert!(html.contains(&LINK.replace('&', "&amp;").replace('/', "&#x2f;")), "{html}");
}

#[tokio::test]
async fn no_letter_goes_out_unprotected_that_must_not() {
    let Some(peer) = peer().await else { return };
    let downgraded = site(&peer.said("plain"), &[("EMAIL_USE_TLS", json!(true)), ("CA_BUNDLE", json!(peer.said("ca")))]);
    let told = failed(&peer, write(&downgraded, "dave@example.test").await);
    assert!(told.contains("localhost"), "{told}");
    let unknown = site(&peer.said("tls"), &[("EMAIL_USE_SSL", json!(true))]);
    let told = failed(&peer, write(&unknown, "dave@example.test").await);
    assert!(told.to_lowercase().contains("certificate") || told.contains("protected"), "{told}");
}

#[tokio::test]
async fn a_wrong_password_and_a_refusal_are_told_without_the_password() {
    let Some(peer) = peer().await else { return };
    let told = failed(&peer, write(&with_password(&peer, "not the password"), "dave@example.test").await);
    assert!(told.contains("535"), "{told}");
    let right = with_password(&peer, &peer.said("password"));
    for code in ["450", "550"] {
        peer.tell(&format!("refuse {code}"));
        let told = failed(&peer, write(&right, "dave@example.test").await);
        assert!(told.contains("the mail server refused the letter") && told.contains(code), "{told}");
    }
}

#[tokio::test]
async fn a_server_that_does_not_answer_is_not_waited_for() {
    let Some(peer) = peer().await else { return };
    let silent = site(&peer.said("silent"), &[("EMAIL_TIMEOUT", json!(1))]);
    let begun = Instant::now();
    failed(&peer, write(&silent, "dave@example.test").await);
    assert!(begun.elapsed() < Duration::from_secs(5), "{:?}", begun.elapsed());
    let nobody = site("1", &[]);
    let told = failed(&peer, write(&nobody, "dave@example.test").await);
    assert!(told.contains("could not be reached"), "{told}");
    assert_eq!(nobody.mailroom().mailer().unwrap().check().await.unwrap_err().reason(), Reason::MailFailed);
}
