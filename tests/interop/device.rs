//! The device authorization grant against `oidc-provider` from npm.

use serde_json::json;
use social_auth::error::Reason;
use social_auth::flow::DevicePoll;

use crate::app::App;
use crate::browser::{Browser, Page};
use crate::oidc_provider::shared;

/// Opens the address with the code and goes through the provider's pages, to one without a form.
async fn approve(address: &str, login: &str) -> Page {
    Browser::new().go_through(address, &[("login", login), ("password", "any")]).await
}

#[tokio::test]
async fn a_device_is_approved_in_a_browser_elsewhere() {
    let Some(peer) = shared() else { return };
    peer.register(&json!({
        "client_id": "device",
        "client_secret": peer.client_secret,
        "application_type": "native",
        "grant_types": ["urn:ietf:params:oauth:grant-type:device_code"],
        "redirect_uris": [],
        "response_types": [],
    }));
    let app = App::start(peer).await;
    for is_new in [true, false] {
        let mut device = app.social.begin_device("device", None).await.unwrap_or_else(|error| panic!("{error}"));
        assert!(matches!(app.social.poll_device(&mut device).await.unwrap(), DevicePoll::Pending(_)));
        let page = approve(device.verification_uri_complete().expect("an address with the code"), "remote").await;
        assert_eq!(page.status, Some(http::StatusCode::OK), "{}", page.text);
        let signed_in = app.social.wait_for_device(&mut device).await.unwrap_or_else(|error| panic!("{error}: {}", page.text));
        assert_eq!((signed_in.user.username.as_str(), signed_in.is_new), ("remote", is_new));
        let again = app.social.poll_device(&mut device).await.unwrap_err();
        assert_eq!(again.reason(), Reason::AuthorizationCodeRejected, "a device code is good once: {again}");
    }
}
