//! The example as people use it, over HTTP.

#[path = "../../../choose-username/tests/walk/visitor.rs"]
mod visitor;

use social_auth_testkit::DevProvider;
use visitor::Visitor;

#[tokio::test]
async fn a_person_sets_a_password_and_signs_in_by_it_the_next_time() {
    let provider = DevProvider::start().await.unwrap();
    let mut visitor = Visitor::of(|site| example_set_password::app(site, &provider).unwrap()).await;

    let asked = visitor.sign_in(&provider, "alice").await;
    assert!(asked.html.contains("Set a password"), "{}", asked.html);
    let again = visitor.answer(&asked, &[("password", "short")]).await;
    assert!(again.html.contains("at least 8 characters"), "{}", again.html);
    let done = visitor.answer(&again, &[("password", "correct horse battery")]).await;
    assert_eq!(done.status, 303, "{}", done.html);
    assert!(visitor.get("/").await.html.contains("You are alice"));

    visitor.forget_everything();
    let form = visitor.get("/login/username/").await;
    let wrong = visitor.answer(&form, &[("username", "alice"), ("password", "correct horse")]).await;
    assert_eq!(wrong.status, 401);
    assert!(wrong.html.contains("The name or the password is wrong."), "{}", wrong.html);
    let right = visitor.answer(&wrong, &[("username", "alice"), ("password", "correct horse battery")]).await;
    assert_eq!(right.status, 303, "{}", right.html);
    assert!(visitor.get("/").await.html.contains("You are alice"));

    visitor.forget_everything();
    assert_eq!(visitor.sign_in(&provider, "alice").await.status, 303, "who has a password is not asked for one");
}
