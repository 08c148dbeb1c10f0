//! What all pages have in common.

use social_auth_testkit::DevProvider;
use sqlx::Executor as _;

use super::program::Program;
use super::visitor::Visitor;

#[tokio::test]
async fn pages_are_locked_down_and_name_no_form_action() {
    let idp = DevProvider::start().await.unwrap();
    let server = Program::serve(&idp, "").await;
    let visitor = Visitor::new(&server.address);
    for path in ["/login/", "/nowhere", "/login/dev-oidc/", "/api/me", "/healthz"] {
        let page = visitor.get(path).await;
        let policy = page.header("content-security-policy");
        for rule in ["default-src 'none'", "base-uri 'none'", "frame-ancestors 'none'"] {
            assert!(policy.contains(rule) || page.status == 303, "{path}: {policy}");
        }
        assert!(!policy.contains("unsafe"), "{path}: {policy}");
        assert_eq!(page.header("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(page.header("x-frame-options"), "DENY", "{path}");
        assert_eq!(page.header("referrer-policy"), "same-origin", "{path}");
        assert_eq!(page.header("strict-transport-security"), "", "http has none: {path}");
    }
    let page = visitor.get("/login/").await;
    assert!(!page.header("content-security-policy").contains("form-action"), "Chromium applies it to redirects");
    assert!(!page.body.contains("<script"), "pages work without JavaScript");
    assert!(!page.body.contains("style="), "the policy allows no inline style");
}

#[tokio::test]
async fn nothing_but_the_address_of_front_channel_logout_may_be_shown_in_a_frame() {
    let idp = DevProvider::start().await.unwrap();
    let server = Program::serve(&idp, "").await;
    let visitor = Visitor::new(&server.address);
    for query in ["", "?iss=https%3A%2F%2Fevil.example&sid=x"] {
        let page = visitor.get(&format!("/logout/frontchannel/dev-oidc/{query}")).await;
        assert_eq!((page.status.as_u16(), page.body.as_str()), (400, ""), "there is nothing on it to be clicked");
        assert_eq!(page.header("content-security-policy"), "default-src 'none'; frame-ancestors *");
        assert_eq!(page.header("x-frame-options"), "");
    }
    for path in ["/", "/login/", "/logout/", "/logout/complete/", "/logout/backchannel/dev-oidc/", "/logout/frontchannel/", "/account/"] {
        assert_eq!(visitor.get(path).await.header("x-frame-options"), "DENY", "{path}");
    }
}

#[tokio::test]
async fn over_https_browsers_are_told_to_stay_there_and_cookies_are_secure() {
    let idp = DevProvider::start().await.unwrap();
    let server = Program::serve(&idp, "public_url = \"https://login.example.org\"").await;
    let page = Visitor::new(&server.address).get("/login/").await;
    assert_eq!(page.header("strict-transport-security"), "max-age=31536000");
    let cookie = page.header("set-cookie");
    assert!(cookie.starts_with("__Host-") && cookie.contains("Secure") && cookie.contains("HttpOnly"), "{cookie}");
    page.shows("login.example.org");
}

#[tokio::test]
async fn the_stylesheet_is_kept_for_a_year_under_a_name_of_its_content() {
    let idp = DevProvider::start().await.unwrap();
    let server = Program::serve(&idp, "").await;
    let visitor = Visitor::new(&server.address);
    let page = visitor.get("/login/").await;
    for (file, kind) in [("style.", "text/css; charset=utf-8"), ("icon.", "image/svg+xml")] {
        let (_, rest) = page.body.split_once(&format!("static/{file}")).unwrap();
        let path = format!("/static/{file}{}", rest.split_once('"').unwrap().0);
        let asset = visitor.get(&path).await;
        assert_eq!((asset.status.as_u16(), asset.header("content-type")), (200, kind), "{path}");
        assert_eq!(asset.header("cache-control"), "public, max-age=31536000, immutable");
    }
    assert_eq!(visitor.get("/static/style.css").await.status, 404);
    assert_eq!(page.header("cache-control"), "no-store");
}

#[tokio::test]
async fn an_address_with_nothing_shows_a_page_that_leads_back() {
    let idp = DevProvider::start().await.unwrap();
    let server = Program::serve(&idp, "").await;
    let visitor = Visitor::new(&server.address);
    let page = visitor.get("/nowhere/<script>").await;
    assert_eq!(page.status, 404);
    page.shows("Page not found");
    page.shows("To the front page");
    page.shows_no("<script>");
    assert_eq!(visitor.get("/login/github/").await.status, 404, "a backend that is not set up");
    assert_eq!(visitor.get("/api/nothing").await.header("content-type"), "application/problem+json");
    let page = visitor.get("/account").await;
    assert_eq!((page.status.as_u16(), page.header("location")), (308, "/account/"));
}

#[tokio::test]
async fn everything_moves_below_the_mount() {
    let idp = DevProvider::start().await.unwrap();
    let server = Program::serve(&idp, "mount = \"/auth\"").await;
    let visitor = Visitor::new(&server.address);
    assert_eq!(visitor.get("/auth/").await.location(), "/auth/login/");
    let page = visitor.get("/auth/login/").await;
    page.shows("/auth/login/dev-oidc/");
    let token = page.token();
    let begun = visitor.post("/auth/login/dev-oidc/", &[("csrfmiddlewaretoken", &token)]).await;
    let callback = idp.approve(begun.location(), "alice").await.unwrap();
    assert_eq!(visitor.come_back(&callback).await.location(), "/auth/account/");
    visitor.get("/auth/account/").await.shows("Alice Archer");
    assert_eq!(visitor.get("/healthz").await.status, 200);
}

#[tokio::test]
async fn health_is_the_database_s() {
    let idp = DevProvider::start().await.unwrap();
    let server = Program::serve(&idp, "").await;
    let visitor = Visitor::new(&server.address);
    let page = visitor.get("/healthz").await;
    assert_eq!((page.status.as_u16(), page.body.as_str()), (200, "{\"status\":\"ok\"}"));
    server.database().await.execute("DROP TABLE social_auth_session").await.unwrap();
    let page = visitor.get("/healthz").await;
    assert_eq!(page.status, 503);
    assert!(!page.body.contains("social_auth_session"), "what is wrong is for the log: {}", page.body);
    assert!(server.log().contains("social_auth_session"), "{}", server.log());
}

#[tokio::test]
async fn whoever_comes_by_another_name_of_this_machine_is_led_to_the_one_that_works() {
    let idp = DevProvider::start().await.unwrap();
    let server = Program::serve(&idp, "").await;
    let other = Visitor::new(&server.address.replace("127.0.0.1", "localhost"));
    for path in ["/", "/login/?next=%2Faccount%2F"] {
        assert_eq!(other.get(path).await.location(), format!("{}{path}", server.address));
    }
    let chosen = Program::serve(&idp, "public_url = \"http://localhost:9\"").await;
    assert_eq!(Visitor::new(&chosen.address).get("/login/").await.status, 200, "a proxy may send another Host");
}
