//! The example as people use it, over HTTP.

mod visitor;

use social_auth_testkit::DevProvider;
use visitor::Visitor;

#[tokio::test]
async fn a_new_person_chooses_a_name_and_is_not_asked_again() {
    let provider = DevProvider::start().await.unwrap();
    let mut visitor = Visitor::of(|site| example_choose_username::app(site, &provider).unwrap()).await;

    let asked = visitor.sign_in(&provider, "alice").await;
    assert!(asked.html.contains("Choose a user name") && asked.html.contains("value=\"alice\""), "{}", asked.html);
    assert!(visitor.get("/").await.html.contains("Sign in"), "nobody is signed in yet");
    let again = visitor.answer(&asked, &[("username", "Queen of Hearts")]).await;
    assert_eq!(again.status, 422);
    let done = visitor.answer(&again, &[("username", "queen")]).await;
    assert_eq!(done.status, 303, "{}", done.html);
    assert!(visitor.get("/").await.html.contains("You are queen here, and alice there."));

    visitor.forget_everything();
    assert_eq!(visitor.sign_in(&provider, "alice").await.status, 303);
    assert!(visitor.get("/").await.html.contains("You are queen here"));

    visitor.forget_everything();
    let asked = visitor.sign_in(&provider, "bob").await;
    let taken = visitor.answer(&asked, &[("username", "queen")]).await;
    assert!(taken.html.contains("This name is taken"), "{}", taken.html);
}
