//! Signature wrapping: what was signed is moved aside, and something else is put where it was (Somorovsky
//! et al., "On Breaking SAML", 2012; XSW1 to XSW8 by the names of SAML Raider), with relatives.

use super::answer::*;

const END: &str = "</samlp:Response>";

/// The signed assertion of a good answer, and the same without its signature.
fn signed_assertion() -> (String, String) {
    let signed = sign(&assertion("_assertion", "alice").replace("SIGNATURE", &template("_assertion")), IDP_KEY);
    let (from, to) = (signed.find("<ds:Signature").unwrap(), signed.find("</ds:Signature>").unwrap() + "</ds:Signature>".len());
    (signed[from..to].to_owned(), signed)
}

fn evil(id: &str, inside: &str) -> String {
    assertion(id, "admin").replace("SIGNATURE", inside)
}

fn wrapped(content: &str) -> String {
    response(content).replace("SIGNATURE", "")
}

/// A response that is signed itself, taken apart: the signature, and the response without it.
fn signed_response() -> (String, String, String) {
    let signed = good(Signed::Response);
    let (from, to) = (signed.find("<ds:Signature").unwrap(), signed.find("</ds:Signature>").unwrap() + "</ds:Signature>".len());
    (signed[from..to].to_owned(), format!("{}{}", &signed[..from], &signed[to..]), signed)
}

fn evil_response(id: &str, signature: &str, tail: &str) -> String {
    response(&evil("_evil", ""))
        .replace("ID=\"_response\"", &format!("ID=\"{id}\""))
        .replace("SIGNATURE", signature)
        .replace(END, &format!("{tail}{END}"))
}

pub(super) fn attacks() -> Vec<(&'static str, String)> {
    let (signature, original) = signed_assertion();
    let bare = original.replace(&signature, "");
    let (response_signature, bare_response, whole_response) = signed_response();
    let with_inner = |inner: &str| response_signature.replace("</ds:Signature>", &format!("<ds:Object>{inner}</ds:Object></ds:Signature>"));
    let object = |inner: &str| signature.replace("</ds:Signature>", &format!("<ds:Object>{inner}</ds:Object></ds:Signature>"));
    vec![
        ("XSW1", evil_response("_evil_response", &with_inner(&bare_response), "")),
        ("XSW2", evil_response("_evil_response", &response_signature, &bare_response)),
        ("XSW3", wrapped(&format!("{}{original}", evil("_evil", "")))),
        ("XSW3 behind", wrapped(&format!("{original}{}", evil("_evil", "")))),
        ("XSW4", wrapped(&evil("_evil", "").replace("</saml:Assertion>", &format!("{original}</saml:Assertion>")))),
        ("XSW5", wrapped(&format!("{}{bare}", evil("_evil", &signature)))),
        ("XSW6", wrapped(&evil("_evil", &object(&bare)))),
        ("XSW7", wrapped(&format!("<samlp:Extensions>{original}</samlp:Extensions>{}", evil("_evil", "")))),
        ("XSW7 with the same ID", wrapped(&format!("<samlp:Extensions>{}</samlp:Extensions>{original}", evil("_assertion", "")))),
        ("XSW8", wrapped(&evil("_evil", &object(&original)))),
        ("the same ID twice", wrapped(&evil("_assertion", &signature).replace("</saml:Assertion>", &format!("{bare}</saml:Assertion>")))),
        ("signature copied", wrapped(&evil("_assertion", &signature))),
        (
            "ID in a namespace",
            wrapped(&evil("_evil", &signature).replace("ID=\"_evil\"", "xmlns:x=\"x\" x:ID=\"_assertion\" ID=\"_evil\"")),
        ),
        ("Id in other letters", wrapped(&evil("_evil", &signature).replace("ID=\"_evil\"", "Id=\"_assertion\" ID=\"_evil\""))),
        (
            "inside another assertion's advice",
            wrapped(&evil("_evil", "").replace("<saml:Subject>", &format!("<saml:Advice>{original}</saml:Advice><saml:Subject>"))),
        ),
        ("a response in a response", wrapped(&whole_response)),
        (
            "a response in the extensions",
            evil_response("_evil_response", "", &format!("<samlp:Extensions>{whole_response}</samlp:Extensions>")),
        ),
        (
            "a response in the status",
            wrapped(&evil("_evil", ""))
                .replace("</samlp:Status>", &format!("<samlp:StatusDetail>{original}</samlp:StatusDetail></samlp:Status>")),
        ),
        ("signature beside the assertion", wrapped(&format!("{signature}{bare}"))),
        ("another namespace around", wrapped(&format!("<x xmlns=\"x\">{original}</x>{}", evil("_evil", "")))),
        ("only a signature far away", wrapped(&format!("<x xmlns=\"x\">{original}</x>"))),
        ("an assertion of another namespace", wrapped(&original.replace("SAML:2.0:assertion\"", "SAML:1.0:assertion\""))),
        ("two signatures", wrapped(&original.replace(&signature, &format!("{signature}{signature}")))),
    ]
}

#[test]
fn nothing_wrapped_around_a_good_signature_is_taken() {
    let taken: Vec<_> = attacks().into_iter().filter(|(_, text)| refusal(text).is_none()).map(|(name, _)| name).collect();
    assert_eq!(taken, Vec::<&str>::new());
}

#[test]
fn the_attacks_are_well_formed_and_what_they_wrap_is_good() {
    let (_, original) = signed_assertion();
    assert_eq!(check(&wrapped(&original)).unwrap().subject.name_id.as_deref(), Some("alice"));
    for (name, text) in attacks() {
        assert!(uppsala::parse(&text).is_ok(), "{name} is refused for the wrong reason");
        assert!(text.contains("</ds:Signature>"), "{name}");
    }
}

#[test]
fn an_engine_alone_would_take_some_of_them() {
    use crate::protocol::saml::engine::SignatureEngine;
    let trusted = trusted(&[IDP_CERTIFICATE]).unwrap();
    for (name, text) in attacks().into_iter().filter(|(name, _)| ["XSW3", "XSW4", "XSW7"].contains(name)) {
        let document = uppsala::parse(&text).unwrap();
        assert_eq!(trusted.verify(&document, &text).unwrap().len(), 1, "{name}: the original is still signed, so binding is the gate's");
    }
}
