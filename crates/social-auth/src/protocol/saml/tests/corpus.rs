//! Attacks made by rule: everything foreign put into a good answer at every place, everything taken out of one.

use super::answer::*;

/// Where a tag begins or ends: every place at which an element may be put in.
fn places(text: &str) -> Vec<usize> {
    let mut places: Vec<usize> = text.match_indices('<').map(|(at, _)| at).collect();
    places.push(text.len());
    places
}

fn payloads(good: &str) -> Vec<(&'static str, String)> {
    let signature = |text: &str| {
        let (from, to) = (text.find("<ds:Signature").unwrap(), text.find("</ds:Signature>").unwrap() + "</ds:Signature>".len());
        text[from..to].to_owned()
    };
    let evil = |id: &str, inside: &str| assertion(id, "admin").replace("SIGNATURE", inside);
    vec![
        ("another's assertion", evil("_evil", "")),
        ("another's assertion of the same ID", evil("_assertion", "")),
        ("another's assertion with the signature", evil("_assertion", &signature(good))),
        ("another's response", response(&evil("_evil", "")).replace("SIGNATURE", "").replace("_response", "_other")),
        ("the whole answer again", good.to_owned()),
        ("another name", "<saml:NameID xmlns:saml=\"urn:oasis:names:tc:SAML:2.0:assertion\">admin</saml:NameID>".to_owned()),
        (
            "another subject",
            "<saml:Subject xmlns:saml=\"urn:oasis:names:tc:SAML:2.0:assertion\"><saml:NameID>admin</saml:NameID></saml:Subject>".to_owned(),
        ),
        ("a signature", signature(good)),
        ("a document type", "<!DOCTYPE a [<!ENTITY b \"c\">]>".to_owned()),
        ("a comment", "<!-- -->".to_owned()),
        ("an instruction", "<?a b?>".to_owned()),
        ("a text", "admin".to_owned()),
    ]
}

/// Whatever is put in wherever: nobody but the person whom the identity provider named is let in.
#[test]
fn nothing_put_into_a_good_answer_lets_anybody_else_in() {
    let mut judged = 0;
    for signed in [Signed::Assertion, Signed::Response, Signed::Both] {
        let good = good(signed);
        for (name, payload) in payloads(&good) {
            for at in places(&good) {
                let attack = format!("{}{payload}{}", &good[..at], &good[at..]);
                judged += 1;
                if let Ok(taken) = check(&attack) {
                    assert_eq!(taken.subject.name_id.as_deref(), Some("alice"), "{name} at {at} of {signed:?}: {attack}");
                    assert_eq!(taken.attributes["urn:oid:0.9.2342.19200300.100.1.1"], serde_json::json!(["alice"]), "{name} at {at}");
                }
            }
        }
    }
    assert!(judged > 1_000, "{judged}");
    println!("{judged} answers with something put in");
}

/// Every stretch between two tags is moved to every other place.
#[test]
fn nothing_moved_within_a_good_answer_lets_anybody_else_in() {
    let good = good(Signed::Both);
    let starts = places(&good);
    for window in starts.windows(2) {
        let (from, to) = (window[0], window[1]);
        let without = format!("{}{}", &good[..from], &good[to..]);
        for at in places(&without).into_iter().step_by(3) {
            let moved = format!("{}{}{}", &without[..at], &good[from..to], &without[at..]);
            if moved != good {
                assert!(check(&moved).is_err(), "{moved}");
            }
        }
    }
}

/// What an answer may lack, by the standard or because it is only told and not checked.
const OPTIONAL: &[&str] = &[" SessionNotOnOrAfter", " SessionIndex", " AuthnInstant"];

/// Attributes of a text, each with its name: ` name="value"`.
fn attributes(text: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut from = 0;
    while let Some(at) = text[from..].find("=\"").map(|at| from + at) {
        let begin = text[..at].rfind([' ', '<']).unwrap();
        let end = at + 2 + text[at + 2..].find('"').unwrap() + 1;
        found.push(&text[begin..end]);
        from = end;
    }
    found
}

/// The identity provider itself signs an answer that lacks one attribute.
#[test]
fn an_answer_that_lacks_any_attribute_is_refused_unless_it_is_optional() {
    let plain = response(&assertion("_assertion", "alice"));
    let mut taken = Vec::new();
    for attribute in attributes(&plain) {
        if attribute.contains("xmlns") || attribute.contains(" ID=") {
            continue; // without these it cannot be signed
        }
        let name = attribute.split('=').next().unwrap();
        for signed in [Signed::Response, Signed::Both] {
            let lacking = |text: String| {
                let at = plain.find(attribute).unwrap();
                assert_eq!(text, plain);
                format!("{}{}", &text[..at], &text[at + attribute.len()..])
            };
            if refusal(&answer(signed, lacking)).is_none() && !OPTIONAL.contains(&name) {
                taken.push(attribute);
            }
        }
    }
    assert_eq!(taken, Vec::<&str>::new());
}
