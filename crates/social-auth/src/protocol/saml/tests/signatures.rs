//! Signatures by other keys, by other algorithms, over other things, with other transforms.

use super::answer::*;

#[test]
fn a_strangers_signature_counts_for_nothing() {
    for signed in [Signed::Assertion, Signed::Response, Signed::Both] {
        assert_eq!(refusal(&answer_by(STRANGER_KEY, signed, |text| text)), Some("invalid_signature"));
    }
}

#[test]
fn a_key_that_the_answer_brings_along_counts_for_nothing() {
    let certificate: String = include_str!("keys/stranger.crt").lines().filter(|line| !line.starts_with("---")).collect();
    let info = format!("<ds:KeyInfo><ds:X509Data><ds:X509Certificate>{certificate}</ds:X509Certificate></ds:X509Data></ds:KeyInfo>");
    let forged = answer_by(STRANGER_KEY, Signed::Assertion, |text| text).replace("</ds:Signature>", &format!("{info}</ds:Signature>"));
    assert_eq!(refusal(&forged), Some("invalid_signature"));
}

#[test]
fn a_signed_answer_in_which_anything_was_changed_is_refused() {
    for signed in [Signed::Assertion, Signed::Response, Signed::Both] {
        assert_eq!(refusal(&good(signed).replace("alice", "admin")), Some("invalid_signature"));
    }
    let half = good(Signed::Both).replacen("<samlp:Status>", "<samlp:Status Extra=\"\">", 1);
    assert_eq!(refusal(&half), Some("invalid_signature"), "a bad signature is not made good by another one");
}

/// Parts of the signature, what stands there instead.
const SHAPES: &[(&str, &str)] = &[
    ("URI=\"#_assertion\"", "URI=\"\""),
    ("URI=\"#_assertion\"", "URI=\"Cargo.toml\""),
    ("URI=\"#_assertion\"", "URI=\"file:///etc/passwd\""),
    ("URI=\"#_assertion\"", "URI=\"http://127.0.0.1/\""),
    ("URI=\"#_assertion\"", "URI=\"#_response\""),
    ("URI=\"#_assertion\"", "URI=\"#xpointer(/)\""),
    ("URI=\"#_assertion\"", "URI=\"#xpointer(id('_assertion'))\""),
    (" URI=\"#_assertion\"", ""),
    ("2001/04/xmldsig-more#rsa-sha256", "2000/09/xmldsig#rsa-sha1"),
    ("2001/04/xmldsig-more#rsa-sha256", "2001/04/xmldsig-more#hmac-sha256"),
    ("2001/04/xmldsig-more#rsa-sha256", "2001/04/xmldsig-more#rsa-md5"),
    ("2001/04/xmlenc#sha256", "2000/09/xmldsig#sha1"),
    ("http://www.w3.org/2000/09/xmldsig#enveloped-signature", "http://www.w3.org/TR/1999/REC-xpath-19991116"),
    ("http://www.w3.org/2000/09/xmldsig#enveloped-signature", "http://www.w3.org/TR/1999/REC-xslt-19991116"),
    ("http://www.w3.org/2000/09/xmldsig#enveloped-signature", "http://www.w3.org/2000/09/xmldsig#base64"),
    ("</ds:Transforms>", "<ds:Transform Algorithm=\"http://www.w3.org/2002/06/xmldsig-filter2\"/></ds:Transforms>"),
    ("</ds:Transforms>", "<ds:Transform Algorithm=\"http://www.w3.org/2001/10/xml-exc-c14n#\"/></ds:Transforms>"),
    ("<ds:Transforms>", "<ds:Transforms><ds:XPath>false()</ds:XPath>"),
    ("</ds:SignedInfo>", "<ds:Reference URI=\"Cargo.toml\"/></ds:SignedInfo>"),
    ("<ds:DigestValue/>", "<ds:DigestValue><!-- x --></ds:DigestValue>"),
    ("<ds:SignatureValue/></ds:Signature>", "<ds:SignatureValue/><ds:Object/></ds:Signature>"),
    (
        "<ds:SignatureValue/></ds:Signature>",
        "<ds:SignatureValue/><ds:KeyInfo><ds:RetrievalMethod URI=\"Cargo.toml\"/></ds:KeyInfo></ds:Signature>",
    ),
    (
        "<ds:CanonicalizationMethod Algorithm=\"http://www.w3.org/2001/10/xml-exc-c14n#\"/>",
        "<ds:CanonicalizationMethod Algorithm=\"http://www.w3.org/2001/10/xml-exc-c14n#WithComments\"/>",
    ),
    ("xmldsig-more#rsa-sha256\"/>", "xmldsig-more#rsa-sha256\"><ds:HMACOutputLength>8</ds:HMACOutputLength></ds:SignatureMethod>"),
];

#[test]
fn a_signature_of_any_other_shape_is_refused_before_the_engine_sees_it() {
    let good = template("_assertion");
    for (from, to) in SHAPES {
        let changed = good.replace(from, to);
        assert_ne!(changed, good, "{from}");
        let inner = assertion("_assertion", "alice").replace("SIGNATURE", &changed);
        let text = response(&inner).replace("SIGNATURE", "");
        let told = check(&text).unwrap_err();
        assert!(matches!(told.reason().code(), "invalid_signature" | "malformed_response"), "{from} -> {to}: {told}");
        assert!(!told.to_string().contains("does not fit"), "{from} -> {to} reached the engine: {told}");
    }
}

#[test]
fn a_document_type_is_refused() {
    for prologue in
        ["<!DOCTYPE a>", "<!DOCTYPE a [<!ENTITY x \"y\">]>", "<?xml version=\"1.0\"?><!DOCTYPE a SYSTEM \"file:///etc/passwd\">"]
    {
        assert_eq!(refusal(&format!("{prologue}{}", good(Signed::Both))), Some("malformed_response"));
    }
}

#[test]
fn what_is_no_single_well_formed_response_is_refused() {
    let good = good(Signed::Both);
    let deep = format!("{}{}", "<a>".repeat(100_000), "</a>".repeat(100_000));
    for text in ["", "<a/>", "text", &good[..good.len() - 1], &format!("{good}{good}"), &format!("<a>{good}</a>"), &deep] {
        assert_eq!(refusal(text), Some("malformed_response"));
    }
}

#[test]
fn a_certificate_may_take_the_place_of_another() {
    use crate::protocol::saml::response::{self, Checks, Wants};
    let bare: String = IDP_CERTIFICATE.lines().filter(|line| !line.starts_with("---")).collect();
    let both = trusted(&[include_str!("keys/stranger.crt"), &bare]).unwrap();
    let checks = Checks { trusted: &both, own: None, wants: Wants::default(), expected: expected() };
    assert!(response::check(&good(Signed::Both), &checks).is_ok());
    assert!(trusted(&[]).is_err());
    assert!(trusted(&["nonsense"]).is_err());
}

#[test]
fn an_elliptic_curve_may_sign() {
    use crate::protocol::saml::response::{self, Checks, Wants};
    let template = template("_assertion").replace("rsa-sha256", "ecdsa-sha256");
    let inner = sign(&assertion("_assertion", "alice").replace("SIGNATURE", &template), include_str!("keys/ec.key"));
    let trusted = trusted(&[include_str!("keys/ec.crt")]).unwrap();
    let checks = Checks { trusted: &trusted, own: None, wants: Wants::default(), expected: expected() };
    assert!(response::check(&response(&inner).replace("SIGNATURE", ""), &checks).is_ok());
}
