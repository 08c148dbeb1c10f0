//! The backend from settings: what it asks, what it publishes, whom it recognizes.

use std::io::Read;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::answer::*;
use crate::attempt::Attempt;
use crate::backend::{Backend, Callback, Departure, ServiceAddresses};
use crate::clock::Clock;
use crate::error::Result;
use crate::protocol::saml::{Saml, SamlBackend};
use crate::settings::Settings;
use crate::web::Params;

const SAML: Saml = Saml { name: "saml", title: "SAML", docs: "", class_paths: &[] };

fn entry() -> Value {
    json!({"entity_id": ISSUER, "url": "https://idp.test/sso", "x509cert": IDP_CERTIFICATE, "attr_groups": "groups"})
}

fn backend(idps: Value, security: Value) -> Result<SamlBackend> {
    backend_by(idps, security, client(), Clock::fixed(NOW))
}

/// The backend with another client and clock.
pub fn backend_by(idps: Value, security: Value, http: crate::http::Client, clock: Clock) -> Result<SamlBackend> {
    let mut settings = Settings::new();
    settings.set_for("saml", "SP_ENTITY_ID", AUDIENCE);
    settings.set_for("saml", "SP_PRIVATE_KEY", SP_KEY);
    settings.set_for("saml", "SP_PUBLIC_CERT", include_str!("keys/sp.crt"));
    settings.set_for("saml", "ORG_INFO", json!({"en-US": {"name": "Site & Co", "displayname": "Site", "url": "https://site.test"}}));
    settings.set_for("saml", "TECHNICAL_CONTACT", json!({"givenName": "Tech", "emailAddress": "tech@site.test"}));
    settings.set_for("saml", "ENABLED_IDPS", idps);
    settings.set_for("saml", "SECURITY_CONFIG", security);
    SamlBackend::new(&SAML, "saml", &settings.of_backend("saml"), http, clock)
}

fn addresses() -> ServiceAddresses {
    ServiceAddresses { callback: RECIPIENT.to_owned(), logout: LOGOUT.to_owned() }
}

/// Waits for it.
pub fn wait<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(future)
}

/// Begins a sign-in with this query.
pub fn begin_with(backend: &SamlBackend, query: &str) -> Result<(Attempt, Departure)> {
    let mut attempt = Attempt::new("saml", RECIPIENT, NOW, 900);
    let departure = wait(backend.begin(&mut attempt, &Params::from_urlencoded(query.as_bytes())))?;
    Ok((attempt, departure))
}

fn inflated(url: &str) -> String {
    let url = url::Url::parse(url).unwrap();
    let parameter = url.query_pairs().find(|(name, _)| name == "SAMLRequest").unwrap().1.into_owned();
    let mut text = String::new();
    flate2::read::DeflateDecoder::new(STANDARD.decode(parameter).unwrap().as_slice()).read_to_string(&mut text).unwrap();
    text
}

#[test]
fn the_request_names_us_and_the_state_is_all_that_relay_state_tells() {
    let backend = backend(json!({"acme": entry()}), json!({})).unwrap();
    let (attempt, Departure::Redirect(url)) = begin_with(&backend, "idp=acme").unwrap() else { panic!("no redirect") };
    let request = inflated(&url);
    for part in [AUDIENCE, RECIPIENT, "https://idp.test/sso", attempt.protocol["request"].as_str().unwrap()] {
        assert!(request.contains(part), "{part} is not in {request}");
    }
    assert!(url.contains(&format!("RelayState={}", attempt.state)));
}

#[test]
fn a_signed_request_has_its_signature_beside_or_inside() {
    let signed = json!({"authnRequestsSigned": true});
    let (_, departure) = begin_with(&backend(json!({"acme": entry()}), signed.clone()).unwrap(), "idp=acme").unwrap();
    let Departure::Redirect(url) = departure else { panic!("no redirect") };
    let (text, signature) = url.split_once('?').unwrap().1.split_once("&Signature=").unwrap();
    let signature = Params::from_urlencoded(format!("s={signature}").as_bytes()).get("s").unwrap().to_owned();
    assert!(text.contains("&SigAlg="));
    assert_eq!(own_key_signs(text), signature);
    let mut by_post = entry();
    by_post["binding"] = json!("post");
    let (_, departure) = begin_with(&backend(json!({"acme": by_post}), signed).unwrap(), "idp=acme").unwrap();
    let Departure::Post { action, fields } = departure else { panic!("no form") };
    assert_eq!(action, "https://idp.test/sso");
    let request = String::from_utf8(STANDARD.decode(&fields[0].1).unwrap()).unwrap();
    assert!(verified_by_us(&request), "{request}");
}

fn own_key_signs(text: &str) -> String {
    use crate::protocol::saml::engine::PrivateKeyEngine;
    own_key().sign_text(text).unwrap()
}

fn verified_by_us(document: &str) -> bool {
    use crate::protocol::saml::engine::SignatureEngine;
    let parsed = uppsala::parse(document).unwrap();
    trusted(&[include_str!("keys/sp.crt")]).unwrap().verify(&parsed, document).unwrap().len() == 1
}

#[test]
fn our_metadata_can_be_read_and_is_signed_on_request() {
    let plain = backend(json!({"acme": entry()}), json!({})).unwrap().service_metadata(&addresses()).unwrap().unwrap();
    let signed = backend(json!({"acme": entry()}), json!({"signMetadata": true})).unwrap().service_metadata(&addresses()).unwrap().unwrap();
    for part in ["Site &amp; Co", "tech@site.test", AUDIENCE, RECIPIENT, "X509Certificate"] {
        assert!(plain.contains(part), "{part} is not in {plain}");
    }
    assert!(!plain.contains("SignatureValue"));
    assert!(verified_by_us(&signed));
}

fn complete(backend: &SamlBackend, query: &str) -> Result<crate::identity::Identity> {
    complete_with(backend, query, &good(Signed::Both))
}

/// Completes the sign-in that `query` begins by this answer.
pub fn complete_with(backend: &SamlBackend, query: &str, answer: &str) -> Result<crate::identity::Identity> {
    let (mut attempt, _) = begin_with(backend, query)?;
    attempt.protocol.insert("request".into(), json!(REQUEST));
    let posted = url::form_urlencoded::Serializer::new(String::new()).append_pair("SAMLResponse", &STANDARD.encode(answer)).finish();
    let callback = Callback {
        params: Params::from_urlencoded(posted.as_bytes()),
        url: RECIPIENT.to_owned(),
        posted: true,
        cookies: Params::default(),
        client: None,
    };
    wait(backend.complete(&attempt, &callback))
}

#[test]
fn a_person_is_known_by_identity_provider_and_permanent_id() {
    let identity = complete(&backend(json!({"acme": entry()}), json!({})).unwrap(), "").unwrap();
    assert_eq!(identity.uid.as_str(), "acme:alice");
    assert_eq!(identity.groups, Some(vec!["a".to_owned(), "b".to_owned()]));
    assert_eq!(identity.session_lifetime, Some(8 * 3600));
    let mut by_name = entry();
    by_name["attr_user_permanent_id"] = json!("name_id");
    assert_eq!(complete(&backend(json!({"b": by_name}), json!({})).unwrap(), "").unwrap().uid.as_str(), "b:alice");
    let mut by_nothing = entry();
    by_nothing["attr_user_permanent_id"] = json!("nothing");
    assert_eq!(complete(&backend(json!({"b": by_nothing}), json!({})).unwrap(), "").unwrap_err().reason().code(), "missing_claim");
}

#[test]
fn an_answer_of_one_identity_provider_does_not_pass_for_anothers() {
    let other = json!({"entity_id": "https://other.test", "url": "https://other.test/sso", "x509cert": include_str!("keys/stranger.crt")});
    let same_key = json!({"entity_id": "https://third.test", "url": "https://third.test/sso", "x509cert": IDP_CERTIFICATE});
    let backend = backend(json!({"acme": entry(), "other": other, "third": same_key}), json!({})).unwrap();
    assert!(complete(&backend, "idp=acme").is_ok());
    assert_eq!(complete(&backend, "idp=other").unwrap_err().reason().code(), "invalid_signature");
    assert_eq!(complete(&backend, "idp=third").unwrap_err().reason().code(), "invalid_claim");
    assert_eq!(complete(&backend, "").unwrap_err().reason().code(), "missing_parameter");
    assert_eq!(complete(&backend, "idp=nobody").unwrap_err().reason().code(), "invalid_parameter");
}

#[test]
fn settings_that_cannot_be_meant_so_are_refused() {
    let with = |key: &str, value: Value| {
        let mut changed = entry();
        changed[key] = value;
        json!({"acme": changed})
    };
    for (idps, security) in [
        (json!({}), json!({})),
        (json!({"a:b": entry()}), json!({})),
        (with("x509cert", json!("")), json!({})),
        (with("x509cert", json!("nonsense")), json!({})),
        (with("x509cret", json!("typo")), json!({})),
        (with("url", json!("javascript:alert(1)")), json!({})),
        (with("entity_id", json!(null)), json!({})),
        (with("allow_idp_initiated", json!("yes")), json!({})),
        (with("metadata_url", json!("https://idp.test/metadata")), json!({})),
        (json!({"acme": {"metadata_url": "http://idp.test/metadata"}}), json!({})),
        (json!({"acme": {"metadata_url": "https://idp.test/a", "metadata_file": "/a"}}), json!({})),
        (json!({"acme": {"metadata_file": "/nowhere/metadata.xml"}}), json!({})),
        (json!({"acme": {"metadata_url": "https://idp.test/", "federation": true, "entity_id": "a"}}), json!({})),
        (with("federation", json!(true)), json!({})),
        (with("attr_user_permanent_id", json!(null)), json!({})),
        (with("required_attributes", json!(["a"])), json!({})),
        (with("slo_url", json!("javascript:alert(1)")), json!({})),
        (json!({"acme": entry()}), json!({"nameIdEncrypted": true})),
        (json!({"acme": entry()}), json!({"logoutRequestSigned": false})),
        (json!({"acme": entry()}), json!({"rejectDeprecatedAlgorithm": false})),
        (json!({"acme": entry()}), json!({"wantAssertionSigned": true})),
        (json!({"acme": entry()}), json!({"requestedAuthnContext": true, "requestedAuthnContextComparison": "roughly"})),
        (json!({"acme": entry()}), json!({"authnRequestsSigned": "yes"})),
        (json!({"acme": entry()}), json!({"signatureAlgorithm": "http://www.w3.org/2000/09/xmldsig#rsa-sha1"})),
    ] {
        assert!(backend(idps.clone(), security.clone()).is_err(), "{idps} {security}");
    }
}
