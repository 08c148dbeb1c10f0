//! A sign-up with questions: a name, and a letter that is read in another browser.

use super::chromium::{Chromium, Look};
use super::program::Program;
use super::walk::Walk;

#[tokio::test]
async fn a_new_person_chooses_a_name_and_confirms_the_address_in_another_browser() {
    let demo = Program::demo().await;
    let mailbox = demo.printed_behind("Letters to anybody:").await;
    let address = demo.address.clone();
    let desk = Chromium::start(Look::Desk).await;
    desk.walk(&demo.address, async move |desk: Walk| {
        // Somebody has the name already.
        desk.open("/").await;
        desk.sign_in("dev-oauth2", "person-bob").await;
        assert_eq!(desk.text("username").await, "bob");
        desk.press("sign-out").await;

        desk.sign_in("dev-letter", "person-dave").await;
        assert_eq!(desk.heading().await, "Choose a user name");
        assert_eq!(desk.value("username").await, "dave", "what the provider says is proposed");
        desk.picture("choose-username").await;
        desk.fill_in("username", "bob").await;
        desk.press_first("main form button").await;
        assert!(desk.says().await.contains("This name is taken"), "{}", desk.says().await);
        desk.fill_in("username", "dave.dyer").await;
        desk.press_first("main form button").await;

        assert_eq!(desk.heading().await, "Look into your mail");
        assert!(desk.says().await.contains("We have sent a link to dave@example.test"), "{}", desk.says().await);
        desk.picture("letter-sent").await;
        assert!(desk.me().await["user"].is_null());

        let phone = Chromium::start(Look::DarkPhone).await;
        phone.walk(&address, async |phone: Walk| read_and_confirm(&phone, &mailbox).await).await;

        // In the browser that began nobody is signed in, and the link is of no use any more.
        assert!(desk.me().await["user"].is_null());
        desk.go_to(&mailbox).await;
        desk.press("open-1").await;
        assert_eq!(desk.heading().await, "Sign-in did not work");
        assert!(desk.says().await.contains("This sign-in was completed already, or the link is too old"), "{}", desk.says().await);
        desk.picture("letter-used").await;

        // The account is there: the next time nothing is asked.
        desk.open("/login/").await;
        desk.sign_in("dev-letter", "person-dave").await;
        assert_eq!(desk.text("username").await, "dave.dyer");
    })
    .await;
}

/// Reads the letter, says yes, and is signed in there, once.
async fn read_and_confirm(phone: &Walk, mailbox: &str) {
    phone.go_to(mailbox).await;
    phone.picture("phone-mailbox").await;
    assert!(phone.fits().await, "nothing is wider than the phone");
    phone.press("open-1").await;
    assert_eq!(phone.heading().await, "Go on with the sign-in?");
    assert!(phone.says().await.contains("Go on only if it was you who began it"), "{}", phone.says().await);
    phone.picture("phone-letter-confirm").await;
    assert!(phone.fits().await, "nothing is wider than the phone");
    assert!(phone.me().await["user"].is_null(), "opening a link signs nobody in");

    phone.press_first("main form button").await;
    assert_eq!(phone.heading().await, "Dave Dyer");
    assert_eq!(phone.text("username").await, "dave.dyer");
    assert_eq!(phone.text("email").await, "dave@example.test");
    assert_eq!(phone.me().await["associations"].as_array().map(Vec::len), Some(1));

    phone.go_to(mailbox).await;
    phone.press("open-1").await;
    assert!(phone.says().await.contains("This sign-in was completed already"), "{}", phone.says().await);
}
