//! Signatures that fit anything, encodings that readers read differently, numbers and lists at their borders.

use serde_json::{Value, json};
use social_auth::jose::{Algorithm, KeySet};

use super::{CLIENT, DOORS, Door, NOW, SHAPE, SIGNATURE};
use crate::signing::{OTHER_RSA, P256, RSA, all_keys, b64, ed25519_jwk, key_set, kid_for, raw_token, signature, token_with};

/// The order of each curve: a multiple of it is zero.
const ORDERS: [(Algorithm, &str); 3] = [
    (Algorithm::ES256, "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551"),
    (Algorithm::ES384, "ffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973"),
    (
        Algorithm::ES512,
        "01fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffa51868783bf2f966b7fcc0148f709a5d03bb5c9b8899c47aebb6fb71e91386409",
    ),
];

fn by(door: &Door, algorithm: Algorithm, forged: &[u8]) -> String {
    let header = json!({"alg": algorithm.name(), "kid": kid_for(algorithm), "typ": door.typ});
    raw_token(&header.to_string(), &(door.claims)().to_string(), |_| forged.to_vec())
}

// CVE-2022-21449, and its relatives for other algorithms.
#[test]
fn signatures_that_would_fit_any_token_are_refused_at_every_door() {
    for door in DOORS {
        for (algorithm, order) in ORDERS {
            let order = hex::decode(order).unwrap();
            let (zero, mut one) = (vec![0; order.len()], vec![0; order.len()]);
            one[order.len() - 1] = 1;
            for r in [&zero, &one, &order] {
                for s in [&zero, &one, &order] {
                    door.refuses("numbers at the border", &by(&door, algorithm, &[r.as_slice(), s].concat()), &all_keys(), SIGNATURE);
                }
            }
            // ASN.1, as X.509 has it: 0 and 0, and a good signature written so.
            door.refuses("zero in ASN.1", &by(&door, algorithm, &[0x30, 6, 2, 1, 0, 2, 1, 0]), &all_keys(), SIGNATURE);
        }
        // The neutral point and 0, and points of small order.
        for first in [0, 1] {
            let mut neutral = [0; 64];
            neutral[0] = first;
            door.refuses("a small point", &by(&door, Algorithm::EdDSA, &neutral), &all_keys(), SIGNATURE);
        }
        for algorithm in [Algorithm::RS256, Algorithm::RS512, Algorithm::PS256] {
            for forged in [vec![0; 256], [vec![0; 255], vec![1]].concat(), vec![0xff; 256], Vec::new(), vec![0; 8192]] {
                door.refuses("an RSA signature at the border", &by(&door, algorithm, &forged), &all_keys(), SIGNATURE);
            }
        }
    }
}

/// What RSA makes of a text before it is raised to a power (RFC 8017, section 9.2), which with an exponent of 1 is its
/// signature.
fn unraised(message: &[u8]) -> Vec<u8> {
    let prefix = hex::decode("3031300d060960864801650304020105000420").unwrap();
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, message);
    let tail = [prefix.as_slice(), digest.as_ref()].concat();
    [vec![0, 1], vec![0xff; 256 - 3 - tail.len()], vec![0], tail].concat()
}

#[test]
fn keys_that_would_verify_anything_verify_nothing_at_any_door() {
    let rsa_with = |change: Value| {
        let mut jwk = RSA.jwk("rsa");
        jwk.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        jwk
    };
    let mut neutral = [0; 32];
    neutral[0] = 1;
    let mut curve = ed25519_jwk("ed");
    curve["x"] = json!(b64(&neutral));
    for door in DOORS {
        for exponent in [&[1][..], &[0], &[2], &[]] {
            let keys = key_set(&[rsa_with(json!({"e": b64(exponent)}))]);
            let token = raw_token(&Value::Object(door.header()).to_string(), &(door.claims)().to_string(), unraised);
            door.refuses("an exponent that changes nothing", &token, &keys, SIGNATURE);
        }
        let mut forged = [0; 64];
        forged[0] = 1;
        door.refuses("a key of small order", &by(&door, Algorithm::EdDSA, &forged), &key_set(&[curve.clone()]), SIGNATURE);
        door.refuses("no key at all", &door.with_header(json!({})), &KeySet::default(), SIGNATURE);
    }
}

#[test]
fn texts_that_readers_read_differently_are_refused_at_every_door() {
    for door in DOORS {
        let good = door.with_header(json!({}));
        let parts: Vec<&str> = good.split('.').collect();
        for part in 0..3 {
            let with = |change: &dyn Fn(&str) -> String| {
                let mut parts: Vec<String> = parts.iter().map(|part| (*part).to_owned()).collect();
                parts[part] = change(&parts[part]);
                parts.join(".")
            };
            for tail in ["=", "==", "%3D", " ", "\n", "\r\n", "\t", "\0", "A", "+", "/", "é", "\u{feff}"] {
                // The body of an answer may have white space around the token.
                if door.name == "userinfo" && part != 1 && tail.trim().is_empty() {
                    continue;
                }
                door.refuses("something behind a part", &with(&|text| format!("{text}{tail}")), &all_keys(), SHAPE);
                door.refuses("something before a part", &with(&|text| format!("{tail}{text}")), &all_keys(), SHAPE);
                door.refuses("something within a part", &with(&|text| format!("{}{tail}{}", &text[..9], &text[9..])), &all_keys(), SHAPE);
            }
        }
        let in_json = json!({"payload": parts[1], "protected": parts[0], "signature": parts[2]});
        let general = json!({"payload": parts[1], "signatures": [{"protected": parts[0], "signature": parts[2]}]});
        let sign = |message: &[u8]| signature(Algorithm::RS256, message);
        let (header, claims) = (Value::Object(door.header()).to_string(), (door.claims)().to_string());
        for (what, token) in [
            ("JSON in place of the compact form", in_json.to_string()),
            ("JSON with several signatures", general.to_string()),
            ("a token in a token", raw_token(&header, &good, sign)),
            ("a token in a token, and said so", raw_token(&json!({"alg": "RS256", "kid": "rsa", "cty": "JWT"}).to_string(), &good, sign)),
            ("a token as a text", raw_token(&header, &json!(good).to_string(), sign)),
            ("claims in a list", raw_token(&header, &format!("[{claims}]"), sign)),
            ("two objects", raw_token(&header, &format!("{claims}{claims}"), sign)),
            ("something behind the claims", raw_token(&header, &format!("{claims}x"), sign)),
            ("a zero behind the claims", raw_token(&header, &format!("{claims}\0"), sign)),
            ("a byte order mark", raw_token(&header, &format!("\u{feff}{claims}"), sign)),
            ("a comment", raw_token(&header, &format!("/**/{claims}"), sign)),
            ("a comma too many", raw_token(&header, &claims.replace('}', ",}"), sign)),
            ("half a character", raw_token(&header, &claims.replacen('{', r#"{"a":"\ud800","#, 1), sign)),
            ("something behind the header", raw_token(&format!("{header}x"), &claims, sign)),
            ("two headers", raw_token(&format!("{header}{header}"), &claims, sign)),
            ("a header in a list", raw_token(&format!("[{header}]"), &claims, sign)),
        ] {
            door.refuses(what, &token, &all_keys(), SHAPE);
        }
        for header in [
            json!({"alg": null}),
            json!({"alg": ["RS256"]}),
            json!({"alg": 1}),
            json!({"alg": {"RS256": true}}),
            json!({"alg": "RS256\0"}),
            json!({"kid": null}),
            json!({"kid": 1}),
            json!({"kid": ["rsa"]}),
            json!({"kid": ""}),
            json!({"kid": "rsa\0"}),
            json!({"kid": "RSA"}),
            json!({"b64": false}),
            json!({"b64": true}),
            json!({"b64": false, "crit": ["b64"]}),
        ] {
            door.refuses(&header.to_string(), &door.with_header(header), &all_keys(), SHAPE);
        }
    }
}

// RFC 7797: the payload is signed as it is, and may hold dots.
#[test]
fn a_payload_that_is_not_encoded_is_refused_at_every_door() {
    for door in DOORS {
        let header = b64(json!({"alg": "RS256", "kid": "rsa", "b64": false, "crit": ["b64"]}).to_string().as_bytes());
        let message = format!("{header}.{}", (door.claims)());
        let token = format!("{message}.{}", b64(&signature(Algorithm::RS256, message.as_bytes())));
        door.refuses("an unencoded payload", &token, &all_keys(), SHAPE);
    }
}

#[test]
fn numbers_at_their_borders_are_refused_at_every_door() {
    for door in DOORS {
        let sign = |message: &[u8]| signature(Algorithm::RS256, message);
        let header = Value::Object(door.header()).to_string();
        let mut claims = (door.claims)();
        for number in [
            "1e400",
            "-1e400",
            "1e308",
            "9e999999999",
            "99999999999999999999",
            "18446744073709551615",
            "9223372036854775807",
            "-9223372036854775808",
            "253402300800",
            "NaN",
            "Infinity",
            "0x7fffffff",
            "+1",
            "01",
            ".5",
            "1_000",
            "\"9999999999\"",
            "[9999999999]",
            "{\"$numberLong\":\"9999999999\"}",
            "null",
            "true",
        ] {
            claims["exp"] = json!("(exp)");
            let text = claims.to_string().replace("\"(exp)\"", number);
            door.refuses(
                number,
                &raw_token(&header, &text, sign),
                &all_keys(),
                &["malformed_response", "invalid_claim", "response_expired"],
            );
        }
        for number in [json!(NOW + 1_000_000), json!(4_000_000_000_u64), json!(NOW as f64 + 1e9)] {
            let refused = door.try_with(&door.with_claims(json!({"nbf": number})), &all_keys(), Algorithm::ASYMMETRIC, None);
            assert_eq!(refused.err().map(|error| error.reason().code()), Some("response_not_yet_valid"), "{}: {number}", door.name);
        }
    }
    // Where tokens must say when they were made, they cannot be from the future, nor from long ago.
    for door in DOORS.iter().filter(|door| ["id token", "logout token"].contains(&door.name)) {
        for (issued, code) in [(NOW + 1_000_000, "response_not_yet_valid"), (NOW - 1_000_000, "response_expired"), (0, "response_expired")]
        {
            door.refuses("another time", &door.with_claims(json!({"iat": issued})), &all_keys(), &[code]);
        }
    }
}

#[test]
fn audiences_that_are_not_us_are_refused_at_every_door() {
    for door in DOORS {
        for audience in [
            json!([]),
            json!([""]),
            json!(["another"]),
            json!([[CLIENT]]),
            json!([CLIENT, 1]),
            json!([CLIENT, null]),
            json!({ CLIENT: true }),
            json!({"0": CLIENT}),
            json!(CLIENT.to_uppercase()),
            json!(format!("{CLIENT} ")),
            json!(format!("{CLIENT}\0")),
            json!(format!("another {CLIENT}")),
            json!(format!("another,{CLIENT}")),
            json!(&CLIENT[1..]),
        ] {
            door.refuses(&audience.to_string(), &door.with_claims(json!({"aud": audience})), &all_keys(), &["invalid_claim"]);
        }
        // OpenID Connect Core 1.0, section 5.3.2: userinfo should have one.
        if door.name != "userinfo" {
            door.refuses("no audience", &door.with_claims(json!({"aud": "(absent)"})), &all_keys(), &["missing_claim"]);
        }
    }
    let id_token = &DOORS[0];
    for claims in [
        json!({"azp": "another"}),
        json!({"azp": ""}),
        json!({"azp": format!("{CLIENT} ")}),
        json!({"aud": [CLIENT, "another"]}),
        json!({"aud": [CLIENT, "another"], "azp": CLIENT}),
        json!({"aud": [CLIENT, "another"], "azp": "another"}),
        json!({"aud": [CLIENT, CLIENT]}),
    ] {
        id_token.refuses(&claims.to_string(), &id_token.with_claims(claims), &all_keys(), &["invalid_claim"]);
    }
}

// The key that a token names must be the one that signed it, also where another key of the set did.
#[test]
fn a_key_of_another_name_does_not_verify_at_any_door() {
    for door in DOORS {
        let keys = key_set(&[RSA.jwk("rsa"), OTHER_RSA.jwk("other"), P256.jwk("p256")]);
        let header = json!({"alg": "RS256", "kid": "other", "typ": door.typ});
        door.refuses("another key's name", &token_with(&header, Algorithm::RS256, &(door.claims)()), &keys, SIGNATURE);
    }
}
