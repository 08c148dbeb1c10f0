//! The browsers that somebody is signed in with.

use serde_json::json;
use social_auth_testkit::DevProvider;

use super::program::Program;
use super::visitor::{Page, Visitor};

const PHONE: &str = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1";

/// The addresses of the page's buttons that sign one browser out.
fn buttons(page: &Page) -> Vec<String> {
    let parts = page.body.split("action=\"").skip(1).filter_map(|part| part.split_once('"'));
    let actions = parts.map(|(action, _)| action.to_owned());
    actions.filter(|action| action.starts_with("/account/sessions/") && !action.ends_with("/others/")).collect()
}

#[tokio::test]
async fn a_person_sees_all_their_browsers_and_signs_one_out() {
    let idp = DevProvider::start().await.unwrap();
    let server = Program::serve(&idp, "").await;
    let (desk, phone) = (Visitor::new(&server.address), Visitor::with(&server.address, PHONE));
    for visitor in [&desk, &phone] {
        visitor.sign_in(&idp, "dev-oidc", "alice").await.location();
    }
    let page = desk.get("/account/").await;
    page.shows("Firefox on Linux");
    page.shows("Safari on iPhone");
    page.shows("127.0.0.1");
    let [button] = buttons(&page).try_into().expect("one other browser");
    assert_eq!(desk.on_account_page(&button).await.location(), "/account/?done=signed-out");
    assert_eq!(phone.me().await, json!({ "user": null }));
    assert!(desk.me().await["user"]["id"].is_string());
    desk.get("/account/?done=signed-out").await.shows("That browser is signed out.");
    desk.get("/account/").await.shows_no("Safari on iPhone");
}

#[tokio::test]
async fn all_other_browsers_are_signed_out_at_once_and_this_one_stays() {
    let idp = DevProvider::start().await.unwrap();
    let server = Program::serve(&idp, "").await;
    let visitors = [(); 3].map(|()| Visitor::new(&server.address));
    for visitor in &visitors {
        visitor.sign_in(&idp, "dev-oidc", "alice").await.location();
    }
    let bystander = Visitor::new(&server.address);
    bystander.sign_in(&idp, "dev-oidc", "bob").await.location();
    let [first, second, third] = &visitors;
    assert_eq!(second.on_account_page("/account/sessions/others/").await.location(), "/account/?done=others-signed-out");
    for gone in [first, third] {
        assert_eq!(gone.me().await, json!({ "user": null }));
    }
    for there in [second, &bystander] {
        assert!(there.me().await["user"]["id"].is_string());
    }
}

#[tokio::test]
async fn nobody_signs_out_the_browser_of_somebody_else() {
    let idp = DevProvider::start().await.unwrap();
    let server = Program::serve(&idp, "").await;
    let (alice, phone, mallory) = (Visitor::new(&server.address), Visitor::new(&server.address), Visitor::new(&server.address));
    alice.sign_in(&idp, "dev-oidc", "alice").await.location();
    phone.sign_in(&idp, "dev-oidc", "alice").await.location();
    mallory.sign_in(&idp, "dev-oidc", "bob").await.location();
    let [button] = buttons(&alice.get("/account/").await).try_into().expect("one other browser");
    assert_eq!(mallory.on_account_page(&button).await.status, 400);
    assert!(phone.me().await["user"]["id"].is_string());
}

#[tokio::test]
async fn the_address_behind_a_proxy_is_told_only_by_a_proxy_that_is_trusted() {
    let idp = DevProvider::start().await.unwrap();
    for (trusted, shown) in [("trusted_proxies = [\"127.0.0.1\"]", "203.0.113.9"), ("", "127.0.0.1")] {
        let server = Program::serve(&idp, trusted).await;
        let visitor = Visitor::new(&server.address).behind("203.0.113.9");
        visitor.sign_in(&idp, "dev-oidc", "alice").await.location();
        visitor.get("/account/").await.shows(&format!("{shown}, last seen"));
    }
}

#[tokio::test]
async fn whoever_does_not_ask_to_stay_signed_in_is_signed_out_with_the_browser() {
    let idp = DevProvider::start().await.unwrap();
    let server = Program::serve(&idp, "remember_session_name = \"keep\"").await;
    let visitor = Visitor::new(&server.address);
    let page = visitor.get("/login/").await;
    page.shows("type=\"checkbox\" name=\"keep\"");
    for (keep, lasts) in [(None, false), (Some(("keep", "1")), true)] {
        let visitor = Visitor::new(&server.address);
        let token = visitor.get("/login/").await.token();
        let fields: Vec<_> = [("csrfmiddlewaretoken", token.as_str())].into_iter().chain(keep).collect();
        let away = visitor.post("/login/dev-oidc/", &fields).await;
        let back = visitor.come_back(&idp.approve(away.location(), "alice").await.unwrap()).await;
        let cookies: Vec<_> = back.headers.get_all("set-cookie").iter().map(|cookie| cookie.to_str().unwrap()).collect();
        let session = cookies.iter().find(|cookie| cookie.starts_with("social_auth_session=")).unwrap();
        assert_eq!(session.contains("Max-Age"), lasts, "{session}");
    }
}
