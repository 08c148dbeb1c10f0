//! Against an identity provider made of `samlp` from npm, which signs with `xml-crypto` and encrypts with `xml-encryption`.

use http::{Method, StatusCode};
use serde_json::{Value, json};
use social_auth::error::Reason;

use crate::app::App;
use crate::browser::{Browser, Form};
use crate::install;
use crate::oidc_provider::assert_refused;
use crate::process::Process;
use crate::saml::username;

/// Ways to answer, and the reason why an answer is refused.
const KINDS: [(&str, Option<Reason>); 13] = [
    ("assertion", None),
    ("response", None),
    ("both", None),
    ("prefixed", None),
    ("gcm", None),
    ("gcm128", None),
    ("cbc", None),
    ("persistent", None),
    ("typed", None),
    ("sha1", Some(Reason::InvalidSignature)),
    ("unsigned", Some(Reason::InvalidSignature)),
    ("another-audience", Some(Reason::InvalidClaim)),
    ("another-issuer", Some(Reason::InvalidClaim)),
];

async fn start() -> Option<(Process, App)> {
    let peer = install::node("samlp").map(Process::start)?;
    let (url, entity, certificate) = (peer.said("url"), peer.said("entity"), peer.said("certificate"));
    let entry = |kind: &str| json!({"entity_id": entity, "url": format!("{url}/sso/{kind}"), "slo_url": format!("{url}/slo"), "x509cert": certificate});
    let mut idps: serde_json::Map<String, Value> = KINDS.iter().map(|(kind, _)| ((*kind).to_owned(), entry(kind))).collect();
    idps.insert("sha1-allowed".to_owned(), entry("sha1"));
    idps["sha1-allowed"]["allow_sha1"] = json!(true);
    idps["both"]["allow_idp_initiated"] = json!(true);
    let app = App::with(|builder| {
        let settings = [
            ("SP_ENTITY_ID", json!("https://site.test/saml")),
            ("SP_PUBLIC_CERT", json!(include_str!("../peers/pysaml2/sp.crt"))),
            ("SP_PRIVATE_KEY", json!(include_str!("../peers/pysaml2/sp.key"))),
            ("SECURITY_CONFIG", json!({"authnRequestsSigned": true, "logoutRequestSigned": true})),
            ("LOGOUT_AT_PROVIDER", json!(true)),
            ("ENABLED_IDPS", Value::Object(idps)),
        ];
        builder.backend("saml", settings)
    })
    .await;
    peer.tell(&format!("service {} {}", app.url, concat!(env!("CARGO_MANIFEST_DIR"), "/peers/pysaml2/sp.crt")));
    Some((peer, app))
}

#[tokio::test]
async fn good_answers_of_every_kind_sign_in_and_the_others_do_not() {
    let Some((_peer, app)) = start().await else { return };
    for (idp, refused) in KINDS.into_iter().chain([("sha1-allowed", None)]) {
        let mut browser = Browser::new();
        let page = browser.go_through(&format!("{}/login/saml/?idp={idp}", app.url), &[]).await;
        if let Some(reason) = refused {
            assert_refused(&page, reason, StatusCode::BAD_REQUEST);
            assert!(username(&mut browser, &app).await.is_null(), "{idp}");
            continue;
        }
        assert!(username(&mut browser, &app).await.is_string(), "{idp}: {}", page.words());
        let user = app.user(&app.association("saml", &format!("{idp}:alice-0001")).await).await;
        assert_eq!((user.email.as_deref(), user.last_name.as_deref()), (Some("alice@example.test"), Some("Archer")), "{idp}");
    }
}

#[tokio::test]
async fn a_sign_in_that_begins_there_is_taken_where_that_is_allowed_only() {
    let Some((peer, app)) = start().await else { return };
    for (kind, taken) in [("both", true), ("unsigned", false)] {
        let mut browser = Browser::new();
        let page = browser.go_through(&format!("{}/initiate/{kind}", peer.said("url")), &[]).await;
        assert_eq!(username(&mut browser, &app).await.is_string(), taken, "{kind}: {}", page.words());
    }
}

#[tokio::test]
async fn a_logout_ends_both_sessions_wherever_it_begins() {
    let Some((peer, app)) = start().await else { return };
    let begin = format!("{}/login/saml/?idp=both", app.url);
    for binding in ["post", "redirect"] {
        let mut browser = Browser::new();
        browser.go_through(&begin, &[]).await;
        let before = peer.tell("told")["ended"].as_u64().unwrap();
        let page = browser.go_through(&format!("{}/slo?binding={binding}", peer.said("url")), &[]).await;
        assert!(username(&mut browser, &app).await.is_null(), "{binding}: {}", page.text);
        assert_eq!(peer.tell("told")["ended"], before + 1, "{binding}: {}", page.text);
    }
    let mut browser = Browser::new();
    let page = browser.go_through(&begin, &[]).await;
    let before = peer.tell("told")["ended"].as_u64().unwrap();
    let action = format!("{}/logout/", app.url).parse().unwrap();
    let mut page = browser.submit(&page, Form { action, method: Method::POST, fields: Vec::new() }, &[]).await;
    while let Some(form) = page.form() {
        page = browser.submit(&page, form, &[]).await;
    }
    assert!(username(&mut browser, &app).await.is_null(), "{}", page.words());
    assert_eq!(peer.tell("told")["ended"], before + 1, "{}", page.words());
    assert_eq!(page.url.as_str(), format!("{}/", app.url), "back from there: {}", page.words());
}
