//! Checks of requests that no browser of good will makes.

use http::Method;

use super::{Parts, Site};

const FORM: &str = "application/x-www-form-urlencoded";

pub(super) async fn a_body_that_is_too_long_is_refused(parts: Parts) {
    let site = Site::start(&parts, &[]).await;
    let mut visitor = site.visitor().program();
    let body = format!("state=x&code={}", "a".repeat(600 * 1024)).into_bytes();
    let answer = visitor.send(Method::POST, "/complete/dev/", &[("content-type", FORM)], body).await;
    assert_eq!(answer.status, 413, "{}", answer.text);
    let body = format!("state=x&code={}", "a".repeat(400 * 1024)).into_bytes();
    let answer = visitor.send(Method::POST, "/complete/dev/", &[("content-type", FORM), ("sec-fetch-site", "same-origin")], body).await;
    assert_eq!(answer.code(), "session_context_missing", "a long SAML response is let through: {}", answer.text);
}

pub(super) async fn a_body_that_is_no_json_is_refused(parts: Parts) {
    let site = Site::start(&parts, &[]).await;
    let mut visitor = site.visitor().program();
    for body in ["{", "[]", "", "{\"state\":"] {
        let answer = visitor.send(Method::POST, "/complete/dev/", &[("content-type", "application/json")], body.into()).await;
        assert_eq!((answer.status.as_u16(), answer.code().as_str()), (400, "invalid_parameter"), "{body:?}: {}", answer.text);
    }
}

pub(super) async fn other_methods_are_refused(parts: Parts) {
    let site = Site::start(&parts, &[]).await;
    let mut visitor = site.visitor();
    for method in [Method::PUT, Method::DELETE, Method::PATCH] {
        for path in ["/login/dev/", "/complete/dev/?state=x", "/logout/"] {
            let answer = visitor.send(method.clone(), path, &[], Vec::new()).await;
            assert!([404, 405].contains(&answer.status.as_u16()), "{method} {path}: {}", answer.status);
        }
    }
}

/// CVE-2022-31093: whatever comes in, there is an answer, and it is not "our fault".
pub(super) async fn hostile_requests_are_answered(parts: Parts) {
    let site = Site::start(&parts, &[]).await;
    let mut visitor = site.visitor();
    let long = "x".repeat(8000);
    for path in [
        "/login/dev/?next=%ff%fe",
        "/login/dev/?next=http://[",
        "/complete/dev/?state=a&state=b",
        "/complete/dev/?state=%00&code=%0d%0aSet-Cookie:%20a=b",
        "/complete/dev/?error=<b>&error_description=%0d%0a&state=x",
        "/disconnect/dev/99999999999999999999/",
        "/disconnect/dev/abc",
        "/login/dev/extra/parts/",
        &format!("/login/dev/?next=/{long}"),
    ] {
        let answer = visitor.visit(path).await;
        assert!(answer.status.as_u16() < 500, "{path}: {} {}", answer.status, answer.text);
        assert!(answer.headers.get_all("set-cookie").iter().all(|cookie| !cookie.as_bytes().starts_with(b"a=b")));
    }
    for cookie in ["social_auth_session=", "social_auth_session=%ff; =; ;", "social_auth_attempt_x=v1.a.b; social_auth_csrf=\""] {
        let answer = visitor.clone().send(Method::GET, "/login/dev/", &[("cookie", cookie), ("sec-fetch-site", "none")], Vec::new()).await;
        assert!(answer.status.as_u16() < 500, "{cookie}: {} {}", answer.status, answer.text);
    }
}
