//! Checks of callbacks that do not belong to the browser, the backend or the time: each has a reason of
//! its own for programs and logs, and all say the same to the person.

use super::{Answer, Parts, Site, Visitor};

const SENTENCE: &str = "We could not match this sign-in to your browser. Please start again.";

/// A way to bring a callback to the wrong place, and the reason that it must have.
struct Case {
    reason: &'static str,
    site: Site,
    visitor: Visitor,
    callback: String,
}

impl Case {
    async fn check(mut self) {
        let answer = self.visitor.clone().program().follow(&self.callback).await;
        assert_eq!((answer.status.as_u16(), answer.code().as_str()), (400, self.reason), "{}", answer.text);
        assert_eq!(answer.header("content-type"), "application/problem+json");
        assert_nobody(&self.site, &mut self.visitor).await;
    }
}

async fn assert_nobody(site: &Site, visitor: &mut Visitor) {
    assert_eq!(visitor.who().await, "");
    assert!(site.storage.users_by_email("alice@example.test").await.unwrap().is_empty(), "nobody was made");
}

async fn without_cookie(parts: &Parts) -> Case {
    let site = Site::start(parts, &[]).await;
    let callback = site.callback(&mut site.visitor(), "dev", "alice").await;
    Case { reason: "session_context_missing", visitor: site.visitor(), site, callback }
}

async fn of_another_browser(parts: &Parts) -> Case {
    let site = Site::start(parts, &[]).await;
    let callback = site.callback(&mut site.visitor(), "dev", "alice").await;
    let mut visitor = site.visitor();
    visitor.visit("/login/dev/").await;
    Case { reason: "state_mismatch", visitor, site, callback }
}

async fn at_another_backend(parts: &Parts) -> Case {
    let site = Site::start(parts, &[]).await;
    let mut visitor = site.visitor();
    let callback = site.callback(&mut visitor, "dev", "alice").await.replace("/complete/dev/", "/complete/other/");
    Case { reason: "backend_mismatch", visitor, site, callback }
}

async fn too_late(parts: &Parts) -> Case {
    let site = Site::start(parts, &[]).await;
    let mut visitor = site.visitor();
    let callback = site.callback(&mut visitor, "dev", "alice").await;
    site.clock.set(site.clock.now() + 901);
    Case { reason: "attempt_expired", visitor, site, callback }
}

/// Used by this browser, whose cookie says so, or by a copy of it that came first.
async fn used_twice(parts: &Parts) -> [(Site, Visitor, String); 2] {
    let mut cases = Vec::new();
    for copied in [false, true] {
        let site = Site::start(parts, &[]).await;
        let mut visitor = site.visitor();
        let callback = site.callback(&mut visitor, "dev", "alice").await;
        let mut copy = visitor.clone();
        visitor.follow(&callback).await;
        let page = visitor.visit("/logout/").await;
        visitor.press(&page).await;
        if copied {
            assert_eq!(copy.who().await, "");
        } else {
            copy = visitor;
        }
        cases.push((site, copy, callback));
    }
    cases.try_into().ok().unwrap()
}

pub(super) async fn a_callback_without_cookie_is_refused(parts: Parts) {
    without_cookie(&parts).await.check().await;
}

pub(super) async fn a_callback_of_another_browser_is_refused(parts: Parts) {
    of_another_browser(&parts).await.check().await;
}

pub(super) async fn a_callback_at_another_backend_is_refused(parts: Parts) {
    at_another_backend(&parts).await.check().await;
}

pub(super) async fn a_callback_that_is_late_is_refused(parts: Parts) {
    too_late(&parts).await.check().await;
}

pub(super) async fn a_callback_is_used_once(parts: Parts) {
    for (site, mut visitor, callback) in used_twice(&parts).await {
        let answer = visitor.clone().program().follow(&callback).await;
        assert_eq!((answer.status.as_u16(), answer.code().as_str()), (400, "attempt_used"), "{}", answer.text);
        assert_eq!(visitor.who().await, "");
        assert_eq!(site.storage.users_by_email("alice@example.test").await.unwrap().len(), 1);
    }
}

pub(super) async fn a_callback_without_state_is_refused(parts: Parts) {
    let site = Site::start(&parts, &[]).await;
    let mut visitor = site.visitor();
    visitor.visit("/login/dev/").await;
    for path in ["/complete/dev/", "/complete/dev/?code=x", "/complete/dev/?code=x&state="] {
        let answer = visitor.clone().program().follow(path).await;
        assert_eq!((answer.status.as_u16(), answer.code().as_str()), (400, "missing_parameter"), "{path}: {}", answer.text);
    }
    assert_nobody(&site, &mut visitor).await;
}

pub(super) async fn the_page_says_the_same_for_all_of_these(parts: Parts) {
    let mut pages: Vec<(String, Answer)> = Vec::new();
    for mut case in
        [without_cookie(&parts).await, of_another_browser(&parts).await, at_another_backend(&parts).await, too_late(&parts).await]
    {
        pages.push((case.reason.to_owned(), case.visitor.follow(&case.callback).await));
    }
    for (_site, mut visitor, callback) in used_twice(&parts).await {
        pages.push(("attempt_used".to_owned(), visitor.follow(&callback).await));
    }
    for (reason, page) in pages {
        assert_eq!(page.status, 400, "{reason}");
        assert!(page.text.contains(SENTENCE), "{reason}: {}", page.text);
        assert_eq!(page.code(), reason);
    }
}
