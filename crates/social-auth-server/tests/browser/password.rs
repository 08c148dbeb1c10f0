//! An account with an e-mail address and a password, as a person makes, uses and forgets it.

use super::chromium::{Chromium, Look};
use super::program::Program;
use super::walk::Walk;

const ADA: &str = "ada@example.org";

impl Walk {
    /// The form of a backend of the site's own.
    async fn at_form(&self, backend: &str) {
        self.open("/login/").await;
        self.press(&format!("login-{backend}")).await;
    }

    /// Fills in the form and presses the button with this value.
    async fn send_form(&self, email: &str, password: &str, intent: &str) {
        self.fill_in("email", email).await;
        self.fill_in("password", password).await;
        self.press_first(&format!("main form button[value={intent}]")).await;
    }

    /// Opens the newest letter's link and says yes.
    async fn confirm(&self, mailbox: &str) {
        self.go_to(mailbox).await;
        self.press("open-1").await;
        assert_eq!(self.heading().await, "Go on with the sign-in?");
        assert!(self.me().await["user"].is_null(), "opening a link signs nobody in");
        self.press_first("main form button").await;
    }
}

#[tokio::test]
async fn a_new_person_signs_up_confirms_signs_out_and_signs_in_with_the_password() {
    let demo = Program::demo().await;
    let mailbox = demo.printed_behind("Letters to anybody:").await;
    Chromium::start(Look::Desk)
        .await
        .walk(&demo.address, async |walk: Walk| {
            walk.at_form("email").await;
            assert_eq!(walk.heading().await, "Sign in with E-mail and password");
            walk.picture("password-form").await;
            walk.send_form(ADA, "correct horse battery", "sign_up").await;
            assert_eq!(walk.heading().await, "Look into your mail");
            walk.picture("password-letter-sent").await;
            walk.confirm(&mailbox).await;
            assert_eq!(walk.text("email").await, ADA);
            assert_eq!(walk.text("username").await, "ada");
            walk.picture("password-account").await;
            let me = walk.me().await;
            walk.press("sign-out").await;

            walk.at_form("email").await;
            walk.send_form(ADA, "correct horse battery", "sign_in").await;
            assert_eq!(walk.me().await["user"]["id"], me["user"]["id"]);
            walk.press("sign-out").await;

            walk.at_form("email").await;
            walk.send_form(ADA, "wrong horse battery", "sign_in").await;
            assert!(walk.says().await.contains("The name or the password is wrong."), "{}", walk.says().await);
            assert_eq!(walk.value("email").await, ADA, "the address need not be typed again");
            assert_eq!(walk.value("password").await, "");
            walk.picture("password-wrong").await;
            for _ in 0..12 {
                if walk.says().await.contains("There were too many attempts") {
                    break;
                }
                walk.send_form(ADA, "wrong horse battery", "sign_in").await;
            }
            assert!(walk.says().await.contains("There were too many attempts. Please try again later."), "{}", walk.says().await);
            walk.picture("password-limit").await;
            walk.send_form(ADA, "correct horse battery", "sign_in").await;
            assert!(walk.me().await["user"].is_null(), "the right password is of no use while the limit lasts");
        })
        .await;
}

#[tokio::test]
async fn a_letter_read_elsewhere_asks_for_a_password_there_and_who_began_has_no_part_in_it() {
    let demo = Program::demo().await;
    let mailbox = demo.printed_behind("Letters to anybody:").await;
    let address = demo.address.clone();
    Chromium::start(Look::Desk)
        .await
        .walk(&demo.address, async move |mallory: Walk| {
            mallory.at_form("email").await;
            mallory.send_form(ADA, "what mallory knows", "sign_up").await;
            assert_eq!(mallory.heading().await, "Look into your mail");
            let phone = Chromium::start(Look::DarkPhone).await;
            phone
                .walk(&address, async |ada: Walk| {
                    ada.confirm(&mailbox).await;
                    assert_eq!(ada.heading().await, "Choose a password");
                    ada.picture("phone-password-choose").await;
                    assert!(ada.fits().await, "nothing is wider than the phone");
                    ada.fill_in("password", "what ada knows").await;
                    ada.press_first("main form button").await;
                    assert_eq!(ada.text("email").await, ADA);
                })
                .await;
            mallory.press_first("main form button").await;
            assert!(mallory.me().await["user"].is_null());
            mallory.at_form("email").await;
            mallory.send_form(ADA, "what mallory knows", "sign_in").await;
            assert!(mallory.says().await.contains("The name or the password is wrong."), "{}", mallory.says().await);

            // Who forgot it presses the button without a password, and sets another one by a letter.
            mallory.at_form("email").await;
            mallory.fill_in("email", ADA).await;
            mallory.press_first("main form button[value=reset]").await;
            assert_eq!(mallory.heading().await, "Look into your mail");
        })
        .await;
}

#[tokio::test]
async fn a_link_by_e_mail_signs_in_without_a_password() {
    let demo = Program::demo().await;
    let mailbox = demo.printed_behind("Letters to anybody:").await;
    Chromium::start(Look::WithoutScripts)
        .await
        .walk(&demo.address, async |walk: Walk| {
            walk.at_form("email").await;
            walk.send_form(ADA, "correct horse battery", "sign_up").await;
            walk.confirm(&mailbox).await;
            let mut users = vec![walk.me().await["user"]["id"].clone()];
            walk.press("sign-out").await;
            for _ in 0..2 {
                walk.at_form("email-link").await;
                assert_eq!(walk.count("#password").await, 0);
                walk.picture("link-form").await;
                walk.fill_in("email", ADA).await;
                walk.press_first("main form button").await;
                assert_eq!(walk.heading().await, "Look into your mail");
                walk.confirm(&mailbox).await;
                users.push(walk.me().await["user"]["id"].clone());
                walk.press("sign-out").await;
            }
            users.dedup();
            assert!(users.len() == 1 && !users[0].is_null(), "one person: {users:?}");
        })
        .await;
}
