//! `RATE_LIMITS` as clients meet them: 429, with the seconds to wait, by the address that a trusted proxy tells.

use serde_json::Value;
use social_auth_testkit::DevProvider;

use super::mail::VALIDATING;
use super::program::Program;
use super::visitor::{Page, Visitor};

/// The backend `email`, whose letters are files; the tests' clients come through a proxy on this machine.
const FORMS: &str = r#"
trusted_proxies = ["127.0.0.1"]
email_backend = "file"
email_file_path = "letters"
"#;

const EMAIL: &str = "\nbackends.email = {}\n";

#[track_caller]
fn refused(page: &Page, least: u64, most: u64) {
    assert_eq!(page.status, 429, "{}", page.body);
    let seconds: u64 = page.header("retry-after").parse().expect("Retry-After in seconds");
    assert!((least..=most).contains(&seconds), "{seconds}");
}

impl Visitor {
    async fn sign_in_with_password(&self, email: &str, password: &str) -> Page {
        let token = self.get("/login/email/").await.token();
        let fields = [("csrfmiddlewaretoken", token.as_str()), ("email", email), ("password", password), ("intent", "sign_in")];
        self.post("/complete/email/", &fields).await
    }

    async fn have_letter_sent(&self, email: &str) -> Page {
        let token = self.get("/login/email/").await.token();
        self.post("/complete/email/", &[("csrfmiddlewaretoken", token.as_str()), ("email", email), ("intent", "sign_up")]).await
    }
}

#[tokio::test]
async fn passwords_are_tried_a_few_times_from_an_address_and_for_an_account() {
    let idp = DevProvider::start().await.unwrap();
    let limits = "rate_limits = { password_address = \"3/h\", password_account = \"5/h\" }";
    let server = Program::serve(&idp, &format!("{FORMS}{limits}{EMAIL}")).await;
    let here = Visitor::new(&server.address).behind("203.0.113.1");
    for account in 1..=3 {
        assert_eq!(here.sign_in_with_password(&format!("user{account}@example.org"), "wrong wrong").await.status, 401);
    }
    let page = here.sign_in_with_password("user4@example.org", "wrong wrong").await;
    refused(&page, 600, 1200);
    page.shows("There were too many attempts.");
    // One account, from everywhere.
    for host in ["203.0.113.2", "203.0.113.3", "203.0.113.4", "203.0.113.5", "203.0.113.6"] {
        assert_eq!(Visitor::new(&server.address).behind(host).sign_in_with_password("ada@example.org", "wrong wrong").await.status, 401);
    }
    let page = Visitor::new(&server.address).behind("203.0.113.7").sign_in_with_password("ADA@example.org", "wrong wrong").await;
    refused(&page, 300, 720);
    assert_eq!(Visitor::new(&server.address).behind("203.0.113.7").sign_in_with_password("b@example.org", "wrong").await.status, 401);
}

#[tokio::test]
async fn letters_go_a_few_times_to_a_mailbox_and_for_a_visitor() {
    let idp = DevProvider::start().await.unwrap();
    let limits = "rate_limits = { letter_address = \"3/d\", letter_mailbox = \"2/d\" }";
    let server = Program::serve(&idp, &format!("{VALIDATING_FORMS}{limits}{EMAIL}")).await;
    let here = Visitor::new(&server.address).behind("203.0.113.1");
    for spelling in ["ada@example.org", "ADA+1@Example.org"] {
        here.have_letter_sent(spelling).await.shows("We have sent a link");
    }
    let page = here.have_letter_sent("ada@example.org").await;
    refused(&page, 1, 86_400);
    page.shows("We have sent several letters already.");
    // That one counted too: the visitor has had three.
    refused(&here.have_letter_sent("bob@example.org").await, 1, 86_400);
    Visitor::new(&server.address).behind("203.0.113.2").have_letter_sent("bob@example.org").await.shows("We have sent a link");
    let letters = std::fs::read_dir(server.folder().join("letters")).unwrap().count();
    assert_eq!(letters, 3);
}

/// The step in front of the letter, as a site writes it.
const VALIDATING_FORMS: &str = r#"
trusted_proxies = ["127.0.0.1"]
email_backend = "file"
email_file_path = "letters"
pipeline = [
    "social_details", "social_uid", "auth_allowed", "social_user", "password", "get_username", "mail_validation",
    "create_user", "associate_user", "load_extra_data", "user_details",
]
"#;

#[tokio::test]
async fn beginning_coming_back_and_tokens_are_limited_by_the_clients_address() {
    let idp = DevProvider::start().await.unwrap();
    let limits = "rate_limits = { begin = \"2/h\", complete = \"2/h\", token = \"2/h\" }\ntrusted_proxies = [\"127.0.0.1\"]";
    let server = Program::serve(&idp, limits).await;
    for path in ["/login/dev-oidc/", "/complete/dev-oidc/", "/token/dev-oidc/"] {
        let visit = async |address| {
            let visitor = Visitor::new(&server.address).behind(address);
            if path.starts_with("/token") { visitor.post(path, &[("access_token", "nonsense")]).await } else { visitor.get(path).await }
        };
        for _ in 0..2 {
            assert_ne!(visit("203.0.113.1").await.status, 429, "{path}");
        }
        let page = visit("203.0.113.1").await;
        refused(&page, 1, 1800);
        if path.starts_with("/token") {
            let problem: Value = serde_json::from_str(&page.body).unwrap();
            assert_eq!((page.header("content-type"), &problem["code"]), ("application/problem+json", &Value::from("rate_limited")));
        } else {
            page.shows("There were too many attempts.");
        }
        assert_ne!(visit("203.0.113.2").await.status, 429, "another client is none the worse: {path}");
        // The nearest address that no proxy of ours vouches for counts, whatever the client wrote before it.
        refused(&visit("198.51.100.7, 203.0.113.1").await, 1, 1800);
    }
}

#[tokio::test]
async fn the_word_of_a_proxy_that_nobody_trusts_does_not_count() {
    let idp = DevProvider::start().await.unwrap();
    let server = Program::serve(&idp, "rate_limits = { begin = \"1/h\" }").await;
    for address in ["203.0.113.1", "203.0.113.1", "203.0.113.1"] {
        let page = Visitor::new(&server.address).behind(address).get("/login/dev-oidc/").await;
        assert_eq!(page.status, 303, "the client is this machine, which is not counted");
    }
}

#[tokio::test]
async fn a_mistake_in_the_limits_is_told_at_the_start() {
    let idp = DevProvider::start().await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    for (written, told) in [
        ("{ letters = \"5/h\" }", "letter_mailbox"),
        ("{ letter_mailbox = \"5\" }", "20 a minute"),
        ("{ letter_mailbox = \"1000/h\" }", "more than 200"),
        ("{ device = \"none\" }", "20 a minute"),
    ] {
        let settings = super::program::settings(&idp);
        std::fs::write(folder.path().join("social-auth.toml"), format!("rate_limits = {written}\n{VALIDATING}\n{settings}")).unwrap();
        let output = super::program::run(folder.path(), &["serve"]).await;
        let said = super::program::said(&output);
        assert!(output.status.code() == Some(2) && said.contains(told), "{said}");
    }
}
