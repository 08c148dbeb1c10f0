//! Single logout: requests of the identity provider, by form and in the address, and what must not end a session.

use std::io::Write;
use std::sync::Arc;

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{RSA_PKCS1_SHA256, RsaKeyPair};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::Method;
use serde_json::json;
use url::form_urlencoded::Serializer;

use super::answer::*;
use super::browser::{Browser, inflated, parameter, site, site_with_entries};
use crate::social_auth::SocialAuth;
use crate::storage::MemoryStorage;
use crate::web::ReplyBody;

const PATH: &str = "/saml/logout/saml/";
const RSA_SHA256: &str = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256";

/// A request to end the sessions of a person, with the mark `SIGNATURE` where one may stand.
pub(super) fn request(id: &str, person: &str, sessions: &[&str]) -> String {
    let sessions: String = sessions.iter().map(|session| format!("<samlp:SessionIndex>{session}</samlp:SessionIndex>")).collect();
    format!(
        "<samlp:LogoutRequest xmlns:samlp=\"urn:oasis:names:tc:SAML:2.0:protocol\" xmlns:saml=\"urn:oasis:names:tc:SAML:2.0:assertion\" \
         ID=\"{id}\" Version=\"2.0\" IssueInstant=\"2026-11-21T04:00:00Z\" Destination=\"{LOGOUT}\" NotOnOrAfter=\"2026-11-21T04:05:00Z\">\
         <saml:Issuer>{ISSUER}</saml:Issuer>SIGNATURE<saml:NameID>{person}</saml:NameID>{sessions}</samlp:LogoutRequest>"
    )
}

pub(super) fn signed(text: &str, key: &str) -> String {
    let id = text.split(" ID=\"").nth(1).unwrap().split('"').next().unwrap();
    sign(&text.replace("SIGNATURE", &template(id)), key)
}

/// The query of the Redirect binding, signed.
pub(super) fn query(parameter: &str, text: &str, relay_state: Option<&str>, key: &str) -> String {
    let mut encoder = flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(text.replace("SIGNATURE", "").as_bytes()).unwrap();
    let mut query = Serializer::new(String::new());
    query.append_pair(parameter, &STANDARD.encode(encoder.finish().unwrap()));
    if let Some(state) = relay_state {
        query.append_pair("RelayState", state);
    }
    let text = query.append_pair("SigAlg", RSA_SHA256).finish();
    let pair = RsaKeyPair::from_pkcs8(pem::parse(key).unwrap().contents()).unwrap();
    let mut signature = vec![0; pair.public_modulus_len()];
    pair.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), text.as_bytes(), &mut signature).unwrap();
    Serializer::new(text).append_pair("Signature", &STANDARD.encode(signature)).finish()
}

fn with_logout() -> SocialAuth {
    site(&Arc::new(MemoryStorage::new()), json!({"slo_url": "https://idp.test/slo", "slo_response_url": "https://idp.test/slo/done"}))
}

#[tokio::test]
async fn the_identity_provider_ends_a_session_and_is_told_so() {
    for by_post in [false, true] {
        let social = with_logout();
        let mut browser = Browser::default();
        browser.sign_in(&social, "alice", "s1").await;
        assert!(browser.user(&social).await.is_some());
        let text = request("_end", "alice", &["s1"]);
        let reply = if by_post {
            let encoded = STANDARD.encode(signed(&text, IDP_KEY));
            browser.bring(&social, PATH, &[("SAMLRequest", &encoded), ("RelayState", "theirs")]).await
        } else {
            let path = format!("{PATH}?{}", query("SAMLRequest", &text, Some("theirs"), IDP_KEY));
            browser.ask(&social, Method::GET, &path, &[], "cross-site").await
        };
        assert_eq!(browser.user(&social).await, None, "by post: {by_post}");
        let ReplyBody::Redirect(to) = &reply.body else { panic!("{:?}", reply.body) };
        assert!(to.starts_with("https://idp.test/slo/done?SAMLResponse="), "{to}");
        assert_eq!(parameter(&reply, "RelayState").as_deref(), Some("theirs"));
        let answer = inflated(&parameter(&reply, "SAMLResponse").unwrap());
        for part in ["InResponseTo=\"_end\"", "status:Success", AUDIENCE, "Destination=\"https://idp.test/slo/done\""] {
            assert!(answer.contains(part), "{part} is not in {answer}");
        }
        let (text, signature) = to.split_once('?').unwrap().1.split_once("&Signature=").unwrap();
        assert!(is_ours(text, signature), "the answer is signed");
    }
}

/// Whether a query is signed by our own key.
fn is_ours(text: &str, signature: &str) -> bool {
    use crate::protocol::saml::engine::SignatureEngine;
    let signature = url::form_urlencoded::parse(format!("s={signature}").as_bytes()).next().unwrap().1.into_owned();
    let ours = trusted(&[include_str!("keys/sp.crt")]).unwrap();
    ours.verifies_text(RSA_SHA256, text.as_bytes(), &STANDARD.decode(signature).unwrap())
}

#[tokio::test]
async fn sessions_in_other_browsers_end_too_those_of_others_do_not() {
    let social = with_logout();
    let mut browsers: Vec<Browser> = Vec::new();
    for (person, session) in [("alice", "s1"), ("alice", "s1"), ("alice", "s2"), ("bob", "s3")] {
        let mut browser = Browser::default();
        browser.sign_in(&social, person, session).await;
        browsers.push(browser);
    }
    let signed_in = async |browsers: &[Browser]| {
        let mut signed_in = Vec::new();
        for browser in browsers {
            signed_in.push(browser.user(&social).await.is_some());
        }
        signed_in
    };
    let end = |id: &'static str, person: &'static str, sessions: &'static [&'static str]| {
        format!("{PATH}?{}", query("SAMLRequest", &request(id, person, sessions), None, IDP_KEY))
    };
    let path = end("_one", "alice", &["s1"]);
    browsers[0].ask(&social, Method::GET, &path, &[], "cross-site").await;
    assert_eq!(signed_in(&browsers).await, [false, false, true, true], "the session of this name");
    let path = end("_two", "alice", &[]);
    Browser::default().ask(&social, Method::GET, &path, &[], "cross-site").await;
    assert_eq!(signed_in(&browsers).await, [false, false, false, true], "all of the person's, also without a cookie");
    browsers[0].sign_in(&social, "alice", "s1").await;
    browsers[1].ask(&social, Method::GET, &end("_one", "alice", &["s1"]), &[], "cross-site").await;
    assert!(browsers[0].user(&social).await.is_some(), "a request ends sessions once");
}

#[tokio::test]
async fn a_session_ends_by_whichever_entry_of_the_identity_provider_it_began() {
    let names = ["aaa", "acme", "zzz"];
    let social = site_with_entries(&Arc::new(MemoryStorage::new()), &names, &json!({"slo_url": "https://idp.test/slo"}));
    for (id, sessions) in [("_one", ["s1"].as_slice()), ("_all", &[])] {
        let mut browser = Browser::default();
        browser.sign_in(&social, "alice", "s1").await;
        let path = format!("{PATH}?{}", query("SAMLRequest", &request(id, "alice", sessions), None, IDP_KEY));
        Browser::default().ask(&social, Method::GET, &path, &[], "cross-site").await;
        assert_eq!(browser.user(&social).await, None, "{id}");
    }
}

#[tokio::test]
async fn unsigned_logout_refused() {
    let text = request("_end", "alice", &["s1"]);
    let good = query("SAMLRequest", &text, Some("theirs"), IDP_KEY);
    let unsigned = good.split("&SigAlg=").next().unwrap().to_owned();
    let other = query("SAMLRequest", &request("_end", "alice", &[]), Some("theirs"), STRANGER_KEY);
    let queries = [
        ("not signed", unsigned.clone()),
        ("by another", other.clone()),
        (
            "another's signature",
            format!("{unsigned}&SigAlg={}", good.split("&SigAlg=").nth(1).unwrap().replace("rsa-sha256", "rsa-sha512")),
        ),
        ("another relay state", good.replace("RelayState=theirs", "RelayState=other")),
        ("no relay state", good.replace("&RelayState=theirs", "")),
        ("the message twice", format!("{good}&{}", other.split('&').next().unwrap())),
        ("another spelling of the name", good.replace("SAMLRequest=", "SAML%52equest=")),
        ("SHA-1", good.replace("2001%2F04%2Fxmldsig-more%23rsa-sha256", "2000%2F09%2Fxmldsig%23rsa-sha1")),
        ("another algorithm", good.replace("rsa-sha256", "hmac-sha256")),
    ];
    let social = with_logout();
    let mut browser = Browser::default();
    browser.sign_in(&social, "alice", "s1").await;
    for (name, query) in queries {
        assert_ne!(query, good, "{name}");
        let reply = browser.ask(&social, Method::GET, &format!("{PATH}?{query}"), &[], "cross-site").await;
        assert!(!matches!(reply.body, ReplyBody::Redirect(_)), "{name}");
        assert!(browser.user(&social).await.is_some(), "{name}");
    }
    let forms = [
        ("not signed", text.replace("SIGNATURE", "")),
        ("by another", signed(&text, STRANGER_KEY)),
        ("changed", signed(&text, IDP_KEY).replace("<samlp:SessionIndex>s1", "<samlp:SessionIndex>s2")),
        (
            "a signature over something else",
            text.replace("SIGNATURE", "").replace("</samlp:LogoutRequest>", &format!("{}</samlp:LogoutRequest>", good_assertion())),
        ),
        ("an answer to a sign-in", good_answer()),
    ];
    for (name, text) in forms {
        let encoded = STANDARD.encode(text);
        let reply = browser.bring(&social, PATH, &[("SAMLRequest", &encoded)]).await;
        assert!(!matches!(reply.body, ReplyBody::Redirect(_)), "{name}");
        assert!(browser.user(&social).await.is_some(), "{name}");
    }
}

fn good_answer() -> String {
    good(Signed::Both)
}

fn good_assertion() -> String {
    sign(&assertion("_assertion", "alice").replace("SIGNATURE", &template("_assertion")), IDP_KEY)
}

/// The identity provider's answer to a logout that began here.
pub(super) fn answer_to(request: &str, status: &str) -> String {
    format!(
        "<samlp:LogoutResponse xmlns:samlp=\"urn:oasis:names:tc:SAML:2.0:protocol\" xmlns:saml=\"urn:oasis:names:tc:SAML:2.0:assertion\" \
         ID=\"_done\" Version=\"2.0\" IssueInstant=\"2026-11-21T04:00:00Z\" Destination=\"{LOGOUT}\" InResponseTo=\"{request}\">\
         <saml:Issuer>{ISSUER}</saml:Issuer>SIGNATURE<samlp:Status><samlp:StatusCode \
         Value=\"urn:oasis:names:tc:SAML:2.0:status:{status}\"/></samlp:Status></samlp:LogoutResponse>"
    )
}

#[tokio::test]
async fn whoever_signs_out_here_is_signed_out_there_and_comes_back() {
    let social = with_logout();
    let mut browser = Browser::default();
    browser.sign_in(&social, "alice", "s1").await;
    let form = [("at_provider", "1"), ("next", "/bye/")];
    let reply = browser.ask(&social, Method::POST, "/logout/", &form, "same-origin").await;
    assert_eq!(browser.user(&social).await, None, "our session ends first");
    let ReplyBody::Redirect(to) = &reply.body else { panic!("{:?}", reply.body) };
    assert!(to.starts_with("https://idp.test/slo?SAMLRequest="), "{to}");
    let (signed_text, signature) = to.split_once('?').unwrap().1.split_once("&Signature=").unwrap();
    assert!(is_ours(signed_text, signature));
    let asked = inflated(&parameter(&reply, "SAMLRequest").unwrap());
    for part in ["<saml:NameID>alice</saml:NameID>", "<samlp:SessionIndex>s1</samlp:SessionIndex>", "Destination=\"https://idp.test/slo\""]
    {
        assert!(asked.contains(part), "{part} is not in {asked}");
    }
    let id = asked.split(" ID=\"").nth(1).unwrap().split('"').next().unwrap();
    let state = parameter(&reply, "RelayState").unwrap();
    for (status, key, state, led) in [
        ("Success", IDP_KEY, Some(state.as_str()), Some("/bye/")),
        ("Success", IDP_KEY, Some("forged"), Some("/")),
        ("Success", IDP_KEY, None, Some("/")),
        ("Responder", IDP_KEY, Some(state.as_str()), None),
        ("Success", STRANGER_KEY, Some(state.as_str()), None),
    ] {
        let path = format!("{PATH}?{}", query("SAMLResponse", &answer_to(id, status), state, key));
        let reply = browser.ask(&social, Method::GET, &path, &[], "cross-site").await;
        let arrived = if let ReplyBody::Redirect(to) = &reply.body { Some(to.as_str()) } else { None };
        assert_eq!(arrived, led, "{status} {state:?}");
    }
}

#[tokio::test]
async fn every_field_of_a_logout_request_is_checked() {
    let social = with_logout();
    let mut browser = Browser::default();
    browser.sign_in(&social, "alice", "s1").await;
    for (from, to) in [
        (" Destination=\"https://site.test/saml/logout/saml/\"", ""),
        ("Destination=\"https://site.test/", "Destination=\"https://other.test/"),
        ("Version=\"2.0\"", "Version=\"1.1\""),
        (" Version=\"2.0\"", ""),
        (" IssueInstant=\"2026-11-21T04:00:00Z\"", ""),
        ("IssueInstant=\"2026-11-21T04:00:00Z\"", "IssueInstant=\"2026-11-21T05:00:00Z\""),
        ("NotOnOrAfter=\"2026-11-21T04:05:00Z\"", "NotOnOrAfter=\"2026-11-21T03:05:00Z\""),
        ("IssueInstant=\"2026-11-21T04:00:00Z\"", "IssueInstant=\"2026-11-21T03:00:00Z\" X=\"\""),
        ("<saml:Issuer>https://idp.test/metadata</saml:Issuer>", ""),
        ("<saml:Issuer>https://idp.test/", "<saml:Issuer>https://other.test/"),
        ("<saml:NameID>alice</saml:NameID>", ""),
        ("<saml:NameID>alice</saml:NameID>", "<saml:NameID></saml:NameID>"),
        ("LogoutRequest", "AuthnRequest"),
    ] {
        let text = request("_end", "alice", &["s1"]);
        let mut changed = text.replace(from, to);
        if to.ends_with("X=\"\"") {
            changed = changed.replace(" NotOnOrAfter=\"2026-11-21T04:05:00Z\"", "");
        }
        assert_ne!(text, changed, "{from}");
        let path = format!("{PATH}?{}", query("SAMLRequest", &changed, None, IDP_KEY));
        let reply = browser.ask(&social, Method::GET, &path, &[], "cross-site").await;
        assert!(!matches!(reply.body, ReplyBody::Redirect(_)), "{from} -> {to}");
        assert!(browser.user(&social).await.is_some(), "{from} -> {to}");
    }
}

#[tokio::test]
async fn what_inflates_without_end_is_not_inflated() {
    let social = with_logout();
    let bomb = "<a>".repeat(8_000_000);
    let path = format!("{PATH}?{}", query("SAMLRequest", &bomb, None, IDP_KEY));
    let reply = Browser::default().ask(&social, Method::GET, &path, &[], "cross-site").await;
    assert!(!matches!(reply.body, ReplyBody::Redirect(_)));
    let ReplyBody::Html { html, .. } = &reply.body else { panic!("{:?}", reply.body) };
    assert!(html.contains("malformed_response"), "{html}");
}
