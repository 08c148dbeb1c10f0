//! Letters of the server: settings, files, `check`.

use std::path::Path;

use social_auth_testkit::DevProvider;

use super::program::{Program, run, said, settings};
use super::visitor::Visitor;

/// Every new person proves the address; letters are files.
pub(crate) const VALIDATING: &str = r#"
force_email_validation = true
email_backend = "file"
email_file_path = "letters"
pipeline = [
    "social_core.pipeline.social_auth.social_details", "social_uid", "auth_allowed", "social_user", "get_username",
    "social_core.pipeline.mail.mail_validation", "create_user", "associate_user", "load_extra_data", "user_details",
]
"#;

/// The path and query of the link in the newest letter.
fn link(folder: &Path, site: &str) -> String {
    let mut letters: Vec<_> = std::fs::read_dir(folder.join("letters")).unwrap().map(|entry| entry.unwrap().path()).collect();
    letters.sort();
    let letter = std::fs::read_to_string(letters.last().unwrap()).unwrap();
    letter.lines().find_map(|line| line.strip_prefix(site)).expect("a line with the link").to_owned()
}

#[tokio::test]
async fn nobody_gets_an_account_before_the_link_was_opened() {
    let idp = DevProvider::start().await.unwrap();
    let server = Program::serve(&idp, VALIDATING).await;
    let here = Visitor::new(&server.address);
    let page = here.sign_in(&idp, "dev-oidc", "dave").await;
    page.shows("We have sent a link to dave@example.test");
    assert_eq!(server.rows("auth_user").await, 0);
    let link = link(server.folder(), &server.address);

    let there = Visitor::new(&server.address);
    let asked = there.get(&link).await;
    asked.shows("Go on only if it was you");
    let token = asked.token();
    let hidden = url::Url::parse(&format!("http://x{link}")).unwrap();
    let hidden: Vec<(String, String)> = hidden.query_pairs().into_owned().collect();
    let mut fields: Vec<(&str, &str)> = hidden.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    fields.extend([("csrfmiddlewaretoken", token.as_str()), ("confirm", "1")]);
    assert_eq!(there.post("/complete/dev-oidc/", &fields).await.location(), "/account/");
    assert_eq!(there.me().await["user"]["email"], "dave@example.test");
    assert!(here.me().await["user"].is_null());

    let again = Visitor::new(&server.address).post("/complete/dev-oidc/", &fields).await;
    assert_eq!(again.status, 400);
    again.shows("This sign-in was completed already");
    let log = server.log();
    let (_, code) = link.split_once("verification_code=").unwrap();
    assert!(log.contains("letter sent") && !log.contains(code) && !log.contains("dave@example.test"), "{log}");
}

#[tokio::test]
async fn what_is_wrong_with_the_mail_server_is_told_at_the_start() {
    let idp = DevProvider::start().await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let host = "email_host = \"mail.example.org\"\n";
    for (written, told) in [
        ("force_email_validation = true".to_owned(), "no step mail_validation"),
        (VALIDATING.replace("email_backend = \"file\"", ""), "EMAIL_HOST"),
        ("email_backend = \"pigeon\"".to_owned(), "must be smtp, console or file"),
        ("email_backend = \"file\"".to_owned(), "EMAIL_FILE_PATH"),
        (host.to_owned(), "DEFAULT_FROM_EMAIL"),
        (format!("{host}default_from_email = \"nobody\""), "no sender"),
        (format!("{host}email_host_user = \"a@b.example\""), "EMAIL_HOST_PASSWORD"),
        (format!("{host}email_host_user = \"a@b.example\"\nemail_host_password = \"hunter2\"\nemail_use_tls = false"), "in the clear"),
        (format!("{host}email_use_tls = true\nemail_use_ssl = true"), "set one of them"),
        (format!("{host}email_port = 70000\ndefault_from_email = \"a@b.example\""), "1 to 65535"),
        ("email_templates = \"/nonexistent\"".to_owned(), "/nonexistent"),
        ("passwordless = true".to_owned(), "no backend validates"),
    ] {
        std::fs::write(folder.path().join("social-auth.toml"), format!("{written}\n{}", settings(&idp))).unwrap();
        let output = run(folder.path(), &["serve"]).await;
        let text = said(&output);
        assert_eq!(output.status.code(), Some(2), "{told}: {text}");
        assert!(text.contains(told) && !text.contains("hunter2"), "{told}: {text}");
    }
}

#[tokio::test]
async fn check_reaches_the_mail_server() {
    let idp = DevProvider::start().await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let nobody = "email_host = \"localhost\"\nemail_port = 1\ndefault_from_email = \"a@b.example\"";
    for (written, code, told) in [("email_backend = \"console\"", 0, "for development only"), (nobody, 1, "E-mail has a problem")] {
        std::fs::write(folder.path().join("social-auth.toml"), format!("{written}\n{}", settings(&idp))).unwrap();
        let output = run(folder.path(), &["check"]).await;
        assert_eq!(output.status.code(), Some(code), "{}", said(&output));
        assert!(said(&output).contains(told), "{}", said(&output));
    }
}
