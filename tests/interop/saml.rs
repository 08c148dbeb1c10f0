//! Against an identity provider made of `pysaml2`, which signs with `xmlsec1`.

use http::StatusCode;
use serde_json::{Value, json};
use social_auth::error::Reason;

use crate::app::{ACCOUNT, App};
use crate::browser::Browser;
use crate::install;
use crate::oidc_provider::{assert_refused, with_parameter};
use crate::process::Process;

const KINDS: [&str; 7] = ["assertion", "response", "both", "sha512", "sha1", "encrypted", "unsigned"];

/// The identity provider, and an application of ours that it knows by its metadata.
async fn start() -> Option<(Process, App)> {
    let peer = install::python_needing("pysaml2", &[("python3", "python3-venv"), ("xmlsec1", "xmlsec1")]).map(Process::start)?;
    let (url, certificate) = (peer.said("url"), peer.said("certificate"));
    let entry = |kind: &str| json!({"entity_id": format!("{url}/metadata"), "url": format!("{url}/sso/{kind}"), "slo_url": format!("{url}/slo"), "x509cert": certificate});
    let mut idps: serde_json::Map<String, Value> = KINDS.iter().map(|kind| ((*kind).to_owned(), entry(kind))).collect();
    idps.insert("sha1-allowed".to_owned(), entry("sha1"));
    idps["sha1-allowed"]["allow_sha1"] = json!(true);
    idps["both"]["allow_idp_initiated"] = json!(true);
    let app = App::with(|builder| {
        let settings = [
            ("SP_ENTITY_ID", json!("https://site.test/saml")),
            ("SP_PUBLIC_CERT", json!(include_str!("../peers/pysaml2/sp.crt"))),
            ("SP_PRIVATE_KEY", json!(include_str!("../peers/pysaml2/sp.key"))),
            ("SECURITY_CONFIG", json!({"authnRequestsSigned": true})),
            ("LOGOUT_AT_PROVIDER", json!(true)),
            ("ENABLED_IDPS", Value::Object(idps)),
        ];
        builder.backend("saml", settings)
    })
    .await;
    peer.tell(&format!("service {}", app.url));
    Some((peer, app))
}

pub(crate) async fn username(browser: &mut Browser, app: &App) -> Value {
    let page = browser.open(&format!("{}{ACCOUNT}", app.url)).await;
    serde_json::from_str::<Value>(&page.text).unwrap()["username"].clone()
}

#[tokio::test]
async fn signed_and_encrypted_answers_sign_in_and_weak_and_unsigned_ones_do_not() {
    let Some((_peer, app)) = start().await else { return };
    for (idp, signs_in) in [
        ("assertion", true),
        ("response", true),
        ("both", true),
        ("sha512", true),
        ("encrypted", true),
        ("sha1", false),
        ("sha1-allowed", true),
        ("unsigned", false),
    ] {
        let mut browser = Browser::new();
        let page = browser.go_through(&format!("{}/login/saml/?idp={idp}", app.url), &[]).await;
        assert_eq!(username(&mut browser, &app).await.is_string(), signs_in, "{idp}: {}", page.words());
        if signs_in {
            let association = app.association("saml", &format!("{idp}:alice")).await;
            let user = app.user(&association).await;
            assert_eq!(user.email.as_deref(), Some("alice@example.test"), "{idp}");
            assert_eq!(user.last_name.as_deref(), Some("Son"), "{idp}");
        } else {
            assert_refused(&page, Reason::InvalidSignature, StatusCode::BAD_REQUEST);
        }
    }
}

#[tokio::test]
async fn what_we_ask_is_signed_so_that_it_cannot_be_changed() {
    let Some((peer, app)) = start().await else { return };
    let mut browser = Browser::new();
    browser.stop_before = Some(peer.said("url"));
    let question = browser.open(&format!("{}/login/saml/?idp=both", app.url)).await.url;
    browser.stop_before = None;
    for (asked, answered) in [(with_parameter(&question, "RelayState", Some("other")), false), (question.to_string(), true)] {
        let page = browser.open(&asked).await;
        assert_eq!(page.form().is_some(), answered, "{}", page.text);
        assert_eq!(page.text.contains("IncorrectlySigned"), !answered, "{}", page.text);
    }
}

#[tokio::test]
async fn a_sign_in_that_begins_there_is_taken_where_that_is_allowed_and_the_person_says_so() {
    let Some((peer, app)) = start().await else { return };
    let mut browser = Browser::new();
    let mut page = browser.open(&format!("{}/initiate/both?RelayState=/account", peer.said("url"))).await;
    // Their page posts the answer, ours posts it on; then we ask.
    for _ in 0..2 {
        let form = page.form().unwrap();
        page = browser.submit(&page, form, &[]).await;
    }
    assert!(page.words().contains("wants to sign you in as Per Son. Go on only if that is you."), "{}", page.words());
    assert!(username(&mut browser, &app).await.is_null());
    let yes = page.form().unwrap();
    let page = browser.submit(&page, yes, &[]).await;
    assert!(username(&mut browser, &app).await.is_string(), "{}", page.words());
    assert_eq!(page.url.path(), "/account");
}

#[tokio::test]
async fn a_logout_ends_both_sessions_wherever_it_begins() {
    let Some((peer, app)) = start().await else { return };
    let url = peer.said("url");
    let mut browser = Browser::new();
    browser.go_through(&format!("{}/login/saml/?idp=both", app.url), &[]).await;
    assert!(username(&mut browser, &app).await.is_string());
    let unsigned = browser.open(&format!("{url}/end?person=alice&signed=no")).await;
    assert_refused(&unsigned, Reason::InvalidSignature, StatusCode::BAD_REQUEST);
    assert!(username(&mut browser, &app).await.is_string(), "an unsigned request ends nothing");
    let ended = browser.open(&format!("{url}/end?person=alice")).await;
    assert!(ended.words().contains("signed out everywhere"), "{}", ended.words());
    assert!(username(&mut browser, &app).await.is_null());
    let told = peer.tell("told");
    assert_eq!(told["confirmed"], json!(["urn:oasis:names:tc:SAML:2.0:status:Success"]));

    browser.go_through(&format!("{}/login/saml/?idp=both", app.url), &[]).await;
    assert!(username(&mut browser, &app).await.is_string());
    let page = browser.go_through(&format!("{}/logout/", app.url), &[]).await;
    assert!(username(&mut browser, &app).await.is_null(), "{}", page.words());
    assert_eq!(peer.tell("told")["ended"].as_array().unwrap().len(), 1, "{}", page.words());
    assert_eq!(page.url.as_str(), format!("{}/", app.url), "back from there: {}", page.words());
}
