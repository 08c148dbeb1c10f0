//! Return to the page of origin: a link carries `next`, and nobody is led to another site by it.

use crate::{Door, set_up};

#[tokio::test]
async fn people_come_back_to_the_page_that_they_came_from() {
    let (idp, social) = set_up().await;
    let back = Door::default().sign_in_by(&idp, &social, "/login/dev-oidc/?next=/basket%3Fpage%3D2", "alice").await;
    assert_eq!(back.location(), Some("/basket?page=2"));
    let back = Door::default().sign_in_by(&idp, &social, "/login/dev-oidc/?next=https://evil.example/", "alice").await;
    assert_eq!(back.location(), Some("/"), "LOGIN_REDIRECT_URL, or the front page");
}
