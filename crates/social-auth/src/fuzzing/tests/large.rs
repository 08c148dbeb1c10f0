//! Inputs that would cost a careless reader much: as long as they may be, deep, repeating, packed.

use std::io::Write;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};

/// As long as SAML messages may be.
const LENGTH: usize = 256 * 1024;

fn fill(unit: impl Fn(usize) -> String, length: usize) -> String {
    let mut text = String::new();
    let mut number = 0;
    while text.len() < length {
        text.push_str(&unit(number));
        number += 1;
    }
    text
}

fn response(inside: &str) -> Vec<u8> {
    format!("<samlp:Response xmlns:samlp=\"urn:oasis:names:tc:SAML:2.0:protocol\" ID=\"_r\" Version=\"2.0\">{inside}</samlp:Response>")
        .into()
}

/// Inputs for a target, each with its name.
pub fn of(target: &str) -> Vec<(&'static str, Vec<u8>)> {
    match target {
        "saml_response" => saml(),
        "saml_logout" => packed(),
        "saml_metadata" => metadata(),
        "jose" => jose(),
        "openid_answer" => openid(),
        "openid_discovery" => discovery(),
        "redirect" => vec![
            ("slashes", "/".repeat(1_000_000).into()),
            ("dots", "/..".repeat(300_000).into()),
            ("letters", "ｅ".repeat(300_000).into()),
            ("a host", format!("https://{}", "a.".repeat(300_000)).into()),
        ],
        "signed_callback" => (0..12).map(|way| ("fields", way_of(&[way], fill(|n| format!("&f{n}={n}"), LENGTH)))).collect(),
        _ => answers(),
    }
}

fn way_of(way: &[u8], text: impl AsRef<[u8]>) -> Vec<u8> {
    [way, text.as_ref()].concat()
}

fn saml() -> Vec<(&'static str, Vec<u8>)> {
    let signature = "<ds:Signature xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\"/>";
    let length = LENGTH - 1_000;
    let seeds = crate::protocol::saml::fuzzing::seeds();
    let (.., good) = seeds.iter().find(|(_, name, _)| name == "good-assertion").unwrap();
    let good = std::str::from_utf8(good).unwrap();
    let in_good = |mark: &str, filling: String| good.replacen(mark, &format!("{filling}{mark}"), 1).into_bytes();
    vec![
        ("elements", response(&fill(|_| "<a/>".to_owned(), length))),
        ("nesting", response(&"<a>".repeat(length / 3))),
        ("closed nesting", response(&format!("{}{}", "<a>".repeat(length / 8), "</a>".repeat(length / 8)))),
        ("attributes", response(&format!("<a {}/>", fill(|n| format!("b{n}=\"\" "), length)))),
        ("namespaces", response(&format!("<a {}/>", fill(|n| format!("xmlns:b{n}=\"c{n}\" "), length)))),
        ("namespaces of many", response(&fill(|n| format!("<b{n}:a xmlns:b{n}=\"c\"/>"), length))),
        ("comments", response(&fill(|_| "<!---->".to_owned(), length))),
        ("texts", response(&fill(|_| "a<!--b-->".to_owned(), length))),
        ("references", response(&fill(|_| "&amp;".to_owned(), length))),
        ("characters", response(&fill(|_| "&#x10FFFF;".to_owned(), length))),
        ("sections", response(&fill(|_| "<![CDATA[]]>".to_owned(), length))),
        ("an open section", response(&"<![CDATA[".repeat(length / 9))),
        ("an open comment", response(&"<!--".repeat(length / 4))),
        ("signatures", response(&fill(|_| signature.to_owned(), length))),
        ("assertions", response(&fill(|_| "<saml:Assertion xmlns:saml=\"urn:oasis:names:tc:SAML:2.0:assertion\"/>".to_owned(), length))),
        (
            "entities",
            format!(
                "<!DOCTYPE a [{}]><a>&b9;</a>",
                fill(|n| format!("<!ENTITY b{n} \"{}\">", format!("&b{};", n.saturating_sub(1)).repeat(10)), 2_000)
            )
            .into(),
        ),
        // Within what is signed, where the engine reads it too.
        ("elements in a good answer", in_good("</saml:AttributeStatement>", fill(|_| "<a/>".to_owned(), length - good.len()))),
        (
            "namespaces in a good answer",
            in_good("</saml:AttributeStatement>", format!("<a {}/>", fill(|n| format!("xmlns:b{n}=\"c{n}\" "), length - good.len()))),
        ),
        (
            "attributes in a good answer",
            in_good("</saml:AttributeStatement>", format!("<a {}/>", fill(|n| format!("b{n}=\"\" "), length - good.len()))),
        ),
        (
            "namespaces around each other in a good answer",
            in_good(
                "</saml:AttributeStatement>",
                format!(
                    "{}{}",
                    (0..50)
                        .map(|n| format!("<b{n}:a xmlns:b{n}=\"c\" {}>", fill(|m| format!("xmlns:d{n}-{m}=\"e\" "), 4_000)))
                        .collect::<String>(),
                    (0..50).rev().map(|n| format!("</b{n}:a>")).collect::<String>()
                ),
            ),
        ),
        ("not base64", STANDARD.encode("a".repeat(LENGTH * 2)).into_bytes()),
    ]
}

/// What is small when it comes and large when it is unpacked.
fn packed() -> Vec<(&'static str, Vec<u8>)> {
    let packed = |text: &str| {
        let mut encoder = flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::best());
        encoder.write_all(text.as_bytes()).unwrap();
        let query = url::form_urlencoded::Serializer::new(String::new())
            .append_pair("SAMLRequest", &STANDARD.encode(encoder.finish().unwrap()))
            .finish();
        way_of(&[0], query)
    };
    vec![
        ("a bomb of 100 MB", packed(&"a".repeat(100_000_000))),
        ("elements", packed(&fill(|_| "<a/>".to_owned(), LENGTH - 10))),
        ("parameters", way_of(&[0], fill(|n| format!("&p{n}=1"), LENGTH))),
        ("the same parameter", way_of(&[0], "SAMLRequest=AAAA&".repeat(20_000))),
        ("a form", way_of(&[1], "<a>".repeat(100_000))),
    ]
}

fn metadata() -> Vec<(&'static str, Vec<u8>)> {
    let all = |inside: String| {
        format!("<md:EntitiesDescriptor xmlns:md=\"urn:oasis:names:tc:SAML:2.0:metadata\">{inside}</md:EntitiesDescriptor>").into_bytes()
    };
    let signature = "<ds:Signature xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\"/>";
    vec![
        ("entities", all(fill(|n| format!("<md:EntityDescriptor entityID=\"{n}\"/>"), 500_000))),
        ("groups", all(fill(|_| "<md:EntitiesDescriptor/>".to_owned(), 500_000))),
        ("signatures", all(fill(|_| signature.to_owned(), 1_000_000))),
        ("attributes", format!("<a {}/>", fill(|n| format!("b{n}=\"\" "), 1_000_000)).into()),
        ("namespaces", format!("<a {}/>", fill(|n| format!("xmlns:b{n}=\"c\" "), 1_000_000)).into()),
    ]
}

fn jose() -> Vec<(&'static str, Vec<u8>)> {
    let deep = |open: &str, length: usize| open.repeat(length / open.len());
    vec![
        ("dots", way_of(&[0], ".".repeat(1_000_000))),
        ("a long token", way_of(&[0], format!("{}.{}.AA", URL_SAFE_NO_PAD.encode(r#"{"alg":"RS256"}"#), "A".repeat(60_000)))),
        ("deep claims", way_of(&[1], deep("{\"a\":", 40_000))),
        ("deep lists", way_of(&[1], deep("[", 40_000))),
        ("claims", way_of(&[1], format!("{{{}}}", fill(|n| format!("\"a{n}\":1,"), 40_000).trim_end_matches(',')))),
        ("audiences", way_of(&[1], format!("{{\"aud\":[{}]}}", fill(|_| "\"a\",".to_owned(), 40_000).trim_end_matches(',')))),
        ("a long number", way_of(&[1], format!("{{\"exp\":{}}}", "9".repeat(40_000)))),
        (
            "an encrypted token",
            way_of(&[3], format!("{}.AA.AA.{}.AA", URL_SAFE_NO_PAD.encode(r#"{"alg":"RSA-OAEP","enc":"A128GCM"}"#), "A".repeat(60_000))),
        ),
        (
            "keys",
            way_of(
                &[4],
                format!(
                    "{{\"keys\":[{}]}}",
                    fill(|n| format!("{{\"kty\":\"RSA\",\"kid\":\"{n}\",\"n\":\"{}\",\"e\":\"AQAB\"}},", "_".repeat(1_365)), 1_000_000)
                        .trim_end_matches(',')
                ),
            ),
        ),
        ("a large exponent", way_of(&[4], format!("{{\"keys\":[{{\"kty\":\"RSA\",\"n\":\"{0}\",\"e\":\"{0}\"}}]}}", "_".repeat(1_365)))),
        ("a large key", way_of(&[4], format!("{{\"keys\":[{{\"kty\":\"RSA\",\"n\":\"{}\",\"e\":\"AQAB\"}}]}}", "_".repeat(500_000)))),
        ("private keys", way_of(&[5], include_str!("../../protocol/saml/tests/keys/ec.key").repeat(1_000))),
    ]
}

fn openid() -> Vec<(&'static str, Vec<u8>)> {
    vec![
        ("fields", way_of(&[1], fill(|n| format!("&openid.f{n}={n}"), 60_000))),
        ("signed fields", way_of(&[1], format!("openid.mode=id_res&openid.signed={}", fill(|n| format!("f{n},"), 50_000)))),
        (
            "attributes",
            way_of(
                &[1],
                format!(
                    "openid.mode=id_res&openid.ns.ax=http://openid.net/srv/ax/1.0&openid.ax.count.mail=99999999999&{}",
                    fill(|n| format!("&openid.ax.value.mail.{n}={n}"), 50_000)
                ),
            ),
        ),
    ]
}

fn discovery() -> Vec<(&'static str, Vec<u8>)> {
    let length = 1_000_000;
    vec![
        ("elements", way_of(&[0], fill(|_| "<link>".to_owned(), length))),
        ("nesting", way_of(&[0], fill(|_| "<div>".to_owned(), length))),
        ("attributes", way_of(&[0], format!("<link {}>", fill(|n| format!("a{n}=1 "), length)))),
        ("an open comment", way_of(&[0], "<!--".repeat(length / 4))),
        ("references", way_of(&[0], "&amp;&#0;&notit;".repeat(length / 16))),
        ("relations", way_of(&[0], format!("<link rel='{}'>", "openid2.provider ".repeat(length / 17)))),
        (
            "services",
            way_of(
                &[2],
                format!(
                    "<xrds:XRDS xmlns:xrds='xri://$xrds' xmlns='xri://$xrd*($v*2.0)'><XRD>{}</XRD></xrds:XRDS>",
                    fill(|_| "<Service><Type>http://specs.openid.net/auth/2.0/signon</Type><URI>a</URI></Service>".to_owned(), length)
                ),
            ),
        ),
        ("attributes of XRDS", way_of(&[2], format!("<xrds:XRDS {}/>", fill(|n| format!("a{n}='1' "), length)))),
        ("namespaces of XRDS", way_of(&[2], format!("<xrds:XRDS {}/>", fill(|n| format!("xmlns:a{n}='1' "), length)))),
        ("nested XRDS", way_of(&[2], "<a>".repeat(length / 3))),
        (
            "entities",
            way_of(
                &[2],
                format!(
                    "<!DOCTYPE a [{}]><a>&b9;</a>",
                    fill(|n| format!("<!ENTITY b{n} \"{}\">", format!("&b{};", n.saturating_sub(1)).repeat(10)), 2_000)
                ),
            ),
        ),
        ("an identifier", way_of(&[1], format!("http://{}", "a".repeat(50_000)))),
    ]
}

fn answers() -> Vec<(&'static str, Vec<u8>)> {
    let length = 300_000;
    let mut all = Vec::new();
    for step in 0..13 {
        all.extend([
            ("deep lists", way_of(&[step, 0], "[".repeat(length))),
            ("deep objects", way_of(&[step, 0], "{\"a\":".repeat(length / 5))),
            ("members", way_of(&[step, 0], format!("{{{}}}", fill(|n| format!("\"a{n}\":{n},"), length).trim_end_matches(',')))),
            ("fields", way_of(&[step, 1], fill(|n| format!("a{n}={n}&"), length))),
            ("elements", way_of(&[step, 3], format!("<a>{}</a>", fill(|_| "<b/>".to_owned(), length)))),
            ("attributes", way_of(&[step, 3], format!("<a {}/>", fill(|n| format!("b{n}='' "), length)))),
            ("namespaces", way_of(&[step, 3], format!("<a {}/>", fill(|n| format!("xmlns:b{n}='c' "), length)))),
            ("nesting", way_of(&[step, 3], "<a>".repeat(length / 3))),
            ("a long number", way_of(&[step, 0], format!("{{\"id\":{}}}", "9".repeat(length)))),
        ]);
    }
    all
}
