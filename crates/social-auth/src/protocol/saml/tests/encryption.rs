//! Encrypted assertions: those that we open, and those that must not get as far.

use bergshamra_enc::EncContext;
use bergshamra_keys::{KeysManager, loader};

use super::answer::*;
use crate::protocol::saml::response::{self, Checks, Wants};

const OAEP: &str = "http://www.w3.org/2001/04/xmlenc#rsa-oaep-mgf1p";
const GCM: &str = "http://www.w3.org/2009/xmlenc11#aes256-gcm";

/// An answer whose assertion is encrypted for us.
fn encrypted(cipher: &str, signed: Signed) -> String {
    let inner = assertion("_assertion", "alice");
    let inner = match signed {
        Signed::Assertion | Signed::Both => sign(&inner.replace("SIGNATURE", &template("_assertion")), IDP_KEY),
        Signed::Response | Signed::Nothing => inner.replace("SIGNATURE", ""),
    };
    let data = for_us(cipher, &inner);
    let whole = response(&format!(
        "<saml:EncryptedAssertion xmlns:saml=\"urn:oasis:names:tc:SAML:2.0:assertion\">{data}</saml:EncryptedAssertion>"
    ));
    match signed {
        Signed::Response | Signed::Both => sign(&whole.replace("SIGNATURE", &template("_response")), IDP_KEY),
        Signed::Assertion | Signed::Nothing => whole.replace("SIGNATURE", ""),
    }
}

/// What is encrypted for us.
fn for_us(cipher: &str, content: &str) -> String {
    let shell = format!(
        "<xenc:EncryptedData xmlns:xenc=\"http://www.w3.org/2001/04/xmlenc#\" Type=\"http://www.w3.org/2001/04/xmlenc#Element\">\
         <xenc:EncryptionMethod Algorithm=\"{cipher}\"/><ds:KeyInfo xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\"><xenc:EncryptedKey>\
         <xenc:EncryptionMethod Algorithm=\"{OAEP}\"/><xenc:CipherData><xenc:CipherValue/></xenc:CipherData></xenc:EncryptedKey></ds:KeyInfo>\
         <xenc:CipherData><xenc:CipherValue/></xenc:CipherData></xenc:EncryptedData>"
    );
    let mut keys = KeysManager::new();
    keys.add_key(loader::load_rsa_private_pem(SP_KEY.as_bytes()).unwrap());
    bergshamra_enc::encrypt::encrypt(&EncContext::new(keys), &shell, content.as_bytes()).unwrap()
}

/// A good answer in which the subject's name alone is encrypted.
pub fn name_sealed() -> String {
    with_encrypted_name("<saml:NameID xmlns:saml=\"urn:oasis:names:tc:SAML:2.0:assertion\">alice</saml:NameID>")
}

/// An answer whose subject is this, encrypted.
fn with_encrypted_name(name: &str) -> String {
    let holder = format!("<saml:EncryptedID>{}</saml:EncryptedID>", for_us(GCM, name));
    answer(Signed::Assertion, |text| text.replace("<saml:NameID>alice</saml:NameID>", &holder))
}

#[test]
fn an_encrypted_name_is_opened_and_nothing_else_passes_for_one() {
    assert_eq!(check(&name_sealed()).unwrap().subject.name_id.as_deref(), Some("alice"));
    let attribute = "<saml:Attribute xmlns:saml=\"urn:oasis:names:tc:SAML:2.0:assertion\" Name=\"a\"/>";
    let other = "<saml:NameID xmlns:saml=\"urn:example:other\">alice</saml:NameID>";
    for name in [attribute, other, "no XML", ""] {
        assert_eq!(refusal(&with_encrypted_name(name)), Some("malformed_response"), "{name}");
    }
    // Swapped after it was signed, although it opens.
    let (mine, eves) =
        (name_sealed(), with_encrypted_name("<saml:NameID xmlns:saml=\"urn:oasis:names:tc:SAML:2.0:assertion\">eve</saml:NameID>"));
    let part = |text: &str| text.split("<saml:EncryptedID>").nth(1).unwrap().split("</saml:EncryptedID>").next().unwrap().to_owned();
    assert_eq!(refusal(&mine.replace(&part(&mine), &part(&eves))), Some("invalid_signature"));
    // Beside a name in clear it would be open which of them counts.
    let both = answer(Signed::Assertion, |text| {
        text.replace("<saml:NameID>alice", &format!("<saml:EncryptedID>{}</saml:EncryptedID><saml:NameID>eve", part(&mine)))
    });
    assert_eq!(refusal(&both), Some("malformed_response"));
}

/// A good answer whose assertion is encrypted by this cipher.
pub fn sealed(cipher: &str) -> String {
    let namespace = if cipher.ends_with("gcm") { "http://www.w3.org/2009/xmlenc11#" } else { "http://www.w3.org/2001/04/xmlenc#" };
    encrypted(&format!("{namespace}{cipher}"), Signed::Assertion)
}

#[test]
fn an_encrypted_assertion_is_opened_and_checked_like_any_other() {
    let ciphers = ["http://www.w3.org/2001/04/xmlenc#aes128-cbc", "http://www.w3.org/2001/04/xmlenc#aes256-cbc", GCM];
    for cipher in ciphers {
        for signed in [Signed::Assertion, Signed::Response, Signed::Both] {
            let wants = Wants { encrypted: true, ..Wants::default() };
            let assertion = check_with(&encrypted(cipher, signed), wants, expected()).unwrap();
            assert_eq!(assertion.subject.name_id.as_deref(), Some("alice"), "{cipher} {signed:?}");
        }
    }
}

#[test]
fn encryption_is_no_signature() {
    assert_eq!(refusal(&encrypted(GCM, Signed::Nothing)), Some("malformed_response"));
}

#[test]
fn other_algorithms_and_other_places_are_refused_before_anything_is_opened() {
    let good = encrypted(GCM, Signed::Assertion);
    for (from, to) in [
        (OAEP, "http://www.w3.org/2001/04/xmlenc#rsa-1_5"),
        (GCM, "http://www.w3.org/2001/04/xmlenc#tripledes-cbc"),
        ("<xenc:EncryptedKey>", "<xenc:CipherReference URI=\"Cargo.toml\"/><xenc:EncryptedKey>"),
        ("<saml:EncryptedAssertion ", "<saml:Assertion xmlns:saml=\"urn:oasis:names:tc:SAML:2.0:assertion\"/><saml:EncryptedAssertion "),
    ] {
        let changed = good.replace(from, to);
        assert_ne!(changed, good);
        assert_eq!(refusal(&changed), Some("malformed_response"), "{to}");
    }
}

/// Else each answer would tell somebody who has another's encrypted assertion a little of what is in it.
#[test]
fn whatever_goes_wrong_in_decryption_is_told_alike() {
    let good = encrypted("http://www.w3.org/2001/04/xmlenc#aes128-cbc", Signed::Assertion);
    let from = good.rfind("<xenc:CipherValue>").unwrap() + "<xenc:CipherValue>".len();
    let to = from + good[from..].find("</xenc:CipherValue>").unwrap();
    let mut told = std::collections::BTreeSet::new();
    for at in (0..to - from - 4).step_by(8) {
        for by in ["AAAA", "////", "Zm9v"] {
            let mut changed = good.clone();
            changed.replace_range(from + at..from + at + 4, by);
            told.insert(check(&changed).unwrap_err().to_string());
        }
    }
    told.insert(check(&encrypted(GCM, Signed::Nothing)).unwrap_err().to_string());
    assert_eq!(told.len(), 1, "{told:?}");
}

#[test]
fn without_a_key_of_our_own_an_encrypted_assertion_is_refused() {
    let trusted = trusted(&[IDP_CERTIFICATE]).unwrap();
    let checks = Checks { trusted: &trusted, own: None, wants: Wants::default(), expected: expected() };
    assert!(response::check(&encrypted(GCM, Signed::Both), &checks).unwrap_err().to_string().contains("SP_PRIVATE_KEY"));
}
