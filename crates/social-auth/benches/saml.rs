//! What it costs to check one SAML answer, from the form's text to an identity, on one core:
//! `cargo bench -p social-auth --features saml --bench saml`.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs, reason = "a bench, like a test, may fail loudly")]

use std::hint::black_box;
use std::sync::Arc;

use async_trait::async_trait;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bergshamra_dsig::DsigContext;
use bergshamra_keys::{KeysManager, loader};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use serde_json::json;
use social_auth::attempt::Attempt;
use social_auth::backend::{Backend, Callback};
use social_auth::clock::Clock;
use social_auth::http::{Client, Incoming, Outgoing, Transport};
use social_auth::protocol::saml::{Saml, SamlBackend};
use social_auth::settings::Settings;
use social_auth::web::Params;

/// 2026-11-21T04:00:00Z.
const NOW: i64 = 1_795_233_600;
const CALLBACK: &str = "https://site.test/complete/saml/";
const ISSUER: &str = "https://idp.test/metadata";
const KEYS: [(&str, &str, &str); 2] = [
    ("RSA-2048", include_str!("../src/protocol/saml/tests/keys/idp.key"), include_str!("../src/protocol/saml/tests/keys/idp.crt")),
    ("P-256", include_str!("../src/protocol/saml/tests/keys/ec.key"), include_str!("../src/protocol/saml/tests/keys/ec.crt")),
];

struct Nowhere;

#[async_trait]
impl Transport for Nowhere {
    async fn send(&self, _request: Outgoing) -> social_auth::Result<Incoming> {
        Err(social_auth::Error::new(social_auth::Reason::ConnectionFailed))
    }
}

fn backend(certificate: &str) -> SamlBackend {
    let provider = Saml { name: "saml", title: "SAML", docs: "", class_paths: &[] };
    let mut settings = Settings::new();
    settings.set_for("saml", "SP_ENTITY_ID", "https://site.test/saml/metadata.xml");
    settings.set_for(
        "saml",
        "ENABLED_IDPS",
        json!({"acme": {"entity_id": ISSUER, "url": "https://idp.test/sso", "x509cert": certificate}}),
    );
    let client = Client::new(Arc::new(Nowhere), None);
    SamlBackend::new(&provider, "saml", &settings.of_backend("saml"), client, Clock::fixed(NOW)).unwrap()
}

/// An answer of the usual size whose assertion is signed, or the response besides.
fn answer(request: &str, key: &str, curve: bool, both: bool) -> String {
    let template = |id: &str| {
        let by = if curve { "ecdsa-sha256" } else { "rsa-sha256" };
        format!(
            "<ds:Signature xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\"><ds:SignedInfo>\
             <ds:CanonicalizationMethod Algorithm=\"http://www.w3.org/2001/10/xml-exc-c14n#\"/>\
             <ds:SignatureMethod Algorithm=\"http://www.w3.org/2001/04/xmldsig-more#{by}\"/><ds:Reference URI=\"#{id}\"><ds:Transforms>\
             <ds:Transform Algorithm=\"http://www.w3.org/2000/09/xmldsig#enveloped-signature\"/>\
             <ds:Transform Algorithm=\"http://www.w3.org/2001/10/xml-exc-c14n#\"/></ds:Transforms>\
             <ds:DigestMethod Algorithm=\"http://www.w3.org/2001/04/xmlenc#sha256\"/><ds:DigestValue/></ds:Reference></ds:SignedInfo>\
             <ds:SignatureValue/></ds:Signature>"
        )
    };
    let attributes: String = [("0.9.2342.19200300.100.1.1", "alice"), ("0.9.2342.19200300.100.1.3", "alice@example.test"), ("2.5.4.3", "Alice Archer"), ("2.5.4.42", "Alice"), ("2.5.4.4", "Archer")]
        .iter()
        .map(|(oid, value)| format!("<saml:Attribute Name=\"urn:oid:{oid}\" NameFormat=\"urn:oasis:names:tc:SAML:2.0:attrname-format:uri\"><saml:AttributeValue>{value}</saml:AttributeValue></saml:Attribute>"))
        .collect();
    let assertion = format!(
        "<saml:Assertion xmlns:saml=\"urn:oasis:names:tc:SAML:2.0:assertion\" ID=\"_a\" Version=\"2.0\" IssueInstant=\"2026-11-21T04:00:00Z\">\
         <saml:Issuer>{ISSUER}</saml:Issuer>{}<saml:Subject><saml:NameID>alice</saml:NameID><saml:SubjectConfirmation \
         Method=\"urn:oasis:names:tc:SAML:2.0:cm:bearer\"><saml:SubjectConfirmationData InResponseTo=\"{request}\" \
         NotOnOrAfter=\"2026-11-21T04:05:00Z\" Recipient=\"{CALLBACK}\"/></saml:SubjectConfirmation></saml:Subject>\
         <saml:Conditions NotBefore=\"2026-11-21T03:59:00Z\" NotOnOrAfter=\"2026-11-21T04:06:00Z\"><saml:AudienceRestriction>\
         <saml:Audience>https://site.test/saml/metadata.xml</saml:Audience></saml:AudienceRestriction></saml:Conditions>\
         <saml:AuthnStatement AuthnInstant=\"2026-11-21T04:00:00Z\" SessionIndex=\"s1\"><saml:AuthnContext><saml:AuthnContextClassRef>\
         urn:oasis:names:tc:SAML:2.0:ac:classes:Password</saml:AuthnContextClassRef></saml:AuthnContext></saml:AuthnStatement>\
         <saml:AttributeStatement>{attributes}</saml:AttributeStatement></saml:Assertion>",
        template("_a")
    );
    let sign = |document: &str| {
        let mut keys = KeysManager::new();
        keys.add_key(loader::load_pem_auto(key.as_bytes(), None).unwrap());
        bergshamra_dsig::sign::sign(&DsigContext::new(keys), document).unwrap()
    };
    let assertion = sign(&assertion);
    let whole = format!(
        "<samlp:Response xmlns:samlp=\"urn:oasis:names:tc:SAML:2.0:protocol\" ID=\"_r\" Version=\"2.0\" IssueInstant=\"2026-11-21T04:00:00Z\" \
         Destination=\"{CALLBACK}\" InResponseTo=\"{request}\"><saml:Issuer xmlns:saml=\"urn:oasis:names:tc:SAML:2.0:assertion\">{ISSUER}\
         </saml:Issuer>{}<samlp:Status><samlp:StatusCode Value=\"urn:oasis:names:tc:SAML:2.0:status:Success\"/></samlp:Status>{assertion}\
         </samlp:Response>",
        if both { template("_r") } else { String::new() }
    );
    if both { sign(&whole) } else { whole }
}

fn verification(criterion: &mut Criterion) {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let mut group = criterion.benchmark_group("saml_answer");
    group.throughput(Throughput::Elements(1));
    for (name, key, certificate) in KEYS {
        let backend = backend(certificate);
        let mut attempt = Attempt::new("saml", CALLBACK, NOW, 900);
        runtime.block_on(backend.begin(&mut attempt, &Params::default())).unwrap();
        let request = attempt.protocol["request"].as_str().unwrap().to_owned();
        for (what, both) in [("assertion", false), ("both", true)] {
            let encoded = STANDARD.encode(answer(&request, key, name == "P-256", both));
            let form = url::form_urlencoded::Serializer::new(String::new()).append_pair("SAMLResponse", &encoded).finish();
            let callback = Callback {
                params: Params::from_urlencoded(form.as_bytes()),
                url: CALLBACK.to_owned(),
                posted: true,
                cookies: Params::default(),
                client: None,
            };
            group.bench_function(format!("{name}, {what} signed"), |bencher| {
                bencher.iter(|| runtime.block_on(backend.complete(&attempt, black_box(&callback))).unwrap());
            });
        }
    }
    group.finish();
}

criterion_group!(benches, verification);
criterion_main!(benches);
