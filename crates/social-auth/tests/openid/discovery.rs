//! From what people enter to the provider.

use std::sync::Arc;

use social_auth::error::Reason;

use crate::provider::{ENDPOINT, Fields, Provider, sign, sign_only};
use crate::sign_in::{ME, Site, positive};

fn field<'f>(fields: &'f Fields, name: &str) -> Option<&'f str> {
    fields.iter().find(|(found, _)| found == name).map(|(_, value)| value.as_str())
}

#[tokio::test]
async fn a_page_can_delegate_to_a_provider() {
    let provider = Arc::new(Provider::default());
    let local = "https://op.example.com/users/me";
    let page = format!("<head><link rel='openid2.provider' href='{ENDPOINT}'><link rel='openid2.local_id' href='{local}'></head>");
    provider.page(ME, &[("content-type", "text/html")], &page);
    let mut site = Site::new(&provider, "openid");
    let request = site.begin("openid", &[("openid_identifier", "https://me.example.com")]).await.unwrap();
    assert_eq!((field(&request, "openid.claimed_id"), field(&request, "openid.identity")), (Some(ME), Some(local)));
    let mut answer = positive(&request, ME, local);
    sign(&mut answer);
    site.complete("openid", &answer).await.unwrap();
    assert_eq!(site.uid().await.as_deref(), Some(ME));
}

#[tokio::test]
async fn the_document_may_be_elsewhere_and_behind_redirects() {
    let provider = Arc::new(Provider::default());
    provider.redirect("http://me.example.com/", ME);
    provider.page(ME, &[("content-type", "text/html"), ("x-xrds-location", "https://me.example.com/xrds")], "");
    provider.xrds("https://me.example.com/xrds", "signon", "");
    let request = Site::new(&provider, "openid").begin("openid", &[("openid_identifier", "me.example.com")]).await.unwrap();
    assert_eq!(field(&request, "openid.claimed_id"), Some(ME));
}

#[tokio::test]
async fn the_person_can_choose_at_the_provider() {
    let provider = Arc::new(Provider::default());
    provider.xrds("https://op.example.com/", "server", "");
    provider.xrds(ME, "signon", "");
    let mut site = Site::new(&provider, "openid");
    let request = site.begin("openid", &[("openid_identifier", "https://op.example.com/")]).await.unwrap();
    assert_eq!(field(&request, "openid.identity"), Some("http://specs.openid.net/auth/2.0/identifier_select"));
    let with_fragment = "https://me.example.com/#2nd";
    let mut answer = positive(&request, with_fragment, ME);
    sign(&mut answer);
    site.complete("openid", &answer).await.unwrap();
    assert_eq!(site.uid().await.as_deref(), Some(with_fragment));
    assert!(provider.was_asked(ME), "an identifier that was not discovered yet must be");
}

#[tokio::test]
async fn openid_1_1_goes_by_address() {
    let provider = Arc::new(Provider::default());
    provider.page(ME, &[], &format!("<head><link rel='openid.server' href='{ENDPOINT}'></head>"));
    let mut site = Site::new(&provider, "openid");
    let request = site.begin("openid", &[("openid_identifier", ME)]).await.unwrap();
    assert_eq!(field(&request, "openid.ns"), None);
    assert_eq!(field(&request, "openid.trust_root"), Some("https://site.example/"));
    let return_to = field(&request, "openid.return_to").unwrap().to_owned();
    let answer = |identity: &str| {
        let fields = [
            ("openid.mode", "id_res"),
            ("openid.identity", identity),
            ("openid.return_to", &return_to),
            ("openid.assoc_handle", "private"),
            ("openid.sreg.nickname", "me"),
        ];
        let mut fields: Fields = fields.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec();
        sign_only(&mut fields, "mode,identity,return_to,sreg.nickname");
        fields
    };
    site.complete("openid", &answer(ME)).await.unwrap();
    assert_eq!(site.uid().await.as_deref(), Some(ME));
}

#[tokio::test]
async fn discovery_never_reaches_inside_also_not_by_redirect() {
    let inside = ["http://127.0.0.1/", "http://169.254.169.254/latest/meta-data/", "http://[::ffff:10.0.0.1]/", "http://localhost/"];
    for address in inside {
        let provider = Arc::new(Provider::default());
        provider.redirect(ME, address);
        provider.page("https://points.example.com/", &[("x-xrds-location", address)], "");
        provider.page("https://links.example.com/", &[], &format!("<head><link rel='openid2.provider' href='{address}'></head>"));
        let mut site = Site::new(&provider, "openid");
        for entered in [address, ME, "https://points.example.com/", "https://links.example.com/"] {
            let error = site.begin("openid", &[("openid_identifier", entered)]).await.unwrap_err();
            assert_eq!(error.reason(), Reason::InvalidParameter, "{entered}: {error}");
        }
        assert!(!provider.was_asked(address) && !provider.was_asked("associate"));
    }
}

#[tokio::test]
async fn redirects_end_somewhere() {
    let provider = Arc::new(Provider::default());
    provider.redirect(ME, ME);
    let error = Site::new(&provider, "openid").begin("openid", &[("openid_identifier", ME)]).await.unwrap_err();
    assert_eq!(error.reason(), Reason::MalformedResponse);
    assert!(provider.asked.lock().unwrap().len() <= 6);
}

#[tokio::test]
async fn somebody_must_be_named() {
    let provider = Arc::new(Provider::default());
    let error = Site::new(&provider, "openid").begin("openid", &[]).await.unwrap_err();
    assert_eq!((error.reason(), error.facts().parameter), (Reason::MissingParameter, Some("openid_identifier")));
}
