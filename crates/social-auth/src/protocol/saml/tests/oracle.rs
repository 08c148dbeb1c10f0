//! Debian's `xmlsec1` as a second opinion on what we sign and on what we take. Skipped where it is not
//! installed.

use std::process::Command;

use super::answer::*;

/// What `xmlsec1` says about the first signature of a document; `None` where there is no `xmlsec1`.
fn oracle(document: &str, number: usize) -> Option<bool> {
    let path = std::env::temp_dir().join(format!("social-auth-saml-{}-{number}.xml", std::process::id()));
    std::fs::write(&path, document).unwrap();
    let certificate = concat!(env!("CARGO_MANIFEST_DIR"), "/src/protocol/saml/tests/keys/idp.crt");
    let output = Command::new("xmlsec1")
        .args(["--verify", "--pubkey-cert-pem", certificate])
        .args(["--id-attr:ID", "urn:oasis:names:tc:SAML:2.0:assertion:Assertion"])
        .args(["--id-attr:ID", "urn:oasis:names:tc:SAML:2.0:protocol:Response"])
        .arg(&path)
        .output();
    let _ = std::fs::remove_file(&path);
    output.ok().map(|output| output.status.success())
}

#[test]
fn xmlsec1_agrees_on_good_and_on_changed_answers() {
    let names = ["alice", "ä&amp;ö", "a &lt; b", "&#13;&#10;", "<![CDATA[x<y]]>", " spaces  within ", "日本"];
    for (number, name) in names.iter().enumerate() {
        for signed in [Signed::Assertion, Signed::Response] {
            let text = answer(signed, |text| text.replace("<saml:NameID>alice", &format!("<saml:NameID xml:lang=\"de\">{name}")));
            let Some(good) = oracle(&text, number) else { return };
            assert!(good && check(&text).is_ok(), "{text}");
            let changed = text.replace("SessionIndex=\"s1\"", "SessionIndex=\"s2\"");
            assert!(oracle(&changed, number) == Some(false) && check(&changed).is_err(), "{changed}");
        }
    }
}
