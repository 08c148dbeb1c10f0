//! Metadata of identity providers: which are believed, for how long, and what becomes of a sign-in when keys change.

use std::sync::Arc;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;
use bytes::Bytes;
use http::HeaderMap;
use serde_json::{Value, json};

use super::answer::*;
use super::requests::{begin_with, complete_with, wait};
use crate::backend::{Backend, Departure};
use crate::clock::Clock;
use crate::error::{Error, Reason, Result};
use crate::http::{Client, Incoming, Outgoing, Transport};
use crate::protocol::saml::SamlBackend;

const STRANGER_CERTIFICATE: &str = include_str!("keys/stranger.crt");

fn bare(certificate: &str) -> String {
    certificate.lines().filter(|line| !line.starts_with("---")).collect()
}

/// An identity provider's description, with the mark `SIGNATURE` where one may stand.
pub(super) fn entity(id: &str, certificate: &str, attributes: &str) -> String {
    let key = bare(certificate);
    format!(
        "<md:EntityDescriptor xmlns:md=\"urn:oasis:names:tc:SAML:2.0:metadata\" ID=\"_e{}\" entityID=\"{id}\"{attributes}>SIGNATURE\
         <md:IDPSSODescriptor protocolSupportEnumeration=\"urn:oasis:names:tc:SAML:1.1:protocol urn:oasis:names:tc:SAML:2.0:protocol\">\
         <md:KeyDescriptor use=\"encryption\"><ds:KeyInfo xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\"><ds:X509Data><ds:X509Certificate>\
         not one that signs</ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor>\
         <md:KeyDescriptor use=\"signing\"><ds:KeyInfo xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\"><ds:X509Data>\
         <ds:X509Certificate>\n{key}\n</ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor>\
         <md:SingleSignOnService Binding=\"urn:oasis:names:tc:SAML:2.0:bindings:SOAP\" Location=\"{id}/soap\"/>\
         <md:SingleSignOnService Binding=\"urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST\" Location=\"{id}/post\"/>\
         <md:SingleSignOnService Binding=\"urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect\" Location=\"{id}/redirect\"/>\
         </md:IDPSSODescriptor></md:EntityDescriptor>",
        id.len()
    )
}

pub(super) fn one() -> String {
    entity(ISSUER, IDP_CERTIFICATE, "").replace("SIGNATURE", "")
}

pub(super) fn federation(attributes: &str, entities: &[String]) -> String {
    format!(
        "<?xml version=\"1.0\"?><md:EntitiesDescriptor xmlns:md=\"urn:oasis:names:tc:SAML:2.0:metadata\" ID=\"_federation\"{attributes}>SIGNATURE\
         <md:EntityDescriptor entityID=\"https://some.sp.test\"><md:SPSSODescriptor/></md:EntityDescriptor>\
         <md:EntitiesDescriptor>{}</md:EntitiesDescriptor></md:EntitiesDescriptor>",
        entities.concat().replace("SIGNATURE", "")
    )
}

/// A place of metadata whose answer can be changed, and that counts.
#[derive(Default)]
struct Published {
    answer: Mutex<Option<String>>,
    times: AtomicUsize,
}

impl Published {
    fn new(text: String) -> Arc<Self> {
        Arc::new(Published { answer: Mutex::new(Some(text)), times: AtomicUsize::new(0) })
    }

    fn change(&self, text: Option<String>) {
        *self.answer.lock().unwrap() = text;
    }

    fn times(&self) -> usize {
        self.times.load(Ordering::SeqCst)
    }
}

struct Site(Arc<Published>);

#[async_trait]
impl Transport for Site {
    async fn send(&self, request: Outgoing) -> Result<Incoming> {
        assert_eq!(request.url.as_str(), "https://idp.test/metadata.xml");
        self.0.times.fetch_add(1, Ordering::SeqCst);
        tokio::task::yield_now().await;
        let text = self.0.answer.lock().unwrap().clone().ok_or_else(|| Error::new(Reason::ConnectionFailed))?;
        Ok(Incoming { status: 200, headers: HeaderMap::new(), body: Bytes::from(text) })
    }
}

fn backend_at(published: &Arc<Published>, further: Value, clock: &Clock) -> Result<SamlBackend> {
    let mut entry = json!({"metadata_url": "https://idp.test/metadata.xml"});
    entry.as_object_mut().unwrap().extend(further.as_object().unwrap().clone());
    super::requests::backend_by(json!({"acme": entry}), json!({}), Client::new(Arc::new(Site(published.clone())), None), clock.clone())
}

fn backend(published: &Arc<Published>, further: Value) -> SamlBackend {
    backend_at(published, further, &Clock::fixed(NOW)).unwrap()
}

#[test]
fn an_identity_provider_is_known_by_its_metadata() {
    let published = Published::new(one());
    let backend = backend(&published, json!({}));
    let (_, departure) = begin_with(&backend, "").unwrap();
    let Departure::Redirect(url) = departure else { panic!("Redirect is offered") };
    assert!(url.starts_with(&format!("{ISSUER}/redirect?SAMLRequest=")), "{url}");
    assert_eq!(complete_with(&backend, "", &good(Signed::Both)).unwrap().uid.as_str(), "acme:alice");
    assert_eq!(published.times(), 1, "it is fetched once");
}

#[test]
fn many_who_ask_at_once_have_it_fetched_once() {
    let published = Published::new(one());
    let backend = Arc::new(backend(&published, json!({})));
    wait(async {
        let all: Vec<_> = (0..50)
            .map(|_| {
                let backend = backend.clone();
                tokio::spawn(async move { backend.check().await.is_ok() })
            })
            .collect();
        for one in all {
            assert!(one.await.unwrap());
        }
    });
    assert_eq!(published.times(), 1);
}

#[test]
fn metadata_are_renewed_when_they_are_old_and_old_ones_serve_until_they_are_invalid() {
    let clock = Clock::fixed(NOW);
    let fresh = entity(ISSUER, IDP_CERTIFICATE, " cacheDuration=\"PT1H\" validUntil=\"2026-11-21T10:00:00Z\"").replace("SIGNATURE", "");
    let published = Published::new(fresh);
    let backend = backend_at(&published, json!({}), &clock).unwrap();
    assert!(begin_with(&backend, "").is_ok());
    clock.set(NOW + 3599);
    assert!(begin_with(&backend, "").is_ok());
    assert_eq!(published.times(), 1);
    clock.set(NOW + 3600);
    published.change(None);
    assert!(begin_with(&backend, "").is_ok(), "the old ones serve while there are no new ones");
    assert_eq!(published.times(), 2);
    clock.set(NOW + 6 * 3600);
    assert_eq!(begin_with(&backend, "").unwrap_err().reason().code(), "response_expired", "but not beyond validUntil");
    clock.set(NOW + 7 * 3600);
    published.change(Some(one()));
    assert!(begin_with(&backend, "").is_ok(), "and new ones are taken as soon as they are there");
}

#[test]
fn a_key_that_changed_is_fetched_in_the_middle_of_a_sign_in() {
    let published = Published::new(entity(ISSUER, STRANGER_CERTIFICATE, "").replace("SIGNATURE", ""));
    let backend = backend(&published, json!({}));
    assert_eq!(complete_with(&backend, "", &good(Signed::Both)).unwrap_err().reason().code(), "invalid_signature");
    let before = published.times();
    published.change(Some(one()));
    let other = self::backend(&published, json!({}));
    published.change(Some(entity(ISSUER, STRANGER_CERTIFICATE, "").replace("SIGNATURE", "")));
    assert!(begin_with(&other, "").is_ok());
    published.change(Some(one()));
    assert!(complete_with(&other, "", &good(Signed::Both)).is_ok(), "the new key is fetched");
    let after = published.times();
    for _ in 0..20 {
        assert!(complete_with(&other, "", &answer_by(STRANGER_KEY, Signed::Both, |text| text)).is_err());
    }
    assert_eq!(published.times(), after, "a forger cannot make us flood the identity provider");
    assert!(before <= 2);
}

#[test]
fn a_federation_names_its_members_by_entity_id_and_none_speaks_for_anothers_people() {
    let members = [entity(ISSUER, IDP_CERTIFICATE, ""), entity("https://other.test/idp", STRANGER_CERTIFICATE, "")];
    let published = Published::new(federation("", &members));
    let backend = backend(&published, json!({"federation": true}));
    let here = format!("entityID={ISSUER}");
    let uid = complete_with(&backend, &here, &good(Signed::Both)).unwrap().uid;
    assert!(uid.as_str().starts_with("acme.") && uid.as_str().ends_with(":alice"), "{uid}");
    assert_eq!(
        complete_with(&backend, "entityID=https://other.test/idp", &good(Signed::Both)).unwrap_err().reason().code(),
        "invalid_signature"
    );
    let as_other = answer_by(STRANGER_KEY, Signed::Both, |text| text.replace(ISSUER, "https://other.test/idp"));
    let theirs = complete_with(&backend, "entityID=https://other.test/idp", &as_other).unwrap().uid;
    assert_ne!(uid, theirs, "the same name at another identity provider is another person");
    assert_eq!(begin_with(&backend, "").unwrap_err().reason().code(), "missing_parameter");
    assert_eq!(begin_with(&backend, "entityID=https://some.sp.test").unwrap_err().reason().code(), "invalid_parameter");
    let lines = wait(backend.check()).unwrap();
    assert_eq!(lines, ["federation \"acme\": 2 identity providers"]);
}

#[test]
fn a_federation_of_hundreds_has_them_all_and_tries_no_key_that_nobody_signs_in_by() {
    let name = |number: usize| format!("https://idp{number}.test/idp");
    let mut members: Vec<_> = (0..600).map(|number| entity(&name(number), "not a certificate", "")).collect();
    members.push(entity(ISSUER, IDP_CERTIFICATE, ""));
    let backend = backend(&Published::new(federation("", &members)), json!({"federation": true}));
    assert_eq!(wait(backend.check()).unwrap(), ["federation \"acme\": 601 identity providers"]);
    let (_, departure) = begin_with(&backend, &format!("entityID={}", name(599))).unwrap();
    assert!(matches!(departure, Departure::Redirect(to) if to.starts_with(&name(599))));
    let answer = good(Signed::Both);
    assert!(complete_with(&backend, &format!("entityID={ISSUER}"), &answer).is_ok());
    assert_eq!(complete_with(&backend, &format!("entityID={}", name(0)), &answer).unwrap_err().reason().code(), "invalid_setting");
}

#[test]
fn one_of_a_federation_is_chosen_by_entity_id() {
    let members = [entity("https://other.test/idp", STRANGER_CERTIFICATE, ""), entity(ISSUER, IDP_CERTIFICATE, "")];
    let published = Published::new(federation("", &members));
    assert_eq!(
        begin_with(&backend(&published, json!({})), "").unwrap_err().reason().code(),
        "malformed_response",
        "several, and none chosen"
    );
    let chosen = backend(&published, json!({"entity_id": ISSUER}));
    assert_eq!(complete_with(&chosen, "", &good(Signed::Both)).unwrap().uid.as_str(), "acme:alice");
    assert!(begin_with(&backend(&published, json!({"entity_id": "https://nobody.test"})), "").is_err());
}

#[test]
fn metadata_must_be_signed_as_the_settings_say() {
    let signed = |key: &str| sign(&entity(ISSUER, IDP_CERTIFICATE, "").replace("SIGNATURE", &template("_e25")), key);
    assert!(signed(IDP_KEY).contains("ID=\"_e25\""));
    let whole = sign(&federation("", &[entity(ISSUER, IDP_CERTIFICATE, "")]).replacen("SIGNATURE", &template("_federation"), 1), IDP_KEY);
    let wrapped = federation("", &[signed(IDP_KEY), entity("https://evil.test", STRANGER_CERTIFICATE, "")]);
    for (name, text, taken) in [
        ("signed", signed(IDP_KEY), true),
        ("a federation signed as a whole", whole.clone(), true),
        ("by another", signed(STRANGER_KEY), false),
        ("not signed", one(), false),
        ("changed", signed(IDP_KEY).replace("/redirect", "/elsewhere"), false),
        ("changed in a federation", whole.replace("/redirect", "/elsewhere"), false),
        ("a signed part beside one that is not", wrapped, false),
        ("with a reference to a file", signed(IDP_KEY).replace("URI=\"#_e25\"", "URI=\"Cargo.toml\""), false),
    ] {
        let backend = backend(&Published::new(text), json!({"metadata_cert": IDP_CERTIFICATE, "entity_id": ISSUER}));
        assert_eq!(begin_with(&backend, "").is_ok(), taken, "{name}");
    }
}

#[test]
fn what_is_no_metadata_of_a_usable_identity_provider_is_refused() {
    for (name, text) in [
        ("no XML", "nonsense".to_owned()),
        ("something else", "<a/>".to_owned()),
        ("a document type", format!("<!DOCTYPE a>{}", one())),
        ("expired", entity(ISSUER, IDP_CERTIFICATE, " validUntil=\"2026-11-21T04:00:00Z\"").replace("SIGNATURE", "")),
        ("an unusable key", entity(ISSUER, include_str!("keys/small.crt"), "").replace("SIGNATURE", "")),
        ("no key that signs", one().replace("use=\"signing\"", "use=\"encryption\"")),
        ("another protocol", one().replace("urn:oasis:names:tc:SAML:2.0:protocol", "urn:oasis:names:tc:SAML:1.0:protocol")),
        (
            "an address that runs",
            one().replace(&format!("{ISSUER}/redirect"), "javascript:alert(1)").replace(&format!("{ISSUER}/post"), "data:x"),
        ),
        ("a service provider", one().replace("IDPSSODescriptor", "SPSSODescriptor")),
    ] {
        assert!(begin_with(&backend(&Published::new(text), json!({})), "").is_err(), "{name}");
    }
}

#[test]
fn metadata_in_a_file_are_read_at_start_and_again_when_they_change() {
    let folder = std::env::temp_dir().join(format!("social-auth-saml-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let file = folder.join("idp.xml");
    std::fs::write(&file, one()).unwrap();
    let clock = Clock::fixed(NOW);
    let idps = json!({"acme": {"metadata_file": file.to_str().unwrap()}});
    let backend = super::requests::backend_by(idps.clone(), json!({}), client(), clock.clone()).unwrap();
    assert!(complete_with(&backend, "", &good(Signed::Both)).is_ok());
    std::fs::write(&file, one().replace(&bare(IDP_CERTIFICATE), &bare(STRANGER_CERTIFICATE))).unwrap();
    clock.set(NOW + 61);
    assert!(complete_with(&backend, "", &good(Signed::Both)).is_err(), "the file's new key counts");
    std::fs::write(&file, "nonsense").unwrap();
    assert!(super::requests::backend_by(idps, json!({}), client(), clock).is_err());
    std::fs::remove_dir_all(&folder).unwrap();
}
