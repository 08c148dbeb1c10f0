//! Each field that is checked, absent or other than it should be, in an answer that the identity provider
//! did sign.

use super::answer::*;
use crate::protocol::saml::assertion::Expected;
use crate::protocol::saml::message;
use crate::protocol::saml::response::Wants;

#[test]
fn a_good_answer_tells_who_it_is() {
    for signed in [Signed::Assertion, Signed::Response, Signed::Both] {
        let assertion = check(&good(signed)).unwrap();
        assert_eq!(assertion.subject.name_id.as_deref(), Some("alice"));
        assert_eq!(assertion.session_index.as_deref(), Some("s1"));
        assert_eq!(assertion.session_ends, Some(NOW + 8 * 3600));
        assert_eq!(assertion.attributes["groups"], serde_json::json!(["a", "b"]));
    }
}

/// What is replaced by what, and the code of the refusal.
const MUTATIONS: &[(&str, &str, &str)] = &[
    (" Destination=\"https://site.test/complete/saml/\"", "", "missing_claim"),
    ("Destination=\"https://site.test/complete/saml/\"", "Destination=\"https://other.test/\"", "invalid_claim"),
    (" Recipient=\"https://site.test/complete/saml/\"", "", "missing_claim"),
    ("Recipient=\"https://site.test/complete/saml/\"", "Recipient=\"https://site.test/complete/saml\"", "invalid_claim"),
    ("\" InResponseTo=\"_request\"><saml:Issuer", "\"><saml:Issuer", "missing_claim"),
    ("\" InResponseTo=\"_request\"><saml:Issuer", "\" InResponseTo=\"_other\"><saml:Issuer", "invalid_claim"),
    ("InResponseTo=\"_request\" NotOnOrAfter", "NotOnOrAfter", "missing_claim"),
    ("InResponseTo=\"_request\" NotOnOrAfter", "InResponseTo=\"_other\" NotOnOrAfter", "invalid_claim"),
    ("InResponseTo=\"_request\" NotOnOrAfter", "InResponseTo=\"\" NotOnOrAfter", "invalid_claim"),
    ("NotOnOrAfter=\"2026-11-21T04:05:00Z\" ", "", "missing_claim"),
    ("NotOnOrAfter=\"2026-11-21T04:05:00Z\"", "NotOnOrAfter=\"2026-11-21T03:59:00Z\"", "response_expired"),
    ("NotOnOrAfter=\"2026-11-21T04:05:00Z\"", "NotOnOrAfter=\"tomorrow\"", "invalid_claim"),
    (
        "NotOnOrAfter=\"2026-11-21T04:05:00Z\"",
        "NotOnOrAfter=\"2026-11-21T04:05:00Z\" NotBefore=\"2026-11-21T04:02:00Z\"",
        "response_not_yet_valid",
    ),
    (" NotBefore=\"2026-11-21T03:59:00Z\"", "", "missing_claim"),
    ("NotBefore=\"2026-11-21T03:59:00Z\"", "NotBefore=\"2026-11-21T04:01:01Z\"", "response_not_yet_valid"),
    (" NotOnOrAfter=\"2026-11-21T04:06:00Z\"", "", "missing_claim"),
    ("NotOnOrAfter=\"2026-11-21T04:06:00Z\"", "NotOnOrAfter=\"2026-11-21T03:59:00Z\"", "response_expired"),
    ("<saml:Audience>https://site.test/saml/metadata.xml</saml:Audience>", "", "invalid_claim"),
    ("<saml:Audience>https://site.test/", "<saml:Audience>https://other.test/", "invalid_claim"),
    (
        "</saml:AudienceRestriction>",
        "</saml:AudienceRestriction><saml:AudienceRestriction><saml:Audience>other</saml:Audience></saml:AudienceRestriction>",
        "invalid_claim",
    ),
    ("</saml:Conditions>", "<saml:Condition/></saml:Conditions>", "invalid_claim"),
    ("cm:bearer", "cm:sender-vouches", "missing_claim"),
    (" Method=\"urn:oasis:names:tc:SAML:2.0:cm:bearer\"", "", "missing_claim"),
    ("<saml:Issuer>https://idp.test/metadata</saml:Issuer>", "", "missing_claim"),
    ("<saml:Issuer>https://idp.test/metadata", "<saml:Issuer>https://other.test/metadata", "invalid_claim"),
    ("assertion\">https://idp.test/metadata", "assertion\">https://other.test/metadata", "invalid_claim"),
    ("<saml:Issuer>", "<saml:Issuer Format=\"urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress\">", "invalid_claim"),
    ("ID=\"_assertion\" Version=\"2.0\"", "ID=\"_assertion\" Version=\"1.1\"", "invalid_claim"),
    ("ID=\"_assertion\" Version=\"2.0\"", "ID=\"_assertion\"", "missing_claim"),
    ("ID=\"_response\" Version=\"2.0\"", "ID=\"_response\" Version=\"1.1\"", "invalid_claim"),
    ("Version=\"2.0\" IssueInstant=\"2026-11-21T04:00:00Z\"><saml:Issuer>", "Version=\"2.0\"><saml:Issuer>", "missing_claim"),
    (
        "Version=\"2.0\" IssueInstant=\"2026-11-21T04:00:00Z\"><saml:Issuer>",
        "Version=\"2.0\" IssueInstant=\"2026-11-21T05:00:00Z\"><saml:Issuer>",
        "response_not_yet_valid",
    ),
    ("SessionNotOnOrAfter=\"2026-11-21T12:00:00Z\"", "SessionNotOnOrAfter=\"2026-11-21T03:00:00Z\"", "response_expired"),
    ("saml:AuthnStatement", "saml:OtherStatement", "missing_claim"),
    ("saml:Subject>", "saml:Object>", "missing_claim"),
    ("saml:Conditions", "saml:Circumstances", "missing_claim"),
    ("<saml:SubjectConfirmationData", "<saml:Data", "missing_claim"),
    ("Name=\"groups\"", "Name=\"urn:oid:0.9.2342.19200300.100.1.1\"", "invalid_claim"),
    ("<saml:NameID>alice</saml:NameID>", "<saml:NameID>al<b>ic</b>e</saml:NameID>", "malformed_response"),
    ("samlp:Status>", "samlp:State>", "missing_claim"),
    ("status:Success", "status:Responder", "unknown_error"),
    (
        "<samlp:StatusCode Value=\"urn:oasis:names:tc:SAML:2.0:status:Success\"/>",
        "<samlp:StatusCode Value=\"urn:oasis:names:tc:SAML:2.0:status:Responder\">\
         <samlp:StatusCode Value=\"urn:oasis:names:tc:SAML:2.0:status:RequestDenied\"/></samlp:StatusCode>",
        "authorization_declined",
    ),
];

#[test]
fn every_checked_field_is_missed_when_it_is_absent_and_noticed_when_it_is_wrong() {
    let mut wrong = Vec::new();
    for (from, to, code) in MUTATIONS {
        let plain = response(&assertion("_assertion", "alice"));
        assert!(plain.contains(from), "{from} is not in the answer");
        assert!(uppsala::parse(&plain.replace(from, to)).is_ok(), "{from} -> {to} is refused for the wrong reason");
        for signed in [Signed::Response, Signed::Both] {
            let told = refusal(&answer(signed, |text| text.replace(from, to)));
            if told != Some(*code) {
                wrong.push(format!("{from} -> {to} ({signed:?}): {told:?} instead of {code}"));
            }
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}

#[test]
fn a_second_that_is_over_is_over() {
    let at = |now| check_with(&good(Signed::Both), Wants::default(), Expected { now, leeway: 0, ..expected() }).is_ok();
    assert!(at(NOW + 299));
    assert!(!at(NOW + 300), "the instant of NotOnOrAfter is after it");
    assert!(at(NOW), "issued this second");
    assert!(!at(NOW - 1));
}

#[test]
fn an_assertion_serves_one_request_only() {
    let text = good(Signed::Both);
    assert!(check(&text).is_ok());
    let later = Expected { request: Some("_another"), ..expected() };
    assert_eq!(check_with(&text, Wants::default(), later).unwrap_err().reason().code(), "invalid_claim");
}

#[test]
fn a_comment_in_a_name_cuts_nothing_off() {
    let with_comment = good(Signed::Both).replace("alice</saml:NameID>", "al<!-- -->ice</saml:NameID>");
    assert_eq!(check(&with_comment).unwrap().subject.name_id.as_deref(), Some("alice"));
}

#[test]
fn what_must_be_signed_is() {
    let wants = |response_signed, assertion_signed| Wants { response_signed, assertion_signed, ..Wants::default() };
    for (signed, wants, taken) in [
        (Signed::Nothing, wants(false, false), false),
        (Signed::Assertion, wants(true, false), false),
        (Signed::Response, wants(false, true), false),
        (Signed::Assertion, wants(false, true), true),
        (Signed::Response, wants(true, false), true),
        (Signed::Both, wants(true, true), true),
        (Signed::Both, Wants { encrypted: true, ..Wants::default() }, false),
    ] {
        assert_eq!(check_with(&good(signed), wants, expected()).is_ok(), taken, "{signed:?} {wants:?}");
    }
}

#[test]
fn a_parameter_that_is_too_long_or_no_text_is_refused_before_it_is_read() {
    for parameter in ["A".repeat(400_000), "%%%".to_owned(), "/////w==".to_owned()] {
        assert_eq!(message::posted(&parameter).unwrap_err().reason().code(), "malformed_response");
    }
    assert_eq!(message::posted("PGE+\nPC9hPg==\r\n").unwrap(), "<a></a>");
}
