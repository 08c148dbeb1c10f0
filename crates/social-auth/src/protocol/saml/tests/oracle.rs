//! Debian's `xmlsec1` as a second opinion on what we take and what we refuse. Skipped, and said so, where it is not
//! installed, unless `CI` is `true`.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::answer::*;
use super::random::Random;
use crate::protocol::saml::response::{self, Checks, Wants};

/// How many documents are judged twice.
const DOCUMENTS: usize = 1_200;

/// How many documents `xmlsec1` is given at once.
const BATCH: usize = 60;

const KEYS: &[(&str, &str, &str)] = &[
    (IDP_KEY, "idp.crt", "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"),
    (IDP_KEY, "idp.crt", "http://www.w3.org/2001/04/xmldsig-more#rsa-sha384"),
    (IDP_KEY, "idp.crt", "http://www.w3.org/2001/04/xmldsig-more#rsa-sha512"),
    (include_str!("keys/ec.key"), "ec.crt", "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256"),
];

const DIGESTS: &[&str] = &[
    "http://www.w3.org/2001/04/xmlenc#sha256",
    "http://www.w3.org/2001/04/xmldsig-more#sha384",
    "http://www.w3.org/2001/04/xmlenc#sha512",
];

const EXC: &str = "http://www.w3.org/2001/10/xml-exc-c14n#";
const INCLUSIVE: &str = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315";

/// What may stand in a name or a value, written in many ways.
const TEXTS: &[&str] = &[
    "alice",
    "ä&amp;ö",
    "a &lt; b &gt; c",
    "&#13;&#10;",
    "<![CDATA[x<y&z]]>",
    " spaces  within ",
    "日本",
    "&#x1F600;",
    "\t\n",
    "a<!-- b -->c",
    "<?pi data?>x",
    "\"quoted\" 'twice'",
    "&quot;&apos;",
    "<![CDATA[]]>",
    "a\r\nb",
    "&#9;&#x20;",
    "e\u{301}",
    "\u{a0}",
];

/// Attributes and namespaces that change nothing, or everything, for canonicalization.
const DECORATIONS: &[&str] = &[
    "",
    " xml:lang=\"de\"",
    " xml:space=\"preserve\"",
    " xmlns:x=\"urn:x\"",
    " xmlns:x=\"urn:x\" x:b=\"2\" a=\"1\"",
    " b='1&quot;' a=\"&#10;\"",
    " xmlns=\"\"",
    " xmlns:unused=\"urn:unused\" xmlns:saml=\"urn:oasis:names:tc:SAML:2.0:assertion\"",
];

struct Judged {
    text: String,
    certificate: &'static str,
}

/// A good answer, written in one of many ways.
fn document(random: &mut Random) -> Judged {
    let (key, certificate, algorithm) = *random.pick(KEYS);
    let (digest, method) = (*random.pick(DIGESTS), *random.pick(&[EXC, EXC, INCLUSIVE]));
    let mut template = template("_assertion").replace("http://www.w3.org/2001/04/xmldsig-more#rsa-sha256", algorithm);
    template = template.replace("http://www.w3.org/2001/04/xmlenc#sha256", digest);
    match random.below(4) {
        0 => {
            template = template.replace(
                &format!("<ds:CanonicalizationMethod Algorithm=\"{EXC}\"/>"),
                &format!("<ds:CanonicalizationMethod Algorithm=\"{method}\"/>"),
            )
        }
        1 => {
            template = template.replace(&format!("<ds:Transform Algorithm=\"{EXC}\"/>"), &format!("<ds:Transform Algorithm=\"{method}\"/>"))
        }
        2 => {
            let prefixes = "<ec:InclusiveNamespaces xmlns:ec=\"http://www.w3.org/2001/10/xml-exc-c14n#\" PrefixList=\"x saml #default\"/>";
            template = template.replace(
                &format!("<ds:Transform Algorithm=\"{EXC}\"/>"),
                &format!("<ds:Transform Algorithm=\"{EXC}\">{prefixes}</ds:Transform>"),
            );
        }
        _ => {}
    }
    let value =
        |random: &mut Random| format!("<saml:AttributeValue{}>{}</saml:AttributeValue>", random.pick(DECORATIONS), random.pick(TEXTS));
    let values: String = (0..random.below(4)).map(|_| value(random)).collect();
    let inner = assertion("_assertion", "alice")
        .replace("<saml:NameID>alice", &format!("<saml:NameID{}>{}", random.pick(DECORATIONS), random.pick(TEXTS)))
        .replace("<saml:AttributeValue>a</saml:AttributeValue>", &values);
    // Signed where it stands, since inclusive canonicalization takes the namespaces around it in.
    let around = ["", " xmlns:x=\"urn:outer\"", " xml:lang=\"en\"", " xmlns:y=\"urn:y\""];
    let whole = response(&inner.replace("SIGNATURE", &template)).replace("SIGNATURE", "");
    let whole = whole.replacen("<samlp:Response ", &format!("<samlp:Response{} ", random.pick(&around)), 1);
    Judged { text: sign(&whole, key), certificate }
}

/// The document with a change: some matter, some do not.
fn changed(random: &mut Random, text: &str) -> String {
    let changes: &[(&str, &str)] = &[
        ("SessionIndex=\"s1\"", "SessionIndex=\"s2\""),
        ("AuthnInstant=\"2026-11-21T04:00:00Z\" SessionIndex=\"s1\"", "SessionIndex='s1'  AuthnInstant='2026-11-21T04:00:00Z'"),
        ("<saml:Conditions ", "<saml:Conditions\n\t"),
        ("<saml:Issuer>https://idp.test/metadata</saml:Issuer><ds", "<saml:Issuer>https://<!-- -->idp.test/metadata</saml:Issuer><ds"),
        ("</saml:Subject>", "</saml:Subject> "),
        ("<saml:Subject>", "<saml:Subject xmlns:new=\"urn:new\">"),
        ("<saml:Subject>", "<saml:Subject new=\"\">"),
        ("classes:Password", "classes:&#80;assword"),
        ("classes:Password", "<![CDATA[urn]]>"),
        ("<saml:AuthnContext>", "<saml:AuthnContext><?pi?>"),
        ("<ds:SignatureValue>", "<ds:SignatureValue>A"),
        ("<ds:DigestValue>", "<ds:DigestValue>A"),
        ("<ds:SignedInfo>", "<ds:SignedInfo> "),
        ("<ds:Transforms>", "<ds:Transforms >"),
        ("</samlp:Status>", "</samlp:Status><!-- outside -->"),
        ("ID=\"_response\"", "ID='_response'"),
        ("</saml:Audience>", "/</saml:Audience>"),
        ("</saml:Assertion>", "<saml:Advice/></saml:Assertion>"),
    ];
    let (from, to) = *random.pick(changes);
    text.replacen(from, to, 1)
}

/// Whether our gate and engine find the assertion signed.
fn is_signed(judged: &Judged) -> bool {
    let certificate = if judged.certificate == "ec.crt" { include_str!("keys/ec.crt") } else { IDP_CERTIFICATE };
    let trusted = trusted(&[certificate]).unwrap();
    let checks = Checks { trusted: &trusted, own: None, wants: Wants::default(), expected: expected() };
    // What the assertion says is not xmlsec1's matter.
    response::check(&judged.text, &checks).err().is_none_or(|error| error.reason().code() != "invalid_signature")
}

fn xmlsec1(certificate: &str, files: &[PathBuf]) -> bool {
    let keys = concat!(env!("CARGO_MANIFEST_DIR"), "/src/protocol/saml/tests/keys");
    let output = Command::new("xmlsec1")
        .args(["--verify", "--pubkey-cert-pem", &format!("{keys}/{certificate}")])
        .args(["--id-attr:ID", "urn:oasis:names:tc:SAML:2.0:assertion:Assertion"])
        .args(["--id-attr:ID", "urn:oasis:names:tc:SAML:2.0:protocol:Response"])
        .args(files)
        .output();
    output.unwrap().status.success()
}

/// Which of these files are good; the good ones are many, so they are asked for together first.
fn judge(certificate: &str, files: &[PathBuf]) -> Vec<bool> {
    files
        .chunks(BATCH)
        .flat_map(|batch| {
            if xmlsec1(certificate, batch) {
                return vec![true; batch.len()];
            }
            batch.iter().map(|file| xmlsec1(certificate, std::slice::from_ref(file))).collect()
        })
        .collect()
}

fn is_installed() -> bool {
    let installed = Command::new("xmlsec1").arg("--version").output().is_ok();
    assert!(installed || std::env::var("CI").as_deref() != Ok("true"), "xmlsec1 is missing: apt-get install xmlsec1");
    if !installed {
        eprintln!("NOT RUN: install xmlsec1");
    }
    installed
}

fn disagreements(folder: &Path) -> (usize, Vec<String>) {
    let mut random = Random::new(2026);
    let mut judged = Vec::new();
    while judged.len() < DOCUMENTS {
        let good = document(&mut random);
        if random.below(3) == 0 {
            let text = changed(&mut random, &good.text);
            judged.push((Judged { text, certificate: good.certificate }, false));
        }
        judged.push((good, true));
    }
    // Good and changed ones apart, so that whole batches are good.
    judged.sort_by_key(|(document, good)| (document.certificate, *good));
    let mut wrong = Vec::new();
    let mut refused = 0;
    for group in judged.chunk_by(|one, other| one.0.certificate == other.0.certificate && one.1 == other.1) {
        let files: Vec<_> = (0..group.len()).map(|number| folder.join(format!("{number}.xml"))).collect();
        for (file, (document, _)) in files.iter().zip(group) {
            std::fs::write(file, &document.text).unwrap();
        }
        for ((document, _), theirs) in group.iter().zip(judge(group[0].0.certificate, &files)) {
            refused += usize::from(!theirs);
            if is_signed(document) != theirs {
                wrong.push(format!("xmlsec1 says {theirs}: {}", document.text));
            }
        }
    }
    (refused, wrong)
}

#[test]
fn xmlsec1_agrees_on_more_than_a_thousand_documents() {
    if !is_installed() {
        return;
    }
    let folder = std::env::temp_dir().join(format!("social-auth-oracle-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let (refused, wrong) = disagreements(&folder);
    std::fs::remove_dir_all(&folder).unwrap();
    assert!(wrong.is_empty(), "{} disagreements, the first: {}", wrong.len(), wrong[0]);
    assert!((100..DOCUMENTS - 600).contains(&refused), "{refused} of {DOCUMENTS} are bad");
    println!("{DOCUMENTS} documents judged by xmlsec1 and by us, {refused} of them bad: no disagreement");
}
