//! Logout together with `oidc-provider` from npm: RP-initiated and by the back channel.

use std::time::Duration;

use serde_json::Value;

use crate::app::{ACCOUNT, App};
use crate::browser::{Browser, Page};
use crate::oidc_provider::{assert_signed_in, sign_in};
use crate::peer::Peer;

async fn who(browser: &mut Browser, app: &App) -> Value {
    let page = browser.open(&format!("{}{ACCOUNT}", app.url)).await;
    serde_json::from_str::<Value>(&page.text).unwrap()["username"].clone()
}

/// Says yes where the provider asks whether to sign out there.
async fn confirm(browser: &mut Browser, page: Page) -> Page {
    let form = page.form().unwrap_or_else(|| panic!("the provider does not ask: {}", page.text));
    browser.submit(&page, form, &[("logout", "yes")]).await
}

/// Signs out at the provider, and waits until our session has ended too.
pub(crate) async fn logged_out_at_the_provider(browser: &mut Browser, peer: &Peer, app: &App) {
    let page = browser.open(&format!("{}/session/end", peer.issuer)).await;
    confirm(browser, page).await;
    for _ in 0..50 {
        if who(browser, app).await == Value::Null {
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("the provider did not tell us");
}

#[tokio::test]
async fn signing_out_leads_by_the_provider_and_back_and_both_sessions_have_ended() {
    let Some(peer) = Peer::start() else { return };
    let app = App::start(&peer).await;
    peer.register_logout(&app.url);
    let mut browser = Browser::new();
    assert_signed_in(&sign_in(&mut browser, &app, "logout", "leaver").await, "leaver");
    let page = browser.open(&format!("{}/logout/?next={ACCOUNT}", app.url)).await;
    let form = page.form().expect("a page with one button");
    let page = browser.submit(&page, form, &[]).await;
    assert!(page.url.as_str().starts_with(&format!("{}/session/end", peer.issuer)), "{}", page.url);
    assert_eq!(who(&mut browser, &app).await, Value::Null, "ours has ended already");

    let page = confirm(&mut browser, page).await;
    assert_eq!((page.url.path(), page.url.port()), (ACCOUNT, app.url.parse::<url::Url>().unwrap().port()), "back where the person wanted");
    let page = browser.open(&app.begin("logout")).await;
    assert!(page.form().unwrap().field("login").is_some(), "the provider asks again who it is");
}

#[tokio::test]
async fn a_logout_at_the_provider_ends_our_session_by_the_back_channel() {
    let Some(peer) = Peer::start() else { return };
    let app = App::start(&peer).await;
    peer.register_logout(&app.url);
    let (mut here, mut elsewhere) = (Browser::new(), Browser::new());
    for browser in [&mut here, &mut elsewhere] {
        assert_signed_in(&sign_in(browser, &app, "logout", "wanderer").await, "wanderer");
    }
    logged_out_at_the_provider(&mut here, &peer, &app).await;
    assert_eq!(who(&mut elsewhere, &app).await, "wanderer", "the other session at the provider goes on");
}
