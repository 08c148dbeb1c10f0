//! Each key of `SP_EXTRA`, `SECURITY_CONFIG`, `ORG_INFO`, the contacts and `ENABLED_IDPS`: what it changes in what we ask,
//! publish, take and refuse.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::answer::*;
use super::browser::inflated;
use super::encryption::{name_sealed, sealed};
use super::requests::{begin_with, complete_with};
use crate::backend::{Backend, Departure, ServiceAddresses};
use crate::clock::Clock;
use crate::error::Result;
use crate::protocol::saml::{Saml, SamlBackend};
use crate::settings::Settings;

const SAML: Saml = Saml { name: "saml", title: "SAML", docs: "", class_paths: &[] };
const PERSISTENT: &str = "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent";
const EMAIL: &str = "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress";
const KERBEROS: &str = "urn:oasis:names:tc:SAML:2.0:ac:classes:Kerberos";
const PASSWORD: &str = "urn:oasis:names:tc:SAML:2.0:ac:classes:Password";
const SHA512: &str = "http://www.w3.org/2001/04/xmlenc#sha512";
const RSA_SHA512: &str = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha512";

/// A backend with one identity provider, whose entry has these keys besides, and further settings.
fn backend(in_entry: Value, further: &[(&str, Value)]) -> Result<SamlBackend> {
    backend_at(NOW, in_entry, further)
}

fn backend_at(now: i64, in_entry: Value, further: &[(&str, Value)]) -> Result<SamlBackend> {
    let mut entry = json!({"entity_id": ISSUER, "url": "https://idp.test/sso", "x509cert": IDP_CERTIFICATE});
    entry.as_object_mut().unwrap().extend(in_entry.as_object().unwrap().clone());
    let mut settings = Settings::new();
    settings.set_for("saml", "SP_ENTITY_ID", AUDIENCE);
    settings.set_for("saml", "SP_PRIVATE_KEY", SP_KEY);
    settings.set_for("saml", "SP_PUBLIC_CERT", include_str!("keys/sp.crt"));
    settings.set_for("saml", "ENABLED_IDPS", json!({"acme": entry}));
    for (name, value) in further {
        settings.set_for("saml", name, value.clone());
    }
    SamlBackend::new(&SAML, "saml", &settings.of_backend("saml"), client(), Clock::fixed(now))
}

/// The request to sign in, and how it goes out.
fn question(in_entry: Value, further: &[(&str, Value)]) -> String {
    match begin_with(&backend(in_entry, further).unwrap(), "").unwrap().1 {
        Departure::Redirect(url) => {
            let parsed = url::Url::parse(&url).unwrap();
            let sent = parsed.query_pairs().find(|(name, _)| name == "SAMLRequest").unwrap().1.into_owned();
            let algorithm = parsed.query_pairs().find(|(name, _)| name == "SigAlg").map(|(_, value)| value.into_owned());
            format!("{} SigAlg={}", inflated(&sent), algorithm.unwrap_or_default())
        }
        Departure::Post { fields, .. } => String::from_utf8(STANDARD.decode(&fields[0].1).unwrap()).unwrap(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn what_the_settings_say_stands_in_the_request() {
    let service = json!({"serviceName": "S", "requestedAttributes": [{"name": "mail"}]});
    for (in_entry, setting, value, part) in [
        (json!({}), "SP_EXTRA", json!({"NameIDFormat": PERSISTENT}), format!("Format=\"{PERSISTENT}\"")),
        (json!({"name_id_format": EMAIL}), "SP_EXTRA", json!({"NameIDFormat": PERSISTENT}), format!("Format=\"{EMAIL}\"")),
        (json!({}), "SP_EXTRA", json!({"attributeConsumingService": service}), "AttributeConsumingServiceIndex=\"1\"".into()),
        (json!({"force_authn": true}), "SECURITY_CONFIG", json!({}), "ForceAuthn=\"true\"".into()),
        (json!({}), "SECURITY_CONFIG", json!({"requestedAuthnContext": true}), "PasswordProtectedTransport</".into()),
        (json!({}), "SECURITY_CONFIG", json!({"requestedAuthnContext": [KERBEROS]}), format!(">{KERBEROS}</")),
        (
            json!({}),
            "SECURITY_CONFIG",
            json!({"requestedAuthnContext": [KERBEROS], "requestedAuthnContextComparison": "minimum"}),
            "Comparison=\"minimum\"".into(),
        ),
        (json!({}), "SECURITY_CONFIG", json!({"authnRequestsSigned": true}), "SigAlg=http".into()),
        (
            json!({}),
            "SECURITY_CONFIG",
            json!({"authnRequestsSigned": true, "signatureAlgorithm": RSA_SHA512}),
            format!("SigAlg={RSA_SHA512}"),
        ),
        (
            json!({"binding": "post"}),
            "SECURITY_CONFIG",
            json!({"authnRequestsSigned": true, "digestAlgorithm": SHA512}),
            format!("<ds:DigestMethod Algorithm=\"{SHA512}\""),
        ),
    ] {
        let text = question(in_entry.clone(), &[(setting, value.clone())]);
        assert!(text.contains(&part), "{in_entry} {value}: {part} is not in {text}");
        let text = question(json!({}), &[]);
        assert!(!text.contains(&part), "{part} is in {text} anyhow");
    }
}

#[test]
fn what_the_settings_say_stands_in_our_metadata() {
    let published = |further: &[(&str, Value)]| {
        let addresses = ServiceAddresses { callback: RECIPIENT.to_owned(), logout: LOGOUT.to_owned() };
        backend(json!({}), further).unwrap().service_metadata(&addresses).unwrap().unwrap()
    };
    let next: String = IDP_CERTIFICATE.lines().filter(|line| !line.starts_with("---")).collect();
    let mail = json!({"name": "urn:oid:0.9.2342.19200300.100.1.3", "isRequired": true, "nameFormat": "urn:f", "friendlyName": "mail",
        "attributeValue": ["a@site.test"]});
    let service = json!({"serviceName": "Site", "serviceDescription": "What it does", "requestedAttributes": [mail]});
    for (setting, value, part) in [
        ("SP_EXTRA", json!({"NameIDFormat": PERSISTENT}), format!("<md:NameIDFormat>{PERSISTENT}</md:NameIDFormat>")),
        ("SP_EXTRA", json!({"x509certNew": IDP_CERTIFICATE}), next),
        ("SP_EXTRA", json!({"attributeConsumingService": service}), "<md:ServiceName xml:lang=\"en\">Site</".into()),
        ("SP_EXTRA", json!({"attributeConsumingService": service}), "<md:ServiceDescription xml:lang=\"en\">What it does</".into()),
        (
            "SP_EXTRA",
            json!({"attributeConsumingService": service}),
            "Name=\"urn:oid:0.9.2342.19200300.100.1.3\" isRequired=\"true\" NameFormat=\"urn:f\" FriendlyName=\"mail\">".into(),
        ),
        ("SP_EXTRA", json!({"attributeConsumingService": service}), ">a@site.test</saml:AttributeValue>".into()),
        ("SECURITY_CONFIG", json!({"authnRequestsSigned": true}), "AuthnRequestsSigned=\"true\"".into()),
        ("SECURITY_CONFIG", json!({"wantAssertionsSigned": true}), "WantAssertionsSigned=\"true\"".into()),
        ("SECURITY_CONFIG", json!({"signMetadata": true}), "<ds:SignatureValue>".into()),
        ("SECURITY_CONFIG", json!({"metadataValidUntil": "2030-01-01T00:00:00Z"}), "validUntil=\"2030-01-01T00:00:00Z\"".into()),
        ("SECURITY_CONFIG", json!({"metadataCacheDuration": "PT12H"}), "cacheDuration=\"PT12H\"".into()),
        ("TECHNICAL_CONTACT", json!({"givenName": "Tech", "emailAddress": "tech@site.test"}), "contactType=\"technical\"".into()),
        ("TECHNICAL_CONTACT", json!({"givenName": "Tech & Co", "emailAddress": "t@site.test"}), ">Tech &amp; Co</md:GivenName>".into()),
        ("SUPPORT_CONTACT", json!({"givenName": "Help", "emailAddress": "help@site.test"}), "contactType=\"support\"".into()),
        ("SUPPORT_CONTACT", json!({"givenName": "Help", "emailAddress": "help@site.test"}), ">help@site.test</md:EmailAddress>".into()),
        (
            "ORG_INFO",
            json!({"de": {"name": "n", "displayname": "Die Seite", "url": "https://site.test/de"}}),
            "<md:OrganizationDisplayName xml:lang=\"de\">Die Seite</".into(),
        ),
    ] {
        let text = published(&[(setting, value.clone())]);
        assert!(text.contains(&part), "{setting} {value}: {part} is not in {text}");
        assert!(!published(&[]).contains(&part), "{part} is there anyhow");
    }
    assert!(published(&[]).contains("cacheDuration=\"P10D\""), "Python Social Auth's default");
}

fn refused(backend: &SamlBackend, answer: &str) -> Option<&'static str> {
    complete_with(backend, "", answer).err().map(|error| error.reason().code())
}

#[test]
fn what_the_settings_insist_on_is_insisted_on() {
    let gcm = || sealed("aes256-gcm");
    let nameless = || answer(Signed::Both, |text| text.replace("<saml:NameID>alice</saml:NameID>", ""));
    let bare = || {
        answer(Signed::Both, |text| {
            let (from, to) = (text.find("<saml:AttributeStatement>").unwrap(), text.find("</saml:Assertion>").unwrap());
            format!("{}{}", &text[..from], &text[to..])
        })
    };
    let contexts = |class: &str| json!({"requestedAuthnContext": [class], "failOnAuthnContextMismatch": true});
    for (security, taken, not_taken, code) in [
        (json!({"wantMessagesSigned": true}), good(Signed::Response), good(Signed::Assertion), "invalid_signature"),
        (json!({"wantAssertionsSigned": true}), good(Signed::Assertion), good(Signed::Response), "invalid_signature"),
        (json!({"wantAssertionsEncrypted": true}), gcm(), good(Signed::Both), "malformed_response"),
        (json!({"wantNameIdEncrypted": true}), name_sealed(), good(Signed::Both), "malformed_response"),
        (json!({"wantNameIdEncrypted": true}), gcm(), good(Signed::Both), "malformed_response"),
        (json!({"wantNameId": true}), good(Signed::Both), nameless(), "missing_claim"),
        (json!({"wantAttributeStatement": true}), good(Signed::Both), bare(), "missing_claim"),
    ] {
        let wanting = backend(json!({}), &[("SECURITY_CONFIG", security.clone())]).unwrap();
        assert_eq!(refused(&wanting, &taken), None, "{security}");
        assert_eq!(refused(&wanting, &not_taken), Some(code), "{security}");
        assert_eq!(refused(&backend(json!({}), &[]).unwrap(), &not_taken), None, "without {security}");
    }
    for (class, code) in [(PASSWORD, None), (KERBEROS, Some("invalid_claim"))] {
        let wanting = backend(json!({}), &[("SECURITY_CONFIG", contexts(class))]).unwrap();
        assert_eq!(refused(&wanting, &good(Signed::Both)), code, "{class}");
    }
    let asking = backend(json!({}), &[("SECURITY_CONFIG", json!({"requestedAuthnContext": [KERBEROS]}))]).unwrap();
    assert_eq!(refused(&asking, &good(Signed::Both)), None, "asked for, not insisted on");
}

#[test]
fn what_the_settings_allow_is_allowed() {
    let twice = answer(Signed::Both, |text| {
        let more =
            "<saml:Attribute Name=\"groups\"><saml:AttributeValue>c</saml:AttributeValue></saml:Attribute></saml:AttributeStatement>";
        text.replace("</saml:AttributeStatement>", more)
    });
    let strict = backend(json!({"attr_groups": "groups"}), &[]).unwrap();
    assert_eq!(refused(&strict, &twice), Some("invalid_claim"));
    let repeated = [("SECURITY_CONFIG", json!({"allowRepeatAttributeName": true}))];
    let identity = complete_with(&backend(json!({"attr_groups": "groups"}), &repeated).unwrap(), "", &twice).unwrap();
    assert_eq!(identity.groups, Some(vec!["a".to_owned(), "b".to_owned(), "c".to_owned()]));

    // The confirmation ends five minutes after the answer was made.
    for (drift, late, code) in
        [(None, 359, None), (None, 361, Some("response_expired")), (Some(0), 301, Some("response_expired")), (Some(120), 400, None)]
    {
        let further: Vec<_> = drift.map(|drift| ("ALLOWED_CLOCK_DRIFT", json!(drift))).into_iter().collect();
        assert_eq!(refused(&backend_at(NOW + late, json!({}), &further).unwrap(), &good(Signed::Both)), code, "{drift:?} {late}");
    }
}

#[test]
fn an_entry_says_who_is_believed_about_what() {
    let stranger = include_str!("keys/stranger.crt");
    let by_stranger = || answer_by(STRANGER_KEY, Signed::Both, |text| text);
    let multi = json!({"x509cert": null, "x509certMulti": {"signing": [IDP_CERTIFICATE, stranger], "encryption": []}});
    for (in_entry, of_stranger, code) in [
        (json!({}), false, None),
        (json!({}), true, Some("invalid_signature")),
        (json!({"x509cert": [stranger, IDP_CERTIFICATE]}), true, None),
        (multi.clone(), true, None),
        (multi, false, None),
        (json!({"x509cert": stranger}), false, Some("invalid_signature")),
    ] {
        let text = if of_stranger { by_stranger() } else { good(Signed::Both) };
        assert_eq!(refused(&backend(in_entry.clone(), &[]).unwrap(), &text), code, "{in_entry}");
    }

    let with_mail = answer(Signed::Both, |text| {
        let mail = "<saml:Attribute Name=\"mail\"><saml:AttributeValue>alice@site.test</saml:AttributeValue></saml:Attribute></saml:AttributeStatement>";
        text.replace("</saml:AttributeStatement>", mail)
    });
    for (in_entry, verified) in [(json!({}), Some(false)), (json!({"trust_email": true}), Some(true)), (json!({"attr_email": null}), None)]
    {
        let kept = [("EXTRA_DATA", json!(["groups", ["mail", "address"]]))];
        let identity = complete_with(&backend(in_entry.clone(), &kept).unwrap(), "", &with_mail).unwrap();
        assert_eq!(identity.details.email.map(|email| email.verified), verified, "{in_entry}");
        assert_eq!(identity.extra_data.0["groups"], json!(["a", "b"]));
        assert_eq!(identity.extra_data.0["address"], json!(["alice@site.test"]));
    }
}

/// A transient name is another one at each sign-in: whoever was known by it would be a new user each time.
#[test]
fn nobody_is_known_by_a_transient_name() {
    let transient = |text: String| {
        let format = "<saml:NameID Format=\"urn:oasis:names:tc:SAML:2.0:nameid-format:transient\">";
        text.replace("<saml:NameID>", format)
    };
    let by_name = backend(json!({"attr_user_permanent_id": "name_id"}), &[]).unwrap();
    assert_eq!(refused(&by_name, &good(Signed::Both)), None);
    assert_eq!(refused(&by_name, &answer(Signed::Both, transient)), Some("invalid_claim"));
    assert_eq!(refused(&backend(json!({}), &[]).unwrap(), &answer(Signed::Both, transient)), None, "an attribute is not transient");
}

#[test]
fn what_would_make_no_good_metadata_is_told_at_start() {
    for (setting, value) in [
        ("ORG_INFO", json!({"en": {"name": "n", "displayname": "d"}})),
        ("ORG_INFO", json!({"en": {"name": "n", "displayname": "d", "url": 7}})),
        ("ORG_INFO", json!({"en": "Site"})),
        ("ORG_INFO", json!({"name": "n", "displayname": "d", "url": "https://site.test"})),
        ("TECHNICAL_CONTACT", json!({"givenName": "Tech"})),
        ("TECHNICAL_CONTACT", json!({"name": "Tech", "emailAddress": "tech@site.test"})),
        ("SUPPORT_CONTACT", json!({"givenName": "Help", "emailAddress": ""})),
        ("SECURITY_CONFIG", json!({"metadataValidUntil": "next year"})),
        ("SECURITY_CONFIG", json!({"metadataCacheDuration": "ten days"})),
        ("SP_EXTRA", json!({"attributeConsumingService": {"serviceName": "S"}})),
        ("SP_EXTRA", json!({"attributeConsumingService": {"serviceName": "S", "requestedAttributes": [{"friendlyName": "mail"}]}})),
        ("SP_EXTRA", json!({"x509certNew": "nonsense"})),
        ("SP_EXTRA", json!({"assertionConsumerService": {}})),
        ("SP_EXTRA", json!({"nameIdFormat": PERSISTENT})),
    ] {
        let error = backend(json!({}), &[(setting, value.clone())]).err().unwrap_or_else(|| panic!("{setting} {value} is taken"));
        assert!(error.to_string().contains(setting), "{error}");
    }
}
