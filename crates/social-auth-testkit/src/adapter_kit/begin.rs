//! Checks of the beginning of a sign-in.

use url::Url;

use super::{Answer, Parts, Site};

pub(super) async fn login_sends_the_browser_to_the_provider(parts: Parts) {
    let site = Site::start(&parts, &[]).await;
    let answer = site.visitor().visit("/login/dev/").await;
    assert_eq!(answer.status, 303);
    let url = Url::parse(answer.location()).unwrap();
    assert!(url.as_str().starts_with(&format!("{}/oauth2/authorize?", site.idp.url())), "{url}");
    let param = |name: &str| url.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned()).unwrap_or_default();
    assert_eq!(param("redirect_uri"), site.social.callback_url("dev"));
    assert_eq!(param("client_id"), site.idp.client_id());
    assert!(param("state").len() >= 32, "a state that nobody guesses");
}

/// Whoever sends a request chooses these headers, and so would choose where the provider sends the code.
pub(super) async fn forwarded_headers_choose_no_address(parts: Parts) {
    let site = Site::start(&parts, &[]).await;
    let evil = [
        ("x-forwarded-host", "evil.example"),
        ("x-forwarded-proto", "https"),
        ("x-forwarded-port", "444"),
        ("x-forwarded-prefix", "/evil"),
        ("x-original-host", "evil.example"),
        ("forwarded", "host=evil.example;proto=https"),
    ];
    let headers: Vec<_> = evil.into_iter().chain([("sec-fetch-site", "none")]).collect();
    let mut visitor = site.visitor();
    let begun = visitor.send(http::Method::GET, "/login/dev/", &headers, Vec::new()).await;
    let url = Url::parse(begun.location()).unwrap();
    let redirect_uri = url.query_pairs().find(|(key, _)| key == "redirect_uri").map(|(_, value)| value.into_owned());
    assert_eq!(redirect_uri, Some(site.social.callback_url("dev")));
    let callback = site.approve(&begun, "alice").await;
    let done = visitor.send(http::Method::GET, &callback, &headers, Vec::new()).await;
    for answer in [&begun, &done] {
        let told = format!("{:?} {}", answer.headers, answer.text);
        assert!(!told.contains("evil"), "{told}");
    }
    assert_eq!(visitor.who().await, "alice");
}

pub(super) async fn the_last_slash_may_be_missing(parts: Parts) {
    let site = Site::start(&parts, &[]).await;
    let mut visitor = site.visitor();
    for path in ["/login/dev", "/login/dev/", "/login/dev?next=/private"] {
        assert!(leads_to_the_provider(&site, &visitor.visit(path).await), "{path}");
    }
    let callback = site.callback(&mut visitor, "dev", "alice").await.replace("/complete/dev/?", "/complete/dev?");
    visitor.follow(&callback).await;
    assert_eq!(visitor.who().await, "alice");
}

/// CVE-2015-9284.
pub(super) async fn a_get_from_another_site_asks_first(parts: Parts) {
    let site = Site::start(&parts, &[]).await;
    let mut visitor = site.visitor();
    for unclear in [false, true] {
        let path = "/login/dev/?next=/private";
        let page = if unclear { visitor.open(path).await } else { visitor.follow(path).await };
        assert_eq!((page.status.as_u16(), page.location()), (200, ""), "{}", page.text);
        let begun = visitor.press(&page).await;
        assert!(leads_to_the_provider(&site, &begun));
        let callback = site.approve(&begun, "alice").await;
        assert_eq!(visitor.clone().follow(&callback).await.location(), "/private");
    }
}

pub(super) async fn a_post_without_token_asks_first(parts: Parts) {
    let site = Site::start(&parts, &[]).await;
    let mut visitor = site.visitor();
    for page in [visitor.submit_from_elsewhere("/login/dev/", &[]).await, visitor.submit_from_nowhere("/login/dev/", &[]).await] {
        assert_eq!((page.status.as_u16(), page.location()), (200, ""), "{}", page.text);
    }
    // The token on our page is as good as what the browser says of itself.
    let page = visitor.follow("/login/dev/").await;
    let (action, fields) = page.form().unwrap();
    let fields: Vec<_> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    assert!(leads_to_the_provider(&site, &visitor.submit_from_nowhere(&action, &fields).await));
    let mut other = site.visitor();
    assert!(!leads_to_the_provider(&site, &other.submit_from_nowhere(&action, &fields).await), "a token of another browser");
}

pub(super) async fn a_get_of_somebody_signed_in_asks_first(parts: Parts) {
    let site = Site::start(&parts, &[]).await;
    let mut visitor = site.visitor();
    site.sign_in(&mut visitor, "alice").await;
    let page = visitor.visit("/login/other/").await;
    assert_eq!(page.status, 200);
    assert!(leads_to_the_provider(&site, &visitor.press(&page).await));
}

pub(super) async fn an_unknown_backend_is_not_found(parts: Parts) {
    let site = Site::start(&parts, &[]).await;
    let mut visitor = site.visitor();
    for path in ["/login/nobody/", "/complete/nobody/?state=x&code=y", "/login/..%2f/", "/login/%00/"] {
        let answer = visitor.visit(path).await;
        assert_eq!(answer.status, 404, "{path}: {}", answer.text);
    }
    let answer = visitor.program().visit("/login/nobody/").await;
    assert_eq!((answer.status.as_u16(), answer.code().as_str()), (404, "backend_missing"));
}

pub(super) async fn what_begin_makes_is_kept_by_the_browser_alone(parts: Parts) {
    let site = Site::start(&parts, &[]).await;
    let mut visitor = site.visitor();
    visitor.visit("/login/dev/").await;
    let names: Vec<_> = visitor.cookies().map(|cookie| cookie.name().to_owned()).collect();
    assert!(names.len() == 1 && names[0].starts_with("social_auth_attempt_"), "one attempt and no session: {names:?}");
}

fn leads_to_the_provider(site: &Site, answer: &Answer) -> bool {
    answer.status == 303 && answer.location().starts_with(site.idp.url())
}
